//! The tutorial of segments, as a test: every piece of code of the page stands here, in its order.

use std::sync::Arc;

use crm_core::Crm;
use crm_core::base::{Name, Timestamp, Zone};
use crm_core::crm::{FixedClock, SegmentView};
use crm_core::customer::NewCustomer;
use crm_core::interaction::NewInteraction;
use crm_core::segment::{LiveSegments, MembershipCause, Truth};
use crm_core::store::Memory;

const PAGE: &str = include_str!("../../docs/segments-tutorial.md");

#[test]
fn the_page_says_what_runs_here() {
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let source = squeezed(include_str!("segments_tutorial.rs"));
    let mut from = 0;
    let blocks: Vec<&str> = PAGE.split("```rust\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(blocks.len() > 8);
    for block in blocks {
        let place = source[from..].find(&squeezed(block));
        assert!(place.is_some(), "this is not run, or not in this order:\n{block}");
        from += place.unwrap_or_default();
    }
}

#[test]
fn the_tutorial_runs() -> crm_core::Result<()> {
    let clock = Arc::new(FixedClock::at("2026-03-20T12:00:00Z".parse()?));
    let crm = Crm::builder(Arc::new(Memory::default())).clock(Arc::clone(&clock)).open()?;

    let anna = crm.customers().create(NewCustomer::person("Anna"))?.id;
    let ben = crm.customers().create(NewCustomer::person("Ben"))?.id;
    for (who, at, amount) in [
        (anna, "2026-01-10T10:00:00Z", "80.00 EUR"),
        (anna, "2026-03-01T10:00:00Z", "45.00 EUR"),
        (ben, "2026-03-15T10:00:00Z", "20.00 EUR"),
    ] {
        crm.interactions().record(NewInteraction::order(who, at.parse()?, amount.parse()?))?;
    }
    let view = SegmentView { zone: Zone::new("Europe/Berlin")?, ..SegmentView::at(crm.now()) };

    let loyal = "count(order in last 90 days) >= 2 and sum(amount of order in last 90 days) >= 100.00 EUR";
    assert_eq!(crm.segments().matching(loyal, &view)?, [anna]);

    let findings = crm.segments().check("sum(amuont of order) >= 100.00 EUR")?;
    assert_eq!(findings[0].code, "E0102");
    assert_eq!(findings[0].suggestion.as_deref(), Some("did you mean `amount`?"));

    let findings = crm.segments().check("customer.country != \"DE\"")?;
    assert_eq!(findings[0].code, "W0305");
    assert_eq!(crm.segments().matching("customer.country != \"DE\"", &view)?, []);
    let elsewhere = "customer.country is missing or customer.country != \"DE\"";
    assert_eq!(crm.segments().matching(elsewhere, &view)?, [anna, ben]);

    let name = Name::new("loyal")?;
    let first = crm.segments().define(&name, loyal)?;
    let same = crm.segments().define(&name, &format!("# The best ones.\n{loyal}"))?;
    assert_eq!(first.version, same.version);

    let words = crm.segments().explain_in_words(&name, ben, &view)?;
    assert!(words.contains("✗ count(order in last 90 days) >= 2"), "{words}");
    let why = crm.segments().why_not(&name, ben, &view)?;
    assert_eq!(why.truth, Truth::False);
    assert_eq!(why.change.map(|change| change.len()), Some(2));

    let next = crm.segments().next_change(&name, anna, &view)?;
    let ninety_days_later: Timestamp = "2026-04-10T10:00:00Z".parse()?;
    assert_eq!(next.at, Some(ninety_days_later));

    let diff = crm.segments().diff(loyal, "count(order in last 90 days) >= 1", &view)?;
    assert_eq!((diff.enters, diff.leaves, diff.stays), (vec![ben], vec![], 1));
    let relation = crm.segments().relation(loyal, "count(order in last 90 days) >= 1")?;
    assert_eq!(relation.implies, Truth::True);

    let live = LiveSegments { names: vec![name.clone()], zone: Zone::new("Europe/Berlin")?, ..LiveSegments::default() };
    crm.segments().set_live(&live)?;
    assert_eq!(crm.segments().memberships(anna)?.len(), 1);

    crm.interactions().record(NewInteraction::order(ben, crm.now(), "95.00 EUR".parse()?))?;
    assert_eq!(crm.segments().live_members(&name)?, [anna, ben]);

    clock.set("2026-04-12T08:00:00Z".parse()?);
    crm.segments().tick(crm.now())?;
    let history = crm.segments().membership_history(anna)?;
    assert_eq!(history[1].at, ninety_days_later);
    assert_eq!(history[1].cause, MembershipCause::Time);

    let then = SegmentView { zone: Zone::new("Europe/Berlin")?, ..SegmentView::at("2026-03-02T00:00:00Z".parse()?) };
    let as_known_now = SegmentView { as_of: crm_core::base::AsOf { known: crm.now(), ..then.as_of }, ..then };
    assert_eq!(crm.segments().matching(loyal, &as_known_now)?, [anna]);
    Ok(())
}
