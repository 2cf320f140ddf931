//! One pass over a history, member by member, in the order of time.

use std::collections::{HashMap, HashSet};

use super::assess::{Award, Plan, kept};
use super::book::{Book, BookLot, Ids, Policy};
use super::check::MAX_POINTS;
use super::climb::{Climb, Entry};
use super::movement::{lot_id, space};
use super::refunding::check_refund;
use super::replay::{Deed, Happening, History, LotName, Reversal, Span, UnitBook};
use super::settle::Life;
use super::{Basis, MovementKind, Programme, Purchase, Refund, Tier};
use crate::base::{Id, Money, Name, Result, Timestamp};

/// The number of a happening, and when it takes effect.
type Place = (u32, Timestamp);

pub(super) struct Pass<'a, 'h> {
    programme: &'a Programme,
    history: History<'a>,
    happenings: &'h [Happening],
    until: Timestamp,
    plans: Vec<Plan<'a>>,
    /// For each plan, how each unit is spent.
    policies: Vec<Vec<Policy>>,
    space: String,
    /// The purchases whose lots must be found again.
    refunded: HashSet<Id>,
    pub(super) units: Vec<UnitBook>,
    pub(super) reversals: Vec<Reversal>,
    pub(super) spans: Vec<Span>,
    pub(super) refused: Vec<Id>,
    member: Member<'a>,
    awards: Vec<Award>,
    /// For each unit, the points that the present happening awarded or took back.
    moved: Vec<i64>,
    /// The last life that was worked out: of which unit of which plan, and for when.
    life: Option<(usize, u8, Timestamp, Life)>,
}

/// What has to be known of a member while its part is read.
#[derive(Default)]
struct Member<'a> {
    /// What counts for the ladder of each plan.
    entries: Vec<Vec<Entry>>,
    /// The climb on the ladder of one plan, and how many entries it has taken in.
    climb: Option<(usize, Climb<'a>, usize)>,
    refunded: HashMap<Id, Refunded<'a>>,
    /// The unit, event and points left of each redemption.
    redemptions: HashMap<Id, (usize, u32, i64)>,
}

/// A refunded purchase: its lots in the order of their ids, and its refunds so far.
struct Refunded<'a> {
    purchase: &'a Purchase,
    lots: Vec<Awarded>,
    refunds: Vec<&'a Refund>,
}

struct Awarded {
    unit: usize,
    lot: u32,
    points: i64,
    /// What was taken back of it, or forgiven.
    taken: i64,
}

impl<'a, 'h> Pass<'a, 'h> {
    pub(super) fn new(
        programme: &'a Programme,
        history: History<'a>,
        happenings: &'h [Happening],
        units: Vec<UnitBook>,
        until: Timestamp,
    ) -> Self {
        let plans: Vec<Plan<'a>> = programme.versions().iter().map(Plan::new).collect();
        let policy = |plan: &Plan<'_>, unit: &UnitBook| {
            let unit = plan.version.definition.unit(Some(&unit.name));
            unit.map_or(Policy::default(), |unit| Policy { order: unit.order, shortfall: unit.shortfall })
        };
        Self {
            policies: plans.iter().map(|plan| units.iter().map(|unit| policy(plan, unit)).collect()).collect(),
            programme,
            history,
            happenings,
            until,
            plans,
            space: space(programme.id),
            refunded: history.refunds.iter().map(|refund| refund.purchase).collect(),
            moved: vec![0; units.len()],
            units,
            reversals: Vec::new(),
            spans: Vec::new(),
            refused: Vec::new(),
            member: Member::default(),
            awards: Vec::new(),
            life: None,
        }
    }

    /// Reads what one member did; `first` is the number of the first happening.
    pub(super) fn member(&mut self, first: u32, group: &[Happening]) -> Result<()> {
        let Some(member) = group.first().map(|one| one.member) else { return Ok(()) };
        let begin = |unit: &UnitBook| (unit.book.lots.len(), unit.book.postings.len());
        let units = self.units.iter().map(begin).collect();
        self.spans.push(Span { member, reversals: self.reversals.len(), units });
        self.units.iter_mut().for_each(|unit| unit.book.turn());
        self.member.entries.resize_with(self.plans.len(), Vec::new);
        self.member.entries.iter_mut().for_each(Vec::clear);
        self.member.climb = None;
        self.member.refunded.clear();
        self.member.redemptions.clear();
        for (event, one) in (first..).zip(group) {
            if !self.happen((event, one.at), one)? {
                self.refused.push(one.cause);
            }
        }
        for unit in 0..self.units.len() {
            self.step(unit, self.until, |_, _, _| ());
        }
        Ok(())
    }

    /// Gives whether the programme accepts it.
    fn happen(&mut self, place: Place, one: &Happening) -> Result<bool> {
        let history = self.history;
        match one.deed {
            Deed::Join => self.join(place),
            Deed::Purchase(index) => self.purchase(place, &history.purchases[index as usize])?,
            Deed::Refund(index) => self.refund(place, &history.refunds[index as usize])?,
            Deed::Redemption(index) => {
                let wish = &history.redemptions[index as usize];
                let unit = self.spend(MovementKind::Redeemed, place, wish.unit.as_ref(), wish.points);
                let Some(unit) = unit else { return Ok(false) };
                self.member.redemptions.insert(wish.id, (unit, place.0, wish.points));
            }
            Deed::Cancellation(index) => {
                let wish = &history.cancellations[index as usize];
                return Ok(self.cancel(place, wish.redemption, wish.points));
            }
            Deed::Adjustment(index) => {
                let wish = &history.adjustments[index as usize];
                return Ok(match wish.points {
                    1.. => self.give(place, wish.unit.as_ref(), wish.points),
                    points => {
                        self.spend(MovementKind::Adjusted, place, wish.unit.as_ref(), points.saturating_neg()).is_some()
                    }
                });
            }
        }
        Ok(true)
    }

    fn join(&mut self, (event, at): Place) {
        let Some(plan) = self.plan_at(at) else { return };
        let mut awards = std::mem::take(&mut self.awards);
        awards.clear();
        self.plans[plan].sign_up(at, &mut awards);
        self.award((event, at), plan, &mut awards, false);
        self.awards = awards;
        self.count((at, at), None, 0);
    }

    fn purchase(&mut self, (event, at): Place, purchase: &'a Purchase) -> Result<()> {
        let Some(plan) = self.plan_at(at) else { return Ok(()) };
        let tier = self.tier_before(plan, at);
        let mut awards = std::mem::take(&mut self.awards);
        awards.clear();
        self.plans[plan].purchase(purchase, tier, &mut awards)?;
        let before: Vec<usize> = match self.refunded.contains(&purchase.id) {
            true => self.units.iter().map(|unit| unit.lots.len()).collect(),
            false => Vec::new(),
        };
        if awards.is_empty() {
            // The mark of a purchase that was looked at.
            let mark = LotName { event, version: plan as u16, rule: None, first: true };
            self.open((plan, 0), mark, at, 0);
        }
        self.award((event, at), plan, &mut awards, true);
        self.awards = awards;
        self.count((at, at), Some(purchase.amount), 1);
        if !before.is_empty() {
            self.remember(purchase, &before);
        }
        Ok(())
    }

    fn award(&mut self, (event, at): Place, plan: usize, awards: &mut [Award], paid: bool) {
        let Some(first) = awards.first().map(|award| award.rule) else { return };
        let name = |award: &Award| LotName {
            event,
            version: plan as u16,
            rule: Some(award.rule),
            first: paid && award.rule == first,
        };
        if self.units.iter().any(|unit| unit.book.owes()) {
            // What is owed is repaid from the lots of one purchase in the order of their ids.
            awards.sort_by_key(|award| self.lot_id(self.unit(plan, award.unit), name(award)));
        }
        for award in awards.iter() {
            self.open((plan, award.unit), name(award), at, award.points);
        }
    }

    fn open(&mut self, (plan, place): (usize, u8), name: LotName, at: Timestamp, points: i64) {
        let life = match self.life {
            Some((own, other, when, life)) if (own, other, when) == (plan, place, at) => life,
            _ => {
                let definition = &self.plans[plan].version.definition;
                let life = definition.units[usize::from(place)].life(&definition.zone, at);
                self.life = Some((plan, place, at, life));
                life
            }
        };
        let unit = self.unit(plan, place);
        self.moved[unit] += points;
        self.units[unit].lots.push(name);
        self.step(unit, at, |book, policy, ids| book.grant(BookLot::new(at, life, points), policy, ids));
    }

    /// Remembers the lots of a purchase that will be refunded.
    fn remember(&mut self, purchase: &'a Purchase, before: &[usize]) {
        let mut lots: Vec<(Id, Awarded)> = Vec::new();
        for (unit, first) in before.iter().enumerate() {
            for lot in *first..self.units[unit].lots.len() {
                let id = self.lot_id(unit, self.units[unit].lots[lot]);
                let points = self.units[unit].book.lots[lot].points;
                lots.push((id, Awarded { unit, lot: lot as u32, points, taken: 0 }));
            }
        }
        lots.sort_by_key(|(id, _)| *id);
        let lots = lots.into_iter().map(|(_, lot)| lot).collect();
        self.member.refunded.insert(purchase.id, Refunded { purchase, lots, refunds: Vec::new() });
    }

    fn refund(&mut self, (event, at): Place, refund: &'a Refund) -> Result<()> {
        // A purchase from before the programme has earned nothing.
        let Some(mut own) = self.member.refunded.remove(&refund.purchase) else { return Ok(()) };
        check_refund(own.purchase, refund)?;
        let left = |refunds: &[&Refund]| {
            let paid_back = refunds.iter().map(|one| i128::from(one.amount.minor())).sum::<i128>();
            i128::from(own.purchase.amount.minor()) - paid_back
        };
        let before = left(&own.refunds);
        own.refunds.push(refund);
        let gone = left(&own.refunds) <= 0 && (before > 0 || own.refunds.len() == 1);
        for (index, lot) in own.lots.iter_mut().enumerate() {
            let name = self.units[lot.unit].lots[lot.lot as usize];
            let rules = &self.plans[usize::from(name.version)].version.definition.rules;
            let rule = name.rule.and_then(|rule| rules.get(usize::from(rule)));
            let kept = rule.map_or(Ok(lot.points), |rule| kept(lot.points, rule, own.purchase, &own.refunds))?;
            let due = (lot.points - kept - lot.taken).max(0);
            lot.taken += due;
            self.moved[lot.unit] -= due;
            let waived = match due {
                0 => 0,
                _ => self.step(lot.unit, at, |book, policy, ids| book.reverse((event, at), lot.lot, due, policy, ids)),
            };
            // The first one stands for the refund even if nothing was due.
            if index == 0 || waived > 0 {
                self.reversals.push(Reversal { event, unit: lot.unit as u8, lot: lot.lot, waived });
            }
        }
        let back = Money::new(-refund.amount.minor(), refund.amount.currency());
        self.count((at, own.purchase.at), Some(back), -i64::from(gone));
        self.member.refunded.insert(refund.purchase, own);
        Ok(())
    }

    /// Gives the unit, or nothing if the points are not there.
    fn spend(&mut self, kind: MovementKind, place: Place, unit: Option<&Name>, points: i64) -> Option<usize> {
        let definition = &self.plans[self.governing(place.1)].version.definition;
        let unit = definition.unit(unit).ok().filter(|unit| unit.redeemable || kind != MovementKind::Redeemed)?;
        let unit = self.units.iter().position(|own| own.name == unit.name)?;
        let spent = (1..=MAX_POINTS).contains(&points)
            && self.step(unit, place.1, |book, policy, ids| {
                book.available(place.1) >= points && book.spend(kind, place, points, policy, ids) == 0
            });
        spent.then_some(unit)
    }

    fn give(&mut self, (event, at): Place, unit: Option<&Name>, points: i64) -> bool {
        let plan = self.governing(at);
        let definition = &self.plans[plan].version.definition;
        let Ok(unit) = definition.unit(unit) else { return false };
        let place = definition.units.iter().position(|own| own.name == unit.name);
        let Some(place) = place.filter(|_| points <= MAX_POINTS) else { return false };
        let name = LotName { event, version: plan as u16, rule: None, first: false };
        self.open((plan, place as u8), name, at, points);
        self.moved.fill(0);
        true
    }

    fn cancel(&mut self, place: Place, redemption: Id, points: Option<i64>) -> bool {
        let Some((unit, event, left)) = self.member.redemptions.get_mut(&redemption) else { return false };
        let points = points.unwrap_or(*left);
        if points < 1 || points > *left {
            return false;
        }
        *left -= points;
        let (unit, event) = (*unit, *event);
        self.step(unit, place.1, |book, policy, ids| book.restore(place, event, points, policy, ids));
        true
    }

    /// Lets the clock of a unit run to an instant, and does something then.
    fn step<T>(&mut self, unit: usize, at: Timestamp, act: impl FnOnce(&mut Book, Policy, Ids<'_>) -> T) -> T {
        let policy = self.policies[self.governing(at)][unit];
        let (plans, happenings, space) = (&self.plans, self.happenings, &self.space);
        let UnitBook { name, book, lots } = &mut self.units[unit];
        let ids = |lot: u32| named(plans, happenings, space, name, lots[lot as usize]);
        book.advance(at, policy, &ids);
        act(book, policy, &ids)
    }

    fn lot_id(&self, unit: usize, lot: LotName) -> Id {
        named(&self.plans, self.happenings, &self.space, &self.units[unit].name, lot)
    }

    /// Notes what counts towards tiers: the points of the present happening, money, purchases.
    fn count(&mut self, (at, counts_at): (Timestamp, Timestamp), amount: Option<Money>, purchases: i64) {
        for (plan, entries) in self.plans.iter().zip(&mut self.member.entries) {
            let Some(ladder) = &plan.version.definition.tiers else { continue };
            let value = match &ladder.basis {
                Basis::Points { unit } => {
                    let place = self.units.iter().position(|own| own.name == *unit);
                    place.map_or(0, |place| self.moved[place])
                }
                Basis::Spend { currency } => {
                    amount.filter(|amount| amount.currency() == *currency).map_or(0, Money::minor)
                }
                Basis::Purchases => purchases,
            };
            if value != 0 {
                entries.push(Entry { at, counts_at, value });
            }
        }
        self.moved.fill(0);
    }

    /// The tier of the member on the ladder of a plan, by what happened before an instant.
    fn tier_before(&mut self, plan: usize, at: Timestamp) -> Option<&'a Tier> {
        let version = self.plans[plan].version;
        let ladder = version.definition.tiers.as_ref()?;
        let Member { entries, climb, .. } = &mut self.member;
        if climb.as_ref().is_none_or(|(own, ..)| *own != plan) {
            *climb = Some((plan, Climb::new(ladder, &version.definition.zone), 0));
        }
        let (_, climb, posted) = climb.as_mut()?;
        let fresh = &mut entries[plan][*posted..];
        let count = fresh.iter().take_while(|entry| entry.at < at).count();
        fresh[..count].sort_unstable();
        fresh[..count].iter().for_each(|entry| climb.post(*entry));
        *posted += count;
        climb.advance(at);
        climb.tier()
    }

    /// The plan of the version that applies at an instant; nothing before the first.
    fn plan_at(&self, at: Timestamp) -> Option<usize> {
        self.programme.at(at).map(|version| version.number as usize - 1)
    }

    fn governing(&self, at: Timestamp) -> usize {
        self.plan_at(at).unwrap_or(0)
    }

    /// The place of a plan's unit among all units.
    fn unit(&self, plan: usize, unit: u8) -> usize {
        let name = &self.plans[plan].version.definition.units[usize::from(unit)].name;
        self.units.iter().position(|own| own.name == *name).unwrap_or(0)
    }
}

fn named(plans: &[Plan<'_>], happenings: &[Happening], space: &str, unit: &Name, lot: LotName) -> Id {
    let happening = &happenings[lot.event as usize];
    let rules = &plans[usize::from(lot.version)].version.definition.rules;
    let rule = lot.rule.and_then(|rule| rules.get(usize::from(rule))).map(|rule| &rule.name);
    lot_id(space, unit, happening.deed.opens(), happening.cause, rule)
}
