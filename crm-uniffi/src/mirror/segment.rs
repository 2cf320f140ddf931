//! Who belongs.

use crm_core::base::*;
use crm_core::crm::{ColumnsInfo, Membership, Segment, SegmentDiff, SegmentVersion, SegmentView, Ticked, WhyNot};
use crm_core::crm::{Trial, TrialAnswer, TrialFact};
use crm_core::segment::*;
use std::collections::BTreeMap;

/// A named segment.
#[uniffi::remote(Record)]
pub struct Segment {
    /// The id, which follows from the name.
    pub id: SegmentId,
    /// The name.
    pub name: Name,
    /// The definition, as text.
    pub text: String,
    /// A fingerprint of what the definition means: it changes when the meaning may have.
    pub version: Name,
}

/// A definition that a segment has, or had.
#[uniffi::remote(Record)]
pub struct SegmentVersion {
    /// The definition, as text.
    pub text: String,
    /// The fingerprint of its meaning.
    pub version: Name,
    /// Since when.
    pub from: Timestamp,
}

/// From where segments are looked at.
#[uniffi::remote(Record)]
pub struct SegmentView {
    /// The instant, and what is known.
    pub as_of: AsOf,
    /// The zone whose days and months are meant where none is named.
    pub zone: Zone,
    /// The currency of purchases and values; without one, fields of purchases, scores and values are missing.
    #[uniffi(default)]
    pub currency: Option<Currency>,
    /// The programme that fields of loyalty speak of; without one, they are missing.
    #[uniffi(default)]
    pub programme: Option<ProgrammeId>,
}

/// A segment and those who belong to it.
#[uniffi::remote(Record)]
pub struct Membership {
    /// The segment.
    pub segment: Segment,
    /// Its members, in the order of their ids.
    pub members: Vec<CustomerId>,
}

/// What would have to be different for a customer to join a segment, or to leave it.
#[uniffi::remote(Record)]
pub struct WhyNot {
    /// The present answer.
    pub truth: Truth,
    /// The fewest questions whose answers would have to be different; nothing when no change would do.
    #[uniffi(default)]
    pub change: Option<Vec<Evidence>>,
    /// The same in words.
    pub words: Text,
}

/// What another definition would change.
#[uniffi::remote(Record)]
pub struct SegmentDiff {
    /// Who would join, in the order of their ids.
    pub enters: Vec<CustomerId>,
    /// Who would leave, in the order of their ids.
    pub leaves: Vec<CustomerId>,
    /// How many belong by both definitions.
    pub stays: u64,
}

/// What a tick has done.
#[uniffi::remote(Record)]
pub struct Ticked {
    /// How many customers were due.
    pub due: u64,
    /// How many entered or left a segment.
    pub changes: u64,
    /// When there is something to do again, if nothing is learned until then. A host can sleep that long.
    pub next: Timestamp,
}

/// What the columns hold.
#[uniffi::remote(Record)]
pub struct ColumnsInfo {
    /// How many customers; those who are put away are not among them.
    pub customers: u64,
    /// How many interactions.
    pub events: u64,
    /// How many bytes they take.
    pub bytes: u64,
}

/// An expression, and somebody to try it out on.
#[uniffi::remote(Record)]
pub struct Trial {
    /// The expression.
    pub text: String,
    /// The instant of evaluation.
    pub now: Timestamp,
    /// The zone whose days and months are meant where none is named.
    pub zone: Zone,
    /// Who, for samples; nobody in particular if not given.
    #[uniffi(default)]
    pub customer: Option<CustomerId>,
    /// The values of fields by their names, with arguments in parentheses (`reachable(email, news)`). Others are missing.
    #[uniffi(default)]
    pub fields: Fields,
    /// What has happened, in any order.
    #[uniffi(default)]
    pub facts: Vec<TrialFact>,
}

/// Something that has happened to somebody who is made up.
#[uniffi::remote(Record)]
pub struct TrialFact {
    /// What.
    pub name: Name,
    /// When.
    pub at: Timestamp,
    /// The stream of facts; interactions if not given.
    #[uniffi(default)]
    pub stream: Option<Stream>,
    /// The money it is about.
    #[uniffi(default)]
    pub amount: Option<Money>,
    /// The points it is about.
    #[uniffi(default)]
    pub points: Option<i64>,
    /// Everything else.
    #[uniffi(default)]
    pub fields: Fields,
}

/// The answer to a trial.
#[uniffi::remote(Record)]
pub struct TrialAnswer {
    /// The answer.
    pub truth: Truth,
    /// How it came about, in words.
    pub words: Text,
    /// When membership is another one, if nothing is learned until then.
    pub next_change: NextChange,
}

/// How the members of two expressions go together. Each answer is one about all customers that there can be; it is
/// unknown where it cannot be told.
#[uniffi::remote(Record)]
pub struct Relation {
    /// Whether every member of the first is one of the second.
    pub implies: Truth,
    /// Whether every member of the second is one of the first.
    pub implied_by: Truth,
    /// Whether both always have the same members.
    pub equivalent: Truth,
    /// Whether nobody can be a member of both.
    pub disjoint: Truth,
    /// Whether somebody can be a member of both.
    pub overlap: Truth,
}

/// A dialect of SQL.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum SqlDialect {
    /// SQLite from 3.23.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// `DuckDB`.
    Duckdb,
    /// Spark SQL.
    Spark,
}

/// A segment as SQL, or why it cannot be one.
#[uniffi::remote(Record)]
pub struct SqlText {
    /// A query for the ids of the members; nothing when some question cannot be said in SQL.
    #[uniffi(default)]
    pub sql: Option<String>,
    /// The questions that cannot be said with exactly the same meaning.
    pub refused: Vec<Text>,
}

/// When a customer joins or leaves without any new data.
#[uniffi::remote(Record)]
pub struct NextChange {
    /// The first instant at which membership is another one; nothing when it stays as it is for ever.
    #[uniffi(default)]
    pub at: Option<Timestamp>,
    /// Whether that is known. If not, `at` is the instant up to which nothing changes, and at which to ask
    /// again.
    pub exact: bool,
    /// Whether the segment looks at fields that change by themselves (a score, a permit). The answer holds for their
    /// present values; whoever supplies them knows when they change.
    pub moving: bool,
}

/// The segments whose members are kept up to date, and from where they are looked at.
#[uniffi::remote(Record)]
pub struct LiveSegments {
    /// Their names.
    #[uniffi(default)]
    pub names: Vec<Name>,
    /// The zone whose days and months are meant where none is named.
    pub zone: Zone,
    /// The currency of purchases.
    #[uniffi(default)]
    pub currency: Option<Currency>,
    /// The programme that fields of loyalty speak of.
    #[uniffi(default)]
    pub programme: Option<ProgrammeId>,
}

/// Why a membership changed.
#[uniffi::remote(Enum)]
#[non_exhaustive]
pub enum MembershipCause {
    /// This fact was recorded.
    Fact(Id),
    /// This record was written: the customer, an address, a relationship.
    Record(Id),
    /// Time went by.
    Time,
    /// A definition, or what it depends on for everybody, is another one.
    Definition,
}

/// That a customer entered a segment, or left it.
#[uniffi::remote(Record)]
pub struct MembershipChange {
    /// When.
    pub at: Timestamp,
    /// When it was noticed.
    pub recorded: Timestamp,
    /// The id of the fact; ids rise, which puts changes of one instant in their order.
    pub id: Id,
    /// Who.
    pub customer: CustomerId,
    /// Which segment.
    pub segment: Name,
    /// The version of its definition.
    pub version: Name,
    /// Whether it was entered, or left.
    pub entered: bool,
    /// Why.
    pub cause: MembershipCause,
}

/// A range of bytes in the text of an expression.
#[uniffi::remote(Record)]
pub struct TextSpan {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

/// How grave a diagnostic is.
#[uniffi::remote(Enum)]
pub enum Severity {
    /// The expression cannot be evaluated.
    Error,
    /// The expression can be evaluated, but hardly says what was meant.
    Warning,
}

/// One finding about an expression.
///
/// Its words name fields, types and units. They never repeat a text of the expression, which may be personal data.
#[uniffi::remote(Record)]
pub struct Diagnostic {
    /// The stable code (`E0103`), listed in `docs/segment-language.md`. `E` are errors, `W` warnings.
    pub code: Name,
    /// Where it is.
    pub span: TextSpan,
    /// What is wrong.
    pub message: String,
    /// What would be right here.
    #[uniffi(default)]
    pub expected: Option<Box<str>>,
    /// What is here.
    #[uniffi(default)]
    pub found: Option<Box<str>>,
    /// What may have been meant, or what to write instead.
    #[uniffi(default)]
    pub suggestion: Option<Box<str>>,
}

/// The answer to a condition in Kleene's logic. Only what is `True` belongs to a segment.
///
/// The order is that of truth: a conjunction is as true as the least true of its parts, a disjunction as the most true.
#[uniffi::remote(Enum)]
pub enum Truth {
    /// It is not so.
    False,
    /// Nobody knows.
    Unknown,
    /// It is so.
    True,
}

/// The whole reasoning behind one answer.
///
/// It holds personal data: `Debug` shows none of it; `render` and `to_json` show all.
#[uniffi::remote(Record)]
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
#[uniffi::remote(Record)]
pub struct Proof {
    /// The answer.
    pub truth: Truth,
    /// What was asked.
    pub step: Step,
    /// The conditions inside, as they were written.
    pub inner: Vec<Proof>,
}

/// What was asked.
#[uniffi::remote(Enum)]
#[non_exhaustive]
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
    /// Whether the customer belongs to another segment; see `Explanation::segments`.
    Segment(Name),
    /// A question about one operand.
    Test(Box<Evidence>),
}

/// What the answer to a question about one operand rests on.
#[uniffi::remote(Record)]
pub struct Evidence {
    /// The question as text.
    pub condition: Text,
    /// The value of the operand.
    pub value: Observed,
    /// The values that it was compared with.
    pub limits: Vec<Observed>,
    /// The window that was looked at, if there was one.
    #[uniffi(default)]
    pub window: Option<Window>,
    /// The latest of the facts that a measure rests on, at most `MAX_FACTS`, newest first.
    pub facts: Vec<Id>,
    /// How many facts it rests on.
    pub fact_count: u64,
}

/// A value, as far as it is known.
#[uniffi::remote(Enum)]
pub enum Observed {
    /// There is none.
    Missing,
    /// It depends on something that nobody knows.
    Uncertain,
    /// This one.
    Value(Personal<Value>),
    /// One between these two, both included.
    Between(Personal<Value>, Personal<Value>),
}

/// A field that has a value for each customer, or a property of an event.
///
/// Every room contributes the fields it can answer for; so may the host. The language knows no more of a field than
/// what stands here.
#[uniffi::remote(Record)]
pub struct Field {
    /// Its name (`purchases.count`), unique in the catalogue.
    pub name: Name,
    /// The type of its values.
    pub value_type: ValueType,
    /// The unit of a number (`days`), or the currency of all amounts (`EUR`).
    #[uniffi(default)]
    pub unit: Option<Name>,
    /// What its absence means.
    pub missing: Missing,
    /// What sort of data it is, in the eyes of data-protection law.
    pub class: DataClass,
    /// The arguments that must be given (`points("main")`); empty for an ordinary field.
    pub params: Vec<Param>,
    /// The only values that a text can have; empty when any text will do.
    pub values: Vec<Name>,
    /// The streams whose facts can change it; empty when only records do.
    pub fed_by: Vec<Stream>,
    /// Whether it can change as time goes by, without any new data (a score that fades, a permit that expires).
    pub moves: bool,
    /// The field to be used instead, if this one is on its way out.
    #[uniffi(default)]
    pub deprecated: Option<Name>,
    /// One sentence for those who write segments.
    pub doc: Text,
}

/// An argument of a field.
#[uniffi::remote(Record)]
pub struct Param {
    /// What it is called in messages.
    pub name: Name,
    /// The only values that it can have; empty when any name will do.
    pub values: Vec<Name>,
}

/// Something that happens to customers, again and again.
#[uniffi::remote(Record)]
pub struct Event {
    /// Its name: that of the facts.
    pub name: Name,
    /// The stream of the facts.
    pub stream: Stream,
    /// What the facts are called, where that is another name.
    #[uniffi(default)]
    pub facts: Option<Name>,
    /// What is known of each, beside the properties that all have.
    pub properties: Vec<Field>,
    /// One sentence for those who write segments.
    pub doc: Text,
}
