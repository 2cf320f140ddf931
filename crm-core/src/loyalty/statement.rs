//! The statement of one member: what was there, what moved and why, what is there.

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::standing::expiring;
use super::{Balance, Expiring, Movement, MovementKind};
use crate::base::{CustomerId, Error, Id, Name, ProgrammeId, Result, Timestamp, Window};

/// A statement over a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// Whose it is.
    pub member: CustomerId,
    /// The programme.
    pub programme: ProgrammeId,
    /// The unit.
    pub unit: Name,
    /// The window.
    pub window: Window,
    /// What was there just before the window began.
    pub opening: Balance,
    /// What moved, in the order of time. The points of all lines add up to the difference of the totals.
    pub lines: Vec<StatementLine>,
    /// What was there just before the window ended.
    pub closing: Balance,
    /// What will expire of it, the soonest first.
    pub expiring: Vec<Expiring>,
}

/// One thing that moved points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatementLine {
    /// When it took effect.
    pub at: Timestamp,
    /// What it did.
    pub kind: MovementKind,
    /// By how much the total grew.
    pub points: i64,
    /// The total after it: all points, less what is owed.
    pub total: i64,
    /// What it happened for: the purchase, refund, redemption, cancellation or adjustment; the lot when the clock did it.
    pub cause: Id,
    /// The rule that awarded the points.
    pub rule: Option<Name>,
    /// Why somebody moved points by hand, or which activity earned them.
    pub reason: Option<Name>,
    /// The version of the programme that was in force.
    pub version: u32,
    /// For a correction: what was heard of late.
    pub because: Option<Id>,
    /// How many points were forgiven.
    pub waived: i64,
    /// From which lots the points were taken, or to which they were added.
    pub lots: Vec<LotShare>,
}

/// The part of one lot in a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotShare {
    /// The lot: the movement that opened it.
    pub lot: Id,
    /// By how much it grew.
    pub points: i64,
    /// When its points expire.
    pub expires_at: Option<Timestamp>,
}

impl StatementLine {
    fn of(movement: &Movement) -> Self {
        Self {
            at: movement.at,
            kind: movement.kind,
            points: 0,
            total: 0,
            cause: movement.cause,
            rule: movement.rule.clone(),
            reason: movement.reason.clone(),
            version: movement.version,
            because: movement.because,
            waived: 0,
            lots: Vec::new(),
        }
    }

    /// Whether a movement belongs to the line. What the clock does is one line for each lot.
    fn takes(&self, other: &Movement) -> bool {
        (self.at, self.kind, self.cause, self.because) == (other.at, other.kind, other.cause, other.because)
            && self.rule == other.rule
    }

    fn add(&mut self, movement: &Movement) {
        self.points += movement.points;
        self.waived += movement.waived.unwrap_or(0);
        self.lots.push(LotShare { lot: movement.lot, points: movement.points, expires_at: movement.expires_at });
    }
}

impl Account<'_> {
    /// The statement of a unit over a window; of the programme's first unit if none is named.
    ///
    /// What the clock has done by the end of the window is in it, written or not.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty window, or when the programme has no such unit.
    pub fn statement(&self, unit: Option<&Name>, window: Window) -> Result<Statement> {
        if window.is_empty() {
            return Err(Error::invalid("window", "empty"));
        }
        let unit = self.programme.governing(window.end)?.definition.unit(unit)?.name.clone();
        let (before, last) = (window.start.saturating_add_micros(-1), window.end.saturating_add_micros(-1));
        let settled = self.settled(last)?;
        let balance = |at| settled.balance(self.programme.id, &unit, at);
        let opening = if window.start == Timestamp::MIN { Balance::default() } else { balance(before) };
        let says_something = |one: &&Movement| one.points != 0 || one.waived.is_some();
        let own = settled.wallet(self.programme.id, &unit);
        let mut movements: Vec<&Movement> = own.filter(|one| window.contains(one.at)).filter(says_something).collect();
        movements.sort_by_key(|one| (one.at, one.recorded, one.kind, one.cause, one.because, &one.rule, one.id));
        let mut lines: Vec<StatementLine> = Vec::new();
        for movement in movements {
            match lines.last_mut() {
                Some(line) if line.takes(movement) => line.add(movement),
                _ => {
                    let mut line = StatementLine::of(movement);
                    line.add(movement);
                    lines.push(line);
                }
            }
        }
        let mut total = opening.total();
        for line in &mut lines {
            total += line.points;
            line.total = total;
        }
        Ok(Statement {
            member: self.member,
            programme: self.programme.id,
            opening,
            lines,
            closing: balance(last),
            expiring: expiring(&self.wallet(&unit).run(&[], last)?),
            unit,
            window,
        })
    }
}
