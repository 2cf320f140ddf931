//! The handle on segments, further: live segments, reasons, and columns.

use crm_core::base::{CustomerId, Name, Timestamp};
use crm_core::crm::{
    ColumnsInfo, Segment, SegmentDiff, SegmentVersion, SegmentView, Ticked, Trial, TrialAnswer, WhyNot,
};
use crm_core::segment::{LiveSegments, MembershipChange, NextChange, Relation, SqlDialect, SqlText};

use super::BlockingSegments;
use crate::{CrmError, guard};

#[uniffi::export]
impl BlockingSegments {
    /// Makes names of interactions known to the language, so that segments can count them. A name that is known already is left
    /// as it is.
    pub fn declare_events(&self, names: Vec<Name>) -> Result<(), CrmError> {
        guard(|| self.0.declare_events(&names))
    }

    /// Puts customers on a static list. Whether somebody is on it is asked by `list("name")` in the segment language.
    pub fn add_to_list(&self, list: Name, customers: Vec<CustomerId>) -> Result<(), CrmError> {
        guard(|| self.0.add_to_list(&list, &customers))
    }

    /// Takes customers off a static list.
    pub fn remove_from_list(&self, list: Name, customers: Vec<CustomerId>) -> Result<(), CrmError> {
        guard(|| self.0.remove_from_list(&list, &customers))
    }

    /// A segment.
    pub fn get(&self, name: Name) -> Result<Segment, CrmError> {
        guard(|| self.0.get(&name))
    }

    /// Every definition that a segment has had, the oldest first.
    pub fn versions(&self, name: Name) -> Result<Vec<SegmentVersion>, CrmError> {
        guard(|| self.0.versions(&name))
    }

    /// Why a customer is in a segment, or not, in words: one condition per line, with the values it rests on.
    pub fn explain_in_words(&self, name: Name, customer: CustomerId, view: SegmentView) -> Result<String, CrmError> {
        guard(|| self.0.explain_in_words(&name, customer, &view))
    }

    /// The smallest change that would make a customer join a segment, or leave it.
    pub fn why_not(&self, name: Name, customer: CustomerId, view: SegmentView) -> Result<WhyNot, CrmError> {
        guard(|| self.0.why_not(&name, customer, &view))
    }

    /// When a customer joins or leaves a segment by the mere passing of time, if nothing is learned until then.
    pub fn next_change(&self, name: Name, customer: CustomerId, view: SegmentView) -> Result<NextChange, CrmError> {
        guard(|| self.0.next_change(&name, customer, &view))
    }

    /// Who would join and who would leave if a definition were replaced by another one.
    pub fn diff(&self, old_text: String, new_text: String, view: SegmentView) -> Result<SegmentDiff, CrmError> {
        guard(|| self.0.diff(&old_text, &new_text, &view))
    }

    /// Says which segments are live: their members are kept, and each entry and exit is written down with its cause. What time
    /// alone changes is noticed by `tick`.
    pub fn set_live(&self, live: LiveSegments) -> Result<(), CrmError> {
        guard(|| self.0.set_live(&live))
    }

    /// The live segments.
    pub fn live(&self) -> Result<LiveSegments, CrmError> {
        guard(|| self.0.live())
    }

    /// Looks again at the members of live segments whose answers time may have changed up to an instant.
    pub fn tick(&self, now: Timestamp) -> Result<Ticked, CrmError> {
        guard(|| self.0.tick(now))
    }

    /// The live segments that a customer is in, by name.
    pub fn memberships(&self, customer: CustomerId) -> Result<Vec<Name>, CrmError> {
        guard(|| self.0.memberships(customer))
    }

    /// The members of a live segment, in the order of their ids, as they are kept: nothing is evaluated.
    pub fn live_members(&self, name: Name) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| self.0.live_members(&name))
    }

    /// Every live segment that a customer has entered or left, the earliest first, with the cause.
    pub fn membership_history(&self, customer: CustomerId) -> Result<Vec<MembershipChange>, CrmError> {
        guard(|| self.0.membership_history(customer))
    }

    /// The live segments that a customer was in at an instant.
    pub fn memberships_at(&self, customer: CustomerId, at: Timestamp) -> Result<Vec<Name>, CrmError> {
        guard(|| self.0.memberships_at(customer, at))
    }

    /// Reads all customers and interactions into columns that stay in the process until they are dropped. From then on
    /// `members`, `matching`, `evaluate` and `diff` take from them what they can. The answers are the same.
    pub fn load_columns(&self, threads: u32) -> Result<ColumnsInfo, CrmError> {
        guard(|| self.0.load_columns(threads))
    }

    /// Drops the columns.
    pub fn drop_columns(&self) -> Result<(), CrmError> {
        guard(|| self.0.drop_columns())
    }

    /// What the columns hold, after they have taken in what was written; nothing when there are none.
    pub fn columns_info(&self) -> Result<Option<ColumnsInfo>, CrmError> {
        guard(|| self.0.columns_info())
    }

    /// Evaluates an expression for a customer who is made up, with the catalogue and the segments of this engine.
    pub fn try_out(&self, trial: Trial) -> Result<TrialAnswer, CrmError> {
        guard(|| self.0.try_out(&trial))
    }

    /// How the members of two expressions go together, whoever the customers are. Unknown where it cannot be told.
    pub fn relation(&self, one_text: String, other_text: String) -> Result<Relation, CrmError> {
        guard(|| self.0.relation(&one_text, &other_text))
    }

    /// An expression as SQL: a query for the ids of its members at the instant of the view, or what cannot be said.
    pub fn to_sql(&self, text: String, view: SegmentView, dialect: SqlDialect) -> Result<SqlText, CrmError> {
        guard(|| self.0.to_sql(&text, &view, dialect))
    }
}
