//! Retention: how many stay, for how long, and whether two groups differ in that.

mod cohorts;
mod log_rank;
mod survival;
#[cfg(test)]
mod tests;

pub use cohorts::{Cohort, CohortCell, CohortOptions, CohortTable, cohorts};
pub use log_rank::{LogRank, LogRankGroup, log_rank};
pub use survival::{Lifetime, Lifetimes, SurvivalCurve, SurvivalStep, survival_curve};
