//! Analyses of columns: no engine is asked, and nothing is kept.
//!
//! Each is a function of plain data. Columns are lists of equal length; customers, items and baskets are numbers of the
//! host's choice. They compute on the calling thread, so a host calls them from a worker.

use crm_core::base::{Currency, Name};
use crm_core::score::{
    self, AnyContractFit, AnyContractModel, AnyPurchaseFit, AnyPurchaseModel, Arm, ArmComparison, AssociationRule,
    Attribution, AttributionRule, BgBb, BgBbFit, BinOptions, Binning, BoughtAgain, Characteristic, ClusterOptions,
    Clusters, CohortOptions, CohortTable, ContractCount, ContractCounts, ContractModelKind, ContractOutlook, Cutoffs,
    Decision, Discrimination, FitOptions, GammaGamma, GammaGammaFit, History, HistoryCount, HistoryCounts, HoldoutLift,
    Interval, ItemOptions, ItemSet, Journey, Lifetimes, LogRank, ManyArms, Moments, Neighbour, NetPromoter,
    NewcomerOutlook, OccasionCount, OccasionCounts, OccasionHistory, OccasionOutlook, Popularity, PurchaseIntervals,
    PurchaseModelKind, PurchaseOutlook, Rate, RecommendOptions, Recommendation, RfmMigration, RfmTable, RuleOptions,
    SampleRatio, ScaleScore, ScoreValue, Scorecard, ScorecardOptions, Scored, Span, Spend, SpendCount, SpendCounts,
    Stability, SurvivalCurve, TimeUnit,
};

use crate::json::written;
use crate::{CrmError, guard};

/// The purchase model of a kind that makes some histories most likely.
#[uniffi::export]
pub fn fit_purchases(
    kind: PurchaseModelKind,
    unit: TimeUnit,
    rows: Vec<HistoryCount>,
    options: FitOptions,
) -> Result<AnyPurchaseFit, CrmError> {
    guard(|| AnyPurchaseModel::fit(kind, &HistoryCounts::new(unit, rows)?, &options))
}

/// Everything that a purchase model says about one customer and a horizon; a rate is needed for what is discounted.
#[uniffi::export(default(rate = None))]
pub fn outlook(
    model: AnyPurchaseModel,
    history: History,
    horizon: Span,
    rate: Option<Rate>,
) -> Result<PurchaseOutlook, CrmError> {
    guard(|| model.outlook(&history, horizon, rate))
}

/// Everything that a purchase model says about a customer on the day of its first purchase, with the probabilities of 0
/// to `most` repeat purchases.
#[uniffi::export(default(rate = None))]
pub fn newcomer(
    model: AnyPurchaseModel,
    horizon: Span,
    most: u32,
    rate: Option<Rate>,
) -> Result<NewcomerOutlook, CrmError> {
    guard(|| model.newcomer(horizon, most, rate))
}

/// How well is known what a fitted model says about a customer, by the delta method.
#[uniffi::export(default(level = 0.95))]
pub fn intervals(
    fit: AnyPurchaseFit,
    history: History,
    horizon: Span,
    level: f64,
) -> Result<PurchaseIntervals, CrmError> {
    guard(|| fit.intervals(&history, horizon, level))
}

/// How well each parameter of a fitted model is known.
#[uniffi::export(default(level = 0.95))]
pub fn parameter_intervals(fit: AnyPurchaseFit, level: f64) -> Result<Vec<Interval>, CrmError> {
    guard(|| fit.intervals_of_parameters(level))
}

/// The BG/BB model that makes some histories most likely.
#[uniffi::export]
pub fn fit_occasions(rows: Vec<OccasionCount>, options: FitOptions) -> Result<BgBbFit, CrmError> {
    guard(|| BgBb::fit(&OccasionCounts::new(rows)?, &options))
}

/// Everything that the BG/BB model says about one customer and the next occasions; `rate` is the interest from one
/// occasion to the next.
#[uniffi::export(default(rate = None))]
pub fn occasion_outlook(
    model: BgBb,
    history: OccasionHistory,
    occasions: u32,
    rate: Option<f64>,
) -> Result<OccasionOutlook, CrmError> {
    guard(|| model.outlook(&history, occasions, rate))
}

/// The model of contracts that makes it most likely what became of some.
#[uniffi::export]
pub fn fit_contracts(
    kind: ContractModelKind,
    rows: Vec<ContractCount>,
    options: FitOptions,
) -> Result<AnyContractFit, CrmError> {
    guard(|| AnyContractModel::fit(kind, &ContractCounts::new(rows)?, &options))
}

/// The same from one cohort: how many contracts there were at first, after one period, after two, ...
#[uniffi::export]
pub fn fit_survivors(
    kind: ContractModelKind,
    survivors: Vec<f64>,
    options: FitOptions,
) -> Result<AnyContractFit, CrmError> {
    guard(|| AnyContractModel::fit(kind, &ContractCounts::from_survivors(&survivors)?, &options))
}

/// Everything that a model says about a contract that was renewed so often; `rate` is the interest for one period.
#[uniffi::export(default(rate = None))]
pub fn contract_outlook(
    model: AnyContractModel,
    renewals: u32,
    periods: u32,
    rate: Option<f64>,
) -> Result<ContractOutlook, CrmError> {
    guard(|| model.outlook(renewals, periods, rate))
}

/// The Gamma-Gamma model that makes the spends of repeat buyers most likely.
#[uniffi::export]
pub fn fit_spend(currency: Currency, rows: Vec<SpendCount>, options: FitOptions) -> Result<GammaGammaFit, CrmError> {
    guard(|| GammaGamma::fit(&SpendCounts::new(currency, rows)?, &options))
}

/// What a customer is expected to spend per future purchase, in major units; nothing where that has no mean.
#[uniffi::export]
pub fn expected_spend(model: GammaGamma, spend: Spend) -> Result<Option<f64>, CrmError> {
    guard(|| model.expected_spend(&spend))
}

/// A rate of response with Wilson's interval.
#[uniffi::export(default(level = 0.95))]
pub fn wilson(responses: u64, people: u64, level: f64) -> Result<Interval, CrmError> {
    guard(|| score::wilson(responses, people, level))
}

/// The difference of two arms with Newcombe's interval, the lift, and a test.
#[uniffi::export(default(level = 0.95))]
pub fn compare_arms(treated: Arm, control: Arm, level: f64) -> Result<ArmComparison, CrmError> {
    guard(|| score::compare_arms(&treated, &control, level))
}

/// Many arms, all at once and pair by pair, the pairs corrected for how many there are.
#[uniffi::export(default(level = 0.95))]
pub fn compare_many(arms: Vec<Arm>, level: f64) -> Result<ManyArms, CrmError> {
    guard(|| score::compare_many(&arms, level))
}

/// Whether people were divided among arms as planned. If not, the test is broken.
#[uniffi::export]
pub fn sample_ratio(people: Vec<u64>, shares: Vec<f64>) -> Result<SampleRatio, CrmError> {
    guard(|| score::sample_ratio(&people, &shares))
}

/// What a campaign brought, against the people who were held out.
#[uniffi::export(default(level = 0.95))]
pub fn holdout_lift(treated: Arm, held_out: Arm, level: f64) -> Result<HoldoutLift, CrmError> {
    guard(|| score::holdout_lift(&treated, &held_out, level))
}

/// The difference of two means, without supposing equal variances (Welch).
#[uniffi::export(default(level = 0.95))]
pub fn mean_difference(treated: Vec<f64>, control: Vec<f64>, level: f64) -> Result<Interval, CrmError> {
    guard(|| score::mean_difference(&Moments::of(&treated)?, &Moments::of(&control)?, level))
}

/// The credit of each channel for the conversions to which it led.
#[uniffi::export]
pub fn attribute(journeys: Vec<Journey>, rule: AttributionRule) -> Result<Attribution, CrmError> {
    guard(|| score::attribute(&journeys, &rule))
}

/// The net promoter score of answers from 0 to 10.
#[uniffi::export(default(level = 0.95))]
pub fn net_promoter(answers: Vec<u8>, level: f64) -> Result<NetPromoter, CrmError> {
    guard(|| score::net_promoter(&answers, level))
}

/// The share of answers from `best_from` on, on a scale from `low` to `high`, and their mean.
#[uniffi::export(default(low = 1, high = 5, best_from = 4, level = 0.95))]
pub fn satisfaction(answers: Vec<u8>, low: u8, high: u8, best_from: u8, level: f64) -> Result<ScaleScore, CrmError> {
    guard(|| score::satisfaction(&answers, low..=high, best_from, level))
}

/// The share of answers from 1 to 7 that it was easy, and their mean.
#[uniffi::export(default(level = 0.95))]
pub fn effort(answers: Vec<u8>, level: f64) -> Result<ScaleScore, CrmError> {
    guard(|| score::effort(&answers, level))
}

/// Customers by the period of their first purchase, and who came back in each later one.
///
/// `day` is counted from 1970-01-01; `minor` is below zero for a refund.
#[uniffi::export]
pub fn cohorts(
    customer: Vec<u32>,
    day: Vec<i32>,
    minor: Vec<i64>,
    options: CohortOptions,
) -> Result<CohortTable, CrmError> {
    guard(|| score::cohorts(&customer, &day, &minor, &options))
}

/// What share is still there after each time (Kaplan-Meier), and the risk up to it (Nelson-Aalen).
#[uniffi::export(default(level = 0.95))]
pub fn survival_curve(
    unit: TimeUnit,
    durations: Vec<f64>,
    ended: Vec<bool>,
    level: f64,
) -> Result<SurvivalCurve, CrmError> {
    guard(|| score::survival_curve(&Lifetimes::from_columns(unit, &durations, &ended)?, level))
}

/// Whether groups survive alike. Groups are numbered from 0.
#[uniffi::export]
pub fn log_rank(unit: TimeUnit, durations: Vec<f64>, ended: Vec<bool>, group: Vec<u32>) -> Result<LogRank, CrmError> {
    guard(|| score::log_rank(&Lifetimes::by_group(unit, &durations, &ended, &group)?))
}

/// Groups of rows that are near each other (k-means). `values` holds the rows one after the other, `width` numbers each.
#[uniffi::export]
pub fn clusters(values: Vec<f64>, width: u32, options: ClusterOptions) -> Result<Clusters, CrmError> {
    guard(|| score::clusters(&values, width as usize, &options))
}

/// The nearest cluster of each of some rows.
#[uniffi::export]
pub fn assign_clusters(clusters: Clusters, values: Vec<f64>) -> Result<Vec<u32>, CrmError> {
    guard(|| clusters.assign(&values))
}

/// The items by how many customers bought them, the most first.
#[uniffi::export]
pub fn popularity(customer: Vec<u32>, item: Vec<u32>) -> Result<Vec<Popularity>, CrmError> {
    guard(|| score::popularity(&customer, &item))
}

/// How many who bought an item bought it again on another day, and after how long.
#[uniffi::export]
pub fn bought_again(customer: Vec<u32>, item: Vec<u32>, day: Vec<i32>) -> Result<Vec<BoughtAgain>, CrmError> {
    guard(|| score::bought_again(&customer, &item, &day))
}

/// Rules of the form: whoever buys these, buys that, too.
#[uniffi::export]
pub fn association_rules(
    basket: Vec<u32>,
    item: Vec<u32>,
    options: RuleOptions,
) -> Result<Vec<AssociationRule>, CrmError> {
    guard(|| score::association_rules(&basket, &item, &options))
}

/// The sets of at most `most` items that lie together in at least `least` baskets.
#[uniffi::export]
pub fn frequent_sets(basket: Vec<u32>, item: Vec<u32>, least: u64, most: u32) -> Result<Vec<ItemSet>, CrmError> {
    guard(|| Ok(score::frequent_sets(&basket, &item, least, most)?.sets))
}

/// Items that the same customers buy. They stay on this side; the host asks.
#[derive(Debug, uniffi::Object)]
pub struct ItemModel(score::ItemModel);

/// Finds the items that go together, from one row for each order line.
#[uniffi::export]
pub fn fit_items(customer: Vec<u32>, item: Vec<u32>, options: ItemOptions) -> Result<ItemModel, CrmError> {
    guard(|| score::ItemModel::fit(&customer, &item, &options).map(ItemModel))
}

#[uniffi::export]
impl ItemModel {
    /// The items most like one item; nothing for an item that was never bought.
    pub fn like(&self, item: u32) -> Result<Vec<Neighbour>, CrmError> {
        guard(|| Ok(self.0.like(item).to_vec()))
    }

    /// What a customer with these items may want, best first, and because of which of them.
    pub fn recommend(&self, owned: Vec<u32>, options: RecommendOptions) -> Result<Vec<Recommendation>, CrmError> {
        guard(|| Ok(self.0.recommend(&owned, &options)))
    }

    /// All of it as JSON.
    pub fn to_json(&self) -> Result<String, CrmError> {
        guard(|| written(&self.0))
    }
}

/// Puts numbers into bins whose share of bad only rises or only falls.
#[uniffi::export]
pub fn bin_numbers(
    name: Name,
    values: Vec<Option<f64>>,
    bad: Vec<bool>,
    options: BinOptions,
) -> Result<Binning, CrmError> {
    let values: Vec<f64> = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
    guard(|| score::bin_numbers(name, &values, &bad, &options))
}

/// Puts every category into a bin of its own.
#[uniffi::export]
pub fn bin_categories(name: Name, values: Vec<Option<Name>>, bad: Vec<bool>) -> Result<Binning, CrmError> {
    guard(|| score::bin_categories(name, &values, &bad))
}

/// Bins characteristics and fits a scorecard on them.
#[uniffi::export]
pub fn fit_scorecard(
    characteristics: Vec<Characteristic>,
    bad: Vec<bool>,
    options: ScorecardOptions,
) -> Result<Scorecard, CrmError> {
    guard(|| Scorecard::fit(&characteristics, &bad, &options))
}

/// The score of a case, from one value for each characteristic in their order.
#[uniffi::export]
pub fn score_card(card: Scorecard, values: Vec<ScoreValue>) -> Result<Scored, CrmError> {
    guard(|| card.score(&values))
}

/// What follows from a score. What is no number has to be decided by a person.
#[uniffi::export]
pub fn decide(cutoffs: Cutoffs, scored: Scored) -> Result<Decision, CrmError> {
    guard(|| Ok(cutoffs.decide(&scored)))
}

/// How well a score tells good from bad.
#[uniffi::export]
pub fn discrimination(scores: Vec<f64>, bad: Vec<bool>) -> Result<Discrimination, CrmError> {
    guard(|| score::discrimination(&scores, &bad))
}

/// Whether cases lie in bins as they did when a score was made.
#[uniffi::export]
pub fn population_stability(expected: Vec<f64>, actual: Vec<f64>) -> Result<Stability, CrmError> {
    guard(|| score::population_stability(&expected, &actual))
}

/// Who moved between segments from one table of scores to a later one.
#[uniffi::export]
pub fn rfm_migration(earlier: RfmTable, later: RfmTable) -> Result<RfmMigration, CrmError> {
    guard(|| score::rfm_migration(&earlier, &later))
}
