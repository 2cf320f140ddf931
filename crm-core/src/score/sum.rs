//! Sums over many rows that do not depend on the number of threads.

use super::parallel::{map_parts, ranges};
use crate::base::checkpoint;

/// Rows that are added one after the other before sums are added in pairs.
const CHUNK: usize = 512;
/// Fewer chunks than this for each thread are not worth starting it.
const CHUNKS_PER_THREAD: usize = 32;

/// Sums of `N` quantities over all rows.
///
/// Rows are added in fixed chunks, and the chunks' sums in pairs, pairs of pairs and so on, so rounding errors grow with
/// the logarithm of the number of rows and the bits of the result are the same for every number of threads. When the work
/// is called off the sums are not numbers.
pub(crate) fn sum_rows<R: Sync, const N: usize>(
    rows: &[R],
    threads: usize,
    add: impl Fn(&R, &mut [f64; N]) + Sync,
) -> [f64; N] {
    let chunks = rows.len().div_ceil(CHUNK);
    let parts = ranges(chunks, threads.min(chunks / CHUNKS_PER_THREAD));
    let sums = map_parts(parts, |part| {
        let end = (part.end * CHUNK).min(rows.len());
        let chunks = rows[part.start * CHUNK..end].chunks(CHUNK);
        let sum_of = |chunk: &[R]| {
            if checkpoint(0, None).is_err() {
                return [f64::NAN; N];
            }
            let mut sum = [0.0; N];
            for row in chunk {
                add(row, &mut sum);
            }
            sum
        };
        chunks.map(sum_of).collect::<Vec<_>>()
    });
    pairwise(&sums.concat())
}

fn pairwise<const N: usize>(sums: &[[f64; N]]) -> [f64; N] {
    match sums {
        [] => [0.0; N],
        [sum] => *sum,
        _ => {
            let (left, right) = sums.split_at(sums.len() / 2);
            let (left, right) = (pairwise(left), pairwise(right));
            std::array::from_fn(|i| left[i] + right[i])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_the_same_bits_for_every_number_of_threads() {
        let rows: Vec<f64> = (0..200_000).map(|n| f64::from(n).sin() * 1e6 + 1e-6).collect();
        let sum = |threads| {
            sum_rows(&rows, threads, |row, sum: &mut [f64; 2]| {
                sum[0] += row;
                sum[1] += row * row;
            })
        };
        let one = sum(1);
        for threads in [0, 2, 3, 7, 64] {
            assert_eq!(sum(threads).map(f64::to_bits), one.map(f64::to_bits));
        }
        assert_eq!(sum_rows(&[] as &[f64], 2, |row, sum: &mut [f64; 1]| sum[0] += row), [0.0]);
    }

    #[test]
    fn rounding_errors_stay_small() {
        let rows = vec![0.1; 1_000_000];
        let [sum] = sum_rows(&rows, 1, |row, sum: &mut [f64; 1]| sum[0] += row);
        // The exact sum of a million doubles nearest to 0.1 is 100000.00000000000555...
        assert!((sum - 100_000.0).abs() < 1e-8, "{sum}");
    }
}
