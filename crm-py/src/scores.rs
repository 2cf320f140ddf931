//! Summaries, scores and models on tables.

use std::sync::Arc;

use arrow_array::{ArrayRef, Date32Array, Float64Array, Int64Array, StringArray, UInt8Array, UInt32Array};
use crm_core::base::{CustomerId, Name, Zone};
use crm_core::crm::{self, Assessment};
use crm_core::score::{
    self, AnyPurchaseModel, FitOptions, GammaGamma, HistoryCounts, MbgCnbdK, PurchaseForecast, PurchaseModelKind,
    RfmOptions, Span, SpendCounts, SummaryOptions, SummaryTable, ValueTable, ValueTerms,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;

use crate::arrow::{Amounts, Keys, Stream, Table, column, dates};
use crate::columns::Columns;
use crate::convert::{read, write};
use crate::error::{Failure, detached};

type Answer<T> = Result<T, Failure>;

/// A summary of purchases, with the customers that its rows speak of.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Summaries {
    keys: Keys,
    table: Arc<SummaryTable>,
    left_out: u64,
    /// The customers of a store.
    customers: Option<Vec<CustomerId>>,
}

impl From<crm::Summaries> for Summaries {
    fn from(summaries: crm::Summaries) -> Self {
        let crm::Summaries { customers, table, left_out } = summaries;
        let keys = Keys::from(&*customers);
        Self { keys, table: Arc::new(table), left_out, customers: Some(customers) }
    }
}

/// Summarises the purchases of a table.
#[pyfunction]
#[pyo3(signature = (table, options, *, customer, time, amount, is_minor))]
pub(crate) fn summarize(
    py: Python<'_>,
    table: &Bound<'_, PyAny>,
    options: &Bound<'_, PyAny>,
    customer: &str,
    time: &str,
    amount: &str,
    is_minor: bool,
) -> Answer<Summaries> {
    let options: SummaryOptions = read(options)?;
    let zone = Zone::new(options.zone.as_str())?;
    let stream = Stream::of(table)?;
    let amounts = if is_minor { Amounts::Minor } else { Amounts::Major };
    detached(py, || {
        let (customers, keys) = Keys::of(customer, &column(&stream, customer)?)?;
        let days = dates(time, &column(&stream, time)?, &zone)?;
        let minor = amounts.read(amount, &column(&stream, amount)?, options.currency)?;
        let table = score::summarise(&customers, &days, &minor, &options)?;
        Ok(Summaries { keys, table: Arc::new(table), left_out: 0, customers: None })
    })
}

/// How a summary was made, without its rows.
#[derive(Serialize)]
struct About<'a> {
    unit: score::TimeUnit,
    as_of: crm_core::base::Date,
    holdout_until: Option<crm_core::base::Date>,
    zone: &'a Name,
    currency: crm_core::base::Currency,
    refunds: score::Refunds,
    dropped: score::Dropped,
    left_out: u64,
}

impl Summaries {
    /// What the core knows of a store's summaries.
    fn of_store(&self) -> crm::Summaries {
        let customers = self.customers.clone().unwrap_or_default();
        crm::Summaries { customers, table: (*self.table).clone(), left_out: self.left_out }
    }

    fn customers(&self) -> ArrayRef {
        self.keys.column(self.table.rows.iter().map(|row| row.customer))
    }

    fn columns(&self) -> Vec<(&'static str, ArrayRef)> {
        let rows = &self.table.rows;
        let histories = || rows.iter().map(|row| self.table.history(row));
        let mut columns: Vec<(&str, ArrayRef)> = vec![
            ("customer", self.customers()),
            ("repeats", Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.repeats)))),
            ("orders", Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.orders)))),
            ("first", Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.first.days())))),
            ("last", Arc::new(Date32Array::from_iter_values(rows.iter().map(|row| row.last.days())))),
            ("recency", Arc::new(Float64Array::from_iter_values(histories().map(|history| history.recency)))),
            ("age", Arc::new(Float64Array::from_iter_values(histories().map(|history| history.age)))),
            ("repeat_minor", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.repeat_minor)))),
            ("total_minor", Arc::new(Int64Array::from_iter_values(rows.iter().map(|row| row.total_minor)))),
        ];
        if self.table.holdout_until.is_some() {
            let holdout = &self.table.holdout;
            let purchases = UInt32Array::from_iter_values(holdout.iter().map(|row| row.purchases));
            columns.push(("holdout_purchases", Arc::new(purchases)));
            let minor = Int64Array::from_iter_values(holdout.iter().map(|row| row.minor));
            columns.push(("holdout_minor", Arc::new(minor)));
        }
        columns
    }
}

#[pymethods]
impl Summaries {
    fn __len__(&self) -> usize {
        self.table.rows.len()
    }

    /// How many customers the rows came from.
    #[getter]
    fn customer_count(&self) -> usize {
        self.keys.len()
    }

    /// One row for each customer.
    fn rows(&self, py: Python<'_>) -> Answer<Table> {
        detached(py, || Table::new(self.columns()))
    }

    /// How the summary was made, and what was left out.
    fn about<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        let SummaryTable { unit, as_of, holdout_until, zone, currency, refunds, dropped, .. } = &*self.table;
        let about = About {
            unit: *unit,
            as_of: *as_of,
            holdout_until: *holdout_until,
            zone,
            currency: *currency,
            refunds: *refunds,
            dropped: *dropped,
            left_out: self.left_out,
        };
        Ok(write(py, &about)?)
    }

    /// Everything as plain data.
    fn data<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &self.of_store())?)
    }

    /// How many customers have 0, 1, 2, ... repeat purchases, the last number standing for that or more.
    fn repeats(&self, most: usize) -> Vec<u64> {
        let mut counts = vec![0; most + 1];
        for row in &self.table.rows {
            counts[(row.repeats as usize).min(most)] += 1;
        }
        counts
    }

    /// Recency, frequency and monetary scores.
    fn rfm(&self, py: Python<'_>, options: &Bound<'_, PyAny>) -> Answer<RfmTable> {
        let options: RfmOptions = read(options)?;
        let table = detached(py, || Ok(score::rfm(&self.table, &options)?))?;
        Ok(RfmTable { customers: self.customers(), table })
    }

    /// The purchase model of a kind that makes the histories most likely, as data.
    fn fit_purchases<'py>(
        &self,
        py: Python<'py>,
        kind: &Bound<'_, PyAny>,
        options: &Bound<'_, PyAny>,
    ) -> Answer<Bound<'py, PyAny>> {
        let (kind, options): (PurchaseModelKind, FitOptions) = (read(kind)?, read(options)?);
        let fit = detached(py, || Ok(AnyPurchaseModel::fit(kind, &HistoryCounts::of(&self.table), &options)?))?;
        Ok(write(py, &fit)?)
    }

    /// The regular purchase model that makes the purchases most likely, as data.
    fn fit_regularity<'py>(&self, py: Python<'py>, options: &Bound<'_, PyAny>) -> Answer<Bound<'py, PyAny>> {
        let options: FitOptions = read(options)?;
        let fit = detached(py, || Ok(MbgCnbdK::fit_regularity(&self.table, &options)?))?;
        Ok(write(py, &fit)?)
    }

    /// The spend model that makes the spends most likely, as data.
    fn fit_gammagamma<'py>(&self, py: Python<'py>, options: &Bound<'_, PyAny>) -> Answer<Bound<'py, PyAny>> {
        let options: FitOptions = read(options)?;
        let fit = detached(py, || Ok(GammaGamma::fit(&SpendCounts::of(&self.table)?, &options)?))?;
        Ok(write(py, &fit)?)
    }

    /// P(alive) and expected purchases.
    fn forecast(
        &self,
        py: Python<'_>,
        model: &Bound<'_, PyAny>,
        horizon: &Bound<'_, PyAny>,
        threads: usize,
    ) -> Answer<Table> {
        let (model, horizon): (AnyPurchaseModel, Span) = (buying(model)?, read(horizon)?);
        let forecasts = detached(py, || Ok(model.forecast(&self.table, horizon, threads)?))?;
        let mut columns = vec![("customer", self.customers())];
        columns.extend(forecast_columns(&forecasts));
        Table::new(columns)
    }

    /// Lifetime values.
    fn lifetime_value(
        &self,
        py: Python<'_>,
        purchases: &Bound<'_, PyAny>,
        spend: &Bound<'_, PyAny>,
        terms: &Bound<'_, PyAny>,
        threads: usize,
    ) -> Answer<Values> {
        let (purchases, spend): (AnyPurchaseModel, GammaGamma) = (buying(purchases)?, read(spend)?);
        let terms: ValueTerms = read(terms)?;
        let table = detached(py, || Ok(purchases.value(&self.table, &spend, &terms, threads)?))?;
        Ok(Values { customers: self.customers(), table })
    }
}

fn forecast_columns(forecasts: &[PurchaseForecast]) -> [(&'static str, ArrayRef); 2] {
    let p_alive = Float64Array::from_iter_values(forecasts.iter().map(|one| one.p_alive));
    let purchases = Float64Array::from_iter_values(forecasts.iter().map(|one| one.purchases));
    [("p_alive", Arc::new(p_alive)), ("purchases", Arc::new(purchases))]
}

/// Reads a purchase model by the name of its class.
pub(crate) fn buying(model: &Bound<'_, PyAny>) -> Answer<AnyPurchaseModel> {
    Ok(match model.get_type().name()?.to_str()? {
        "BgNbd" => AnyPurchaseModel::BgNbd(read(model)?),
        "MbgNbd" => AnyPurchaseModel::MbgNbd(read(model)?),
        "ParetoNbd" => AnyPurchaseModel::ParetoNbd(read(model)?),
        "MbgCnbdK" => AnyPurchaseModel::MbgCnbdK(read(model)?),
        _ => return Err(pyo3::exceptions::PyTypeError::new_err("expected a purchase model").into()),
    })
}

/// Recency, frequency and monetary scores, one row for each row of a summary.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct RfmTable {
    customers: ArrayRef,
    table: score::RfmTable,
}

fn rfm_columns(table: &score::RfmTable) -> Vec<(&'static str, ArrayRef)> {
    let rows = &table.rows;
    let small =
        |of: fn(&score::RfmRow) -> u8| -> ArrayRef { Arc::new(UInt8Array::from_iter_values(rows.iter().map(of))) };
    let segments = rows.iter().map(|row| table.segment_of(row).map(Name::as_str));
    vec![
        ("recency_days", Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.recency_days)))),
        ("frequency", Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.frequency)))),
        ("monetary_minor", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.monetary_minor)))),
        ("r", small(|row| row.r)),
        ("f", small(|row| row.f)),
        ("m", small(|row| row.m)),
        ("segment", Arc::new(segments.collect::<StringArray>())),
    ]
}

#[pymethods]
impl RfmTable {
    /// A table out of plain data, its customers by number.
    #[staticmethod]
    fn of(data: &Bound<'_, PyAny>) -> Answer<Self> {
        let table: score::RfmTable = read(data)?;
        let customers = table.rows.iter().map(|row| i64::from(row.customer));
        Ok(Self { customers: Arc::new(Int64Array::from_iter_values(customers)), table })
    }

    fn __len__(&self) -> usize {
        self.table.rows.len()
    }

    /// One row for each customer.
    fn rows(&self, py: Python<'_>) -> Answer<Table> {
        detached(py, || {
            let mut columns = vec![("customer", Arc::clone(&self.customers))];
            columns.extend(rfm_columns(&self.table));
            Table::new(columns)
        })
    }

    /// How many customers each segment has, in the order of the segments; `None` for those without one.
    fn sizes(&self) -> Vec<(Option<String>, u64)> {
        let mut sizes = vec![0; self.table.segments.len() + 1];
        for row in &self.table.rows {
            sizes[row.segment.map_or(self.table.segments.len(), |segment| segment as usize)] += 1;
        }
        let names = self.table.segments.iter().map(|segment| Some(segment.name.to_string()));
        names.chain([None]).zip(sizes).collect()
    }

    /// The day, the cut points and the segments.
    fn about<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        let about = PyDict::new(py);
        about.set_item("as_of", write(py, &self.table.as_of)?)?;
        about.set_item("cuts", write(py, &self.table.cuts)?)?;
        about.set_item("segments", write(py, &self.table.segments)?)?;
        Ok(about.into_any())
    }

    /// Everything as plain data.
    fn data<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &self.table)?)
    }
}

/// Who moved between segments from one table of scores to a later one, as data. Customers are known by their names.
#[pyfunction]
pub(crate) fn rfm_migration<'py>(py: Python<'py>, earlier: &RfmTable, later: &RfmTable) -> Answer<Bound<'py, PyAny>> {
    let keys = |of: &RfmTable| Keys::of("customer", std::slice::from_ref(&of.customers));
    let ((_, before), (_, after)) = (keys(earlier)?, keys(later)?);
    let (mut old, mut new) = (earlier.table.clone(), later.table.clone());
    let mut next = new.rows.len() as u32;
    for (row, number) in new.rows.iter_mut().zip(0..) {
        row.customer = number;
    }
    for (row, place) in old.rows.iter_mut().zip(after.places_of(&before)) {
        row.customer = place.unwrap_or(next);
        next += u32::from(place.is_none());
    }
    Ok(write(py, &detached(py, || Ok(score::rfm_migration(&old, &new)?))?)?)
}

/// Lifetime values, one row for each row of a summary.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Values {
    customers: ArrayRef,
    table: ValueTable,
}

fn value_columns(table: &ValueTable) -> Vec<(&'static str, ArrayRef)> {
    let rows = &table.rows;
    vec![
        ("purchases", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.purchases)))),
        (
            "discounted_purchases",
            Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.discounted_purchases))),
        ),
        ("spend", Arc::new(rows.iter().map(|row| row.spend).collect::<Float64Array>())),
        ("value", Arc::new(rows.iter().map(|row| row.value).collect::<Float64Array>())),
    ]
}

#[pymethods]
impl Values {
    fn __len__(&self) -> usize {
        self.table.rows.len()
    }

    /// One row for each customer.
    fn rows(&self, py: Python<'_>) -> Answer<Table> {
        detached(py, || {
            let mut columns = vec![("customer", Arc::clone(&self.customers))];
            columns.extend(value_columns(&self.table));
            Table::new(columns)
        })
    }

    /// The terms and the currency.
    fn about<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        let about = PyDict::new(py);
        about.set_item("terms", write(py, &self.table.terms)?)?;
        about.set_item("currency", write(py, &self.table.currency)?)?;
        Ok(about.into_any())
    }

    /// The value of all customers whose value is known, in major units.
    fn total(&self) -> f64 {
        self.table.total()
    }

    /// The cash flow of each period of the customer in a row.
    fn flows(&self, row: usize) -> Option<Vec<f64>> {
        self.table.flows(row)
    }

    /// Everything as plain data.
    fn data<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &self.table)?)
    }
}

/// Everybody who ever bought: summary, scores, models, forecasts and values.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Assessed(Assessment);

impl From<Assessment> for Assessed {
    fn from(assessment: Assessment) -> Self {
        Self(assessment)
    }
}

#[pymethods]
impl Assessed {
    fn __len__(&self) -> usize {
        self.0.summaries.table.rows.len()
    }

    /// One row for each customer, with everything that is known.
    fn rows(&self, py: Python<'_>) -> Answer<Table> {
        let summaries = self.summaries();
        detached(py, || {
            let mut columns = summaries.columns();
            columns.extend(rfm_columns(&self.0.rfm).into_iter().skip(3));
            if !self.0.forecasts.is_empty() {
                columns.extend(forecast_columns(&self.0.forecasts));
            }
            if let Some(values) = &self.0.values {
                columns.extend(value_columns(values).into_iter().skip(2));
            }
            Table::new(columns)
        })
    }

    /// The summary of the purchases.
    fn summaries(&self) -> Summaries {
        self.0.summaries.clone().into()
    }

    /// The scores.
    fn rfm(&self) -> RfmTable {
        RfmTable { customers: self.summaries().customers(), table: self.0.rfm.clone() }
    }

    /// The lifetime values, with both models.
    fn values(&self) -> Option<Values> {
        let table = self.0.values.clone()?;
        Some(Values { customers: self.summaries().customers(), table })
    }

    /// The fitted models as data, or what they lack.
    fn models<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &(&self.0.purchases, &self.0.spend))?)
    }

    /// What is known of a customer, as data.
    fn of<'py>(&self, py: Python<'py>, customer: &Bound<'py, PyAny>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &self.0.of(read(customer)?))?)
    }

    /// Everything as plain data.
    fn data<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &self.0)?)
    }
}

/// What a purchase model says about the rows of a table of histories.
#[pyfunction]
#[pyo3(signature = (model, table, horizon, *, repeats, recency, age, customer, threads))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn score_table(
    py: Python<'_>,
    model: &Bound<'_, PyAny>,
    table: &Columns,
    horizon: &Bound<'_, PyAny>,
    repeats: &str,
    recency: &str,
    age: &str,
    customer: Option<&str>,
    threads: usize,
) -> Answer<Table> {
    let (model, horizon): (AnyPurchaseModel, Span) = (buying(model)?, read(horizon)?);
    detached(py, || {
        let histories = crate::histories::read(table, repeats, recency, age, model.unit())?;
        let forecasts = model.forecast_columns(&histories.columns(), horizon, threads)?;
        let mut columns: Vec<(&str, ArrayRef)> = Vec::new();
        if let Some(name) = customer {
            columns.push((name, crate::histories::whole(&table.chunks(name)?)?));
        }
        columns.extend(forecast_columns(&forecasts));
        Table::new(columns)
    })
}

/// The purchases of everybody, one row for each order and refund.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Purchased(pub(crate) crm::PurchaseColumns);

#[pymethods]
impl Purchased {
    fn __len__(&self) -> usize {
        self.0.customer.len()
    }

    /// One row for each order and refund.
    fn rows(&self, py: Python<'_>) -> Answer<Table> {
        detached(py, || {
            let keys = Keys::from(&*self.0.customers);
            Table::new(vec![
                ("customer", keys.repeated(self.0.customer.iter().copied())),
                ("day", Arc::new(Date32Array::from_iter_values(self.0.day.iter().copied()))),
                ("minor", Arc::new(Int64Array::from_iter_values(self.0.minor.iter().copied()))),
            ])
        })
    }

    /// Orders and refunds in another currency, and those without an amount, which are not in the rows.
    fn left_out(&self) -> (u64, u64) {
        (self.0.other_currency, self.0.without_amount)
    }

    /// Everything as plain data.
    fn data<'py>(&self, py: Python<'py>) -> Answer<Bound<'py, PyAny>> {
        Ok(write(py, &self.0)?)
    }
}
