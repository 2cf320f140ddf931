//! What is asked of a store.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, Serialize};

use crate::base::{Cursor, Id, Kind, Name, Order, Reason, Registry, Stream, Text, Timestamp, Value, Window};
use crate::fact::Fact;
use crate::record::{Key, Record};

/// What a store is and can do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreInfo {
    /// The store's name (`memory`, `sqlite`).
    pub name: Name,
    /// The version of its schema.
    pub schema: u32,
    /// Every field that has been declared.
    pub registry: Registry,
    /// The number of the last commit; 0 before the first.
    pub seq: u64,
    /// Whether what was acknowledged outlives the process.
    pub durable: bool,
    /// Whether [`Scan::tests`] are answered exactly by the store.
    pub filters: bool,
    /// Whether [`Lifecycle::SnapshotTo`] is supported.
    pub snapshots: bool,
}

/// A question for records of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scan {
    /// The kind.
    pub kind: Kind,
    /// Only those about these, in whatever order they are named; `None` for those about anybody and nobody.
    pub subjects: Option<Vec<Id>>,
    /// Only those that have this key. Its `unique` is ignored: a record may hold it either way.
    pub key: Option<Key>,
    /// Only those that pass every test. Optional for a store: see [`Page::filtered`](super::Page::filtered).
    pub tests: Vec<Test>,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

impl Scan {
    /// All records of a kind.
    pub const fn all(kind: Kind) -> Self {
        Self { kind, subjects: None, key: None, tests: Vec::new(), limit: 1_000, cursor: None }
    }

    /// Only those about a subject.
    #[must_use]
    pub fn about(mut self, subject: impl Into<Id>) -> Self {
        self.subjects = Some(vec![subject.into()]);
        self
    }

    /// Only those about any of several subjects.
    #[must_use]
    pub fn about_any(mut self, subjects: Vec<Id>) -> Self {
        self.subjects = Some(subjects);
        self
    }

    /// Only those that have a key.
    #[must_use]
    pub fn with_key(mut self, key: Key) -> Self {
        self.key = Some(key);
        self
    }

    /// Only those that pass a test.
    #[must_use]
    pub fn test(mut self, field: Name, op: TestOp, value: impl Into<Value>) -> Self {
        self.tests.push(Test { field, op, value: value.into() });
        self
    }

    /// At most so many a page.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The page after a cursor.
    #[must_use]
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }
}

/// One test of a field against a value. A missing field passes none, nor does a value of another type or currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Test {
    /// The field.
    pub field: Name,
    /// The comparison.
    pub op: TestOp,
    /// The value it is compared with.
    pub value: Value,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TestOp {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Le,
    /// Greater.
    Gt,
    /// Greater or equal.
    Ge,
}

impl Test {
    /// Whether a record passes: the reference that every store's filter must agree with.
    pub fn passes(&self, record: &Record) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let Some(own) = record.get(self.field.as_str()).and_then(|own| compare(own, &self.value)) else { return false };
        match self.op {
            TestOp::Eq => own == Equal,
            TestOp::Lt => own == Less,
            TestOp::Le => own != Greater,
            TestOp::Gt => own == Greater,
            TestOp::Ge => own != Less,
        }
    }
}

fn compare(a: &Value, b: &Value) -> Option<std::cmp::Ordering> {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Float(a), Value::Float(b)) => a.partial_cmp(b),
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        (Value::Id(a), Value::Id(b)) => Some(a.cmp(b)),
        (Value::Money(a), Value::Money(b)) if a.currency() == b.currency() => Some(a.minor().cmp(&b.minor())),
        _ => None,
    }
}

/// How much of each fact is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithFields {
    /// Everything.
    All,
    /// Stream, subject, instant, name, amount and points. The id is nil, `recorded` equals `at`, and there are no
    /// fields and no source. A store answers this from an index, many times faster.
    Measures,
}

/// A question for facts of one stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FactQuery {
    /// The stream.
    pub stream: Stream,
    /// Only facts about these, in whatever order they are named; `None` for facts about anybody.
    pub subjects: Option<Vec<Id>>,
    /// Only facts with these names; empty for all.
    pub names: Vec<Name>,
    /// Only facts that happened in this window.
    #[serde(deserialize_with = "any_window")]
    pub window: Window,
    /// Only facts that were known at this instant: recorded at it or before.
    pub known: Option<Timestamp>,
    /// Only these facts.
    pub ids: Option<Vec<Id>>,
    /// The order.
    pub order: Order,
    /// How much of each.
    pub fields: WithFields,
    /// How many at most.
    pub limit: usize,
    /// Where to go on.
    pub cursor: Option<Cursor>,
}

/// A window that ends before it starts holds nothing, and may be asked about all the same.
fn any_window<'de, D: Deserializer<'de>>(from: D) -> Result<Window, D::Error> {
    #[derive(Deserialize)]
    struct Ends {
        start: Timestamp,
        end: Timestamp,
    }

    let Ends { start, end } = Ends::deserialize(from)?;
    Ok(Window { start, end })
}

impl FactQuery {
    /// All facts of a stream.
    pub const fn all(stream: Stream) -> Self {
        Self {
            stream,
            subjects: None,
            names: Vec::new(),
            window: Window::ALWAYS,
            known: None,
            ids: None,
            order: Order::Oldest,
            fields: WithFields::All,
            limit: 1_000,
            cursor: None,
        }
    }

    /// The facts about one subject.
    pub fn about(stream: Stream, subject: impl Into<Id>) -> Self {
        Self { subjects: Some(vec![subject.into()]), ..Self::all(stream) }
    }

    /// Facts by id.
    pub fn by_id(stream: Stream, ids: Vec<Id>) -> Self {
        let mut query = Self::all(stream);
        query.ids = Some(ids);
        query.order = Order::Recorded;
        query
    }

    /// Only those with a name; call it again for more names.
    #[must_use]
    pub fn named(mut self, name: Name) -> Self {
        self.names.push(name);
        self
    }

    /// Only those that happened in a window.
    #[must_use]
    pub const fn within(mut self, window: Window) -> Self {
        self.window = window;
        self
    }

    /// Only those known at an instant.
    #[must_use]
    pub const fn known_at(mut self, known: Timestamp) -> Self {
        self.known = Some(known);
        self
    }

    /// In another order.
    #[must_use]
    pub const fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Without fields.
    #[must_use]
    pub const fn measures(mut self) -> Self {
        self.fields = WithFields::Measures;
        self
    }

    /// At most so many a page.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// The page after a cursor.
    #[must_use]
    pub fn after(mut self, cursor: Option<Cursor>) -> Self {
        self.cursor = cursor;
        self
    }

    /// Whether a fact is asked for: the reference that every store must agree with.
    pub fn wants(&self, fact: &Fact) -> bool {
        self.stream == fact.stream
            && self.subjects.as_ref().is_none_or(|subjects| subjects.contains(&fact.subject))
            && (self.names.is_empty() || self.names.contains(&fact.name))
            && self.window.contains(fact.at)
            && self.known.is_none_or(|known| fact.recorded <= known)
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&fact.id))
    }
}

/// How hard to look for damage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verify {
    /// The structure only.
    Quick,
    /// Every digest of every record and fact.
    Full,
    /// Traces of what was erased: these texts must not occur in any byte that the store keeps.
    /// A store that cannot look at its own bytes answers [`StoreError::Unsupported`](super::StoreError).
    Residue(Vec<Text>),
}

/// What [`Store::verify`](super::Store::verify) found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// How many records and facts were looked at.
    pub checked: u64,
    /// What is wrong, each with the kind or stream and the id or place. Empty when all is well.
    pub problems: Vec<Reason>,
}

/// A step in the life of a store. A step that has been taken already is taken again without harm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Lifecycle {
    /// Finish, write back, and let go of every file and lock: the host is about to be suspended. Every other call than
    /// [`Resume`](Self::Resume) and [`Close`](Self::Close) answers [`StoreError::Closed`](super::StoreError) from now
    /// on.
    Suspend,
    /// Go on after [`Suspend`](Self::Suspend).
    Resume,
    /// Write a consistent copy to a path that does not exist yet.
    SnapshotTo(PathBuf),
    /// Remove every trace of what was deleted or erased from what the store keeps.
    Scrub,
    /// Close for good. Every other call answers [`StoreError::Closed`](super::StoreError) from now on.
    Close,
}
