//! The tier of a member: a function of the movements, the programme and an instant.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::climb::{Climb, Entry, Level, Scale};
use super::{Basis, Ladder, Ledger, Movement, MovementKind};
use crate::base::{Id, Name, ProgrammeId, Timestamp};

/// Where a member stands on the ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierStanding {
    /// The tier; nothing below the first.
    pub tier: Option<Name>,
    /// Since when; nothing if since ever.
    pub since: Option<Timestamp>,
    /// What counts now, in the present window: points, minor units or purchases.
    pub value: i64,
    /// The next tier and what is missing to it; nothing in the highest.
    pub next: Option<TierGoal>,
    /// When the tier falls if nothing more happens; nothing if never.
    pub ends: Option<Timestamp>,
    /// The tier from then on if nothing more happens; nothing below the first, or if it never falls.
    #[serde(default)]
    pub lands_in: Option<Name>,
    /// What must be added now so that it does not fall then; nothing if nothing added now would help.
    pub keep: Option<i64>,
}

/// A tier to be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierGoal {
    /// The tier.
    pub tier: Name,
    /// What is missing: points, minor units or purchases.
    pub missing: i64,
}

/// A change of tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierChange {
    /// When.
    pub at: Timestamp,
    /// The tier from then on; nothing below the first.
    pub tier: Option<Name>,
}

/// What counts for a ladder, in the order of time.
pub(super) fn entries(programme: ProgrammeId, ladder: &Ladder, ledger: &Ledger) -> Vec<Entry> {
    let movements: Vec<&Movement> = ledger.movements().filter(|one| one.programme == programme).collect();
    let lots: HashMap<Id, &Movement> = movements.iter().filter(|one| one.opens()).map(|one| (one.id, *one)).collect();
    let entry = |movement: &Movement, value: i64| {
        let counts_at = movement.of.and_then(|lot| lots.get(&lot)).map_or(movement.at, |lot| lot.at);
        Entry { at: movement.at, counts_at, value }
    };
    let about_purchases = || movements.iter().filter(|one| is_about_purchase(one));
    let mut entries: Vec<Entry> = match &ladder.basis {
        Basis::Points { unit } => {
            let own = about_purchases().filter(|one| one.unit == *unit);
            own.map(|one| entry(one, one.points - one.waived.unwrap_or(0))).collect()
        }
        Basis::Spend { currency } => {
            let amounts = about_purchases().filter_map(|one| Some((one, one.amount?)));
            amounts
                .filter(|(_, amount)| amount.currency() == *currency)
                .map(|(one, amount)| entry(one, amount.minor()))
                .collect()
        }
        Basis::Purchases => purchases(about_purchases().copied(), &lots),
    };
    entries.retain(|entry| entry.value != 0);
    entries.sort_unstable();
    entries
}

/// Whether a movement awards points, or takes awarded points back.
fn is_about_purchase(movement: &Movement) -> bool {
    movement.kind == MovementKind::Earned || movement.takes_back()
}

/// One for each purchase, and one less when all of its money has been paid back.
fn purchases<'a>(movements: impl Iterator<Item = &'a Movement>, lots: &HashMap<Id, &Movement>) -> Vec<Entry> {
    let mut paid: HashMap<Id, Vec<(Timestamp, bool, i64)>> = HashMap::new();
    for one in movements {
        let purchase = one.of.and_then(|lot| lots.get(&lot)).map_or(one.cause, |lot| lot.cause);
        if let Some(amount) = one.amount {
            paid.entry(purchase).or_default().push((one.at, one.takes_back(), amount.minor()));
        }
    }
    let mut entries = Vec::new();
    for mut amounts in paid.into_values() {
        amounts.sort_unstable();
        let Some((bought, false, total)) = amounts.first().copied() else { continue };
        entries.push(Entry { at: bought, counts_at: bought, value: 1 });
        let mut left = total;
        for (at, _, amount) in &amounts[1..] {
            let before = left;
            left = left.saturating_add(*amount);
            if left <= 0 && (before > 0 || total == 0) {
                entries.push(Entry { at: *at, counts_at: bought, value: -1 });
                break;
            }
        }
    }
    entries
}

/// A climb over entries up to an instant: those at it included if `inclusive`, and the clock at it in any case.
pub(super) fn climb<'a>(scale: &'a Scale<'a>, entries: &[Entry], at: Timestamp, inclusive: bool) -> Climb<'a> {
    let mut climb = Climb::new(scale);
    for entry in entries.iter().take_while(|entry| entry.at < at || (inclusive && entry.at == at)) {
        climb.post(*entry);
    }
    climb.advance(at);
    climb
}

impl TierStanding {
    pub(super) fn of(ladder: &Ladder, climb: &Climb<'_>, at: Timestamp) -> Self {
        let (level, value) = (climb.level(), climb.value(at));
        let fall = end(climb.clone(), level);
        let threshold = level.checked_sub(1).and_then(|index| ladder.tiers.get(index)).map(|tier| tier.threshold);
        Self {
            tier: name(ladder, level),
            since: climb.changes.last().map(|(at, _)| *at),
            value,
            next: ladder
                .tiers
                .get(level)
                .map(|tier| TierGoal { tier: tier.name.clone(), missing: tier.threshold.saturating_sub(value) }),
            ends: fall.map(|fall| fall.at),
            lands_in: fall.and_then(|fall| name(ladder, fall.level)),
            keep: threshold.and_then(|threshold| keep(climb, at, threshold)),
        }
    }
}

/// A fall below a level.
#[derive(Clone, Copy)]
struct Fall {
    at: Timestamp,
    /// The level from then on.
    level: Level,
    /// What counts then.
    value: i64,
}

/// How a climb falls below a level if nothing more is posted.
fn end(mut climb: Climb<'_>, level: Level) -> Option<Fall> {
    while let Some(next) = climb.next_review() {
        climb.advance(next);
        if climb.level() < level {
            return Some(Fall { at: next, level: climb.level(), value: climb.value(next) });
        }
    }
    None
}

fn keep(climb: &Climb<'_>, at: Timestamp, threshold: i64) -> Option<i64> {
    let level = climb.level();
    let fall = end(climb.clone(), level)?;
    let mut candidates = [threshold.saturating_sub(climb.value(at)), threshold.saturating_sub(fall.value)];
    candidates.sort_unstable();
    candidates.into_iter().filter(|missing| *missing > 0).find(|missing| {
        let mut tried = climb.clone();
        tried.post(Entry { at, counts_at: at, value: *missing });
        end(tried, level).is_none_or(|later| later.at > fall.at)
    })
}

pub(super) fn name(ladder: &Ladder, level: Level) -> Option<Name> {
    ladder.tiers.get(level.checked_sub(1)?).map(|tier| tier.name.clone())
}
