//! Purposes: what personal data may be used for, and on which ground.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fields::{
    BASIS, CHANNELS, CONFIRMED_ON, CONSENTS_FROM, DIRECT_MARKETING, KEY, PURPOSE, TITLE, VERIFIED_ONLY, VERSION,
};
use crate::base::{Channel, Env, Error, Id, Name, Result, Text, Value, worded};
use crate::change::ChangeSet;
use crate::record::{Record, Stored};

worded! {
    /// On what a purpose rests (GDPR Art. 6(1)).
    pub enum LawfulBasis: "basis" {
        /// The person has agreed (a).
        Consent = "consent",
        /// It is necessary for a contract with the person (b).
        Contract = "contract",
        /// The law demands it (c).
        LegalObligation = "legal_obligation",
        /// Somebody's life depends on it (d).
        VitalInterest = "vital_interest",
        /// A public task (e).
        PublicTask = "public_task",
        /// A legitimate interest that outweighs the person's (f).
        LegitimateInterest = "legitimate_interest",
    }
}

impl LawfulBasis {
    /// Whether somebody who says "leave me alone" without naming a purpose also means purposes that rest on this: yes
    /// for what is done with consent or in an interest of the business, no for contracts and duties.
    pub const fn can_be_declined(self) -> bool {
        matches!(self, Self::Consent | Self::LegitimateInterest)
    }
}

/// Something that personal data may be used for, as a host has defined it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Purpose {
    /// The name by which consent, campaigns and fields refer to it (`newsletter`).
    pub key: Name,
    /// What people read.
    pub title: Text,
    /// The version of its definition, from 1. Consent names the version that it was given to.
    pub version: u32,
    /// The oldest version whose consents still count. Raised to `version` when the purpose has changed so much that
    /// people must be asked again (GDPR Art. 6(4), 13(3)).
    pub consents_from: u32,
    /// On what it rests.
    pub basis: LawfulBasis,
    /// Whether it is direct marketing, so that an objection needs no reason (GDPR Art. 21(2)).
    pub direct_marketing: bool,
    /// The channels on which people may be contacted for it. None: it contacts nobody.
    pub channels: BTreeSet<Channel>,
    /// Those of them on which a declaration counts once it was confirmed from the contact point itself (double opt-in).
    pub confirmed_on: BTreeSet<Channel>,
    /// Whether only verified contact points may be used.
    pub verified_only: bool,
}

impl Purpose {
    /// Direct marketing by consent, which on the e-mail channel has to be confirmed (double opt-in).
    pub fn marketing(key: Name, title: &str, channels: impl IntoIterator<Item = Channel>) -> Self {
        let channels: BTreeSet<Channel> = channels.into_iter().collect();
        let confirmed_on = channels.iter().copied().filter(|channel| *channel == Channel::Email).collect();
        Self {
            basis: LawfulBasis::Consent,
            direct_marketing: true,
            confirmed_on,
            ..Self::service(key, title, channels)
        }
    }

    /// What a contract makes necessary: confirmations, invoices, changes of an appointment.
    pub fn service(key: Name, title: &str, channels: impl IntoIterator<Item = Channel>) -> Self {
        Self {
            key,
            title: title.into(),
            version: 1,
            consents_from: 1,
            basis: LawfulBasis::Contract,
            direct_marketing: false,
            channels: channels.into_iter().collect(),
            confirmed_on: BTreeSet::new(),
            verified_only: false,
        }
    }

    /// The id of a purpose's record: it follows from the key, so that a key names one purpose in every store.
    pub fn id(key: &Name) -> Id {
        Id::derived("crm-core/purpose", key.as_str())
    }

    /// Whether a refusal, withdrawal or objection that names no purpose means this one too.
    pub const fn can_be_declined(&self) -> bool {
        self.direct_marketing || self.basis.can_be_declined()
    }

    fn check(&self) -> Result<()> {
        if self.version == 0 || self.consents_from == 0 || self.consents_from > self.version {
            return Err(Error::invalid("consents_from", "lies between 1 and the purpose's version"));
        }
        if !self.confirmed_on.is_subset(&self.channels) {
            return Err(Error::invalid("confirmed_on", "names a channel that the purpose does not use"));
        }
        Ok(())
    }

    fn write(&self, mut record: Record) -> Record {
        let words = |channels: &BTreeSet<Channel>| {
            channels.iter().map(|channel| Text::from_static(channel.word())).collect::<Vec<_>>()
        };
        let fields = &mut record.fields;
        fields.set(KEY, &self.key);
        fields.set(TITLE, self.title.clone());
        fields.set(VERSION, self.version);
        fields.set(CONSENTS_FROM, self.consents_from);
        fields.set(BASIS, self.basis.word());
        fields.set(DIRECT_MARKETING, self.direct_marketing);
        fields.set(CHANNELS, words(&self.channels));
        fields.set(CONFIRMED_ON, words(&self.confirmed_on));
        fields.set(VERIFIED_ONLY, self.verified_only);
        record
    }
}

impl Stored for Purpose {
    const KIND: crate::base::Kind = PURPOSE;

    fn from_record(record: &Record) -> Result<Self> {
        let fields = &record.fields;
        let number = |name: &Name| {
            u32::try_from(fields.require(name, Value::as_int)?).map_err(|_| Error::invalid_at(name, "out of range"))
        };
        let channels = |name: &Name| -> Result<BTreeSet<Channel>> {
            fields.require(name, Value::as_texts)?.iter().map(|word| word.parse()).collect()
        };
        Ok(Self {
            key: Name::new(fields.require(&KEY, Value::as_text)?)?,
            title: fields.require(&TITLE, Value::as_text)?.into(),
            version: number(&VERSION)?,
            consents_from: number(&CONSENTS_FROM)?,
            basis: fields.require(&BASIS, Value::as_text)?.parse()?,
            direct_marketing: fields.require(&DIRECT_MARKETING, Value::as_bool)?,
            channels: channels(&CHANNELS)?,
            confirmed_on: channels(&CONFIRMED_ON)?,
            verified_only: fields.require(&VERIFIED_ONLY, Value::as_bool)?,
        })
    }
}

/// Defines a purpose, or changes the definition. `known` is the record with [`Purpose::id`], if there is one.
///
/// Nothing is written when nothing changes.
///
/// # Errors
/// [`Error::Invalid`] when a version goes back, when more than the title changes under the same version, or when the
/// definition contradicts itself.
pub fn define_purpose(known: Option<&Record>, purpose: &Purpose, env: &Env<'_>) -> Result<ChangeSet> {
    purpose.check()?;
    let mut changes = ChangeSet::new(env.now);
    let Some(record) = known else {
        changes.put(purpose.write(Record::new(PURPOSE, Purpose::id(&purpose.key))));
        return Ok(changes);
    };
    let old = Purpose::from_record(record)?;
    if old.key != purpose.key {
        return Err(Error::invalid_at(&KEY, "the record belongs to another purpose"));
    }
    if purpose.version < old.version || purpose.consents_from < old.consents_from {
        return Err(Error::invalid("version", "a purpose's versions do not go back"));
    }
    let renamed = Purpose { title: old.title.clone(), ..purpose.clone() };
    if purpose.version == old.version && renamed != old {
        return Err(Error::invalid("version", "a change of more than the title takes a higher version"));
    }
    if *purpose != old {
        changes.put(purpose.write(record.next()));
    }
    Ok(changes)
}

/// All purposes of a host: what an evaluation has to know beside the facts.
///
/// A purpose is a record, not a history: an answer about the past judges what was said then by the purposes given. A
/// host that must answer by the purposes of that time keeps them and passes them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy(BTreeMap<Name, Purpose>);

/// A list of the purposes, in the order of their keys.
impl Serialize for Policy {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl Policy {
    /// The policy of some purposes. Of two with the same key, the one of the higher version counts.
    pub fn new(purposes: impl IntoIterator<Item = Purpose>) -> Self {
        let mut all: BTreeMap<Name, Purpose> = BTreeMap::new();
        for purpose in purposes {
            if all.get(&purpose.key).is_none_or(|own| own.version <= purpose.version) {
                all.insert(purpose.key.clone(), purpose);
            }
        }
        Self(all)
    }

    /// Reads the records of all purposes.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field that does not hold what it should.
    pub fn from_records<'a>(records: impl IntoIterator<Item = &'a Record>) -> Result<Self> {
        records.into_iter().map(Purpose::from_record).collect::<Result<Vec<_>>>().map(Self::new)
    }

    /// One purpose.
    pub fn get(&self, key: &Name) -> Option<&Purpose> {
        self.0.get(key)
    }

    /// Every purpose, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = &Purpose> {
        self.0.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{CountedIds, Timestamp};

    fn newsletter() -> Purpose {
        Purpose::marketing(Name::from_static("newsletter"), "News and offers", [Channel::Email, Channel::Sms])
    }

    fn define(known: Option<&Record>, purpose: &Purpose) -> Result<Option<Record>> {
        let ids = CountedIds::from(1);
        let changes = define_purpose(known, purpose, &Env::new(Timestamp::EPOCH, &ids))?;
        Ok(changes.changes.into_iter().find_map(|change| match change {
            crate::change::Change::Put(record) => Some(record),
            _ => None,
        }))
    }

    #[test]
    fn a_purpose_survives_its_record() {
        let record = define(None, &newsletter()).unwrap().unwrap();
        assert_eq!(Purpose::from_record(&record).unwrap(), newsletter());
        assert_eq!(record.id, Purpose::id(&newsletter().key));
        assert_eq!(define(Some(&record), &newsletter()).unwrap(), None);
    }

    #[test]
    fn a_change_takes_a_higher_version_and_versions_do_not_go_back() {
        let record = define(None, &newsletter()).unwrap().unwrap();
        let retitled = Purpose { title: "News".into(), ..newsletter() };
        assert_eq!(define(Some(&record), &retitled).unwrap().unwrap().version, 2);
        let wider = Purpose { channels: [Channel::Email, Channel::Post].into(), ..newsletter() };
        assert!(define(Some(&record), &wider).is_err());
        let second = Purpose { version: 2, consents_from: 2, ..wider };
        let record = define(Some(&record), &second).unwrap().unwrap();
        assert!(define(Some(&record), &newsletter()).is_err());
        assert!(define(Some(&record), &Purpose { version: 3, consents_from: 1, ..second }).is_err());
    }

    #[test]
    fn definitions_that_contradict_themselves_are_refused() {
        for bad in [
            Purpose { version: 0, ..newsletter() },
            Purpose { consents_from: 2, ..newsletter() },
            Purpose { confirmed_on: [Channel::Post].into(), ..newsletter() },
        ] {
            assert!(define(None, &bad).is_err());
        }
    }
}
