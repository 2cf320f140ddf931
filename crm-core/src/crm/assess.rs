//! Everybody at once: what they bought, how they rank, whether they are still there, and what they are worth.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::scores::{Scores, Summaries};
use crate::base::{Currency, CustomerId, Date, Error, Name, Result, Zone};
use crate::score::{
    self, BgNbd, BgNbdFit, FitOptions, GammaGamma, GammaGammaFit, HistoryCounts, LifetimeValue, PurchaseForecast,
    PurchaseModel, PurchaseSummary, Rate, RfmOptions, RfmRow, RfmTable, Span, SpendCounts, SummaryOptions, TimeUnit,
    ValueTable, ValueTerms,
};

/// As of when, in which unit, and on what terms customers are assessed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssessOptions {
    /// How purchases become a summary; its unit is that of the models.
    pub summary: SummaryOptions,
    /// How customers are ranked.
    #[serde(default)]
    pub rfm: RfmOptions,
    /// The horizon of the expected purchases.
    #[serde(default = "a_year")]
    pub horizon: Span,
    /// The terms of the lifetime value.
    #[serde(default = "usual_terms")]
    pub terms: ValueTerms,
}

fn a_year() -> Span {
    Span::weeks(52.0)
}

/// A year in 13 periods of four weeks, 15 % interest a year, revenue.
fn usual_terms() -> ValueTerms {
    ValueTerms { period: Span::weeks(4.0), periods: 13, discount: Rate::yearly(0.15), margin: 1.0 }
}

impl AssessOptions {
    /// As of a civil day: weeks, a horizon of a year in 13 periods of four weeks, 15 % interest a year, revenue.
    ///
    /// # Errors
    /// None in practice: the name of every zone is a name.
    pub fn new(as_of: Date, zone: &Zone, currency: Currency) -> Result<Self> {
        let summary =
            SummaryOptions { zone: Name::new(zone.name())?, ..SummaryOptions::new(as_of, TimeUnit::Weeks, currency) };
        Ok(Self { summary, rfm: RfmOptions::default(), horizon: a_year(), terms: usual_terms() })
    }
}

/// What is known of everybody who ever bought, row by row.
#[derive(Clone, Debug, Serialize)]
pub struct Assessment {
    /// The summary of the purchases.
    pub summaries: Summaries,
    /// Recency, frequency and monetary scores, one row for each row of the summary.
    pub rfm: RfmTable,
    /// The purchase model, or what it lacks.
    pub purchases: Result<BgNbdFit>,
    /// The spend model, or what it lacks.
    pub spend: Result<GammaGammaFit>,
    /// P(alive) and expected purchases, one row for each row of the summary; empty without a purchase model.
    pub forecasts: Vec<PurchaseForecast>,
    /// Lifetime values, one row for each row of the summary; none without both models.
    pub values: Option<ValueTable>,
    #[serde(skip)]
    rows: HashMap<CustomerId, usize>,
}

/// What is known of one customer who ever bought.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Assessed {
    /// What was bought.
    pub summary: PurchaseSummary,
    /// The scores.
    pub rfm: RfmRow,
    /// P(alive) and expected purchases, with a purchase model.
    pub forecast: Option<PurchaseForecast>,
    /// The lifetime value, with both models.
    pub value: Option<LifetimeValue>,
}

impl Assessment {
    /// What is known of a customer; nothing of one who never bought.
    pub fn of(&self, customer: CustomerId) -> Option<Assessed> {
        let row = *self.rows.get(&customer)?;
        Some(Assessed {
            summary: *self.summaries.table.rows.get(row)?,
            rfm: *self.rfm.rows.get(row)?,
            forecast: self.forecasts.get(row).copied(),
            value: self.values.as_ref().and_then(|values| values.rows.get(row).copied()),
        })
    }

    /// The customer that a row is about.
    pub fn customer(&self, row: &PurchaseSummary) -> Option<CustomerId> {
        self.summaries.customers.get(row.customer as usize).copied()
    }
}

impl Scores {
    /// Assesses everybody who ever bought: summary, scores, models, forecasts and values.
    ///
    /// A model that lacks data is no error: it says what it lacks, and what would follow from it is missing.
    ///
    /// # Errors
    /// [`Error::Invalid`] for options that do not fit together; the store's errors.
    pub fn assess(&self, options: &AssessOptions) -> Result<Assessment> {
        Self::assess_summaries(self.summaries(&options.summary)?, options)
    }

    /// Assesses those whose purchases are summarised.
    pub(super) fn assess_summaries(summaries: Summaries, options: &AssessOptions) -> Result<Assessment> {
        let (table, threads) = (&summaries.table, options.summary.threads);
        let rfm = score::rfm(table, &options.rfm)?;
        let fit = FitOptions::default();
        let purchases = enough(BgNbd::fit(&HistoryCounts::of(table), &fit))?;
        let spend = enough(SpendCounts::of(table).and_then(|counts| GammaGamma::fit(&counts, &fit)))?;
        let forecasts = match &purchases {
            Ok(fit) => fit.model.forecast(table, options.horizon, threads)?,
            Err(_) => Vec::new(),
        };
        let values = match (&purchases, &spend) {
            (Ok(purchases), Ok(spend)) => {
                Some(score::lifetime_value(table, &purchases.model, &spend.model, &options.terms, threads)?)
            }
            _ => None,
        };
        let customer = |row: &PurchaseSummary| summaries.customers.get(row.customer as usize).copied();
        let rows = table.rows.iter().enumerate().filter_map(|(at, row)| Some((customer(row)?, at))).collect();
        Ok(Assessment { summaries, rfm, purchases, spend, forecasts, values, rows })
    }
}

/// Keeps a lack of data as an answer, and lets every other error through.
fn enough<T>(fitted: Result<T>) -> Result<Result<T>> {
    match fitted {
        Err(error @ Error::InsufficientData { .. }) => Ok(Err(error)),
        fitted => fitted.map(Ok),
    }
}
