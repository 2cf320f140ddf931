//! Writing the movements of a replay down.

use super::book::{BookLot, Mover};
use super::movement::Scribe;
use super::replay::{Deed, LotName, Replay, Reversal, Span};
use super::settle::Step;
use super::{Movement, MovementKind, POINTS};
use crate::base::{Id, Money, Name, Result, Timestamp};
use crate::change::{ChangeSet, Precondition};

impl Replay<'_> {
    /// Every movement, member by member, and of each member in the order of time. They are `recorded` when they took
    /// effect; a change set stamps them with its own time.
    ///
    /// # Errors
    /// None that are known; an item is an error where a movement could not be written.
    pub fn movements(&self) -> impl Iterator<Item = Result<Movement>> + '_ {
        (0..self.spans.len()).flat_map(|index| match self.transcript(index) {
            Ok(movements) => movements.into_iter().map(Ok).collect::<Vec<_>>(),
            Err(error) => vec![Err(error)],
        })
    }

    /// The movements as change sets of whole members, each of at most `size` movements unless one member has more. Every
    /// change set is committed only if none of its members' movements was written after the commit `since`.
    ///
    /// # Errors
    /// As [`movements`](Self::movements).
    pub fn change_sets(&self, since: u64, now: Timestamp, size: usize) -> impl Iterator<Item = Result<ChangeSet>> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            let mut changes = ChangeSet::new(now);
            let mut count = 0;
            while let Some(span) = self.spans.get(next) {
                let movements = match self.transcript(next) {
                    Ok(movements) => movements,
                    Err(error) => {
                        next = self.spans.len();
                        return Some(Err(error));
                    }
                };
                if count > 0 && count + movements.len() > size {
                    break;
                }
                next += 1;
                count += movements.len();
                if !movements.is_empty() {
                    let subject = span.member.id();
                    changes.require(Precondition::Unchanged { stream: POINTS, subject, since });
                }
                for movement in &movements {
                    changes.append(movement.to_fact());
                }
            }
            (!changes.is_empty()).then_some(Ok(changes))
        })
    }

    fn transcript(&self, index: usize) -> Result<Vec<Movement>> {
        let (span, next) = (&self.spans[index], self.spans.get(index + 1));
        let mut movements = Vec::new();
        let mut lots: Vec<(usize, Vec<Id>)> = Vec::with_capacity(self.units.len());
        for unit in 0..self.units.len() {
            lots.push(self.unit(index, unit, &mut movements)?);
        }
        self.refunds(span, next, &lots, &mut movements)?;
        for movement in &mut movements {
            movement.recorded = movement.at;
        }
        movements.sort_by_key(|movement| (movement.at, movement.id));
        Ok(movements)
    }

    /// Writes one unit of a member, and gives the ids of its lots with the number of the first.
    fn unit(&self, index: usize, unit: usize, movements: &mut Vec<Movement>) -> Result<(usize, Vec<Id>)> {
        let (own, span, count) = (&self.units[unit], &self.spans[index], self.units.len());
        let start = self.places[index * count + unit];
        let end = self.places.get((index + 1) * count + unit).copied().unwrap_or(own.book.place());
        let (first_lot, end_of_lots) = (start.0, end.0);
        let scribe = Scribe::new(self.programme, span.member, &own.name, Timestamp::MIN);
        let mut ids = Vec::with_capacity(end_of_lots - first_lot);
        for lot in first_lot..end_of_lots {
            let (name, row) = (own.lots[lot], &own.book.lots[lot]);
            let happening = &self.happenings[name.event as usize];
            let kind = happening.deed.opens();
            let opening = scribe.opening(kind, happening.cause, self.rule(name), (row.at, row.points), row.life())?;
            ids.push(opening.id);
            movements.push(self.told(opening, name.event, name.first));
        }
        let lot = |number: u32| ids.get((number as usize).wrapping_sub(first_lot)).copied().unwrap_or(Id::NIL);
        let event = |number: u32| self.happenings[number as usize].cause;
        for posting in own.book.moved(start, end) {
            let step = Step::of_posting(&posting, scribe.debt, lot, event);
            let life = own.book.lots.get(posting.lot as usize).map(BookLot::life);
            let movement = scribe.step(step, 0, posting.at, posting.points, life)?;
            movements.push(match posting.mover {
                Mover::Event(number) => self.told(movement, number, false),
                Mover::Lot(_) => movement,
            });
        }
        Ok((first_lot, ids))
    }

    /// Adds what the cause of a movement tells: its money, or the reason for it.
    fn told(&self, movement: Movement, event: u32, first: bool) -> Movement {
        match self.happenings[event as usize].deed {
            Deed::Purchase(index) if first => {
                Movement { amount: Some(self.history.purchases[index as usize].amount), ..movement }
            }
            Deed::Activity(index) => {
                Movement { reason: Some(self.history.activities[index as usize].activity.clone()), ..movement }
            }
            Deed::Adjustment(index) => {
                Movement { reason: Some(self.history.adjustments[index as usize].reason.clone()), ..movement }
            }
            _ => movement,
        }
    }

    fn rule(&self, lot: LotName) -> Option<&Name> {
        let rules = &self.programme.versions()[usize::from(lot.version)].definition.rules;
        lot.rule.and_then(|rule| rules.get(usize::from(rule))).map(|rule| &rule.name)
    }

    /// Writes what refunds forgave, and puts the money of each refund on one of its movements.
    fn refunds(
        &self,
        span: &Span,
        next: Option<&Span>,
        lots: &[(usize, Vec<Id>)],
        movements: &mut Vec<Movement>,
    ) -> Result<()> {
        let end = next.map_or(self.reversals.len(), |next| next.reversals);
        for refund in self.reversals[span.reversals..end].chunk_by(|one, next| one.event == next.event) {
            let happening = &self.happenings[refund[0].event as usize];
            let Deed::Refund(index) = happening.deed else { continue };
            let amount = self.history.refunds[index as usize].amount;
            let amount = Some(Money::new(-amount.minor(), amount.currency()));
            let note = |one: &Reversal, kind| {
                let unit = usize::from(one.unit);
                let (first, ids) = &lots[unit];
                let lot = ids[one.lot as usize - first];
                let scribe = Scribe::new(self.programme, span.member, &self.units[unit].name, Timestamp::MIN);
                let life = self.units[unit].book.lots[one.lot as usize].life();
                let step = Step { kind, cause: happening.cause, lot, of: Some(lot) };
                scribe.step(step, 0, happening.at, 0, Some(life))
            };
            for one in refund.iter().filter(|one| one.waived > 0) {
                let waived = Some(one.waived);
                movements.push(Movement { waived, ..note(one, MovementKind::Waived)? });
            }
            let own = movements.iter_mut().filter(|own| own.cause == happening.cause && own.takes_back());
            match own.min_by_key(|own| (own.at, own.id)) {
                Some(first) => first.amount = amount,
                None => movements.push(Movement { amount, ..note(&refund[0], MovementKind::Reversed)? }),
            }
        }
        Ok(())
    }
}
