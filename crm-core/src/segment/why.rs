//! What would have to be different for the answer to be another one.

use std::collections::BTreeMap;

use crate::base::Name;

use super::explain::{Evidence, Explanation, Proof, Step};
use super::truth::Truth;

/// What a condition is to become.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Goal {
    True,
    NotTrue,
    False,
    NotFalse,
}

impl Goal {
    const fn is_met(self, truth: Truth) -> bool {
        match self {
            Self::True => matches!(truth, Truth::True),
            Self::NotTrue => !matches!(truth, Truth::True),
            Self::False => matches!(truth, Truth::False),
            Self::NotFalse => !matches!(truth, Truth::False),
        }
    }

    const fn mirrored(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::NotTrue => Self::NotFalse,
            Self::False => Self::True,
            Self::NotFalse => Self::NotTrue,
        }
    }
}

/// The questions whose answers must change; nothing when no change will do.
type Change<'a> = Option<Vec<&'a Evidence>>;

impl Explanation {
    /// The fewest questions whose answers would have to be different for the customer to join, or to leave: why not,
    /// or why still. Nothing when constants alone decide.
    ///
    /// Every occurrence of a question counts as one of its own, and a condition is never made unknown on purpose.
    pub fn smallest_change(&self) -> Option<Vec<&Evidence>> {
        let goal = if self.truth.is_true() { Goal::NotTrue } else { Goal::True };
        Search { explanation: self, known: BTreeMap::new() }.change(&self.proof, goal)
    }

    /// The smallest change in words: what is so now, and what would have to be different.
    pub fn change_in_words(&self) -> String {
        let (now, then) = match self.truth {
            Truth::True => ("A member.", "would no longer be one"),
            Truth::False => ("Not a member.", "would be one"),
            Truth::Unknown => ("Not a member, as too little is known.", "would be one"),
        };
        match self.smallest_change().as_deref() {
            None | Some([]) => format!("{now} No change of the data would make it otherwise.\n"),
            Some(change) => {
                let answers = if change.len() == 1 {
                    "this answer".to_owned()
                } else {
                    format!("these {} answers", change.len())
                };
                let lines: Vec<_> = change.iter().map(|one| format!("- {}", one.words())).collect();
                format!("{now} The customer {then} if {answers} were another one:\n{}\n", lines.join("\n"))
            }
        }
    }
}

struct Search<'a> {
    explanation: &'a Explanation,
    known: BTreeMap<(&'a Name, Goal), Change<'a>>,
}

impl<'a> Search<'a> {
    fn change(&mut self, proof: &'a Proof, goal: Goal) -> Change<'a> {
        if goal.is_met(proof.truth) {
            return Some(Vec::new());
        }
        let all = proof.inner.len();
        match &proof.step {
            Step::Test(evidence) => Some(vec![evidence]),
            Step::Constant => None,
            Step::Not => self.change(proof.inner.first()?, goal.mirrored()),
            Step::Known => match goal {
                Goal::True | Goal::NotFalse => {
                    let inner = proof.inner.first()?;
                    let (yes, no) = (self.change(inner, Goal::True), self.change(inner, Goal::False));
                    [yes, no].into_iter().flatten().min_by_key(Vec::len)
                }
                Goal::False | Goal::NotTrue => None,
            },
            Step::Segment(name) => self.segment(name, goal),
            Step::All => self.some(proof, all, goal),
            Step::Any => self.some(proof, 1, goal),
            Step::AtLeast(least) => self.some(proof, *least as usize, goal),
        }
    }

    fn segment(&mut self, name: &'a Name, goal: Goal) -> Change<'a> {
        if let Some(known) = self.known.get(&(name, goal)) {
            return known.clone();
        }
        let change = self.change(self.explanation.segments.get(name)?, goal);
        self.known.insert((name, goal), change.clone());
        change
    }

    /// Of a condition that needs `least` of those inside. To be denied, so many must be denied that too few are left.
    fn some(&mut self, proof: &'a Proof, least: usize, goal: Goal) -> Change<'a> {
        let wanted = match goal {
            Goal::True | Goal::NotFalse => least,
            Goal::False | Goal::NotTrue => (proof.inner.len() + 1).checked_sub(least)?,
        };
        let mut changes: Vec<_> = proof.inner.iter().filter_map(|one| self.change(one, goal)).collect();
        changes.sort_by_key(Vec::len);
        (changes.len() >= wanted).then(|| changes.into_iter().take(wanted).flatten().collect())
    }
}
