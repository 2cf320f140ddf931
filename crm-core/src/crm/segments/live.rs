//! Live segments: whose members are kept up to date as facts are recorded, records are changed and time goes by.

use serde::{Deserialize, Serialize};

use super::Segments;
use super::follow::Following;
use crate::base::{CustomerId, Error, Name, Result, Timestamp};
use crate::crm::Crm;
use crate::crm::profiles::COMPARED;
use crate::fact::Projection as _;
use crate::segment::{LiveSegments, MEMBERSHIP, MEMBERSHIPS, MembershipChange, MembershipHistory, Memberships};
use crate::store::{FactQuery, Scan};

/// What a tick has done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticked {
    /// How many customers were due.
    pub due: u64,
    /// How many entered or left a segment.
    pub changes: u64,
    /// When there is something to do again, if nothing is learned until then. A host can sleep that long.
    pub next: Timestamp,
}

impl Segments {
    /// Says which segments are kept up to date, and from where they are looked at, and brings their members up to date.
    /// Those that are no longer named are left by everybody.
    ///
    /// From then on every change that is written through this engine updates the memberships at once: what was
    /// recorded, an attribute that was set, a definition that became another one. What time alone changes is noticed by
    /// [`tick`](Self::tick). Each entry and exit is a fact of the stream `membership`, with its cause.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a segment that is not defined; [`Error::Invalid`] for one that compares a customer with
    /// everybody else (`rfm.*`, `value.*`): every purchase of somebody could change it for all.
    pub fn set_live(&self, live: &LiveSegments) -> Result<()> {
        let segments = live.names.iter().map(|name| self.get(name)).collect::<Result<Vec<_>>>()?;
        let (_, layout) = self.compile(&segments)?;
        let compared = |name: &str| COMPARED.iter().any(|prefix| name.starts_with(prefix));
        if let Some(key) = layout.keys().iter().find(|key| compared(key.name.as_str())) {
            return Err(Error::invalid_at(&key.name, "compares a customer with all others, and cannot be live"));
        }
        self.with_following(|following| following.replace(&self.crm, live))
    }

    /// The live segments.
    pub fn live(&self) -> Result<LiveSegments> {
        self.with_following(|following| Ok(following.settings().clone()))
    }

    /// Brings the live segments up to an instant: first everything that was written, by whomever, then exactly those
    /// whose answers are due to change by then.
    ///
    /// Answers that rest on consent, reachability or points change by themselves at instants that nobody says; they are
    /// looked at again at every full hour.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an instant in the future.
    pub fn tick(&self, now: Timestamp) -> Result<Ticked> {
        if now > self.crm.now() {
            return Err(Error::invalid("now", "lies in the future"));
        }
        self.with_following(|following| following.tick(&self.crm, now))
    }

    /// The live segments that a customer is in, by name.
    pub fn memberships(&self, customer: CustomerId) -> Result<Vec<Name>> {
        let record = self.crm.store().load(&MEMBERSHIPS, &[Memberships::id_of(customer)])?.pop().flatten();
        let kept = record.as_ref().map(Memberships::from_record).transpose()?;
        Ok(kept.map(|kept| kept.segments.into_iter().collect()).unwrap_or_default())
    }

    /// The members of a live segment, in the order of their ids, as they are kept: nothing is evaluated.
    pub fn live_members(&self, name: &Name) -> Result<Vec<CustomerId>> {
        let scan = Scan::all(MEMBERSHIPS).with_key(Memberships::key_of(name));
        let records = Crm::every(|cursor| self.crm.store().scan(&scan.clone().after(cursor)))?;
        let mut members: Vec<_> = records.iter().filter_map(|one| one.subject).map(CustomerId::new).collect();
        members.sort_unstable();
        Ok(members)
    }

    /// Every live segment that a customer has entered or left, the earliest first, with the cause.
    pub fn membership_history(&self, customer: CustomerId) -> Result<Vec<MembershipChange>> {
        Ok(self.history_of(customer)?.changes().cloned().collect())
    }

    /// The live segments that a customer was in at an instant.
    pub fn memberships_at(&self, customer: CustomerId, at: Timestamp) -> Result<Vec<Name>> {
        Ok(self.history_of(customer)?.members_of(at).into_iter().cloned().collect())
    }

    fn history_of(&self, customer: CustomerId) -> Result<MembershipHistory> {
        let query = FactQuery::about(MEMBERSHIP, customer);
        let facts = Crm::every(|cursor| self.crm.store().facts(&query.clone().after(cursor)))?;
        Ok(MembershipHistory::fold(&facts))
    }

    /// Works on the live segments; one thread at a time.
    fn with_following<T>(&self, work: impl FnOnce(&mut Following) -> Result<T>) -> Result<T> {
        let mut following = self.crm.inner.known.following.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !following.is_loaded() {
            *following = Following::load(&self.crm)?;
        }
        work(&mut following)
    }
}

impl Crm {
    /// Brings the live segments up to date with a commit of this engine.
    ///
    /// What was committed stays so, whatever comes of this: a failure leaves the place in the feed where it was, and the
    /// next write or tick goes on from there.
    pub(in crate::crm) fn follow(&self) {
        let followed = self.segments().with_following(|following| {
            if following.settings().names.is_empty() { Ok(()) } else { following.catch_up(self) }
        });
        if followed.is_err() {
            *self.inner.known.following.lock().unwrap_or_else(std::sync::PoisonError::into_inner) =
                Following::default();
        }
    }
}
