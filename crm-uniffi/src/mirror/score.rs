//! How customers behave.

use crm_core::base::*;
use crm_core::crm::{AssessOptions, Assessed, PurchaseColumns};
use crm_core::score::*;

/// The unit in which a summary, a model and a horizon count time.
///
/// Every unit is a fixed number of days. Months and years are the means of the Gregorian calendar (400 years are
/// 146,097 days), not civil months.
#[uniffi::remote(Enum)]
pub enum TimeUnit {
    /// Days.
    Days,
    /// Seven days.
    Weeks,
    /// 30.436875 days.
    Months,
    /// 365.2425 days.
    Years,
}

/// A length of time and its unit: the horizon of a forecast, the age of a customer.
#[uniffi::remote(Record)]
pub struct Span {
    /// How many units.
    pub length: f64,
    /// The unit.
    pub unit: TimeUnit,
}

/// A rate of interest for one unit of time: 0.15 per year.
#[uniffi::remote(Record)]
pub struct Rate {
    /// The rate, 0.15 for 15 %.
    pub rate: f64,
    /// What it is for.
    pub per: TimeUnit,
}

/// What becomes of amounts below zero.
#[uniffi::remote(Enum)]
pub enum Refunds {
    /// A refund gives back the customer's newest purchases first, down to nothing. A day of purchases that was given
    /// back in full is no purchase; what is left of a refund when no purchase is left is dropped and counted.
    Net,
    /// Refunds are left out and counted.
    Drop,
    /// A refund is an error.
    Error,
}

/// How purchases become a summary.
#[uniffi::remote(Record)]
pub struct SummaryOptions {
    /// The last day that counts; ages are measured up to it.
    pub as_of: Date,
    /// The last day of the holdout, which begins on the day after `as_of`; none without a holdout.
    #[uniffi(default)]
    pub holdout_until: Option<Date>,
    /// The unit in which models will count time.
    pub unit: TimeUnit,
    /// The zone whose civil days the day numbers are.
    pub zone: Name,
    /// The currency of the amounts.
    pub currency: Currency,
    /// What becomes of amounts below zero.
    pub refunds: Refunds,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
}

/// What one customer did up to the day of the summary.
#[uniffi::remote(Record)]
pub struct PurchaseSummary {
    /// The customer's index.
    pub customer: u32,
    /// Days with a purchase after the first one (`x`).
    pub repeats: u32,
    /// Purchases, those of the same day counted one by one.
    pub orders: u32,
    /// The day of the first purchase.
    pub first: Date,
    /// The day of the last purchase.
    pub last: Date,
    /// What was spent on the days after the first one, in minor units.
    pub repeat_minor: i64,
    /// What was spent in all, in minor units.
    pub total_minor: i64,
    /// The sum of the natural logarithms of the days between one purchase day and the next; 0 without a repeat.
    ///
    /// It tells regular buyers from clumpy ones.
    pub log_gaps: f64,
}

/// What one customer did during the holdout.
#[uniffi::remote(Record)]
pub struct Holdout {
    /// Days with a purchase.
    pub purchases: u32,
    /// What was spent, in minor units.
    pub minor: i64,
}

/// What a summary leaves out, and why.
#[uniffi::remote(Record)]
pub struct Dropped {
    /// Rows after the last day.
    pub later_rows: u64,
    /// Refunds left out by `Refunds::Drop`.
    pub refund_rows: u64,
    /// Days whose purchases were given back in full.
    pub returned_days: u64,
    /// Refunded minor units for which there was no purchase to give back.
    pub unmatched_minor: u64,
    /// Customers whose rows all lie after `as_of`.
    pub later_customers: u64,
    /// Customers without a purchase that was not given back.
    pub empty_customers: u64,
}

/// A named box of scores. Bounds are inclusive.
#[uniffi::remote(Record)]
pub struct RfmSegment {
    /// The name.
    pub name: Name,
    /// The lowest and highest score for recency.
    pub r: (u8, u8),
    /// The lowest and highest score for frequency.
    pub f: (u8, u8),
    /// The lowest and highest score for monetary value.
    pub m: (u8, u8),
}

/// What counts as frequency.
#[uniffi::remote(Enum)]
pub enum Frequency {
    /// Days with a purchase.
    Days,
    /// Purchases, those of one day counted one by one.
    Orders,
}

/// What counts as monetary value.
#[uniffi::remote(Enum)]
pub enum Monetary {
    /// What was spent in all.
    Total,
    /// What was spent on a day with a purchase, on average.
    Mean,
}

/// The four values that part the five scores of each measure. Where there are fewer scores, the last values are the
/// greatest number, which nothing passes.
#[uniffi::remote(Record)]
pub struct CutPoints {
    /// Days since the last purchase.
    pub recency_days: [f64; 4],
    /// Purchases.
    pub frequency: [f64; 4],
    /// Minor units.
    pub monetary_minor: [f64; 4],
    /// Whether a value that equals a cut point lies above it; by default it lies below.
    #[uniffi(default)]
    pub upper: bool,
}

/// Where the scores part.
#[uniffi::remote(Enum)]
pub enum RfmRule {
    /// At the quintiles of type 7 of the customers at hand.
    Quintiles,
    /// As the R package `rfm` 0.3 does it: at the quintiles plus one (one day, one purchase, one major unit), a value
    /// that equals a cut point belonging to the upper score.
    RPackage,
    /// As pymc-marketing 0.19 does it: at the quartiles of type 7, scores 1 to 4. Where many customers agree quartiles
    /// coincide; those that do count once, and the scores end earlier.
    PymcMarketing,
    /// At cut points of the caller's own, or those of an earlier table.
    Given(CutPoints),
}

/// How customers are scored and named.
#[uniffi::remote(Record)]
pub struct RfmOptions {
    /// What counts as frequency.
    pub frequency: Frequency,
    /// What counts as monetary value.
    pub monetary: Monetary,
    /// Where the scores part.
    pub rule: RfmRule,
    /// The segments, first match first.
    #[uniffi(default)]
    pub segments: Vec<RfmSegment>,
}

/// The scores of one customer and what they rest on.
#[uniffi::remote(Record)]
pub struct RfmRow {
    /// The customer's index.
    pub customer: u32,
    /// Days from the last purchase to the day of the summary.
    pub recency_days: u32,
    /// Days with a purchase, or purchases.
    pub frequency: u32,
    /// Total or mean spend, in minor units.
    pub monetary_minor: f64,
    /// The score for recency, 1 to 5; 5 for the latest purchases.
    pub r: u8,
    /// The score for frequency, 1 to 5.
    pub f: u8,
    /// The score for monetary value, 1 to 5.
    pub m: u8,
    /// The place of the customer's segment in `RfmTable::segments`, if one matches.
    #[uniffi(default)]
    pub segment: Option<u32>,
}

/// The scores of many customers and how they were made.
#[uniffi::remote(Record)]
pub struct RfmTable {
    /// The day up to which recency was counted.
    pub as_of: Date,
    /// Where the scores part; give them to `RfmRule::Given` to score other customers alike.
    pub cuts: CutPoints,
    /// The segments that were tried, in order.
    pub segments: Vec<RfmSegment>,
    /// One row for each row of the summary, in its order.
    pub rows: Vec<RfmRow>,
}

/// The verdict on a fit.
#[uniffi::remote(Enum)]
pub enum FitStatus {
    /// A maximum was found.
    Converged,
    /// The likelihood hardly changes along some direction: the data do not say where on it the parameters lie.
    Ridge,
    /// No maximum was found.
    Stalled,
}

/// Something to look at before the parameters of a fit are used.
#[uniffi::remote(Enum)]
pub enum FitWarning {
    /// The parameter ran off towards zero or infinity: its part of the model is not needed or not identified.
    Edge(Name),
    /// The parameters can be exchanged for each other at little cost; predictions may be good where parameters are not.
    IllConditioned,
    /// There are few customers for the number of parameters.
    FewCustomers,
}

/// How a fit ended.
///
/// A fit that did not converge is not an error: its numbers are there to look at, and this says what to think of them.
#[uniffi::remote(Record)]
pub struct Convergence {
    /// The verdict.
    pub status: FitStatus,
    /// Steps that were taken from the best starting point.
    pub iterations: u32,
    /// Evaluations of the likelihood from all starting points.
    pub evaluations: u32,
    /// Starting points that were tried.
    pub starts: u32,
    /// The largest slope of the log-likelihood per customer along the logarithm of a parameter.
    pub gradient: f64,
    /// How much log-likelihood another step would gain, by the quadratic model at the end.
    pub remaining: f64,
    /// The greatest eigenvalue of the negative Hessian (on the logarithmic scale) over the least; infinite when the least
    /// is not positive. Its square root is the ratio of the best known direction's precision to the worst's.
    pub condition: f64,
    /// What to look at before the numbers are used.
    pub warnings: Vec<FitWarning>,
}

/// BG/NBD: how often customers without a contract buy, and when they silently leave.
///
/// While alive, a customer buys at random times at its own constant rate; the rates of all customers follow a gamma
/// distribution (shape `r`, rate `alpha`). After each purchase it leaves with its own constant probability; these
/// probabilities follow a beta distribution (`a`, `b`). Source: P. Fader, B. Hardie, K. L. Lee, "Counting Your Customers
/// the Easy Way: An Alternative to the Pareto/NBD Model", Marketing Science 24(2), 2005.
///
/// Do not use it for contracts (there leaving is seen), for one-time goods, or where purchases come at regular intervals.
/// A customer who never bought again counts as alive: the model only lets customers leave after a repeat purchase
/// (`MbgNbd` lets them leave after the first).
///
/// What it answers stands at `PurchaseModel`: the likelihood is equation 6 of the paper, the
/// probability of a number of purchases equation 8, the expectation for a newcomer equation 9 and that for a customer
/// equation 10.
#[uniffi::remote(Record)]
pub struct BgNbd {
    /// The shape of the distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    pub alpha: f64,
    /// The first parameter of the distribution of drop-out probabilities.
    pub a: f64,
    /// The second parameter of the distribution of drop-out probabilities; `a / (a + b)` is the mean probability.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

/// A fitted model and how well its parameters are known.
#[uniffi::remote(Record)]
pub struct BgNbdFit {
    /// The model at the maximum of the likelihood, or of the likelihood less the penalties.
    pub model: BgNbd,
    /// The log-likelihood there, without penalties.
    pub log_likelihood: f64,
    /// The number of customers, or the sum of their weights.
    pub customers: f64,
    /// The standard errors of the parameters, in the order of `Model::PARAMETERS`; 0 for a parameter that was held;
    /// none when the likelihood is not curved enough to tell.
    ///
    /// They are the square roots of the diagonal of the inverse of the negative Hessian.
    #[uniffi(default)]
    pub standard_errors: Option<Vec<f64>>,
    /// The covariances of the parameters, in the same order.
    #[uniffi(default)]
    pub covariance: Option<Vec<Vec<f64>>>,
    /// How many parameters were sought.
    pub free: u32,
    /// How the fit ended.
    pub convergence: Convergence,
}

/// What a purchase model says about one customer.
#[uniffi::remote(Record)]
pub struct PurchaseForecast {
    /// The probability that the customer is still alive.
    pub p_alive: f64,
    /// The expected number of purchases within the horizon.
    pub purchases: f64,
}

/// Gamma-Gamma: what customers spend per purchase.
///
/// A customer's purchases vary around its own mean by a gamma distribution of shape `p`; the scale differs between
/// customers by a gamma distribution (shape `q`, rate `gamma`). The more purchases of a customer were seen, the more its
/// own mean counts against that of all customers. Sources: P. Fader, B. Hardie, "The Gamma-Gamma Model of Monetary
/// Value", note 025, 2013; P. Fader, B. Hardie, K. L. Lee, "RFM and CLV: Using Iso-Value Curves for Customer Base
/// Analysis", Journal of Marketing Research 42, 2005.
///
/// The model takes spend per purchase for independent of the number of purchases; look at
/// `GammaGammaFit::correlation` before you use it.
#[uniffi::remote(Record)]
pub struct GammaGamma {
    /// The shape of the distribution of one customer's purchases.
    pub p: f64,
    /// The shape of the distribution between customers.
    pub q: f64,
    /// The rate of the distribution between customers, in major units of the currency.
    pub gamma: f64,
    /// The currency of `gamma`.
    pub currency: Currency,
}

/// A fitted model and how well its parameters are known.
#[uniffi::remote(Record)]
pub struct GammaGammaFit {
    /// The model at the maximum of the likelihood.
    pub model: GammaGamma,
    /// The log-likelihood there.
    pub log_likelihood: f64,
    /// The number of repeat buyers, or the sum of their weights.
    pub customers: f64,
    /// How many customers bought again and yet spent nothing; they were left out.
    pub without_spend: f64,
    /// The correlation of the number of repeat purchases with the mean spend, which the model takes for 0.
    #[uniffi(default)]
    pub correlation: Option<f64>,
    /// The standard errors of `p`, `q`, `gamma`; none when the likelihood is not curved enough to tell.
    #[uniffi(default)]
    pub standard_errors: Option<[f64; 3]>,
    /// The covariances of the parameters, in the same order.
    #[uniffi(default)]
    pub covariance: Option<[[f64; 3]; 3]>,
    /// How the fit ended.
    pub convergence: Convergence,
}

/// Over which periods and on what terms value is reckoned.
#[uniffi::remote(Record)]
pub struct ValueTerms {
    /// The length of a period, in the unit of the purchase model.
    pub period: Span,
    /// How many periods.
    pub periods: u32,
    /// The rate at which later money is worth less.
    pub discount: Rate,
    /// The share of the spend that is earned, 0 to 1; 1 for revenue.
    pub margin: f64,
}

/// What one customer is worth.
#[uniffi::remote(Record)]
pub struct LifetimeValue {
    /// The customer's index.
    pub customer: u32,
    /// The expected purchases over the whole horizon.
    pub purchases: f64,
    /// The expected purchases, each discounted from the end of its period.
    pub discounted_purchases: f64,
    /// The expected spend per purchase, in major units; none where the spend model has no mean.
    #[uniffi(default)]
    pub spend: Option<f64>,
    /// The discounted value, in major units: margin, spend and discounted purchases multiplied.
    #[uniffi(default)]
    pub value: Option<f64>,
}

/// Purchases in columns, as the score room takes them: one row for each order and refund.
#[uniffi::remote(Record)]
pub struct PurchaseColumns {
    /// The customers; the other columns speak of them by their place here.
    #[uniffi(default)]
    pub customers: Vec<CustomerId>,
    /// Who bought.
    #[uniffi(default)]
    pub customer: Vec<u32>,
    /// The civil day, counted from 1970-01-01.
    #[uniffi(default)]
    pub day: Vec<i32>,
    /// The amount in minor units; negative for a refund.
    #[uniffi(default)]
    pub minor: Vec<i64>,
    /// Orders and refunds in another currency, which are not in the columns.
    pub other_currency: u64,
    /// Orders and refunds without an amount, which are not in the columns.
    pub without_amount: u64,
}

/// As of when, in which unit, and on what terms customers are assessed.
#[uniffi::remote(Record)]
pub struct AssessOptions {
    /// How purchases become a summary; its unit is that of the models.
    pub summary: SummaryOptions,
    /// How customers are ranked.
    pub rfm: RfmOptions,
    /// The horizon of the expected purchases.
    pub horizon: Span,
    /// The terms of the lifetime value.
    pub terms: ValueTerms,
}

/// What is known of one customer who ever bought.
#[uniffi::remote(Record)]
pub struct Assessed {
    /// What was bought.
    pub summary: PurchaseSummary,
    /// The scores.
    pub rfm: RfmRow,
    /// P(alive) and expected purchases, with a purchase model.
    #[uniffi(default)]
    pub forecast: Option<PurchaseForecast>,
    /// The lifetime value, with both models.
    #[uniffi(default)]
    pub value: Option<LifetimeValue>,
}
