//! The shipped data go through the intake whole. The numbers of the log were counted with awk.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crm_core::base::Timestamp;
use crm_core::intake::{
    ContactRow, Contacts, Mode, PurchaseRow, Purchases, Statement, decode_contacts, decode_purchases,
};
use crm_examples::synthetic_contacts;

fn now() -> Timestamp {
    "1998-07-01T00:00:00Z".parse().unwrap()
}

static LOG: LazyLock<Purchases> = LazyLock::new(|| {
    let bytes = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/data/CDNOW_master.txt")).unwrap();
    decode_purchases(&bytes, &"currency=USD,source=cdnow".parse().unwrap(), now(), Mode::Strict).unwrap()
});

#[test]
fn the_log_is_read_to_the_last_cent() {
    let log = &*LOG;
    assert_eq!((log.rows.len(), log.report.repeated), (69_659, 255));
    let customers: BTreeSet<&str> = log.rows.iter().map(|row| row.customer.as_str()).collect();
    let ids: BTreeSet<&str> = log.rows.iter().map(|row| row.source.id.as_str()).collect();
    assert_eq!((customers.len(), ids.len()), (23_570, 69_659));
    assert_eq!(log.rows.iter().map(|row| row.amount.minor()).sum::<i64>(), 250_031_563);
    assert_eq!(log.rows.iter().filter_map(|row| row.quantity).sum::<i64>(), 167_881);
    assert_eq!(log.rows.iter().filter(|row| row.amount.is_zero()).count(), 80);
    let days = || log.rows.iter().map(|row| row.at.to_string());
    assert_eq!(days().min().unwrap(), "1997-01-01T00:00:00Z");
    assert_eq!(days().max().unwrap(), "1998-06-30T00:00:00Z");
    assert_eq!((log.rows[0].row, log.rows[69_658].row), (2, 69_660));
}

fn decode(text: &str) -> Contacts {
    decode_contacts(text.as_bytes(), &"".parse().unwrap(), now(), Mode::Strict).unwrap()
}

#[test]
fn the_contacts_are_what_they_are_said_to_be() {
    let log = &*LOG;
    let text = synthetic_contacts(&log.rows, 1);
    assert_eq!(text, synthetic_contacts(&log.rows, 1));
    assert_ne!(text, synthetic_contacts(&log.rows, 2));
    let contacts = decode(&text).rows;
    assert_eq!(contacts.len(), 23_570);

    // In a thousand, with room for chance.
    let share = |count: usize| count * 1_000 / contacts.len();
    let said = |statement: Statement| {
        let has = |row: &&_| contains(row, statement);
        share(contacts.iter().filter(has).count())
    };
    assert!((540..560).contains(&said(Statement::Granted)));
    assert!((500..522).contains(&said(Statement::Confirmed)));
    assert!((140..160).contains(&said(Statement::Refused)));
    assert!((92..108).contains(&said(Statement::Withdrawn)));
    assert!((52..68).contains(&share(contacts.iter().filter(|row| row.email.is_none()).count())));
    assert!((34..46).contains(&share(contacts.iter().filter(|row| row.email_bounced.is_some()).count())));
    assert!((590..610).contains(&share(contacts.iter().filter(|row| row.phone.is_some()).count())));
    assert!((640..660).contains(&share(contacts.iter().filter(|row| row.birth_date.is_some()).count())));

    let emails: BTreeSet<_> = contacts.iter().filter_map(|row| row.email.clone()).collect();
    assert_eq!(emails.len(), contacts.iter().filter(|row| row.email.is_some()).count(), "nobody shares an address");
    let reserved = ["example.com", "example.net", "example.org"];
    assert!(emails.iter().all(|email| reserved.contains(&email.domain())));
}

fn contains(row: &ContactRow, statement: Statement) -> bool {
    row.consents.iter().any(|entry| entry.statement == statement)
}

#[test]
fn a_contact_does_not_depend_on_the_others() {
    let log = &*LOG;
    let all = decode(&synthetic_contacts(&log.rows, 7)).rows;
    // Half of the log, and the last day of the whole.
    let keep = |row: &PurchaseRow| {
        row.customer.ends_with(['0', '2', '4', '6', '8']) || row.at.utc_date().to_string() == "1998-06-30"
    };
    let kept: BTreeSet<String> = log.rows.iter().filter(|row| keep(row)).map(|row| row.customer.to_string()).collect();
    let half: Vec<_> = log.rows.iter().filter(|row| kept.contains(row.customer.as_str())).cloned().collect();
    let half = decode(&synthetic_contacts(&half, 7)).rows;
    let mut expected = all.into_iter().filter(|row| kept.contains(row.customer.as_str()));
    for mut row in half {
        let mut other = expected.next().unwrap();
        (row.row, other.row) = (0, 0);
        assert_eq!(row, other);
    }
    assert!(expected.next().is_none());
}
