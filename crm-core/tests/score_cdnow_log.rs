//! The summary of the real CDNOW log, and the models fitted to it, against what others made of it.
//!
//! The log and the tables are not part of the repository; without them the tests say so and pass.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use crm_core::base::{Currency, Date};
use crm_core::score::{
    BgNbd, FitOptions, GammaGamma, HistoryCounts, SpendCounts, SummaryOptions, SummaryTable, TimeUnit, summarise,
};

/// A file of the shared data folder next to the checkout, if there is one.
fn shared(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
    let found = root.ancestors().skip(1).take(2).map(|folder| folder.join("shared/data").join(name));
    let found = found.into_iter().find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not there");
    }
    found
}

/// Reads a log with blank-separated columns: customer, ..., date as yyyymmdd, number, dollars.
fn summary_of(log: &Path, customer_column: usize, threads: usize) -> SummaryTable {
    let (mut customer, mut day, mut minor) = (Vec::new(), Vec::new(), Vec::new());
    for line in std::fs::read_to_string(log).unwrap().lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let Ok(id) = fields[customer_column].parse::<u32>() else { continue };
        let date = fields[fields.len() - 3];
        let date = format!("{}-{}-{}", &date[..4], &date[4..6], &date[6..]);
        let (whole, cents) = fields[fields.len() - 1].split_once('.').unwrap();
        customer.push(id);
        day.push(date.parse::<Date>().unwrap().days());
        minor.push(whole.parse::<i64>().unwrap_or(0) * 100 + cents.parse::<i64>().unwrap());
    }
    let mut options = SummaryOptions::new("1997-09-30".parse().unwrap(), TimeUnit::Weeks, Currency::USD);
    options.holdout_until = Some("1998-06-30".parse().unwrap());
    options.threads = threads;
    summarise(&customer, &day, &minor, &options).unwrap()
}

fn compare(table: &SummaryTable, expected: &Path) {
    let expected = std::fs::read_to_string(expected).unwrap();
    let expected: Vec<Vec<f64>> =
        expected.lines().skip(1).map(|line| line.split(',').map(|field| field.parse().unwrap()).collect()).collect();
    assert_eq!(table.rows.len(), expected.len());
    for ((row, holdout), expected) in table.rows.iter().zip(&table.holdout).zip(&expected) {
        let history = table.history(row);
        let ours = [f64::from(row.customer), f64::from(history.repeats), history.recency, history.age];
        for (ours, expected) in ours.iter().zip(expected) {
            assert!((ours - expected).abs() <= 5e-7, "customer {}: {ours} and {expected}", row.customer);
        }
        assert!((table.spend(row).mean - expected[4]).abs() <= 5.1e-5, "customer {}", row.customer);
        assert_eq!(f64::from(holdout.purchases), expected[5], "customer {}", row.customer);
    }
}

#[test]
fn every_customer_of_the_full_log_agrees() {
    let (Some(log), Some(expected)) = (shared("CDNOW_master.txt"), shared("cdnow_full_summary.csv")) else { return };
    let table = summary_of(&log, 0, 2);
    assert_eq!(table.rows.iter().map(|row| u64::from(row.repeats)).sum::<u64>(), 24_337);
    assert_eq!(table.rows.iter().filter(|row| row.repeats > 0).count(), 9_451);
    assert_eq!(table.holdout.iter().map(|holdout| u64::from(holdout.purchases)).sum::<u64>(), 19_684);
    compare(&table, &expected);
    assert_eq!(summary_of(&log, 0, 1), table);
}

#[test]
fn every_customer_of_the_sample_log_agrees() {
    let (Some(log), Some(expected)) = (shared("CDNOW_sample.txt"), shared("cdnow_sample_from_log.csv")) else { return };
    compare(&summary_of(&log, 1, 1), &expected);
}

#[track_caller]
fn close(ours: &[f64], expected: &[f64], tolerance: f64) {
    for (ours, expected) in ours.iter().zip(expected) {
        assert!((ours - expected).abs() <= tolerance, "{ours} and {expected}");
    }
}

#[test]
fn models_of_the_full_log_agree_with_lifetimes_and_clvtools() {
    let Some(log) = shared("CDNOW_master.txt") else { return };
    let table = summary_of(&log, 0, 2);
    let purchases = BgNbd::fit(&HistoryCounts::of(&table), &FitOptions::default()).unwrap();
    let BgNbd { r, alpha, a, b, .. } = purchases.model;
    close(&[r, alpha, a, b], &[0.251624, 4.788943, 0.723433, 2.161088], 2e-6);
    close(&[purchases.log_likelihood], &[-95368.44], 0.005);
    let spend = GammaGamma::fit(&SpendCounts::of(&table).unwrap(), &FitOptions::default()).unwrap();
    let GammaGamma { p, q, gamma, .. } = spend.model;
    close(&[p, q, gamma], &[6.27536, 3.62445, 14.98369], 2e-4);
    assert_eq!((spend.customers, spend.without_spend), (9_450.0, 1.0));
}

#[test]
fn models_of_the_sample_log_agree_with_clvtools() {
    let Some(log) = shared("CDNOW_sample.txt") else { return };
    let table = summary_of(&log, 1, 1);
    let purchases = BgNbd::fit(&HistoryCounts::of(&table), &FitOptions::threads(2)).unwrap();
    let BgNbd { r, alpha, a, b, .. } = purchases.model;
    close(&[r, alpha, a, b], &[0.2425945, 4.4136019, 0.7929199, 2.4258881], 2e-5);
    close(&[purchases.log_likelihood], &[-9582.429], 0.0005);
    let spend = GammaGamma::fit(&SpendCounts::of(&table).unwrap(), &FitOptions::default()).unwrap();
    close(&[spend.log_likelihood], &[-4055.9177], 0.00005);
}
