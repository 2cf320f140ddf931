//! Tables of histories: how often, how recently and how long known, as other tools write them too.

use std::collections::HashMap;

use arrow_array::{Array, ArrayRef, make_array};
use crm_core::base::{Currency, Date};
use crm_core::score::{History, PurchaseForecast, Refunds, Span, SummaryOptions, SummaryTable, TimeUnit};

use crate::arrow::{Stream, column, floats};
use crate::error::Failure;
use crate::scores::{Buying, summary_row};

/// Histories, in columns.
pub(crate) struct Histories {
    repeats: Vec<u32>,
    recency: Vec<f64>,
    age: Vec<f64>,
    unit: TimeUnit,
}

/// Reads the columns of a table.
pub(crate) fn read(
    stream: &Stream,
    repeats: &str,
    recency: &str,
    age: &str,
    unit: TimeUnit,
) -> Result<Histories, Failure> {
    let whole = |number: f64| number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    let counts = floats(repeats, &column(stream, repeats)?)?;
    if let Some(row) = counts.iter().position(|number| !whole(*number)) {
        let field = crm_core::base::Name::new(repeats).unwrap_or(crm_core::base::Name::from_static("repeats"));
        let reason = format!("row {row}: no whole number of repeat purchases");
        return Err(crm_core::Error::Invalid { field, reason: reason.into() }.into());
    }
    Ok(Histories {
        repeats: counts.into_iter().map(|number| number as u32).collect(),
        recency: floats(recency, &column(stream, recency)?)?,
        age: floats(age, &column(stream, age)?)?,
        unit,
    })
}

impl Histories {
    /// What a model says about each.
    pub(crate) fn forecast(
        &self,
        model: &Buying,
        horizon: Span,
        threads: usize,
    ) -> Result<Vec<PurchaseForecast>, Failure> {
        match self.as_summary()? {
            Some(table) => model.forecast(&table, horizon, threads),
            None => self.one_by_one(model, horizon),
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

    fn one_by_one(&self, model: &Buying, horizon: Span) -> Result<Vec<PurchaseForecast>, Failure> {
        let mut known: HashMap<(u32, u64, u64), PurchaseForecast> = HashMap::new();
        let rows = self.repeats.iter().zip(self.recency.iter().zip(&self.age));
        rows.map(|(&repeats, (&recency, &age))| {
            let key = (repeats, recency.to_bits(), age.to_bits());
            if let Some(forecast) = known.get(&key) {
                return Ok(*forecast);
            }
            let history = History { repeats, recency, age, unit: self.unit };
            let forecast = model.one(&history, horizon)?;
            known.insert(key, forecast);
            Ok(forecast)
        })
        .collect()
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
