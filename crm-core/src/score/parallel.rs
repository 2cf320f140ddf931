//! Work on as many threads as the caller allows.

use crate::base::{current, within};

/// Does `work` on every part, one thread for each part, and answers in the order of the parts.
///
/// The first part is done by the calling thread; a single part starts no thread at all.
pub(crate) fn map_parts<I: Send, O: Send>(parts: Vec<I>, work: impl Fn(I) -> O + Sync) -> Vec<O> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else { return Vec::new() };
    let watched = current();
    std::thread::scope(|scope| {
        let (work, watched) = (&work, &watched);
        let others: Vec<_> = parts.map(|part| scope.spawn(move || within(watched.clone(), || work(part)))).collect();
        let mut done = vec![work(first)];
        for other in others {
            match other.join() {
                Ok(output) => done.push(output),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

/// `0..len` cut into at most `parts` ranges of nearly equal length.
pub(crate) fn ranges(len: usize, parts: usize) -> Vec<std::ops::Range<usize>> {
    let step = len.div_ceil(parts.max(1)).max(1);
    (0..len).step_by(step).map(|start| start..(start + step).min(len)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_parts() {
        assert_eq!(map_parts(vec![3, 1, 2], |n| n * 10), [30, 10, 20]);
        assert!(map_parts(Vec::<u8>::new(), |n| n).is_empty());
    }

    #[test]
    fn ranges_cover_everything_once() {
        for (len, parts) in [(0, 2), (1, 2), (10, 3), (10, 10), (3, 8), (5, 0)] {
            let ranges = ranges(len, parts);
            assert!(ranges.len() <= parts.max(1));
            assert!(ranges.into_iter().flatten().eq(0..len));
        }
    }
}
