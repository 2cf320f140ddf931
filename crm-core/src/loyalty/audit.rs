//! The audit: everything is worked out again from the facts, and what does not agree is named.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::movement::Scribe;
use super::settle::Step;
use super::{Movement, MovementKind, Shortfall, Version};
use crate::base::{Id, Name, Result, Timestamp, worded};

worded! {
    /// A promise of the ledger.
    pub enum Invariant: "invariant" {
        /// Every fact is a movement of this programme's kind, in a unit and under a version that exist.
        Readable = "readable",
        /// The id of every movement follows from its cause, so that no cause moves points twice.
        Identity = "identity",
        /// Every lot was opened once, and its movements agree about its life; an opened lot lives as the programme
        /// says.
        Life = "life",
        /// No lot gives more points than it got, at any time.
        Conservation = "conservation",
        /// What was spent, taken back, given back, expired and repaid is what follows from what happened, in the order
        /// of time.
        Derivation = "derivation",
        /// No more points were spent or taken back than were there, unless the unit allows debt.
        Solvency = "solvency",
        /// A refund takes back, owes and forgives no more than its purchase earned.
        Refund = "refund",
        /// A cancellation gives back no more than its redemption took.
        Cancellation = "cancellation",
        /// What a member gives is what another one receives.
        Transfer = "transfer",
        /// The money of a purchase or refund is on one movement.
        Money = "money",
    }
}

/// A promise that the facts of a ledger break.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Violation {
    /// The promise.
    pub invariant: Invariant,
    /// The facts concerned, in the order of their ids.
    pub facts: Vec<Id>,
}

#[derive(Default)]
struct Findings(BTreeMap<(Invariant, Id), BTreeSet<Id>>);

impl Findings {
    /// Notes facts that break a promise; those about one thing are one violation.
    fn note(&mut self, invariant: Invariant, about: Id, facts: impl IntoIterator<Item = Id>) {
        self.0.entry((invariant, about)).or_default().extend(facts);
    }
}

impl Account<'_> {
    /// Works everything out again from the facts and names each promise that they break. A ledger that only decisions
    /// have written breaks none.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a programme without versions.
    pub fn audit(&self) -> Result<Vec<Violation>> {
        let mut findings = Findings::default();
        for id in self.ledger.unreadable() {
            findings.note(Invariant::Readable, *id, [*id]);
        }
        let mut units: BTreeMap<&Name, Vec<&Movement>> = BTreeMap::new();
        for one in self.programme_movements() {
            let version = self.programme.version(one.version);
            let readable = version.is_some_and(|version| version.definition.unit(Some(&one.unit)).is_ok());
            if readable && one.member == self.member {
                units.entry(&one.unit).or_default().push(one);
            } else {
                findings.note(Invariant::Readable, one.id, [one.id]);
            }
        }
        for (unit, movements) in &units {
            self.audit_identity(unit, movements, &mut findings);
            self.audit_lots(movements, &mut findings);
            audit_bounds(movements, &mut findings);
            self.audit_steps(unit, movements, &mut findings)?;
        }
        self.audit_money(&mut findings);
        let all = findings.0.into_iter();
        Ok(all.map(|((invariant, _), facts)| Violation { invariant, facts: facts.into_iter().collect() }).collect())
    }

    fn audit_identity(&self, unit: &Name, movements: &[&Movement], findings: &mut Findings) {
        let scribe = Scribe::new(self.programme, self.member, unit, Timestamp::MIN);
        let mut times: BTreeMap<Step, Vec<Id>> = BTreeMap::new();
        for one in movements {
            if one.opens() {
                let due = match (one.kind, one.of) {
                    (MovementKind::Received, Some(from)) => scribe.received(one.cause, from),
                    _ => scribe.lot(one.kind, one.cause, one.rule.as_ref()),
                };
                if due != one.id {
                    findings.note(Invariant::Identity, one.id, [one.id]);
                }
            } else {
                times.entry(Step::of(one)).or_default().push(one.id);
            }
        }
        for (step, mut written) in times {
            let mut due: Vec<Id> = (0..written.len()).map(|nth| scribe.id(step, nth)).collect();
            due.sort_unstable();
            written.sort_unstable();
            if due != written {
                findings.note(Invariant::Identity, written[0], written.iter().copied());
            }
        }
    }

    fn audit_lots(&self, movements: &[&Movement], findings: &mut Findings) {
        let mut lots: BTreeMap<Id, Vec<&Movement>> = BTreeMap::new();
        for one in movements.iter().filter(|one| !one.is_debt()) {
            lots.entry(one.lot).or_default().push(one);
        }
        for (lot, mut own) in lots {
            let life = |one: &Movement| (one.available_at, one.expires_at);
            let opening = own.iter().find(|one| one.opens()).copied();
            let agreed = opening.is_some_and(|opening| own.iter().all(|one| life(one) == life(opening)));
            if !agreed || opening.is_some_and(|opening| !self.lives_as_promised(opening)) {
                findings.note(Invariant::Life, lot, own.iter().map(|one| one.id));
            }
            own.sort_by_key(|one| one.at);
            let mut open = 0;
            for moment in own.chunk_by(|one, next| one.at == next.at) {
                open += moment.iter().map(|one| one.points).sum::<i64>();
                if open < 0 {
                    findings.note(Invariant::Conservation, lot, own.iter().map(|one| one.id));
                    break;
                }
            }
        }
    }

    fn lives_as_promised(&self, opening: &Movement) -> bool {
        let in_force = self.programme.governing(opening.at).ok().filter(|version| version.number == opening.version);
        let promised = |version: &Version| {
            let unit = version.definition.unit(Some(&opening.unit)).ok()?;
            Some(unit.life(&version.definition.zone, opening.at).waiting(opening.waits()))
        };
        let told = opening.life();
        let as_there = opening.kind == MovementKind::Received;
        opening.points >= 0 && told.is_some() && (as_there || in_force.and_then(promised) == told)
    }

    fn audit_steps(&self, unit: &Name, movements: &[&Movement], findings: &mut Findings) -> Result<()> {
        let wallet = self.wallet(unit);
        let run = wallet.run(&[], wallet.last)?;
        let written_by = |step: Step| movements.iter().filter(move |one| Step::of(one) == step).map(|one| one.id);
        for missing in wallet.missing(&run, None, Timestamp::MIN)? {
            let step = Step::of(&missing);
            // What the clock has done need not have been written yet.
            let by_clock = matches!(
                step.kind,
                MovementKind::Expired | MovementKind::Repaid | MovementKind::Settled | MovementKind::Released
            );
            if !(by_clock && wallet.written.get(&step).is_none_or(|written| written.points == 0)) {
                findings.note(Invariant::Derivation, step.lot, written_by(step));
            }
        }
        let owing = wallet.policy(wallet.last)?.shortfall == Shortfall::Owe;
        if run.uncovered > 0 || (run.overspent > 0 && !owing) {
            let takes = |one: &&&Movement| one.points < 0 && one.kind != MovementKind::Expired;
            findings.note(Invariant::Solvency, self.member.id(), movements.iter().filter(takes).map(|one| one.id));
        }
        Ok(())
    }

    fn audit_money(&self, findings: &mut Findings) {
        let mut told: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        let mut silent: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for one in self.programme_movements() {
            let by_purchase = one.kind == MovementKind::Earned && one.rule.is_none() && one.reason.is_none();
            if one.amount.is_some() {
                told.entry(one.cause).or_default().push(one.id);
            } else if by_purchase || (one.takes_back() && one.because.is_none()) {
                silent.entry(one.cause).or_default().push(one.id);
            }
        }
        for (cause, facts) in told.iter().filter(|(_, facts)| facts.len() > 1) {
            findings.note(Invariant::Money, *cause, facts.iter().copied());
        }
        for (cause, facts) in silent.iter().filter(|(cause, _)| !told.contains_key(cause)) {
            findings.note(Invariant::Money, *cause, facts.iter().copied());
        }
    }
}

fn audit_bounds(movements: &[&Movement], findings: &mut Findings) {
    for lot in movements.iter().filter(|one| one.opens()) {
        let back: Vec<&&Movement> = movements.iter().filter(|one| one.takes_back() && one.of == Some(lot.id)).collect();
        let points: i64 = back.iter().map(|one| one.waived.unwrap_or(0) - one.points).sum();
        if points > lot.points {
            findings.note(Invariant::Refund, lot.id, back.iter().map(|one| one.id).chain([lot.id]));
        }
    }
    let mut redeemed: BTreeMap<Id, (i64, Vec<Id>)> = BTreeMap::new();
    for one in movements {
        let redemption = match (one.kind, one.of) {
            (MovementKind::Redeemed | MovementKind::Owed, None) => one.cause,
            (MovementKind::Restored, Some(redemption)) => redemption,
            _ => continue,
        };
        let entry = redeemed.entry(redemption).or_default();
        entry.0 -= one.points;
        entry.1.push(one.id);
    }
    for (redemption, (points, facts)) in redeemed {
        if points < 0 {
            findings.note(Invariant::Cancellation, redemption, facts);
        }
    }
}
