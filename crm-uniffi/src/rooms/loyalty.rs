//! The handle on loyalty.

use std::collections::HashMap;

use crm_core::base::{CustomerId, Id, Name, ProgrammeId, Timestamp, Window};
use crm_core::crm::{CaughtUp, Loyalty};
use crm_core::loyalty::{
    Activity, Adjustment, Cancellation, Capture, Claim, Definition, Liability, Movement, PointsDecision,
    ProgrammeReport, Purchase, Redemption, Refund, Reservation, RewardOffer, Simulation, Standing, Statement,
    TierChange, Transfer, Violation, Voucher, VoucherUse, WhatIf,
};

use crate::{CrmError, guard};

/// The handle on what members earned.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingLoyalty(pub(crate) Loyalty);

/// A programme with all its versions, the first one first.
#[derive(Clone, Debug, PartialEq, serde::Serialize, uniffi::Record)]
pub struct Programme {
    /// Its id.
    pub id: ProgrammeId,
    /// What was published, version by version.
    pub versions: Vec<Version>,
}

/// A published definition. It never changes: who wants something else publishes another version.
#[derive(Clone, Debug, PartialEq, serde::Serialize, uniffi::Record)]
pub struct Version {
    /// Its number, from 1.
    pub number: u32,
    /// It applies to what happens at this instant or later, until the next version does.
    pub from: Timestamp,
    /// A fingerprint of the definition: equal for equal definitions.
    pub content: Id,
    /// What it promises.
    pub definition: Definition,
}

impl From<crm_core::loyalty::Programme> for Programme {
    fn from(programme: crm_core::loyalty::Programme) -> Self {
        let version = |one: &crm_core::loyalty::Version| Version {
            number: one.number,
            from: one.from,
            content: one.content,
            definition: one.definition.clone(),
        };
        Self { id: programme.id, versions: programme.versions().iter().map(version).collect() }
    }
}

/// Every movement of a member, in all programmes.
#[derive(Clone, Debug, PartialEq, serde::Serialize, uniffi::Record)]
pub struct Ledger {
    /// The movements, in the order of their ids.
    pub movements: Vec<Movement>,
    /// Facts that this version of the library does not understand.
    pub unreadable: Vec<Id>,
}

impl From<crm_core::loyalty::Ledger> for Ledger {
    fn from(ledger: crm_core::loyalty::Ledger) -> Self {
        Self {
            movements: ledger.movements().cloned().collect(),
            unreadable: ledger.unreadable().iter().copied().collect(),
        }
    }
}

/// The id of the programme that a host calls by a key of its own.
#[uniffi::export]
pub fn programme_id_of(key: Name) -> Result<ProgrammeId, CrmError> {
    guard(|| Ok(Loyalty::id_of(&key)))
}

#[uniffi::export]
impl BlockingLoyalty {
    /// Publishes a definition as the first or the next version of a programme, from an instant on. Publishing what is
    /// published already changes nothing.
    pub fn publish(&self, id: ProgrammeId, definition: Definition, from: Timestamp) -> Result<Programme, CrmError> {
        guard(|| self.0.publish(id, &definition, from).map(Programme::from))
    }

    /// A programme with all its versions.
    pub fn programme(&self, id: ProgrammeId) -> Result<Programme, CrmError> {
        guard(|| self.0.programme(id).map(Programme::from))
    }

    /// Every movement of a member, in all programmes.
    pub fn ledger(&self, member: CustomerId) -> Result<Ledger, CrmError> {
        guard(|| self.0.ledger(member).map(Ledger::from))
    }

    /// Awards what a purchase earns. A purchase earns once.
    pub fn earn(&self, id: ProgrammeId, purchase: Purchase) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.earn(id, &purchase))
    }

    /// Takes back what the refunded part of a purchase earned. `refunds` are all refunds of the purchase so far.
    pub fn refund(
        &self,
        id: ProgrammeId,
        purchase: Purchase,
        refunds: Vec<Refund>,
    ) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.refund(id, &purchase, &refunds))
    }

    /// Spends points; denied when the member has too few.
    pub fn redeem(&self, id: ProgrammeId, redemption: Redemption) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.redeem(id, &redemption))
    }

    /// Sets points aside, so that nothing else spends them, until they are captured or released, or the time is over; denied
    /// when the member has too few.
    pub fn reserve(&self, id: ProgrammeId, reservation: Reservation) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.reserve(id, &reservation))
    }

    /// Spends points that were set aside; those that are left over are given back. Denied when the reservation is over.
    pub fn capture(&self, id: ProgrammeId, member: CustomerId, capture: Capture) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.capture(id, member, &capture))
    }

    /// Ends a reservation before its time.
    pub fn release(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        reservation: Id,
        at: Timestamp,
    ) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.release(id, member, reservation, at))
    }

    /// Says that the points of a purchase or activity may be spent that wait for somebody's word.
    pub fn confirm(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        cause: Id,
        at: Timestamp,
    ) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.confirm(id, member, cause, at))
    }

    /// Gives points to another member. Those who give and those who receive are written together or not at all. The
    /// decision is about the one who gives; denied when that member has too few, or when points of the unit cannot be
    /// transferred.
    pub fn transfer(&self, id: ProgrammeId, transfer: Transfer) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.transfer(id, &transfer))
    }

    /// Gives points of a redemption back to the lots they came from.
    pub fn cancel(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        cancellation: Cancellation,
    ) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.cancel(id, member, &cancellation))
    }

    /// Gives or takes points by hand.
    pub fn adjust(&self, id: ProgrammeId, adjustment: Adjustment) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.adjust(id, &adjustment))
    }

    /// Awards the points for joining. A member joins once.
    pub fn join(&self, id: ProgrammeId, member: CustomerId, at: Timestamp) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.join(id, member, at))
    }

    /// Awards what an activity other than a purchase earns. An activity earns once.
    pub fn credit(&self, id: ProgrammeId, activity: Activity) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.credit(id, &activity))
    }

    /// What a basket would earn at its instant, past or future, and what each rule says to it. Nothing is written.
    pub fn simulate(&self, id: ProgrammeId, basket: Purchase) -> Result<Simulation, CrmError> {
        guard(|| self.0.simulate(id, &basket))
    }

    /// What would be different at an instant in points, tiers and liability if a definition had applied from an instant
    /// on: everybody's orders, refunds and points are replayed under both. Nothing is written.
    pub fn what_if(
        &self,
        id: ProgrammeId,
        definition: Definition,
        from: Timestamp,
        at: Timestamp,
    ) -> Result<WhatIf, CrmError> {
        guard(|| self.0.what_if(id, &definition, from, at))
    }

    /// Every change of a member's tier up to an instant.
    pub fn tier_history(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        until: Timestamp,
    ) -> Result<Vec<TierChange>, CrmError> {
        guard(|| self.0.tier_history(id, member, until))
    }

    /// Writes what the clock has done to a member's points. Balances do not depend on it.
    pub fn settle(&self, id: ProgrammeId, member: CustomerId) -> Result<PointsDecision, CrmError> {
        guard(|| self.0.settle(id, member))
    }

    /// What a member has, and where the member stands, at an instant.
    pub fn standing(&self, id: ProgrammeId, member: CustomerId, at: Timestamp) -> Result<Standing, CrmError> {
        guard(|| self.0.standing(id, member, at))
    }

    /// Where every member stands at an instant.
    pub fn standings(&self, id: ProgrammeId, at: Timestamp) -> Result<HashMap<CustomerId, Standing>, CrmError> {
        guard(|| self.0.standings(id, at))
    }

    /// The programme's rewards, and whether a member, who belongs to some segments, can claim each at an instant.
    pub fn rewards(
        &self,
        id: ProgrammeId,
        member: CustomerId,
        at: Timestamp,
        segments: Vec<Name>,
    ) -> Result<Vec<RewardOffer>, CrmError> {
        guard(|| self.0.rewards(id, member, at, &segments))
    }

    /// Claims a reward: the points are spent and a voucher is issued, both or neither. Denied with the reason when the
    /// member cannot have it.
    pub fn claim(&self, id: ProgrammeId, claim: Claim) -> Result<Voucher, CrmError> {
        guard(|| self.0.claim(id, &claim))
    }

    /// A member's vouchers, the latest claim first.
    pub fn vouchers(&self, id: ProgrammeId, member: CustomerId) -> Result<Vec<Voucher>, CrmError> {
        guard(|| self.0.vouchers(id, member))
    }

    /// The voucher with a code, however it was typed.
    pub fn voucher(&self, code: String) -> Result<Voucher, CrmError> {
        guard(|| self.0.voucher(&code))
    }

    /// Uses a voucher. It can be used once; the same use that is delivered again is the same use.
    pub fn use_voucher(&self, by: VoucherUse) -> Result<Voucher, CrmError> {
        guard(|| self.0.use_voucher(&by))
    }

    /// Cancels a voucher that was not used: its points go back to the lots that they came from.
    pub fn cancel_voucher(&self, code: String, at: Timestamp) -> Result<Voucher, CrmError> {
        guard(|| self.0.cancel_voucher(&code, at))
    }

    /// What moved a member's points in a window, each with its cause.
    pub fn statement(&self, id: ProgrammeId, member: CustomerId, window: Window) -> Result<Statement, CrmError> {
        guard(|| self.0.statement(id, member, window))
    }

    /// What the points that members hold at an instant are expected to cost, by month of expiry.
    pub fn liability(&self, id: ProgrammeId, at: Timestamp) -> Result<Liability, CrmError> {
        guard(|| self.0.liability(id, at))
    }

    /// How a programme did in a window, in a unit or the first one: points issued, spent and expired, active members, the
    /// flow between tiers, and the share of points that are never spent.
    pub fn report(&self, id: ProgrammeId, window: Window, unit: Option<Name>) -> Result<ProgrammeReport, CrmError> {
        guard(|| self.0.report(id, window, unit.as_ref()))
    }

    /// Derives everything anew from the facts and names every promise that does not hold.
    pub fn audit(&self, id: ProgrammeId) -> Result<Vec<Violation>, CrmError> {
        guard(|| self.0.audit(id))
    }

    /// Awards what everybody's orders and refunds up to an instant have earned and nobody has awarded yet, in one commit.
    pub fn catch_up(&self, id: ProgrammeId, until: Timestamp) -> Result<CaughtUp, CrmError> {
        guard(|| self.0.catch_up(id, until))
    }
}
