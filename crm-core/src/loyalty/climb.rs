//! Climbing a ladder: the tier of one member, step by step in the order of time.

use std::collections::VecDeque;

use super::almanac::{Anniversaries, CalendarPeriod, Later, Periods};
use super::{Ladder, Qualifying, Tier};
use crate::base::{Timestamp, Zone};

/// Something that counts, or counts no longer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    /// From when on it is so.
    pub(super) at: Timestamp,
    /// The instant of the purchase, by which it belongs to a window.
    pub(super) counts_at: Timestamp,
    /// Points, minor units or purchases.
    pub(super) value: i64,
}

/// A tier's place on the ladder, from 1; 0 is below the first.
pub(super) type Level = usize;

/// A ladder, made ready to be climbed by many.
#[derive(Clone, Debug)]
pub(super) struct Scale<'a> {
    pub(super) ladder: &'a Ladder,
    grace: Later<'a>,
    window: Span<'a>,
}

#[derive(Clone, Debug)]
enum Span<'a> {
    Calendar(Periods<'a>),
    Anniversary(Anniversaries<'a>),
    Rolling(Later<'a>),
    Lifetime,
}

impl Span<'_> {
    /// The period that an instant lies in, for a member who began at another.
    fn period(&self, began: Timestamp, at: Timestamp) -> Option<CalendarPeriod> {
        match self {
            Self::Calendar(periods) => Some(periods.at(at)),
            Self::Anniversary(years) => Some(years.at(began, at)),
            Self::Rolling(_) | Self::Lifetime => None,
        }
    }
}

impl<'a> Scale<'a> {
    pub(super) fn new(ladder: &'a Ladder, zone: &'a Zone) -> Self {
        let window = match ladder.window {
            Qualifying::Calendar(unit) => Span::Calendar(Periods::new(zone, unit, ladder.keep, ladder.grace)),
            Qualifying::Anniversary => Span::Anniversary(Anniversaries::new(zone, ladder.keep, ladder.grace)),
            Qualifying::Rolling(period) => Span::Rolling(Later::new(zone, period)),
            Qualifying::Lifetime => Span::Lifetime,
        };
        Self { ladder, grace: Later::new(zone, ladder.grace), window }
    }

    /// The level that an amount reaches.
    fn reached(&self, value: i64) -> Level {
        self.ladder.tiers.partition_point(|tier| tier.threshold <= value)
    }
}

/// A member on a ladder, at an instant that only moves forward.
///
/// The level is the highest of what the present window earns and of what is still held from before. It changes when
/// something is posted, and at reviews: when a period ends, something leaves the window or a hold runs out.
#[derive(Clone, Debug)]
pub(super) struct Climb<'a> {
    scale: &'a Scale<'a>,
    level: Level,
    count: Count,
    /// When the first thing that counted happened.
    began: Option<Timestamp>,
    /// Levels that are kept until an instant: by grace, or by a soft landing.
    holds: Vec<(Timestamp, Level)>,
    /// Every change of the level so far.
    pub(super) changes: Vec<(Timestamp, Level)>,
}

#[derive(Clone, Debug)]
enum Count {
    Calendar { stretches: Vec<Stretch>, reviewed: Timestamp },
    Rolling { sum: i64, leaving: VecDeque<(Timestamp, i64)> },
    Lifetime { sum: i64, peak: Level },
}

/// A calendar period in which something counted.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    period: CalendarPeriod,
    /// What counts in it, as far as it has happened.
    sum: i64,
    /// The highest level reached within it.
    peak: Level,
    /// The level at its end.
    last: Option<Level>,
}

impl Stretch {
    fn level(&self, at: Timestamp, scale: &Scale<'_>) -> Level {
        let known = |level: Level| if scale.ladder.refunds_demote { scale.reached(self.sum) } else { level };
        let peak = if at < self.period.grace_until { known(self.peak) } else { 0 };
        let last = self.last.filter(|_| at < self.period.kept_until).map_or(0, known);
        peak.max(last)
    }
}

impl<'a> Climb<'a> {
    pub(super) fn new(scale: &'a Scale<'a>) -> Self {
        let level = scale.reached(0);
        let count = match scale.window {
            Span::Calendar(_) | Span::Anniversary(_) => {
                Count::Calendar { stretches: Vec::new(), reviewed: Timestamp::MIN }
            }
            Span::Rolling(_) => Count::Rolling { sum: 0, leaving: VecDeque::new() },
            Span::Lifetime => Count::Lifetime { sum: 0, peak: level },
        };
        Self { scale, level, count, began: None, holds: Vec::new(), changes: Vec::new() }
    }

    /// The level now.
    pub(super) const fn level(&self) -> Level {
        self.level
    }

    /// The tier now.
    pub(super) fn tier(&self) -> Option<&'a Tier> {
        self.scale.ladder.tiers.get(self.level.checked_sub(1)?)
    }

    /// What counts at an instant to which the climb has been [advanced](Self::advance).
    pub(super) fn value(&self, at: Timestamp) -> i64 {
        match &self.count {
            Count::Calendar { stretches, .. } => {
                stretches.iter().find(|one| one.period.window.contains(at)).map_or(0, |one| one.sum)
            }
            Count::Rolling { sum, .. } | Count::Lifetime { sum, .. } => *sum,
        }
    }

    /// Takes in an entry. Entries come in the order of their instants.
    pub(super) fn post(&mut self, entry: Entry) {
        self.advance(entry.at);
        let scale = self.scale;
        let began = *self.began.get_or_insert(entry.counts_at);
        let demoting = scale.ladder.refunds_demote && entry.value < 0;
        match (&mut self.count, &scale.window) {
            (Count::Calendar { stretches, .. }, window) => {
                let mut place = stretches.iter().rposition(|one| one.period.window.contains(entry.counts_at));
                if let (None, Some(period)) = (place, window.period(began, entry.counts_at)) {
                    let last = (period.window.end <= entry.at).then_some(0);
                    stretches.push(Stretch { period, sum: 0, peak: 0, last });
                    place = Some(stretches.len() - 1);
                }
                let Some(place) = place else { return };
                let own = &mut stretches[place];
                own.sum = own.sum.saturating_add(entry.value);
                if own.last.is_none() {
                    own.peak = own.peak.max(scale.reached(own.sum));
                }
            }
            (Count::Rolling { sum, leaving }, Span::Rolling(window)) => {
                let leaves = window.add(entry.counts_at);
                if leaves > entry.at {
                    let before = scale.reached(*sum);
                    *sum = sum.saturating_add(entry.value);
                    leaving.insert(leaving.partition_point(|(other, _)| *other <= leaves), (leaves, entry.value));
                    if before > scale.reached(*sum) && !demoting {
                        self.holds.push((scale.grace.add(entry.at), before));
                    }
                }
            }
            (Count::Lifetime { sum, peak }, _) => {
                *sum = sum.saturating_add(entry.value);
                *peak = if demoting { scale.reached(*sum) } else { scale.reached(*sum).max(*peak) };
            }
            _ => {}
        }
        self.settle(entry.at, !demoting);
    }

    /// Lets the clock run to an instant.
    pub(super) fn advance(&mut self, to: Timestamp) {
        while let Some(next) = self.next_review().filter(|next| *next <= to) {
            self.review(next);
        }
    }

    /// The next instant at which the clock alone may change the level.
    pub(super) fn next_review(&self) -> Option<Timestamp> {
        let next_hold = self.holds.iter().map(|(until, _)| *until).min();
        let next_count = match &self.count {
            Count::Calendar { stretches, reviewed, .. } => {
                let ends = stretches.iter().map(|one| one.period);
                let ends = ends.flat_map(|one| [one.window.end, one.grace_until, one.kept_until]);
                ends.filter(|end| end > reviewed).min()
            }
            Count::Rolling { leaving, .. } => leaving.front().map(|(at, _)| *at),
            Count::Lifetime { .. } => None,
        };
        next_hold.into_iter().chain(next_count).min()
    }

    fn review(&mut self, at: Timestamp) {
        let scale = self.scale;
        match &mut self.count {
            Count::Calendar { stretches, reviewed, .. } => {
                *reviewed = at;
                for one in stretches.iter_mut().filter(|one| one.period.window.end <= at) {
                    one.last.get_or_insert(scale.reached(one.sum));
                }
                stretches.retain(|one| at < one.period.grace_until || at < one.period.kept_until);
            }
            Count::Rolling { sum, leaving, .. } => {
                let before = scale.reached(*sum);
                while let Some((_, value)) = leaving.front().filter(|(leaves, _)| *leaves <= at) {
                    *sum = sum.saturating_sub(*value);
                    leaving.pop_front();
                }
                if before > scale.reached(*sum) {
                    self.holds.push((scale.grace.add(at), before));
                }
            }
            Count::Lifetime { .. } => {}
        }
        self.settle(at, true);
    }

    /// Brings the level to what is earned and held at an instant.
    fn settle(&mut self, at: Timestamp, softly: bool) {
        self.holds.retain(|(until, _)| *until > at);
        let scale = self.scale;
        let counted = match &self.count {
            Count::Calendar { stretches, .. } => {
                stretches.iter().map(|one| one.level(at, scale)).max().unwrap_or(0).max(scale.reached(0))
            }
            Count::Rolling { sum, .. } => scale.reached(*sum),
            Count::Lifetime { peak, .. } => *peak,
        };
        let held = self.holds.iter().map(|(_, level)| *level).max().unwrap_or(0);
        let mut level = counted.max(held);
        if scale.ladder.soft_landing && softly && level + 1 < self.level {
            level = self.level - 1;
            let period = scale.window.period(self.began.unwrap_or(at), at);
            let until = period.map_or_else(|| scale.grace.add(at), |period| period.grace_until);
            self.holds.push((until, level));
        }
        if level != self.level {
            self.level = level;
            self.changes.push((at, level));
        }
    }
}
