//! Money as a value of Python's.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use crm_core::base::{self, Currency, Rounding};
use pyo3::basic::CompareOp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use crate::convert::read;
use crate::error::Failure;

/// An amount of money: a whole number of minor units in one currency.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Money(base::Money);

impl Money {
    pub(crate) const fn value(self) -> base::Money {
        self.0
    }
}

type Answer<T> = Result<T, Failure>;

fn currency(code: &str) -> Answer<Currency> {
    Ok(Currency::new(code)?)
}

#[pymethods]
impl Money {
    /// `Money("12.50 EUR")`, `Money("12.50", "EUR")`, `Money(Decimal("12.50"), "EUR")` or `Money(12, "EUR")`.
    #[new]
    #[pyo3(signature = (amount, currency=None))]
    fn new(amount: &Bound<'_, PyAny>, currency: Option<&str>) -> Answer<Self> {
        if amount.is_instance_of::<pyo3::types::PyFloat>() || amount.is_instance_of::<pyo3::types::PyBool>() {
            return Err(PyTypeError::new_err("money is never a float: give text, a Decimal or whole units").into());
        }
        let text = amount.str()?;
        let text = text.to_str()?;
        Ok(Self(match currency {
            Some(code) => base::Money::parse_amount(text, self::currency(code)?)?,
            None => text.parse()?,
        }))
    }

    /// An amount given in minor units.
    #[classmethod]
    fn from_minor(_: &Bound<'_, PyType>, minor: i64, currency: &str) -> Answer<Self> {
        Ok(Self(base::Money::new(minor, self::currency(currency)?)))
    }

    /// Nothing, in a currency.
    #[classmethod]
    fn zero(_: &Bound<'_, PyType>, currency: &str) -> Answer<Self> {
        Ok(Self(base::Money::zero(self::currency(currency)?)))
    }

    /// The amount in minor units: cents for EUR, yen for JPY.
    #[getter]
    const fn minor(&self) -> i64 {
        self.0.minor()
    }

    /// The currency's code.
    #[getter]
    fn currency(&self) -> &'static str {
        self.0.currency().code()
    }

    /// The amount in major units, as text that `decimal.Decimal` reads.
    fn amount(&self) -> String {
        self.0.amount()
    }

    /// Splits the amount by weights so that nothing is lost.
    fn allocate(&self, weights: Vec<u64>) -> Answer<Vec<Self>> {
        Ok(self.0.allocate(&weights)?.into_iter().map(Self).collect())
    }

    /// `self * numerator / denominator`, exactly, and rounded once.
    #[pyo3(signature = (numerator, denominator, rounding=None))]
    fn mul_ratio(&self, numerator: i64, denominator: i64, rounding: Option<&Bound<'_, PyAny>>) -> Answer<Self> {
        let rounding = rounding.map(read).transpose()?.unwrap_or(Rounding::HalfEven);
        Ok(Self(self.0.mul_ratio(numerator, denominator, rounding)?))
    }

    fn __add__(&self, other: &Self) -> Answer<Self> {
        Ok(Self(self.0.checked_add(other.0)?))
    }

    /// `sum()` starts with 0.
    fn __radd__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> Bound<'py, PyAny> {
        if other.extract::<i64>().is_ok_and(|zero| zero == 0) {
            return slf.clone().into_any();
        }
        slf.py().NotImplemented().into_bound(slf.py())
    }

    fn __sub__(&self, other: &Self) -> Answer<Self> {
        Ok(Self(self.0.checked_sub(other.0)?))
    }

    fn __neg__(&self) -> Answer<Self> {
        Ok(Self(self.0.checked_neg()?))
    }

    fn __abs__(&self) -> Answer<Self> {
        if self.0.is_negative() { self.__neg__() } else { Ok(*self) }
    }

    fn __mul__(&self, times: i64) -> Answer<Self> {
        Ok(Self(self.0.checked_mul(times)?))
    }

    fn __rmul__(&self, times: i64) -> Answer<Self> {
        self.__mul__(times)
    }

    fn __bool__(&self) -> bool {
        !self.0.is_zero()
    }

    fn __richcmp__(&self, other: &Bound<'_, PyAny>, op: CompareOp) -> Answer<Py<PyAny>> {
        let py = other.py();
        let Ok(other) = other.cast::<Self>() else { return Ok(py.NotImplemented()) };
        let other = other.get().0;
        let truth = match op {
            CompareOp::Eq => self.0 == other,
            CompareOp::Ne => self.0 != other,
            CompareOp::Lt => self.0.checked_cmp(other)? == Ordering::Less,
            CompareOp::Le => self.0.checked_cmp(other)? != Ordering::Greater,
            CompareOp::Gt => self.0.checked_cmp(other)? == Ordering::Greater,
            CompareOp::Ge => self.0.checked_cmp(other)? != Ordering::Less,
        };
        Ok(pyo3::types::PyBool::new(py, truth).to_owned().into_any().unbind())
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Money('{}')", self.0)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> (Bound<'py, PyType>, (Bound<'py, PyString>,)) {
        (slf.get_type(), (PyString::new(slf.py(), &slf.get().0.to_string()),))
    }
}
