//! What all benchmarks share: bars, medians, and a seeded generator.
//!
//! A bar compares two figures of one run. Runs of the two sides take turns, so that a disturbance meets both; what is
//! printed are medians.
#![allow(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

pub mod raw;
pub mod workload;

use std::time::{Duration, Instant};

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

    /// Ends the programme: 1 when a bar is short, else 0.
    pub fn exit(self) -> ! {
        std::process::exit(i32::from(self.short > 0))
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
