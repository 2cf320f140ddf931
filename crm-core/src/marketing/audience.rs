//! Audiences: those of a segment who may be contacted, and the count of the others by reason.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::campaign::Campaign;
use super::history::{CampaignHistory, CampaignStep};
use super::step;
use crate::base::{AsOf, Channel, CustomerId, Env, Error, Name, Result};
use crate::change::ChangeSet;
use crate::privacy::{ContactFile, ContactPermit, ContactReason, Policy, find_permit};

/// All that planning has to know of one candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// What they have said and where they may be reached.
    pub file: ContactFile,
    /// What campaigns have done with them.
    pub campaigns: CampaignHistory,
}

/// Why a candidate is not contacted. The holdout is no reason: it is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ExclusionReason {
    /// They may not be.
    Denied(ContactReason),
    /// They were named twice among the candidates.
    Repeated,
    /// The campaign has sent them its message already.
    AlreadySent,
    /// Another candidate has the same address.
    SharedAddress,
}

impl ExclusionReason {
    /// The reason's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Denied(reason) => reason.word(),
            Self::Repeated => "repeated",
            Self::AlreadySent => "already_sent",
            Self::SharedAddress => "shared_address",
        }
    }
}

impl fmt::Display for ExclusionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for ExclusionReason {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        [Self::Repeated, Self::AlreadySent, Self::SharedAddress]
            .into_iter()
            .find(|reason| reason.word() == text)
            .map_or_else(|| text.parse().map(Self::Denied), Ok)
    }
}

impl Serialize for ExclusionReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> Deserialize<'de> for ExclusionReason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| serde::de::Error::custom("no reason of exclusion"))
    }
}

/// An audience in numbers: `candidates = contacts + handed_out + held_out + the sum of excluded`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AudienceSummary {
    /// How many there were to choose from, repetitions included.
    pub candidates: u64,
    /// How many are still to be contacted.
    pub contacts: u64,
    /// How many were handed out by [`Audience::next_batch`].
    pub handed_out: u64,
    /// How many are left out on purpose.
    pub held_out: u64,
    /// How many are not contacted, by reason.
    pub excluded: BTreeMap<ExclusionReason, u64>,
}

/// The people whom a campaign contacts.
///
/// Everyone in it has a [`ContactPermit`], which only the evaluator of the privacy room gives: there is no other way
/// into an audience. Permits last minutes; whoever sends takes them from [`next_batch`](Self::next_batch), which asks
/// again.
#[derive(Debug)]
pub struct Audience {
    campaign: Campaign,
    as_of: AsOf,
    contacts: VecDeque<ContactPermit>,
    held_out: Vec<CustomerId>,
    candidates: u64,
    handed_out: u64,
    excluded: BTreeMap<ExclusionReason, u64>,
}

/// Plans a campaign: sorts its candidates into those who are contacted, those who are held out, and the others.
///
/// Candidates are taken in the order in which they come; when two share an address, the first is contacted. The holdout
/// is drawn among those who could be contacted, so that the two groups differ by the contact and nothing else.
///
/// # Errors
/// [`Error::Denied`] when the campaign is over; [`Error::NotFound`] when its purpose is not defined;
/// [`Error::Invalid`] when the purpose does not use its channel.
pub fn plan(
    campaign: &Campaign,
    policy: &Policy,
    candidates: impl IntoIterator<Item = Candidate>,
    as_of: AsOf,
) -> Result<Audience> {
    if as_of.valid >= campaign.window.end {
        return Err(Error::denied("the campaign is over"));
    }
    check_purpose(policy, &campaign.purpose, campaign.channel)?;
    let mut audience = Audience {
        campaign: campaign.clone(),
        as_of,
        contacts: VecDeque::new(),
        held_out: Vec::new(),
        candidates: 0,
        handed_out: 0,
        excluded: BTreeMap::new(),
    };
    let mut seen = Seen::default();
    for candidate in candidates {
        audience.candidates += 1;
        match consider(campaign, policy, &candidate, &mut seen, as_of) {
            Ok(_) if campaign.holds_out(candidate.file.customer) => audience.held_out.push(candidate.file.customer),
            Ok(permit) => audience.contacts.push_back(permit),
            Err(reason) => audience.exclude(reason),
        }
    }
    Ok(audience)
}

fn check_purpose(policy: &Policy, purpose: &Name, channel: Channel) -> Result<()> {
    let missing = || Error::not_found("purpose", crate::privacy::Purpose::id(purpose));
    let defined = policy.get(purpose).ok_or_else(missing)?;
    if defined.channels.contains(&channel) {
        Ok(())
    } else {
        Err(Error::invalid("channel", "the campaign's purpose does not use it"))
    }
}

/// Whom the planning has met so far.
#[derive(Default)]
struct Seen {
    customers: BTreeSet<CustomerId>,
    addresses: BTreeSet<crate::privacy::AddressToken>,
}

fn consider(
    campaign: &Campaign,
    policy: &Policy,
    candidate: &Candidate,
    seen: &mut Seen,
    as_of: AsOf,
) -> Result<ContactPermit, ExclusionReason> {
    let file = &candidate.file;
    if !seen.customers.insert(file.customer) {
        return Err(ExclusionReason::Repeated);
    }
    if candidate.campaigns.first(campaign.id(), CampaignStep::Sent, as_of).is_some() {
        return Err(ExclusionReason::AlreadySent);
    }
    let permit = find_permit(policy, file, &campaign.purpose, campaign.channel, as_of)
        .map_err(|denied| ExclusionReason::Denied(denied.reason))?;
    let point = file.points.iter().find(|point| point.id == permit.contact_point());
    match point.and_then(|point| point.address) {
        Some(address) if !seen.addresses.insert(address) => Err(ExclusionReason::SharedAddress),
        _ => Ok(permit),
    }
}

impl Audience {
    /// The campaign.
    pub const fn campaign(&self) -> &Campaign {
        &self.campaign
    }

    /// The point of view from which it was planned.
    pub const fn as_of(&self) -> AsOf {
        self.as_of
    }

    /// Those who are still to be contacted, in order.
    pub fn contacts(&self) -> impl ExactSizeIterator<Item = &ContactPermit> {
        self.contacts.iter()
    }

    /// Those who are left out on purpose.
    pub fn held_out(&self) -> &[CustomerId] {
        &self.held_out
    }

    /// The numbers.
    pub fn summary(&self) -> AudienceSummary {
        AudienceSummary {
            candidates: self.candidates,
            contacts: self.contacts.len() as u64,
            handed_out: self.handed_out,
            held_out: self.held_out.len() as u64,
            excluded: self.excluded.clone(),
        }
    }

    /// The facts that keep the plan: who is to be contacted and who is held out. Planning again as of the same instant
    /// gives the same facts.
    pub fn record(&self, env: &Env<'_>) -> ChangeSet {
        let mut changes = ChangeSet::new(env.now);
        let at = self.as_of.valid.min(env.now);
        for permit in &self.contacts {
            changes.append(step::of_permit(&self.campaign, permit, CampaignStep::Planned, at));
        }
        for customer in &self.held_out {
            changes.append(step::fact(&self.campaign, *customer, CampaignStep::HeldOut, at));
        }
        changes
    }

    /// The next `n` who are to be contacted: whose files [`next_batch`](Self::next_batch) wants to see.
    pub fn upcoming(&self, n: usize) -> Vec<CustomerId> {
        self.contacts.iter().take(n).map(ContactPermit::customer).collect()
    }

    /// Takes the next `n` out of the audience and asks for each again, as of the moment of sending. Whoever may no
    /// longer be contacted, or whose file is missing, is not, and is counted among the excluded.
    ///
    /// # Errors
    /// [`Error::Denied`] outside the campaign's window. Nobody is taken out then.
    pub fn next_batch(
        &mut self,
        n: usize,
        policy: &Policy,
        files: &[ContactFile],
        as_of: AsOf,
    ) -> Result<Vec<ContactPermit>> {
        if !self.campaign.window.contains(as_of.valid) {
            return Err(Error::denied("outside the window of the campaign"));
        }
        let taken = self.contacts.drain(..n.min(self.contacts.len())).collect();
        let batch: Vec<ContactPermit> = self.ask_again(taken, policy, files, as_of).collect();
        self.handed_out += batch.len() as u64;
        Ok(batch)
    }

    /// Asks again for everyone who is still to be contacted, without contacting anybody.
    pub fn recheck(&mut self, policy: &Policy, files: &[ContactFile], as_of: AsOf) {
        let taken = std::mem::take(&mut self.contacts).into();
        self.contacts = self.ask_again(taken, policy, files, as_of).collect();
        self.as_of = as_of;
    }

    fn ask_again(
        &mut self,
        permits: Vec<ContactPermit>,
        policy: &Policy,
        files: &[ContactFile],
        as_of: AsOf,
    ) -> impl Iterator<Item = ContactPermit> {
        let files: BTreeMap<CustomerId, &ContactFile> = files.iter().map(|file| (file.customer, file)).collect();
        permits.into_iter().filter_map(move |permit| {
            let empty = ContactFile::new(permit.customer());
            let file = files.get(&permit.customer()).copied().unwrap_or(&empty);
            let point = file.points.iter().find(|point| point.id == permit.contact_point());
            ContactPermit::ask(policy, permit.question().clone(), &file.consents, point, as_of)
                .map_err(|denied| self.exclude(ExclusionReason::Denied(denied.reason)))
                .ok()
        })
    }

    fn exclude(&mut self, reason: ExclusionReason) {
        *self.excluded.entry(reason).or_default() += 1;
    }
}
