//! Objects of Python to values of Rust.
//!
//! Serde asks for what the Rust type wants, and that decides how an object is read: a `datetime` is text where an instant
//! is wanted, and `{"$time": text}` where any [`Value`](crm_core::base::Value) is.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyByteArray, PyBytes, PyDict, PyFloat, PyFrozenSet, PyInt, PyList, PyMapping, PySet, PyString, PyTuple,
};
use serde::de::value::StrDeserializer;
use serde::de::{self, DeserializeOwned, DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::{Fault, words};
use crate::money::Money;

/// Reads a value.
pub(crate) fn read<T: DeserializeOwned>(object: &Bound<'_, PyAny>) -> Result<T, Fault> {
    T::deserialize(Reader(object))
}

/// A key and its value.
type Entry<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

struct Reader<'a, 'py>(&'a Bound<'py, PyAny>);

/// Objects that stand for one word, number or text of their own.
enum Special {
    Id(uuid::Uuid),
    Time(String),
    Date(String),
    Money(String),
    Decimal(String),
}

impl<'py> Reader<'_, 'py> {
    /// The object itself, or the value of a member of an enumeration.
    fn plain(&self) -> Result<Bound<'py, PyAny>, Fault> {
        let py = self.0.py();
        if self.0.is_instance(words::enumeration(py)?)? {
            return Ok(self.0.getattr(intern!(py, "value"))?);
        }
        Ok(self.0.clone())
    }

    fn special(&self) -> Result<Option<Special>, Fault> {
        let (object, py) = (self.0, self.0.py());
        if object.is_instance(words::uuid(py)?)? {
            return Ok(Some(Special::Id(object.extract()?)));
        }
        if object.is_instance(words::datetime(py)?)? {
            return instant(object).map(|text| Some(Special::Time(text)));
        }
        if object.is_instance(words::date(py)?)? {
            return Ok(Some(Special::Date(object.call_method0(intern!(py, "isoformat"))?.extract()?)));
        }
        if let Ok(money) = object.cast::<Money>() {
            return Ok(Some(Special::Money(money.get().value().to_string())));
        }
        if object.is_instance(words::decimal(py)?)? {
            return Ok(Some(Special::Decimal(object.str()?.to_string())));
        }
        Ok(None)
    }

    /// The object as a text, if it is or stands for one.
    fn text(&self) -> Result<Option<String>, Fault> {
        if let Ok(text) = self.0.cast::<PyString>() {
            return Ok(Some(text.to_str()?.to_owned()));
        }
        Ok(match self.special()? {
            Some(Special::Id(id)) => Some(id.to_string()),
            Some(Special::Time(text) | Special::Date(text) | Special::Money(text) | Special::Decimal(text)) => {
                Some(text)
            }
            None => match self.plain()?.cast_into::<PyString>() {
                Ok(text) => Some(text.to_str()?.to_owned()),
                Err(_) => None,
            },
        })
    }

    fn items(&self) -> Result<Option<Vec<Bound<'py, PyAny>>>, Fault> {
        let object = self.0;
        let is_sequence = object.is_instance_of::<PyList>()
            || object.is_instance_of::<PyTuple>()
            || object.is_instance_of::<PySet>()
            || object.is_instance_of::<PyFrozenSet>();
        if !is_sequence {
            return Ok(None);
        }
        Ok(Some(object.try_iter()?.collect::<PyResult<_>>()?))
    }

    /// The entries of a mapping, or the fields of a dataclass.
    fn entries(&self) -> Result<Option<Vec<Entry<'py>>>, Fault> {
        let (object, py) = (self.0, self.0.py());
        if let Ok(dict) = object.cast::<PyDict>() {
            return Ok(Some(dict.iter().collect()));
        }
        if let Some(keys) = object.getattr_opt(intern!(py, "_keys"))? {
            return fields(object, &keys).map(Some);
        }
        if object.is_instance(words::mapping(py)?)? {
            let items = object.cast::<PyMapping>().map_err(PyErr::from)?.items()?;
            return Ok(Some(items.iter().map(|item| item.extract()).collect::<PyResult<_>>()?));
        }
        Ok(None)
    }

    fn wrong(&self, visitor: &dyn de::Expected) -> Fault {
        let found = self.0.get_type().name().map_or_else(|_| "an object".to_owned(), |name| name.to_string());
        Fault::shape(format!("expected {visitor}, not {found}"))
    }

    fn visit_text<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        match self.text()? {
            Some(text) => visitor.visit_string(text),
            None => Err(self.wrong(&visitor)),
        }
    }

    fn visit_int<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        let object = self.plain()?;
        if object.is_instance_of::<PyBool>() {
            return Err(self.wrong(&visitor));
        }
        // numpy's integers and the like are integers by `__index__`.
        if !object.is_instance_of::<PyInt>() && object.getattr_opt(intern!(object.py(), "__index__"))?.is_none() {
            return Err(self.wrong(&visitor));
        }
        if let Ok(number) = object.extract::<i64>() {
            return visitor.visit_i64(number);
        }
        if let Ok(number) = object.extract::<u64>() {
            return visitor.visit_u64(number);
        }
        match object.extract::<i128>() {
            Ok(number) => visitor.visit_i128(number),
            Err(_) => Err(Fault::shape("the number is too large")),
        }
    }

    fn visit_float<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_instance_of::<PyBool>() || self.0.is_instance_of::<PyString>() {
            return Err(self.wrong(&visitor));
        }
        match self.0.extract::<f64>() {
            Ok(number) => visitor.visit_f64(number),
            Err(_) => Err(self.wrong(&visitor)),
        }
    }
}

/// The fields of a dataclass that have a value, by their names in Rust.
fn fields<'py>(object: &Bound<'py, PyAny>, keys: &Bound<'py, PyAny>) -> Result<Vec<Entry<'py>>, Fault> {
    let mut entries = Vec::new();
    for pair in keys.cast::<PyTuple>().map_err(PyErr::from)?.iter_borrowed() {
        let (key, name): (Bound<'py, PyAny>, Bound<'py, PyString>) = pair.extract()?;
        let value = object.getattr(name)?;
        if !value.is_none() {
            entries.push((key, value));
        }
    }
    Ok(entries)
}

/// An instant in UTC, as text. What has no zone is no instant.
fn instant(datetime: &Bound<'_, PyAny>) -> Result<String, Fault> {
    let py = datetime.py();
    let offset = datetime.call_method0(intern!(py, "utcoffset"))?;
    if offset.is_none() {
        return Err(Fault::shape("the datetime is naive: give it a zone, such as datetime.UTC"));
    }
    let seconds: f64 = offset.call_method0(intern!(py, "total_seconds"))?.extract()?;
    let utc =
        if seconds == 0.0 { datetime.clone() } else { datetime.call_method1("astimezone", (words::utc(py)?,))? };
    let text: String = utc.call_method0(intern!(py, "isoformat"))?.extract()?;
    Ok(text.replace("+00:00", "Z"))
}

macro_rules! as_integer {
    ($($method:ident)+) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            self.visit_int(visitor)
        })+
    };
}

impl<'de> de::Deserializer<'de> for Reader<'_, '_> {
    type Error = Fault;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_none() {
            return visitor.visit_unit();
        }
        if let Some(special) = self.special()? {
            let (mark, text) = match special {
                Special::Id(id) => ("$id", id.to_string()),
                Special::Time(text) => ("$time", text),
                Special::Date(text) => ("$date", text),
                Special::Money(text) => ("$money", text),
                Special::Decimal(_) => {
                    return Err(Fault::shape("a Decimal is no amount without a currency: use Money"));
                }
            };
            return visitor.visit_map(Marked(Some((mark, text)), None));
        }
        let plain = self.plain()?;
        if let Ok(truth) = plain.cast::<PyBool>() {
            return visitor.visit_bool(truth.is_true());
        }
        if let Ok(text) = plain.cast::<PyString>() {
            return visitor.visit_str(text.to_str()?);
        }
        if plain.is_instance_of::<PyFloat>() {
            return visitor.visit_f64(plain.extract()?);
        }
        if let Some(items) = self.items()? {
            return visitor.visit_seq(Items::new(items));
        }
        if let Some(entries) = self.entries()? {
            return visitor.visit_map(Entries::new(entries));
        }
        self.visit_int(visitor)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.0.cast::<PyBool>() {
            Ok(truth) => visitor.visit_bool(truth.is_true()),
            Err(_) => Err(self.wrong(&visitor)),
        }
    }

    as_integer! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_i128
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_float(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_float(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    /// Ids are asked for as bytes.
    fn deserialize_bytes<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Ok(bytes) = self.0.cast::<PyBytes>() {
            return visitor.visit_bytes(bytes.as_bytes());
        }
        if let Ok(bytes) = self.0.cast::<PyByteArray>() {
            return visitor.visit_bytes(&bytes.to_vec());
        }
        let id = match self.special()? {
            Some(Special::Id(id)) => Some(id),
            _ => self.text()?.and_then(|text| uuid::Uuid::parse_str(&text).ok()),
        };
        match id {
            Some(id) => visitor.visit_bytes(id.as_bytes()),
            None => Err(Fault::shape("expected an id (uuid.UUID)")),
        }
    }

    fn deserialize_byte_buf<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_bytes(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_none() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.0.is_none() { visitor.visit_unit() } else { Err(self.wrong(&visitor)) }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if let Ok(column) = self.0.cast::<crate::columns::Column>() {
            return column.get().visit(visitor);
        }
        match self.items()? {
            Some(items) => visitor.visit_seq(Items::new(items)),
            None => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.entries()? {
            Some(entries) => visitor.visit_map(Entries::new(entries)),
            None => Err(self.wrong(&visitor)),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        self.deserialize_map(visitor)
    }

    /// A word, a `dict` with the variant's word as its only key, or a dataclass that says which variant it is.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        let py = self.0.py();
        if let Some(tag) = self.0.getattr_opt(intern!(py, "_tag"))? {
            let content = Content::of(self.0)?;
            return visitor.visit_enum(Variant { tag: tag.extract()?, content });
        }
        if let Some(word) = self.text()? {
            return visitor.visit_enum(Variant { tag: word, content: Content::Nothing });
        }
        if let Some(mut entries) = self.entries()?
            && let (Some((tag, value)), true) = (entries.pop(), entries.is_empty())
        {
            return visitor.visit_enum(Variant { tag: tag.extract()?, content: Content::Object(value) });
        }
        Err(self.wrong(&visitor))
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        self.visit_text(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }
}

/// The items of a sequence.
struct Items<'py> {
    items: std::vec::IntoIter<Bound<'py, PyAny>>,
    at: usize,
}

impl<'py> Items<'py> {
    fn new(items: Vec<Bound<'py, PyAny>>) -> Self {
        Self { items: items.into_iter(), at: 0 }
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        let Some(item) = self.items.next() else { return Ok(None) };
        let at = self.at;
        self.at += 1;
        seed.deserialize(Reader(&item)).map(Some).map_err(|fault| fault.within(&format!("[{at}]")))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

/// The entries of a mapping.
struct Entries<'py> {
    entries: std::vec::IntoIter<(Bound<'py, PyAny>, Bound<'py, PyAny>)>,
    value: Option<(String, Bound<'py, PyAny>)>,
}

impl<'py> Entries<'py> {
    fn new(entries: Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>) -> Self {
        Self { entries: entries.into_iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((key, value)) = self.entries.next() else { return Ok(None) };
        let name = key.cast::<PyString>().map_or_else(|_| "key".to_owned(), std::string::ToString::to_string);
        self.value = Some((name, value));
        seed.deserialize(Reader(&key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let (name, value) = self.value.take().ok_or_else(|| Fault::shape("a value without a key"))?;
        seed.deserialize(Reader(&value)).map_err(|fault| fault.within(&name))
    }
}

/// One marked value: `{"$date": "2026-03-01"}`.
struct Marked(Option<(&'static str, String)>, Option<String>);

impl<'de> MapAccess<'de> for Marked {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        let Some((mark, text)) = self.0.take() else { return Ok(None) };
        self.1 = Some(text);
        let mark: StrDeserializer<'_, Fault> = mark.into_deserializer();
        seed.deserialize(mark).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let text = self.1.take().unwrap_or_default();
        seed.deserialize(IntoDeserializer::<Fault>::into_deserializer(text))
    }
}

/// What stands behind the word of a variant.
enum Content<'py> {
    Nothing,
    Object(Bound<'py, PyAny>),
}

impl<'py> Content<'py> {
    /// The content of a dataclass that says which variant it is. A bare one stands for its only value.
    fn of(object: &Bound<'py, PyAny>) -> Result<Self, Fault> {
        let py = object.py();
        if object.getattr_opt(intern!(py, "_bare"))?.is_some() {
            return Ok(Self::Object(object.getattr(intern!(py, "value"))?));
        }
        let keys = object.getattr(intern!(py, "_keys"))?;
        Ok(if keys.len()? == 0 { Self::Nothing } else { Self::Object(object.clone()) })
    }
}

struct Variant<'py> {
    tag: String,
    content: Content<'py>,
}

impl<'de, 'py> de::EnumAccess<'de> for Variant<'py> {
    type Error = Fault;
    type Variant = InVariant<'py>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, InVariant<'py>), Fault> {
        let value = seed.deserialize(IntoDeserializer::<Fault>::into_deserializer(self.tag.as_str()))?;
        Ok((value, InVariant { tag: self.tag, content: self.content }))
    }
}

struct InVariant<'py> {
    tag: String,
    content: Content<'py>,
}

impl<'py> InVariant<'py> {
    fn object(self) -> Result<(String, Bound<'py, PyAny>), Fault> {
        match self.content {
            Content::Object(object) => Ok((self.tag, object)),
            Content::Nothing => Err(Fault::shape(format!("{} needs a value", self.tag))),
        }
    }
}

impl<'de> de::VariantAccess<'de> for InVariant<'_> {
    type Error = Fault;

    fn unit_variant(self) -> Result<(), Fault> {
        match self.content {
            Content::Nothing => Ok(()),
            Content::Object(object) if object.is_none() => Ok(()),
            Content::Object(_) => Err(Fault::shape(format!("{} takes no value", self.tag))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Fault> {
        let (tag, object) = self.object()?;
        seed.deserialize(Reader(&object)).map_err(|fault| fault.within(&tag))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Fault> {
        let (tag, object) = self.object()?;
        de::Deserializer::deserialize_seq(Reader(&object), visitor).map_err(|fault| fault.within(&tag))
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Fault> {
        let (tag, object) = self.object()?;
        de::Deserializer::deserialize_map(Reader(&object), visitor).map_err(|fault| fault.within(&tag))
    }
}
