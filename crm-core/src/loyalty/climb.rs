//! Climbing a ladder: the tier of one member, step by step in the order of time.

use std::collections::VecDeque;

use super::{Ladder, Qualifying, Tier};
use crate::base::{CalendarUnit, Period, Timestamp, Window, Zone};

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

/// A member on a ladder, at an instant that only moves forward.
///
/// The level is the highest of what the present window earns and of what is still held from before. It changes when
/// something is posted, and at reviews: when a period ends, something leaves the window or a hold runs out.
#[derive(Clone, Debug)]
pub(super) struct Climb<'a> {
    ladder: &'a Ladder,
    zone: &'a Zone,
    level: Level,
    count: Count,
    /// Levels that are kept until an instant: by grace, or by a soft landing.
    holds: Vec<(Timestamp, Level)>,
    /// Every change of the level so far.
    pub(super) changes: Vec<(Timestamp, Level)>,
}

#[derive(Clone, Debug)]
enum Count {
    Calendar { unit: CalendarUnit, stretches: Vec<Stretch>, reviewed: Timestamp },
    Rolling { period: Period, sum: i64, leaving: VecDeque<(Timestamp, i64)> },
    Lifetime { sum: i64, peak: Level },
}

/// A calendar period in which something counted.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    window: Window,
    /// What counts in it, as far as it has happened.
    sum: i64,
    /// The highest level reached within it.
    peak: Level,
    /// The level at its end.
    last: Option<Level>,
    /// Until when the highest level is kept: the end and its grace.
    peak_until: Timestamp,
    /// Until when the level at its end is kept.
    last_until: Timestamp,
}

impl Stretch {
    fn level(&self, at: Timestamp, ladder: &Ladder) -> Level {
        let known = |level: Level| if ladder.refunds_demote { reached(ladder, self.sum) } else { level };
        let peak = if at < self.peak_until { known(self.peak) } else { 0 };
        let last = self.last.filter(|_| at < self.last_until).map_or(0, known);
        peak.max(last)
    }
}

fn reached(ladder: &Ladder, value: i64) -> Level {
    ladder.tiers.partition_point(|tier| tier.threshold <= value)
}

impl<'a> Climb<'a> {
    pub(super) fn new(ladder: &'a Ladder, zone: &'a Zone) -> Self {
        let level = reached(ladder, 0);
        let count = match ladder.window {
            Qualifying::Calendar(unit) => Count::Calendar { unit, stretches: Vec::new(), reviewed: Timestamp::MIN },
            Qualifying::Rolling(period) => Count::Rolling { period, sum: 0, leaving: VecDeque::new() },
            Qualifying::Lifetime => Count::Lifetime { sum: 0, peak: level },
        };
        Self { ladder, zone, level, count, holds: Vec::new(), changes: Vec::new() }
    }

    /// The level now.
    pub(super) const fn level(&self) -> Level {
        self.level
    }

    /// The tier now.
    pub(super) fn tier(&self) -> Option<&'a Tier> {
        self.ladder.tiers.get(self.level.checked_sub(1)?)
    }

    /// What counts at an instant to which the climb has been [advanced](Self::advance).
    pub(super) fn value(&self, at: Timestamp) -> i64 {
        match &self.count {
            Count::Calendar { stretches, .. } => {
                stretches.iter().find(|one| one.window.contains(at)).map_or(0, |one| one.sum)
            }
            Count::Rolling { sum, .. } | Count::Lifetime { sum, .. } => *sum,
        }
    }

    /// Takes in an entry. Entries come in the order of their instants.
    pub(super) fn post(&mut self, entry: Entry) {
        self.advance(entry.at);
        let (ladder, zone) = (self.ladder, self.zone);
        let demoting = ladder.refunds_demote && entry.value < 0;
        match &mut self.count {
            Count::Calendar { unit, stretches, .. } => {
                let place = stretches.iter().rposition(|one| one.window.contains(entry.counts_at));
                let place = place.unwrap_or_else(|| {
                    // Clocks that are put back over midnight show an instant outside the window of its own day.
                    let fresh = stretch(zone, *unit, entry, ladder);
                    let same = stretches.iter().rposition(|one| one.window.start == fresh.window.start);
                    same.unwrap_or_else(|| {
                        stretches.push(fresh);
                        stretches.len() - 1
                    })
                });
                let own = &mut stretches[place];
                own.sum += entry.value;
                if own.last.is_none() {
                    own.peak = own.peak.max(reached(ladder, own.sum));
                }
            }
            Count::Rolling { period, sum, leaving } => {
                let leaves = zone.add(entry.counts_at, *period);
                if leaves > entry.at {
                    let before = reached(ladder, *sum);
                    *sum += entry.value;
                    leaving.insert(leaving.partition_point(|(other, _)| *other <= leaves), (leaves, entry.value));
                    if before > reached(ladder, *sum) && !demoting {
                        self.holds.push((zone.add(entry.at, ladder.grace), before));
                    }
                }
            }
            Count::Lifetime { sum, peak } => {
                *sum += entry.value;
                *peak = if demoting { reached(ladder, *sum) } else { reached(ladder, *sum).max(*peak) };
            }
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
                let ends = stretches.iter().flat_map(|one| [one.window.end, one.peak_until, one.last_until]);
                ends.filter(|end| end > reviewed).min()
            }
            Count::Rolling { leaving, .. } => leaving.front().map(|(at, _)| *at),
            Count::Lifetime { .. } => None,
        };
        next_hold.into_iter().chain(next_count).min()
    }

    fn review(&mut self, at: Timestamp) {
        let ladder = self.ladder;
        match &mut self.count {
            Count::Calendar { stretches, reviewed, .. } => {
                *reviewed = at;
                for one in stretches.iter_mut().filter(|one| one.window.end <= at) {
                    one.last.get_or_insert(reached(ladder, one.sum));
                }
                stretches.retain(|one| at < one.peak_until || at < one.last_until);
            }
            Count::Rolling { sum, leaving, .. } => {
                let before = reached(ladder, *sum);
                while let Some((_, value)) = leaving.front().filter(|(leaves, _)| *leaves <= at) {
                    *sum -= value;
                    leaving.pop_front();
                }
                if before > reached(ladder, *sum) {
                    self.holds.push((self.zone.add(at, ladder.grace), before));
                }
            }
            Count::Lifetime { .. } => {}
        }
        self.settle(at, true);
    }

    /// Brings the level to what is earned and held at an instant.
    fn settle(&mut self, at: Timestamp, softly: bool) {
        self.holds.retain(|(until, _)| *until > at);
        let ladder = self.ladder;
        let counted = match &self.count {
            Count::Calendar { stretches, .. } => {
                stretches.iter().map(|one| one.level(at, ladder)).max().unwrap_or(0).max(reached(ladder, 0))
            }
            Count::Rolling { sum, .. } => reached(ladder, *sum),
            Count::Lifetime { peak, .. } => *peak,
        };
        let held = self.holds.iter().map(|(_, level)| *level).max().unwrap_or(0);
        let mut level = counted.max(held);
        if ladder.soft_landing && softly && level + 1 < self.level {
            level = self.level - 1;
            self.holds.push((self.next_landing(at), level));
        }
        if level != self.level {
            self.level = level;
            self.changes.push((at, level));
        }
    }

    fn next_landing(&self, at: Timestamp) -> Timestamp {
        let end = match &self.count {
            Count::Calendar { unit, .. } => self.zone.window(self.zone.date(at), *unit).end,
            Count::Rolling { .. } | Count::Lifetime { .. } => at,
        };
        self.zone.add(end, self.ladder.grace)
    }
}

fn stretch(zone: &Zone, unit: CalendarUnit, entry: Entry, ladder: &Ladder) -> Stretch {
    let window = zone.window(zone.date(entry.counts_at), unit);
    let last_day = zone.date(window.end.saturating_add_micros(-1));
    let kept = last_day.start_of(unit).saturating_add(unit.times(ladder.keep.into()));
    Stretch {
        window,
        sum: 0,
        peak: 0,
        last: (window.end <= entry.at).then_some(0),
        peak_until: zone.add(window.end, ladder.grace),
        last_until: zone.add(zone.window(kept, unit).end, ladder.grace),
    }
}
