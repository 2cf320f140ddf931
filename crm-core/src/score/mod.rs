//! How customers behave: what they bought, how they rank, what they will buy, what they are worth.
//!
//! Pure mathematics over columns. Nothing here knows a store: the room takes numbers and gives numbers, and every one
//! of them carries its unit of time and its currency. Too little data is an answer of its own, never a number:
//! [`Error::InsufficientData`](crate::Error::InsufficientData).
//!
//! | question | begin with |
//! |---|---|
//! | what did each customer buy | [`summarise`], [`PurchaseState`] (which merges) |
//! | who is best, who moved | [`rfm`], [`rfm_migration`] |
//! | who is still there, what will they buy | [`BgNbd`], [`MbgNbd`], [`ParetoNbd`], [`MbgCnbdK`], all of them [`PurchaseModel`]s; [`BgBb`] for occasions |
//! | what will they spend, what are they worth | [`GammaGamma`], [`lifetime_value`] |
//! | how long do contracts last | [`ShiftedBetaGeometric`], [`BetaDiscreteWeibull`] |
//! | how sure is that | [`Fit::interval`], [`Fit::bootstrap`] |
//! | who stays | [`cohorts`], [`survival_curve`], [`log_rank`] |
//! | did it work, and what was it | [`wilson`], [`compare_arms`], [`compare_many`], [`sample_ratio`], [`holdout_lift`], [`attribute`] |
//! | how satisfied are they | [`net_promoter`], [`satisfaction`](fn@satisfaction), [`effort`] |
//! | what might they want | [`ItemModel`], [`popularity`], [`bought_again`], [`association_rules`] |
//! | who is alike | [`clusters`](fn@clusters) |
//! | what is the risk | [`Scorecard`], [`discrimination`], [`population_stability`] |
//!
//! ```
//! use crm_core::base::{Currency, Date};
//! use crm_core::score::{
//!     BgNbd, FitOptions, HistoryCounts, PurchaseModel, RfmOptions, Span, SummaryOptions, TimeUnit, rfm, summarise,
//! };
//!
//! // Forty customers and their purchases: customer, day, cents.
//! let start: Date = "2026-01-05".parse()?;
//! let purchases = (0..40).flat_map(|c| (0..=c % 7).map(move |n| (c, c % 30 + n * (5 + c % 11), 1_500 + 10 * i64::from(c))));
//! let (mut customer, mut day, mut minor) = (vec![], vec![], vec![]);
//! for (c, after, cents) in purchases {
//!     customer.push(c as u32);
//!     day.push(start.days() + after);
//!     minor.push(cents);
//! }
//!
//! let options = SummaryOptions::new("2026-06-29".parse()?, TimeUnit::Weeks, Currency::new("EUR")?);
//! let table = summarise(&customer, &day, &minor, &options)?;
//! let scores = rfm(&table, &RfmOptions::default())?;
//! assert_eq!(scores.rows.len(), 40);
//!
//! let fit = BgNbd::fit(&HistoryCounts::of(&table), &FitOptions::default())?;
//! let forecasts = fit.model.forecast(&table, Span::weeks(13.0), 1)?;
//! assert!(forecasts.iter().all(|forecast| (0.0..=1.0).contains(&forecast.p_alive)));
//! // Whether the parameters mean anything is part of the answer.
//! println!("{:?}", fit.convergence.status);
//! # Ok::<(), crm_core::Error>(())
//! ```

mod attribution;
mod bgbb;
mod bgnbd;
mod clusters;
mod cnbd;
mod contract;
mod distinct;
mod distribution;
mod fit;
mod gammagamma;
mod history;
mod jet;
mod mbgnbd;
mod optimise;
mod parallel;
mod paretonbd;
mod purchase;
mod quadrature;
mod random;
mod recommend;
mod response;
mod retention;
mod rfm;
mod risk;
mod satisfaction;
mod special;
mod spend;
mod sum;
mod summary;
#[cfg(test)]
mod testing;
mod uncertainty;
mod unit;
mod value;

pub use attribution::{Attribution, AttributionRule, ChannelCredit, Journey, Touch, attribute};
pub use bgbb::{BgBb, BgBbFit, OccasionCount, OccasionCounts, OccasionHistory, OccasionOutlook};
pub use bgnbd::{BgNbd, BgNbdFit};
pub use clusters::{ClusterOptions, Clusters, ColumnScale, Scaling, clusters};
pub use cnbd::{MbgCnbdK, MbgCnbdKFit, RegularityFit};
pub use contract::{
    AnyContractFit, AnyContractModel, BetaDiscreteWeibull, BetaDiscreteWeibullFit, ContractCount, ContractCounts,
    ContractModel, ContractModelKind, ContractOutlook, ShiftedBetaGeometric, ShiftedBetaGeometricFit,
};
pub use fit::{Fit, FitOptions, FixedParameter, Model, Penalty};
pub use gammagamma::{GammaGamma, GammaGammaFit};
pub use history::{History, HistoryColumns, HistoryCount, HistoryCounts};
pub use mbgnbd::{MbgNbd, MbgNbdFit};
pub use optimise::{Convergence, FitStatus, FitWarning};
pub use paretonbd::{ParetoNbd, ParetoNbdFit};
pub use purchase::{
    AnyPurchaseFit, AnyPurchaseModel, NewcomerOutlook, PurchaseForecast, PurchaseIntervals, PurchaseModel,
    PurchaseModelKind, PurchaseOutlook,
};
pub use recommend::{
    AssociationRule, Because, BoughtAgain, FrequentSets, ItemModel, ItemNeighbours, ItemOptions, ItemSet, Neighbour,
    Popularity, RecommendOptions, Recommendation, RuleOptions, Similarity, association_rules, bought_again,
    frequent_sets, popularity,
};
pub use response::{
    Arm, ArmComparison, ArmPair, HoldoutLift, ManyArms, Moments, SampleRatio, compare_arms, compare_many, holdout_lift,
    mean_difference, sample_ratio, wilson,
};
pub use retention::{
    Cohort, CohortCell, CohortOptions, CohortTable, Lifetime, Lifetimes, LogRank, LogRankGroup, SurvivalCurve,
    SurvivalStep, cohorts, log_rank, survival_curve,
};
pub use rfm::{
    CutPoints, Frequency, Monetary, RfmFlow, RfmMigration, RfmOptions, RfmRow, RfmRule, RfmSegment, RfmTable, rfm,
    rfm_migration,
};
pub use risk::{
    Bin, BinOf, BinOptions, Binning, Characteristic, Column, Cutoffs, Decision, Discrimination, PointsPart, ScoreValue,
    Scorecard, ScorecardOptions, Scored, Shift, Stability, bin_categories, bin_numbers, discrimination,
    population_stability,
};
pub use satisfaction::{NetPromoter, ScaleScore, effort, net_promoter, satisfaction};
pub use spend::{Spend, SpendCount, SpendCounts};
pub use summary::{
    DayTotal, Dropped, Holdout, PurchaseState, PurchaseSummary, Refunds, SummaryOptions, SummaryTable, summarise,
};
pub use uncertainty::{Bootstrap, BootstrapOptions, Interval, Scale};
pub use unit::{Rate, Span, TimeUnit};
pub use value::{LifetimeValue, ValueTable, ValueTerms, lifetime_value};
