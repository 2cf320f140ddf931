//! The interactions that the store benchmarks write: 20,000 customers, four fifths of the facts about one fifth of them,
//! each with a channel, a campaign and about 118 bytes of text.

use crm_core::base::{
    DataClass, Declaration, FieldDecl, Id, Kind, Money, Name, Provenance, Stream, Target, Timestamp, ValueType,
};
use crm_core::change::{Change, ChangeSet};
use crm_core::fact::Fact;
use crm_core::record::{Key, Record};

use crate::Rng;

/// The customers' kind.
pub const CUSTOMER: Kind = Kind::from_static("customer");
/// The interactions' stream.
pub const INTERACTION: Stream = Stream::from_static("interaction");
/// How many customers there are.
pub const CUSTOMERS: u64 = 20_000;
/// The names of the interactions.
pub const NAMES: [&str; 5] = ["order", "refund", "visit", "message", "call"];
const CHANNELS: [&str; 5] = ["web", "store", "phone", "email", "app"];

/// The instant of the first interaction, in microseconds.
const START: i64 = 1_700_000_000_000_000;

/// The declarations of what is written.
pub fn declarations() -> ChangeSet {
    let text = |name, class| FieldDecl::new(name, ValueType::Text, class, Provenance::Observed, &["service"]);
    let fields = vec![
        text("channel", DataClass::Behaviour),
        text("campaign", DataClass::Behaviour),
        text("body", DataClass::FreeText),
    ];
    let customer = vec![
        FieldDecl::new("name", ValueType::Text, DataClass::Identifier, Provenance::Provided, &["service"]),
        FieldDecl::new("city", ValueType::Text, DataClass::Contact, Provenance::Provided, &["service"]),
        FieldDecl::new("visits", ValueType::Int, DataClass::Behaviour, Provenance::Observed, &["service"]),
    ];
    let mut set = ChangeSet::new(Timestamp::EPOCH);
    set.changes.push(Change::Declare(Declaration { target: Target::Stream(INTERACTION), fields }));
    set.changes.push(Change::Declare(Declaration { target: Target::Kind(CUSTOMER), fields: customer }));
    set
}

/// The id of a customer.
pub fn customer_id(number: u64) -> Id {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&Rng::new(number).bits().to_be_bytes());
    bytes[8..].copy_from_slice(&Rng::new(number ^ 0xffff).bits().to_be_bytes());
    Id::from_bytes(bytes)
}

/// A customer's record.
pub fn customer(number: u64) -> Record {
    let mut record = Record::new(CUSTOMER, customer_id(number));
    record.subject = Some(record.id);
    record.keys = vec![Key::unique(Name::from_static("no"), format!("C-{number:06}"))];
    record.fields.set(Name::from_static("name"), format!("Customer Number {number}"));
    record.fields.set(Name::from_static("city"), ["Köln", "Lyon", "Porto", "Turku"][number as usize % 4]);
    record.fields.set(Name::from_static("visits"), number as i64 % 97);
    record
}

/// Makes interactions, one after the other, in the order of their instants.
#[derive(Clone, Debug)]
pub struct Interactions {
    rng: Rng,
    made: u64,
}

impl Interactions {
    /// The interactions that follow from a seed.
    pub const fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed), made: 0 }
    }
}

impl Iterator for Interactions {
    type Item = Fact;

    fn next(&mut self) -> Option<Fact> {
        let rng = &mut self.rng;
        let number = match rng.below(5) {
            0 => rng.below(CUSTOMERS),
            _ => rng.below(CUSTOMERS / 5),
        };
        let at = Timestamp::from_micros(START + self.made as i64 * 31_000_000 + rng.below(1_000_000) as i64).ok()?;
        let mut random = [0; 10];
        random[..8].copy_from_slice(&rng.bits().to_be_bytes());
        let name = Name::from_static(NAMES[rng.below(5) as usize]);
        let mut fact = Fact::new(INTERACTION, Id::from_parts(at, random), customer_id(number), at, name);
        let minor = rng.below(50_000) as i64;
        fact.amount = format!("{}.{:02} EUR", minor / 100, minor % 100).parse::<Money>().ok();
        fact.points = Some(minor / 100);
        fact.fields.set(Name::from_static("body"), body(rng));
        fact.fields.set(Name::from_static("campaign"), format!("campaign-{:02}", rng.below(40)));
        fact.fields.set(Name::from_static("channel"), CHANNELS[rng.below(5) as usize]);
        self.made += 1;
        Some(fact)
    }
}

fn body(rng: &mut Rng) -> String {
    const WORDS: [&str; 8] = ["asked", "order", "delivery", "late", "thanks", "invoice", "colour", "again"];
    let mut text = String::with_capacity(132);
    let length = 106 + rng.below(25) as usize;
    while text.len() < length {
        text.push_str(WORDS[rng.below(8) as usize]);
        text.push(' ');
    }
    text.truncate(length);
    text
}
