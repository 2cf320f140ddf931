//! What a person may see and take along: everything that is stored about them, each part with its declaration.

use serde::{Deserialize, Serialize};

use crate::base::{CustomerId, DataClass, Fields, Id, Name, Provenance, Registry, Target, Text, Timestamp, Value};
use crate::fact::Fact;
use crate::record::Record;

/// Everything that is stored about one person (GDPR Art. 15(1), (3)).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessPackage {
    /// The person.
    pub customer: CustomerId,
    /// The records and then the facts, each in the order of the kinds and streams; facts also by time.
    pub items: Vec<AccessItem>,
}

/// One record or fact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessItem {
    /// The kind or stream.
    pub target: Target,
    /// Which one.
    pub id: Id,
    /// What happened, if it is a fact.
    pub name: Option<Name>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// When it was learned.
    pub recorded: Option<Timestamp>,
    /// The system that told it.
    pub source: Option<Name>,
    /// What that system calls it.
    pub source_id: Option<Text>,
    /// What it holds.
    pub fields: Vec<AccessField>,
}

/// One value with its declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccessField {
    /// The field, or the key under which the record is found.
    pub name: Name,
    /// The value.
    pub value: Value,
    /// What sort of data it is. Missing for a field that nobody declared.
    pub class: Option<DataClass>,
    /// Where it comes from. Missing for a field that nobody declared.
    pub origin: Option<Provenance>,
    /// What it may be used for.
    pub purposes: Vec<Name>,
}

/// Collects what is about a person out of records and facts, each once. What is about anybody else is left out.
pub fn export_access(registry: &Registry, customer: CustomerId, records: &[Record], facts: &[Fact]) -> AccessPackage {
    let subject = Id::from(customer);
    let mut records: Vec<&Record> =
        records.iter().filter(|record| record.subject == Some(subject) || record.id == subject).collect();
    records.sort_by(|a, b| (&a.kind, a.id).cmp(&(&b.kind, b.id)));
    records.dedup_by(|a, b| (&a.kind, a.id) == (&b.kind, b.id));
    let mut facts: Vec<&Fact> = facts.iter().filter(|fact| fact.subject == subject).collect();
    facts.sort_by(|a, b| (&a.stream, a.at, a.id).cmp(&(&b.stream, b.at, b.id)));
    facts.dedup_by(|a, b| (&a.stream, a.id) == (&b.stream, b.id));
    let items = records.into_iter().map(|record| from_record(registry, record));
    let items = items.chain(facts.into_iter().map(|fact| from_fact(registry, fact))).collect();
    AccessPackage { customer, items }
}

impl AccessPackage {
    /// What the person may take to another provider (GDPR Art. 20): what they gave and what was seen of them, without
    /// what was concluded from it and what others told.
    #[must_use]
    pub fn portable(mut self) -> Self {
        for item in &mut self.items {
            item.fields.retain(|field| matches!(field.origin, Some(Provenance::Provided | Provenance::Observed)));
        }
        self.items.retain(|item| !item.fields.is_empty() || item.name.is_some());
        self
    }
}

fn from_record(registry: &Registry, record: &Record) -> AccessItem {
    let target = Target::Kind(record.kind.clone());
    let mut fields = declared(registry, &target, &record.fields);
    fields.extend(record.keys.iter().map(|key| {
        built_in(key.name.clone(), Value::Text(key.value.clone()), DataClass::Identifier, Provenance::Provided)
    }));
    AccessItem { target, id: record.id, name: None, at: None, recorded: None, source: None, source_id: None, fields }
}

fn from_fact(registry: &Registry, fact: &Fact) -> AccessItem {
    let target = Target::Stream(fact.stream.clone());
    let mut fields = declared(registry, &target, &fact.fields);
    let amount = fact.amount.map(|amount| ("amount", Value::Money(amount), DataClass::Financial));
    let points = fact.points.map(|points| ("points", Value::Int(points), DataClass::Behaviour));
    for (name, value, class) in amount.into_iter().chain(points) {
        fields.push(built_in(Name::from_static(name), value, class, Provenance::Observed));
    }
    AccessItem {
        target,
        id: fact.id,
        name: Some(fact.name.clone()),
        at: Some(fact.at),
        recorded: Some(fact.recorded),
        source: fact.source.as_ref().map(|source| source.source.clone()),
        source_id: fact.source.as_ref().map(|source| source.id.clone()),
        fields,
    }
}

fn declared(registry: &Registry, target: &Target, fields: &Fields) -> Vec<AccessField> {
    let export = |(name, value): (&Name, &Value)| {
        let field = registry.field(target, name.as_str());
        AccessField {
            name: name.clone(),
            value: value.clone(),
            class: field.map(|field| field.class),
            origin: field.map(|field| field.origin),
            purposes: field.map(|field| field.purposes.clone()).unwrap_or_default(),
        }
    };
    fields.iter().map(export).collect()
}

const fn built_in(name: Name, value: Value, class: DataClass, origin: Provenance) -> AccessField {
    AccessField { name, value, class: Some(class), origin: Some(origin), purposes: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Declaration, FieldDecl, Kind, Stream, ValueType};
    use crate::fact::SourceRef;
    use crate::record::Key;

    const CARD: Kind = Kind::from_static("card");
    const VISIT: Stream = Stream::from_static("visit");

    fn registry() -> Registry {
        let field = |name, class, origin| FieldDecl::new(name, ValueType::Text, class, origin, &["service"]);
        let mut registry = Registry::new();
        let card = vec![
            field("nick", DataClass::Identifier, Provenance::Provided),
            field("score", DataClass::Inferred, Provenance::Inferred),
            field("rumour", DataClass::FreeText, Provenance::ThirdParty),
        ];
        registry.declare(&Declaration { target: Target::Kind(CARD), fields: card }).unwrap();
        let visit = vec![field("page", DataClass::Behaviour, Provenance::Observed)];
        registry.declare(&Declaration { target: Target::Stream(VISIT), fields: visit }).unwrap();
        registry
    }

    fn all_about(who: &str) -> (CustomerId, Record, Fact) {
        let customer = CustomerId::new(Id::derived("test", who));
        let mut record = Record::new(CARD, Id::derived("card", who));
        record.subject = Some(customer.into());
        record.keys.push(Key::unique(Name::from_static("email"), format!("key-{who}")));
        for field in ["nick", "score", "rumour", "undeclared"] {
            record.fields.set(Name::from_static(field), format!("{field}-{who}"));
        }
        let source = SourceRef::new(Name::from_static("shop"), format!("source-{who}"));
        let mut fact = Fact::from_source(VISIT, source, customer.into(), Timestamp::EPOCH, Name::from_static("visit"));
        fact.fields.set(Name::from_static("page"), format!("page-{who}"));
        fact.amount = "7.77 EUR".parse().ok();
        fact.points = Some(424_242);
        (customer, record, fact)
    }

    #[test]
    fn everything_about_the_person_is_there_and_nothing_about_anybody_else() {
        let (anna, card, visit) = all_about("anna");
        let (_, other_card, other_visit) = all_about("bert");
        let (cards, visits) = ([other_card, card.clone(), card], [visit.clone(), other_visit, visit]);
        let package = export_access(&registry(), anna, &cards, &visits);
        assert_eq!(package.items.len(), 2);
        let json = serde_json::to_string(&package).unwrap();
        for canary in ["nick", "score", "rumour", "undeclared", "key", "source", "page"] {
            assert!(json.contains(&format!("{canary}-anna")), "{canary}");
        }
        assert!(json.contains("7.77 EUR") && json.contains("424242"));
        assert!(!json.contains("bert"));
        assert_eq!(serde_json::from_str::<AccessPackage>(&json).unwrap(), package);
        assert!(!format!("{package:?}").contains("-anna"), "printed for people who debug, it shows no value");
    }

    #[test]
    fn what_was_concluded_or_told_by_others_is_not_taken_along() {
        let (anna, card, visit) = all_about("anna");
        let package = export_access(&registry(), anna, &[card], &[visit]).portable();
        let json = serde_json::to_string(&package).unwrap();
        for there in ["nick", "key", "page"] {
            assert!(json.contains(&format!("{there}-anna")), "{there}");
        }
        for gone in ["score", "rumour", "undeclared"] {
            assert!(!json.contains(&format!("{gone}-anna")), "{gone}");
        }
    }
}
