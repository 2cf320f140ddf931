//! The laws of the ledger, over random programmes and random histories: partial refunds in any order, duplicates, late
//! arrivals, clocks that disagree. After every decision the ledger is audited and compared with the reference.

use std::collections::BTreeMap;

use crm_core::base::{CountedIds, CustomerId, Env, Id, Money, ProgrammeId, Timestamp, Window};
use crm_core::fact::{Fact, Projection};
use crm_core::loyalty::{
    Account, Adjustment, Cancellation, Capture, Definition, History, Join, Ledger, Lot, Movement, MovementKind,
    PointsDecision, Programme, Purchase, Redemption, Refund, Reservation, replay,
};
use proptest::prelude::*;

use crate::club::{at, eur, id, name};
use crate::reference::{Happening, Reference, What};

#[derive(Clone, Debug)]
pub struct Case {
    zone: &'static str,
    expiry: String,
    pending: i32,
    order: &'static str,
    shortfall: &'static str,
    /// Awards of more points wait for somebody's word.
    review_over: Option<i64>,
    rules: usize,
    tiers: usize,
    deeds: Vec<Deed>,
}

#[derive(Clone, Debug)]
pub struct Deed {
    minutes: i64,
    /// How much later it is heard of.
    delay: i64,
    /// By how much the clock of who hears of it is behind.
    skew: i64,
    twice: bool,
    what: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Buy { cents: i64 },
    Refund { which: usize, percent: i64 },
    Redeem { points: i64 },
    Cancel { which: usize, points: Option<i64> },
    Adjust { points: i64 },
    Reserve { points: i64, minutes: i64 },
    Capture { which: usize, points: Option<i64> },
    Release { which: usize },
    Confirm { which: usize },
}

impl Kind {
    /// Whether a replay knows of it.
    const fn is_replayed(&self) -> bool {
        !matches!(self, Self::Reserve { .. } | Self::Capture { .. } | Self::Release { .. } | Self::Confirm { .. })
    }
}

const DAY: i64 = 24 * 60;

fn any_deed() -> impl Strategy<Value = Deed> {
    let what = prop_oneof![
        5 => prop_oneof![Just(0), 1_i64..1200].prop_map(|cents| Kind::Buy { cents }),
        3 => (0_usize..8, prop_oneof![Just(100), 1_i64..=100]).prop_map(|(which, percent)| Kind::Refund { which, percent }),
        4 => (1_i64..15).prop_map(|points| Kind::Redeem { points }),
        2 => (0_usize..8, proptest::option::of(1_i64..8)).prop_map(|(which, points)| Kind::Cancel { which, points }),
        1 => (-8_i64..8).prop_filter("some", |points| *points != 0).prop_map(|points| Kind::Adjust { points }),
        2 => (1_i64..15, 1..30 * DAY).prop_map(|(points, minutes)| Kind::Reserve { points, minutes }),
        2 => (0_usize..4, proptest::option::of(1_i64..8)).prop_map(|(which, points)| Kind::Capture { which, points }),
        1 => (0_usize..4).prop_map(|which| Kind::Release { which }),
        1 => (0_usize..4).prop_map(|which| Kind::Confirm { which }),
    ];
    // Some things happen at the same instant, some at midnight in UTC.
    let minutes = prop_oneof![(0_i64..90).prop_map(|day| day * DAY), 0_i64..90 * DAY];
    let delay = prop_oneof![3 => Just(0_i64), 1 => 0_i64..120 * DAY];
    let skew = prop_oneof![3 => Just(0_i64), 1 => 0_i64..3 * DAY];
    (minutes, delay, skew, proptest::bool::weighted(0.2), what).prop_map(|(minutes, delay, skew, twice, what)| Deed {
        minutes,
        delay,
        skew,
        twice,
        what,
    })
}

pub fn any_case() -> impl Strategy<Value = Case> {
    let expiry = prop_oneof![
        Just(r#""never""#.to_owned()),
        (0_i32..50).prop_map(|days| format!(r#"{{"after": {{"days": {days}}}}}"#)),
        (0_i32..50).prop_map(|days| format!(r#"{{"after_day": {{"days": {days}}}}}"#)),
        (0_u8..2).prop_map(|plus| format!(r#"{{"end_of": {{"unit": "month", "plus": {plus}}}}}"#)),
        Just(r#"{"on": "2026-04-10"}"#.to_owned()),
    ];
    let zone = prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]);
    let pending = prop_oneof![2 => Just(0), 1 => 1_i32..20];
    let order = prop::sample::select(vec!["expiring_first", "oldest_first"]);
    let shortfall = prop::sample::select(vec!["waive", "take_others", "owe"]);
    let review_over = prop_oneof![3 => Just(None), 1 => (0_i64..12).prop_map(Some)];
    let deeds = proptest::collection::vec(any_deed(), 1..18);
    (zone, expiry, pending, order, (shortfall, review_over), 1_usize..9, 0_usize..5, deeds).prop_map(
        |(zone, expiry, pending, order, (shortfall, review_over), rules, tiers, deeds)| Case {
            zone,
            expiry,
            pending,
            order,
            shortfall,
            review_over,
            rules,
            tiers,
            deeds,
        },
    )
}

/// A case in which refunds are heard of late and their points have been spent: the member owes, repays and cancels.
pub fn any_case_with_debt() -> impl Strategy<Value = Case> {
    let late = prop_oneof![Just(0_i64), 0_i64..40 * DAY];
    let deed = prop_oneof![
        3 => (0_i64..40 * DAY, Just(0_i64), (300_i64..1200).prop_map(|cents| Kind::Buy { cents })),
        2 => (0_i64..20 * DAY, late, (0_usize..4).prop_map(|which| Kind::Refund { which, percent: 100 })),
        3 => (0_i64..40 * DAY, Just(0_i64), (1_i64..15).prop_map(|points| Kind::Redeem { points })),
        2 => (0_i64..90 * DAY, Just(0_i64), (0_usize..4, proptest::option::of(1_i64..8))
            .prop_map(|(which, points)| Kind::Cancel { which, points })),
        1 => (0_i64..40 * DAY, Just(0_i64), (1_i64..15, 1..30 * DAY)
            .prop_map(|(points, minutes)| Kind::Reserve { points, minutes })),
        1 => (0_i64..60 * DAY, Just(0_i64), (0_usize..4, proptest::option::of(1_i64..8))
            .prop_map(|(which, points)| Kind::Capture { which, points })),
    ];
    let deed = deed.prop_map(|(minutes, delay, what)| Deed { minutes, delay, skew: 0, twice: false, what });
    (any_case(), proptest::collection::vec(deed, 4..16)).prop_map(|(case, deeds)| Case {
        shortfall: "owe",
        deeds,
        ..case
    })
}

pub fn definition(case: &Case) -> Definition {
    let rules = [
        r#"{"name": "base", "earn": {"per_amount": {"points": 1, "per": "1.00 EUR", "rounding": "half_up"}}}"#,
        r#"{"name": "visit", "tiered": false, "earn": {"per_purchase": {"points": 2}},
            "when": {"minimum": "3.00 EUR"}}"#,
        r#"{"name": "third", "earn": {"per_amount": {"points": 1, "per": "3.00 EUR"}}}"#,
        r#"{"name": "capped", "earn": {"per_purchase": {"points": 3}},
            "caps": [{"points": 5, "per": {"calendar": "month"}}, {"times": 4, "per": "ever"}]}"#,
        r#"{"name": "first", "earn": {"per_purchase": {"points": 4}}, "when": {"first_purchase": true}}"#,
        r#"{"name": "mission", "earn": {"mission": {"points": 6, "times": 3, "within": {"days": 20}}}}"#,
        r#"{"name": "streak", "earn": {"streak": {"points": 5, "periods": 2, "unit": "week"}}}"#,
        r#"{"name": "bonus", "priority": -1, "earn": {"bonus": {"percent": 50, "of": ["base"]}},
            "when": {"filter": "purchase.amount >= 2.00 EUR"}}"#,
    ];
    let tiers = [
        "null".to_owned(),
        ladder(r#"{"spend": {"currency": "EUR"}}"#, r#"{"rolling": {"days": 30}}"#, "500, 1500"),
        ladder(r#"{"points": {"unit": "points"}}"#, r#"{"calendar": "month"}"#, "3, 9"),
        ladder(r#""purchases""#, r#""lifetime""#, "2, 4"),
        ladder(r#""purchases""#, r#""anniversary""#, "2, 4"),
    ];
    let review = case.review_over.map_or(String::new(), |points| format!(r#", "review_over": {points}"#));
    let json = format!(
        r#"{{"name": "Club", "zone": "{}", "units": [{{"name": "points", "expiry": {}, "pending": {{"days": {}}},
            "order": "{}", "shortfall": "{}"{review}}}], "rules": [{}], "tiers": {}}}"#,
        case.zone,
        case.expiry,
        case.pending,
        case.order,
        case.shortfall,
        rules[..case.rules].join(","),
        tiers[case.tiers]
    );
    Definition::from_json(&json).unwrap()
}

fn ladder(basis: &str, window: &str, thresholds: &str) -> String {
    let (low, high) = thresholds.split_once(", ").unwrap();
    format!(
        r#"{{"basis": {basis}, "window": {window}, "tiers": [
            {{"name": "silver", "threshold": {low}, "multiplier": 150}},
            {{"name": "gold", "threshold": {high}, "multiplier": 200}}]}}"#
    )
}

/// One command to a member's account.
#[derive(Clone, Debug)]
enum Command {
    Buy(Purchase),
    Refund(Refund),
    Redeem(Redemption),
    Cancel(Cancellation),
    Adjust(Adjustment),
    Reserve(Reservation),
    Capture(Capture),
    Release(Id, Timestamp),
    Confirm(Id, Timestamp),
}

impl Command {
    /// When it takes effect, its rank among what happens then, and its id.
    fn place(&self) -> ((Timestamp, u8), Id) {
        match self {
            Self::Buy(one) => ((one.at, 0), one.id),
            Self::Refund(one) => ((one.at, 1), one.id),
            Self::Redeem(one) => ((one.at, 2), one.id),
            Self::Cancel(one) => ((one.at, 3), one.id),
            Self::Adjust(one) => ((one.at, if one.points < 0 { 2 } else { 0 }), one.id),
            Self::Reserve(one) => ((one.at, 2), one.id),
            Self::Capture(one) => ((one.at, 2), one.id),
            Self::Release(id, at) | Self::Confirm(id, at) => ((*at, 2), *id),
        }
    }
}

pub struct World {
    case: Case,
    pub programme: Programme,
    pub member: CustomerId,
    pub ledger: Ledger,
    facts: Vec<Fact>,
    pub ids: CountedIds,
    /// What the reference has been told.
    happened: Vec<Happening>,
    pub purchases: BTreeMap<Id, Purchase>,
    refunds: Vec<Refund>,
    /// What was set aside, and whether somebody ended it before its time.
    reservations: BTreeMap<Id, (Reservation, bool)>,
}

impl World {
    fn new(case: &Case) -> Self {
        let id_of_club = ProgrammeId::new(id("club"));
        Self {
            case: case.clone(),
            programme: Programme::new(id_of_club, definition(case), at("2020-01-01")).unwrap(),
            member: CustomerId::new(id("anna")),
            ledger: Ledger::default(),
            facts: Vec::new(),
            ids: CountedIds::from(0),
            happened: Vec::new(),
            purchases: BTreeMap::new(),
            refunds: Vec::new(),
            reservations: BTreeMap::new(),
        }
    }

    pub fn account(&self) -> Account<'_> {
        Account::new(&self.programme, self.member, &self.ledger)
    }

    fn reference(&self, more: impl IntoIterator<Item = Happening>, until: Timestamp) -> Reference {
        let shortfall = self.case.shortfall;
        let oldest_first = self.case.order == "oldest_first";
        let mut reference = Reference::new(oldest_first, shortfall == "take_others", shortfall == "owe");
        let mut happened = self.happened.clone();
        happened.extend(more);
        reference.run(&happened, until);
        reference
    }

    fn short(&self, more: impl IntoIterator<Item = Happening>) -> i64 {
        self.reference(more, Timestamp::MAX).short
    }

    fn write(&mut self, decision: &PointsDecision) {
        for movement in &decision.movements {
            let fact = movement.to_fact();
            assert_eq!(Movement::from_fact(&fact).unwrap(), *movement);
            assert!(self.ledger.movement(fact.id).is_none(), "written twice");
            self.ledger.apply(&fact);
            self.facts.push(fact);
        }
        for movement in decision.movements.iter().filter(|one| one.opens()) {
            let what = What::Grant {
                lot: movement.id,
                available_at: movement.available_at.unwrap(),
                expires_at: movement.expires_at,
                points: movement.points,
            };
            self.happened.push(Happening { at: movement.at, cause: movement.cause, what });
        }
        assert_eq!(self.account().audit().unwrap(), []);
    }

    /// Gives whether the command is done with; if not, it is to be heard again later.
    fn hear(&mut self, command: &Command, now: Timestamp) -> bool {
        let env_ids = CountedIds::from(0);
        let env = Env::new(now, &env_ids);
        match command {
            Command::Buy(purchase) => {
                let decision = self.account().earn(purchase, &env).unwrap();
                self.write(&decision);
                self.purchases.insert(purchase.id, purchase.clone());
                self.refund(purchase.id, now);
            }
            Command::Refund(refund) => {
                self.refunds.push(refund.clone());
                self.refund(refund.purchase, now);
            }
            Command::Redeem(redemption) => {
                let again = self.ledger.movements().any(|one| one.cause == redemption.id);
                let what = What::Spend { points: redemption.points };
                let spend = Happening { at: redemption.at, cause: redemption.id, what };
                let decided = self.account().redeem(redemption, &env);
                if again {
                    assert!(decided.unwrap().movements.is_empty());
                    return true;
                }
                let possible = self.short(Some(spend.clone())) <= self.short(None);
                assert_eq!(decided.is_ok(), possible, "{decided:?}");
                if let Ok(decision) = decided {
                    self.happened.push(spend);
                    self.write(&decision);
                }
            }
            Command::Cancel(cancellation) => return self.cancel(cancellation, &env),
            Command::Adjust(adjustment) => self.adjust(adjustment, &env),
            Command::Reserve(reservation) => self.reserve(reservation, &env),
            Command::Capture(capture) => return self.capture(capture, &env),
            Command::Release(reservation, at) => return self.release(*reservation, *at, &env),
            Command::Confirm(purchase, at) => return self.confirm(*purchase, *at, &env),
        }
        true
    }

    fn reserve(&mut self, reservation: &Reservation, env: &Env<'_>) {
        let decided = self.account().reserve(reservation, env);
        if self.reservations.contains_key(&reservation.id) {
            assert!(decided.unwrap().movements.is_empty());
            return;
        }
        let (at, cause) = (reservation.at, reservation.id);
        let more = [
            Happening { at, cause, what: What::Spend { points: reservation.points } },
            Happening { at: reservation.until, cause, what: What::Release { reservation: cause } },
        ];
        assert_eq!(decided.is_ok(), self.short(more.clone()) <= self.short(None), "{decided:?}");
        if let Ok(decision) = decided {
            self.happened.extend(more);
            self.reservations.insert(cause, (reservation.clone(), false));
            self.write(&decision);
        }
    }

    fn capture(&mut self, capture: &Capture, env: &Env<'_>) -> bool {
        let decided = self.account().capture(capture, env);
        let Some((held, ended)) = self.reservations.get(&capture.reservation).cloned() else {
            assert_eq!(decided.unwrap_err().code().as_str(), "not-found");
            return false;
        };
        if self.ledger.movements().any(|one| one.cause == capture.id) {
            assert!(decided.unwrap().movements.is_empty());
            return true;
        }
        let (at, points) = (capture.at.max(held.at), capture.points.unwrap_or(held.points));
        let what = What::Capture { reservation: held.id, points };
        let more = Happening { at, cause: capture.id, what };
        let possible =
            !ended && at < held.until && points <= held.points && self.short(Some(more.clone())) <= self.short(None);
        assert_eq!(decided.is_ok(), possible, "{decided:?}");
        if let Ok(decision) = decided {
            self.happened.push(more);
            self.reservations.insert(held.id, (held, true));
            self.write(&decision);
        }
        true
    }

    fn release(&mut self, reservation: Id, at: Timestamp, env: &Env<'_>) -> bool {
        let decided = self.account().release(reservation, at, env);
        let Some((held, _)) = self.reservations.get(&reservation).cloned() else {
            assert_eq!(decided.unwrap_err().code().as_str(), "not-found");
            return false;
        };
        let decision = decided.unwrap();
        if !decision.movements.is_empty() {
            let (at, what) = (at.max(held.at), What::Release { reservation });
            assert!(at < held.until);
            self.happened.push(Happening { at, cause: reservation, what });
            self.reservations.insert(reservation, (held, true));
            self.write(&decision);
        }
        true
    }

    fn confirm(&mut self, purchase: Id, at: Timestamp, env: &Env<'_>) -> bool {
        let decided = self.account().confirm(purchase, at, env);
        let Ok(decision) = decided else {
            assert_eq!(decided.unwrap_err().code().as_str(), "not-found");
            return false;
        };
        for one in decision.movements.iter().filter(|one| one.kind == MovementKind::Confirmed) {
            let what = What::Confirm { lot: one.lot };
            self.happened.push(Happening { at: one.at, cause: one.cause, what });
        }
        self.write(&decision);
        true
    }

    fn refund(&mut self, purchase: Id, now: Timestamp) {
        let Some(purchase) = self.purchases.get(&purchase).cloned() else { return };
        let refunds: Vec<Refund> = self.refunds.iter().filter(|one| one.purchase == purchase.id).cloned().collect();
        let env_ids = CountedIds::from(0);
        // Whoever hears of the refunds together needs a clock that has seen them.
        let now = refunds.iter().map(|refund| refund.at).max().map_or(now, |last| last.max(now));
        let written = |refund: &&Refund| self.ledger.movements().any(|one| one.cause == refund.id);
        let known = refunds.iter().filter(written).count();
        for heard in (known + 1).min(refunds.len())..=refunds.len() {
            if heard == 0 {
                return;
            }
            let decision = self.account().refund(&purchase, &refunds[..heard], &Env::new(now, &env_ids)).unwrap();
            let refund = &refunds[heard - 1];
            let lots: Vec<Lot> = self.ledger.lots(self.programme.id, &name("points"), Timestamp::MAX);
            for lot in lots {
                let own = |one: &&Movement| one.cause == refund.id && one.of == Some(lot.id) && one.because.is_none();
                let taken: i64 = decision
                    .movements
                    .iter()
                    .filter(own)
                    .filter(|one| matches!(one.kind, MovementKind::Reversed | MovementKind::Owed))
                    .map(|one| -one.points)
                    .sum();
                let waived: i64 = decision.movements.iter().filter(own).filter_map(|one| one.waived).sum();
                let happening =
                    |points| Happening { at: refund.at, cause: refund.id, what: What::Reverse { lot: lot.id, points } };
                if waived > 0 {
                    let more = self.short(Some(happening(taken + 1)));
                    assert!(more > self.short(None), "more could have been taken back");
                }
                if taken > 0 {
                    self.happened.push(happening(taken));
                }
            }
            self.write(&decision);
        }
    }

    fn cancel(&mut self, cancellation: &Cancellation, env: &Env<'_>) -> bool {
        let again = self.ledger.movements().any(|one| one.cause == cancellation.id);
        let at = self.ledger.movements().filter(|one| one.cause == cancellation.redemption).map(|one| one.at).max();
        match self.account().cancel(cancellation, env) {
            Ok(decision) if again => assert!(decision.movements.is_empty()),
            Ok(decision) => {
                let restored = decision.movements.iter().filter(|one| one.cause == cancellation.id);
                let points = restored.filter(|one| one.kind == MovementKind::Restored).map(|one| one.points).sum();
                assert!(cancellation.points.is_none_or(|wanted| wanted == points));
                let at = cancellation.at.max(at.unwrap());
                let what = What::Restore { redemption: cancellation.redemption, points };
                self.happened.push(Happening { at, cause: cancellation.id, what });
                self.write(&decision);
            }
            Err(error) => return error.code().as_str() != "not-found",
        }
        true
    }

    fn adjust(&mut self, adjustment: &Adjustment, env: &Env<'_>) {
        let again = self.ledger.movements().any(|one| one.cause == adjustment.id);
        let decided = self.account().adjust(adjustment, env);
        if again {
            assert!(decided.unwrap().movements.is_empty());
            return;
        }
        let what = What::Spend { points: -adjustment.points };
        let spend = Happening { at: adjustment.at, cause: adjustment.id, what };
        let possible = adjustment.points > 0 || self.short(Some(spend.clone())) <= self.short(None);
        assert_eq!(decided.is_ok(), possible);
        if let Ok(decision) = decided {
            if adjustment.points < 0 {
                self.happened.push(spend);
            }
            self.write(&decision);
        }
    }

    /// The ledger says what the reference says, at an instant.
    fn compare(&self, now: Timestamp) {
        let reference = self.reference(None, now);
        let lots = self.ledger.lots(self.programme.id, &name("points"), now);
        let tallies = reference.tallies();
        for lot in &lots {
            let tally = tallies.get(&lot.id).copied().unwrap_or_default();
            let total = tally.open + tally.spent + tally.expired + tally.reversed + tally.repaid;
            let taken_by_hand = total - lot.earned - lot.adjusted;
            assert_eq!(
                (lot.open, lot.redeemed + lot.reserved + taken_by_hand, lot.expired, lot.reversed, lot.repaid),
                (tally.open, tally.spent, tally.expired, tally.reversed, tally.repaid),
                "lot {} at {now}",
                lot.id
            );
            assert!(
                [lot.earned, lot.redeemed, lot.reserved, lot.expired, lot.reversed, lot.repaid, lot.open]
                    .iter()
                    .all(|n| *n >= 0)
            );
        }
        let balance = self.ledger.balance(self.programme.id, &name("points"), now);
        assert_eq!((balance.available, balance.pending), reference.balance(now), "at {now}");
        assert_eq!(self.account().balance(None, now).unwrap(), balance, "at {now}");
        assert_eq!(balance.owed, reference.owed(), "at {now}");
        let held: i64 = self.reservations.keys().map(|id| reference.taken_by(*id)).sum();
        assert_eq!(balance.reserved, held, "at {now}");
        assert!(balance.owed >= 0 && (balance.owed == 0 || balance.available == 0));
        let posted: i64 = self.ledger.movements().filter(|one| one.at <= now).map(|one| one.points).sum();
        assert_eq!(balance.total(), posted, "at {now}");
    }
}

fn commands(case: &Case) -> Vec<(Timestamp, Timestamp, Command)> {
    let start = at("2026-01-15T00:00:00Z");
    let member = CustomerId::new(id("anna"));
    let instant = |minutes: i64| start.saturating_add_micros(minutes * 60_000_000);
    let mut purchases: Vec<(Purchase, i64)> = Vec::new();
    let mut redemptions: Vec<Id> = Vec::new();
    let mut reservations: Vec<Id> = Vec::new();
    let mut commands = Vec::new();
    for (number, deed) in case.deeds.iter().enumerate() {
        let own = id(&format!("deed {number}"));
        let mut when = instant(deed.minutes);
        let command = match &deed.what {
            Kind::Buy { cents } => {
                let purchase = Purchase::new(own, member, when, Money::new(*cents, eur("0").currency()));
                purchases.push((purchase.clone(), *cents));
                Command::Buy(purchase)
            }
            Kind::Refund { which, percent } => {
                let count = purchases.len();
                let Some((purchase, left)) = purchases.get_mut(which % count.max(1)) else { continue };
                let cents = (purchase.amount.minor() * percent / 100).min(*left);
                *left -= cents;
                when = when.max(purchase.at);
                let amount = Money::new(cents, purchase.amount.currency());
                Command::Refund(Refund { id: own, purchase: purchase.id, at: when, amount, lines: Vec::new() })
            }
            Kind::Redeem { points } => {
                redemptions.push(own);
                Command::Redeem(Redemption { id: own, member, unit: None, points: *points, at: when })
            }
            Kind::Cancel { which, points } => {
                let Some(redemption) = redemptions.get(which % redemptions.len().max(1)) else { continue };
                Command::Cancel(Cancellation { id: own, redemption: *redemption, points: *points, at: when })
            }
            Kind::Adjust { points } => Command::Adjust(Adjustment {
                id: own,
                member,
                unit: None,
                points: *points,
                at: when,
                reason: name("test"),
            }),
            Kind::Reserve { points, minutes } => {
                reservations.push(own);
                let until = when.saturating_add_micros(minutes * 60_000_000);
                Command::Reserve(Reservation { id: own, member, unit: None, points: *points, at: when, until })
            }
            Kind::Capture { which, points } => {
                let Some(reservation) = reservations.get(which % reservations.len().max(1)) else { continue };
                redemptions.push(own);
                Command::Capture(Capture { id: own, reservation: *reservation, points: *points, at: when })
            }
            Kind::Release { which } => {
                let Some(reservation) = reservations.get(which % reservations.len().max(1)) else { continue };
                Command::Release(*reservation, when)
            }
            Kind::Confirm { which } => {
                let Some((purchase, _)) = purchases.get(which % purchases.len().max(1)) else { continue };
                Command::Confirm(purchase.id, when)
            }
        };
        let arrives = when.saturating_add_micros(deed.delay * 60_000_000);
        let now = when.max(arrives.saturating_add_micros(-deed.skew * 60_000_000));
        if deed.twice {
            let later = arrives.saturating_add_days(2);
            commands.push((later, later, command.clone()));
        }
        commands.push((arrives, now, command));
    }
    commands.sort_by_key(|(arrives, ..)| *arrives);
    commands
}

/// Delivers everything and gives the world at the end.
pub fn live(case: &Case) -> World {
    let mut world = World::new(case);
    let mut waiting: Vec<Command> = Vec::new();
    let mut last = at("2026-01-15T00:00:00Z");
    for (_, now, command) in commands(case) {
        last = last.max(now);
        if let Command::Refund(refund) = &command
            && world.refunds.iter().any(|known| known.id == refund.id)
        {
            world.refund(refund.purchase, now);
            continue;
        }
        if !world.hear(&command, now) {
            waiting.push(command);
        }
        for command in std::mem::take(&mut waiting) {
            if !world.hear(&command, last) {
                waiting.push(command);
            }
        }
    }
    world
}

/// Everything as it happens, and all of it replayed, gives the same movements.
pub fn in_order(case: &Case, joined: i64) -> World {
    let deeds = case.deeds.iter().filter(|deed| deed.what.is_replayed()).cloned().collect();
    let case = &Case { deeds, ..case.clone() };
    let mut world = World::new(case);
    let joined = at("2026-01-15T00:00:00Z").saturating_add_days(joined);
    let mut commands = commands(case);
    let redeemed: BTreeMap<Id, Timestamp> = commands
        .iter()
        .filter_map(|(_, _, command)| if let Command::Redeem(one) = command { Some((one.id, one.at)) } else { None })
        .collect();
    for (_, _, command) in &mut commands {
        if let Command::Cancel(one) = command {
            one.at = one.at.max(redeemed[&one.redemption]);
        }
    }
    commands.sort_by_key(|(_, _, command)| command.place());
    commands.dedup_by_key(|(_, _, command)| command.place());
    let (mut purchases, mut refunds, mut redemptions) = (Vec::new(), Vec::new(), Vec::new());
    let (mut cancellations, mut adjustments, mut refused) = (Vec::new(), Vec::new(), Vec::new());
    let mut has_joined = false;
    for (_, _, command) in &commands {
        let ((when, _), cause) = command.place();
        if !has_joined && joined <= when {
            has_joined = true;
            let env = Env::new(joined, &world.ids);
            let decision = world.account().join(joined, &env).unwrap();
            world.write(&decision);
        }
        let known = |ledger: &Ledger| ledger.movements().any(|one| one.cause == cause);
        let done = world.hear(command, when);
        match command {
            Command::Buy(one) => purchases.push(one.clone()),
            Command::Refund(one) => refunds.push(one.clone()),
            Command::Redeem(one) => redemptions.push(one.clone()),
            Command::Cancel(one) => cancellations.push(one.clone()),
            Command::Adjust(one) => adjustments.push(one.clone()),
            Command::Reserve(_) | Command::Capture(_) | Command::Release(..) | Command::Confirm(..) => {}
        }
        if !done || !known(&world.ledger) {
            refused.push(cause);
        }
    }
    let end = at("2026-12-01");
    let settled = world.account().settle(&Env::new(end, &world.ids)).unwrap();
    world.write(&settled);
    let joins = [Join { member: world.member, at: joined }];
    purchases.reverse();
    let history = History {
        joins: if has_joined { &joins } else { &[] },
        activities: &[],
        purchases: &purchases,
        refunds: &refunds,
        redemptions: &redemptions,
        cancellations: &cancellations,
        adjustments: &adjustments,
    };
    let replay = replay(&world.programme, history, end).unwrap();
    let bare = |movement: Movement| Movement { recorded: end, ..movement };
    let mut replayed: Vec<Movement> = replay.movements().map(|movement| bare(movement.unwrap())).collect();
    replayed.sort_by_key(|movement| movement.id);
    let decided: Vec<Movement> = world.ledger.movements().cloned().map(bare).collect();
    assert_eq!(replayed, decided);
    let mut replay_refused: Vec<Id> = replay.refused().iter().map(|refusal| refusal.cause).collect();
    replay_refused.sort();
    refused.sort();
    assert_eq!(replay_refused, refused);
    world
}

proptest! {
    #[test]
    fn the_ledger_agrees_with_the_reference(case in prop_oneof![2 => any_case(), 1 => any_case_with_debt()]) {
        let mut world = live(&case);
        let end = at("2026-12-01");
        let settled = world.account().settle(&Env::new(end, &world.ids)).unwrap();
        for movement in &settled.movements {
            prop_assert!(movement.at <= end && movement.recorded == end);
        }
        world.write(&settled);
        let mut probes: Vec<Timestamp> = world.ledger.movements().map(|one| one.at).collect();
        probes.sort();
        probes.dedup();
        for probe in probes.iter().step_by(1 + probes.len() / 12) {
            world.compare(probe.saturating_add_micros(-1));
            world.compare(*probe);
        }
        world.compare(end);
    }

    #[test]
    fn everything_heard_again_changes_nothing(case in any_case()) {
        let mut world = live(&case);
        let end = at("2026-12-01");
        let settled = world.account().settle(&Env::new(end, &world.ids)).unwrap();
        world.write(&settled);
        let ledger = world.ledger.clone();
        for (_, _, command) in commands(&case) {
            match &command {
                Command::Refund(refund) => world.refund(refund.purchase, end),
                Command::Redeem(one) if !ledger.movements().any(|movement| movement.cause == one.id) => {}
                Command::Cancel(one) if !ledger.movements().any(|movement| movement.cause == one.id) => {}
                Command::Adjust(one) if !ledger.movements().any(|movement| movement.cause == one.id) => {}
                Command::Reserve(one) if !ledger.movements().any(|movement| movement.cause == one.id) => {}
                Command::Capture(one) if !ledger.movements().any(|movement| movement.cause == one.id) => {}
                // What was said in vain before may be said in time now.
                Command::Release(..) | Command::Confirm(..) => {}
                _ => drop(world.hear(&command, end)),
            }
        }
        prop_assert!(world.ledger == ledger);
        prop_assert!(world.account().settle(&Env::new(end, &world.ids)).unwrap().movements.is_empty());
    }

    #[test]
    fn a_purchase_refunded_in_full_keeps_nothing(case in any_case()) {
        let world = live(&case);
        for purchase in world.purchases.values() {
            let refunded: i64 = world.refunds.iter().filter(|one| one.purchase == purchase.id).map(|one| one.amount.minor()).sum();
            let lots: Vec<&Movement> = world.ledger.movements().filter(|one| one.cause == purchase.id && one.opens()).collect();
            for lot in lots {
                let back: i64 = world.ledger.movements()
                    .filter(|one| one.of == Some(lot.id))
                    .filter(|one| matches!(one.kind, MovementKind::Reversed | MovementKind::Owed | MovementKind::Waived))
                    .map(|one| one.waived.unwrap_or(0) - one.points)
                    .sum();
                let any = world.refunds.iter().any(|one| one.purchase == purchase.id);
                if refunded == purchase.amount.minor() && any {
                    prop_assert_eq!(back, lot.points);
                } else if refunded < purchase.amount.minor() {
                    // What is kept is the share of the money kept, rounded down.
                    let share = lot.points * (purchase.amount.minor() - refunded) / purchase.amount.minor().max(1);
                    prop_assert_eq!(lot.points - back, share);
                }
            }
        }
    }

    #[test]
    fn a_replay_is_what_is_decided_in_the_order_of_time(
        case in prop_oneof![2 => any_case(), 1 => any_case_with_debt()],
        joined in 0_i64..90,
        owe in any::<bool>(),
    ) {
        let shortfall = if owe { "owe" } else { case.shortfall };
        in_order(&Case { shortfall, ..case }, joined);
    }

    #[test]
    fn catching_up_in_two_steps_is_catching_up_at_once(case in any_case(), cut in 0_i64..90) {
        let world = World::new(&case);
        let (mut purchases, mut refunds) = (Vec::new(), Vec::new());
        for (_, _, command) in commands(&case) {
            match command {
                Command::Buy(one) => purchases.push(one),
                Command::Refund(one) => refunds.push(one),
                _ => {}
            }
        }
        let cut = at("2026-01-15T00:00:00Z").saturating_add_days(cut);
        let end = at("2026-12-01");
        let bare = |ledger: &Ledger| -> Vec<Movement> {
            ledger.movements().cloned().map(|one| Movement { recorded: end, ..one }).collect()
        };
        let catch_up = |ledger: &mut Ledger, purchases: &[Purchase], refunds: &[Refund], now| {
            let decision = Account::new(&world.programme, world.member, ledger)
                .catch_up(purchases, refunds, now, &Env::new(now, &world.ids)).unwrap();
            for movement in &decision.movements {
                assert!(ledger.movement(movement.id).is_none() && movement.recorded == now);
                ledger.record(movement.clone());
            }
            assert_eq!(Account::new(&world.programme, world.member, ledger).audit().unwrap(), []);
            decision.movements.len()
        };
        let mut at_once = Ledger::default();
        catch_up(&mut at_once, &purchases, &refunds, end);
        prop_assert_eq!(catch_up(&mut at_once, &purchases, &refunds, end), 0);
        let mut in_steps = Ledger::default();
        let early = |when: Timestamp| when < cut;
        let early_purchases: Vec<Purchase> = purchases.iter().filter(|one| early(one.at)).cloned().collect();
        let early_refunds: Vec<Refund> = refunds.iter().filter(|one| early(one.at)).cloned().collect();
        catch_up(&mut in_steps, &early_purchases, &early_refunds, cut);
        catch_up(&mut in_steps, &purchases, &refunds, end);
        prop_assert_eq!(bare(&in_steps), bare(&at_once));
        // The other way round, the early ones are heard of late: nothing is lost, though awards may differ.
        let mut backwards = Ledger::default();
        let late: Vec<Purchase> = purchases.iter().filter(|one| !early(one.at)).cloned().collect();
        catch_up(&mut backwards, &late, &refunds, end);
        catch_up(&mut backwards, &purchases, &refunds, end);
        prop_assert_eq!(catch_up(&mut backwards, &purchases, &refunds, end), 0);
        // Rules that look back say something else when they hear of things in another order.
        if case.tiers == 0 && case.rules <= 3 {
            let total = |ledger: &Ledger| ledger.balance(world.programme.id, &name("points"), end).total();
            prop_assert_eq!(total(&backwards), total(&at_once));
        }
    }

    #[test]
    fn damage_is_told_and_never_a_panic(
        case in prop_oneof![any_case(), any_case_with_debt()],
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0_u8..9, -20_i64..20), 1..4),
    ) {
        let world = live(&case);
        if world.facts.is_empty() {
            return Ok(());
        }
        let mut movements: Vec<Movement> = world.ledger.movements().cloned().collect();
        for (one, other, what, by) in damage {
            let other = other.get(&movements).clone();
            let index = one.index(movements.len());
            let one = &mut movements[index];
            match what {
                0 => one.points += by,
                1 => one.points = -one.points,
                2 => one.kind = other.kind,
                3 => one.lot = other.lot,
                4 => one.cause = other.cause,
                5 => one.of = Some(other.lot),
                6 => one.available_at = None,
                7 => one.at = one.at.saturating_add_days(by),
                _ => one.expires_at = other.expires_at,
            }
        }
        let ledger: Ledger = movements.into_iter().collect();
        let account = Account::new(&world.programme, world.member, &ledger);
        let violations = account.audit().unwrap();
        let now = at("2026-05-01");
        let (_, _) = (account.standing(now).unwrap(), account.tier_history(now).unwrap());
        let _ = account.statement(None, Window::until(now)).unwrap();
        let redemption = Redemption { id: id("more"), member: world.member, unit: None, points: 3, at: now };
        let _ = account.redeem(&redemption, &Env::new(now, &world.ids));
        prop_assert_eq!(ledger == world.ledger && !violations.is_empty(), false);
    }

    #[test]
    fn facts_may_be_folded_in_any_order_and_partition(case in any_case(), cut in 0_usize..64, turn in 0_usize..64) {
        let world = live(&case);
        let mut facts = world.facts.clone();
        if facts.is_empty() {
            return Ok(());
        }
        let turn = turn % facts.len();
        facts.rotate_left(turn);
        facts.reverse();
        let cut = cut % facts.len();
        let mut ledger = Ledger::fold(&facts[cut..]);
        ledger.merge(&Ledger::fold(&facts[..cut]));
        prop_assert!(ledger == world.ledger);
        let json = serde_json::to_string(&ledger).unwrap();
        prop_assert!(serde_json::from_str::<Ledger>(&json).unwrap() == ledger);
    }
}
