//! Live segments: whatever happens in whatever order, what is kept is what would be found anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::sync::Arc;

use crm_core::Crm;
use crm_core::base::{CustomerId, DataClass, FieldDecl, Name, Provenance, Timestamp, ValueType, Zone};
use crm_core::crm::{FixedClock, SegmentView};
use crm_core::customer::{AttributeValue, ContactKind, NewContactPoint, NewCustomer, NewRelationship};
use crm_core::interaction::NewInteraction;
use crm_core::segment::{LiveSegments, MembershipCause};
use crm_core::store::Memory;
use proptest::prelude::*;

const START: &str = "2026-03-01T00:00:00Z";

const SEGMENTS: [(&str, &str); 8] = [
    ("recent", "count(order in last 3 days) >= 1"),
    ("spender", "sum(amount of order | refund) >= 50.00 EUR"),
    ("stopped", "exists(order) and never(order in last 5 days)"),
    ("today", "exists(order in today)"),
    ("gold", "customer.level = \"gold\" and not segment(\"stopped\")"),
    ("new", "customer.created_at in last 2 calendar days"),
    ("web", "exists(order in last 4 days where channel = \"web\")"),
    ("bought", "purchases.count >= 2 or purchases.days_since_last > 3"),
];

struct World {
    crm: Crm,
    clock: Arc<FixedClock>,
    customers: Vec<CustomerId>,
    orders: Vec<(crm_core::base::InteractionId, usize)>,
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn live() -> LiveSegments {
    LiveSegments {
        names: SEGMENTS.iter().map(|(own, _)| name(own)).collect(),
        zone: Zone::new("Europe/Berlin").unwrap(),
        currency: "EUR".parse().ok(),
        programme: None,
    }
}

impl World {
    fn new() -> Self {
        let clock = Arc::new(FixedClock::at(START.parse().unwrap()));
        let crm = Crm::builder(Arc::new(Memory::default())).clock(Arc::clone(&clock)).open().unwrap();
        let level =
            FieldDecl::new("level", ValueType::Text, DataClass::Behaviour, Provenance::Provided, &["marketing"]);
        crm.customers().declare_attributes(&[level]).unwrap();
        for (own, text) in SEGMENTS {
            crm.segments().define(&name(own), text).unwrap();
        }
        crm.segments().set_live(&live()).unwrap();
        Self { crm, clock, customers: Vec::new(), orders: Vec::new() }
    }

    fn now(&self) -> Timestamp {
        self.crm.now()
    }

    fn somebody(&self, which: usize) -> Option<CustomerId> {
        (!self.customers.is_empty()).then(|| self.customers[which % self.customers.len()])
    }

    fn step(&mut self, step: &Step) {
        match step {
            Step::Create => {
                let created = self.crm.customers().create(NewCustomer::person("Anna")).unwrap();
                self.customers.push(created.id);
            }
            Step::Order { who, hours_ago, euros, web } => {
                let Some(customer) = self.somebody(*who) else { return };
                let at = self.now().saturating_add_micros(-hours_ago * 3_600_000_000);
                let mut order = NewInteraction::order(customer, at, format!("{euros}.00 EUR").parse().unwrap());
                order.channel = web.then_some(crm_core::base::Channel::Web);
                let id = self.crm.interactions().record(order).unwrap();
                self.orders.push((id, who % self.customers.len()));
            }
            Step::Refund { which } => {
                if self.orders.is_empty() {
                    return;
                }
                let (order, who) = self.orders.swap_remove(which % self.orders.len());
                let Some(customer) = self.customers.get(who).copied() else { return };
                let Ok(found) = self.crm.interactions().get(order) else { return };
                if found.customer != customer {
                    return;
                }
                let refund = NewInteraction::refund(order, customer, self.now(), found.amount.unwrap());
                self.crm.interactions().record(refund).unwrap();
            }
            Step::Level { who, gold } => {
                let Some(customer) = self.somebody(*who) else { return };
                let value = AttributeValue::new(name("level"), if *gold { "gold" } else { "none" });
                self.crm.customers().set_attributes(customer, &[value]).unwrap();
            }
            Step::Archive { who, away } => {
                let Some(customer) = self.somebody(*who) else { return };
                let done =
                    if *away { self.crm.customers().archive(customer) } else { self.crm.customers().restore(customer) };
                done.unwrap();
            }
            Step::Erase { who } => {
                let Some(customer) = self.somebody(*who) else { return };
                self.crm.privacy().erase(customer).unwrap();
                self.customers.retain(|own| *own != customer);
                self.orders.clear();
            }
            Step::Redefine { days } => {
                let text = format!("count(order in last {days} days) >= 1");
                self.crm.segments().define(&name("recent"), &text).unwrap();
            }
            Step::Wait { hours } => {
                self.clock.set(self.now().saturating_add_micros(hours * 3_600_000_000 + 1));
                self.crm.segments().tick(self.now()).unwrap();
            }
        }
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let segments = self.crm.segments();
        let view = SegmentView { zone: live().zone, currency: live().currency, ..SegmentView::at(self.now()) };
        for (own, _) in SEGMENTS {
            segments.drop_columns().unwrap();
            let found = segments.members(&name(own), &view).unwrap();
            segments.load_columns(1).unwrap();
            prop_assert_eq!(&segments.members(&name(own), &view).unwrap(), &found, "{} in columns", own);
            prop_assert_eq!(&segments.live_members(&name(own)).unwrap(), &found, "{}", own);
        }
        for customer in &self.customers {
            let kept: BTreeSet<_> = segments.memberships(*customer).unwrap().into_iter().collect();
            let told: BTreeSet<_> = segments.memberships_at(*customer, self.now()).unwrap().into_iter().collect();
            prop_assert_eq!(kept, told, "the facts tell what is kept");
        }
        Ok(())
    }
}

#[derive(Clone, Debug)]
enum Step {
    Create,
    Order { who: usize, hours_ago: i64, euros: u32, web: bool },
    Refund { which: usize },
    Level { who: usize, gold: bool },
    Archive { who: usize, away: bool },
    Erase { who: usize },
    Redefine { days: u32 },
    Wait { hours: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0_usize..6;
    let late = prop_oneof![3 => Just(0_i64), 2 => 1_i64..200];
    prop_oneof![
        2 => Just(Step::Create),
        5 => (who(), late, 1_u32..60, any::<bool>())
            .prop_map(|(who, hours_ago, euros, web)| Step::Order { who, hours_ago, euros, web }),
        1 => who().prop_map(|which| Step::Refund { which }),
        2 => (who(), any::<bool>()).prop_map(|(who, gold)| Step::Level { who, gold }),
        1 => (who(), any::<bool>()).prop_map(|(who, away)| Step::Archive { who, away }),
        1 => who().prop_map(|who| Step::Erase { who }),
        1 => (1_u32..9).prop_map(|days| Step::Redefine { days }),
        4 => (0_i64..90).prop_map(|hours| Step::Wait { hours }),
    ]
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_is_what_would_be_found_anew(steps in proptest::collection::vec(step(), 1..25)) {
        let mut world = World::new();
        world.step(&Step::Create);
        for step in &steps {
            world.step(step);
            world.check()?;
        }
    }

    #[test]
    fn columns_that_are_kept_have_the_members_of_the_store(steps in proptest::collection::vec(step(), 1..25)) {
        let mut world = World::new();
        world.crm.segments().set_live(&LiveSegments::default()).unwrap();
        world.crm.segments().load_columns(2).unwrap();
        world.step(&Step::Create);
        let view = |world: &World| SegmentView { zone: live().zone, ..SegmentView::at(world.now()) };
        let mut found = Vec::new();
        for step in &steps {
            world.step(step);
            for (own, _) in &SEGMENTS[..7] {
                found.push(world.crm.segments().members(&name(own), &view(&world)).unwrap());
            }
        }
        world.crm.segments().drop_columns().unwrap();
        let last: Vec<_> =
            SEGMENTS[..7].iter().map(|(own, _)| world.crm.segments().members(&name(own), &view(&world)).unwrap()).collect();
        prop_assert_eq!(&found[found.len() - 7..], &last);
    }
}

#[test]
fn entries_and_exits_have_their_instant_and_their_cause() {
    let mut world = World::new();
    world.step(&Step::Create);
    let anna = world.customers[0];
    world.step(&Step::Order { who: 0, hours_ago: 0, euros: 10, web: false });
    let (order, _) = world.orders[0];
    let ordered = world.now();
    world.step(&Step::Wait { hours: 24 * 10 });
    let history = world.crm.segments().membership_history(anna).unwrap();
    let recent: Vec<_> = history.iter().filter(|one| one.segment == "recent").collect();
    assert_eq!((recent[0].at, recent[0].entered), (ordered, true));
    assert_eq!(recent[0].cause, MembershipCause::Fact(order.id()));
    // The tick came a week late, and the exit has its own instant all the same.
    assert_eq!((recent[1].at, recent[1].entered), (ordered.saturating_add_days(3), false));
    assert_eq!((recent[1].cause, recent[1].recorded), (MembershipCause::Time, world.now()));
}

#[test]
fn a_tick_looks_at_nobody_who_is_not_due() {
    let mut world = World::new();
    let only_recent = LiveSegments { names: vec![name("recent")], ..live() };
    world.crm.segments().set_live(&only_recent).unwrap();
    world.step(&Step::Create);
    world.step(&Step::Create);
    world.step(&Step::Order { who: 0, hours_ago: 0, euros: 10, web: false });
    let ordered = world.now();
    let tick = |world: &World, at: Timestamp| {
        world.clock.set(at);
        world.crm.segments().tick(at).unwrap()
    };
    let just_before = ordered.saturating_add_days(3).saturating_add_micros(-1);
    let ticked = tick(&world, just_before);
    assert_eq!((ticked.due, ticked.changes), (0, 0));
    assert_eq!(ticked.next, ordered.saturating_add_days(3));
    let ticked = tick(&world, ticked.next);
    assert_eq!((ticked.due, ticked.changes), (1, 1));
    assert_eq!(world.crm.segments().live_members(&name("recent")).unwrap(), []);
}

#[test]
fn what_another_engine_writes_is_taken_in_by_the_next_tick() {
    let store = Arc::new(Memory::default());
    let clock = Arc::new(FixedClock::at(START.parse().unwrap()));
    let open = || Crm::builder(store.clone()).clock(Arc::clone(&clock)).open().unwrap();
    let (writer, keeper) = (open(), open());
    let anna = writer.customers().create(NewCustomer::person("Anna")).unwrap().id;
    // The writer has looked, and found that nothing is live.
    assert_eq!(writer.segments().live().unwrap(), LiveSegments::default());
    keeper.segments().define(&name("buyers"), "exists(order)").unwrap();
    keeper.segments().set_live(&LiveSegments { names: vec![name("buyers")], ..LiveSegments::default() }).unwrap();
    let order = NewInteraction::order(anna, clock_now(&keeper), "5.00 EUR".parse().unwrap());
    writer.interactions().record(order).unwrap();
    keeper.segments().tick(clock_now(&keeper)).unwrap();
    assert_eq!(keeper.segments().memberships(anna).unwrap(), [name("buyers")]);
}

fn clock_now(crm: &Crm) -> Timestamp {
    crm.now()
}

#[test]
fn an_address_and_a_relationship_are_changes_of_a_customer() {
    let world = World::new();
    let customers = world.crm.customers();
    let (anna, ben) = (
        customers.create(NewCustomer::person("Anna")).unwrap().id,
        customers.create(NewCustomer::person("Ben")).unwrap().id,
    );
    customers.add_contact_point(anna, &NewContactPoint::new(ContactKind::Email, "anna@example.com").unwrap()).unwrap();
    customers.relate(&NewRelationship::new(anna, name("parent"), ben)).unwrap();
    world.check().unwrap();
}

#[test]
fn what_compares_a_customer_with_everybody_cannot_be_live() {
    let world = World::new();
    world.crm.segments().define(&name("best"), "rfm.recency = 5").unwrap();
    let live = LiveSegments { names: vec![name("best")], ..live() };
    assert_eq!(world.crm.segments().set_live(&live).unwrap_err().code().as_str(), "invalid");
    let missing = LiveSegments { names: vec![name("nobody")], ..LiveSegments::default() };
    assert_eq!(world.crm.segments().set_live(&missing).unwrap_err().code().as_str(), "not-found");
}
