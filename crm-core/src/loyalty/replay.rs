//! Replaying a history: what a programme makes of all that its members did, at once.

use std::collections::HashMap;

use super::book::Book;
use super::earning::joining;
use super::pass::{Pass, Ready};
use super::{Activity, Adjustment, Cancellation, Join, MovementKind, Programme, Purchase, Redemption, Refund, Refusal};
use crate::base::{CustomerId, Error, Id, Name, Result, Timestamp};

/// What members did, in any order.
#[derive(Clone, Copy, Debug, Default)]
pub struct History<'a> {
    /// When they joined.
    pub joins: &'a [Join],
    /// What else they did that earns.
    pub activities: &'a [Activity],
    /// What they bought.
    pub purchases: &'a [Purchase],
    /// What of it was paid back.
    pub refunds: &'a [Refund],
    /// The points they spent.
    pub redemptions: &'a [Redemption],
    /// The points that were given back.
    pub cancellations: &'a [Cancellation],
    /// The points that were given or taken by hand.
    pub adjustments: &'a [Adjustment],
}

/// What one of them did, in the order of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Happening {
    pub(super) member: CustomerId,
    pub(super) at: Timestamp,
    /// What happens at one instant happens in the order of [`Event`](super::settle::Event).
    rank: u8,
    pub(super) cause: Id,
    pub(super) deed: Deed,
}

/// The place of a happening in its part of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Deed {
    Join,
    Activity(u32),
    Purchase(u32),
    Refund(u32),
    Redemption(u32),
    Cancellation(u32),
    Adjustment(u32),
}

impl Deed {
    /// The kind of movement that opens its lots.
    pub(super) const fn opens(self) -> MovementKind {
        if matches!(self, Self::Adjustment(_)) { MovementKind::Adjusted } else { MovementKind::Earned }
    }
}

/// Where a lot comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct LotName {
    pub(super) event: u32,
    /// The place of its version among the programme's, and of its rule among the version's.
    pub(super) version: u16,
    pub(super) rule: Option<u16>,
    /// Whether it tells the money of its purchase.
    pub(super) first: bool,
}

/// One unit of all members.
#[derive(Debug)]
pub(super) struct UnitBook {
    pub(super) name: Name,
    pub(super) book: Book,
    pub(super) lots: Vec<LotName>,
}

/// What a refund took back of a lot, and what it forgave.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reversal {
    pub(super) event: u32,
    pub(super) unit: u8,
    pub(super) lot: u32,
    pub(super) waived: i64,
}

/// Where the part of one member begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) member: CustomerId,
    pub(super) reversals: usize,
}

/// A history under a programme: every movement that it makes.
///
/// It is the same, movement for movement, as what [`Account`](super::Account) decides when everything is heard of in the
/// order of time.
#[derive(Debug)]
pub struct Replay<'a> {
    pub(super) programme: &'a Programme,
    pub(super) history: History<'a>,
    pub(super) happenings: Vec<Happening>,
    pub(super) units: Vec<UnitBook>,
    pub(super) reversals: Vec<Reversal>,
    pub(super) spans: Vec<Span>,
    /// For each span and each unit, the first lot and the first posting.
    pub(super) places: Vec<(usize, usize)>,
    refused: Vec<Refusal>,
}

/// Replays a history under a programme up to an instant. What happens later is left out.
///
/// Members do not affect each other: a history may be cut between members and replayed in parts.
///
/// ```
/// use crm_core::base::{CustomerId, Id, ProgrammeId};
/// use crm_core::loyalty::{Definition, History, LiabilityFold, Programme, Purchase, replay};
///
/// let definition = Definition::from_json(r#"{
///     "name": "Coffee card", "zone": "Europe/Vienna",
///     "units": [{"name": "beans", "cost": {"amount": "0.50 EUR", "points": 10}}],
///     "rules": [{"name": "cup", "earn": {"per_purchase": {"points": 1}}}]
/// }"#)?;
/// let programme = Programme::new(ProgrammeId::new(Id::derived("doc", "card")), definition, "2026-01-01T00:00:00Z".parse()?)?;
/// let anna = CustomerId::new(Id::derived("doc", "anna"));
/// let purchases: Vec<Purchase> = ["2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z"]
///     .iter()
///     .map(|at| Ok(Purchase::new(Id::derived("doc", at), anna, at.parse()?, "3.20 EUR".parse()?)))
///     .collect::<crm_core::Result<_>>()?;
/// let now = "2026-04-01T00:00:00Z".parse()?;
/// let replay = replay(&programme, History { purchases: &purchases, ..History::default() }, now)?;
/// let mut liability = LiabilityFold::new(&programme, None, now)?;
/// for movement in replay.movements() {
///     liability.add(&movement?);
/// }
/// assert_eq!(liability.finish()?.cost, Some("0.10 EUR".parse()?));
/// # Ok::<(), crm_core::Error>(())
/// ```
///
/// # Errors
/// [`Error::NotFound`] for a programme without versions. What cannot be decided on is [refused](Replay::refused) and does
/// not stop the rest.
pub fn replay<'a>(programme: &'a Programme, history: History<'a>, until: Timestamp) -> Result<Replay<'a>> {
    let mut refused = Vec::new();
    let mut happenings = happenings(programme, &history, &mut refused);
    happenings.retain(|one| one.at <= until);
    if !happenings.is_sorted() {
        happenings.sort_unstable();
    }
    happenings.dedup_by(|one, other| (one.member, one.cause) == (other.member, other.cause));
    let last = programme.governing(Timestamp::MAX)?;
    let book = |name: &Name| UnitBook { name: name.clone(), book: Book::default(), lots: Vec::new() };
    let units = last.definition.units.iter().map(|unit| book(&unit.name)).collect();
    let names: Vec<&Name> = last.definition.units.iter().map(|unit| &unit.name).collect();
    let plans: Vec<Ready<'_>> = programme.versions().iter().map(|version| Ready::new(version, &names)).collect();
    let mut pass = Pass::new(programme, history, &happenings, &plans, units, until);
    let mut first = 0;
    for group in happenings.chunk_by(|one, next| one.member == next.member) {
        pass.member(first, group);
        first += group.len() as u32;
    }
    let Pass { units, reversals, spans, places, refused: more, .. } = pass;
    refused.extend(more);
    Ok(Replay { programme, history, happenings, units, reversals, spans, places, refused })
}

impl Replay<'_> {
    /// What the programme refuses, and why: redemptions for which there are too few points, refunds of what nobody bought,
    /// purchases in a currency that no rule knows, ...
    pub fn refused(&self) -> &[Refusal] {
        &self.refused
    }
}

fn unknown(kind: &'static str, cause: Id, what: Id) -> Refusal {
    Refusal { cause, error: Error::not_found(kind, what) }
}

fn happenings(programme: &Programme, history: &History<'_>, refused: &mut Vec<Refusal>) -> Vec<Happening> {
    let mut all = Vec::with_capacity(history.purchases.len() + history.redemptions.len() + history.refunds.len());
    for join in history.joins {
        let cause = joining(programme.id, join.member);
        all.push(Happening { member: join.member, at: join.at, rank: 0, cause, deed: Deed::Join });
    }
    for (index, one) in (0..).zip(history.activities) {
        let (member, at, cause) = (one.member, one.at, one.cause(programme.id));
        all.push(Happening { member, at, rank: 0, cause, deed: Deed::Activity(index) });
    }
    for (index, one) in (0..).zip(history.purchases) {
        all.push(Happening { member: one.member, at: one.at, rank: 0, cause: one.id, deed: Deed::Purchase(index) });
    }
    if !history.refunds.is_empty() {
        let purchases: HashMap<Id, &Purchase> = history.purchases.iter().map(|one| (one.id, one)).collect();
        for (index, one) in (0..).zip(history.refunds) {
            match purchases.get(&one.purchase) {
                Some(purchase) => {
                    let (member, at) = (purchase.member, one.at.max(purchase.at));
                    all.push(Happening { member, at, rank: 1, cause: one.id, deed: Deed::Refund(index) });
                }
                None => refused.push(unknown("purchase", one.id, one.purchase)),
            }
        }
    }
    for (index, one) in (0..).zip(history.redemptions) {
        all.push(Happening { member: one.member, at: one.at, rank: 2, cause: one.id, deed: Deed::Redemption(index) });
    }
    for (index, one) in (0..).zip(history.adjustments) {
        let rank = if one.points < 0 { 2 } else { 0 };
        all.push(Happening { member: one.member, at: one.at, rank, cause: one.id, deed: Deed::Adjustment(index) });
    }
    if !history.cancellations.is_empty() {
        let redemptions: HashMap<Id, &Redemption> = history.redemptions.iter().map(|one| (one.id, one)).collect();
        for (index, one) in (0..).zip(history.cancellations) {
            match redemptions.get(&one.redemption) {
                Some(redemption) => {
                    let (member, at) = (redemption.member, one.at.max(redemption.at));
                    all.push(Happening { member, at, rank: 3, cause: one.id, deed: Deed::Cancellation(index) });
                }
                None => refused.push(unknown("redemption", one.id, one.redemption)),
            }
        }
    }
    all
}
