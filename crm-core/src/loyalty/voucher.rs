//! Vouchers: what was claimed, its code, and what became of it.

use serde::{Deserialize, Serialize};

use super::account::{Account, PointsDecision};
use super::code::{code_of, normalised};
use super::fields::{
    CANCELLED_AT, CLAIMED, CLAIMED_AT, CODE, MEMBER, MONEY, POINTS_FIELD, PROGRAMME, REWARD, REWARD_TALLY, USED_AT,
    USED_BY, VALID_UNTIL, VERSION, VOUCHER, WORTH,
};
use super::{Cancellation, Redemption, Reward, RewardOutcome, Shelf};
use crate::base::{CustomerId, Env, Error, Id, Kind, Money, Name, ProgrammeId, Result, Text, Timestamp, Value};
use crate::record::{Key, Record, Stored};

/// A member's wish to have a reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which one. A claim is granted once, however often it is delivered.
    pub id: Id,
    /// Who.
    pub member: CustomerId,
    /// The reward.
    pub reward: Name,
    /// When.
    pub at: Timestamp,
    /// The segments that the member belongs to, for rewards that are for some.
    #[serde(default)]
    pub segments: Vec<Name>,
}

/// The use of a voucher: it is handed in, or what it stands for is handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherUse {
    /// Which one. A use that is delivered again is the same use.
    pub id: Id,
    /// The code, as it was typed.
    pub code: Text,
    /// When.
    pub at: Timestamp,
}

/// A reward that was claimed. It can be used once, until it is used, cancelled or over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Voucher {
    /// The claim.
    pub id: Id,
    /// The programme.
    pub programme: ProgrammeId,
    /// Whose it is.
    pub member: CustomerId,
    /// The reward.
    pub reward: Name,
    /// The version of the programme under which it was claimed.
    pub version: u32,
    /// The code that it is used with. Whoever knows it can use the voucher.
    pub code: Text,
    /// What it cost in points. The claim is the cause of the redemption.
    pub points: i64,
    /// What is paid in money besides.
    pub money: Option<Money>,
    /// What it is worth to the business.
    pub worth: Option<Money>,
    /// When it was claimed.
    pub claimed_at: Timestamp,
    /// It can be used before this instant; for ever if there is none.
    pub valid_until: Option<Timestamp>,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// By which use.
    pub used_by: Option<Id>,
    /// When it was cancelled.
    pub cancelled_at: Option<Timestamp>,
}

impl Voucher {
    /// Whether it was cancelled.
    pub const fn is_cancelled(&self) -> bool {
        self.cancelled_at.is_some()
    }

    /// The code as it was given out, however it was typed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is mistyped.
    pub fn read_code(typed: &str) -> Result<Text> {
        normalised(typed)
    }

    /// The key under which the record of a voucher is found by its code, as it was given out.
    pub fn key(code: &Text) -> Key {
        Key::unique(CODE, code.clone())
    }

    /// The voucher, used. The same use changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`] when it was used, cancelled or is over; [`Error::Invalid`] when `at` lies in the future or before
    /// the claim.
    pub fn used(&self, by: &VoucherUse, env: &Env<'_>) -> Result<Self> {
        if self.used_by == Some(by.id) {
            return Ok(self.clone());
        }
        self.check(by.at, env.now)?;
        if self.valid_until.is_some_and(|until| by.at >= until) {
            return Err(Error::denied("the time of the voucher is over"));
        }
        Ok(Self { used_at: Some(by.at), used_by: Some(by.id), ..self.clone() })
    }

    fn check(&self, at: Timestamp, now: Timestamp) -> Result<()> {
        if at > now || at < self.claimed_at {
            return Err(Error::invalid("at", "lies in the future, or before the claim"));
        }
        if self.is_cancelled() {
            return Err(Error::denied("the voucher was cancelled"));
        }
        if self.used_at.is_some() { Err(Error::denied("the voucher was used")) } else { Ok(()) }
    }

    /// Writes it into its record.
    pub fn write(&self, mut record: Record) -> Record {
        record.subject = Some(self.member.id());
        record.keys = vec![Self::key(&self.code)];
        let fields = &mut record.fields;
        fields.set(PROGRAMME, self.programme.id());
        fields.set(MEMBER, self.member.id());
        fields.set(REWARD, &self.reward);
        fields.set(VERSION, i64::from(self.version));
        fields.set(CODE, self.code.clone());
        fields.set(POINTS_FIELD, self.points);
        fields.put(MONEY, self.money);
        fields.put(WORTH, self.worth);
        fields.set(CLAIMED_AT, self.claimed_at);
        fields.put(VALID_UNTIL, self.valid_until);
        fields.put(USED_AT, self.used_at);
        fields.put(USED_BY, self.used_by);
        fields.put(CANCELLED_AT, self.cancelled_at);
        record
    }
}

impl Stored for Voucher {
    const KIND: Kind = VOUCHER;

    fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        let id = |field: &Name| fields.require(field, Value::as_id);
        let time = |field: &Name| fields.read(field, Value::as_time);
        let version = u32::try_from(fields.require(&VERSION, Value::as_int)?);
        Ok(Self {
            id: record.id,
            programme: ProgrammeId::new(id(&PROGRAMME)?),
            member: CustomerId::new(id(&MEMBER)?),
            reward: Name::new(fields.require(&REWARD, Value::as_text)?)?,
            version: version.map_err(|_| Error::invalid_at(&VERSION, "not the number of a version"))?,
            code: fields.require(&CODE, Value::as_text)?.into(),
            points: fields.require(&POINTS_FIELD, Value::as_int)?,
            money: fields.read(&MONEY, Value::as_money)?,
            worth: fields.read(&WORTH, Value::as_money)?,
            claimed_at: fields.require(&CLAIMED_AT, Value::as_time)?,
            valid_until: time(&VALID_UNTIL)?,
            used_at: time(&USED_AT)?,
            used_by: fields.read(&USED_BY, Value::as_id)?,
            cancelled_at: time(&CANCELLED_AT)?,
        })
    }
}

/// What was claimed of a reward and not cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RewardTally {
    /// The programme.
    pub programme: ProgrammeId,
    /// The reward.
    pub reward: Name,
    /// How many.
    pub claimed: u32,
    /// What they are worth.
    pub worth: Option<Money>,
}

impl RewardTally {
    /// The id of the record of a reward's tally.
    pub fn id_of(programme: ProgrammeId, reward: &Name) -> Id {
        Id::derived("crm-core/loyalty/tally", &format!("{programme}/{reward}"))
    }

    /// The tally with one more claim, or one less.
    fn moved(&self, voucher: &Voucher, by: i32) -> Result<Self> {
        let worth = match (self.worth, voucher.worth) {
            (Some(sum), Some(one)) if by > 0 => Some(sum.checked_add(one)?),
            (Some(sum), Some(one)) => Some(sum.checked_sub(one)?),
            (None, one) if by > 0 => one,
            (sum, _) => sum,
        };
        Ok(Self { claimed: self.claimed.saturating_add_signed(by), worth, ..self.clone() })
    }

    /// Writes it into its record.
    pub fn write(&self, mut record: Record) -> Record {
        record.fields.set(PROGRAMME, self.programme.id());
        record.fields.set(REWARD, &self.reward);
        record.fields.set(CLAIMED, i64::from(self.claimed));
        record.fields.put(WORTH, self.worth);
        record
    }
}

impl Stored for RewardTally {
    const KIND: Kind = REWARD_TALLY;

    fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        let claimed = u32::try_from(fields.require(&CLAIMED, Value::as_int)?);
        Ok(Self {
            programme: ProgrammeId::new(fields.require(&PROGRAMME, Value::as_id)?),
            reward: Name::new(fields.require(&REWARD, Value::as_text)?)?,
            claimed: claimed.map_err(|_| Error::invalid_at(&CLAIMED, "not a count"))?,
            worth: fields.read(&WORTH, Value::as_money)?,
        })
    }
}

/// What a claim, or its cancellation, writes: all of it or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Claimed {
    /// The voucher.
    pub voucher: Voucher,
    /// The movements of points.
    pub decision: PointsDecision,
    /// The tally of the reward.
    pub tally: RewardTally,
}

impl Account<'_> {
    /// Grants a claim: the points are spent, the voucher is issued, and the reward's tally grows.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such reward; [`Error::Denied`] with the reason when the member cannot have it;
    /// [`Error::Invalid`] for a claim of another member or in the future.
    pub fn claim(&self, claim: &Claim, shelf: &Shelf, env: &Env<'_>) -> Result<Claimed> {
        self.check(claim.member, claim.at, env.now)?;
        let programme = self.programme.id;
        let unknown = || Error::not_found("reward", RewardTally::id_of(programme, &claim.reward));
        let version = self.programme.at(claim.at).ok_or_else(unknown)?;
        let mut rewards = version.definition.rewards.iter();
        let reward: &Reward = rewards.find(|reward| reward.name == claim.reward).ok_or_else(unknown)?;
        let outcome = self.may_claim(reward, claim.at, &claim.segments, shelf)?;
        if outcome != RewardOutcome::Available {
            return Err(Error::denied(outcome.reason()));
        }
        let (unit, points) = (reward.unit.clone(), reward.points);
        let redemption = Redemption { id: claim.id, member: claim.member, unit, points, at: claim.at };
        let decision = if points > 0 { self.redeem(&redemption, env)? } else { PointsDecision::default() };
        let voucher = Voucher {
            id: claim.id,
            programme,
            member: claim.member,
            reward: claim.reward.clone(),
            version: version.number,
            code: code_of(env.id()),
            points,
            money: reward.money,
            worth: reward.worth,
            claimed_at: claim.at,
            valid_until: reward.valid.map(|valid| version.definition.zone.add(claim.at, valid)),
            used_at: None,
            used_by: None,
            cancelled_at: None,
        };
        let none = RewardTally { programme, reward: claim.reward.clone(), claimed: 0, worth: None };
        let tally = shelf.tally(&claim.reward).unwrap_or(&none).moved(&voucher, 1)?;
        Ok(Claimed { voucher, decision, tally })
    }

    /// Takes a voucher back that was not used: its points go back to the lots that they came from, and the reward can be
    /// claimed by somebody else.
    ///
    /// # Errors
    /// [`Error::Denied`] when it was used or cancelled; [`Error::Invalid`] when `at` lies in the future or before the claim.
    pub fn take_back(&self, voucher: &Voucher, tally: &RewardTally, at: Timestamp, env: &Env<'_>) -> Result<Claimed> {
        voucher.check(at, env.now)?;
        let id = Id::derived("crm-core/loyalty/voucher", &voucher.id.to_string());
        let cancellation = Cancellation { id, redemption: voucher.id, points: None, at };
        let decision = if voucher.points > 0 { self.cancel(&cancellation, env)? } else { PointsDecision::default() };
        let tally = tally.moved(voucher, -1)?;
        Ok(Claimed { voucher: Voucher { cancelled_at: Some(at), ..voucher.clone() }, decision, tally })
    }
}
