//! Earning: points for purchases, for activities and for joining.

use super::account::{Account, PointsDecision};
use super::assess::{Award, Occasion, Plan};
use super::past::Past;
use super::tier::climb;
use super::{Activity, Movement, MovementKind, Purchase, Tier, Version};
use crate::base::{CustomerId, Env, Error, Id, ProgrammeId, Result, Timestamp};

impl Account<'_> {
    /// Awards the points that a purchase earns, under the version of the programme and in the tier that applied when it
    /// was made. What happened at the very instant of the purchase does not count for that tier.
    ///
    /// Nothing is earned before the programme began.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a purchase of another member or in the future, and as [`Version::simulate`].
    pub fn earn(&self, purchase: &Purchase, env: &Env<'_>) -> Result<PointsDecision> {
        self.earn_at(purchase, env.now)
    }

    pub(super) fn earn_at(&self, purchase: &Purchase, now: Timestamp) -> Result<PointsDecision> {
        self.check(purchase.member, purchase.at, now)?;
        let known = self.caused_by(purchase.id).any(|one| one.kind == MovementKind::Earned);
        let Some(version) = self.programme.at(purchase.at).filter(|_| !known) else {
            return Ok(PointsDecision::default());
        };
        let awards = self.awards(version, Occasion::Purchase(purchase), purchase.at)?;
        let mut openings = self.open(version, &awards, (purchase.id, purchase.held), purchase.at, now)?;
        if openings.is_empty() {
            // The mark of a purchase that was looked at.
            let unit = version.definition.unit(None)?;
            openings.push(self.opening(version, unit, MovementKind::Earned, purchase.id, (purchase.at, 0), now)?);
        }
        openings[0].amount = Some(purchase.amount);
        self.settle_with(openings, purchase.id, now)
    }

    /// Awards the points that an activity earns, under the version of the programme and in the tier that applied then.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an activity of another member or in the future; [`Error::Denied`] when the other customer in
    /// it is the member.
    pub fn credit(&self, activity: &Activity, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(activity.member, activity.at, now)?;
        check_activity(activity)?;
        let cause = activity.cause(self.programme.id);
        let known = self.caused_by(cause).any(|one| one.kind == MovementKind::Earned);
        let Some(version) = self.programme.at(activity.at).filter(|_| !known) else {
            return Ok(PointsDecision::default());
        };
        let awards = self.awards(version, Occasion::Activity(activity, cause), activity.at)?;
        let mut openings = self.open(version, &awards, (cause, false), activity.at, now)?;
        if openings.is_empty() {
            // The mark of an activity that was looked at: missions count it.
            let unit = version.definition.unit(None)?;
            openings.push(self.opening(version, unit, MovementKind::Earned, cause, (activity.at, 0), now)?);
        }
        for opening in &mut openings {
            opening.reason = Some(activity.activity.clone());
        }
        self.settle_with(openings, cause, now)
    }

    /// The tier of the member on the ladder of a version, by what happened before an instant.
    pub(super) fn tier_before<'v>(&self, version: &'v Version, at: Timestamp) -> Option<&'v Tier> {
        let scale = version.scale()?;
        let level = climb(&scale, &self.entries(&scale), at, false).level();
        version.definition.tiers.as_ref()?.tiers.get(level.checked_sub(1)?)
    }

    /// What is known of the member's past.
    pub(super) fn past(&self) -> Past<'_> {
        Past::read(self.programme_movements())
    }

    fn awards(&self, version: &Version, occasion: Occasion<'_>, at: Timestamp) -> Result<Vec<Award>> {
        let plan = Plan::new(version);
        let past = if plan.looks_back { self.past() } else { Past::default() };
        let mut awards = Vec::new();
        plan.award(occasion, self.tier_before(version, at), &past, &mut awards)?;
        Ok(awards)
    }

    /// Awards the points for joining the programme. A member joins once.
    ///
    /// # Errors
    /// [`Error::Invalid`] when `at` lies in the future.
    pub fn join(&self, at: Timestamp, env: &Env<'_>) -> Result<PointsDecision> {
        let now = env.now;
        self.check(self.member, at, now)?;
        let cause = joining(self.programme.id, self.member);
        let known = self.caused_by(cause).next().is_some();
        let Some(version) = self.programme.at(at).filter(|_| !known) else { return Ok(PointsDecision::default()) };
        let mut awards = Vec::new();
        Plan::new(version).award(Occasion::Join(at), None, &self.past(), &mut awards)?;
        let openings = self.open(version, &awards, (cause, false), at, now)?;
        self.settle_with(openings, cause, now)
    }

    fn open(
        &self,
        version: &Version,
        awards: &[Award],
        (cause, held): (Id, bool),
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Movement>> {
        let definition = &version.definition;
        let one = |award: &Award| {
            let unit = definition.units.get(usize::from(award.unit));
            let unit = unit.ok_or_else(|| Error::invalid("unit", "the programme has no such unit"))?;
            let rule = definition.rules.get(usize::from(award.rule)).map(|rule| &rule.name);
            let life = unit.life(&definition.zone, at).waiting(held || unit.waits(award.points));
            self.scribe(&unit.name, now).opening(MovementKind::Earned, cause, rule, (at, award.points), life)
        };
        awards.iter().map(one).collect()
    }
}

/// Nobody refers themselves.
pub(super) fn check_activity(activity: &Activity) -> Result<()> {
    if activity.with == Some(activity.member) {
        return Err(Error::denied("a member is not the other customer in an activity"));
    }
    Ok(())
}

/// The cause of the points for joining.
pub(super) fn joining(programme: ProgrammeId, member: CustomerId) -> Id {
    Id::derived("crm-core/loyalty/join", &format!("{programme}/{member}"))
}
