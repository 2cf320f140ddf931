//! What every model of purchases without a contract answers.

mod any;
mod discount;
mod kernel;

use serde::{Deserialize, Serialize};

use super::distinct::Distinct;
use super::fit::{Fit, Model};
use super::{FitOptions, History, HistoryColumns, HistoryCounts, Rate, Span, SummaryTable, TimeUnit};
use crate::base::{Error, Result};

pub use any::{
    AnyPurchaseFit, AnyPurchaseModel, NewcomerOutlook, PurchaseIntervals, PurchaseModelKind, PurchaseOutlook,
};
pub use kernel::Kernel;

/// What a purchase model says about one customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PurchaseForecast {
    /// The probability that the customer is still alive.
    pub p_alive: f64,
    /// The expected number of purchases within the horizon.
    pub purchases: f64,
}

/// What every model of purchases without a contract answers: [`BgNbd`](super::BgNbd), [`MbgNbd`](super::MbgNbd) and
/// [`ParetoNbd`](super::ParetoNbd).
///
/// Bring the trait into scope and ask any of them the same questions. A model knows the unit of time that it was fitted
/// in, and refuses histories and horizons in another. The trait cannot be implemented outside this crate.
///
/// ```
/// use crm_core::score::{BgNbd, History, ParetoNbd, PurchaseModel, Span, TimeUnit};
///
/// fn tell(model: &impl PurchaseModel, customer: &History) -> crm_core::base::Result<[f64; 3]> {
///     let year = Span::weeks(52.0);
///     Ok([model.p_alive(customer)?, model.expected_purchases(customer, year)?, model.p_purchase(customer, year)?])
/// }
///
/// let customer = History::weeks(2, 30.43, 38.86);
/// let [alive, purchases, any] = tell(&BgNbd::new(0.243, 4.414, 0.793, 2.426, TimeUnit::Weeks)?, &customer)?;
/// let pareto = tell(&ParetoNbd::new(0.553, 10.578, 0.606, 11.669, TimeUnit::Weeks)?, &customer)?;
/// assert!(any < alive && any < purchases);
/// assert!((alive - 0.727).abs() < 0.001 && (pareto[0] - 0.869).abs() < 0.001);
/// # Ok::<(), crm_core::Error>(())
/// ```
pub trait PurchaseModel: Model + Kernel {
    /// Fits again, beginning with the parameters of this model: faster when they are near the maximum.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the histories are in another unit or the options do not suit the model;
    /// [`Error::InsufficientData`] when there are too few histories.
    fn refit(&self, counts: &HistoryCounts, options: &FitOptions) -> Result<Fit<Self>> {
        check(self)?;
        self.time_unit().expect(counts.unit(), "history")?;
        let start = self.parameters().into_iter().map(f64::ln).collect();
        self.maximise(counts, &[start], options)
    }

    /// The logarithm of the probability density of the histories under this model, summed over customers.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the histories are in another unit.
    fn log_likelihood(&self, counts: &HistoryCounts) -> Result<f64> {
        check(self)?;
        self.time_unit().expect(counts.unit(), "history")?;
        Ok(self.ln_likelihood(counts))
    }

    /// The probability that the customer is still alive on the day of its summary.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible or in another unit.
    fn p_alive(&self, history: &History) -> Result<f64> {
        check_history(self, history)?;
        Ok(self.alive(history))
    }

    /// The probability that the customer will be alive some time after the day of its summary, whatever it buys until
    /// then.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible, or history or wait is in another unit.
    fn p_alive_after(&self, history: &History, wait: Span) -> Result<f64> {
        check_history(self, history)?;
        let time = wait.length_in(self.time_unit(), "wait")?;
        Ok(if time == 0.0 { self.alive(history) } else { self.alive(history) * self.survival(history, time) })
    }

    /// How many purchases the customer is expected to make within the horizon, counted from the day of its summary.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible, or history or horizon is in another unit;
    /// [`Error::OutOfRange`] when the answer is not a number.
    fn expected_purchases(&self, history: &History, horizon: Span) -> Result<f64> {
        check_history(self, history)?;
        let time = horizon.length_in(self.time_unit(), "horizon")?;
        finite(self.purchases(history, &[time], &mut Self::Memory::default())[0])
    }

    /// How many purchases the customer is expected to make between two times after the day of its summary.
    ///
    /// # Errors
    /// As [`expected_purchases`](Self::expected_purchases); [`Error::Invalid`] when the end lies before the beginning.
    fn expected_between(&self, history: &History, from: Span, until: Span) -> Result<f64> {
        check_history(self, history)?;
        let from = from.length_in(self.time_unit(), "from")?;
        let until = until.length_in(self.time_unit(), "until")?;
        if until < from {
            return Err(Error::invalid("until", "lies before the beginning"));
        }
        let until = self.purchases(history, &[from, until], &mut Self::Memory::default());
        finite((until[1] - until[0]).max(0.0))
    }

    /// The probability that the customer buys once at least within the horizon; one minus it is the churn score of that
    /// horizon.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible, or history or horizon is in another unit.
    fn p_purchase(&self, history: &History, horizon: Span) -> Result<f64> {
        check_history(self, history)?;
        let time = horizon.length_in(self.time_unit(), "horizon")?;
        Ok(if time == 0.0 { 0.0 } else { self.any_purchase(history, time) })
    }

    /// How many repeat purchases a customer of whom nothing is known is expected to make within the horizon, counted
    /// from its first purchase.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the horizon is in another unit.
    fn expected_repeats(&self, horizon: Span) -> Result<f64> {
        self.expected_purchases(&newcomer(self.time_unit()), horizon)
    }

    /// The probability that a customer of whom nothing is known makes exactly `repeats` repeat purchases within the
    /// horizon.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the horizon is in another unit.
    fn probability(&self, repeats: u32, horizon: Span) -> Result<f64> {
        check(self)?;
        Ok(self.mass(repeats, horizon.length_in(self.time_unit(), "horizon")?))
    }

    /// The expected purchases within the horizon, each worth less the later it comes: continuously discounted. Without a
    /// horizon, all purchases that are still to come (discounted expected residual transactions, DERT).
    ///
    /// It is the integral of `e^(-delta t)` over the growth of the expected purchases, where `delta` is the logarithm of
    /// one plus the rate per unit of time (P. Fader, B. Hardie, K. L. Lee, "RFM and CLV", Journal of Marketing Research
    /// 42, 2005).
    ///
    /// # Errors
    /// [`Error::Invalid`] when the history is impossible, history or horizon is in another unit, or the rate is negative,
    /// or zero without a horizon: what never ends and is never discounted has no value.
    fn discounted_purchases(&self, history: &History, horizon: Option<Span>, rate: Rate) -> Result<f64> {
        check_history(self, history)?;
        let until = horizon.map(|span| span.length_in(self.time_unit(), "horizon")).transpose()?;
        let delta = discount::per_unit(rate, self.time_unit())?;
        if until.is_none() && delta == 0.0 {
            return Err(Error::invalid("rate", "must be above zero where there is no horizon"));
        }
        finite(self.discounted(history, until, delta))
    }

    /// What a new customer's repeat purchases are worth in units of one purchase:
    /// [`discounted_purchases`](Self::discounted_purchases) counted from the first purchase, which is not included.
    ///
    /// # Errors
    /// As [`discounted_purchases`](Self::discounted_purchases).
    fn discounted_repeats(&self, horizon: Option<Span>, rate: Rate) -> Result<f64> {
        self.discounted_purchases(&newcomer(self.time_unit()), horizon, rate)
    }

    /// P(alive) and the expected purchases within the horizon for every customer of a summary, in the order of its rows.
    ///
    /// The result does not depend on the number of threads.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the summary or the horizon is in another unit than the model.
    fn forecast(&self, table: &SummaryTable, horizon: Span, threads: usize) -> Result<Vec<PurchaseForecast>> {
        let time = horizon.length_in(self.time_unit(), "horizon")?;
        check_table(self, table)?;
        forecast(self, &Distinct::of(table), time, threads)
    }

    /// [`forecast`](Self::forecast) for every row of a table of histories. Times that are of whole days up to rounding are
    /// taken as these days.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the columns differ in length, a history is impossible, or histories or the horizon are in
    /// another unit than the model.
    fn forecast_columns(
        &self,
        columns: &HistoryColumns<'_>,
        horizon: Span,
        threads: usize,
    ) -> Result<Vec<PurchaseForecast>> {
        let time = horizon.length_in(self.time_unit(), "horizon")?;
        check(self)?;
        self.time_unit().expect(columns.unit, "columns")?;
        forecast(self, &Distinct::of_columns(columns)?, time, threads)
    }
}

fn forecast<M: PurchaseModel>(
    model: &M,
    distinct: &Distinct,
    time: f64,
    threads: usize,
) -> Result<Vec<PurchaseForecast>> {
    let forecasts = distinct.map(threads, |history, memory: &mut M::Memory| {
        let purchases = finite(model.purchases(history, &[time], memory)[0])?;
        Ok(PurchaseForecast { p_alive: model.alive(history), purchases })
    })?;
    Ok(distinct.of_row.iter().map(|&which| forecasts[which as usize]).collect())
}

/// A customer on the day of its first purchase.
const fn newcomer(unit: TimeUnit) -> History {
    History { repeats: 0, recency: 0.0, age: 0.0, unit }
}

/// Refuses parameters that are not positive and finite.
pub(super) fn check<M: Model>(model: &M) -> Result<()> {
    for (name, value) in M::PARAMETERS.iter().zip(model.parameters()) {
        if !(value > 0.0 && value.is_finite()) {
            return Err(Error::invalid(name, "a parameter is positive and finite"));
        }
    }
    Ok(())
}

/// Takes as many parameters as the model has.
pub(super) fn expect_count<const N: usize>(parameters: &[f64]) -> Result<[f64; N]> {
    parameters.try_into().map_err(|_| Error::invalid("parameters", format!("the model has {N}")))
}

pub(super) fn check_table<M: PurchaseModel>(model: &M, table: &SummaryTable) -> Result<()> {
    check(model)?;
    model.time_unit().expect(table.unit, "summary")
}

fn check_history<M: PurchaseModel>(model: &M, history: &History) -> Result<()> {
    check(model)?;
    model.time_unit().expect(history.unit, "history")?;
    history.check()
}

/// Refuses what left the range of numbers.
pub(super) fn finite(value: f64) -> Result<f64> {
    if value.is_finite() { Ok(value) } else { Err(Error::out_of_range("expected purchases")) }
}

/// Refuses histories from which a model cannot be fitted.
pub(super) fn enough<M: Model>(counts: &HistoryCounts) -> Result<()> {
    if !counts.rows().iter().any(|row| row.repeats > 0) {
        return Err(Error::insufficient(M::NAME, "no customer bought a second time"));
    }
    if counts.rows().len() <= M::PARAMETERS.len() {
        return Err(Error::insufficient(M::NAME, "more than four different purchase histories are needed"));
    }
    Ok(())
}
