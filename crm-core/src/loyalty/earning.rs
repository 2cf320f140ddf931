//! Earning: points for purchases and for joining.

use super::account::{Account, PointsDecision};
use super::assess::{Award, Plan};
use super::tier::climb;
use super::{Movement, MovementKind, Purchase, Version};
use crate::base::{CustomerId, Env, Error, Id, Name, ProgrammeId, Result, Timestamp};

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
        let mut awards = Vec::new();
        let scale = version.scale();
        let climb = scale.as_ref().map(|scale| climb(scale, &self.entries(scale), purchase.at, false));
        Plan::new(version).purchase(purchase, climb.and_then(|climb| climb.tier()), &mut awards)?;
        let mut openings = self.open(version, &awards, purchase.id, purchase.at, now)?;
        if openings.is_empty() {
            // The mark of a purchase that was looked at.
            let unit = version.definition.unit(None)?;
            openings.push(self.opening(version, unit, MovementKind::Earned, purchase.id, (purchase.at, 0), now)?);
        }
        openings[0].amount = Some(purchase.amount);
        self.settle_with(openings, purchase.id, now)
    }

    /// The tier of the member on the ladder of a version, by what happened before an instant.
    pub(super) fn tier_before(&self, version: &Version, at: Timestamp) -> Option<Name> {
        let scale = version.scale()?;
        climb(&scale, &self.entries(&scale), at, false).tier().map(|tier| tier.name.clone())
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
        Plan::new(version).sign_up(at, &mut awards);
        let openings = self.open(version, &awards, cause, at, now)?;
        self.settle_with(openings, cause, now)
    }

    fn open(
        &self,
        version: &Version,
        awards: &[Award],
        cause: Id,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Movement>> {
        let definition = &version.definition;
        let one = |award: &Award| {
            let unit = definition.units.get(usize::from(award.unit));
            let unit = unit.ok_or_else(|| Error::invalid("unit", "the programme has no such unit"))?;
            let rule = definition.rules.get(usize::from(award.rule)).map(|rule| &rule.name);
            let life = unit.life(&definition.zone, at);
            self.scribe(&unit.name, now).opening(MovementKind::Earned, cause, rule, (at, award.points), life)
        };
        awards.iter().map(one).collect()
    }
}

/// The cause of the points for joining.
pub(super) fn joining(programme: ProgrammeId, member: CustomerId) -> Id {
    Id::derived("crm-core/loyalty/join", &format!("{programme}/{member}"))
}
