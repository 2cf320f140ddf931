//! Values of Rust to plain objects of Python.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDict, PyFloat, PyList, PyNone, PyString};
use serde::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant,
};

use super::Fault;

/// A value as Python objects: `None`, `bool`, `int`, `float`, `str`, `list`, `dict`, and `uuid.UUID` for ids.
pub(crate) fn write<'py>(py: Python<'py>, value: &(impl Serialize + ?Sized)) -> Result<Bound<'py, PyAny>, Fault> {
    value.serialize(Writer(py))
}

#[derive(Clone, Copy)]
struct Writer<'py>(Python<'py>);

type Written<'py> = Result<Bound<'py, PyAny>, Fault>;

impl<'py> ser::Serializer for Writer<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Fault;
    type SerializeSeq = Items<'py>;
    type SerializeTuple = Items<'py>;
    type SerializeTupleStruct = Items<'py>;
    type SerializeTupleVariant = Items<'py>;
    type SerializeMap = Entries<'py>;
    type SerializeStruct = Entries<'py>;
    type SerializeStructVariant = Entries<'py>;

    fn is_human_readable(&self) -> bool {
        false
    }

    fn serialize_bool(self, value: bool) -> Written<'py> {
        Ok(PyBool::new(self.0, value).to_owned().into_any())
    }

    fn serialize_i8(self, value: i8) -> Written<'py> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Written<'py> {
        self.serialize_i64(value.into())
    }

    fn serialize_i32(self, value: i32) -> Written<'py> {
        self.serialize_i64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Written<'py> {
        Ok(value.into_pyobject(self.0).unwrap_or_else(|never| match never {}).into_any())
    }

    fn serialize_i128(self, value: i128) -> Written<'py> {
        Ok(value.into_pyobject(self.0).unwrap_or_else(|never| match never {}).into_any())
    }

    fn serialize_u8(self, value: u8) -> Written<'py> {
        self.serialize_i64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Written<'py> {
        self.serialize_i64(value.into())
    }

    fn serialize_u32(self, value: u32) -> Written<'py> {
        self.serialize_i64(value.into())
    }

    fn serialize_u64(self, value: u64) -> Written<'py> {
        Ok(value.into_pyobject(self.0).unwrap_or_else(|never| match never {}).into_any())
    }

    fn serialize_u128(self, value: u128) -> Written<'py> {
        Ok(value.into_pyobject(self.0).unwrap_or_else(|never| match never {}).into_any())
    }

    fn serialize_f32(self, value: f32) -> Written<'py> {
        self.serialize_f64(value.into())
    }

    fn serialize_f64(self, value: f64) -> Written<'py> {
        Ok(PyFloat::new(self.0, value).into_any())
    }

    fn serialize_char(self, value: char) -> Written<'py> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written<'py> {
        Ok(PyString::new(self.0, value).into_any())
    }

    /// Sixteen bytes are an id: no type of the core crosses as other bytes of that length.
    fn serialize_bytes(self, value: &[u8]) -> Written<'py> {
        match value.try_into() {
            Ok(bytes) => Ok(uuid::Uuid::from_bytes(bytes).into_pyobject(self.0)?.into_any()),
            Err(_) => Ok(PyBytes::new(self.0, value).into_any()),
        }
    }

    fn serialize_none(self) -> Written<'py> {
        Ok(PyNone::get(self.0).to_owned().into_any())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written<'py> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written<'py> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written<'py> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written<'py> {
        Ok(PyString::intern(self.0, variant).into_any())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written<'py> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written<'py> {
        tagged(self.0, variant, &value.serialize(self)?)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Items<'py>, Fault> {
        Ok(Items { py: self.0, written: Vec::with_capacity(len.unwrap_or(0)), variant: None })
    }

    fn serialize_tuple(self, len: usize) -> Result<Items<'py>, Fault> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Items<'py>, Fault> {
        self.serialize_seq(Some(len))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Items<'py>, Fault> {
        Ok(Items { py: self.0, written: Vec::with_capacity(len), variant: Some(variant) })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'py>, Fault> {
        Ok(Entries { dict: PyDict::new(self.0), key: None, variant: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Entries<'py>, Fault> {
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'py>, Fault> {
        Ok(Entries { dict: PyDict::new(self.0), key: None, variant: Some(variant) })
    }
}

/// A variant with content is a `dict` with the variant's word as its only key.
fn tagged<'py>(py: Python<'py>, variant: &'static str, value: &Bound<'py, PyAny>) -> Written<'py> {
    let dict = PyDict::new(py);
    dict.set_item(PyString::intern(py, variant), value)?;
    Ok(dict.into_any())
}

/// A sequence on its way.
pub(super) struct Items<'py> {
    py: Python<'py>,
    written: Vec<Bound<'py, PyAny>>,
    variant: Option<&'static str>,
}

impl<'py> Items<'py> {
    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.written.push(value.serialize(Writer(self.py))?);
        Ok(())
    }

    fn finish(self) -> Written<'py> {
        let list = PyList::new(self.py, self.written)?.into_any();
        match self.variant {
            Some(variant) => tagged(self.py, variant, &list),
            None => Ok(list),
        }
    }
}

macro_rules! items {
    ($($trait:ident::$method:ident),+) => {
        $(impl<'py> $trait for Items<'py> {
            type Ok = Bound<'py, PyAny>;
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.push(value)
            }

            fn end(self) -> Written<'py> {
                self.finish()
            }
        })+
    };
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field
);

/// A mapping on its way.
pub(super) struct Entries<'py> {
    dict: Bound<'py, PyDict>,
    key: Option<Bound<'py, PyAny>>,
    variant: Option<&'static str>,
}

impl<'py> Entries<'py> {
    fn set<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        let py = self.dict.py();
        Ok(self.dict.set_item(PyString::intern(py, key), value.serialize(Writer(py))?)?)
    }

    fn finish(self) -> Written<'py> {
        let py = self.dict.py();
        match self.variant {
            Some(variant) => tagged(py, variant, &self.dict.into_any()),
            None => Ok(self.dict.into_any()),
        }
    }
}

impl<'py> SerializeMap for Entries<'py> {
    type Ok = Bound<'py, PyAny>;
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
        self.key = Some(key.serialize(Writer(self.dict.py()))?);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let key = self.key.take().ok_or_else(|| Fault::shape("a value without a key"))?;
        Ok(self.dict.set_item(key, value.serialize(Writer(self.dict.py()))?)?)
    }

    fn end(self) -> Written<'py> {
        self.finish()
    }
}

macro_rules! structs {
    ($($trait:ident),+) => {
        $(impl<'py> $trait for Entries<'py> {
            type Ok = Bound<'py, PyAny>;
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
                self.set(key, value)
            }

            fn end(self) -> Written<'py> {
                self.finish()
            }
        })+
    };
}

structs!(SerializeStruct, SerializeStructVariant);
