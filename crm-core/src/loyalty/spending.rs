//! Spending: redemptions, their cancellation, and adjustments by hand.

use super::account::{Account, PointsDecision};
use super::check::MAX_POINTS;
use super::settle::{Event, What};
use super::{Adjustment, Cancellation, Movement, MovementKind, Redemption, Unit};
use crate::base::{Env, Error, Id, Name, Result, Timestamp};

impl<'a> Account<'a> {
    /// Spends points.
    ///
    /// # Errors
    /// [`Error::Denied`] when the member has too few points at that instant, or would have too few for what was
    /// redeemed since, or has redeemed the most that one may for now; [`Error::Invalid`] for a unit that cannot be redeemed, a number of points that is not positive,
    /// an instant in the future, or a redemption that was made before with other points.
    pub fn redeem(&self, redemption: &Redemption, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(redemption.member, redemption.at, now)?;
        let unit = self.programme.governing(redemption.at)?.definition.unit(redemption.unit.as_ref())?;
        check_spending(unit, MovementKind::Redeemed, redemption.points)?;
        let spent = self.spent(redemption.id);
        if let Some((own, points)) = spent {
            return if *own == unit.name && points == redemption.points {
                Ok(PointsDecision::default())
            } else {
                Err(Error::invalid("points", "the redemption was made before with other points"))
            };
        }
        self.check_pace(unit, redemption.points, redemption.at)?;
        self.spend(&unit.name, MovementKind::Redeemed, redemption.id, redemption.points, redemption.at, now)
    }

    /// Gives points of a redemption back, to the lots from which they came. What has expired meanwhile stays expired.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such redemption; [`Error::Invalid`] when more points are to be given back
    /// than are left of it, or for an instant in the future.
    pub fn cancel(&self, cancellation: &Cancellation, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(self.member, cancellation.at, now)?;
        let redemption = cancellation.redemption;
        let Some((unit, spent)) = self.spent(redemption) else {
            return Err(Error::not_found("redemption", redemption));
        };
        let given =
            self.programme_movements().filter(|one| one.kind == MovementKind::Restored && one.of == Some(redemption));
        let (own, others): (Vec<&Movement>, Vec<&Movement>) = given.partition(|one| one.cause == cancellation.id);
        let sum = |movements: &[&Movement]| movements.iter().map(|one| one.points).sum::<i64>();
        if !own.is_empty() {
            return match cancellation.points {
                Some(points) if points != sum(&own) => {
                    Err(Error::invalid("points", "the cancellation was made before with other points"))
                }
                _ => Ok(PointsDecision::default()),
            };
        }
        let left = spent - sum(&others);
        let points = cancellation.points.unwrap_or(left);
        if points < 1 || points > left {
            return Err(more_than_left());
        }
        let redeemed_at = self.caused_by(redemption).map(|one| one.at).max().unwrap_or(cancellation.at);
        let what = What::Restore { redemption, points };
        let event = Event { at: cancellation.at.max(redeemed_at), cause: cancellation.id, what };
        let wallet = self.wallet(unit);
        let run = wallet.run(std::slice::from_ref(&event), wallet.last.max(now))?;
        Ok(wallet.missing(&run, Some(event.cause), now)?.into())
    }

    /// Gives or takes points by hand.
    ///
    /// # Errors
    /// [`Error::Denied`] when more points are to be taken than the member has; [`Error::Invalid`] for no points, an
    /// instant in the future, or an adjustment that was made before with other points.
    pub fn adjust(&self, adjustment: &Adjustment, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(adjustment.member, adjustment.at, now)?;
        let version = self.programme.governing(adjustment.at)?;
        let unit = version.definition.unit(adjustment.unit.as_ref())?;
        check_spending(unit, MovementKind::Adjusted, adjustment.points.saturating_abs())?;
        let made: Vec<&Movement> = self.caused_by(adjustment.id).filter(|one| one.of.is_none()).collect();
        if !made.is_empty() {
            let by_hand = |one: &&&Movement| matches!(one.kind, MovementKind::Adjusted | MovementKind::Owed);
            let points: i64 = made.iter().filter(by_hand).map(|one| one.points).sum();
            return if points == adjustment.points && made[0].unit == unit.name {
                Ok(PointsDecision::default())
            } else {
                Err(Error::invalid("points", "the adjustment was made before with other points"))
            };
        }
        let (id, points, at) = (adjustment.id, adjustment.points, adjustment.at);
        let mut decision = if points > 0 {
            let opening = self.opening(version, unit, MovementKind::Adjusted, id, (at, points), now)?;
            self.settle_with(vec![opening], id, now)?
        } else {
            self.spend(&unit.name, MovementKind::Adjusted, id, -points, at, now)?
        };
        for movement in decision.movements.iter_mut().filter(|one| one.cause == id) {
            movement.reason = Some(adjustment.reason.clone());
        }
        Ok(decision)
    }

    pub(super) fn spend(
        &self,
        unit: &Name,
        kind: MovementKind,
        cause: Id,
        points: i64,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<PointsDecision> {
        self.afford(unit, &[Event { at, cause, what: What::Spend { kind, points } }], cause, now)
    }

    /// The unit and points of a redemption, cancellations not counted.
    pub(super) fn spent(&self, redemption: Id) -> Option<(&'a Name, i64)> {
        let mut unit = None;
        let mut points = 0;
        for one in self.caused_by(redemption).filter(|one| one.of.is_none()) {
            if matches!(one.kind, MovementKind::Redeemed | MovementKind::Owed) {
                unit = Some(&one.unit);
                points -= one.points;
            }
        }
        unit.map(|unit| (unit, points))
    }
}

pub(super) fn too_few() -> Error {
    Error::denied("the member has too few points")
}

pub(super) fn more_than_left() -> Error {
    Error::invalid("points", "a cancellation gives back points that are left of the redemption")
}

/// Whether so many points of a unit may be spent or moved by hand at all.
pub(super) fn check_spending(unit: &Unit, kind: MovementKind, points: i64) -> Result<()> {
    if kind == MovementKind::Redeemed && !unit.redeemable {
        return Err(Error::invalid("unit", "its points cannot be redeemed"));
    }
    if (1..=MAX_POINTS).contains(&points) {
        Ok(())
    } else {
        Err(Error::invalid("points", "none, or more than a movement can hold"))
    }
}
