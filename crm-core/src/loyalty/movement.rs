//! Movements: the facts of the ledger.

use serde::{Deserialize, Serialize};

use super::Programme;
use super::check::MAX_POINTS;
use super::fields::{
    AVAILABLE_AT, BECAUSE, CAUSE, EXPIRES_AT, LOT, OF, POINTS, PROGRAMME, REASON, RULE, UNIT, UNTIL, VERSION, WAIVED,
};
use super::settle::{Life, Step};
use crate::base::{CustomerId, Error, Fields, Id, Money, Name, ProgrammeId, Result, Timestamp, Value, worded};
use crate::fact::Fact;

worded! {
    /// What a movement does to the points of its lot.
    pub enum MovementKind: "kind" {
        /// Opens a lot with the points that a rule awarded. A movement of no points says that a purchase was looked at
        /// and earned nothing.
        Earned = "earned",
        /// Opens a lot with points that somebody gave by hand, or takes points that somebody took.
        Adjusted = "adjusted",
        /// Takes points that were spent.
        Redeemed = "redeemed",
        /// Gives points back of which the redemption was cancelled.
        Restored = "restored",
        /// Takes points that are set aside for a while.
        Reserved = "reserved",
        /// Gives points back that were set aside, or hands them to the redemption for which they were.
        Released = "released",
        /// Takes points that go to another member.
        Transferred = "transferred",
        /// Opens a lot with points that come from another member. They live as they did there.
        Received = "received",
        /// Moves no points: from now on those of the lot can be spent, for which somebody had to say so.
        Confirmed = "confirmed",
        /// Takes points back because the purchase was refunded.
        Reversed = "reversed",
        /// Takes points whose time was over.
        Expired = "expired",
        /// Moves no points: says how many of a refunded purchase were spent already and are forgiven.
        Waived = "waived",
        /// Makes the member owe points.
        Owed = "owed",
        /// Takes points to repay what is owed.
        Repaid = "repaid",
        /// Makes the member owe less, by as much as was repaid.
        Settled = "settled",
    }
}

/// One movement of points. Movements are facts: they are written once and never edited. A movement that turns out to be
/// wrong, because something was heard of late, is followed by another one that corrects it.
///
/// Every movement carries the life of its lot, so that sums over movements answer what is available and what expires
/// when without looking at anything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Movement {
    /// Which one. It follows from the programme, the cause and the lot, so that no cause moves points twice.
    pub id: Id,
    /// Whose points.
    pub member: CustomerId,
    /// What it does.
    pub kind: MovementKind,
    /// When it takes effect.
    pub at: Timestamp,
    /// When it was written.
    pub recorded: Timestamp,
    /// By how much the lot grows; negative when it shrinks.
    pub points: i64,
    /// The programme.
    pub programme: ProgrammeId,
    /// The version of the programme that was in force.
    pub version: u32,
    /// The unit of the points.
    pub unit: Name,
    /// The lot that the points are in: the movement that opened it. What a member owes is a lot, too.
    pub lot: Id,
    /// When the lot's points become available; nothing for what is owed.
    pub available_at: Option<Timestamp>,
    /// When the lot's points expire, if they do.
    pub expires_at: Option<Timestamp>,
    /// What it happened for: the purchase, refund, redemption, cancellation or adjustment; the lot itself when the clock
    /// did it.
    pub cause: Id,
    /// What the cause was about: the lot of the refunded purchase, the redemption that was cancelled, the reservation that
    /// ended, or the other member's lot.
    pub of: Option<Id>,
    /// For a correction: what was heard of late.
    pub because: Option<Id>,
    /// The rule that awarded the points.
    pub rule: Option<Name>,
    /// Why somebody moved points by hand, or which activity earned them.
    pub reason: Option<Name>,
    /// The money that was spent or, negative, paid back; on one movement of each purchase and each refund.
    pub amount: Option<Money>,
    /// How many points were forgiven.
    pub waived: Option<i64>,
    /// Until when points are set aside, or owed because they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

impl Movement {
    /// Whether the movement opens its lot.
    pub fn opens(&self) -> bool {
        self.lot == self.id
    }

    /// Whether it changes what the member owes.
    pub const fn is_debt(&self) -> bool {
        self.available_at.is_none()
    }

    /// Whether it takes back, or forgives, what a purchase earned.
    pub(super) fn takes_back(&self) -> bool {
        match self.kind {
            MovementKind::Reversed | MovementKind::Waived => true,
            MovementKind::Owed => self.of.is_some(),
            _ => false,
        }
    }

    /// The life of its lot; nothing for what is owed.
    pub(super) fn life(&self) -> Option<Life> {
        self.available_at.map(|available_at| Life { available_at, expires_at: self.expires_at })
    }

    /// Whether the points of its lot wait for somebody's word.
    pub(super) fn waits(&self) -> bool {
        self.available_at == Some(Timestamp::MAX)
    }

    /// Whether it sets points aside, or ends that, without making the member owe any. What the member has in all is the same
    /// with it and without it.
    pub(super) const fn sets_aside(&self) -> bool {
        matches!(self.kind, MovementKind::Reserved | MovementKind::Released) && !self.is_debt()
    }

    /// Whether it is part of a reservation whose time is over at an instant. It has no effect then, written or not.
    pub(super) fn is_over(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }

    /// The fact to be stored.
    pub fn to_fact(&self) -> Fact {
        let mut fields = Fields::with_capacity(12);
        fields.put(AVAILABLE_AT, self.available_at);
        fields.put(BECAUSE, self.because);
        fields.set(CAUSE, self.cause);
        fields.put(EXPIRES_AT, self.expires_at);
        fields.set(LOT, self.lot);
        fields.put(OF, self.of);
        fields.set(PROGRAMME, self.programme.id());
        fields.put(REASON, self.reason.as_ref());
        fields.put(RULE, self.rule.as_ref());
        fields.set(UNIT, &self.unit);
        fields.set(VERSION, i64::from(self.version));
        fields.put(UNTIL, self.until);
        fields.put(WAIVED, self.waived);
        let mut fact = Fact::new(POINTS, self.id, self.member.id(), self.at, self.kind.name());
        fact.recorded = self.recorded;
        fact.amount = self.amount;
        fact.points = Some(self.points);
        fact.fields = fields;
        fact
    }

    /// Reads a stored fact.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what its declaration promises.
    pub fn from_fact(fact: &Fact) -> Result<Self> {
        let id = |field: &Name| fact.fields.require(field, Value::as_id);
        let maybe_id = |field: &Name| fact.fields.read(field, Value::as_id);
        let time = |field: &Name| fact.fields.read(field, Value::as_time);
        let name = |field: &Name| fact.fields.read(field, Value::as_text)?.map(Name::new).transpose();
        let version = fact.fields.require(&VERSION, Value::as_int)?;
        if fact.stream != POINTS {
            return Err(Error::invalid("stream", "not a movement of points"));
        }
        let points = fact.points.ok_or_else(|| Error::invalid("points", "missing"))?;
        let waived = fact.fields.read(&WAIVED, Value::as_int)?;
        if !(-MAX_POINTS..=MAX_POINTS).contains(&points) || !(0..=MAX_POINTS).contains(&waived.unwrap_or(0)) {
            return Err(Error::out_of_range("points"));
        }
        Ok(Self {
            id: fact.id,
            member: CustomerId::new(fact.subject),
            kind: fact.name.as_str().parse()?,
            at: fact.at,
            recorded: fact.recorded,
            points,
            programme: ProgrammeId::new(id(&PROGRAMME)?),
            version: u32::try_from(version).map_err(|_| Error::invalid_at(&VERSION, "not the number of a version"))?,
            unit: name(&UNIT)?.ok_or_else(|| Error::invalid_at(&UNIT, "missing"))?,
            lot: id(&LOT)?,
            available_at: time(&AVAILABLE_AT)?,
            expires_at: time(&EXPIRES_AT)?,
            cause: id(&CAUSE)?,
            of: maybe_id(&OF)?,
            because: maybe_id(&BECAUSE)?,
            rule: name(&RULE)?,
            reason: name(&REASON)?,
            amount: fact.amount,
            waived,
            until: time(&UNTIL)?,
        })
    }
}

/// Writes movements: gives them their ids, and all that follows from the programme.
#[derive(Clone, Debug)]
pub(super) struct Scribe<'a> {
    programme: &'a Programme,
    member: CustomerId,
    unit: Name,
    recorded: Timestamp,
    space: String,
    /// The lot of what the member owes.
    pub(super) debt: Id,
}

impl<'a> Scribe<'a> {
    pub(super) fn new(programme: &'a Programme, member: CustomerId, unit: &Name, recorded: Timestamp) -> Self {
        let space = space(programme.id);
        let debt = Id::derived(&space, &format!("debt/{member}/{unit}"));
        Self { programme, member, unit: unit.clone(), recorded, space, debt }
    }

    /// The movement that opens the lot of a rule, or without a rule of the cause itself.
    pub(super) fn opening(
        &self,
        kind: MovementKind,
        cause: Id,
        rule: Option<&Name>,
        (at, points): (Timestamp, i64),
        life: Life,
    ) -> Result<Movement> {
        let id = self.lot(kind, cause, rule);
        let step = Step { kind, cause, lot: id, of: None };
        Ok(Movement { id, rule: rule.cloned(), ..self.step(step, 0, at, points, Some(life))? })
    }

    /// The movement that opens the lot of points that come from a lot of another member.
    pub(super) fn receipt(&self, cause: Id, from: Id, (at, points): (Timestamp, i64), life: Life) -> Result<Movement> {
        let id = self.received(cause, from);
        let step = Step { kind: MovementKind::Received, cause, lot: id, of: Some(from) };
        Ok(Movement { id, ..self.step(step, 0, at, points, Some(life))? })
    }

    /// The id of the lot of points that come from a lot of another member.
    pub(super) fn received(&self, cause: Id, from: Id) -> Id {
        Id::derived(&self.space, &format!("received/{cause}/{}/{from}", self.unit))
    }

    /// The id of a lot.
    pub(super) fn lot(&self, kind: MovementKind, cause: Id, rule: Option<&Name>) -> Id {
        lot_id(&self.space, &self.unit, kind, cause, rule)
    }

    /// The `nth` movement of a step; the first one is number 0, later ones correct it.
    pub(super) fn step(
        &self,
        step: Step,
        nth: usize,
        at: Timestamp,
        points: i64,
        life: Option<Life>,
    ) -> Result<Movement> {
        Ok(Movement {
            id: self.id(step, nth),
            member: self.member,
            kind: step.kind,
            at,
            recorded: self.recorded,
            points,
            programme: self.programme.id,
            version: self.programme.governing(at)?.number,
            unit: self.unit.clone(),
            lot: step.lot,
            available_at: life.map(|life| life.available_at),
            expires_at: life.and_then(|life| life.expires_at),
            cause: step.cause,
            of: step.of,
            because: None,
            rule: None,
            reason: None,
            amount: None,
            waived: None,
            until: None,
        })
    }

    /// The id of the `nth` movement of a step.
    pub(super) fn id(&self, step: Step, nth: usize) -> Id {
        let Step { kind, cause, lot, of } = step;
        let of = of.unwrap_or(Id::NIL);
        Id::derived(&self.space, &format!("{kind}/{cause}/{lot}/{of}/{nth}"))
    }
}

/// The name space of the ids of a programme's movements.
pub(super) fn space(programme: ProgrammeId) -> String {
    format!("crm-core/loyalty/{programme}")
}

/// The id of the lot that a cause opens in a unit, by a rule or without one.
pub(super) fn lot_id(space: &str, unit: &Name, kind: MovementKind, cause: Id, rule: Option<&Name>) -> Id {
    Id::derived(space, &format!("{kind}/{cause}/{unit}/{}", rule.map_or("", Name::as_str)))
}
