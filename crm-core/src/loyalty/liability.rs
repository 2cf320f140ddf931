//! The liability of a programme: what its members hold, when it expires, and what it would cost.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Cost, Movement, MovementKind, Programme};
use crate::base::{CalendarUnit, Date, Error, Money, Name, ProgrammeId, Result, Rounding, Timestamp, Window, Zone};

/// What was ever done with the points of a unit, up to an instant.
///
/// `earned + adjusted + owed = redeemed + expired + reversed + outstanding`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Points that rules awarded.
    pub earned: i64,
    /// Points that were given by hand, less those taken by hand.
    pub adjusted: i64,
    /// Points that were spent and not given back, those that members owe included.
    pub redeemed: i64,
    /// Points that expired, whether or not that has been written.
    pub expired: i64,
    /// Points that refunds took back, those that members owe included.
    pub reversed: i64,
    /// Points of refunded purchases that were forgiven. They were spent, and are counted there.
    pub waived: i64,
    /// Points that members hold, those that are not available yet or are set aside included.
    pub outstanding: i64,
    /// Of these, points that will be available at a later instant that is known.
    pub pending: i64,
    /// Points that members owe.
    pub owed: i64,
}

/// Points that expire in one month of the programme's zone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiabilityMonth {
    /// The first day of the month; nothing for points that never expire.
    pub month: Option<Date>,
    /// The points.
    pub points: i64,
    /// What those that will be redeemed are expected to cost.
    pub cost: Option<Money>,
}

/// The liability of one unit at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Liability {
    /// The programme.
    pub programme: ProgrammeId,
    /// The unit.
    pub unit: Name,
    /// The instant.
    pub at: Timestamp,
    /// What members hold, by the month in which it expires, the soonest first and what never expires last.
    pub months: Vec<LiabilityMonth>,
    /// What was ever done with points.
    pub totals: Totals,
    /// The share of outstanding points that is expected never to be redeemed, in hundredths of a percent.
    pub breakage: u32,
    /// What all outstanding points are expected to cost: points times cost per point, less breakage, rounded to the
    /// even minor unit. The months add up to it.
    pub cost: Option<Money>,
}

/// Adds up the liability of a unit from the movements of all its members, in any order and in any number of parts.
///
/// Every movement carries the life of its lot, so that nothing has to be known about lots or members: memory does not
/// grow with their number.
#[derive(Clone, Debug)]
pub struct LiabilityFold {
    programme: ProgrammeId,
    unit: Name,
    at: Timestamp,
    zone: Zone,
    cost: Option<Cost>,
    breakage: u32,
    totals: Totals,
    months: BTreeMap<Timestamp, (Window, i64)>,
    forever: i64,
}

impl LiabilityFold {
    /// Begins for a unit of a programme, at an instant; for the programme's first unit if none is named.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the programme has no such unit.
    pub fn new(programme: &Programme, unit: Option<&Name>, at: Timestamp) -> Result<Self> {
        let definition = &programme.governing(at)?.definition;
        let unit = definition.unit(unit)?;
        Ok(Self {
            programme: programme.id,
            unit: unit.name.clone(),
            at,
            zone: definition.zone.clone(),
            cost: unit.cost,
            breakage: unit.breakage,
            totals: Totals::default(),
            months: BTreeMap::new(),
            forever: 0,
        })
    }

    /// Takes a movement in; one of another unit, or after the instant, changes nothing.
    pub fn add(&mut self, movement: &Movement) {
        if movement.programme != self.programme || movement.unit != self.unit || movement.at > self.at {
            return;
        }
        // What is set aside is held still, and what one member gives another one has.
        if movement.sets_aside() || movement.is_over(self.at) {
            return;
        }
        let points = movement.points;
        let totals = &mut self.totals;
        match movement.kind {
            MovementKind::Earned => totals.earned += points,
            MovementKind::Adjusted => totals.adjusted += points,
            MovementKind::Expired => totals.expired -= points,
            MovementKind::Waived => totals.waived += movement.waived.unwrap_or(0),
            MovementKind::Repaid | MovementKind::Settled | MovementKind::Transferred | MovementKind::Received => {}
            _ if movement.takes_back() => totals.reversed -= points,
            _ => totals.redeemed -= points,
        }
        let Some(available_at) = movement.available_at else {
            totals.owed -= points;
            return;
        };
        match movement.expires_at {
            Some(end) if end <= self.at => {
                totals.expired += points;
                return;
            }
            Some(end) => self.expires(end, points),
            None => self.forever += points,
        }
        self.totals.outstanding += points;
        if available_at > self.at && available_at != Timestamp::MAX {
            self.totals.pending += points;
        }
    }

    fn expires(&mut self, end: Timestamp, points: i64) {
        // Points that expire at the end of a month belong to it.
        let last = end.saturating_add_micros(-1);
        if let Some((_, (window, sum))) = self.months.range_mut(..=last).next_back()
            && window.contains(last)
        {
            *sum += points;
            return;
        }
        let window = self.zone.window(self.zone.date(last), CalendarUnit::Month);
        self.months.entry(window.start).or_insert((window, 0)).1 += points;
    }

    /// Takes in all that another fold of the same unit and instant has taken in.
    pub fn merge(&mut self, other: &Self) {
        let (own, theirs) = (&mut self.totals, &other.totals);
        own.earned += theirs.earned;
        own.adjusted += theirs.adjusted;
        own.redeemed += theirs.redeemed;
        own.expired += theirs.expired;
        own.reversed += theirs.reversed;
        own.waived += theirs.waived;
        own.outstanding += theirs.outstanding;
        own.pending += theirs.pending;
        own.owed += theirs.owed;
        self.forever += other.forever;
        for (start, (window, points)) in &other.months {
            self.months.entry(*start).or_insert((*window, 0)).1 += points;
        }
    }

    /// The liability.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a cost does not fit into 64 bits.
    pub fn finish(&self) -> Result<Liability> {
        let dated = self.months.values().map(|(window, points)| (Some(self.zone.date(window.start)), *points));
        let rows = dated.chain([(None, self.forever)]).filter(|(_, points)| *points != 0);
        let (mut months, mut so_far) = (Vec::new(), 0_i64);
        for (month, points) in rows {
            let before = self.cost_of(so_far)?;
            so_far += points;
            let cost = match (self.cost_of(so_far)?, before) {
                (Some(after), Some(before)) => Some(after.checked_sub(before)?),
                _ => None,
            };
            months.push(LiabilityMonth { month, points, cost });
        }
        Ok(Liability {
            programme: self.programme,
            unit: self.unit.clone(),
            at: self.at,
            months,
            totals: self.totals,
            breakage: self.breakage,
            cost: self.cost_of(self.totals.outstanding)?,
        })
    }

    fn cost_of(&self, points: i64) -> Result<Option<Money>> {
        let Some(Cost { amount, points: per }) = self.cost else { return Ok(None) };
        let redeemed = i128::from(points) * i128::from(10_000 - self.breakage.min(10_000));
        let exact = redeemed.checked_mul(amount.minor().into());
        let minor = exact.and_then(|exact| Rounding::HalfEven.divide(exact, i128::from(per) * 10_000));
        let minor = minor.and_then(|minor| i64::try_from(minor).ok()).ok_or(Error::out_of_range("liability"))?;
        Ok(Some(Money::new(minor, amount.currency())))
    }
}
