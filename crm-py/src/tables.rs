//! Operations of the facade that take or give tables or files.

use std::borrow::Cow;
use std::str::FromStr;

use crm_core::base::{AsOf, Currency, Zone};
use crm_core::crm::{AssessOptions, Imported};
use crm_core::intake::{ContactMapping, Mode, PurchaseMapping};
use crm_core::score::SummaryOptions;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyString};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::arrow::{Stream, written};
use crate::convert::{read, write};
use crate::engine::Engine;
use crate::error::{Failure, detached};
use crate::scores::{Assessed, Purchased, Summaries};

/// `intake.purchases`.
#[pyfunction]
pub(crate) fn import_purchases<'py>(
    engine: &Bound<'py, Engine>,
    file: &Bound<'py, PyAny>,
    mapping: &Bound<'py, PyAny>,
    mode: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (crm, mapping, mode) = (engine.get().crm()?, mapping_of::<PurchaseMapping>(mapping)?, read::<Mode>(mode)?);
    let file = File::of(file)?;
    let imported: Imported = detached(engine.py(), || Ok(crm.intake().purchases(&file.bytes()?, &mapping, mode)?))?;
    Ok(write(engine.py(), &imported)?)
}

/// `intake.contacts`.
#[pyfunction]
pub(crate) fn import_contacts<'py>(
    engine: &Bound<'py, Engine>,
    file: &Bound<'py, PyAny>,
    mapping: &Bound<'py, PyAny>,
    mode: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (crm, mapping, mode) = (engine.get().crm()?, mapping_of::<ContactMapping>(mapping)?, read::<Mode>(mode)?);
    let file = File::of(file)?;
    let imported: Imported = detached(engine.py(), || Ok(crm.intake().contacts(&file.bytes()?, &mapping, mode)?))?;
    Ok(write(engine.py(), &imported)?)
}

/// A mapping, or its text.
fn mapping_of<T: DeserializeOwned + FromStr<Err = crm_core::Error>>(mapping: &Bound<'_, PyAny>) -> Result<T, Failure> {
    match mapping.cast::<PyString>() {
        Ok(text) => Ok(text.to_str()?.parse()?),
        Err(_) => Ok(read(mapping)?),
    }
}

/// A file: its bytes, or the table that stands for it.
enum File {
    Bytes(Vec<u8>),
    Table(Stream),
}

impl File {
    fn of(file: &Bound<'_, PyAny>) -> Result<Self, Failure> {
        match file.cast::<PyBytes>() {
            Ok(bytes) => Ok(Self::Bytes(bytes.as_bytes().to_vec())),
            Err(_) => Ok(Self::Table(Stream::of(file)?)),
        }
    }

    fn bytes(&self) -> Result<Cow<'_, [u8]>, Failure> {
        match self {
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
            Self::Table(table) => Ok(Cow::Owned(written(table)?)),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Purchases {
    currency: Currency,
    zone: Zone,
    as_of: AsOf,
}

/// `scores.purchases`.
#[pyfunction]
pub(crate) fn purchases(engine: &Bound<'_, Engine>, arguments: &Bound<'_, PyDict>) -> Result<Purchased, Failure> {
    let Purchases { currency, zone, as_of } = read(arguments.as_any())?;
    let crm = engine.get().crm()?;
    detached(engine.py(), || Ok(Purchased(crm.scores().purchases(currency, &zone, as_of)?)))
}

/// `scores.summaries`.
#[pyfunction]
pub(crate) fn summaries(engine: &Bound<'_, Engine>, options: &Bound<'_, PyAny>) -> Result<Summaries, Failure> {
    let (crm, options) = (engine.get().crm()?, read::<SummaryOptions>(options)?);
    detached(engine.py(), || Ok(crm.scores().summaries(&options)?.into()))
}

/// `scores.assess`.
#[pyfunction]
pub(crate) fn assess(engine: &Bound<'_, Engine>, options: &Bound<'_, PyAny>) -> Result<Assessed, Failure> {
    let (crm, options) = (engine.get().crm()?, read::<AssessOptions>(options)?);
    detached(engine.py(), || Ok(crm.scores().assess(&options)?.into()))
}
