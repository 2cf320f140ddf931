//! One pass over a history, member by member, in the order of time.

use std::collections::{HashMap, HashSet};

use super::almanac::Lives;
use super::assess::{Award, Occasion, Plan};
use super::book::{Book, BookLot, Ids, Policy};
use super::climb::{Climb, Entry, Scale};
use super::earning::check_activity;
use super::eligible::kept;
use super::movement::{lot_id, space};
use super::past::{Given, Past};
use super::refunding::check_refund;
use super::replay::{Deed, Happening, History, LotName, Reversal, Span, UnitBook};
use super::spending::{check_spending, more_than_left, too_few};
use super::{
    Activity, Basis, Definition, Ladder, MovementKind, Programme, Purchase, Refund, Refusal, Tier, Unit, Version,
};
use crate::base::{Error, Id, Money, Name, Result, Timestamp};

/// The number of a happening, and when it takes effect.
type Place = (u32, Timestamp);

/// A version of the programme, made ready to be asked often.
pub(super) struct Ready<'a> {
    plan: Plan<'a>,
    scale: Option<Scale<'a>>,
    /// The place of the unit that counts on the ladder, if points do.
    counting: Option<usize>,
    /// For each unit of the version, its place among all units, and the lives of its points.
    units: Vec<(usize, Lives<'a>)>,
    /// For each of all units, how it is spent.
    policies: Vec<Policy>,
}

impl<'a> Ready<'a> {
    pub(super) fn new(version: &'a Version, names: &[&Name]) -> Self {
        let definition = &version.definition;
        let place = |name: &Name| names.iter().position(|own| *own == name);
        let policy = |name: &&Name| {
            let unit = definition.unit(Some(name));
            unit.map_or(Policy::default(), |unit| Policy { order: unit.order, shortfall: unit.shortfall })
        };
        let counting = |ladder: &Ladder| if let Basis::Points { unit } = &ladder.basis { place(unit) } else { None };
        let unit = |unit: &'a Unit| (place(&unit.name).unwrap_or(0), Lives::new(unit, &definition.zone));
        Self {
            plan: Plan::new(version),
            scale: version.scale(),
            counting: definition.tiers.as_ref().and_then(counting),
            units: definition.units.iter().map(unit).collect(),
            policies: names.iter().map(policy).collect(),
        }
    }

    const fn definition(&self) -> &'a Definition {
        &self.plan.version.definition
    }
}

pub(super) struct Pass<'a, 'h> {
    programme: &'a Programme,
    history: History<'a>,
    happenings: &'h [Happening],
    until: Timestamp,
    plans: &'h [Ready<'a>],
    /// Whether any version's rules look at a member's past.
    looks_back: bool,
    space: String,
    /// The purchases whose lots must be found again.
    refunded: HashSet<Id>,
    pub(super) units: Vec<UnitBook>,
    pub(super) reversals: Vec<Reversal>,
    pub(super) spans: Vec<Span>,
    /// For each span and each unit, the first lot and the first posting.
    pub(super) places: Vec<(usize, usize)>,
    pub(super) refused: Vec<Refusal>,
    member: Member<'a, 'h>,
    awards: Vec<Award>,
    /// For each unit, the points that the present happening awarded or took back.
    moved: Vec<i64>,
}

/// What has to be known of a member while its part is read.
#[derive(Default)]
struct Member<'a, 'h> {
    /// What counts for the ladder of each plan.
    entries: Vec<Vec<Entry>>,
    /// The climb on the ladder of one plan, and how many entries it has taken in.
    climb: Option<(usize, Climb<'h>, usize)>,
    /// What earned before, if any rules look at it.
    past: Past<'a>,
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

impl Refunded<'_> {
    /// Whether the last refund paid back what was left of the money.
    fn is_gone(&self) -> bool {
        let left = |refunds: &[&Refund]| {
            let paid_back = refunds.iter().map(|one| i128::from(one.amount.minor())).sum::<i128>();
            i128::from(self.purchase.amount.minor()) - paid_back
        };
        let earlier = &self.refunds[..self.refunds.len().saturating_sub(1)];
        left(&self.refunds) <= 0 && (left(earlier) > 0 || earlier.is_empty())
    }
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
        plans: &'h [Ready<'a>],
        units: Vec<UnitBook>,
        until: Timestamp,
    ) -> Self {
        Self {
            programme,
            history,
            happenings,
            until,
            plans,
            looks_back: plans.iter().any(|ready| ready.plan.looks_back),
            space: space(programme.id),
            refunded: history.refunds.iter().map(|refund| refund.purchase).collect(),
            moved: vec![0; units.len()],
            units,
            reversals: Vec::new(),
            spans: Vec::new(),
            places: Vec::new(),
            refused: Vec::new(),
            member: Member::default(),
            awards: Vec::new(),
        }
    }

    /// Reads what one member did; `first` is the number of the first happening.
    pub(super) fn member(&mut self, first: u32, group: &[Happening]) {
        let Some(member) = group.first().map(|one| one.member) else { return };
        self.spans.push(Span { member, reversals: self.reversals.len() });
        self.places.extend(self.units.iter().map(|unit| unit.book.place()));
        self.units.iter_mut().for_each(|unit| unit.book.turn());
        self.member.entries.resize_with(self.plans.len(), Vec::new);
        self.member.entries.iter_mut().for_each(Vec::clear);
        self.member.climb = None;
        self.member.past.clear();
        self.member.refunded.clear();
        self.member.redemptions.clear();
        for (event, one) in (first..).zip(group) {
            if let Err(error) = self.happen((event, one.at), one) {
                self.refused.push(Refusal { cause: one.cause, error });
            }
        }
        for unit in 0..self.units.len() {
            self.step(unit, self.until, |_, _, _| ());
        }
    }

    fn happen(&mut self, place: Place, one: &Happening) -> Result<()> {
        let history = self.history;
        match one.deed {
            Deed::Join => self.join(place)?,
            Deed::Activity(index) => self.activity(place, &history.activities[index as usize], one.cause)?,
            Deed::Purchase(index) => self.purchase(place, &history.purchases[index as usize])?,
            Deed::Refund(index) => self.refund(place, &history.refunds[index as usize])?,
            Deed::Redemption(index) => {
                let wish = &history.redemptions[index as usize];
                let unit = self.spend(MovementKind::Redeemed, place, wish.unit.as_ref(), wish.points)?;
                self.member.redemptions.insert(wish.id, (unit, place.0, wish.points));
            }
            Deed::Cancellation(index) => {
                let wish = &history.cancellations[index as usize];
                self.cancel(place, wish.redemption, wish.points)?;
            }
            Deed::Adjustment(index) => {
                let wish = &history.adjustments[index as usize];
                if wish.points < 0 {
                    self.spend(MovementKind::Adjusted, place, wish.unit.as_ref(), wish.points.saturating_neg())?;
                } else {
                    self.give(place, wish.unit.as_ref(), wish.points)?;
                }
            }
        }
        Ok(())
    }

    fn join(&mut self, (event, at): Place) -> Result<()> {
        let Some(plan) = self.plan_at(at) else { return Ok(()) };
        let mut awards = self.assess(plan, Occasion::Join(at), None)?;
        self.award((event, at), plan, &mut awards, (false, false));
        self.awards = awards;
        self.count((at, at), None, 0);
        Ok(())
    }

    fn activity(&mut self, (event, at): Place, activity: &'a Activity, cause: Id) -> Result<()> {
        check_activity(activity)?;
        let Some(plan) = self.plan_at(at) else { return Ok(()) };
        let tier = self.tier_before(plan, at);
        let mut awards = self.assess(plan, Occasion::Activity(activity, cause), tier)?;
        self.mark((event, at), plan, awards.is_empty());
        self.award((event, at), plan, &mut awards, (false, false));
        self.awards = awards;
        self.count((at, at), None, 0);
        Ok(())
    }

    /// What an occasion earns; the past knows of it afterwards.
    fn assess(&mut self, plan: usize, occasion: Occasion<'a>, tier: Option<&Tier>) -> Result<Vec<Award>> {
        let mut awards = std::mem::take(&mut self.awards);
        awards.clear();
        let ready: &'h Ready<'a> = &self.plans[plan];
        if let Err(error) = ready.plan.award(occasion, tier, &self.member.past, &mut awards) {
            self.awards = awards;
            return Err(error);
        }
        if self.looks_back {
            self.remember_awards(ready.definition(), occasion, &awards);
        }
        Ok(awards)
    }

    fn remember_awards(&mut self, definition: &'a Definition, occasion: Occasion<'a>, awards: &[Award]) {
        let past = &mut self.member.past;
        let (at, cause) = occasion.place();
        if let Some(seen) = occasion.seen() {
            past.saw(seen);
        }
        for award in awards {
            let (rule, unit) = (usize::from(award.rule), usize::from(award.unit));
            let (rule, unit) = (&definition.rules[rule].name, &definition.units[unit].name);
            past.gave(Given { at, cause, rule, unit, points: award.points });
        }
    }

    /// Marks an occasion that was looked at and earned nothing.
    fn mark(&mut self, (event, at): Place, plan: usize, nothing: bool) {
        if nothing {
            let mark = LotName { event, version: plan as u16, rule: None, first: true };
            self.open((plan, 0), (at, false), std::iter::once((mark, 0)));
        }
    }

    fn purchase(&mut self, (event, at): Place, purchase: &'a Purchase) -> Result<()> {
        let Some(plan) = self.plan_at(at) else { return Ok(()) };
        let tier = self.tier_before(plan, at);
        let mut awards = self.assess(plan, Occasion::Purchase(purchase), tier)?;
        let before: Vec<usize> = if self.refunded.contains(&purchase.id) {
            self.units.iter().map(|unit| unit.lots.len()).collect()
        } else {
            Vec::new()
        };
        self.mark((event, at), plan, awards.is_empty());
        self.award((event, at), plan, &mut awards, (true, purchase.held));
        self.awards = awards;
        self.count((at, at), Some(purchase.amount), 1);
        if !before.is_empty() {
            self.remember(purchase, &before);
        }
        Ok(())
    }

    fn award(&mut self, (event, at): Place, plan: usize, awards: &mut [Award], (paid, held): (bool, bool)) {
        let Some(first) = awards.first().map(|award| award.rule) else { return };
        let name = |award: &Award| LotName {
            event,
            version: plan as u16,
            rule: Some(award.rule),
            first: paid && award.rule == first,
        };
        if self.units.iter().any(|unit| unit.book.debt() > 0) {
            // What is owed is repaid from the lots of one purchase in the order of their ids.
            awards.sort_by_key(|award| self.lot_id(self.unit(plan, award.unit), name(award)));
        }
        // Awards of one unit nearly always follow each other.
        for same in awards.chunk_by(|one, next| one.unit == next.unit) {
            self.open((plan, same[0].unit), (at, held), same.iter().map(|award| (name(award), award.points)));
        }
    }

    /// Opens lots in one unit.
    fn open(
        &mut self,
        (plan, place): (usize, u8),
        (at, held): (Timestamp, bool),
        lots: impl Iterator<Item = (LotName, i64)>,
    ) {
        let (plans, happenings, space) = (self.plans, self.happenings, &self.space);
        let (unit, lives) = &plans[plan].units[usize::from(place)];
        let (life, policy) = (lives.life(at), plans[plan].policies[*unit]);
        let promised = &plans[plan].definition().units[usize::from(place)];
        let moved = &mut self.moved[*unit];
        let UnitBook { name, book, lots: names } = &mut self.units[*unit];
        book.advance(at, policy, &|lot| named(plans, happenings, space, name, names[lot as usize]));
        for (lot, points) in lots {
            *moved += points;
            names.push(lot);
            let ids = |lot: u32| named(plans, happenings, space, name, names[lot as usize]);
            let life = life.waiting(held || (lot.rule.is_some() && promised.waits(points)));
            book.grant(BookLot::new(at, life, points), policy, &ids);
        }
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
        own.refunds.push(refund);
        let dues = self.dues(&own);
        if dues.is_err() {
            own.refunds.pop();
        }
        let (purchase, gone) = (own.purchase, own.is_gone());
        for (index, (lot, due)) in own.lots.iter_mut().zip(dues.as_deref().unwrap_or_default()).enumerate() {
            lot.taken += due;
            self.moved[lot.unit] -= due;
            let waived = match due {
                0 => 0,
                _ => self.step(lot.unit, at, |book, policy, ids| book.reverse((event, at), lot.lot, *due, policy, ids)),
            };
            // The first one stands for the refund even if nothing was due.
            if index == 0 || waived > 0 {
                self.reversals.push(Reversal { event, unit: lot.unit as u8, lot: lot.lot, waived });
            }
        }
        self.member.refunded.insert(refund.purchase, own);
        dues?;
        let back = Money::new(-refund.amount.minor(), refund.amount.currency());
        self.count((at, purchase.at), Some(back), -i64::from(gone));
        Ok(())
    }

    /// For each lot of a purchase, how many points its last refund takes back.
    fn dues(&self, own: &Refunded<'_>) -> Result<Vec<i64>> {
        own.refunds.last().map_or(Ok(()), |refund| check_refund(own.purchase, refund))?;
        let due = |lot: &Awarded| {
            let name = self.units[lot.unit].lots[lot.lot as usize];
            let version = self.plans[usize::from(name.version)].plan.version;
            let kept = name.rule.map_or(Ok(lot.points), |rule| {
                kept(lot.points, (version, usize::from(rule)), own.purchase, &own.refunds)
            })?;
            Ok((lot.points - kept - lot.taken).max(0))
        };
        own.lots.iter().map(due).collect()
    }

    /// Gives the place of the unit.
    fn spend(&mut self, kind: MovementKind, place: Place, unit: Option<&Name>, points: i64) -> Result<usize> {
        let unit = self.plans[self.governing(place.1)].definition().unit(unit)?;
        check_spending(unit, kind, points)?;
        let unit = self.units.iter().position(|own| own.name == unit.name).unwrap_or(0);
        let spent = self.step(unit, place.1, |book, policy, ids| {
            book.available(place.1) >= points && book.spend(kind, place, points, policy, ids) == 0
        });
        if spent { Ok(unit) } else { Err(too_few()) }
    }

    fn give(&mut self, (event, at): Place, unit: Option<&Name>, points: i64) -> Result<()> {
        let plan = self.governing(at);
        let definition = self.plans[plan].definition();
        let unit = definition.unit(unit)?;
        check_spending(unit, MovementKind::Adjusted, points)?;
        let place = definition.units.iter().position(|own| own.name == unit.name).unwrap_or(0);
        let name = LotName { event, version: plan as u16, rule: None, first: false };
        self.open((plan, place as u8), (at, false), std::iter::once((name, points)));
        self.moved.fill(0);
        Ok(())
    }

    fn cancel(&mut self, place: Place, redemption: Id, points: Option<i64>) -> Result<()> {
        let own = self.member.redemptions.get_mut(&redemption);
        let (unit, event, left) = own.ok_or_else(|| Error::not_found("redemption", redemption))?;
        let points = points.unwrap_or(*left);
        if points < 1 || points > *left {
            return Err(more_than_left());
        }
        *left -= points;
        let (unit, event) = (*unit, *event);
        self.step(unit, place.1, |book, policy, ids| {
            book.restore(MovementKind::Restored, place, event, points, policy, ids);
        });
        Ok(())
    }

    /// Lets the clock of a unit run to an instant, and does something then.
    fn step<T>(&mut self, unit: usize, at: Timestamp, act: impl FnOnce(&mut Book, Policy, Ids<'_>) -> T) -> T {
        let policy = self.plans[self.governing(at)].policies[unit];
        let (plans, happenings, space) = (self.plans, self.happenings, &self.space);
        let UnitBook { name, book, lots } = &mut self.units[unit];
        let ids = |lot: u32| named(plans, happenings, space, name, lots[lot as usize]);
        book.advance(at, policy, &ids);
        act(book, policy, &ids)
    }

    fn lot_id(&self, unit: usize, lot: LotName) -> Id {
        named(self.plans, self.happenings, &self.space, &self.units[unit].name, lot)
    }

    /// Notes what counts towards tiers: the points of the present happening, money, purchases.
    fn count(&mut self, (at, counts_at): (Timestamp, Timestamp), amount: Option<Money>, purchases: i64) {
        for (ready, entries) in self.plans.iter().zip(&mut self.member.entries) {
            let Some(ladder) = &ready.definition().tiers else { continue };
            let value = match &ladder.basis {
                Basis::Points { .. } => ready.counting.map_or(0, |unit| self.moved[unit]),
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
    fn tier_before(&mut self, plan: usize, at: Timestamp) -> Option<&'h Tier> {
        let scale = self.plans[plan].scale.as_ref()?;
        let Member { entries, climb, .. } = &mut self.member;
        if climb.as_ref().is_none_or(|(own, ..)| *own != plan) {
            *climb = Some((plan, Climb::new(scale), 0));
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
        self.plans[plan].units[usize::from(unit)].0
    }
}

fn named(plans: &[Ready<'_>], happenings: &[Happening], space: &str, unit: &Name, lot: LotName) -> Id {
    let happening = &happenings[lot.event as usize];
    let rules = &plans[usize::from(lot.version)].definition().rules;
    let rule = lot.rule.and_then(|rule| rules.get(usize::from(rule))).map(|rule| &rule.name);
    lot_id(space, unit, happening.deed.opens(), happening.cause, rule)
}
