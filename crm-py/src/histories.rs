//! Tables of histories: how often, how recently and how long known, as other tools write them too.

use std::collections::HashMap;

use arrow_array::{Array, ArrayRef, make_array};
use crm_core::base::{Currency, Date};
use crm_core::score::{
    AnyPurchaseModel, History, PurchaseForecast, Refunds, Span, SummaryOptions, SummaryTable, TimeUnit,
};

use crate::arrow::floats;
use crate::columns::Columns;
use crate::error::Failure;
use crate::scores::summary_row;

/// Histories, in columns.
pub(crate) struct Histories {
    repeats: Vec<u32>,
    recency: Vec<f64>,
    age: Vec<f64>,
    unit: TimeUnit,
}

/// Reads the columns of a table.
pub(crate) fn read(
    table: &Columns,
    repeats: &str,
    recency: &str,
    age: &str,
    unit: TimeUnit,
) -> Result<Histories, Failure> {
    let whole = |number: f64| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    let counts = floats(repeats, &table.chunks(repeats)?)?;
    if let Some(row) = counts.iter().position(|number| !whole(*number)) {
        let field = crm_core::base::Name::new(repeats).unwrap_or(crm_core::base::Name::from_static("repeats"));
        let reason = format!("row {row}: no whole number of repeat purchases");
        return Err(crm_core::Error::Invalid { field, reason: reason.into() }.into());
    }
    Ok(Histories {
        repeats: counts.into_iter().map(|number| number as u32).collect(),
        recency: floats(recency, &table.chunks(recency)?)?,
        age: floats(age, &table.chunks(age)?)?,
        unit,
    })
}

impl Histories {
    /// Each of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = History> + '_ {
        let rows = self.repeats.iter().zip(self.recency.iter().zip(&self.age));
        rows.map(|(&repeats, (&recency, &age))| History { repeats, recency, age, unit: self.unit })
    }

    /// What a model says about each.
    pub(crate) fn forecast(
        &self,
        model: &AnyPurchaseModel,
        horizon: Span,
        threads: usize,
    ) -> Result<Vec<PurchaseForecast>, Failure> {
        match self.as_summary()? {
            Some(table) => Ok(model.forecast(&table, horizon, threads)?),
            None => self.one_by_one(model, horizon, threads),
        }
    }

    /// A summary with the same histories, if all are of whole days: the core finds equal ones and shares them.
    fn as_summary(&self) -> Result<Option<SummaryTable>, Failure> {
        const START: i32 = 365_000;
        let as_of = Date::from_days(START)?;
        let options = SummaryOptions { refunds: Refunds::Net, ..SummaryOptions::new(as_of, self.unit, Currency::EUR) };
        let mut table = SummaryTable::empty(&options);
        table.rows.reserve(self.repeats.len());
        let days = |units: f64| {
            let days = units * self.unit.days();
            let whole = days.round();
            ((days - whole).abs() < 1e-6 && (0.0..365_000.0).contains(&whole)).then_some(whole as i32)
        };
        for (at, (repeats, (recency, age))) in (0..).zip(self.repeats.iter().zip(self.recency.iter().zip(&self.age))) {
            let (Some(recency), Some(age)) = (days(*recency), days(*age)) else { return Ok(None) };
            if recency > age {
                return Ok(None);
            }
            let first = Date::from_days(START - age)?;
            table.rows.push(summary_row(at, *repeats, first, Date::from_days(START - age + recency)?));
        }
        Ok(Some(table))
    }

    /// Equal histories are asked about once.
    fn one_by_one(
        &self,
        model: &AnyPurchaseModel,
        horizon: Span,
        threads: usize,
    ) -> Result<Vec<PurchaseForecast>, Failure> {
        let mut places: HashMap<(u32, u64, u64), usize> = HashMap::new();
        let mut different = Vec::new();
        let place = |history: History| {
            let key = (history.repeats, history.recency.to_bits(), history.age.to_bits());
            *places.entry(key).or_insert_with(|| {
                different.push(history);
                different.len() - 1
            })
        };
        let of_row: Vec<usize> = self.iter().map(place).collect();
        let forecasts = model.forecast_each(&different, horizon, threads)?;
        Ok(of_row.into_iter().map(|which| forecasts[which]).collect())
    }
}

/// A column in one piece.
pub(crate) fn whole(chunks: &[ArrayRef]) -> Result<ArrayRef, Failure> {
    match chunks {
        [one] => Ok(make_array(one.to_data())),
        many => {
            let parts: Vec<&dyn Array> = many.iter().map(AsRef::as_ref).collect();
            arrow_select::concat::concat(&parts).map_err(crate::arrow::failed)
        }
    }
}
