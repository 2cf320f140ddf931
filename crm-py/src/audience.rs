//! Audiences and permits: things that are not plain data, and may not be.

use std::sync::{Mutex, PoisonError};

use crm_core::base::{AsOf, CustomerId};
use crm_core::marketing::{self, Campaign};
use crm_core::privacy::ContactPermit;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Deserialize;

use crate::convert::{read, write};
use crate::engine::Engine;
use crate::error::{Failure, detached};

/// The people whom a campaign contacts.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Audience(Mutex<marketing::Audience>);

#[pymethods]
impl Audience {
    /// The audience in numbers, as data.
    fn summary<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        let summary = self.0.lock().unwrap_or_else(PoisonError::into_inner).summary();
        Ok(write(py, &summary)?)
    }
}

/// The permission to contact one person once.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Permit(Mutex<Option<ContactPermit>>);

#[pymethods]
impl Permit {
    /// What it permits, as data.
    fn data<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        Ok(write(py, &*self.0.lock().unwrap_or_else(PoisonError::into_inner))?)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    campaign: Campaign,
    members: Vec<CustomerId>,
    as_of: AsOf,
}

/// `marketing.plan`.
#[pyfunction]
pub(crate) fn plan(engine: &Bound<'_, Engine>, arguments: &Bound<'_, PyDict>) -> Result<Audience, Failure> {
    let Plan { campaign, members, as_of } = read(arguments.as_any())?;
    let crm = engine.get().crm()?;
    let audience = detached(engine.py(), || Ok(crm.marketing().plan(&campaign, &members, as_of)?))?;
    Ok(Audience(Mutex::new(audience)))
}

/// `marketing.adopt`.
#[pyfunction]
pub(crate) fn adopt(engine: &Bound<'_, Engine>, audience: &Bound<'_, Audience>) -> Result<(), Failure> {
    let (crm, audience) = (engine.get().crm()?, audience.get());
    detached(engine.py(), || Ok(crm.marketing().adopt(&audience.0.lock().unwrap_or_else(PoisonError::into_inner))?))
}

/// `marketing.next_batch`.
#[pyfunction]
pub(crate) fn next_batch(
    engine: &Bound<'_, Engine>,
    audience: &Bound<'_, Audience>,
    n: usize,
) -> Result<Vec<Permit>, Failure> {
    let (crm, audience) = (engine.get().crm()?, audience.get());
    let permits = detached(engine.py(), || {
        let mut audience = audience.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(crm.marketing().next_batch(&mut audience, n)?)
    })?;
    Ok(permits.into_iter().map(|permit| Permit(Mutex::new(Some(permit)))).collect())
}

/// `marketing.sent`.
#[pyfunction]
pub(crate) fn sent(
    engine: &Bound<'_, Engine>,
    campaign: &Bound<'_, PyAny>,
    permits: Vec<Py<Permit>>,
) -> Result<(), Failure> {
    let (crm, campaign) = (engine.get().crm()?, read::<Campaign>(campaign)?);
    detached(engine.py(), || {
        // The core takes a list of permits, and nothing can copy one: they are taken out and put back.
        let mut taken = Vec::with_capacity(permits.len());
        let mut lent = Vec::with_capacity(permits.len());
        for permit in &permits {
            if let Some(permit_itself) = permit.get().0.lock().unwrap_or_else(PoisonError::into_inner).take() {
                taken.push(permit_itself);
                lent.push(permit);
            }
        }
        let sent = if taken.len() == permits.len() {
            crm.marketing().sent(&campaign, &taken)
        } else {
            Err(crm_core::Error::invalid("permits", "one was named twice, or is being used by another thread"))
        };
        for (permit, itself) in lent.into_iter().zip(taken) {
            *permit.get().0.lock().unwrap_or_else(PoisonError::into_inner) = Some(itself);
        }
        Ok(sent?)
    })
}
