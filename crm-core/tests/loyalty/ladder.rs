//! Tiers again, from their definition: at every instant everything is counted anew.

use std::collections::BTreeSet;

use crm_core::base::{CalendarUnit, CountedIds, CustomerId, Env, Money, Period, ProgrammeId, Timestamp, Window, Zone};
use crm_core::fact::Projection;
use crm_core::loyalty::{Account, Definition, Ledger, PointsDecision, Programme, Purchase, Refund};
use proptest::prelude::*;

use crate::club::{at, eur, id};

const THRESHOLDS: [i64; 3] = [1_000, 2_500, 5_000];

#[derive(Clone, Debug)]
struct Case {
    window: Span,
    keep: i32,
    grace: i32,
    soft: bool,
    demote: bool,
    purchases: Vec<Bought>,
}

/// A purchase: its day, minor units, and the day and part of its refund.
type Bought = (i64, i64, Option<(i64, i64)>);

#[derive(Clone, Copy, Debug)]
enum Span {
    Calendar(CalendarUnit),
    Anniversary,
    Rolling(i32),
    Lifetime,
}

fn any_case() -> impl Strategy<Value = Case> {
    let window = prop_oneof![
        Just(Span::Calendar(CalendarUnit::Month)),
        Just(Span::Calendar(CalendarUnit::Quarter)),
        Just(Span::Anniversary),
        (10_i32..120).prop_map(Span::Rolling),
        Just(Span::Lifetime),
    ];
    let refund = proptest::option::weighted(0.4, (0_i64..150, 1_i64..=100));
    let purchases = proptest::collection::vec((0_i64..400, 0_i64..3_000, refund), 1..14);
    (window, 0_i32..3, prop_oneof![Just(0), 1_i32..40], any::<bool>(), any::<bool>(), purchases).prop_map(
        |(window, keep, grace, soft, demote, purchases)| {
            let rolling = matches!(window, Span::Rolling(_));
            // A soft landing in a rolling window needs a grace. How a refund that demotes meets grace and landing is a
            // matter of definition, not of counting.
            let soft = soft && !demote && !(rolling && grace == 0);
            Case { window, keep, grace: if rolling && demote { 0 } else { grace }, soft, demote, purchases }
        },
    )
}

fn definition(case: &Case) -> Definition {
    let window = match case.window {
        Span::Calendar(CalendarUnit::Month) => r#"{"calendar": "month"}"#.to_owned(),
        Span::Calendar(_) => r#"{"calendar": "quarter"}"#.to_owned(),
        Span::Anniversary => r#""anniversary""#.to_owned(),
        Span::Rolling(days) => format!(r#"{{"rolling": {{"days": {days}}}}}"#),
        Span::Lifetime => r#""lifetime""#.to_owned(),
    };
    let [one, two, three] = THRESHOLDS;
    Definition::from_json(&format!(
        r#"{{"name": "Club", "zone": "Europe/Berlin", "units": [{{"name": "points"}}], "tiers": {{
            "basis": {{"spend": {{"currency": "EUR"}}}}, "window": {window}, "keep": {}, "grace": {{"days": {}}},
            "soft_landing": {}, "refunds_demote": {}, "tiers": [
            {{"name": "1", "threshold": {one}}}, {{"name": "2", "threshold": {two}}},
            {{"name": "3", "threshold": {three}}}]}}}}"#,
        case.keep, case.grace, case.soft, case.demote
    ))
    .unwrap()
}

struct Entry {
    at: Timestamp,
    counts_at: Timestamp,
    value: i64,
}

struct Definitional<'a> {
    case: &'a Case,
    zone: Zone,
    entries: Vec<Entry>,
}

impl Definitional<'_> {
    fn level(value: i64) -> usize {
        THRESHOLDS.iter().filter(|threshold| value >= **threshold).count()
    }

    fn grace(&self, from: Timestamp) -> Timestamp {
        self.zone.add(from, Period::days(self.case.grace))
    }

    /// What counts in a window, of what has happened by an instant, or before it.
    fn counted(&self, window: Window, by: Timestamp) -> i64 {
        let own = self.entries.iter().filter(|entry| entry.at <= by && window.contains(entry.counts_at));
        own.map(|entry| entry.value).sum()
    }

    /// The period of an instant; nothing for windows that have none.
    fn period(&self, at: Timestamp) -> Option<Window> {
        match self.case.window {
            Span::Calendar(unit) => Some(self.zone.window(self.zone.date(at), unit)),
            Span::Anniversary => {
                let counted = self.entries.iter().filter(|entry| entry.value != 0);
                let first = self.zone.date(counted.map(|entry| entry.counts_at).min()?);
                let start = |years| self.zone.day(first.saturating_add(Period::years(years))).start;
                let mut years = (0..20).map(|years| Window { start: start(years), end: start(years + 1) });
                years.rfind(|year| year.start <= at)
            }
            Span::Rolling(_) | Span::Lifetime => None,
        }
    }

    fn periods(&self) -> Vec<Window> {
        let mut windows: Vec<Window> = self.entries.iter().filter_map(|entry| self.period(entry.counts_at)).collect();
        windows.sort_by_key(|window| window.start);
        windows.dedup();
        windows
    }

    fn kept_until(&self, window: Window) -> Timestamp {
        let mut last = window;
        for _ in 0..self.case.keep {
            last = self.period(last.end).unwrap();
        }
        self.grace(last.end)
    }

    fn sliding(&self, days: i32, at: Timestamp) -> i64 {
        let leaves = |entry: &Entry| self.zone.add(entry.counts_at, Period::days(days));
        self.entries.iter().filter(|entry| entry.at <= at && at < leaves(entry)).map(|entry| entry.value).sum()
    }

    /// The level at an instant, landings left aside.
    fn target(&self, at: Timestamp) -> usize {
        match self.case.window {
            Span::Lifetime => {
                let by = |instant| Self::level(self.counted(Window::ALWAYS, instant));
                if self.case.demote {
                    return by(at);
                }
                self.entries.iter().filter(|entry| entry.at <= at).map(|entry| by(entry.at)).max().unwrap_or(0)
            }
            Span::Rolling(days) => {
                let just_before = |instant: Timestamp| instant.saturating_add_micros(-1);
                let changes = self.breakpoints();
                let held = changes.iter().filter(|change| **change <= at && at < self.grace(**change));
                let held = held.map(|change| Self::level(self.sliding(days, just_before(*change))));
                held.max().unwrap_or(0).max(Self::level(self.sliding(days, at)))
            }
            Span::Calendar(_) | Span::Anniversary => {
                let mut best = 0;
                for window in self.periods().into_iter().filter(|window| window.start <= at) {
                    let end = window.end.saturating_add_micros(-1);
                    let inside = self.entries.iter().map(|entry| entry.at).filter(|when| *when <= at.min(end));
                    let peak = inside.map(|when| Self::level(self.counted(window, when))).max().unwrap_or(0);
                    let last = Self::level(self.counted(window, end));
                    let known = Self::level(self.counted(window, at));
                    let (peak, last) = if self.case.demote { (known, known) } else { (peak, last) };
                    if at < self.grace(window.end) {
                        best = best.max(peak);
                    }
                    if at >= window.end && at < self.kept_until(window) {
                        best = best.max(last);
                    }
                }
                best
            }
        }
    }

    /// Every instant at which something may change.
    fn breakpoints(&self) -> BTreeSet<Timestamp> {
        let mut all: BTreeSet<Timestamp> = self.entries.iter().map(|entry| entry.at).collect();
        match self.case.window {
            Span::Lifetime => {}
            Span::Rolling(days) => {
                all.extend(self.entries.iter().map(|entry| self.zone.add(entry.counts_at, Period::days(days))));
            }
            Span::Calendar(_) | Span::Anniversary => {
                for window in self.periods() {
                    all.extend([window.end, self.grace(window.end), self.kept_until(window)]);
                }
            }
        }
        all
    }

    /// The tier at every breakpoint up to the last of some instants, and at these.
    fn tiers(&self, instants: &BTreeSet<Timestamp>) -> Vec<(Timestamp, usize)> {
        let mut due = self.breakpoints();
        due.extend(self.breakpoints().into_iter().map(|change| self.grace(change)));
        due.extend(instants);
        let mut landings: Vec<(Timestamp, usize)> = Vec::new();
        let mut level = 0;
        let mut told = Vec::new();
        while let Some(now) = due.pop_first() {
            let landed = landings.iter().filter(|(until, _)| *until > now).map(|(_, level)| *level).max();
            let target = self.target(now).max(landed.unwrap_or(0));
            if self.case.soft && target + 1 < level {
                level -= 1;
                let until = self.grace(self.period(now).map_or(now, |window| window.end));
                landings.push((until, level));
                due.insert(until);
            } else {
                level = target;
            }
            if instants.contains(&now) {
                told.push((now, level));
            }
        }
        told
    }
}

proptest! {
    #[test]
    fn tiers_agree_with_their_definition(case in any_case()) {
        let start = at("2025-01-01T09:00:00Z");
        let programme = Programme::new(ProgrammeId::new(id("club")), definition(&case), at("2020-01-01")).unwrap();
        let member = CustomerId::new(id("anna"));
        let ids = CountedIds::from(0);
        let end = at("2028-01-01");
        let env = Env::new(end, &ids);
        let mut ledger = Ledger::default();
        let mut entries = Vec::new();
        for (number, (day, cents, refund)) in case.purchases.iter().enumerate() {
            let bought = start.saturating_add_days(*day);
            let amount = Money::new(*cents, eur("0").currency());
            let purchase = Purchase::new(id(&format!("order {number}")), member, bought, amount);
            let write = |decision: PointsDecision, ledger: &mut Ledger| {
                decision.movements.iter().for_each(|movement| ledger.apply(&movement.to_fact()));
            };
            let decision = Account::new(&programme, member, &ledger).earn(&purchase, &env).unwrap();
            write(decision, &mut ledger);
            entries.push(Entry { at: bought, counts_at: bought, value: *cents });
            if let Some((later, percent)) = refund {
                let back = cents * percent / 100;
                let when = bought.saturating_add_days(*later);
                let refund = Refund {
                    id: id(&format!("refund {number}")),
                    purchase: purchase.id,
                    at: when,
                    amount: Money::new(back, amount.currency()),
                    lines: Vec::new(),
                };
                let decision = Account::new(&programme, member, &ledger).refund(&purchase, &[refund], &env).unwrap();
                write(decision, &mut ledger);
                entries.push(Entry { at: when, counts_at: bought, value: -back });
            }
        }
        let account = Account::new(&programme, member, &ledger);
        prop_assert_eq!(account.audit().unwrap(), vec![]);
        let definitional = Definitional { case: &case, zone: Zone::new("Europe/Berlin").unwrap(), entries };
        let mut probes: BTreeSet<Timestamp> = definitional.breakpoints();
        probes.extend((0..30).map(|month| start.saturating_add_days(month * 31)));
        let before: Vec<Timestamp> = probes.iter().map(|probe| probe.saturating_add_micros(-1)).collect();
        probes.extend(before);
        let over = definitional.entries.iter().map(|entry| entry.at).max().unwrap();
        for (now, level) in definitional.tiers(&probes) {
            let standing = account.tier(now).unwrap().unwrap();
            let expected = (level > 0).then(|| level.to_string());
            prop_assert_eq!(standing.tier.map(|tier| tier.to_string()), expected, "at {}", now);
            // If nothing more happens, the tier ends when it says so, and not before.
            if let (Some(ends), true) = (standing.ends, now >= over) {
                let tier = |when| account.tier(when).unwrap().unwrap().tier.map(|tier| tier.to_string());
                prop_assert_eq!(tier(ends.saturating_add_micros(-1)), Some(level.to_string()));
                prop_assert_ne!(tier(ends), Some(level.to_string()));
            }
        }
    }
}
