//! How customers behave: what they bought, how they rank, what they will buy, what they are worth.
//!
//! Pure mathematics over columns. Nothing here knows a store: the room takes numbers and gives numbers, and every one
//! of them carries its unit of time and its currency.

mod bgnbd;
mod fit;
mod gammagamma;
mod history;
mod optimise;
mod parallel;
mod rfm;
mod special;
mod spend;
mod sum;
mod summary;
mod unit;
mod value;

pub use bgnbd::{BgNbd, BgNbdFit, PurchaseForecast};
pub use fit::FitOptions;
pub use gammagamma::{GammaGamma, GammaGammaFit};
pub use history::{History, HistoryCount, HistoryCounts};
pub use optimise::{Convergence, FitStatus, FitWarning};
pub use rfm::{CutPoints, Frequency, Monetary, RfmOptions, RfmRow, RfmRule, RfmSegment, RfmTable, rfm};
pub use spend::{Spend, SpendCount, SpendCounts};
pub use summary::{
    DayTotal, Dropped, Holdout, PurchaseState, PurchaseSummary, Refunds, SummaryOptions, SummaryTable, summarise,
};
pub use unit::{Rate, Span, TimeUnit};
pub use value::{LifetimeValue, ValueTable, ValueTerms, lifetime_value};
