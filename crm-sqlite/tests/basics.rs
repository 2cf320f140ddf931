//! What one store does with a little of everything.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says so by failing")]

mod common;

use common::rich::{at, customer, first, name, order};
use common::{CUSTOMER, INTERACTION};
use crm_core::base::{Clash, Id, Order};
use crm_core::change::{Change, ChangeSet, Touched};
use crm_core::fact::Fact;
use crm_core::record::Key;
use crm_core::store::{FactQuery, Lifecycle, Scan, Store, StoreError, TestOp, Verify};
use crm_sqlite::Sqlite;

fn filled() -> (Sqlite, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    let receipt = store.commit(&first()).unwrap();
    assert_eq!((receipt.seq, receipt.written, receipt.appended), (1, 10, 50));
    (store, folder)
}

#[test]
fn what_was_written_is_read() {
    let (store, folder) = filled();
    let check = |store: &Sqlite| {
        let one = customer(3);
        assert_eq!(store.load(&CUSTOMER, &[one.id, Id::NIL]).unwrap(), [Some(one.clone()), None]);
        assert_eq!(store.find(&CUSTOMER, &[Key::unique(name("no"), "C-3")]).unwrap(), [Some(one.id)]);
        let page = store.scan(&Scan::all(CUSTOMER).with_key(Key::lookup(name("city"), "Köln")).limit(4)).unwrap();
        assert_eq!(page.items.len(), 4);
        let rest = store.scan(&Scan::all(CUSTOMER).after(page.next)).unwrap();
        assert_eq!(rest.items.len(), 6);
        let some = store.scan(&Scan::all(CUSTOMER).test(name("order"), TestOp::Ge, 7)).unwrap();
        assert_eq!(some.items.len(), 3);
        let timeline = FactQuery::about(INTERACTION, one.id).order(Order::Newest).limit(3);
        let page = store.facts(&timeline).unwrap();
        let mut expected: Vec<Fact> = (30..35).rev().map(|number| order(one.id, number)).collect();
        for fact in &mut expected {
            fact.recorded = at("2026-01-01T00:00:00Z");
        }
        assert_eq!(page.items, expected[..3]);
        assert_eq!(store.facts(&timeline.after(page.next)).unwrap().items, expected[3..]);
        let all = store.facts(&FactQuery::all(INTERACTION).measures()).unwrap();
        assert_eq!(all.items.len(), 50);
    };
    check(&store);
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
    drop(store);
    let store = Sqlite::open(folder.path().join("crm.db")).unwrap();
    check(&store);
    store.lifecycle(&Lifecycle::SnapshotTo(folder.path().join("copy.db"))).unwrap();
    check(&Sqlite::open(folder.path().join("copy.db")).unwrap());
    store.lifecycle(&Lifecycle::Suspend).unwrap();
    assert_eq!(store.info().unwrap_err(), StoreError::Closed);
    store.lifecycle(&Lifecycle::Resume).unwrap();
    check(&store);
}

#[test]
fn an_erased_customer_is_gone_and_stays_gone() {
    let (store, _folder) = filled();
    let one = customer(3);
    let mut set = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    set.changes.push(Change::Erase { subject: one.id });
    store.commit(&set).unwrap();
    assert_eq!(store.load(&CUSTOMER, &[one.id]).unwrap(), [None]);
    assert_eq!(store.facts(&FactQuery::about(INTERACTION, one.id)).unwrap().items, []);
    let mut set = ChangeSet::new(at("2026-03-01T00:00:00Z"));
    set.put(one.clone());
    assert_eq!(store.commit(&set).unwrap_err(), StoreError::Conflict(Clash::Erased { subject: one.id }));
    let feed = store.changes(0, 10).unwrap();
    assert_eq!(feed[0].touched.len(), 2 + 9 + 45);
    assert_eq!(feed[1].touched, [Touched::Erased { subject: one.id }]);
    assert_eq!(store.verify(&Verify::Full).unwrap().problems, Vec::<&str>::new());
}
