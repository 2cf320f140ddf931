//! Campaigns: whom to contact, for what, how and when.

use serde::{Deserialize, Serialize};

use super::fields::{CAMPAIGN, CHANNEL, ENDS_AT, HOLDOUT, NAME, PURPOSE, SALT, SEGMENT, STARTS_AT};
use crate::base::{
    CampaignId, Channel, CustomerId, Env, Error, Id, Kind, Name, Result, SegmentId, Value, Window, digest_of,
};
use crate::change::ChangeSet;
use crate::record::{Record, Stored};

/// Everybody, in basis points.
pub const EVERYBODY: u16 = 10_000;

/// A campaign, as a host has defined it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Campaign {
    /// The name by which it is known. It never changes.
    pub name: Name,
    /// The purpose for which people are contacted. It decides who may be.
    pub purpose: Name,
    /// The channel on which they are contacted.
    pub channel: Channel,
    /// The segment of those whom it is meant for.
    pub segment: SegmentId,
    /// When messages may be sent.
    pub window: Window,
    /// The share of people who are left out on purpose, in basis points (1 % = 100), so that those who were contacted
    /// can be compared with them.
    pub holdout: u16,
    /// What the drawing of the holdout depends on beside the customer. Campaigns with the same salt leave out the same
    /// people.
    pub salt: Name,
}

impl Campaign {
    /// A campaign without a holdout, whose salt is its name.
    pub fn new(name: Name, purpose: Name, channel: Channel, segment: SegmentId, window: Window) -> Self {
        Self { salt: name.clone(), name, purpose, channel, segment, window, holdout: 0 }
    }

    /// Leaves out a share of people, in basis points.
    #[must_use]
    pub const fn holdout(mut self, basis_points: u16) -> Self {
        self.holdout = basis_points;
        self
    }

    /// The id. It follows from the name.
    pub fn id(&self) -> CampaignId {
        Self::id_of(&self.name)
    }

    /// The id of the campaign of a name.
    pub fn id_of(name: &Name) -> CampaignId {
        CampaignId::new(Id::derived("crm-core/campaign", name.as_str()))
    }

    /// Whether somebody belongs to the holdout. It depends on the salt and the customer and on nothing else; a larger
    /// holdout holds everybody of a smaller one.
    pub fn holds_out(&self, customer: CustomerId) -> bool {
        draw(&self.salt, customer.id()) < self.holdout
    }

    fn check(&self) -> Result<()> {
        if self.window.is_empty() {
            return Err(Error::invalid_at(&ENDS_AT, "the campaign ends before it starts"));
        }
        if self.holdout > EVERYBODY {
            return Err(Error::invalid_at(&HOLDOUT, "at most 10000 basis points"));
        }
        Ok(())
    }

    fn write(&self, mut record: Record) -> Record {
        let fields = &mut record.fields;
        fields.set(NAME, &self.name);
        fields.set(PURPOSE, &self.purpose);
        fields.set(CHANNEL, self.channel.word());
        fields.set(SEGMENT, self.segment.id());
        fields.set(STARTS_AT, self.window.start);
        fields.set(ENDS_AT, self.window.end);
        fields.set(HOLDOUT, i32::from(self.holdout));
        fields.set(SALT, &self.salt);
        record
    }
}

impl Stored for Campaign {
    const KIND: Kind = CAMPAIGN;

    fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        let name = |field: &Name| Name::new(fields.require(field, Value::as_text)?);
        let holdout = u16::try_from(fields.require(&HOLDOUT, Value::as_int)?);
        Ok(Self {
            name: name(&NAME)?,
            purpose: name(&PURPOSE)?,
            channel: fields.require(&CHANNEL, Value::as_text)?.parse()?,
            segment: SegmentId::new(fields.require(&SEGMENT, Value::as_id)?),
            window: Window::new(
                fields.require(&STARTS_AT, Value::as_time)?,
                fields.require(&ENDS_AT, Value::as_time)?,
            )?,
            holdout: holdout.map_err(|_| Error::invalid_at(&HOLDOUT, "out of range"))?,
            salt: name(&SALT)?,
        })
    }
}

/// Defines a campaign, or changes it. `known` is the record with its id, if there is one. Nothing is written when
/// nothing changes.
///
/// # Errors
/// [`Error::Invalid`] when the definition contradicts itself; [`Error::Denied`] when anything but the end changes after
/// the campaign has begun, for then its parts could no longer be compared.
pub fn define_campaign(known: Option<&Record>, campaign: &Campaign, env: &Env<'_>) -> Result<ChangeSet> {
    campaign.check()?;
    let mut changes = ChangeSet::new(env.now);
    let Some(record) = known else {
        changes.put(campaign.write(Record::new(CAMPAIGN, campaign.id().into())));
        return Ok(changes);
    };
    let old = Campaign::from_record(record)?;
    if old.name != campaign.name {
        return Err(Error::invalid_at(&NAME, "the record belongs to another campaign"));
    }
    let prolonged = Campaign { window: Window { end: campaign.window.end, ..old.window }, ..old.clone() };
    if env.now >= old.window.start && *campaign != prolonged {
        return Err(Error::denied("the campaign has begun: only its end can change"));
    }
    if *campaign != old {
        changes.put(campaign.write(record.next()));
    }
    Ok(changes)
}

/// Draws a number below 10,000 for something, the same for the same salt: the upper part of XXH3-64.
pub fn draw(salt: &Name, id: Id) -> u16 {
    let hash = digest_of(|out| {
        out.bytes(salt.as_str().as_bytes());
        out.fixed(id.as_bytes());
    });
    ((u128::from(hash) * u128::from(EVERYBODY)) >> 64) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{CountedIds, Timestamp};
    use crate::change::Change;

    fn campaign() -> Campaign {
        let window = Window::new("2026-03-01T00:00:00Z".parse().unwrap(), "2026-04-01T00:00:00Z".parse().unwrap());
        let segment = SegmentId::new(Id::derived("test", "at risk"));
        Campaign::new(
            Name::from_static("win-back"),
            Name::from_static("offers"),
            Channel::Email,
            segment,
            window.unwrap(),
        )
        .holdout(1_000)
    }

    fn define(known: Option<&Record>, campaign: &Campaign, now: &str) -> Result<Option<Record>> {
        let ids = CountedIds::from(1);
        let changes = define_campaign(known, campaign, &Env::new(now.parse().unwrap(), &ids))?;
        let put = |change| if let Change::Put(record) = change { Some(record) } else { None };
        Ok(changes.changes.into_iter().find_map(put))
    }

    const BEFORE: &str = "2026-02-01T00:00:00Z";
    const DURING: &str = "2026-03-01T00:00:00Z";

    #[test]
    fn a_campaign_survives_its_record() {
        let record = define(None, &campaign(), BEFORE).unwrap().unwrap();
        assert_eq!(Campaign::from_record(&record).unwrap(), campaign());
        assert_eq!(record.id, campaign().id().id());
        assert_eq!(define(Some(&record), &campaign(), DURING).unwrap(), None);
    }

    #[test]
    fn once_it_has_begun_only_its_end_can_change() {
        let record = define(None, &campaign(), BEFORE).unwrap().unwrap();
        let smaller = campaign().holdout(500);
        assert_eq!(define(Some(&record), &smaller, BEFORE).unwrap().unwrap().version, 2);
        assert!(define(Some(&record), &smaller, DURING).is_err());
        let mut longer = campaign();
        longer.window.end = Timestamp::MAX;
        assert!(define(Some(&record), &longer, DURING).unwrap().is_some());
    }

    #[test]
    fn definitions_that_contradict_themselves_are_refused() {
        let mut empty = campaign();
        empty.window.end = empty.window.start;
        assert!(define(None, &empty, BEFORE).is_err());
        assert!(define(None, &campaign().holdout(10_001), BEFORE).is_err());
    }

    #[test]
    fn the_draw_is_even_and_depends_on_the_salt() {
        let salts = [Name::from_static("a"), Name::from_static("b")];
        let ids: Vec<Id> = (0..20_000).map(|n| Id::derived("test", &n.to_string())).collect();
        let mut both = 0;
        let mut tenths = [0_u32; 10];
        for id in &ids {
            let [a, b] = salts.each_ref().map(|salt| draw(salt, *id));
            tenths[usize::from(a / 1_000)] += 1;
            both += u32::from(a < 1_000 && b < 1_000);
        }
        // Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand draws.
        let chi: f64 = tenths.iter().map(|n| (f64::from(*n) - 2_000.0).powi(2) / 2_000.0).sum();
        assert!(chi < 27.9, "{tenths:?}");
        // Independent draws share 1 % of 20,000, give or take four standard deviations of 14.
        assert!((144..=256).contains(&both), "{both}");
    }

    #[test]
    fn a_holdout_of_one_basis_point_begins_at_the_lowest_draw() {
        let customers = (0..1_000_000).map(|n| CustomerId::new(Id::derived("test", &n.to_string())));
        let lowest = customers.into_iter().find(|customer| draw(&campaign().salt, customer.id()) == 0).unwrap();
        assert!(!campaign().holdout(0).holds_out(lowest));
        assert!(campaign().holdout(1).holds_out(lowest));
    }

    #[test]
    fn a_larger_holdout_holds_everybody_of_a_smaller_one() {
        for n in 0..1_000 {
            let customer = CustomerId::new(Id::derived("test", &n.to_string()));
            assert!(!campaign().holdout(0).holds_out(customer));
            assert!(campaign().holdout(EVERYBODY).holds_out(customer));
            assert!(!campaign().holdout(500).holds_out(customer) || campaign().holdout(1_500).holds_out(customer));
        }
    }
}
