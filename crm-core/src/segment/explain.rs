//! Why a customer belongs, or does not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::base::{Id, Name, Personal, Text, Timestamp, Value, Window, exposed};

use super::aggregate;
use super::datum::{Datum, Found};
use super::eval::{Evaluator, Fields, Frame, at_least};
use super::program::{Branch, Leaf, Node, Question, Term};
use super::sequence;
use super::subject::Subject;
use super::truth::Truth;

/// The whole reasoning behind one answer.
///
/// It holds personal data: `Debug` shows none of it; [`render`](Self::render) and [`to_json`](Self::to_json) show all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// The answer.
    pub truth: Truth,
    /// The instant of evaluation.
    pub now: Timestamp,
    /// How it came about.
    pub proof: Proof,
    /// How the answers of the segments that were referred to came about.
    pub segments: BTreeMap<Name, Proof>,
}

/// A condition, its answer, and the answers of the conditions inside. Nothing is left out: also what could no longer
/// change the answer was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// The answer.
    pub truth: Truth,
    /// What was asked.
    pub step: Step,
    /// The conditions inside, as they were written.
    pub inner: Vec<Proof>,
}

/// What was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Whether all conditions hold.
    All,
    /// Whether one condition holds at least.
    Any,
    /// Whether so many conditions hold at least.
    AtLeast(u32),
    /// Whether the condition does not hold.
    Not,
    /// Whether the answer to the condition is known.
    Known,
    /// Nothing: the answer is a constant.
    Constant,
    /// Whether the customer belongs to another segment; see [`Explanation::segments`].
    Segment(Name),
    /// A question about one operand.
    Test(Box<Evidence>),
}

/// What the answer to a question about one operand rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The question as text.
    pub condition: Text,
    /// The value of the operand.
    pub value: Observed,
    /// The values that it was compared with.
    pub limits: Vec<Observed>,
    /// The window that was looked at, if there was one.
    pub window: Option<Window>,
    /// The latest of the facts that a measure rests on, at most [`MAX_FACTS`](Self::MAX_FACTS), newest first.
    pub facts: Vec<Id>,
    /// How many facts it rests on.
    pub fact_count: u64,
}

/// A value, as far as it is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// There is none.
    Missing,
    /// It depends on something that nobody knows.
    Uncertain,
    /// This one.
    Value(#[serde(with = "exposed")] Personal<Value>),
    /// One between these two, both included.
    Between(#[serde(with = "exposed")] Personal<Value>, #[serde(with = "exposed")] Personal<Value>),
}

impl Evidence {
    /// How many facts are named.
    pub const MAX_FACTS: usize = 20;
}

impl Evaluator<'_> {
    /// Why a customer belongs, or does not. The answer is that of [`truth`](Evaluator::truth).
    pub fn explain(&self, subject: &impl Subject) -> Explanation {
        let frame = Frame::new(self, subject);
        let proof = prove(&frame, &self.program.root);
        let segments = self.program.segments.iter().map(|(name, node)| (name.clone(), prove(&frame, node)));
        Explanation { truth: proof.truth, now: self.now, segments: segments.collect(), proof }
    }
}

fn prove<S: Subject>(frame: &Frame<'_, S>, node: &Node) -> Proof {
    let several = |step, all: &[Branch]| {
        let mut branches: Vec<_> = all.iter().collect();
        branches.sort_by_key(|branch| branch.at);
        let inner: Vec<_> = branches.into_iter().map(|branch| prove(frame, &branch.node)).collect();
        Proof { truth: Truth::Unknown, step, inner }
    };
    let mut proof = match node {
        Node::Const(truth) => Proof { truth: *truth, step: Step::Constant, inner: Vec::new() },
        Node::And(all) => several(Step::All, all),
        Node::Or(all) => several(Step::Any, all),
        Node::AtLeast(least, all) => several(Step::AtLeast(*least), all),
        Node::Not(inner) => Proof { truth: Truth::Unknown, step: Step::Not, inner: vec![prove(frame, inner)] },
        Node::Known(inner) => Proof { truth: Truth::Unknown, step: Step::Known, inner: vec![prove(frame, inner)] },
        Node::Segment(index) => {
            let name = frame.eval.program.segments.get(*index).map_or(Name::from_static("?"), |(name, _)| name.clone());
            let truth = frame.node(node, &Fields(frame.subject));
            Proof { truth, step: Step::Segment(name), inner: Vec::new() }
        }
        Node::Leaf(_, leaf) => {
            let truth = frame.node(node, &Fields(frame.subject));
            Proof { truth, step: Step::Test(Box::new(evidence(frame, leaf))), inner: Vec::new() }
        }
    };
    let answers = || proof.inner.iter().map(|one| one.truth);
    let count = |truth| answers().filter(|own| *own == truth).count() as u32;
    proof.truth = match &proof.step {
        Step::All => answers().fold(Truth::True, |all, one| all & one),
        Step::Any => answers().fold(Truth::False, |any, one| any | one),
        Step::AtLeast(least) => at_least(*least, count(Truth::True), count(Truth::Unknown)),
        Step::Not => answers().fold(Truth::Unknown, |_, one| !one),
        Step::Known => Truth::from(count(Truth::Unknown) == 0),
        Step::Constant | Step::Segment(_) | Step::Test(_) => proof.truth,
    };
    proof
}

fn evidence<S: Subject>(frame: &Frame<'_, S>, leaf: &Leaf) -> Evidence {
    let source = Fields(frame.subject);
    let of = |term| Observed::from(frame.term(term, &source));
    let (mut window, mut limits) = (None, Vec::new());
    match &leaf.question {
        Question::Compare(_, other, _) if !matches!(other, Term::Const(_)) => limits.push(of(other)),
        Question::Within { low, high, .. } if !matches!((low, high), (Term::Const(_), Term::Const(_))) => {
            limits.extend([of(low), of(high)]);
        }
        Question::In(index) | Question::OlderThan(index) => window = Some(frame.moment(*index).window),
        _ => {}
    }
    let (mut facts, mut fact_count) = (Vec::new(), 0);
    if let Term::Aggregate(measured) = &leaf.term {
        window = window.or(measured.window.map(|index| frame.moment(index).window));
        aggregate::for_each(frame, measured, |fact, sure| {
            if sure {
                facts.push(fact.id);
                fact_count += 1;
            }
        });
    }
    if let Term::Sequence(chain) = &leaf.term {
        window = window.or(chain.window.map(|index| frame.moment(index).window));
        sequence::for_each(frame, chain, |fact| {
            facts.push(fact.id);
            fact_count += 1;
        });
    }
    facts.reverse();
    facts.truncate(Evidence::MAX_FACTS);
    let condition = leaf.test.to_string().into();
    Evidence { condition, value: of(&leaf.term), limits, window, facts, fact_count }
}

impl From<Found<'_>> for Observed {
    fn from(found: Found<'_>) -> Self {
        let value = |datum: Datum<'_>| datum.to_value().map(Personal::new);
        match found {
            Found::Absent => Self::Missing,
            Found::Uncertain => Self::Uncertain,
            Found::Between(low, high) => match (value(low), value(high)) {
                (Some(own), _) if low == high => Self::Value(own),
                (Some(low), Some(high)) => Self::Between(low, high),
                _ => Self::Uncertain,
            },
        }
    }
}

impl Observed {
    fn words(&self) -> String {
        match self {
            Self::Missing => "missing".to_owned(),
            Self::Uncertain => "uncertain".to_owned(),
            Self::Value(value) => shown(value.expose()),
            Self::Between(low, high) => format!("between {} and {}", shown(low.expose()), shown(high.expose())),
        }
    }

    fn to_json(&self) -> Json {
        match self {
            Self::Missing => Json::Null,
            Self::Uncertain => json!({"uncertain": true}),
            Self::Value(value) => value.expose().to_json(),
            Self::Between(low, high) => json!({"between": [low.expose().to_json(), high.expose().to_json()]}),
        }
    }
}

/// A value in words.
fn shown(value: &Value) -> String {
    match super::ast::Literal::new(value.clone()) {
        Ok(literal) => literal.to_string(),
        Err(_) => match value.as_texts() {
            Some(texts) => {
                let texts: Vec<_> = texts.iter().map(|text| super::print::quoted(text)).collect();
                format!("{{{}}}", texts.join(", "))
            }
            None => "sealed".to_owned(),
        },
    }
}

impl Explanation {
    /// The reasoning in words, one condition per line, with the values it rests on.
    pub fn render(&self) -> String {
        let mut out = String::new();
        self.render_proof(&mut out, &self.proof, 0, &mut Vec::new());
        out
    }

    fn render_proof<'a>(&'a self, out: &mut String, proof: &'a Proof, depth: usize, shown: &mut Vec<&'a Name>) {
        let mark = match proof.truth {
            Truth::True => '✓',
            Truth::False => '✗',
            Truth::Unknown => '?',
        };
        // Writing to a string cannot fail.
        let _ = write!(out, "{:indent$}{mark} ", "", indent = depth * 2);
        let _ = match &proof.step {
            Step::All => writeln!(out, "all of"),
            Step::Any => writeln!(out, "any of"),
            Step::AtLeast(least) => writeln!(out, "at least {least} of"),
            Step::Not => writeln!(out, "not"),
            Step::Known => writeln!(out, "known, whether"),
            Step::Constant => writeln!(out, "always {}", proof.truth),
            Step::Segment(name) => writeln!(out, "in the segment {}", super::print::quoted(name.as_str())),
            Step::Test(evidence) => writeln!(out, "{}", evidence.words()),
        };
        for inner in &proof.inner {
            self.render_proof(out, inner, depth + 1, shown);
        }
        if let Step::Segment(name) = &proof.step
            && let Some(inner) = self.segments.get(name)
            && !shown.contains(&name)
        {
            shown.push(name);
            self.render_proof(out, inner, depth + 1, shown);
        }
    }

    /// The reasoning as JSON, for hosts that show it in their own way.
    pub fn to_json(&self) -> Json {
        let segments: Map<_, _> =
            self.segments.iter().map(|(name, proof)| (name.to_string(), proof_json(proof))).collect();
        json!({"truth": self.truth, "now": self.now, "proof": proof_json(&self.proof), "segments": segments})
    }
}

impl Evidence {
    /// The question and what its answer rests on, in words.
    pub fn words(&self) -> String {
        let mut words = format!("{} — is {}", self.condition.as_str(), self.value.words());
        if !self.limits.is_empty() {
            let limits: Vec<_> = self.limits.iter().map(Observed::words).collect();
            let _ = write!(words, ", compared with {}", limits.join(" and "));
        }
        if let Some(window) = self.window {
            let _ = write!(words, ", window {}", window_words(window));
        }
        match self.fact_count {
            0 => {}
            1 => words.push_str(", from 1 fact"),
            count => {
                let _ = write!(words, ", from {count} facts");
            }
        }
        words
    }
}

fn window_words(window: Window) -> String {
    match (window.start == Timestamp::MIN, window.end == Timestamp::MAX) {
        (true, true) => "always".to_owned(),
        (true, false) => format!("before {}", window.end),
        (false, true) => format!("from {}", window.start),
        (false, false) => format!("from {} to before {}", window.start, window.end),
    }
}

fn proof_json(proof: &Proof) -> Json {
    let mut parts = Map::new();
    parts.insert("truth".into(), json!(proof.truth));
    let inner = || -> Json { proof.inner.iter().map(proof_json).collect() };
    let (key, value) = match &proof.step {
        Step::All => ("all", inner()),
        Step::Any => ("any", inner()),
        Step::AtLeast(least) => {
            parts.insert("least".into(), json!(least));
            ("at_least", inner())
        }
        Step::Not => ("not", inner()),
        Step::Known => ("known", inner()),
        Step::Constant => ("constant", json!(proof.truth)),
        Step::Segment(name) => ("segment", json!(name)),
        Step::Test(evidence) => {
            parts.insert("value".into(), evidence.value.to_json());
            if !evidence.limits.is_empty() {
                parts.insert("limits".into(), evidence.limits.iter().map(Observed::to_json).collect());
            }
            if let Some(window) = evidence.window {
                parts.insert("window".into(), json!(window));
            }
            if evidence.fact_count > 0 {
                parts.insert("facts".into(), json!(evidence.facts));
                parts.insert("fact_count".into(), json!(evidence.fact_count));
            }
            ("test", json!(evidence.condition))
        }
    };
    parts.insert(key.into(), value);
    Json::Object(parts)
}
