//! Lloyd's iterations, without the distances that cannot matter.

use crate::score::parallel::map_parts;

/// Rows that are added one after the other; sums of these parts are added in their order, for any number of threads.
const PART: usize = 4096;

/// The squared distance.
pub(super) fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum()
}

/// The nearest centre, and the squared distances of it and of the next.
pub(super) fn two_nearest(row: &[f64], centres: &[f64]) -> (usize, f64, f64) {
    let (mut nearest, mut first, mut second) = (0, f64::INFINITY, f64::INFINITY);
    for (at, centre) in centres.chunks_exact(row.len()).enumerate() {
        let distance = distance(row, centre);
        if distance < first {
            (nearest, second, first) = (at, first, distance);
        } else if distance < second {
            second = distance;
        }
    }
    (nearest, first, second)
}

/// One search.
pub(super) struct Search<'a> {
    rows: &'a [f64],
    width: usize,
    threads: usize,
    pub(super) centres: Vec<f64>,
    pub(super) of_row: Vec<u32>,
    /// No row is further from its centre than this.
    upper: Vec<f64>,
    /// No row is nearer to any other centre than this.
    lower: Vec<f64>,
    pub(super) inertia: f64,
    pub(super) iterations: u32,
    pub(super) settled: bool,
}

/// A part of the rows with its bounds.
struct Part<'a> {
    rows: &'a [f64],
    of_row: &'a mut [u32],
    upper: &'a mut [f64],
    lower: &'a mut [f64],
}

/// What a part comes to: the sums of its rows by cluster, their numbers, and how many changed.
struct Sums {
    totals: Vec<f64>,
    counts: Vec<u64>,
    changed: u64,
    /// The row that is furthest from its centre, its place and squared distance; for clusters that lose all their rows.
    furthest: (usize, f64),
}

impl<'a> Search<'a> {
    pub(super) fn new(rows: &'a [f64], width: usize, centres: Vec<f64>, threads: usize) -> Self {
        let n = rows.len() / width;
        Self {
            rows,
            width,
            threads,
            centres,
            of_row: vec![u32::MAX; n],
            upper: vec![f64::INFINITY; n],
            lower: vec![0.0; n],
            inertia: f64::INFINITY,
            iterations: 0,
            settled: false,
        }
    }

    pub(super) fn run(&mut self, most: u32) {
        while self.iterations < most {
            self.iterations += 1;
            let parts = self.assign();
            let changed: u64 = parts.iter().map(|part| part.changed).sum();
            if changed == 0 {
                self.settled = true;
                break;
            }
            self.move_centres(&parts);
        }
        let rows = self.rows.chunks_exact(self.width).zip(&self.of_row);
        let centre = |cluster: u32| &self.centres[cluster as usize * self.width..][..self.width];
        self.inertia = rows.map(|(row, &cluster)| distance(row, centre(cluster))).sum();
    }

    /// Gives each row its nearest centre.
    fn assign(&mut self) -> Vec<Sums> {
        let (width, centres) = (self.width, &self.centres);
        let halves = half_way(centres, width);
        let parts = self
            .rows
            .chunks(PART * width)
            .zip(self.of_row.chunks_mut(PART))
            .zip(self.upper.chunks_mut(PART))
            .zip(self.lower.chunks_mut(PART))
            .map(|(((rows, of_row), upper), lower)| Part { rows, of_row, upper, lower });
        let parts: Vec<Part<'_>> = parts.collect();
        let group = parts.len().div_ceil(self.threads.max(1)).max(1);
        let mut groups: Vec<Vec<Part<'_>>> = Vec::new();
        for part in parts {
            match groups.last_mut() {
                Some(last) if last.len() < group => last.push(part),
                _ => groups.push(vec![part]),
            }
        }
        let done = map_parts(groups, |group| {
            group.into_iter().map(|mut part| assign_part(&mut part, centres, &halves, width)).collect::<Vec<_>>()
        });
        done.into_iter().flatten().collect()
    }

    /// Moves each centre to the middle of its rows, and the bounds with it. A cluster without rows takes the row that is
    /// furthest from its own centre.
    fn move_centres(&mut self, parts: &[Sums]) {
        let (width, k) = (self.width, self.centres.len() / self.width);
        let (mut sums, mut counts) = (vec![0.0; k * width], vec![0_u64; k]);
        let mut furthest = (0, -1.0);
        for (at, part) in parts.iter().enumerate() {
            for (sum, part) in sums.iter_mut().zip(&part.totals) {
                *sum += part;
            }
            for (count, part) in counts.iter_mut().zip(&part.counts) {
                *count += part;
            }
            if part.furthest.1 > furthest.1 {
                furthest = (at * PART + part.furthest.0, part.furthest.1);
            }
        }
        let mut moved = vec![0.0; k];
        for (cluster, centre) in self.centres.chunks_exact_mut(width).enumerate() {
            let before = centre.to_vec();
            if counts[cluster] == 0 {
                centre.copy_from_slice(&self.rows[furthest.0 * width..][..width]);
            } else {
                let sums = &sums[cluster * width..][..width];
                for (value, sum) in centre.iter_mut().zip(sums) {
                    *value = sum / counts[cluster] as f64;
                }
            }
            moved[cluster] = distance(&before, centre).sqrt();
        }
        let (first, second, which) = greatest_two(&moved);
        for ((upper, lower), &cluster) in self.upper.iter_mut().zip(&mut self.lower).zip(&self.of_row) {
            *upper += moved[cluster as usize];
            *lower -= if cluster as usize == which { second } else { first };
        }
    }
}

fn assign_part(part: &mut Part<'_>, centres: &[f64], halves: &[f64], width: usize) -> Sums {
    // Rounding may let a bound fail by so much; rows within it are looked at.
    const SLACK: f64 = 1.0 + 1e-12;
    let k = halves.len();
    let mut out = Sums { totals: vec![0.0; k * width], counts: vec![0; k], changed: 0, furthest: (0, -1.0) };
    for (at, row) in part.rows.chunks_exact(width).enumerate() {
        let cluster = part.of_row[at];
        let bound = halves.get(cluster as usize).map_or(-1.0, |half| half.max(part.lower[at]));
        if part.upper[at] * SLACK >= bound {
            if let Some(centre) = centres.chunks_exact(width).nth(cluster as usize) {
                part.upper[at] = distance(row, centre).sqrt();
            }
            if part.upper[at] * SLACK >= bound {
                let (nearest, first, second) = two_nearest(row, centres);
                (part.upper[at], part.lower[at]) = (first.sqrt(), second.sqrt());
                if nearest as u32 != cluster {
                    part.of_row[at] = nearest as u32;
                    out.changed += 1;
                }
            }
        }
        let cluster = part.of_row[at] as usize;
        if part.upper[at] > out.furthest.1 {
            out.furthest = (at, part.upper[at]);
        }
        out.counts[cluster] += 1;
        for (sum, value) in out.totals[cluster * width..][..width].iter_mut().zip(row) {
            *sum += value;
        }
    }
    out
}

/// Half the distance from each centre to the nearest other one.
fn half_way(centres: &[f64], width: usize) -> Vec<f64> {
    let all = || centres.chunks_exact(width).enumerate();
    let nearest = |(i, a): (usize, &[f64])| {
        let others = all().filter(|(j, _)| *j != i).map(|(_, b)| distance(a, b));
        0.5 * others.fold(f64::INFINITY, f64::min).sqrt()
    };
    all().map(nearest).collect()
}

/// The greatest and the second greatest value, and the place of the greatest.
fn greatest_two(values: &[f64]) -> (f64, f64, usize) {
    let (mut first, mut second, mut which) = (0.0, 0.0, 0);
    for (at, &value) in values.iter().enumerate() {
        if value > first {
            (second, first, which) = (first, value, at);
        } else if value > second {
            second = value;
        }
    }
    (first, second, which)
}
