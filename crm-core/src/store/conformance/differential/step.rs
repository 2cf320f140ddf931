//! What a random sequence is made of.

use super::super::random::Random;
use super::super::sample::{GIFT, NOTE, PERSON, VISIT, at, field, id, money, name};
use crate::base::{
    Date, Declaration, Fields, Id, Kind, Name, Order, Sealed, Stream, Target, Text, Value, ValueType, Window,
};
use crate::fact::{Fact, SourceRef};
use crate::record::{Key, Record};
use crate::store::{FactQuery, Scan, TestOp, WithFields};

/// What a sequence is mostly about.
#[derive(Clone, Copy)]
pub(super) struct Flavour {
    pub(super) name: &'static str,
    /// Of a hundred changes, how many declare, put, delete and append; the rest erase.
    weights: [u64; 4],
    /// Of a hundred steps, how many commit.
    commits: u64,
}

impl Flavour {
    pub(super) const ALL: [Self; 4] = [
        Self { name: "records-and-keys", weights: [3, 67, 22, 6], commits: 65 },
        Self { name: "facts-and-questions", weights: [2, 6, 2, 89], commits: 45 },
        Self { name: "erasures", weights: [2, 38, 8, 38], commits: 75 },
        Self { name: "everything", weights: [12, 38, 12, 34], commits: 60 },
    ];
}

/// One step.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Commit(Plan),
    Load(Kind, Vec<Id>),
    Find(Kind, Vec<Key>),
    Scan(Scan),
    Facts(FactQuery),
    Changes(u64, usize),
    Reopen,
    Suspend,
    Scrub,
}

/// A change set whose versions are given relative to those that the model has when it is committed, so that leaving a
/// step out does not make all later ones fail.
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    pub(super) at: i64,
    pub(super) key: Option<Text>,
    pub(super) require: Vec<Condition>,
    pub(super) edits: Vec<Edit>,
}

#[derive(Clone, Debug)]
pub(super) enum Condition {
    Version { kind: Kind, id: Id, off: i64 },
    Absent { kind: Kind, key: Key },
    Unchanged { stream: Stream, subject: Id, back: u64 },
}

#[derive(Clone, Debug)]
pub(super) enum Edit {
    Declare(Declaration),
    Put { record: Record, off: i64 },
    Delete { kind: Kind, id: Id, off: i64 },
    Append(Fact),
    Erase(Id),
}

impl Step {
    /// The same commit without one of its parts; nothing when there is no such part.
    pub(super) fn without(&self, part: usize) -> Option<Self> {
        let Self::Commit(plan) = self else { return None };
        let mut plan = plan.clone();
        if part < plan.edits.len() {
            plan.edits.remove(part);
        } else if part - plan.edits.len() < plan.require.len() {
            plan.require.remove(part - plan.edits.len());
        } else if part == plan.edits.len() + plan.require.len() {
            plan.key.take()?;
        } else {
            return None;
        }
        Some(Self::Commit(plan))
    }
}

/// The sequence that a seed gives.
pub(super) fn sequence(seed: u64, steps: usize, flavour: Flavour) -> Vec<Step> {
    let mut making = Making { random: Random::new(seed), flavour };
    (0..steps).map(|_| making.step()).collect()
}

/// Few things, so that they meet.
struct Making {
    random: Random,
    flavour: Flavour,
}

const WORDS: [&str; 3] = ["x", "y", "z"];
const TEXTS: [&str; 6] = ["a", "b", "A", "ä", "", "a longer text, which is kept elsewhere than a short one"];

impl Making {
    fn step(&mut self) -> Step {
        if self.random.percent(self.flavour.commits) {
            return Step::Commit(self.plan());
        }
        match self.random.below(20) {
            0..2 => Step::Load(self.kind(), self.ids()),
            2..4 => Step::Find(self.kind(), (0..self.random.below(4)).map(|_| self.key()).collect()),
            4..9 => Step::Scan(self.scan()),
            9..16 => Step::Facts(self.question()),
            16 => Step::Changes(self.random.below(30), 1 + self.random.below(20) as usize),
            17 => Step::Reopen,
            18 => Step::Suspend,
            _ => Step::Scrub,
        }
    }

    fn plan(&mut self) -> Plan {
        let key = self.random.percent(12).then(|| Text::from(format!("set {}", self.random.below(5))));
        let require = (0..2).filter(|_| self.random.percent(8)).count();
        Plan {
            at: self.random.below(6) as i64,
            key,
            require: (0..require).map(|_| self.condition()).collect(),
            edits: (0..self.random.below(6)).map(|_| self.edit()).collect(),
        }
    }

    fn condition(&mut self) -> Condition {
        match self.random.below(3) {
            0 => Condition::Version { kind: self.kind(), id: self.id(), off: self.off() },
            1 => Condition::Absent { kind: self.kind(), key: self.key() },
            _ => Condition::Unchanged { stream: self.stream(), subject: self.id(), back: self.random.below(6) },
        }
    }

    fn edit(&mut self) -> Edit {
        let mut rest = self.random.below(100);
        let weights = self.flavour.weights;
        let chosen = weights.iter().position(|weight| {
            let within = rest < *weight;
            rest = rest.saturating_sub(*weight);
            within
        });
        match chosen {
            Some(0) => Edit::Declare(self.declaration()),
            Some(1) => Edit::Put { record: self.record(), off: self.off() },
            Some(2) => Edit::Delete { kind: self.kind(), id: self.id(), off: self.off() },
            Some(3) => Edit::Append(self.fact()),
            _ => Edit::Erase(self.id()),
        }
    }

    /// How far a version is from the one it should be.
    fn off(&mut self) -> i64 {
        if self.random.percent(93) { 0 } else { self.random.pick(&[-1, 1]) }
    }

    fn kind(&mut self) -> Kind {
        self.random.pick(&[PERSON, NOTE])
    }

    fn stream(&mut self) -> Stream {
        self.random.pick(&[VISIT, GIFT])
    }

    fn id(&mut self) -> Id {
        id(self.random.below(7))
    }

    fn ids(&mut self) -> Vec<Id> {
        (0..self.random.below(5)).map(|_| self.id()).collect()
    }

    fn declaration(&mut self) -> Declaration {
        let target = if self.random.percent(50) { Target::Kind(self.kind()) } else { Target::Stream(self.stream()) };
        let word = self.random.pick(&["custom", "late", "Late", "int"]);
        // Mostly one type for a name, so that few declarations contradict each other.
        let ty = if self.random.percent(80) { ValueType::Int } else { self.random.pick(&ValueType::ALL) };
        Declaration { target, fields: vec![field(word, ty)] }
    }

    fn record(&mut self) -> Record {
        let mut record = Record::new(self.kind(), self.id());
        record.subject = self.random.percent(40).then(|| self.id());
        for _ in 0..self.random.below(3) {
            let key = self.key();
            if !record.keys.iter().any(|own| own.name == key.name && own.value == key.value) {
                record.keys.push(key);
            }
        }
        record.fields = self.fields();
        record
    }

    fn key(&mut self) -> Key {
        let name = Name::from_static(self.random.pick(&["email", "owner"]));
        let value = Text::from(self.random.pick(&TEXTS[..4]));
        Key { unique: self.random.percent(if name == "email" { 90 } else { 5 }), name, value }
    }

    fn fields(&mut self) -> Fields {
        let mut fields = Fields::new();
        for _ in 0..self.random.below(4) {
            let ty = self.random.pick(&ValueType::ALL);
            let value = self.value(ty);
            let word = match self.random.below(100) {
                0..75 => ty.word(),
                75..86 => "custom",
                86..98 => "late",
                _ => "int",
            };
            // What may be declared as a number mostly is one.
            let value = if word == "late" && self.random.percent(80) { Value::Int(7) } else { value };
            fields.set(Name::from_static(word), value);
        }
        fields
    }

    fn value(&mut self, ty: ValueType) -> Value {
        let number = self.random.below(4) as i64 - 1;
        match ty {
            _ if self.random.percent(3) => Value::Sealed(Sealed::new(&[number as u8, 0])),
            ValueType::Bool => Value::Bool(number > 0),
            ValueType::Float => Value::Float(number as f64 / 2.0),
            ValueType::Text => Value::from(self.random.pick(&TEXTS)),
            ValueType::Date => Date::from_days(number as i32).map_or(Value::Int(number), Value::Date),
            ValueType::Time => Value::Time(at(number)),
            ValueType::Money => money(number).map_or(Value::Int(number), Value::Money),
            ValueType::Id => Value::Id(self.id()),
            ValueType::Texts => Value::Texts((0..number).map(|_| Text::from(self.random.pick(&TEXTS))).collect()),
            ValueType::Int => Value::Int(number),
        }
    }

    fn fact(&mut self) -> Fact {
        let (stream, subject, happened) = (self.stream(), self.id(), at(self.random.below(8) as i64 - 2));
        let word = name(self.random.pick(&WORDS));
        let number = self.random.below(20);
        // A fact's content mostly follows from its id, so that it is often the same when it is sent again.
        let settled = self.random.percent(70);
        let mut fact = if self.random.percent(50) {
            let source = SourceRef::new(name("shop"), number.to_string());
            Fact::from_source(stream, source, subject, happened, word)
        } else {
            Fact::new(stream, id(number), subject, happened, word)
        };
        if settled {
            fact.subject = id(number % 7);
            fact.at = at((number % 5) as i64);
            fact.name = name(WORDS[number as usize % 3]);
            fact.points = number.is_multiple_of(2).then_some(number as i64);
        } else {
            fact.points = self.random.percent(50).then_some(number as i64);
            fact.amount = if self.random.percent(50) { money(number as i64) } else { None };
            fact.fields = self.fields();
        }
        fact
    }

    fn limit(&mut self) -> usize {
        self.random.pick(&[1, 2, 3, 5, 8, 1_000])
    }

    fn scan(&mut self) -> Scan {
        let mut scan = Scan::all(self.kind()).limit(self.limit());
        if self.random.percent(30) {
            scan = scan.about_any(self.ids());
        }
        if self.random.percent(30) {
            scan = scan.with_key(self.key());
        }
        while self.random.percent(30) {
            let ty = self.random.pick(&ValueType::ALL);
            let op = self.random.pick(&[TestOp::Eq, TestOp::Lt, TestOp::Le, TestOp::Gt, TestOp::Ge]);
            let word = if self.random.percent(80) { ty.word() } else { "custom" };
            let value = self.value(ty);
            scan = scan.test(Name::from_static(word), op, value);
        }
        scan
    }

    fn question(&mut self) -> FactQuery {
        let mut query = FactQuery::all(self.stream()).limit(self.limit());
        query.order = self.random.pick(&[Order::Oldest, Order::Newest, Order::Recorded]);
        if self.random.percent(40) {
            query.subjects = Some(self.ids());
        }
        if self.random.percent(30) {
            query.window = Window { start: at(self.random.below(6) as i64 - 2), end: at(self.random.below(8) as i64) };
        }
        if self.random.percent(30) {
            query = query.known_at(at(self.random.below(6) as i64));
        }
        while self.random.percent(25) {
            query = query.named(name(self.random.pick(&WORDS)));
        }
        if self.random.percent(10) {
            query.ids = Some((0..self.random.below(6)).map(|_| id(self.random.below(20))).collect());
        }
        if self.random.percent(30) {
            query.fields = WithFields::Measures;
        }
        query
    }
}
