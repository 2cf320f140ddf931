//! The mathematics of the score room against polars and `lifetimes`.
//!
//! `score [ROWS]`: how many transactions are summarised, 10,000,000 unless told otherwise.
#![allow(clippy::unwrap_used, reason = "a benchmark may stop at the first error")]

use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;

use crm_benches::peer::{Peer, write_column};
use crm_benches::{Bars, Must, Rng, folder, in_turn, time};
use crm_core::base::{Currency, Date};
use crm_core::score::{
    BgNbd, FitOptions, HistoryCount, HistoryCounts, SummaryOptions, SummaryTable, TimeUnit, summarise,
};

fn main() -> ExitCode {
    let rows: usize = std::env::args().nth(1).map_or(10_000_000, |text| text.parse().unwrap());
    let mut bars = Bars::default();
    summary(&mut bars, rows);
    bg_nbd(&mut bars);
    bars.verdict()
}

/// Transactions in columns: customer, day since 1970-01-01, cents. The rows are in no order, a tenth as many customers
/// share them, and some buy much more often than others.
struct Transactions {
    customer: Vec<u32>,
    day: Vec<i32>,
    minor: Vec<i64>,
}

impl Transactions {
    fn new(rows: usize) -> Self {
        let first: Date = "2023-01-01".parse().unwrap();
        let mut rng = Rng::new(1);
        let mut all = Self { customer: Vec::new(), day: Vec::new(), minor: Vec::new() };
        for _ in 0..rows {
            let at_most = rng.below(rows as u64 / 10) + 1;
            all.customer.push(rng.below(at_most) as u32);
            all.day.push(first.days() + rng.below(1_096) as i32);
            all.minor.push(100 + rng.below(20_000) as i64);
        }
        all
    }

    fn write(&self, folder: &Path) {
        write_column(folder, "customer.u32", self.customer.iter().map(|n| n.to_le_bytes())).unwrap();
        write_column(folder, "day.i32", self.day.iter().map(|n| n.to_le_bytes())).unwrap();
        write_column(folder, "minor.i64", self.minor.iter().map(|n| n.to_le_bytes())).unwrap();
    }
}

/// What both sides must agree on.
fn checksum(table: &SummaryTable) -> String {
    let rows = &table.rows;
    let repeats: u64 = rows.iter().map(|row| u64::from(row.repeats)).sum();
    let total: i64 = rows.iter().map(|row| row.total_minor).sum();
    let repeat_spend: i64 = rows.iter().map(|row| row.repeat_minor).sum();
    format!("{} {repeats} {total} {repeat_spend}", rows.len())
}

/// Transactions in memory to (`x`, `t_x`, `T`, spend), both sides on all cores.
fn summary(bars: &mut Bars, rows: usize) {
    let data = Transactions::new(rows);
    let folder = folder().unwrap();
    data.write(folder.path());
    let mut peer = Peer::start("summary", folder.path()).unwrap();

    let as_of = Date::from_days(*data.day.iter().max().unwrap()).unwrap();
    let mut options = SummaryOptions::new(as_of, TimeUnit::Weeks, Currency::new("EUR").unwrap());
    options.threads = std::thread::available_parallelism().unwrap().get();
    let run = || summarise(&data.customer, &data.day, &data.minor, &options).unwrap();
    assert_eq!(checksum(&run()), peer.run().unwrap().1, "both sides give the same summary");

    let rate = |seconds: f64| rows as f64 / 1e6 / seconds;
    let ours = || rate(time(|| drop(black_box(run()))).as_secs_f64());
    let theirs = || rate(peer.run().unwrap().0);
    let (ours, theirs) = in_turn(9, ours, theirs);
    bars.compare("purchase-summary", "Mrows/s", ours, theirs, Must::AtLeast(1.0));
}

/// The published table of the CDNOW sample: `x`, `t_x` and `T` in weeks.
fn cdnow() -> Vec<(u32, f64, f64)> {
    let text = include_str!("../../../crm-core/tests/data/cdnow_sample_summary.csv");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[1].parse().unwrap(), cells[2].parse().unwrap(), cells[3].parse().unwrap())
    };
    text.lines().skip(1).map(row).collect()
}

/// BG/NBD on the CDNOW sample, from the columns of the summary to the parameters.
fn bg_nbd(bars: &mut Bars) {
    const FITS: usize = 100;
    let data = cdnow();
    let folder = folder().unwrap();
    write_column(folder.path(), "x.f64", data.iter().map(|row| f64::from(row.0).to_le_bytes())).unwrap();
    write_column(folder.path(), "t_x.f64", data.iter().map(|row| row.1.to_le_bytes())).unwrap();
    write_column(folder.path(), "T.f64", data.iter().map(|row| row.2.to_le_bytes())).unwrap();
    let mut peer = Peer::start("bgnbd", folder.path()).unwrap();

    let run = || {
        let histories = data.iter().map(|&(repeats, recency, age)| HistoryCount { repeats, recency, age, weight: 1.0 });
        let counts = HistoryCounts::new(TimeUnit::Weeks, histories.collect()).unwrap();
        BgNbd::fit(&counts, &FitOptions::default()).unwrap().model
    };
    let BgNbd { r, alpha, a, b, .. } = run();
    let theirs: Vec<f64> = peer.run().unwrap().1.split(' ').map(|number| number.parse().unwrap()).collect();
    println!("note: r, alpha, a, b are {:.4?} here, {theirs:.4?} there", [r, alpha, a, b]);
    let close = [r, alpha, a, b].iter().zip(&theirs).all(|(ours, theirs)| (ours / theirs - 1.0).abs() < 1e-3);
    assert!(close, "both sides find the same parameters");

    // Many fits at once, so that both sides are measured for about as long and are interrupted as often.
    let ours = || FITS as f64 / time(|| (0..FITS).for_each(|_| _ = black_box(run()))).as_secs_f64();
    let theirs = || 1.0 / peer.run().unwrap().0;
    let (ours, theirs) = in_turn(25, ours, theirs);
    bars.compare("bg-nbd-fit", "fits/s", ours, theirs, Must::AtLeast(20.0));
}
