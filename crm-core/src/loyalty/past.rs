//! The past of a member, for rules that look back: caps, first purchases, missions and streaks.

use super::cap::Used;
use super::{Movement, MovementKind};
use crate::base::{CalendarUnit, Id, Name, Timestamp, Window, Zone};

/// What a member did that could earn, and what it earned, as far as it is known.
#[derive(Clone, Debug, Default)]
pub(super) struct Past<'a> {
    /// In the order of time.
    occasions: Vec<Seen<'a>>,
    awards: Vec<Given<'a>>,
}

/// A purchase, or an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Seen<'a> {
    pub(super) at: Timestamp,
    pub(super) cause: Id,
    /// Which activity; nothing for a purchase.
    pub(super) activity: Option<&'a Name>,
}

/// What a rule awarded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a> {
    pub(super) at: Timestamp,
    pub(super) cause: Id,
    pub(super) rule: &'a Name,
    pub(super) unit: &'a Name,
    pub(super) points: i64,
}

impl<'a> Past<'a> {
    /// The past that movements tell of.
    pub(super) fn read(movements: impl Iterator<Item = &'a Movement>) -> Self {
        let mut past = Self::default();
        for one in movements.filter(|one| one.kind == MovementKind::Earned) {
            let (at, cause, unit, points) = (one.at, one.cause, &one.unit, one.points);
            past.awards.extend(one.rule.as_ref().map(|rule| Given { at, cause, rule, unit, points }));
            if one.amount.is_some() || one.reason.is_some() {
                past.occasions.push(Seen { at, cause, activity: one.reason.as_ref() });
            }
        }
        past.occasions.sort_unstable();
        past.occasions.dedup();
        past
    }

    pub(super) fn clear(&mut self) {
        self.occasions.clear();
        self.awards.clear();
    }

    /// Takes in an occasion, the latest so far.
    pub(super) fn saw(&mut self, occasion: Seen<'a>) {
        self.occasions.push(occasion);
    }

    pub(super) fn gave(&mut self, award: Given<'a>) {
        self.awards.push(award);
    }

    /// Whether a purchase is known.
    pub(super) fn has_bought(&self) -> bool {
        self.occasions.iter().any(|one| one.activity.is_none())
    }

    /// What a rule awarded in a window, or ever.
    pub(super) fn by_rule(&self, rule: &Name, window: Option<Window>) -> Used {
        self.used(window, |award| award.rule == rule)
    }

    /// What all rules awarded in a unit in a window, or ever.
    pub(super) fn in_unit(&self, unit: &Name, window: Option<Window>) -> Used {
        self.used(window, |award| award.unit == unit)
    }

    fn used(&self, window: Option<Window>, own: impl Fn(&Given<'_>) -> bool) -> Used {
        let inside = |award: &&Given<'_>| own(award) && window.is_none_or(|window| window.contains(award.at));
        self.awards.iter().filter(inside).fold(Used::default(), |sum, award| Used {
            points: sum.points.saturating_add(award.points),
            times: sum.times + 1,
        })
    }

    /// How many occasions of a sort count towards a mission with a present one: those after an instant that no award of
    /// the mission has used up. Nothing if a later award has.
    pub(super) fn progress(&self, rule: &Name, sort: Option<&Name>, present: Seen<'_>, after: Timestamp) -> u32 {
        let last = self.awards.iter().filter(|award| award.rule == rule).map(|award| (award.at, award.cause)).max();
        let now = (present.at, present.cause);
        if last.is_some_and(|last| last > now) {
            return 0;
        }
        let counts = |one: &&Seen<'_>| {
            let place = (one.at, one.cause);
            one.activity == sort && one.at > after && place < now && last.is_none_or(|last| place > last)
        };
        self.occasions.iter().filter(counts).count() as u32 + 1
    }

    /// How many calendar periods in a row, the present one included, have an occasion of a sort and no award of the
    /// streak, counted up to `most`. Nothing if the present period or a later one has been rewarded.
    pub(super) fn streak(
        &self,
        rule: &Name,
        sort: Option<&Name>,
        (at, zone, unit): (Timestamp, &Zone, CalendarUnit),
        most: u32,
    ) -> u32 {
        let mut window = zone.window(zone.date(at), unit);
        let rewarded = |window: Window| self.by_rule(rule, Some(window)).times > 0;
        if rewarded(Window::since(window.start)) {
            return 0;
        }
        let mut count = 1;
        while count < most {
            let before = zone.date(window.start.saturating_add_micros(-1));
            window = zone.window(before, unit);
            let seen = self.occasions.iter().any(|one| one.activity == sort && window.contains(one.at));
            if !seen || rewarded(window) {
                break;
            }
            count += 1;
        }
        count
    }
}
