//! Rewards: what members get for points, and offers that cost none.

use serde::{Deserialize, Serialize};

use super::account::Account;
use super::{RewardTally, Voucher};
use crate::base::{Money, Name, Period, Result, Text, Timestamp};

/// Something that members can claim for points, or for nothing: then it is an offer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reward {
    /// Its name, unique within the programme.
    pub name: Name,
    /// A description, for people.
    #[serde(default)]
    pub doc: Text,
    /// The unit of its price; the programme's first if none is named.
    #[serde(default)]
    pub unit: Option<Name>,
    /// Its price in points; 0 for an offer.
    #[serde(default)]
    pub points: i64,
    /// What the member pays in money besides. The host takes the payment.
    #[serde(default)]
    pub money: Option<Money>,
    /// What one is worth to the business, for the budget.
    #[serde(default)]
    pub worth: Option<Money>,
    /// The most that all that were claimed and not cancelled may be worth together.
    #[serde(default)]
    pub budget: Option<Money>,
    /// How many there are in all; as many as are wanted if nothing is said.
    #[serde(default)]
    pub stock: Option<u32>,
    /// How many one member may claim.
    #[serde(default)]
    pub per_member: Option<u32>,
    /// Only for members in one of these tiers, unless empty.
    #[serde(default)]
    pub tiers: Vec<Name>,
    /// Only for members of one of these segments, unless empty.
    #[serde(default)]
    pub segments: Vec<Name>,
    /// Only at this instant or later.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Only before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// How long after the claim its voucher can be used, to the time of the day in the programme's zone; for ever if nothing
    /// is said.
    #[serde(default)]
    pub valid: Option<Period>,
}

/// A reward in the eyes of one member.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RewardOffer {
    /// The reward.
    pub reward: Name,
    /// The unit of its price.
    pub unit: Name,
    /// Its price in points.
    pub points: i64,
    /// What is paid in money besides.
    pub money: Option<Money>,
    /// How many are left, for the member and in all; nothing if there is no limit.
    pub left: Option<u32>,
    /// Whether the member can claim it, and if not, why.
    pub outcome: RewardOutcome,
}

/// Whether a reward can be claimed, and if not, why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RewardOutcome {
    /// It can be claimed.
    Available,
    /// It is before its time.
    TooEarly,
    /// It is after its time.
    TooLate,
    /// The member is in none of its tiers.
    OtherTier,
    /// The member belongs to none of its segments.
    OtherSegment,
    /// None are left.
    SoldOut,
    /// The budget does not cover another one.
    BudgetSpent,
    /// The member has claimed as many as one may.
    LimitReached,
    /// The member has too few points.
    TooFewPoints {
        /// How many are missing.
        missing: i64,
    },
}

impl RewardOutcome {
    /// The reason for a refusal.
    pub(super) const fn reason(self) -> &'static str {
        match self {
            Self::Available => "the reward can be claimed",
            Self::TooEarly => "the reward cannot be claimed yet",
            Self::TooLate => "the reward cannot be claimed any more",
            Self::OtherTier => "the reward is for other tiers",
            Self::OtherSegment => "the reward is for other segments",
            Self::SoldOut => "none of the reward are left",
            Self::BudgetSpent => "the budget of the reward is spent",
            Self::LimitReached => "the member has claimed as many of the reward as one may",
            Self::TooFewPoints { .. } => "the member has too few points",
        }
    }
}

/// What has to be known of rewards and of one member's vouchers to say what can be claimed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shelf {
    /// What was claimed of the rewards; one that is missing was never claimed.
    pub tallies: Vec<RewardTally>,
    /// The member's vouchers.
    pub vouchers: Vec<Voucher>,
}

impl Shelf {
    pub(super) fn tally(&self, reward: &Name) -> Option<&RewardTally> {
        self.tallies.iter().find(|tally| tally.reward == *reward)
    }
}

impl Account<'_> {
    /// The rewards of the version that applies at an instant, in its order, and whether the member, who belongs to some
    /// segments, can claim each.
    ///
    /// # Errors
    /// [`Error::NotFound`](crate::Error::NotFound) for a programme without versions.
    pub fn rewards(&self, at: Timestamp, segments: &[Name], shelf: &Shelf) -> Result<Vec<RewardOffer>> {
        let Some(version) = self.programme.at(at) else { return Ok(Vec::new()) };
        let offer = |reward: &Reward| {
            let unit = version.definition.unit(reward.unit.as_ref())?;
            Ok(RewardOffer {
                reward: reward.name.clone(),
                unit: unit.name.clone(),
                points: reward.points,
                money: reward.money,
                left: left(reward, shelf),
                outcome: self.may_claim(reward, at, segments, shelf)?,
            })
        };
        version.definition.rewards.iter().map(offer).collect()
    }

    /// Whether the member can claim a reward at an instant.
    pub(super) fn may_claim(
        &self,
        reward: &Reward,
        at: Timestamp,
        segments: &[Name],
        shelf: &Shelf,
    ) -> Result<RewardOutcome> {
        if reward.from.is_some_and(|from| at < from) {
            return Ok(RewardOutcome::TooEarly);
        }
        if reward.until.is_some_and(|until| at >= until) {
            return Ok(RewardOutcome::TooLate);
        }
        let tier = if reward.tiers.is_empty() { None } else { self.tier(at)?.and_then(|standing| standing.tier) };
        if !reward.tiers.is_empty() && !tier.is_some_and(|tier| reward.tiers.contains(&tier)) {
            return Ok(RewardOutcome::OtherTier);
        }
        if !reward.segments.is_empty() && !segments.iter().any(|segment| reward.segments.contains(segment)) {
            return Ok(RewardOutcome::OtherSegment);
        }
        let tally = shelf.tally(&reward.name);
        let claimed = tally.map_or(0, |tally| tally.claimed);
        if reward.stock.is_some_and(|stock| claimed >= stock) {
            return Ok(RewardOutcome::SoldOut);
        }
        if let (Some(budget), Some(worth)) = (reward.budget, reward.worth) {
            let spent = tally.and_then(|tally| tally.worth).unwrap_or(Money::zero(budget.currency()));
            if spent.checked_add(worth)?.minor() > budget.minor() {
                return Ok(RewardOutcome::BudgetSpent);
            }
        }
        if reward.per_member.is_some_and(|most| mine(reward, shelf) >= most) {
            return Ok(RewardOutcome::LimitReached);
        }
        if reward.points > 0 {
            let missing = reward.points - self.balance(reward.unit.as_ref(), at)?.available;
            if missing > 0 {
                return Ok(RewardOutcome::TooFewPoints { missing });
            }
        }
        Ok(RewardOutcome::Available)
    }
}

/// How many of a reward are left for the member.
fn left(reward: &Reward, shelf: &Shelf) -> Option<u32> {
    let claimed = shelf.tally(&reward.name).map_or(0, |tally| tally.claimed);
    let in_all = reward.stock.map(|stock| stock.saturating_sub(claimed));
    let for_member = reward.per_member.map(|most| most.saturating_sub(mine(reward, shelf)));
    in_all.into_iter().chain(for_member).min()
}

/// How many of a reward the member has claimed and not given back.
fn mine(reward: &Reward, shelf: &Shelf) -> u32 {
    shelf.vouchers.iter().filter(|voucher| voucher.reward == reward.name && !voucher.is_cancelled()).count() as u32
}
