//! What members earned.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::Crm;
use crate::base::{AsOf, CustomerId, Env, Error, Id, Name, ProgrammeId, Result, Timestamp, Window};
use crate::change::ChangeSet;
use crate::fact::Projection;
use crate::interaction::{INTERACTION, ORDER, ORDER_LINE, REFUND};
use crate::loyalty::{
    self, Account, Deeds, Definition, History, Ledger, Liability, LiabilityFold, Movement, POINTS, PROGRAMME_KIND,
    PointsDecision, Programme, Purchase, Redemption, Refund, Refusal, Shopping, Simulation, Standing, Statement,
    TierChange, Violation, WhatIf,
};
use crate::store::{FactQuery, MAX_PAGE, Scan};

/// The handle on loyalty. See [`crate::loyalty`].
#[derive(Clone, Debug)]
pub struct Loyalty {
    crm: Crm,
}

/// What catching up did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct CaughtUp {
    /// Purchases that were looked at.
    pub purchases: u64,
    /// Movements that were written.
    pub movements: u64,
    /// What could not be taken in, and why: refunds of purchases that are not known, currencies that no rule knows.
    pub refused: Vec<Refusal>,
    /// Orders and refunds without an amount, and refunds that name no order.
    pub left_out: Vec<Id>,
}

impl Loyalty {
    pub(super) const fn new(crm: Crm) -> Self {
        Self { crm }
    }

    pub(super) const fn crm(&self) -> &Crm {
        &self.crm
    }

    /// The id of the programme that a host calls by a key of its own.
    pub fn id_of(key: &Name) -> ProgrammeId {
        ProgrammeId::new(Id::derived("crm-core/programme-key", key.as_str()))
    }

    /// Publishes a definition as the first or the next version of a programme, from an instant on. Publishing what is
    /// published already changes nothing.
    pub fn publish(&self, id: ProgrammeId, definition: &Definition, from: Timestamp) -> Result<Programme> {
        let (programme, _) = self.crm.write(|env, _| {
            let current = match self.programme(id) {
                Err(Error::NotFound { .. }) => None,
                found => Some(found?),
            };
            loyalty::publish(id, current.as_ref(), definition.clone(), from, env)
        })?;
        Ok(programme)
    }

    /// A programme with all its versions.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub fn programme(&self, id: ProgrammeId) -> Result<Programme> {
        let scan = Scan::all(PROGRAMME_KIND).with_key(Programme::key(id));
        let records = Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))?;
        Programme::from_records(id, &records)
    }

    /// Every movement of a member, in all programmes.
    pub fn ledger(&self, member: CustomerId) -> Result<Ledger> {
        let facts = Crm::every(|cursor| {
            self.crm.store().facts(&FactQuery::about(POINTS, member).limit(MAX_PAGE).after(cursor))
        })?;
        Ok(Ledger::fold(&facts))
    }

    /// Takes a decision on a member's account, again when another writer was faster: two decisions at once never spend
    /// the same points.
    fn decide(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        decide: impl Fn(&Account<'_>, &Env<'_>) -> Result<PointsDecision>,
    ) -> Result<PointsDecision> {
        self.crm.expect_customers(std::iter::once(member))?;
        let programme = self.programme(id)?;
        let (decision, _) = self.crm.write(|env, _| {
            let since = self.crm.store().info()?.seq;
            let ledger = self.ledger(member)?;
            let decision = decide(&Account::new(&programme, member, &ledger), env)?;
            let changes = decision.changes(since, env.now);
            Ok((decision, changes))
        })?;
        Ok(decision)
    }

    /// Awards the points for joining. A member joins once.
    pub fn join(&self, id: ProgrammeId, member: CustomerId, at: Timestamp) -> Result<PointsDecision> {
        self.decide(id, member, |account, env| account.join(at, env))
    }

    /// Awards what an activity other than a purchase earns. An activity earns once.
    ///
    /// # Errors
    /// [`Error::Denied`] when the other customer in it is the member.
    pub fn credit(&self, id: ProgrammeId, activity: &loyalty::Activity) -> Result<PointsDecision> {
        self.decide(id, activity.member, |account, env| account.credit(activity, env))
    }

    /// What a basket would earn at its instant, past or future, and what each rule says to it. Nothing is written.
    pub fn simulate(&self, id: ProgrammeId, basket: &Purchase) -> Result<Simulation> {
        Account::new(&self.programme(id)?, basket.member, &self.ledger(basket.member)?).simulate(basket)
    }

    /// What would be different at an instant in points, tiers and liability if a definition had applied from an instant
    /// on: everybody's orders, refunds and points are replayed under both. Nothing is written.
    pub fn what_if(&self, id: ProgrammeId, definition: &Definition, from: Timestamp, at: Timestamp) -> Result<WhatIf> {
        let programme = self.programme(id)?;
        let ledgers: BTreeMap<CustomerId, Ledger> = self.ledgers()?.into_iter().collect();
        let deeds = Deeds::gather(id, self.shopping(at)?, ledgers.iter().map(|(member, ledger)| (*member, ledger)));
        loyalty::what_if(&programme, deeds.history(), definition.clone(), from, at)
    }

    /// Awards what a purchase earns. A purchase earns once.
    pub fn earn(&self, id: ProgrammeId, purchase: &Purchase) -> Result<PointsDecision> {
        self.decide(id, purchase.member, |account, env| account.earn(purchase, env))
    }

    /// Takes back what the refunded part of a purchase earned. `refunds` are all refunds of the purchase so far.
    pub fn refund(&self, id: ProgrammeId, purchase: &Purchase, refunds: &[Refund]) -> Result<PointsDecision> {
        self.decide(id, purchase.member, |account, env| account.refund(purchase, refunds, env))
    }

    /// Spends points.
    ///
    /// # Errors
    /// [`Error::Denied`] when the member has too few.
    pub fn redeem(&self, id: ProgrammeId, redemption: &Redemption) -> Result<PointsDecision> {
        self.decide(id, redemption.member, |account, env| account.redeem(redemption, env))
    }

    /// Sets points aside, so that nothing else spends them, until they are captured or released, or the time is over.
    ///
    /// # Errors
    /// [`Error::Denied`] when the member has too few.
    pub fn reserve(&self, id: ProgrammeId, reservation: &loyalty::Reservation) -> Result<PointsDecision> {
        self.decide(id, reservation.member, |account, env| account.reserve(reservation, env))
    }

    /// Spends points that were set aside; those that are left over are given back.
    ///
    /// # Errors
    /// [`Error::Denied`] when the reservation is over.
    pub fn capture(&self, id: ProgrammeId, member: CustomerId, capture: &loyalty::Capture) -> Result<PointsDecision> {
        self.decide(id, member, |account, env| account.capture(capture, env))
    }

    /// Ends a reservation before its time.
    pub fn release(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        reservation: Id,
        at: Timestamp,
    ) -> Result<PointsDecision> {
        self.decide(id, member, |account, env| account.release(reservation, at, env))
    }

    /// Says that the points of a purchase or activity may be spent that wait for somebody's word.
    pub fn confirm(&self, id: ProgrammeId, member: CustomerId, cause: Id, at: Timestamp) -> Result<PointsDecision> {
        self.decide(id, member, |account, env| account.confirm(cause, at, env))
    }

    /// Gives points to another member. Those who give and those who receive are written together or not at all. The
    /// decision is about the one who gives.
    ///
    /// # Errors
    /// [`Error::Denied`] when the member has too few, or for a unit whose points cannot be transferred.
    pub fn transfer(&self, id: ProgrammeId, transfer: &loyalty::Transfer) -> Result<PointsDecision> {
        self.crm.expect_customers([transfer.from, transfer.to].into_iter())?;
        let programme = self.programme(id)?;
        let (decision, _) = self.crm.write(|env, _| {
            let since = self.crm.store().info()?.seq;
            let (giving, receiving) = (self.ledger(transfer.from)?, self.ledger(transfer.to)?);
            let to = Account::new(&programme, transfer.to, &receiving);
            let (given, received) = Account::new(&programme, transfer.from, &giving).transfer(transfer, &to, env)?;
            let mut changes = given.changes(since, env.now);
            changes.extend(received.changes(since, env.now));
            Ok((given, changes))
        })?;
        Ok(decision)
    }

    /// Gives points of a redemption back to the lots they came from.
    pub fn cancel(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        cancellation: &loyalty::Cancellation,
    ) -> Result<PointsDecision> {
        self.decide(id, member, |account, env| account.cancel(cancellation, env))
    }

    /// Gives or takes points by hand.
    pub fn adjust(&self, id: ProgrammeId, adjustment: &loyalty::Adjustment) -> Result<PointsDecision> {
        self.decide(id, adjustment.member, |account, env| account.adjust(adjustment, env))
    }

    /// Writes what the clock has done to a member's points. Balances do not depend on it.
    #[allow(clippy::redundant_closure_for_method_calls, reason = "the method is not general enough in its lifetimes")]
    pub fn settle(&self, id: ProgrammeId, member: CustomerId) -> Result<PointsDecision> {
        self.decide(id, member, |account, env| account.settle(env))
    }

    /// What a member has, and where the member stands, at an instant.
    pub fn standing(&self, id: ProgrammeId, member: CustomerId, at: Timestamp) -> Result<Standing> {
        Account::new(&self.programme(id)?, member, &self.ledger(member)?).standing(at)
    }

    /// Where every member stands at an instant.
    pub fn standings(&self, id: ProgrammeId, at: Timestamp) -> Result<HashMap<CustomerId, Standing>> {
        self.standings_of(id, None, AsOf { valid: at, known: self.crm.now() })
    }

    /// Where some members stand, or all of them, from a point of view.
    pub(super) fn standings_of(
        &self,
        id: ProgrammeId,
        members: Option<&[CustomerId]>,
        as_of: AsOf,
    ) -> Result<HashMap<CustomerId, Standing>> {
        let programme = self.programme(id)?;
        let standing = |(member, ledger): (CustomerId, Ledger)| {
            Ok((member, Account::new(&programme, member, &ledger).standing(as_of.valid)?))
        };
        self.ledgers_of(members, Some(as_of.known))?.into_iter().map(standing).collect()
    }

    /// Every change of a member's tier up to an instant.
    pub fn tier_history(&self, id: ProgrammeId, member: CustomerId, until: Timestamp) -> Result<Vec<TierChange>> {
        Account::new(&self.programme(id)?, member, &self.ledger(member)?).tier_history(until)
    }

    /// What moved a member's points in a window, each with its cause.
    pub fn statement(&self, id: ProgrammeId, member: CustomerId, window: Window) -> Result<Statement> {
        Account::new(&self.programme(id)?, member, &self.ledger(member)?).statement(None, window)
    }

    /// What the points that members hold at an instant are expected to cost, by month of expiry.
    pub fn liability(&self, id: ProgrammeId, at: Timestamp) -> Result<Liability> {
        let mut fold = LiabilityFold::new(&self.programme(id)?, None, at)?;
        let mut cursor = None;
        loop {
            let page = self.crm.store().facts(&FactQuery::all(POINTS).limit(MAX_PAGE).after(cursor))?;
            for fact in &page.items {
                let movement = Movement::from_fact(fact)?;
                if movement.programme == id {
                    fold.add(&movement);
                }
            }
            if page.next.is_none() {
                return fold.finish();
            }
            cursor = page.next;
        }
    }

    /// How a programme did in a window, in a unit or the first one: points issued, spent and expired, active members, the
    /// flow between tiers, and the share of points that are never spent.
    pub fn report(&self, id: ProgrammeId, window: Window, unit: Option<&Name>) -> Result<loyalty::ProgrammeReport> {
        let ledgers: BTreeMap<CustomerId, Ledger> = self.ledgers()?.into_iter().collect();
        let ledgers = ledgers.iter().map(|(member, ledger)| (*member, ledger));
        loyalty::report(&self.programme(id)?, unit, window, ledgers)
    }

    /// Derives everything anew from the facts and names every promise that does not hold.
    pub fn audit(&self, id: ProgrammeId) -> Result<Vec<Violation>> {
        let programme = self.programme(id)?;
        let ledgers = self.ledgers()?;
        let mut violations = loyalty::audit_transfers(id, ledgers.values());
        for (member, ledger) in &ledgers {
            violations.extend(Account::new(&programme, *member, ledger).audit()?);
        }
        Ok(violations)
    }

    fn ledgers(&self) -> Result<HashMap<CustomerId, Ledger>> {
        self.ledgers_of(None, None)
    }

    fn ledgers_of(
        &self,
        members: Option<&[CustomerId]>,
        known: Option<Timestamp>,
    ) -> Result<HashMap<CustomerId, Ledger>> {
        let mut query = FactQuery::all(POINTS).limit(MAX_PAGE);
        query.subjects = members.map(|some| some.iter().copied().map(Id::from).collect());
        query.known = known.filter(|known| *known < self.crm.now());
        let mut ledgers: HashMap<CustomerId, Ledger> = HashMap::new();
        for fact in Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))? {
            ledgers.entry(CustomerId::new(fact.subject)).or_default().apply(&fact);
        }
        Ok(ledgers)
    }

    /// Awards what everybody's orders and refunds up to an instant have earned and nobody has awarded yet.
    ///
    /// Members of whom no movement is written are replayed at once; the others are taken purchase by purchase, so that
    /// what was decided before stays. All is written in one commit.
    pub fn catch_up(&self, id: ProgrammeId, until: Timestamp) -> Result<CaughtUp> {
        let programme = self.programme(id)?;
        let (caught, receipt) = self.crm.write(|env, _| {
            let since = self.crm.store().info()?.seq;
            let shopping = self.shopping(until)?;
            let ledgers = self.ledgers()?;
            let mut changes = ChangeSet::new(env.now);
            let mut refused = replay_new(&programme, &shopping, &ledgers, until, since, &mut changes)?;
            refused.extend(take_up(&programme, &shopping, &ledgers, (until, since), env, &mut changes)?);
            let purchases = shopping.purchases.len() as u64;
            Ok((CaughtUp { purchases, movements: 0, refused, left_out: shopping.left_out }, changes))
        })?;
        Ok(CaughtUp { movements: receipt.map_or(0, |receipt| receipt.appended), ..caught })
    }

    fn shopping(&self, until: Timestamp) -> Result<Shopping> {
        let window = Window::until(until.saturating_add_micros(1));
        let read = |query: FactQuery| Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)));
        let mut facts = read(FactQuery::all(INTERACTION).named(ORDER).named(REFUND).within(window).limit(MAX_PAGE))?;
        facts.extend(read(FactQuery::all(ORDER_LINE).within(window).limit(MAX_PAGE))?);
        Shopping::from_facts(&facts)
    }
}

/// Members of whom no movement is written, and refunds of what nobody bought: whole histories at once.
fn replay_new(
    programme: &Programme,
    shopping: &Shopping,
    ledgers: &HashMap<CustomerId, Ledger>,
    until: Timestamp,
    since: u64,
    changes: &mut ChangeSet,
) -> Result<Vec<Refusal>> {
    let known = |purchase: &&Purchase| ledgers.contains_key(&purchase.member);
    let taken_up: HashSet<Id> = shopping.purchases.iter().filter(known).map(|purchase| purchase.id).collect();
    let purchases: Vec<Purchase> = shopping.purchases.iter().filter(|one| !known(one)).cloned().collect();
    let refunds: Vec<Refund> =
        shopping.refunds.iter().filter(|refund| !taken_up.contains(&refund.purchase)).cloned().collect();
    let history = History { purchases: &purchases, refunds: &refunds, ..History::default() };
    let replayed = loyalty::replay(programme, history, until)?;
    for set in replayed.change_sets(since, changes.at, usize::MAX) {
        changes.extend(set?);
    }
    Ok(replayed.refused().to_vec())
}

/// Members who have a ledger: what it does not know yet.
fn take_up(
    programme: &Programme,
    shopping: &Shopping,
    ledgers: &HashMap<CustomerId, Ledger>,
    (until, since): (Timestamp, u64),
    env: &Env<'_>,
    changes: &mut ChangeSet,
) -> Result<Vec<Refusal>> {
    let mut purchases: BTreeMap<CustomerId, Vec<Purchase>> = BTreeMap::new();
    let mut buyers: HashMap<Id, CustomerId> = HashMap::new();
    for purchase in shopping.purchases.iter().filter(|purchase| ledgers.contains_key(&purchase.member)) {
        buyers.insert(purchase.id, purchase.member);
        purchases.entry(purchase.member).or_default().push(purchase.clone());
    }
    let mut refunds: HashMap<CustomerId, Vec<Refund>> = HashMap::new();
    for refund in &shopping.refunds {
        if let Some(buyer) = buyers.get(&refund.purchase) {
            refunds.entry(*buyer).or_default().push(refund.clone());
        }
    }
    let mut refused = Vec::new();
    for (member, purchases) in &purchases {
        let Some(ledger) = ledgers.get(member) else { continue };
        let refunds = refunds.get(member).map_or(&[][..], Vec::as_slice);
        let decision = Account::new(programme, *member, ledger).catch_up(purchases, refunds, until, env)?;
        changes.extend(decision.changes(since, env.now));
        refused.extend(decision.refused);
    }
    Ok(refused)
}
