//! The field registry: what is stored, and under which promise.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Error, Kind, Name, Result, Stream, Text, ValueType};

/// What sort of data a field holds, in the eyes of data-protection law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DataClass {
    /// Names a person: a name, a customer number.
    Identifier,
    /// Reaches a person: an address on some channel.
    Contact,
    /// What a person did.
    Behaviour,
    /// Money, payments, credit.
    Financial,
    /// Special categories (GDPR Art. 9) and sensitive data (PIPL Art. 28).
    Special,
    /// Concluded from other data: scores, segments, tiers.
    Inferred,
    /// Text that anybody may have written anything into.
    FreeText,
    /// An identifier that means nothing outside this store.
    Pseudonym,
    /// Not about a person.
    NonPersonal,
}

/// Where a field's content comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Provenance {
    /// The person gave it.
    Provided,
    /// It was seen while the person used a service.
    Observed,
    /// It was computed.
    Inferred,
    /// Somebody else gave it.
    ThirdParty,
}

/// What the absence of a field means to a segment or a score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Missing {
    /// Nobody knows: comparisons with it are neither true nor false.
    #[default]
    Unknown,
    /// It counts as zero (a balance, a counter).
    Zero,
    /// It counts as false (a flag).
    False,
    /// It counts as an empty list (tags).
    Empty,
}

impl Missing {
    /// Whether a field of this type can have the rule.
    pub const fn suits(self, ty: ValueType) -> bool {
        match self {
            Self::Unknown => true,
            Self::Zero => matches!(ty, ValueType::Int | ValueType::Float | ValueType::Money),
            Self::False => matches!(ty, ValueType::Bool),
            Self::Empty => matches!(ty, ValueType::Texts),
        }
    }
}

/// The declaration of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldDecl {
    /// The name, unique within its kind or stream.
    pub name: Name,
    /// The type of every value.
    pub value_type: ValueType,
    /// The class of data.
    pub class: DataClass,
    /// The origin.
    pub origin: Provenance,
    /// What it may be used for. Never empty.
    pub purposes: Vec<Name>,
    /// The unit of a number (`days`, `points`), if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Name>,
    /// What its absence means.
    #[serde(default)]
    pub missing: Missing,
    /// One sentence for those who read the catalogue.
    #[serde(default)]
    pub doc: Text,
}

impl FieldDecl {
    /// A field known when the program was written, for one purpose or more.
    pub fn new(
        name: &'static str,
        value_type: ValueType,
        class: DataClass,
        origin: Provenance,
        purposes: &[&'static str],
    ) -> Self {
        Self {
            name: Name::from_static(name),
            value_type,
            class,
            origin,
            purposes: purposes.iter().map(|purpose| Name::from_static(purpose)).collect(),
            unit: None,
            missing: Missing::Unknown,
            doc: Text::default(),
        }
    }

    /// Adds the sentence that explains the field.
    #[must_use]
    pub fn doc(mut self, doc: &'static str) -> Self {
        self.doc = Text::from_static(doc);
        self
    }

    /// Adds the unit.
    #[must_use]
    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = Some(Name::from_static(unit));
        self
    }

    /// Says what the field's absence means.
    #[must_use]
    pub fn missing(mut self, missing: Missing) -> Self {
        self.missing = missing;
        self
    }

    fn check(&self) -> Result<()> {
        if self.purposes.is_empty() {
            return Err(Error::invalid_at(&self.name, "a field without a purpose cannot be declared"));
        }
        if !self.missing.suits(self.value_type) {
            return Err(Error::invalid_at(&self.name, "the missing rule does not suit the type"));
        }
        if self.class != DataClass::Inferred
            && self.origin == Provenance::Inferred
            && self.class != DataClass::NonPersonal
        {
            return Err(Error::invalid_at(&self.name, "a field of inferred origin is of class inferred"));
        }
        Ok(())
    }
}

/// What a declaration is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Records of a kind.
    Kind(Kind),
    /// Facts of a stream.
    Stream(Stream),
}

impl Target {
    /// The name of the kind or stream.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Kind(kind) => kind.as_str(),
            Self::Stream(stream) => stream.as_str(),
        }
    }
}

/// The declared fields of one kind or stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Declaration {
    /// The kind or stream.
    pub target: Target,
    /// Its fields, each name once.
    pub fields: Vec<FieldDecl>,
}

/// Every kind and stream with its fields.
///
/// From this one list come a store's columns, redaction, the export and erasure of a person's data, the segment
/// catalogue and the documentation. It only grows: a field can be added, but never change its type.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<Declaration>", into = "Vec<Declaration>")]
pub struct Registry(BTreeMap<Target, Vec<FieldDecl>>);

impl Registry {
    /// No declarations.
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Adds a declaration. Fields that are already there with the same type are left as they are.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a field has no purpose, a missing rule that does not suit its type, or another type than
    /// before. Nothing is added then.
    pub fn declare(&mut self, declaration: &Declaration) -> Result<()> {
        let known = self.fields(&declaration.target);
        let mut fresh: Vec<FieldDecl> = Vec::new();
        for field in &declaration.fields {
            field.check()?;
            match known.iter().chain(&fresh).find(|own| own.name == field.name) {
                Some(own) if own.value_type != field.value_type => {
                    return Err(Error::invalid_at(&field.name, "declared before with another type"));
                }
                Some(_) => {}
                None => fresh.push(field.clone()),
            }
        }
        self.0.entry(declaration.target.clone()).or_default().extend(fresh);
        Ok(())
    }

    /// The declared fields of a kind or stream, in the order of declaration; empty when it is unknown.
    pub fn fields(&self, target: &Target) -> &[FieldDecl] {
        self.0.get(target).map_or(&[], Vec::as_slice)
    }

    /// Whether a kind or stream has been declared.
    pub fn knows(&self, target: &Target) -> bool {
        self.0.contains_key(target)
    }

    /// One field.
    pub fn field(&self, target: &Target, name: &str) -> Option<&FieldDecl> {
        self.fields(target).iter().find(|field| field.name == name)
    }

    /// Every kind and stream with its fields.
    pub fn iter(&self) -> impl Iterator<Item = (&Target, &[FieldDecl])> {
        self.0.iter().map(|(target, fields)| (target, fields.as_slice()))
    }
}

impl From<Vec<Declaration>> for Registry {
    /// Later declarations of the same target replace earlier ones.
    fn from(declarations: Vec<Declaration>) -> Self {
        Self(declarations.into_iter().map(|one| (one.target, one.fields)).collect())
    }
}

impl From<Registry> for Vec<Declaration> {
    fn from(registry: Registry) -> Self {
        registry.0.into_iter().map(|(target, fields)| Declaration { target, fields }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(field: FieldDecl) -> Declaration {
        Declaration { target: Target::Kind(Kind::from_static("customer")), fields: vec![field] }
    }

    #[test]
    fn a_field_without_a_purpose_cannot_be_declared() {
        let field = FieldDecl::new("x", ValueType::Int, DataClass::Behaviour, Provenance::Observed, &[]);
        assert!(Registry::new().declare(&one(field)).is_err());
    }

    #[test]
    fn a_type_never_changes() {
        let field = |ty| FieldDecl::new("x", ty, DataClass::Behaviour, Provenance::Observed, &["service"]);
        let mut registry = Registry::new();
        registry.declare(&one(field(ValueType::Int))).unwrap();
        registry.declare(&one(field(ValueType::Int))).unwrap();
        assert!(registry.declare(&one(field(ValueType::Text))).is_err());
        assert_eq!(registry.fields(&one(field(ValueType::Int)).target).len(), 1);
    }
}
