//! Expressions tried out on customers that are made up: nothing is stored or read.

use serde::{Deserialize, Serialize};

use super::{Segment, SegmentView, Segments, definitions, first};
use crate::base::{CustomerId, Error, Fields, Id, Money, Name, Result, Stream, Text, Timestamp, Value, Zone};
use crate::fact::Fact;
use crate::interaction::INTERACTION;
use crate::segment::{
    FieldKey, Layout, NextChange, Program, Relation, Row, SqlDialect, SqlText, Truth, parse, relation,
};

/// An expression, and somebody to try it out on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// The expression.
    pub text: String,
    /// The instant of evaluation.
    pub now: Timestamp,
    /// The zone whose days and months are meant where none is named.
    #[serde(default)]
    pub zone: Zone,
    /// Who, for samples; nobody in particular if not given.
    #[serde(default)]
    pub customer: Option<CustomerId>,
    /// The values of fields by their names, with arguments in parentheses (`reachable(email, news)`). Others are missing.
    #[serde(default)]
    pub fields: Fields,
    /// What has happened, in any order.
    #[serde(default)]
    pub facts: Vec<TrialFact>,
}

/// Something that has happened to somebody who is made up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrialFact {
    /// What.
    pub name: Name,
    /// When.
    pub at: Timestamp,
    /// The stream of facts; interactions if not given.
    #[serde(default)]
    pub stream: Option<Stream>,
    /// The money it is about.
    #[serde(default)]
    pub amount: Option<Money>,
    /// The points it is about.
    #[serde(default)]
    pub points: Option<i64>,
    /// Everything else.
    #[serde(default)]
    pub fields: Fields,
}

/// The answer to a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrialAnswer {
    /// The answer.
    pub truth: Truth,
    /// How it came about, in words.
    pub words: Text,
    /// When membership is another one, if nothing is learned until then.
    pub next_change: NextChange,
}

impl Segments {
    /// Evaluates an expression for a customer who is made up, with the catalogue and the segments of this engine.
    ///
    /// # Errors
    /// [`Error::Segment`] with the first thing that is wrong with the expression.
    pub fn try_out(&self, trial: &Trial) -> Result<TrialAnswer> {
        let expr = parse(&trial.text).map_err(Error::from)?;
        let mut layout = Layout::new();
        let program = Program::compile(&expr, &self.catalogue()?, &definitions(&self.list()?)?, &mut layout);
        let program = program.map_err(first)?;
        let given = trial.fields.iter().map(|(name, value)| Ok((key(name.as_str())?, value)));
        let given = given.collect::<Result<Vec<(FieldKey, &Value)>>>()?;
        let value = |key: &FieldKey| given.iter().find(|(own, _)| own == key).map(|(_, value)| (*value).clone());
        let values: Vec<_> = layout.keys().iter().map(value).collect();
        let id = trial.customer.map_or(Id::NIL, Id::from);
        let mut facts: Vec<Fact> =
            trial.facts.iter().enumerate().map(|(place, fact)| fact.to_fact(id, place)).collect();
        facts.sort_by_key(|fact| fact.at);
        let row = Row::new(id, &values, &facts)?;
        let evaluator = program.at(trial.now, &trial.zone);
        let explanation = evaluator.explain(&row);
        let next_change = evaluator.next_change(&row);
        Ok(TrialAnswer { truth: evaluator.truth(&row), words: explanation.render().into(), next_change })
    }

    /// An expression as SQL: a query for the ids of its members at the instant of the view, or what cannot be said. What
    /// tables it expects is told by [`Evaluator::to_sql`](crate::segment::Evaluator::to_sql).
    ///
    /// # Errors
    /// [`Error::Segment`] with the first thing that is wrong with the expression.
    pub fn to_sql(&self, text: &str, view: &SegmentView, dialect: SqlDialect) -> Result<SqlText> {
        let (programs, layout) = self.compile(&[Segment::unnamed(text)])?;
        let program = programs.first().ok_or_else(|| Error::invalid("text", "nothing was compiled"))?;
        Ok(program.at(view.as_of.valid, &view.zone).to_sql(&layout, dialect))
    }

    /// How the members of two expressions go together, whoever the customers are: whether those of one are always among
    /// those of the other, and whether they can have any in common. Unknown where it cannot be told.
    ///
    /// # Errors
    /// [`Error::Segment`] with the first thing that is wrong with either.
    pub fn relation(&self, one_text: &str, other_text: &str) -> Result<Relation> {
        let (one, other) = (parse(one_text).map_err(Error::from)?, parse(other_text).map_err(Error::from)?);
        relation(&one, &other, &self.catalogue()?, &definitions(&self.list()?)?).map_err(first)
    }
}

impl TrialFact {
    fn to_fact(&self, subject: Id, place: usize) -> Fact {
        let id = Id::derived("crm-core/trial", &place.to_string());
        let stream = self.stream.clone().unwrap_or(INTERACTION);
        let mut fact = Fact::new(stream, id, subject, self.at, self.name.clone());
        (fact.amount, fact.points, fact.fields) = (self.amount, self.points, self.fields.clone());
        fact
    }
}

/// `reachable(email, news)` as the key of a field.
fn key(text: &str) -> Result<FieldKey> {
    let (name, args) = match text.strip_suffix(')').and_then(|text| text.split_once('(')) {
        Some((name, args)) => (name, args.split(',').map(str::trim).map(Name::new).collect::<Result<_>>()?),
        None => (text, Vec::new()),
    };
    Ok(FieldKey { name: Name::new(name)?, args })
}
