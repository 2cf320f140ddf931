//! How customers behave: what they bought, how they rank, what they will buy, what they are worth.
//!
//! Pure mathematics over columns. Nothing here knows a store: the room takes numbers and gives numbers, and every one
//! of them carries its unit of time and its currency.

mod history;
mod parallel;
mod rfm;
mod summary;
mod unit;

pub use history::{History, HistoryCount, HistoryCounts};
pub use rfm::{CutPoints, Frequency, Monetary, RfmOptions, RfmRow, RfmRule, RfmSegment, RfmTable, rfm};
pub use summary::{
    DayTotal, Dropped, Holdout, PurchaseState, PurchaseSummary, Refunds, SummaryOptions, SummaryTable, summarise,
};
pub use unit::{Rate, Span, TimeUnit};
