//! The handle on scores, and the answers that are too large to cross in one piece.

use std::sync::Arc;

use crm_core::base::{AsOf, Currency, CustomerId, Date, Zone};
use crm_core::crm::{AssessOptions, Assessed, PurchaseColumns, Scores};
use crm_core::score::{
    BgNbdFit, Dropped, GammaGammaFit, Holdout, PurchaseSummary, RfmOptions, RfmSegment, RfmTable, SummaryOptions,
    TimeUnit,
};

use crate::{CrmError, guard};

/// The handle on how customers behave.
#[derive(Clone, Debug, uniffi::Object)]
pub struct BlockingScores(pub(crate) Scores);

/// A summary of everybody's purchases. It stays on this side; the host takes pages of it, or all as bytes.
#[derive(Debug, uniffi::Object)]
pub struct Summaries(pub(crate) crm_core::crm::Summaries);

/// How a summary was made, and what it left out.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SummaryInfo {
    /// How many customers it has.
    pub customers: u64,
    /// The unit in which models count time.
    pub unit: TimeUnit,
    /// The last day that counted.
    pub as_of: Date,
    /// The last day of the holdout, if there is one.
    pub holdout_until: Option<Date>,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What was left out of the rows.
    pub dropped: Dropped,
    /// Orders and refunds in another currency or without an amount, which were left out before.
    pub left_out: u64,
}

/// What is known of everybody who ever bought. It stays on this side; the host asks about one customer, takes pages, or
/// takes all as bytes.
#[derive(Debug, uniffi::Object)]
pub struct Assessment(pub(crate) crm_core::crm::Assessment);

/// A part of a list: at most `limit` from `offset` on.
fn part<T: Copy>(rows: &[T], offset: usize, limit: usize) -> Vec<T> {
    rows.iter().skip(offset).take(limit).copied().collect()
}

#[uniffi::export]
impl Summaries {
    /// How it was made, and what it left out.
    pub fn info(&self) -> Result<SummaryInfo, CrmError> {
        guard(|| {
            let (table, left_out) = (&self.0.table, self.0.left_out);
            Ok(SummaryInfo {
                customers: table.rows.len() as u64,
                unit: table.unit,
                as_of: table.as_of,
                holdout_until: table.holdout_until,
                currency: table.currency,
                dropped: table.dropped,
                left_out,
            })
        })
    }

    /// Some customers; a row's `customer` is a place in this list.
    #[uniffi::method(default(offset = 0, limit = 1000))]
    pub fn customers(&self, offset: usize, limit: usize) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| Ok(part(&self.0.customers, offset, limit)))
    }

    /// Some rows.
    #[uniffi::method(default(offset = 0, limit = 1000))]
    pub fn rows(&self, offset: usize, limit: usize) -> Result<Vec<PurchaseSummary>, CrmError> {
        guard(|| Ok(part(&self.0.table.rows, offset, limit)))
    }

    /// What the customers of some rows did during the holdout; nothing without one.
    #[uniffi::method(default(offset = 0, limit = 1000))]
    pub fn holdout(&self, offset: usize, limit: usize) -> Result<Vec<Holdout>, CrmError> {
        guard(|| Ok(part(&self.0.table.holdout, offset, limit)))
    }
}

#[uniffi::export]
impl Assessment {
    /// How many customers it knows.
    pub fn count(&self) -> Result<u64, CrmError> {
        guard(|| Ok(self.0.summaries.table.rows.len() as u64))
    }

    /// What is known of a customer; nothing of one who never bought.
    pub fn of(&self, customer: CustomerId) -> Result<Option<Assessed>, CrmError> {
        guard(|| Ok(self.0.of(customer)))
    }

    /// Some customers, in the order of the rows.
    #[uniffi::method(default(offset = 0, limit = 1000))]
    pub fn customers(&self, offset: usize, limit: usize) -> Result<Vec<CustomerId>, CrmError> {
        guard(|| {
            let rows = self.0.summaries.table.rows.iter().skip(offset).take(limit);
            Ok(rows.filter_map(|row| self.0.customer(row)).collect())
        })
    }

    /// What is known of some customers, in the same order.
    #[uniffi::method(default(offset = 0, limit = 1000))]
    pub fn rows(&self, offset: usize, limit: usize) -> Result<Vec<Assessed>, CrmError> {
        guard(|| {
            let rows = self.0.summaries.table.rows.iter().skip(offset).take(limit);
            Ok(rows.filter_map(|row| self.0.of(self.0.customer(row)?)).collect())
        })
    }

    /// The purchase model; an error that says what it lacks.
    pub fn purchase_model(&self) -> Result<BgNbdFit, CrmError> {
        guard(|| self.0.purchases.clone())
    }

    /// The spend model; an error that says what it lacks.
    pub fn spend_model(&self) -> Result<GammaGammaFit, CrmError> {
        guard(|| self.0.spend.clone())
    }

    /// The segments of the scores, in order; a row names one by its place.
    pub fn rfm_segments(&self) -> Result<Vec<RfmSegment>, CrmError> {
        guard(|| Ok(self.0.rfm.segments.clone()))
    }

    /// The summary that it rests on.
    pub fn summaries(&self) -> Result<Arc<Summaries>, CrmError> {
        guard(|| Ok(Arc::new(Summaries(self.0.summaries.clone()))))
    }
}

#[uniffi::export]
impl BlockingScores {
    /// Everybody's purchases in one currency, by the civil days of a zone.
    pub fn purchases(&self, currency: Currency, zone: Zone, as_of: AsOf) -> Result<PurchaseColumns, CrmError> {
        guard(|| self.0.purchases(currency, &zone, as_of))
    }

    /// A summary of everybody's purchases up to and including a civil day, from what is known now.
    pub fn summaries(&self, options: SummaryOptions) -> Result<Summaries, CrmError> {
        guard(|| self.0.summaries(&options).map(Summaries))
    }

    /// Recency, frequency and monetary scores of everybody.
    pub fn rfm(&self, summaries: Arc<Summaries>, options: RfmOptions) -> Result<RfmTable, CrmError> {
        guard(|| self.0.rfm(&summaries.0, &options))
    }

    /// Assesses everybody who ever bought: summary, scores, models, forecasts and values.
    ///
    /// A model that lacks data is no error: it says what it lacks, and what would follow from it is missing.
    pub fn assess(&self, options: AssessOptions) -> Result<Assessment, CrmError> {
        guard(|| self.0.assess(&options).map(Assessment))
    }
}
