//! Holding: points that are set aside for a while, and points that wait for somebody's word.

use std::collections::BTreeMap;

use super::account::{Account, PointsDecision};
use super::cap::{ReadyCap, Used};
use super::settle::{Event, Step, What};
use super::spending::{check_spending, too_few};
use super::{Capture, Movement, MovementKind, Reservation, Unit};
use crate::base::{Env, Error, Id, Name, Result, Timestamp, Window};

impl<'a> Account<'a> {
    /// Sets points aside, so that nothing else spends them, until they are [captured](Self::capture) or
    /// [released](Self::release), or the reservation's time is over. Whether the clock has been
    /// [written](Self::settle) by then does not matter.
    ///
    /// # Errors
    /// As [`redeem`](Self::redeem), and [`Error::Invalid`] when it would end before it begins.
    pub fn reserve(&self, reservation: &Reservation, env: &Env<'_>) -> Result<PointsDecision> {
        let (now, at, until) = (env.now, reservation.at, reservation.until);
        self.check(reservation.member, at, now)?;
        if until <= at {
            return Err(Error::invalid("until", "not after the reservation"));
        }
        let unit = self.programme.governing(at)?.definition.unit(reservation.unit.as_ref())?;
        check_spending(unit, MovementKind::Redeemed, reservation.points)?;
        if let Some(known) = self.reserved(reservation.id) {
            return if *known.unit == unit.name && (known.points, known.until) == (reservation.points, until) {
                Ok(PointsDecision::default())
            } else {
                Err(Error::invalid("points", "the reservation was made before in another way"))
            };
        }
        self.check_pace(unit, reservation.points, at)?;
        let cause = reservation.id;
        let reserve = Event { at, cause, what: What::Reserve { points: reservation.points, until } };
        let release = Event { at: until, cause, what: What::Release { reservation: cause } };
        self.afford(&unit.name, &[reserve, release], cause, now)
    }

    /// Spends points that were set aside; those that are left over are given back.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such reservation; [`Error::Denied`] when it is over; [`Error::Invalid`] for more
    /// points than were set aside, an instant in the future, or a capture that was made before with other points.
    pub fn capture(&self, capture: &Capture, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(self.member, capture.at, now)?;
        let id = capture.reservation;
        let held = self.reserved(id).ok_or_else(|| Error::not_found("reservation", id))?;
        let points = capture.points.unwrap_or(held.points);
        if let Some((_, spent)) = self.spent(capture.id) {
            return if points == spent {
                Ok(PointsDecision::default())
            } else {
                Err(Error::invalid("points", "the reservation was captured before with other points"))
            };
        }
        let at = capture.at.max(held.at);
        if at >= held.until || self.ended(id).is_some_and(|(by, end)| by != id || end < held.until) {
            return Err(Error::denied("the reservation is over"));
        }
        if points < 1 || points > held.points {
            return Err(Error::invalid("points", "more than were set aside"));
        }
        let event = Event { at, cause: capture.id, what: What::Capture { reservation: id, points } };
        self.afford(held.unit, &[event], capture.id, now)
    }

    /// Ends a reservation before its time: its points go back to the lots that they came from. One that is over already
    /// stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such reservation; [`Error::Invalid`] for an instant in the future.
    pub fn release(&self, reservation: Id, at: Timestamp, env: &Env<'_>) -> Result<PointsDecision> {
        self.check(self.member, at, env.now)?;
        let held = self.reserved(reservation).ok_or_else(|| Error::not_found("reservation", reservation))?;
        let at = at.max(held.at);
        if at >= held.until || self.ended(reservation).is_some() {
            return Ok(PointsDecision::default());
        }
        let event = Event { at, cause: reservation, what: What::Release { reservation } };
        self.afford(held.unit, &[event], reservation, env.now)
    }

    /// Says that the points of a purchase or activity may be spent that wait for somebody's word: it was delivered, or it was
    /// looked at and is in order. What may be spent already stays so.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing was awarded for it; [`Error::Invalid`] for an instant in the future.
    pub fn confirm(&self, cause: Id, at: Timestamp, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(self.member, at, now)?;
        let lots: Vec<&Movement> = self.caused_by(cause).filter(|one| one.opens()).collect();
        if lots.is_empty() {
            return Err(Error::not_found("award", cause));
        }
        let word = Id::derived("crm-core/loyalty/confirm", &cause.to_string());
        let known: Vec<Id> = self.caused_by(word).map(|one| one.lot).collect();
        let mut decision = PointsDecision::default();
        let mut events: BTreeMap<&Name, Vec<Event>> = BTreeMap::new();
        for lot in lots.into_iter().filter(|lot| lot.waits() && !known.contains(&lot.id)) {
            let at = at.max(lot.at);
            let step = Step { kind: MovementKind::Confirmed, cause: word, lot: lot.id, of: Some(lot.id) };
            decision.movements.push(self.scribe(&lot.unit, now).step(step, 0, at, 0, lot.life())?);
            let event = Event { at, cause: word, what: What::Confirm { lot: lot.id } };
            events.entry(&lot.unit).or_default().push(event);
        }
        for (unit, events) in events {
            let wallet = self.wallet(unit);
            let run = wallet.run(&events, wallet.last.max(now))?;
            decision.movements.extend(wallet.missing(&run, Some(word), now)?);
        }
        Ok(decision)
    }

    /// The movements that follow from events, unless they leave the member with too few points for something.
    pub(super) fn afford(&self, unit: &Name, events: &[Event], cause: Id, now: Timestamp) -> Result<PointsDecision> {
        let wallet = self.wallet(unit);
        let until = wallet.last.max(now);
        let run = wallet.run(events, until)?;
        if run.overspent + run.uncovered > 0 {
            let before = wallet.run(&[], until)?;
            if run.overspent > before.overspent || run.uncovered > before.uncovered {
                return Err(too_few());
            }
        }
        Ok(wallet.missing(&run, Some(cause), now)?.into())
    }

    /// Whether so many points of a unit may be redeemed at an instant, whatever the member has.
    pub(super) fn check_pace(&self, unit: &Unit, points: i64, at: Timestamp) -> Result<()> {
        if unit.redeem_caps.is_empty() {
            return Ok(());
        }
        let zone = &self.programme.governing(at)?.definition.zone;
        let used = |window: Option<Window>| {
            let inside = |one: &&Movement| {
                let taken = match one.kind {
                    MovementKind::Redeemed => one.of.is_none(),
                    MovementKind::Reserved => {
                        let holds = |(by, end): (Id, Timestamp)| by == one.cause && end > at;
                        one.until.is_some_and(|until| until > at) && self.ended(one.cause).is_none_or(holds)
                    }
                    _ => false,
                };
                taken && one.unit == unit.name && window.is_none_or(|window| window.contains(one.at))
            };
            let mut causes: Vec<Id> = Vec::new();
            let mut used = Used::default();
            for one in self.programme_movements().filter(inside) {
                used.points = used.points.saturating_sub(one.points);
                if !causes.contains(&one.cause) {
                    causes.push(one.cause);
                }
            }
            used.times = causes.len() as u32;
            used
        };
        let fits = |cap: &ReadyCap<'_>| cap.cut(points, at, Used::default(), used) == points;
        if ReadyCap::all(&unit.redeem_caps, zone).iter().all(fits) {
            Ok(())
        } else {
            Err(Error::denied("the member has redeemed the most that one may for now"))
        }
    }

    fn reserved(&self, reservation: Id) -> Option<Held<'a>> {
        let mut held: Option<Held<'a>> = None;
        for one in self.caused_by(reservation).filter(|one| one.of.is_none()) {
            let own = match (one.kind, one.until, &mut held) {
                (MovementKind::Reserved, Some(until), None) => {
                    held.insert(Held { unit: &one.unit, points: 0, at: one.at, until })
                }
                (MovementKind::Reserved | MovementKind::Owed, _, Some(held)) => held,
                _ => continue,
            };
            own.points -= one.points;
        }
        held
    }

    /// What ended a reservation before, and when.
    fn ended(&self, reservation: Id) -> Option<(Id, Timestamp)> {
        let mut ends: Vec<(Id, Timestamp, i64)> = Vec::new();
        let released = |one: &&Movement| one.kind == MovementKind::Released && one.of == Some(reservation);
        for one in self.programme_movements().filter(released) {
            match ends.iter_mut().find(|(by, ..)| *by == one.cause) {
                Some((.., points)) => *points += one.points,
                None => ends.push((one.cause, one.at, one.points)),
            }
        }
        ends.into_iter().find(|(.., points)| *points != 0).map(|(by, at, _)| (by, at))
    }
}

/// Points that were set aside.
struct Held<'a> {
    unit: &'a Name,
    points: i64,
    at: Timestamp,
    until: Timestamp,
}
