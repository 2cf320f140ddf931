//! What all benchmarks share: bars, medians, turns, and a seeded generator.
//!
//! A bar compares two figures of one run. Runs of the two sides take turns, so that a disturbance meets both; what is
//! printed are medians.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

pub mod loader;
pub mod machine;
pub mod peer;
pub mod raw;
pub mod workload;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A folder of its own on the disk that the programme lies on, or in the folder that `BENCH_DIR` names. It goes with the
/// value.
pub fn folder() -> std::io::Result<TempDir> {
    let programme = std::env::current_exe()?;
    let beside = programme.parent().map_or_else(std::env::temp_dir, Into::into);
    tempfile::tempdir_in(std::env::var_os("BENCH_DIR").map_or(beside, Into::into))
}

/// How long a piece of work takes.
pub fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The median; 0 for no figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// Measures two sides in turn, `turns` times each, and gives the median of either. Who goes first changes every time.
pub fn in_turn(turns: usize, mut ours: impl FnMut() -> f64, mut theirs: impl FnMut() -> f64) -> (f64, f64) {
    let (mut our_figures, mut their_figures) = (Vec::new(), Vec::new());
    for turn in 0..turns {
        if turn % 2 == 0 {
            our_figures.push(ours());
            their_figures.push(theirs());
        } else {
            their_figures.push(theirs());
            our_figures.push(ours());
        }
    }
    (median(&our_figures), median(&their_figures))
}

/// What a figure must be.
#[derive(Clone, Copy, Debug)]
pub enum Must {
    /// At least so many times the other figure.
    AtLeast(f64),
    /// At most so many times the other figure.
    AtMost(f64),
}

/// Prints bars, and remembers whether all of them hold.
#[derive(Debug, Default)]
pub struct Bars {
    short: usize,
}

impl Bars {
    /// Compares two figures and prints `bar NAME ours=... theirs=... ratio=... must=... ok|short`.
    pub fn compare(&mut self, name: &str, unit: &str, ours: f64, theirs: f64, must: Must) {
        let ratio = ours / theirs;
        let (text, holds) = match must {
            Must::AtLeast(bound) => (format!(">={bound}"), ratio >= bound),
            Must::AtMost(bound) => (format!("<={bound}"), ratio <= bound),
        };
        self.short += usize::from(!holds);
        let verdict = if holds { "ok" } else { "short" };
        println!("bar {name} ours={ours:.1}{unit} theirs={theirs:.1}{unit} ratio={ratio:.3} must={text} {verdict}");
    }

    /// What the programme ends with: 1 when a bar is short, else 0.
    pub fn verdict(&self) -> ExitCode {
        ExitCode::from(u8::from(self.short > 0))
    }
}

/// A seeded generator of numbers (splitmix64): the same on every machine, and good enough to make up rows.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// A generator for a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// 64 random bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a bound.
    pub const fn below(&mut self, bound: u64) -> u64 {
        self.bits() % if bound == 0 { 1 } else { bound }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&[]), 0.0);
        assert_eq!(median(&[9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(&[4.0, 9.0, 1.0, 2.0]), 3.0);
    }

    #[test]
    fn one_short_bar_is_remembered() {
        let mut bars = Bars::default();
        bars.compare("a", "", 2.0, 1.0, Must::AtLeast(2.0));
        bars.compare("b", "", 2.0, 1.0, Must::AtMost(2.0));
        assert_eq!(bars.short, 0);
        bars.compare("c", "", 1.9, 1.0, Must::AtLeast(2.0));
        bars.compare("d", "", 1.0, 1.0, Must::AtMost(2.0));
        bars.compare("e", "", f64::NAN, 1.0, Must::AtMost(2.0));
        assert_eq!(bars.short, 2);
    }

    #[test]
    fn sides_take_turns() {
        let order = std::cell::RefCell::new(String::new());
        let side = |name, figure| {
            order.borrow_mut().push(name);
            figure
        };
        assert_eq!(in_turn(3, || side('a', 1.0), || side('b', 2.0)), (1.0, 2.0));
        assert_eq!(*order.borrow(), "abbaab");
    }
}
