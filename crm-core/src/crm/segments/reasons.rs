//! Why somebody belongs or does not, until when, and what another definition would change.

use serde::{Deserialize, Serialize};

use super::{Segment, SegmentView, Segments};
use crate::base::{CustomerId, Error, Name, Result, Text};
use crate::crm::profiles::profiles;
use crate::segment::{Evaluator, Evidence, Explanation, NextChange, Program, Row, Truth};

/// What would have to be different for a customer to join a segment, or to leave it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WhyNot {
    /// The present answer.
    pub truth: Truth,
    /// The fewest questions whose answers would have to be different; nothing when no change would do.
    pub change: Option<Vec<Evidence>>,
    /// The same in words.
    pub words: Text,
}

/// What another definition would change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentDiff {
    /// Who would join, in the order of their ids.
    pub enters: Vec<CustomerId>,
    /// Who would leave, in the order of their ids.
    pub leaves: Vec<CustomerId>,
    /// How many belong by both definitions.
    pub stays: u64,
}

impl Segments {
    /// Why a customer is in a segment, or not.
    pub fn explain(&self, name: &Name, customer: CustomerId, view: &SegmentView) -> Result<Explanation> {
        let mut all = self.explain_all(&[self.get(name)?], customer, view)?;
        all.pop().ok_or_else(|| Error::invalid("segment", "nothing was explained"))
    }

    /// Why a customer is in each of many segments, or not.
    pub fn explain_all(
        &self,
        segments: &[Segment],
        customer: CustomerId,
        view: &SegmentView,
    ) -> Result<Vec<Explanation>> {
        self.of_one(segments, customer, view, |evaluator, row| evaluator.explain(row))
    }

    /// Why a customer is in a segment, or not, in words: one condition per line, with the values it rests on.
    pub fn explain_in_words(&self, name: &Name, customer: CustomerId, view: &SegmentView) -> Result<String> {
        Ok(self.explain(name, customer, view)?.render())
    }

    /// The smallest change that would make a customer join a segment, or leave it.
    pub fn why_not(&self, name: &Name, customer: CustomerId, view: &SegmentView) -> Result<WhyNot> {
        let explanation = self.explain(name, customer, view)?;
        let change = explanation.smallest_change();
        let words = explanation.change_in_words().into();
        Ok(WhyNot { truth: explanation.truth, change: change.map(|all| all.into_iter().cloned().collect()), words })
    }

    /// When a customer joins or leaves a segment by the mere passing of time, if nothing is learned until then.
    pub fn next_change(&self, name: &Name, customer: CustomerId, view: &SegmentView) -> Result<NextChange> {
        let mut found = self.of_one(&[self.get(name)?], customer, view, |evaluator, row| evaluator.next_change(row))?;
        found.pop().ok_or_else(|| Error::invalid("segment", "nothing was asked"))
    }

    /// Who would join and who would leave if a definition were replaced by another one.
    pub fn diff(&self, old_text: &str, new_text: &str, view: &SegmentView) -> Result<SegmentDiff> {
        let found = self.evaluate(&[Segment::unnamed(old_text), Segment::unnamed(new_text)], view)?;
        let [old, new] = found.as_slice() else { return Err(Error::invalid("segment", "nothing was asked")) };
        let without = |all: &[CustomerId], others: &[CustomerId]| -> Vec<CustomerId> {
            all.iter().filter(|id| others.binary_search(id).is_err()).copied().collect()
        };
        let (enters, leaves) = (without(&new.members, &old.members), without(&old.members, &new.members));
        Ok(SegmentDiff { stays: (new.members.len() - enters.len()) as u64, enters, leaves })
    }

    /// Asks something of each of many segments about one customer.
    fn of_one<T>(
        &self,
        segments: &[Segment],
        customer: CustomerId,
        view: &SegmentView,
        ask: impl Fn(&Evaluator<'_>, &Row<'_>) -> T,
    ) -> Result<Vec<T>> {
        let (programs, layout) = self.compile(segments)?;
        let refs: Vec<&Program> = programs.iter().collect();
        let customers = profiles(&self.crm, view, &layout, &refs, Some(&[customer]))?;
        let customer = customers.first().ok_or_else(|| Error::not_found("customer", customer))?;
        let row = customer.row()?;
        Ok(programs.iter().map(|program| ask(&program.at(view.as_of.valid, &view.zone), &row)).collect())
    }
}
