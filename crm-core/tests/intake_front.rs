//! Logs of purchases through the front door: what a store has of them afterwards.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;

use crm_core::Crm;
use crm_core::base::{Error, Name};
use crm_core::crm::Imported;
use crm_core::intake::{Fault, Mode, Rejected};
use crm_core::interaction::Timeline;

const MAPPING: &str = "currency=EUR, source=till";

/// A log with some more rows than are decided about at once: each customer has three, all with numbers.
fn log(rows: u64, amount: impl Fn(u64) -> u64) -> String {
    let mut text = "customer,date,amount,order\n".to_owned();
    for row in 0..rows {
        writeln!(text, "C{},2026-02-{:02},{}.00,{row}", row / 3, row % 28 + 1, amount(row)).unwrap();
    }
    text
}

fn import(crm: &Crm, log: &str, mode: Mode) -> Result<Imported, Error> {
    crm.intake().purchases(log.as_bytes(), &MAPPING.parse().unwrap(), mode)
}

/// Customers created and updated, facts and duplicates, rejected rows.
fn counts(imported: &Imported) -> [u64; 5] {
    let Imported { customers_created, customers_updated, facts, duplicates, rejected, .. } = imported;
    [*customers_created, *customers_updated, *facts, *duplicates, rejected.len() as u64]
}

#[test]
fn a_second_import_enters_nothing() {
    let crm = Crm::in_memory().unwrap();
    let log = log(3_000, |row| row);
    let first = import(&crm, &log, Mode::Strict).unwrap();
    assert_eq!(counts(&first), [1_000, 0, 3_000, 0, 0]);
    assert_eq!((first.report.rows, first.report.accepted), (3_000, 3_000));
    let second = import(&crm, &log, Mode::Strict).unwrap();
    assert_eq!(counts(&second), [0, 0, 0, 3_000, 0]);

    let last = crm.customers().find(&Name::from_static("till"), "C999").unwrap().unwrap();
    let orders = crm.interactions().timeline(last, Timeline::newest()).unwrap().items;
    let amounts: Vec<String> = orders.iter().map(|order| order.amount.unwrap().to_string()).collect();
    assert_eq!(amounts.len(), 3);
    assert!(amounts.contains(&"2999.00 EUR".to_owned()));
}

#[test]
fn a_log_that_has_grown_enters_what_is_new() {
    let crm = Crm::in_memory().unwrap();
    import(&crm, &log(2_000, |row| row), Mode::Strict).unwrap();
    let grown = import(&crm, &log(2_500, |row| row), Mode::Strict).unwrap();
    assert_eq!(counts(&grown), [167, 0, 500, 2_000, 0]);
}

#[test]
fn orders_that_have_changed_are_refused_with_their_rows() {
    let crm = Crm::in_memory().unwrap();
    import(&crm, &log(2_000, |row| row), Mode::Strict).unwrap();
    let seq = crm.store().info().unwrap().seq;
    // Every tenth order has changed, and there are new ones.
    let changed = log(2_400, |row| row + u64::from(row % 10 == 7));

    let error = import(&crm, &changed, Mode::Strict).unwrap_err();
    assert!(matches!(error, Error::Import { row: Some(9), .. }), "{error}");
    assert_eq!(crm.store().info().unwrap().seq, seq, "nothing is half imported");

    let imported = import(&crm, &changed, Mode::Lenient).unwrap();
    assert_eq!((imported.facts, imported.duplicates, imported.customers_created), (400, 1_800, 133));
    let rejected: Vec<&Rejected> = imported.rejected.iter().collect();
    assert!(rejected.iter().all(|wrong| wrong.fault == Fault::RecordedDifferently));
    let rows: Vec<u64> = rejected.iter().map(|wrong| wrong.row).collect();
    assert_eq!(rows, (0..200).map(|at| at * 10 + 9).collect::<Vec<_>>());
    assert_eq!(crm.store().info().unwrap().seq, seq + 1, "one commit for all the rest");
}
