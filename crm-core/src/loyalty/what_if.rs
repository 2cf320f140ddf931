//! What if: the same history under a changed programme.

use std::collections::BTreeMap;

use serde::Serialize;

use super::account::Account;
use super::{Definition, History, Ledger, Liability, LiabilityFold, Movement, Programme, Refusal, Replay, replay};
use crate::base::{CustomerId, Id, Name, Result, Timestamp};

/// What would be different if a changed programme had applied.
///
/// Both programmes are replayed over the same history, in the order of time, so that every difference comes from the
/// change and none from when things were heard of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WhatIf {
    /// The instant at which both are compared.
    pub at: Timestamp,
    /// The members with a history.
    pub members: u64,
    /// Members who would have more points of the first unit.
    pub gaining: u64,
    /// Members who would have fewer points of the first unit.
    pub losing: u64,
    /// Points and what they cost, unit by unit.
    pub units: Vec<UnitDifference>,
    /// How many members are in which tier now, and in which they would be: those who stay included.
    pub tiers: Vec<TierShift>,
    /// The members whose points of the first unit differ most, at most 20.
    pub largest: Vec<MemberDifference>,
    /// What the changed programme would have refused and the present one does not.
    pub refused: Vec<Refusal>,
}

/// One unit, now and as it would be.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnitDifference {
    /// The unit.
    pub unit: Name,
    /// Under the present programme; nothing if it does not have the unit.
    pub present: Option<Liability>,
    /// Under the changed programme.
    pub changed: Option<Liability>,
}

/// Members who go from one tier to another, or stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierShift {
    /// The tier under the present programme.
    pub present: Option<Name>,
    /// The tier under the changed programme.
    pub changed: Option<Name>,
    /// How many.
    pub members: u64,
}

/// One member, now and as it would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberDifference {
    /// Who.
    pub member: CustomerId,
    /// By how many points of the first unit the member would have more.
    pub points: i64,
    /// The tier under the present programme.
    pub present: Option<Name>,
    /// The tier under the changed programme.
    pub changed: Option<Name>,
}

const LARGEST: usize = 20;

/// Compares a programme with what it would be if a definition had applied from an instant on, over a history, at an
/// instant. Nothing is written.
///
/// # Errors
/// [`Error::Invalid`](crate::Error::Invalid) when the definition contradicts itself or misses one of the programme's units.
pub fn what_if(
    programme: &Programme,
    history: History<'_>,
    definition: Definition,
    from: Timestamp,
    at: Timestamp,
) -> Result<WhatIf> {
    let changed = programme.instead(definition, from)?;
    let present = Outlook::of(programme, history, at)?;
    let changed = Outlook::of(&changed, history, at)?;
    let mut differences = Vec::new();
    let mut shifts: BTreeMap<(Option<Name>, Option<Name>), u64> = BTreeMap::new();
    let mut both: BTreeMap<CustomerId, [Option<&Place>; 2]> = BTreeMap::new();
    present.members.iter().for_each(|(member, place)| both.entry(*member).or_default()[0] = Some(place));
    changed.members.iter().for_each(|(member, place)| both.entry(*member).or_default()[1] = Some(place));
    for (member, places) in &both {
        let points = |place: Option<&Place>| place.map_or(0, |place| place.points);
        let tier = |place: Option<&Place>| place.and_then(|place| place.tier.clone());
        let [present, changed] = *places;
        *shifts.entry((tier(present), tier(changed))).or_default() += 1;
        let (points, present, changed) = (points(changed) - points(present), tier(present), tier(changed));
        differences.push(MemberDifference { member: *member, points, present, changed });
    }
    let count = |sign: i64| differences.iter().filter(|one| one.points.signum() == sign).count() as u64;
    let (gaining, losing, members) = (count(1), count(-1), both.len() as u64);
    differences.retain(|one| one.points != 0);
    differences.sort_by_key(|one| (std::cmp::Reverse(one.points.abs()), one.member));
    differences.truncate(LARGEST);
    let shift = |((present, changed), members)| TierShift { present, changed, members };
    Ok(WhatIf {
        at,
        members,
        gaining,
        losing,
        units: units(&present, &changed),
        tiers: shifts.into_iter().map(shift).collect(),
        largest: differences,
        refused: newly_refused(&present.refused, changed.refused),
    })
}

fn units(present: &Outlook, changed: &Outlook) -> Vec<UnitDifference> {
    let find = |outlook: &Outlook, unit: &Name| outlook.liabilities.iter().find(|one| one.unit == *unit).cloned();
    let gone = present.liabilities.iter().filter(|one| find(changed, &one.unit).is_none());
    let names = changed.liabilities.iter().chain(gone).map(|one| one.unit.clone());
    names.map(|unit| UnitDifference { present: find(present, &unit), changed: find(changed, &unit), unit }).collect()
}

fn newly_refused(present: &[Refusal], changed: Vec<Refusal>) -> Vec<Refusal> {
    let known: std::collections::BTreeSet<Id> = present.iter().map(|refusal| refusal.cause).collect();
    changed.into_iter().filter(|refusal| !known.contains(&refusal.cause)).collect()
}

/// What became of everybody under one programme.
struct Outlook {
    members: BTreeMap<CustomerId, Place>,
    liabilities: Vec<Liability>,
    refused: Vec<Refusal>,
}

struct Place {
    points: i64,
    tier: Option<Name>,
}

impl Outlook {
    fn of(programme: &Programme, history: History<'_>, at: Timestamp) -> Result<Self> {
        let replayed = replay(programme, history, at)?;
        let names = programme.governing(at)?.definition.units.iter().map(|unit| &unit.name);
        let mut folds = names.map(|unit| LiabilityFold::new(programme, Some(unit), at)).collect::<Result<Vec<_>>>()?;
        let members = Self::members(programme, &replayed, &mut folds, at)?;
        let liabilities = folds.iter().map(LiabilityFold::finish).collect::<Result<_>>()?;
        Ok(Self { members, liabilities, refused: replayed.refused().to_vec() })
    }

    fn members(
        programme: &Programme,
        replayed: &Replay<'_>,
        folds: &mut [LiabilityFold],
        at: Timestamp,
    ) -> Result<BTreeMap<CustomerId, Place>> {
        let first = programme.governing(at)?.definition.unit(None)?.name.clone();
        let mut members = BTreeMap::new();
        let mut own: Vec<Movement> = Vec::new();
        let mut close = |own: &mut Vec<Movement>| -> Result<()> {
            let Some(member) = own.first().map(|one| one.member) else { return Ok(()) };
            let points = own.iter().filter(|one| one.unit == first).map(|one| one.points).sum();
            let ledger: Ledger = own.drain(..).collect();
            let tier = Account::new(programme, member, &ledger).tier(at)?.and_then(|standing| standing.tier);
            members.insert(member, Place { points, tier });
            Ok(())
        };
        for movement in replayed.movements() {
            let movement: Movement = movement?;
            for fold in folds.iter_mut() {
                fold.add(&movement);
            }
            if own.first().is_some_and(|one| one.member != movement.member) {
                close(&mut own)?;
            }
            own.push(movement);
        }
        close(&mut own)?;
        Ok(members)
    }
}
