//! What people say about the use of their data, as it is recorded.

use serde::{Deserialize, Serialize};

use super::decision::ContactQuestion;
use super::fields::{
    CHANNEL, CONSENT, CONTACT_POINT, EVIDENCE, EXPIRES_AT, FOR_PURPOSE, METHOD, NOTICE, ORIGIN, PURPOSE_VERSION,
};
use super::purpose::{Policy, Purpose};
use crate::base::{
    Channel, ContactPointId, CustomerId, Env, Error, Id, Name, Personal, Result, Text, Timestamp, Value,
    exposed_option, worded,
};
use crate::change::ChangeSet;
use crate::fact::{Fact, SourceRef};

worded! {
    /// What was said.
    pub enum ConsentKind: "consent" {
        /// Somebody filled in the form; the owner of the contact point has yet to confirm it.
        Requested = "requested",
        /// The person agreed.
        Granted = "granted",
        /// The owner of the contact point confirmed what was requested or granted there before (double opt-in).
        Confirmed = "confirmed",
        /// The person took an agreement back.
        Withdrawn = "withdrawn",
        /// The person was asked and said no.
        Refused = "refused",
        /// The agreement ended by a rule of the business.
        Expired = "expired",
        /// The person objects (GDPR Art. 21), whatever the lawful basis.
        Objected = "objected",
        /// The person no longer objects. It takes a fresh agreement to use what rests on consent.
        ObjectionLifted = "objection_lifted",
        /// Another system says that the person agreed.
        Imported = "imported",
        /// The use of the data is restricted (GDPR Art. 18).
        Restricted = "restricted",
        /// The restriction is lifted.
        RestrictionLifted = "restriction_lifted",
    }
}

impl ConsentKind {
    /// Whether this can be a step towards a permission. Such an event names one purpose, channel and contact point.
    pub const fn opts_in(self) -> bool {
        matches!(self, Self::Requested | Self::Granted | Self::Confirmed | Self::Imported)
    }
}

/// What an event is about. A missing part means all: a person may take back everything at once, but can only agree to
/// one thing at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Scope {
    /// The purpose; missing: every purpose that can be declined, and for a restriction every purpose.
    pub purpose: Option<Name>,
    /// The channel; missing: every channel.
    pub channel: Option<Channel>,
    /// The contact point; missing: every contact point of the person.
    pub contact_point: Option<ContactPointId>,
}

impl Scope {
    /// Whether something said about this scope answers a question about a purpose.
    pub(super) fn covers(&self, question: &ContactQuestion, every_purpose: bool) -> bool {
        self.purpose.as_ref().map_or(every_purpose, |purpose| *purpose == question.purpose)
            && self.channel.is_none_or(|channel| channel == question.channel)
            && self.contact_point.is_none_or(|point| point == question.contact_point)
    }

    const fn is_complete(&self) -> bool {
        self.purpose.is_some() && self.channel.is_some() && self.contact_point.is_some()
    }
}

/// One thing that one person said, with its proof. Never edited; a change of mind is another event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentEvent {
    /// What was said.
    pub kind: ConsentKind,
    /// By whom, or about whom.
    pub customer: CustomerId,
    /// When it took effect.
    pub at: Timestamp,
    /// About what.
    pub scope: Scope,
    /// The version of the purpose. When an opt-in is recorded without it, the present one.
    #[serde(default)]
    pub purpose_version: Option<u32>,
    /// The wording that was shown, with version and language (`newsletter-3/en`). Requests and grants need it.
    #[serde(default)]
    pub notice: Option<Name>,
    /// Where it was said (`checkout_form`, `call`, `paper`, `one_click`). Imports need it.
    #[serde(default)]
    pub origin: Option<Name>,
    /// How it was said (`ticked`, `signed`, `replied`).
    #[serde(default)]
    pub method: Option<Name>,
    /// What proves it: an address of the network, a file, a recording.
    #[serde(default, with = "exposed_option")]
    pub evidence: Option<Personal<Text>>,
    /// For a consent, when it ends; for a request, until when it can be confirmed.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// What another system calls the event. A second delivery under the same reference writes nothing.
    #[serde(default)]
    pub source: Option<SourceRef>,
}

impl ConsentEvent {
    /// An event that says something about everything. Narrow it with [`purpose`](Self::purpose),
    /// [`channel`](Self::channel) and [`contact_point`](Self::contact_point).
    pub const fn new(kind: ConsentKind, customer: CustomerId, at: Timestamp) -> Self {
        Self {
            kind,
            customer,
            at,
            scope: Scope { purpose: None, channel: None, contact_point: None },
            purpose_version: None,
            notice: None,
            origin: None,
            method: None,
            evidence: None,
            expires_at: None,
            source: None,
        }
    }

    /// An event about one purpose, channel and contact point: all that an opt-in needs, but for the notice.
    pub fn about(kind: ConsentKind, question: &ContactQuestion, at: Timestamp) -> Self {
        let mut event = Self::new(kind, question.customer, at);
        event.scope = question.scope();
        event
    }

    /// The person agrees, having been shown a notice.
    pub fn granted(question: &ContactQuestion, notice: Name, at: Timestamp) -> Self {
        Self::about(ConsentKind::Granted, question, at).notice(notice)
    }

    /// Somebody agreed on behalf of a contact point, whose owner has yet to confirm it.
    pub fn requested(question: &ContactQuestion, notice: Name, at: Timestamp) -> Self {
        Self::about(ConsentKind::Requested, question, at).notice(notice)
    }

    /// The owner of the contact point confirms.
    pub fn confirmed(question: &ContactQuestion, at: Timestamp) -> Self {
        Self::about(ConsentKind::Confirmed, question, at)
    }

    /// The person takes all agreements back; to be narrowed if only some are meant. It takes fewer words than giving.
    pub const fn withdrawn(customer: CustomerId, at: Timestamp) -> Self {
        Self::new(ConsentKind::Withdrawn, customer, at)
    }

    /// The person objects to all that can be objected to; to be narrowed if only some is meant.
    pub const fn objected(customer: CustomerId, at: Timestamp) -> Self {
        Self::new(ConsentKind::Objected, customer, at)
    }

    /// Narrows the event to a purpose.
    #[must_use]
    pub fn purpose(mut self, purpose: Name) -> Self {
        self.scope.purpose = Some(purpose);
        self
    }

    /// Narrows the event to a channel.
    #[must_use]
    pub const fn channel(mut self, channel: Channel) -> Self {
        self.scope.channel = Some(channel);
        self
    }

    /// Narrows the event to a contact point.
    #[must_use]
    pub const fn contact_point(mut self, contact_point: ContactPointId) -> Self {
        self.scope.contact_point = Some(contact_point);
        self
    }

    /// Says which wording was shown.
    #[must_use]
    pub fn notice(mut self, notice: Name) -> Self {
        self.notice = Some(notice);
        self
    }

    /// Says where it was said.
    #[must_use]
    pub fn origin(mut self, origin: Name) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Says when the consent ends, or until when the request can be confirmed.
    #[must_use]
    pub const fn expires_at(mut self, expires_at: Timestamp) -> Self {
        self.expires_at = Some(expires_at);
        self
    }

    /// Says what another system calls the event.
    #[must_use]
    pub fn source(mut self, source: Name, id: &str) -> Self {
        self.source = Some(SourceRef::new(source, id));
        self
    }

    /// Reads a fact of the stream `consent`.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the fact says something that this version does not know, or an opt-in does not say to
    /// what.
    pub fn from_fact(fact: &Fact) -> Result<Self> {
        let fields = &fact.fields;
        let text = |name: &Name| fields.read(name, Value::as_text);
        let name = |field: &Name| text(field)?.map(Name::new).transpose();
        let version = |version| u32::try_from(version).map_err(|_| Error::invalid_at(&PURPOSE_VERSION, "out of range"));
        let event = Self {
            kind: fact.name.as_str().parse()?,
            customer: CustomerId::new(fact.subject),
            at: fact.at,
            scope: Scope {
                purpose: name(&FOR_PURPOSE)?,
                channel: text(&CHANNEL)?.map(str::parse).transpose()?,
                contact_point: fields.read(&CONTACT_POINT, Value::as_id)?.map(ContactPointId::new),
            },
            purpose_version: fields.read(&PURPOSE_VERSION, Value::as_int)?.map(version).transpose()?,
            notice: name(&NOTICE)?,
            origin: name(&ORIGIN)?,
            method: name(&METHOD)?,
            evidence: evidence(fact),
            expires_at: fields.read(&EXPIRES_AT, Value::as_time)?,
            source: fact.source.clone(),
        };
        if event.kind.opts_in() && !event.scope.is_complete() {
            return Err(Error::invalid("scope", "an agreement names one purpose, one channel and one contact point"));
        }
        Ok(event)
    }

    fn into_fact(self, env: &Env<'_>) -> Fact {
        let id = self.source.as_ref().map_or_else(|| env.id(), SourceRef::fact_id);
        let mut fact = Fact::new(CONSENT, id, self.customer.into(), self.at, self.kind.name());
        fact.source = self.source;
        let fields = &mut fact.fields;
        fields.put(FOR_PURPOSE, self.scope.purpose.as_ref());
        fields.put(PURPOSE_VERSION, self.purpose_version);
        fields.put(CHANNEL, self.scope.channel.map(Channel::word));
        fields.put(CONTACT_POINT, self.scope.contact_point.map(Id::from));
        fields.put(NOTICE, self.notice.as_ref());
        fields.put(ORIGIN, self.origin.as_ref());
        fields.put(METHOD, self.method.as_ref());
        fields.put(EVIDENCE, self.evidence.map(Personal::into_inner));
        fields.put(EXPIRES_AT, self.expires_at);
        fact
    }
}

/// The evidence, if it can be read: it may be sealed, and nothing is decided by it.
fn evidence(fact: &Fact) -> Option<Personal<Text>> {
    fact.get(EVIDENCE.as_str()).and_then(Value::as_text).map(|text| Personal::new(text.into()))
}

/// Records what people have said, all or nothing, and gives the ids of the facts in the order of the events.
///
/// What takes a permission away is always accepted. What may give one has to name a purpose that is defined, a channel
/// of it and a contact point, and, but for a confirmation, the notice that was shown or, for an import, where it comes
/// from.
///
/// # Errors
/// [`Error::Invalid`] for an event in the future, one that ends before it begins, or an opt-in without its proof;
/// [`Error::NotFound`] for an opt-in to a purpose that is not defined.
pub fn record_consent(
    events: impl IntoIterator<Item = ConsentEvent>,
    policy: &Policy,
    env: &Env<'_>,
) -> Result<(Vec<Id>, ChangeSet)> {
    let mut changes = ChangeSet::new(env.now);
    let mut ids = Vec::new();
    for mut event in events {
        if event.at > env.now {
            return Err(Error::invalid("at", "lies in the future"));
        }
        if event.expires_at.is_some_and(|end| end <= event.at) {
            return Err(Error::invalid_at(&EXPIRES_AT, "ends before it begins"));
        }
        if event.kind.opts_in() {
            let purpose = opt_in_purpose(&event, policy)?;
            event.purpose_version.get_or_insert(purpose.version);
        }
        let fact = event.into_fact(env);
        ids.push(fact.id);
        changes.append(fact);
    }
    Ok((ids, changes))
}

fn opt_in_purpose<'a>(event: &ConsentEvent, policy: &'a Policy) -> Result<&'a Purpose> {
    let Scope { purpose: Some(key), channel: Some(channel), contact_point: Some(_) } = &event.scope else {
        return Err(Error::invalid("scope", "an agreement names one purpose, one channel and one contact point"));
    };
    let purpose = policy.get(key).ok_or_else(|| Error::not_found("purpose", Purpose::id(key)))?;
    if !purpose.channels.contains(channel) {
        return Err(Error::invalid_at(&CHANNEL, "not a channel of the purpose"));
    }
    if event.purpose_version.is_some_and(|version| version == 0 || version > purpose.version) {
        return Err(Error::invalid_at(&PURPOSE_VERSION, "the purpose has no such version"));
    }
    let (proof, field) = match event.kind {
        ConsentKind::Requested | ConsentKind::Granted => (event.notice.is_some(), &NOTICE),
        ConsentKind::Imported => (event.origin.is_some(), &ORIGIN),
        _ => (true, &NOTICE),
    };
    if proof { Ok(purpose) } else { Err(Error::invalid_at(field, "missing: it proves the agreement")) }
}
