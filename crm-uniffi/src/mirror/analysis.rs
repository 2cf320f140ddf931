//! What is asked of columns, and answered.

use crm_core::base::*;
use crm_core::score::*;

/// An estimate and how far off it may be.
#[uniffi::remote(Record)]
pub struct Interval {
    /// The estimate.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
    /// How often such intervals hold the truth, 0.95 for 95 %.
    pub level: f64,
}

/// One customer as the purchase models see it.
#[uniffi::remote(Record)]
pub struct History {
    /// Days with a purchase after the first one (`x`).
    pub repeats: u32,
    /// From the first purchase to the last (`t_x`); 0 without a repeat.
    pub recency: f64,
    /// From the first purchase to the day of the summary (`T`).
    pub age: f64,
    /// The unit of both times.
    pub unit: TimeUnit,
}

/// Equal histories and how often they occur.
#[uniffi::remote(Record)]
pub struct HistoryCount {
    /// Days with a purchase after the first one (`x`).
    pub repeats: u32,
    /// From the first purchase to the last (`t_x`); 0 without a repeat.
    pub recency: f64,
    /// From the first purchase to the day of the summary (`T`).
    pub age: f64,
    /// How many customers have this history, or the sum of their weights.
    pub weight: f64,
}

/// A parameter that is held at a value.
#[uniffi::remote(Record)]
pub struct FixedParameter {
    /// The parameter's name.
    pub parameter: Name,
    /// Its value.
    pub value: f64,
}

/// A pull of a parameter towards a value: `((ln parameter - ln centre) / spread)^2 / 2` is taken from the
/// log-likelihood.
///
/// It is the logarithm of a log-normal prior density without its constant, so a fit with penalties on all parameters is
/// the mode of the posterior density of their logarithms. A spread of 0.1 holds a parameter within about 10 %, one of 2
/// hardly says more than its order of magnitude.
#[uniffi::remote(Record)]
pub struct Penalty {
    /// The parameter's name.
    pub parameter: Name,
    /// The value towards which it is drawn.
    pub centre: f64,
    /// The standard deviation of the logarithm of the parameter, had there been no data.
    pub spread: f64,
}

/// How models are fitted.
#[uniffi::remote(Record)]
pub struct FitOptions {
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
    /// Parameters that are not sought but given.
    #[uniffi(default)]
    pub fixed: Vec<FixedParameter>,
    /// What draws parameters towards values that are known from elsewhere.
    #[uniffi(default)]
    pub penalties: Vec<Penalty>,
}

/// A fitted model and how well its parameters are known.
#[uniffi::remote(Record)]
pub struct AnyPurchaseFit {
    /// The model at the maximum of the likelihood, or of the likelihood less the penalties.
    pub model: AnyPurchaseModel,
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

/// A fitted model and how well its parameters are known.
#[uniffi::remote(Record)]
pub struct AnyContractFit {
    /// The model at the maximum of the likelihood, or of the likelihood less the penalties.
    pub model: AnyContractModel,
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

/// A fitted model and how well its parameters are known.
#[uniffi::remote(Record)]
pub struct BgBbFit {
    /// The model at the maximum of the likelihood, or of the likelihood less the penalties.
    pub model: BgBb,
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

/// MBG/NBD: as `BgNbd`, but a customer may also leave right after its first purchase.
///
/// While alive, a customer buys at random times at its own constant rate (gamma-distributed: shape `r`, rate `alpha`).
/// After each purchase, the first one included, it leaves with its own constant probability (beta-distributed: `a`,
/// `b`). So a customer who never came back need not count as alive. Source: E. Batislam, M. Denizel, A. Filiztekin,
/// "Empirical validation and comparison of models for customer base analysis", International Journal of Research in
/// Marketing 24(3), 2007.
///
/// With `x` repeat purchases, the last at `t_x`, and the age `T`, the likelihood is
/// `Gamma(r+x) alpha^r / Gamma(r) (B(a, b+x+1) / B(a,b) (alpha+T)^-(r+x) + B(a+1, b+x) / B(a,b) (alpha+t_x)^-(r+x))`,
/// and P(alive) the share of its first part. What the model answers stands at `PurchaseModel`.
///
/// Do not use it for contracts, for one-time goods, or where purchases come at regular intervals.
#[uniffi::remote(Record)]
pub struct MbgNbd {
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

/// Pareto/NBD: how often customers without a contract buy, and when they silently leave, at any time.
///
/// While alive, a customer buys at random times at its own constant rate; the rates of all customers follow a gamma
/// distribution (shape `r`, rate `alpha`). It leaves after a lifetime that is exponential with its own rate; those rates
/// follow a gamma distribution too (shape `s`, rate `beta`). Sources: D. Schmittlein, D. Morrison, R. Colombo, "Counting
/// Your Customers: Who Are They and What Will They Do Next?", Management Science 33(1), 1987; P. Fader, B. Hardie, "A note
/// on deriving the Pareto/NBD model and related expressions", 2005.
///
/// The published forms take differences of hypergeometric functions, which cancel or overflow, and divide by `s - 1`.
/// Here every quantity is an integral of a positive function or a function without a pole, so all of them hold for any
/// parameters, `s = 1` and equal `alpha` and `beta` included. What the model answers stands at
/// `PurchaseModel`.
///
/// Do not use it for contracts, for one-time goods, or where purchases come at regular intervals. The data often say
/// little about `s` and `beta` each, though much about both together; predictions hardly depend on where on that ridge
/// the fit stands.
#[uniffi::remote(Record)]
pub struct ParetoNbd {
    /// The shape of the distribution of purchase rates: the smaller, the more customers differ.
    pub r: f64,
    /// The rate of the distribution of purchase rates, in units of time; `r / alpha` is the mean purchase rate.
    pub alpha: f64,
    /// The shape of the distribution of drop-out rates.
    pub s: f64,
    /// The rate of the distribution of drop-out rates, in units of time; `s / beta` is the mean drop-out rate.
    pub beta: f64,
    /// The unit of time of `alpha` and `beta`.
    pub unit: TimeUnit,
}

/// MBG/CNBD-k: as `MbgNbd`, for customers who buy at more regular times.
///
/// The time between two purchases is the sum of `k` exponential waits (an Erlang distribution) instead of one: the
/// greater `k`, the more regular the purchases. The rates of the waits follow a gamma distribution (shape `r`, rate
/// `alpha`); after each purchase, the first one included, the customer leaves with a beta-distributed probability (`a`,
/// `b`). With `k = 1` it is `MbgNbd`. Sources: M. Platzer, T. Reutterer, "Ticking Away the Moments: Timing
/// Regularity Helps to Better Predict Customer Activity", Marketing Science 35(5), 2016; T. Reutterer, M. Platzer, N.
/// Schröder, "Leveraging purchase regularity for predicting customer behavior the easy way", International Journal of
/// Research in Marketing 38(1), 2021.
///
/// The papers approximate the expected purchases; here they are exact: the waits since the last purchase that may already
/// be over are a hidden phase, whose probabilities follow from the history. What the model answers stands at
/// `PurchaseModel`. Its log-likelihood on counted histories leaves out
/// `ln_gaps`, which only matters when two `k` are compared.
#[uniffi::remote(Record)]
pub struct MbgCnbdK {
    /// How regularly customers buy; 1 for purchases at random times.
    pub k: u32,
    /// The shape of the distribution of the waits' rates.
    pub r: f64,
    /// The rate of the distribution of the waits' rates, in units of time; `r / (k alpha)` is the mean purchase rate.
    pub alpha: f64,
    /// The first parameter of the distribution of drop-out probabilities.
    pub a: f64,
    /// The second parameter of the distribution of drop-out probabilities.
    pub b: f64,
    /// The unit of time of `alpha`.
    pub unit: TimeUnit,
}

/// Which purchase model.
#[uniffi::remote(Enum)]
pub enum PurchaseModelKind {
    /// `BgNbd`.
    BgNbd,
    /// `MbgNbd`.
    MbgNbd,
    /// `ParetoNbd`.
    ParetoNbd,
    /// `MbgCnbdK` of a known regularity `k`.
    MbgCnbdK(u32),
}

/// A purchase model of any kind, for those who learn only when the program runs which one it is.
#[uniffi::remote(Enum)]
pub enum AnyPurchaseModel {
    /// BG/NBD.
    BgNbd(BgNbd),
    /// MBG/NBD.
    MbgNbd(MbgNbd),
    /// Pareto/NBD.
    ParetoNbd(ParetoNbd),
    /// MBG/CNBD-k.
    MbgCnbdK(MbgCnbdK),
}

/// What a purchase model says about one customer and a horizon.
#[uniffi::remote(Record)]
pub struct PurchaseOutlook {
    /// The probability that the customer is alive now.
    pub p_alive: f64,
    /// The probability that it is still alive at the horizon.
    pub p_alive_after: f64,
    /// The expected purchases until the horizon.
    pub purchases: f64,
    /// The probability of a purchase until the horizon; what is short of 1 is the risk of churn.
    pub p_purchase: f64,
    /// The expected purchases until the horizon, each discounted from when it happens; none without a rate.
    #[uniffi(default)]
    pub discounted_purchases: Option<f64>,
    /// The same without a horizon (discounted expected residual transactions); none without a rate above zero.
    #[uniffi(default)]
    pub residual_purchases: Option<f64>,
}

/// What a purchase model says about a customer on the day of its first purchase.
#[uniffi::remote(Record)]
pub struct NewcomerOutlook {
    /// The expected repeat purchases until the horizon.
    pub purchases: f64,
    /// The probabilities of 0, 1, 2, ... repeat purchases until the horizon.
    pub probabilities: Vec<f64>,
    /// The expected repeat purchases until the horizon, each discounted; none without a rate.
    #[uniffi(default)]
    pub discounted_purchases: Option<f64>,
}

/// How well is known what a fitted model says about one customer.
#[uniffi::remote(Record)]
pub struct PurchaseIntervals {
    /// The probability that the customer is alive now.
    pub p_alive: Interval,
    /// The expected purchases until the horizon.
    pub purchases: Interval,
    /// The probability of a purchase until the horizon.
    pub p_purchase: Interval,
}

/// A customer who could buy once at each of some occasions: a yearly appeal, a monthly box, a cruise season.
#[uniffi::remote(Record)]
pub struct OccasionHistory {
    /// At how many occasions after the first purchase it bought (`x`).
    pub repeats: u32,
    /// The number of the occasion at which it bought last (`t_x`), counted from 1; 0 without a repeat.
    pub last: u32,
    /// How many occasions there were after the first purchase (`n`).
    pub occasions: u32,
}

/// Equal histories and how often they occur.
#[uniffi::remote(Record)]
pub struct OccasionCount {
    /// The history.
    pub history: OccasionHistory,
    /// How many customers have it, or the sum of their weights.
    pub weight: f64,
}

/// BG/BB: customers who can buy once at each of some occasions, and silently leave.
///
/// While alive, a customer buys at each occasion with its own constant probability (beta-distributed: `alpha`, `beta`).
/// Before each occasion it leaves with its own constant probability (beta-distributed: `gamma`, `delta`). Source: P.
/// Fader, B. Hardie, J. Shang, "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing Science
/// 29(6), 2010.
///
/// It answers what `PurchaseModel` does, with occasions in place of time. *Alive* always means: at
/// the next occasion, as in the paper.
#[uniffi::remote(Record)]
pub struct BgBb {
    /// The first parameter of the distribution of purchase probabilities.
    pub alpha: f64,
    /// The second; `alpha / (alpha + beta)` is the mean probability of a purchase.
    pub beta: f64,
    /// The first parameter of the distribution of drop-out probabilities.
    pub gamma: f64,
    /// The second; `gamma / (gamma + delta)` is the mean probability to leave.
    pub delta: f64,
}

/// What the model says about one customer and the occasions to come.
#[uniffi::remote(Record)]
pub struct OccasionOutlook {
    /// The probability that the customer is alive at the next occasion.
    pub p_alive: f64,
    /// The probability that it is alive at the occasion after all of them.
    pub p_alive_after: f64,
    /// The expected purchases at these occasions.
    pub purchases: f64,
    /// The probability of a purchase at any of them; what is short of 1 is the risk of churn.
    pub p_purchase: f64,
    /// The expected purchases at these occasions, each discounted; none without a rate.
    #[uniffi(default)]
    pub discounted_purchases: Option<f64>,
    /// The same for ever (discounted expected residual transactions); none without a rate above zero.
    #[uniffi(default)]
    pub residual_purchases: Option<f64>,
}

/// Contracts of equal length.
#[uniffi::remote(Record)]
pub struct ContractCount {
    /// The number of the period at whose end the contract was given up, counted from 1; or, for a contract that runs, how
    /// many periods it has survived.
    pub periods: u32,
    /// Whether it was given up.
    pub ended: bool,
    /// How many contracts these are, or the sum of their weights.
    pub weight: f64,
}

/// The shifted beta-geometric model: customers renew or give up a contract at the end of each period.
///
/// A customer gives up at the end of every period with its own constant probability; these probabilities follow a beta
/// distribution (`alpha`, `beta`). The retention rate of a cohort rises with time although nobody's changes: those likely
/// to leave go first. Source: P. Fader, B. Hardie, "How to Project Customer Retention", Journal of Interactive Marketing
/// 21(1), 2007.
///
/// What it answers stands at `ContractModel`.
#[uniffi::remote(Record)]
pub struct ShiftedBetaGeometric {
    /// The first parameter of the distribution of probabilities to give up.
    pub alpha: f64,
    /// The second; `alpha / (alpha + beta)` is the mean probability, the churn of the first period.
    pub beta: f64,
}

/// The beta-discrete-Weibull model: as `ShiftedBetaGeometric`, but a customer's own probability to leave changes with
/// time.
///
/// The probability to survive `t` periods is `(1 - p)^(t^c)` with a beta-distributed `p`: with `c` above 1 every customer
/// tires of the contract, with `c` below 1 it gets used to it, and `c = 1` is the shifted beta-geometric model. Source: P.
/// Fader, B. Hardie, Y. Liu, J. Davin, T. Steenburgh, "'How to Project Customer Retention' Revisited: The Role of Duration
/// Dependence", Journal of Interactive Marketing 43, 2018.
#[uniffi::remote(Record)]
pub struct BetaDiscreteWeibull {
    /// The first parameter of the distribution of `p`.
    pub alpha: f64,
    /// The second.
    pub beta: f64,
    /// How a customer's own probability to leave changes with time.
    pub c: f64,
}

/// Which model of contracts.
#[uniffi::remote(Enum)]
pub enum ContractModelKind {
    /// `ShiftedBetaGeometric`.
    ShiftedBetaGeometric,
    /// `BetaDiscreteWeibull`.
    BetaDiscreteWeibull,
}

/// A model of contracts of any kind, for those who learn only when the program runs which one it is.
#[uniffi::remote(Enum)]
pub enum AnyContractModel {
    /// The shifted beta-geometric model.
    ShiftedBetaGeometric(ShiftedBetaGeometric),
    /// The beta-discrete-Weibull model.
    BetaDiscreteWeibull(BetaDiscreteWeibull),
}

/// What a model says about a contract that was renewed so often.
#[uniffi::remote(Record)]
pub struct ContractOutlook {
    /// The probabilities that it is renewed at least 1, 2, ... times more.
    pub survival: Vec<f64>,
    /// The share of contracts like it that are renewed next time.
    pub retention: f64,
    /// The expected renewals among the next periods.
    pub renewals: f64,
    /// The expected renewals to come, each discounted (discounted expected residual lifetime); none without a rate.
    #[uniffi(default)]
    pub discounted_renewals: Option<f64>,
}

/// What one customer spent on its repeat purchases.
#[uniffi::remote(Record)]
pub struct Spend {
    /// Days with a purchase after the first one.
    pub repeats: u32,
    /// What was spent on such a day on average, in major units of the currency; 0 without a repeat.
    pub mean: f64,
    /// The currency.
    pub currency: Currency,
}

/// Equal spends and how often they occur.
#[uniffi::remote(Record)]
pub struct SpendCount {
    /// Days with a purchase after the first one.
    pub repeats: u32,
    /// What was spent on such a day on average, in major units.
    pub mean: f64,
    /// How many customers spent so, or the sum of their weights.
    pub weight: f64,
}

/// One arm of a test: those who got the same treatment.
#[uniffi::remote(Record)]
pub struct Arm {
    /// Its name.
    pub name: Name,
    /// How many people were in it.
    pub people: u64,
    /// How many of them did what was hoped for.
    pub responses: u64,
}

/// How two arms compare.
#[uniffi::remote(Record)]
pub struct ArmComparison {
    /// The share of the treated arm.
    pub treated: Interval,
    /// The share of the control arm.
    pub control: Interval,
    /// The treated share less the control share, with the square-and-add interval of two Wilson intervals (R. Newcombe,
    /// "Interval estimation for the difference between independent proportions", Statistics in Medicine 17, 1998, method
    /// 10).
    pub difference: Interval,
    /// The treated share over the control share less 1, with the log interval (D. Katz et al., "Obtaining confidence
    /// intervals for the risk ratio in cohort studies", Biometrics 34, 1978); none when an arm had no response.
    #[uniffi(default)]
    pub relative: Option<Interval>,
    /// The difference in standard errors, if the shares were equal (the two-proportion test with a pooled share).
    pub z: f64,
    /// How likely a difference as great or greater is when the shares are equal.
    pub p_value: f64,
}

/// How two of many arms compare.
#[uniffi::remote(Record)]
pub struct ArmPair {
    /// The place of the first arm.
    pub first: u32,
    /// The place of the second arm.
    pub second: u32,
    /// The first share less the second.
    pub difference: f64,
    /// The p-value of the pair alone.
    pub p_value: f64,
    /// The p-value with regard to all pairs (S. Holm, "A simple sequentially rejective multiple test procedure",
    /// Scandinavian Journal of Statistics 6, 1979).
    pub adjusted: f64,
}

/// How many arms compare.
#[uniffi::remote(Record)]
pub struct ManyArms {
    /// The shares, in the order of the arms.
    pub shares: Vec<Interval>,
    /// Pearson's statistic of homogeneity.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees: u32,
    /// How likely such a statistic or a greater one is when all shares are equal.
    pub p_value: f64,
    /// Every two arms, in order.
    pub pairs: Vec<ArmPair>,
}

/// What a campaign brought that would not have come anyway.
#[uniffi::remote(Record)]
pub struct HoldoutLift {
    /// The treated compared with those who were held out.
    pub comparison: ArmComparison,
    /// The responses that the campaign caused: the difference of the shares times the treated.
    pub extra_responses: Interval,
    /// What part of the treated's responses the campaign caused; none when none of them responded.
    #[uniffi(default)]
    pub caused_share: Option<f64>,
}

/// Whether the arms of a test have the sizes that they should have.
#[uniffi::remote(Record)]
pub struct SampleRatio {
    /// How many people each arm should have.
    pub expected: Vec<f64>,
    /// Pearson's statistic.
    pub chi_square: f64,
    /// How likely such a division or a worse one is by chance.
    pub p_value: f64,
    /// Whether the p-value lies below 0.0005: then look for the fault before you read any result of the test.
    pub mismatch: bool,
}

/// One contact on the way to a conversion.
#[uniffi::remote(Record)]
pub struct Touch {
    /// The channel or the campaign.
    pub channel: Name,
    /// When.
    pub at: Timestamp,
}

/// What happened to one customer, from the first touch on.
#[uniffi::remote(Record)]
pub struct Journey {
    /// The touches, in the order in which they happened.
    pub touches: Vec<Touch>,
    /// When the customer converted; none when it did not.
    #[uniffi(default)]
    pub converted: Option<Timestamp>,
    /// What the conversion counts: 1, or its value in a unit of the caller's.
    pub worth: f64,
}

/// How credit is given.
#[uniffi::remote(Enum)]
pub enum AttributionRule {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// The same to every touch.
    Linear,
    /// The less, the longer before the conversion: half for each half-life.
    TimeDecay {
        /// The half-life in days.
        half_life_days: f64,
    },
    /// Shares for the first and the last touch; the rest is divided evenly among those between.
    Position {
        /// The share of the first touch.
        first: f64,
        /// The share of the last touch.
        last: f64,
    },
    /// By how many conversions would be lost without the channel, in a first-order Markov chain of channels (E. Anderl, I.
    /// Becker, F. von Wangenheim, J. Schumann, "Mapping the customer journey", International Journal of Research in
    /// Marketing 33(3), 2016). Journeys that did not convert count as well.
    Markov,
    /// By the Shapley value of the channels, where a set of channels is worth the conversions of the journeys that need no
    /// other (K. Zhao, S. Mahboobi, S. Bagheri, "Shapley value methods for attribution modeling in online advertising",
    /// 2018). For that game the value has a simple form: each conversion is divided evenly among the different channels of
    /// its journey.
    Shapley,
}

/// What one channel is credited with.
#[uniffi::remote(Record)]
pub struct ChannelCredit {
    /// The channel.
    pub channel: Name,
    /// What it is credited with, in the unit of `Journey::worth`.
    pub credit: f64,
    /// Its share of all credit; the shares add up to 1.
    pub share: f64,
    /// In how many journeys it occurs.
    pub journeys: u64,
}

/// Who gets the credit.
#[uniffi::remote(Record)]
pub struct Attribution {
    /// The channels, by name.
    pub channels: Vec<ChannelCredit>,
    /// The worth of all conversions with a touch before them: the sum of the credits.
    pub worth: f64,
    /// The worth of conversions without a touch, for which nobody gets credit.
    pub untouched: f64,
}

/// The net promoter score of some answers.
#[uniffi::remote(Record)]
pub struct NetPromoter {
    /// Answers of 9 and 10.
    pub promoters: u64,
    /// Answers of 7 and 8.
    pub passives: u64,
    /// Answers of 0 to 6.
    pub detractors: u64,
    /// The percentage of promoters less the percentage of detractors, -100 to 100, with its interval.
    pub score: Interval,
}

/// Answers on a scale, and what they come to.
#[uniffi::remote(Record)]
pub struct ScaleScore {
    /// How many answered.
    pub answers: u64,
    /// How many of them chose one of the best answers.
    pub best: u64,
    /// The share of those, with Wilson's interval.
    pub share: Interval,
    /// The mean answer with Student's interval; none for a single answer.
    #[uniffi(default)]
    pub mean: Option<Interval>,
}

/// How cohorts are made.
#[uniffi::remote(Record)]
pub struct CohortOptions {
    /// The period by which customers are grouped and time is counted: civil weeks, months, quarters or years.
    pub period: CalendarUnit,
    /// The last day that counts. A period that ends later is marked as incomplete.
    pub as_of: Date,
    /// The currency of the amounts.
    pub currency: Currency,
}

/// What a cohort did in one period.
#[uniffi::remote(Record)]
pub struct CohortCell {
    /// How many of its customers bought.
    pub customers: u32,
    /// How many purchases they made.
    pub orders: u32,
    /// What they spent less what they gave back, in minor units.
    pub minor: i64,
    /// Whether the period was over on the last day; otherwise more may come (it is censored).
    #[uniffi(default)]
    pub complete: bool,
}

/// The customers who first bought in one period.
#[uniffi::remote(Record)]
pub struct Cohort {
    /// The first day of the period.
    pub start: Date,
    /// How many customers there are.
    pub customers: u32,
    /// What they did in that period and in each that followed.
    pub cells: Vec<CohortCell>,
}

/// Cohorts and what they did.
#[uniffi::remote(Record)]
pub struct CohortTable {
    /// The period.
    pub period: CalendarUnit,
    /// The last day that counted.
    pub as_of: Date,
    /// The currency of the amounts.
    pub currency: Currency,
    /// The cohorts, by rising period; periods without a new customer are left out.
    pub cohorts: Vec<Cohort>,
    /// Rows after the last day.
    pub later_rows: u64,
    /// Refunds to customers who had not bought before.
    pub unmatched_refunds: u64,
}

/// What is known at one time at which somebody's stay ended.
#[uniffi::remote(Record)]
pub struct SurvivalStep {
    /// The time.
    pub time: f64,
    /// How many customers were still seen just before.
    pub at_risk: f64,
    /// How many of them ended.
    pub ended: f64,
    /// The share that stays longer (Kaplan & Meier), with Greenwood's standard error and the log-log interval.
    pub survival: Interval,
    /// The cumulated hazard (Nelson & Aalen), with Aalen's standard error and the log interval.
    pub hazard: Interval,
}

/// How many stay how long.
#[uniffi::remote(Record)]
pub struct SurvivalCurve {
    /// The unit of the times.
    pub unit: TimeUnit,
    /// How many customers were looked at.
    pub customers: f64,
    /// How many of them were still there when they were last seen.
    pub censored: f64,
    /// Up to which time anybody was seen.
    pub seen_until: f64,
    /// The times at which somebody's stay ended, rising.
    pub steps: Vec<SurvivalStep>,
}

/// One group of the test.
#[uniffi::remote(Record)]
pub struct LogRankGroup {
    /// How many customers it has.
    pub customers: f64,
    /// How many of them ended.
    pub observed: f64,
    /// How many would have ended if all groups stayed equally long.
    pub expected: f64,
}

/// Whether groups stay equally long.
#[uniffi::remote(Record)]
pub struct LogRank {
    /// The groups, in their order.
    pub groups: Vec<LogRankGroup>,
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom.
    pub degrees: u32,
    /// How likely such a statistic or a greater one is when all groups stay equally long.
    pub p_value: f64,
}

/// How columns are made comparable.
#[uniffi::remote(Enum)]
pub enum Scaling {
    /// Not at all: the column with the greatest numbers decides.
    None,
    /// Each column less its mean, over its standard deviation.
    Standard,
    /// Each column less its median, over its interquartile range: a few great spenders do not squeeze the rest together.
    Robust,
}

/// How one column was scaled: `(value - centre) / spread`.
#[uniffi::remote(Record)]
pub struct ColumnScale {
    /// What is taken from each value.
    pub centre: f64,
    /// What the rest is divided by; 1 for a column of equal values.
    pub spread: f64,
}

/// How clusters are sought.
#[uniffi::remote(Record)]
pub struct ClusterOptions {
    /// How many clusters.
    pub clusters: u32,
    /// How columns are made comparable.
    pub scaling: Scaling,
    /// How often the search begins anew; the best result counts.
    pub restarts: u32,
    /// The most iterations of one search.
    pub iterations: u32,
    /// What the beginnings depend on: the same seed gives the same result.
    pub seed: u64,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
}

/// Groups of rows that are near each other.
#[uniffi::remote(Record)]
pub struct Clusters {
    /// The centres in the units of the columns, by rising first column (then second, and so on): numbers are stable from
    /// run to run.
    pub centres: Vec<Vec<f64>>,
    /// How many rows each cluster has.
    pub sizes: Vec<u64>,
    /// The cluster of each row.
    pub of_row: Vec<u32>,
    /// The sum of the squared distances of rows from their centres, in scaled columns.
    pub inertia: f64,
    /// The iterations of the best search.
    pub iterations: u32,
    /// Whether it ended because no row changed its cluster any more.
    pub settled: bool,
    /// How the columns were scaled.
    pub scales: Vec<ColumnScale>,
}

/// How popular an item is.
#[uniffi::remote(Record)]
pub struct Popularity {
    /// The item's index.
    pub item: u32,
    /// How many customers bought it.
    pub customers: u64,
    /// How many order lines it has.
    pub lines: u64,
    /// The share of all customers who bought it.
    pub share: f64,
}

/// How often an item is bought again.
#[uniffi::remote(Record)]
pub struct BoughtAgain {
    /// The item's index.
    pub item: u32,
    /// How many customers bought it.
    pub customers: u64,
    /// How many of them bought it on another day again.
    pub again: u64,
    /// The share of those, with Wilson's interval at 95 %.
    pub share: Interval,
    /// The mean number of days from one purchase to the next; none when nobody bought it again.
    #[uniffi(default)]
    pub gap_days: Option<f64>,
}

/// Which rules are kept.
#[uniffi::remote(Record)]
pub struct RuleOptions {
    /// The least share of baskets that hold all items of a rule.
    pub support: f64,
    /// The least confidence.
    pub confidence: f64,
    /// The most items of a rule.
    pub items: u32,
}

/// Who buys some items buys another one.
#[uniffi::remote(Record)]
pub struct AssociationRule {
    /// The items that lead to the other one; indices, rising.
    pub given: Vec<u32>,
    /// The item they lead to.
    pub then: u32,
    /// In how many baskets all of them are.
    pub baskets: u64,
    /// The share of those baskets among all.
    pub support: f64,
    /// The share of the baskets with the given items that also hold the other one.
    pub confidence: f64,
    /// The confidence over the share of the other item among all baskets: 1 when they have nothing to do with each other.
    pub lift: f64,
    /// The support less what it would be if they had nothing to do with each other (G. Piatetsky-Shapiro, 1991).
    pub leverage: f64,
    /// How many times more often the rule would fail if they had nothing to do with each other; none when it never fails
    /// (S. Brin et al., "Dynamic itemset counting", SIGMOD 1997).
    #[uniffi(default)]
    pub conviction: Option<f64>,
    /// From -1, never together, over 0 to 1, always together (T. Zhang, "Association rules", PAKDD 2000).
    pub zhang: f64,
}

/// Items that were bought together.
#[uniffi::remote(Record)]
pub struct ItemSet {
    /// The items' indices, rising.
    pub items: Vec<u32>,
    /// In how many baskets all of them are.
    pub baskets: u64,
}

/// How alike two items are, from the customers who bought them and how often.
#[uniffi::remote(Enum)]
pub enum Similarity {
    /// The cosine of the angle between the two columns of counts.
    Cosine,
    /// The cosine after the square roots of counts were weighted by `ln(N / (1 + n))`, where `n` of the `N` items were
    /// bought by the customer: who buys everything says little.
    TfIdf,
    /// The product of columns whose counts were weighted by Okapi BM25 (S. Robertson, H. Zaragoza, "The Probabilistic
    /// Relevance Framework: BM25 and Beyond", 2009), with items as documents and customers as terms.
    Bm25 {
        /// How soon more purchases of the same item stop to matter; 1.2 is usual.
        k1: f64,
        /// How much popular items are held back, 0 to 1; 0.75 is usual.
        b: f64,
    },
    /// How many times more often the two are bought by the same customer than if they had nothing to do with each other.
    Lift,
}

/// How similar items are sought.
#[uniffi::remote(Record)]
pub struct ItemOptions {
    /// How alike two items are.
    pub similarity: Similarity,
    /// How many neighbours of an item are kept.
    pub neighbours: u32,
    /// How many customers must have bought both items.
    pub together: u32,
    /// How many threads to use; 0 and 1 stay on the calling thread. The result is the same for every number.
    pub threads: usize,
}

/// An item that is like another one.
#[uniffi::remote(Record)]
pub struct Neighbour {
    /// The item's index.
    pub item: u32,
    /// How alike they are.
    pub similarity: f64,
    /// How many customers bought both.
    pub together: u32,
}

/// What is recommended.
#[uniffi::remote(Record)]
pub struct RecommendOptions {
    /// How many items at most.
    pub count: u32,
    /// Whether items that the customer has may be recommended.
    #[uniffi(default)]
    pub owned: bool,
    /// The items that may be recommended (in stock, allowed, agreed to); none for all.
    #[uniffi(default)]
    pub eligible: Option<Vec<u32>>,
}

/// One item of the customer's that speaks for another.
#[uniffi::remote(Record)]
pub struct Because {
    /// The item's index.
    pub item: u32,
    /// Its part of the score.
    pub part: f64,
}

/// An item that a customer may want.
#[uniffi::remote(Record)]
pub struct Recommendation {
    /// The item's index.
    pub item: u32,
    /// How strongly it is recommended: the sum of the reasons' parts. Only scores of one model compare.
    pub score: f64,
    /// The customer's own items that speak for it, the strongest first.
    pub because: Vec<Because>,
}

/// What a bin holds.
#[uniffi::remote(Enum)]
pub enum BinOf {
    /// Numbers above one bound and up to another; without a bound on the outer sides.
    Range {
        /// The bound that is not included.
        above: Option<f64>,
        /// The bound that is included.
        up_to: Option<f64>,
    },
    /// One category.
    Category(Name),
    /// No value.
    Missing,
}

/// One bin.
#[uniffi::remote(Record)]
pub struct Bin {
    /// What it holds.
    pub of: BinOf,
    /// How many in it were good.
    pub good: f64,
    /// How many were bad.
    pub bad: f64,
    /// The weight of evidence: the logarithm of its share of all good over its share of all bad. Above 0 it speaks for
    /// good.
    pub woe: f64,
    /// Its part of the information value.
    pub information: f64,
}

/// A characteristic in bins.
#[uniffi::remote(Record)]
pub struct Binning {
    /// The characteristic's name.
    pub name: Name,
    /// The bins: ranges by rising bounds or categories by name, and last the missing values, if there were any.
    pub bins: Vec<Bin>,
    /// How much the characteristic tells: the sum of `(share of good - share of bad) woe` over the bins (N. Siddiqi,
    /// "Intelligent Credit Scoring", 2017, chapter 10). Below 0.02 it is useless, above 0.3 strong, above 0.5 suspicious.
    pub information_value: f64,
}

/// How numbers are put into bins.
#[uniffi::remote(Record)]
pub struct BinOptions {
    /// Into how many bins of equal size numbers are put first.
    pub fine: u32,
    /// How many bins are left at most, missing values aside.
    pub most: u32,
    /// The least share of all cases that a bin holds.
    pub share: f64,
}

/// The values of one characteristic.
#[uniffi::remote(Enum)]
#[uniffi(name = "CharacteristicValues")]
pub enum Column {
    /// Numbers; NaN where one is missing.
    Numbers(Vec<f64>),
    /// Categories; none where one is missing.
    Categories(Vec<Option<Name>>),
}

/// A characteristic of many cases.
#[uniffi::remote(Record)]
pub struct Characteristic {
    /// Its name.
    pub name: Name,
    /// Its values, one for each case.
    pub values: Column,
}

/// One value of a characteristic.
#[uniffi::remote(Enum)]
pub enum ScoreValue {
    /// A number.
    Number(f64),
    /// A category.
    Category(Name),
    /// Nothing is known.
    Missing,
}

/// How a scorecard is made.
#[uniffi::remote(Record)]
pub struct ScorecardOptions {
    /// How numbers are put into bins.
    pub bins: BinOptions,
    /// The points at the base odds.
    pub base_points: f64,
    /// The base odds of good to bad.
    pub base_odds: f64,
    /// The points that double the odds.
    pub double_odds: f64,
    /// What the squares of the coefficients cost (half of it each): 0 for the plain likelihood.
    pub ridge: f64,
}

/// A logistic regression on weights of evidence, written as points.
///
/// Each bin of each characteristic has its points, and the points of a case add up to its score: `score = offset + factor
/// ln(odds)` with `factor = double_odds / ln 2` and `offset = base_points - factor ln(base_odds)` (N. Siddiqi, "Intelligent
/// Credit Scoring", 2017, chapter 11). The constant is spread evenly over the characteristics. The same values give the
/// same points bit for bit, so a decision can be replayed from the card and the values that were kept with it.
///
/// Cases whose outcome is unknown because they were turned away are not among those it was made from; whether and how to
/// infer them is the caller's choice, made before.
#[uniffi::remote(Record)]
pub struct Scorecard {
    /// The options it was made with.
    pub options: ScorecardOptions,
    /// The characteristics in bins.
    pub characteristics: Vec<Binning>,
    /// The coefficient of each characteristic's weight of evidence. A negative one contradicts the characteristic alone:
    /// look for another one that says the same.
    pub coefficients: Vec<f64>,
    /// The constant of the logarithm of the odds of good.
    pub constant: f64,
    /// The standard errors of the coefficients, and last of the constant.
    pub standard_errors: Vec<f64>,
    /// The log-likelihood.
    pub log_likelihood: f64,
    /// The points of each bin of each characteristic.
    pub points: Vec<Vec<f64>>,
}

/// What one characteristic brings a case.
#[uniffi::remote(Record)]
pub struct PointsPart {
    /// The characteristic.
    pub name: Name,
    /// The place of the bin; none for a category that was never seen, or a missing value where none was missing: it brings
    /// what a characteristic without evidence would.
    #[uniffi(default)]
    pub bin: Option<u32>,
    /// The points.
    pub points: f64,
    /// How many more the best bin would have brought.
    pub short_of: f64,
}

/// The score of a case and where it comes from.
#[uniffi::remote(Record)]
pub struct Scored {
    /// The points: the sum of the parts.
    pub points: f64,
    /// The probability of bad.
    pub p_bad: f64,
    /// The parts, in the order of the characteristics.
    pub parts: Vec<PointsPart>,
    /// The characteristics that cost points, the most first: the reasons for an adverse decision.
    pub reasons: Vec<Name>,
}

/// Where points part decisions.
#[uniffi::remote(Record)]
pub struct Cutoffs {
    /// Below these points a case is turned down.
    pub decline_below: f64,
    /// From these points on it is accepted. Between the two a person decides.
    pub accept_from: f64,
}

/// What follows from a score.
#[uniffi::remote(Enum)]
pub enum Decision {
    /// Accepted.
    Accept,
    /// A person has to decide.
    NeedsReview,
    /// Turned down.
    Decline,
}

/// How well a score tells good from bad.
#[uniffi::remote(Record)]
pub struct Discrimination {
    /// The probability that a good case scores above a bad one, ties counting half (the area below the receiver operating
    /// characteristic).
    pub auc: f64,
    /// `2 auc - 1`: 0 for a score that tells nothing, 1 for one that never errs.
    pub gini: f64,
    /// The greatest difference between the shares of bad and of good up to a score (Kolmogorov & Smirnov).
    pub ks: f64,
    /// The score up to which that difference is found.
    pub ks_at: f64,
}

/// What a stability index says, by the usual rule of thumb.
#[uniffi::remote(Enum)]
pub enum Shift {
    /// Below 0.1: no change to speak of.
    None,
    /// From 0.1 to 0.25: look into it.
    Some,
    /// Above: the score was made for others.
    Great,
}

/// Whether those a score is used on are distributed as those it was made from.
#[uniffi::remote(Record)]
pub struct Stability {
    /// The population stability index: the sum of `(actual - expected) ln(actual / expected)` over the bins' shares.
    pub psi: f64,
    /// The part of each bin.
    pub parts: Vec<f64>,
    /// What it says.
    pub shift: Shift,
}

/// Customers who went from one segment to another, or stayed.
#[uniffi::remote(Record)]
pub struct RfmFlow {
    /// The segment on the earlier day; none for customers who had not bought yet, or were in no segment.
    #[uniffi(default)]
    pub from: Option<Name>,
    /// The segment on the later day; none for customers whose purchases were all given back, or who are in no segment.
    #[uniffi(default)]
    pub to: Option<Name>,
    /// How many customers.
    pub customers: u64,
    /// How many of them had not bought yet on the earlier day.
    pub new: u64,
}

/// How customers moved between segments.
#[uniffi::remote(Record)]
pub struct RfmMigration {
    /// The earlier day.
    pub from: Date,
    /// The later day.
    pub to: Date,
    /// The flows, in the order of their names; every customer of either day is in one of them.
    pub flows: Vec<RfmFlow>,
}
