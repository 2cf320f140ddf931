//! Typed values: what a field of a record or a fact can hold.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use smol_str::SmolStr;

use super::{Date, Error, Id, Money, Name, Result, Timestamp};

/// A text as customers write it. It may hold personal data, so `Debug` does not show it.
///
/// Texts of up to 23 bytes are held without an allocation; longer ones are shared, so that a clone is cheap.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(SmolStr);

impl Text {
    /// A text known when the program was written.
    pub const fn from_static(text: &'static str) -> Self {
        Self(SmolStr::new_static(text))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(SmolStr::new(text))
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(SmolStr::from(text))
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text(•••)")
    }
}

/// A field's content encrypted under a key of its subject: unreadable once that key is destroyed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sealed(std::sync::Arc<[u8]>);

impl Sealed {
    /// Wraps cipher text.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The cipher text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(•••)")
    }
}

/// The type of a [`Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ValueType {
    /// True or false.
    Bool,
    /// A 64-bit whole number.
    Int,
    /// A finite 64-bit floating-point number. For measures; money is [`Money`](ValueType::Money).
    Float,
    /// A text.
    Text,
    /// A day without a zone.
    Date,
    /// An instant.
    Time,
    /// An amount in one currency.
    Money,
    /// The id of something stored.
    Id,
    /// A list of texts (tags, languages).
    Texts,
}

impl ValueType {
    /// Every type.
    pub const ALL: [Self; 9] =
        [Self::Bool, Self::Int, Self::Float, Self::Text, Self::Date, Self::Time, Self::Money, Self::Id, Self::Texts];

    /// The type's word, as in declarations and messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Float => "float",
            Self::Text => "text",
            Self::Date => "date",
            Self::Time => "time",
            Self::Money => "money",
            Self::Id => "id",
            Self::Texts => "texts",
        }
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a field holds.
///
/// A value may be personal data, so `Debug` shows its type and nothing else. A missing value is the absence of the
/// field, not a variant.
///
/// In JSON, booleans, whole numbers, floats, texts and lists are themselves; the other types are objects with one
/// marked key (`{"$money": "12.50 EUR"}`), so that every value survives the way there and back. A float keeps its
/// point (`3.0`).
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// See [`ValueType::Bool`].
    Bool(bool),
    /// See [`ValueType::Int`].
    Int(i64),
    /// See [`ValueType::Float`]. Always finite when made by [`Value::float`].
    Float(f64),
    /// See [`ValueType::Text`].
    Text(Text),
    /// See [`ValueType::Date`].
    Date(Date),
    /// See [`ValueType::Time`].
    Time(Timestamp),
    /// See [`ValueType::Money`].
    Money(Money),
    /// See [`ValueType::Id`].
    Id(Id),
    /// See [`ValueType::Texts`].
    Texts(Vec<Text>),
    /// A value of any type, sealed.
    Sealed(Sealed),
}

impl Value {
    /// A floating-point value.
    ///
    /// # Errors
    /// [`Error::Invalid`] for NaN and the infinities: they are not data.
    pub fn float(value: f64) -> Result<Self> {
        if value.is_finite() { Ok(Self::Float(value)) } else { Err(Error::invalid("value", "not a finite number")) }
    }

    /// The type, unless the value is sealed.
    pub const fn value_type(&self) -> Option<ValueType> {
        Some(match self {
            Self::Bool(_) => ValueType::Bool,
            Self::Int(_) => ValueType::Int,
            Self::Float(_) => ValueType::Float,
            Self::Text(_) => ValueType::Text,
            Self::Date(_) => ValueType::Date,
            Self::Time(_) => ValueType::Time,
            Self::Money(_) => ValueType::Money,
            Self::Id(_) => ValueType::Id,
            Self::Texts(_) => ValueType::Texts,
            Self::Sealed(_) => return None,
        })
    }

    /// Whether a field of this type may hold the value. Sealed values fit everywhere.
    pub fn fits(&self, ty: ValueType) -> bool {
        self.value_type().is_none_or(|own| own == ty)
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The whole number, if it is one.
    pub const fn as_int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// The truth value, if it is one.
    pub const fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(truth) = self { Some(*truth) } else { None }
    }

    /// The instant, if it is one.
    pub const fn as_time(&self) -> Option<Timestamp> {
        if let Self::Time(at) = self { Some(*at) } else { None }
    }

    /// The day, if it is one.
    pub const fn as_date(&self) -> Option<Date> {
        if let Self::Date(date) = self { Some(*date) } else { None }
    }

    /// The id, if it is one.
    pub const fn as_id(&self) -> Option<Id> {
        if let Self::Id(id) = self { Some(*id) } else { None }
    }

    /// The amount, if it is one.
    pub const fn as_money(&self) -> Option<Money> {
        if let Self::Money(money) = self { Some(*money) } else { None }
    }

    /// The texts, if it is a list of them.
    pub fn as_texts(&self) -> Option<&[Text]> {
        if let Self::Texts(texts) = self { Some(texts) } else { None }
    }

    /// The JSON form.
    pub fn to_json(&self) -> Json {
        let marked =
            |key: &str, value: String| Json::Object([(key.to_owned(), Json::String(value))].into_iter().collect());
        match self {
            Self::Bool(truth) => Json::Bool(*truth),
            Self::Int(number) => Json::from(*number),
            Self::Float(number) => Json::from(*number),
            Self::Text(text) => Json::String(text.to_string()),
            Self::Date(date) => marked("$date", date.to_string()),
            Self::Time(at) => marked("$time", at.to_string()),
            Self::Money(money) => marked("$money", money.to_string()),
            Self::Id(id) => marked("$id", id.to_string()),
            Self::Texts(texts) => texts.iter().map(|text| Json::String(text.to_string())).collect(),
            Self::Sealed(sealed) => marked("$sealed", hex(sealed.as_bytes())),
        }
    }

    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`Error::Invalid`] for null, mixed lists, unknown marks and numbers that fit neither 64-bit type.
    pub fn from_json(json: &Json) -> Result<Self> {
        let bad = || Error::invalid("value", "not the JSON form of a value");
        match json {
            Json::Bool(truth) => Ok(Self::Bool(*truth)),
            Json::Number(number) => match number.as_i64() {
                Some(whole) => Ok(Self::Int(whole)),
                None if number.is_f64() => number.as_f64().ok_or_else(bad).and_then(Self::float),
                None => Err(bad()),
            },
            Json::String(text) => Ok(Self::Text(text.as_str().into())),
            Json::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(Text::from).ok_or_else(bad))
                .collect::<Result<_>>()
                .map(Self::Texts),
            Json::Object(object) => match object.iter().next() {
                Some((mark, Json::String(text))) if object.len() == 1 => Self::from_mark(mark, text),
                _ => Err(bad()),
            },
            Json::Null => Err(bad()),
        }
    }

    fn from_mark(mark: &str, text: &str) -> Result<Self> {
        match mark {
            "$date" => text.parse().map(Self::Date),
            "$time" => text.parse().map(Self::Time),
            "$money" => text.parse().map(Self::Money),
            "$id" => text.parse().map(Self::Id),
            "$sealed" => unhex(text).map(|bytes| Self::Sealed(Sealed::new(&bytes))),
            _ => Err(Error::invalid("value", "unknown mark")),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Result<Vec<u8>> {
    let bad = || Error::invalid("value", "not hexadecimal");
    let digit = |byte: u8| char::from(byte).to_digit(16).map(|d| d as u8).ok_or_else(bad);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return Err(bad());
    }
    pairs.iter().map(|[high, low]| Ok(digit(*high)? << 4 | digit(*low)?)).collect()
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.value_type() {
            Some(ty) => write!(f, "{ty}(•••)"),
            None => f.write_str("sealed(•••)"),
        }
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        Self::from_json(&Json::deserialize(deserializer)?).map_err(|_| serde::de::Error::custom("not a value"))
    }
}

macro_rules! value_from {
    ($($ty:ty => $variant:ident),+ $(,)?) => {$(
        impl From<$ty> for Value {
            fn from(value: $ty) -> Self {
                Self::$variant(value.into())
            }
        }
    )+};
}

value_from! { bool => Bool, i64 => Int, i32 => Int, u32 => Int, &str => Text, String => Text, Text => Text, Date => Date,
Timestamp => Time, Money => Money, Id => Id, Vec<Text> => Texts, Sealed => Sealed }

impl From<&Name> for Value {
    fn from(name: &Name) -> Self {
        Self::Text(name.as_str().into())
    }
}

/// The named values of a record or a fact, in the order of their names. A field that is not here is missing.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "std::collections::BTreeMap<Name, Value>", into = "std::collections::BTreeMap<Name, Value>")]
pub struct Fields(Vec<(Name, Value)>);

impl Fields {
    /// No fields.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Room for some fields.
    pub fn with_capacity(capacity: usize) -> Self {
        Self(Vec::with_capacity(capacity))
    }

    /// The value of a field, or nothing when it is missing.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.position(name).ok().map(|at| &self.0[at].1)
    }

    /// The value of a field as a type, or nothing when it is missing.
    ///
    /// ```
    /// use crm_core::base::{Fields, Name, Value};
    ///
    /// let title = Name::from_static("title");
    /// let fields = Fields::new().with(title.clone(), "Newsletter");
    /// assert_eq!(fields.read(&title, Value::as_text)?, Some("Newsletter"));
    /// assert!(fields.read(&title, Value::as_int).is_err());
    /// # Ok::<(), crm_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field when it holds something else.
    pub fn read<'a, T>(&'a self, name: &Name, as_type: impl FnOnce(&'a Value) -> Option<T>) -> Result<Option<T>> {
        self.get(name.as_str())
            .map(|value| as_type(value).ok_or_else(|| Error::invalid_at(name, "holds a value of another type")))
            .transpose()
    }

    /// The value of a field that must be there, as a type.
    ///
    /// # Errors
    /// [`Error::Invalid`] naming the field when it is missing or holds something else.
    pub fn require<'a, T>(&'a self, name: &Name, as_type: impl FnOnce(&'a Value) -> Option<T>) -> Result<T> {
        self.read(name, as_type)?.ok_or_else(|| Error::invalid_at(name, "missing"))
    }

    /// Sets a field.
    pub fn set(&mut self, name: Name, value: impl Into<Value>) {
        match self.0.last() {
            Some((last, _)) if *last >= name => match self.position(name.as_str()) {
                Ok(at) => self.0[at].1 = value.into(),
                Err(at) => self.0.insert(at, (name, value.into())),
            },
            _ => self.0.push((name, value.into())),
        }
    }

    /// Sets a field, or removes it when there is no value.
    pub fn put(&mut self, name: Name, value: Option<impl Into<Value>>) {
        match value {
            Some(value) => self.set(name, value),
            None => drop(self.remove(name.as_str())),
        }
    }

    /// Sets a field; for building in one expression.
    #[must_use]
    pub fn with(mut self, name: Name, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Takes a field away.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.position(name).ok().map(|at| self.0.remove(at).1)
    }

    /// The fields in the order of their names.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Name, &Value)> {
        self.0.iter().map(|(name, value)| (name, value))
    }

    /// How many fields are present.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no field is present.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn position(&self, name: &str) -> std::result::Result<usize, usize> {
        self.0.binary_search_by(|(own, _)| own.as_str().cmp(name))
    }
}

impl FromIterator<(Name, Value)> for Fields {
    fn from_iter<I: IntoIterator<Item = (Name, Value)>>(items: I) -> Self {
        let mut fields = Self::new();
        for (name, value) in items {
            fields.set(name, value);
        }
        fields
    }
}

impl From<std::collections::BTreeMap<Name, Value>> for Fields {
    fn from(map: std::collections::BTreeMap<Name, Value>) -> Self {
        Self(map.into_iter().collect())
    }
}

impl From<Fields> for std::collections::BTreeMap<Name, Value> {
    fn from(fields: Fields) -> Self {
        fields.0.into_iter().collect()
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_filter_map("finite", |x| Value::float(x).ok()),
            ".*".prop_map(Value::from),
            (Date::MIN.days()..=Date::MAX.days()).prop_map(|d| Value::from(Date::from_days(d).unwrap())),
            (0_i64..4_000_000_000_000_000).prop_map(|m| Value::from(Timestamp::from_micros(m).unwrap())),
            any::<[u8; 16]>().prop_map(|b| Value::from(Id::from_bytes(b))),
            proptest::collection::vec(".*".prop_map(|s| Text::from(s.as_str())), 0..4).prop_map(Value::from),
            any::<Vec<u8>>().prop_map(|b| Value::from(Sealed::new(&b))),
        ]
    }

    proptest! {
        #[test]
        fn values_survive_json(value in any_value()) {
            let text = serde_json::to_string(&value).unwrap();
            let back: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(back == value, "{text}");
        }

        #[test]
        fn debug_shows_no_value(text in "[a-z]{9,20}") {
            let fields = Fields::new().with(Name::from_static("email"), text.as_str());
            let shown = format!("{:?} {fields:?}", Value::from(text.as_str()));
            prop_assert!(!shown.contains(&text));
        }

        #[test]
        fn fields_keep_the_last_value_of_each_name(pairs in proptest::collection::vec(("[a-d]", any::<i64>()), 0..12)) {
            let mut fields = Fields::new();
            let mut model = std::collections::BTreeMap::new();
            for (name, value) in pairs {
                fields.set(Name::new(&name).unwrap(), value);
                model.insert(name, value);
            }
            let seen: Vec<_> = fields.iter().map(|(n, v)| (n.to_string(), v.as_int().unwrap())).collect();
            prop_assert_eq!(seen, model.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_not_data_is_refused() {
        assert!(Value::float(f64::NAN).is_err());
        for bad in [
            "null",
            "[1]",
            "{}",
            r#"{"$money":"1 EUR","x":"y"}"#,
            r#"{"$what":"1"}"#,
            "18446744073709551615",
            r#"{"$sealed":"é"}"#,
        ] {
            assert!(Value::from_json(&serde_json::from_str(bad).unwrap()).is_err(), "{bad}");
        }
    }
}
