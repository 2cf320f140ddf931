//! Analyses whose arguments and answer are plain data or columns, by their names, and the few that answer row by row.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, LargeStringArray, UInt32Array};
use crm_core::base::{Currency, Name, Timestamp};
use crm_core::score::{
    self, AnyContractModel, AnyPurchaseFit, AnyPurchaseModel, Arm, AttributionRule, BgBb, BinOptions, Characteristic,
    ClusterOptions, Clusters, CohortOptions, ContractCounts, ContractModelKind, Cutoffs, FitOptions, GammaGamma,
    History, HistoryCount, HistoryCounts, ItemModel, ItemOptions, Journey, Lifetimes, Moments, OccasionCounts,
    OccasionHistory, PurchaseModelKind, Rate, RecommendOptions, RuleOptions, ScoreValue, Scorecard, ScorecardOptions,
    Scored, Span, Spend, SpendCounts, TimeUnit, Touch,
};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arrow::{Keys, Table, texts};
use crate::columns::{Column, Columns};
use crate::convert::{read, write};
use crate::error::{Failure, detached};

fn run<'py, A: DeserializeOwned + Send, R: Serialize + Send>(
    arguments: &Bound<'py, PyDict>,
    work: fn(A) -> crm_core::Result<R>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let py = arguments.py();
    let with = read(arguments.as_any())?;
    let answer = detached(py, || Ok(work(with)?))?;
    Ok(write(py, &answer)?)
}

macro_rules! analyses {
    ($($name:literal ($($argument:ident: $type:ty),*) $work:expr;)+) => {
        /// Does an analysis.
        #[pyfunction]
        pub(crate) fn analyse<'py>(
            name: &str,
            arguments: &Bound<'py, PyDict>,
        ) -> Result<Bound<'py, PyAny>, Failure> {
            match name {
                $($name => {
                    #[derive(serde::Deserialize)]
                    #[serde(deny_unknown_fields)]
                    struct Arguments { $($argument: $type),* }

                    run(arguments, |Arguments { $($argument),* }: Arguments| $work)
                })+
                _ => Err(pyo3::exceptions::PyAttributeError::new_err(format!("there is no analysis {name}")).into()),
            }
        }
    };
}

analyses! {
    "outlook"(model: AnyPurchaseModel, history: History, horizon: Span, rate: Option<Rate>)
        model.outlook(&history, horizon, rate);
    "newcomer"(model: AnyPurchaseModel, horizon: Span, most: u32, rate: Option<Rate>)
        model.newcomer(horizon, most, rate);
    "intervals"(fit: AnyPurchaseFit, history: History, horizon: Span, level: f64)
        fit.intervals(&history, horizon, level);
    "parameter_intervals"(fit: AnyPurchaseFit, level: f64)
        fit.intervals_of_parameters(level);
    "fit_purchases"(kind: PurchaseModelKind, counts: HistoryCounts, options: FitOptions)
        AnyPurchaseModel::fit(kind, &counts, &options);
    "fit_occasions"(repeats: Vec<u32>, last: Vec<u32>, occasions: Vec<u32>, weight: Vec<f64>, options: FitOptions)
        BgBb::fit(&occasion_counts(&repeats, &last, &occasions, &weight)?, &options);
    "occasion_outlook"(model: BgBb, history: OccasionHistory, occasions: u32, rate: Option<f64>)
        model.outlook(&history, occasions, rate);
    "fit_contracts"(kind: ContractModelKind, periods: Vec<u32>, ended: Vec<bool>, weight: Vec<f64>, options: FitOptions)
        AnyContractModel::fit(kind, &contract_counts(&periods, &ended, &weight)?, &options);
    "fit_survivors"(kind: ContractModelKind, survivors: Vec<f64>, options: FitOptions)
        AnyContractModel::fit(kind, &ContractCounts::from_survivors(&survivors)?, &options);
    "contract_outlook"(model: AnyContractModel, renewals: u32, periods: u32, rate: Option<f64>)
        model.outlook(renewals, periods, rate);
    "fit_spend"(currency: Currency, repeats: Vec<u32>, mean: Vec<f64>, weight: Vec<f64>, options: FitOptions)
        GammaGamma::fit(&spend_counts(currency, &repeats, &mean, &weight)?, &options);
    "expected_spend"(model: GammaGamma, spend: Spend)
        model.expected_spend(&spend);

    "wilson"(responses: u64, people: u64, level: f64)
        score::wilson(responses, people, level);
    "compare_arms"(treated: Arm, control: Arm, level: f64)
        score::compare_arms(&treated, &control, level);
    "compare_many"(arms: Vec<Arm>, level: f64)
        score::compare_many(&arms, level);
    "sample_ratio"(people: Vec<u64>, shares: Vec<f64>)
        score::sample_ratio(&people, &shares);
    "holdout_lift"(treated: Arm, held_out: Arm, level: f64)
        score::holdout_lift(&treated, &held_out, level);
    "moments"(values: Vec<f64>)
        Moments::of(&values);
    "mean_difference"(treated: Moments, control: Moments, level: f64)
        score::mean_difference(&treated, &control, level);
    "attribute"(journeys: Vec<Journey>, rule: AttributionRule)
        score::attribute(&journeys, &rule);

    "net_promoter"(answers: Vec<u8>, level: f64)
        score::net_promoter(&answers, level);
    "satisfaction"(answers: Vec<u8>, low: u8, high: u8, best: u8, level: f64)
        score::satisfaction(&answers, low..=high, best, level);
    "effort"(answers: Vec<u8>, level: f64)
        score::effort(&answers, level);

    "cohorts"(customer: Vec<u32>, day: Vec<i32>, minor: Vec<i64>, options: CohortOptions)
        score::cohorts(&customer, &day, &minor, &options);
    "survival_curve"(unit: TimeUnit, durations: Vec<f64>, ended: Vec<bool>, level: f64)
        score::survival_curve(&Lifetimes::from_columns(unit, &durations, &ended)?, level);
    "log_rank"(unit: TimeUnit, durations: Vec<f64>, ended: Vec<bool>, group: Vec<u32>)
        score::log_rank(&Lifetimes::by_group(unit, &durations, &ended, &group)?);

    "popularity"(customer: Vec<u32>, item: Vec<u32>)
        score::popularity(&customer, &item);
    "bought_again"(customer: Vec<u32>, item: Vec<u32>, day: Vec<i32>)
        score::bought_again(&customer, &item, &day);
    "association_rules"(basket: Vec<u32>, item: Vec<u32>, options: RuleOptions)
        score::association_rules(&basket, &item, &options);
    "frequent_sets"(basket: Vec<u32>, item: Vec<u32>, least: u64, most: u32)
        score::frequent_sets(&basket, &item, least, most);
    "item_model"(customer: Vec<u32>, item: Vec<u32>, options: ItemOptions)
        ItemModel::fit(&customer, &item, &options);
    "recommend"(model: ItemModel, owned: Vec<u32>, options: RecommendOptions)
        Ok(model.recommend(&owned, &options));

    "score_card"(card: Scorecard, values: Vec<ScoreValue>)
        card.score(&values);
    "decide"(cutoffs: Cutoffs, scored: Scored)
        Ok(cutoffs.decide(&scored));
    "discrimination"(scores: Vec<f64>, bad: Vec<bool>)
        score::discrimination(&scores, &bad);
    "population_stability"(expected: Vec<f64>, actual: Vec<f64>)
        score::population_stability(&expected, &actual);
}

fn lengths(field: &'static str, rows: usize, others: &[usize]) -> crm_core::Result<()> {
    let equal = others.iter().all(|other| *other == rows);
    if equal { Ok(()) } else { Err(crm_core::Error::invalid(field, "the columns differ in length")) }
}

fn occasion_counts(repeats: &[u32], last: &[u32], seen: &[u32], weight: &[f64]) -> crm_core::Result<OccasionCounts> {
    lengths("last", repeats.len(), &[last.len(), seen.len(), weight.len()])?;
    let row = |at: usize| score::OccasionCount {
        history: OccasionHistory::new(repeats[at], last[at], seen[at]),
        weight: weight[at],
    };
    OccasionCounts::new((0..repeats.len()).map(row).collect())
}

fn spend_counts(currency: Currency, repeats: &[u32], mean: &[f64], weight: &[f64]) -> crm_core::Result<SpendCounts> {
    lengths("mean", repeats.len(), &[mean.len(), weight.len()])?;
    let row = |at: usize| score::SpendCount { repeats: repeats[at], mean: mean[at], weight: weight[at] };
    SpendCounts::new(currency, (0..repeats.len()).map(row).collect())
}

fn contract_counts(periods: &[u32], ended: &[bool], weight: &[f64]) -> crm_core::Result<ContractCounts> {
    lengths("ended", periods.len(), &[ended.len(), weight.len()])?;
    let row = |at: usize| score::ContractCount { periods: periods[at], ended: ended[at], weight: weight[at] };
    ContractCounts::new((0..periods.len()).map(row).collect())
}

/// The purchase model of a kind that makes the histories of a table most likely, as data.
#[pyfunction]
#[pyo3(signature = (kind, table, options, *, repeats, recency, age, weight, unit))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn fit_histories<'py>(
    py: Python<'py>,
    kind: &Bound<'py, PyAny>,
    table: &Columns,
    options: &Bound<'py, PyAny>,
    repeats: &str,
    recency: &str,
    age: &str,
    weight: Option<&str>,
    unit: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (kind, options, unit): (PurchaseModelKind, FitOptions, TimeUnit) = (read(kind)?, read(options)?, read(unit)?);
    let histories = crate::histories::read(table, repeats, recency, age, unit)?;
    let weights = weight.map(|name| crate::arrow::floats(name, &table.chunks(name)?)).transpose()?;
    let fit = detached(py, || {
        let one = |(at, history): (usize, History)| HistoryCount {
            repeats: history.repeats,
            recency: history.recency,
            age: history.age,
            weight: weights.as_ref().map_or(1.0, |weights| weights[at]),
        };
        let counts = HistoryCounts::new(unit, histories.iter().enumerate().map(one).collect())?;
        Ok(AnyPurchaseModel::fit(kind, &counts, &options)?)
    })?;
    Ok(write(py, &fit)?)
}

/// Clusters the rows of a table: what was found, without the rows, and the cluster of each row.
#[pyfunction]
pub(crate) fn cluster_rows<'py>(
    py: Python<'py>,
    table: &Columns,
    columns: Vec<String>,
    options: &Bound<'py, PyAny>,
) -> Result<(Bound<'py, PyAny>, Column), Failure> {
    let options: ClusterOptions = read(options)?;
    let values = wide(table, &columns)?;
    let mut found = detached(py, || Ok(score::clusters(&values, columns.len(), &options)?))?;
    let of_row = std::mem::take(&mut found.of_row);
    Ok((write(py, &found)?, Column(Arc::new(UInt32Array::from(of_row)))))
}

/// The nearest centre of each row of a table.
#[pyfunction]
pub(crate) fn nearest_centres(
    py: Python<'_>,
    table: &Columns,
    columns: Vec<String>,
    clusters: &Bound<'_, PyAny>,
) -> Result<Column, Failure> {
    let clusters: Clusters = read(clusters)?;
    let values = wide(table, &columns)?;
    let nearest = detached(py, || Ok(clusters.assign(&values)?))?;
    Ok(Column(Arc::new(UInt32Array::from(nearest))))
}

/// Some columns of numbers, row by row.
fn wide(table: &Columns, columns: &[String]) -> Result<Vec<f64>, Failure> {
    let columns = columns
        .iter()
        .map(|name| crate::arrow::floats(name, &table.chunks(name)?))
        .collect::<Result<Vec<_>, Failure>>()?;
    let rows = columns.first().map_or(0, Vec::len);
    let mut values = vec![0.0; rows * columns.len()];
    for (at, column) in columns.iter().enumerate() {
        for (row, value) in column.iter().enumerate() {
            values[row * columns.len() + at] = *value;
        }
    }
    Ok(values)
}

/// The touches of a table, one row each, as journeys; credit by a rule.
#[pyfunction]
#[pyo3(signature = (table, rule, *, journey, channel, time, converted, worth))]
#[allow(clippy::too_many_arguments, reason = "they are named where it is called")]
pub(crate) fn attribute_table<'py>(
    py: Python<'py>,
    table: &Columns,
    rule: &Bound<'py, PyAny>,
    journey: &str,
    channel: &str,
    time: &str,
    converted: &str,
    worth: Option<&str>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let rule: AttributionRule = read(rule)?;
    let (codes, keys) = Keys::of(journey, &table.chunks(journey)?)?;
    let (at, ends) = (instants(table, time)?, instants(table, converted)?);
    let worths = worth.map(|name| crate::arrow::floats(name, &table.chunks(name)?)).transpose()?;
    let chunks = table.chunks(channel)?;
    let channels = texts(channel, &chunks)?;
    let mut channels = channels.iter().flat_map(|chunk| (0..chunk.len()).map(|row| chunk.get(row)));
    let mut names: HashMap<&str, Name> = HashMap::new();
    let mut journeys = vec![Journey { touches: Vec::new(), converted: None, worth: 1.0 }; keys.len()];
    for (row, code) in codes.iter().enumerate() {
        let text = channels.next().flatten().ok_or_else(|| crate::arrow::missing(channel, row))?;
        let name = match names.get(text) {
            Some(name) => name.clone(),
            None => names.entry(text).or_insert(Name::new(text)?).clone(),
        };
        let one = &mut journeys[*code as usize];
        let at = at[row].ok_or_else(|| crate::arrow::missing(time, row))?;
        one.touches.push(Touch { channel: name, at });
        one.converted = one.converted.max(ends[row]);
        if let Some(worths) = &worths {
            one.worth = worths[row];
        }
    }
    let answer = detached(py, || {
        for journey in &mut journeys {
            journey.touches.sort_by_key(|touch| touch.at);
        }
        Ok(score::attribute(&journeys, &rule)?)
    })?;
    Ok(write(py, &answer)?)
}

/// Instants that may be missing. Times without a zone and days are taken for UTC.
fn instants(table: &Columns, name: &str) -> Result<Vec<Option<Timestamp>>, Failure> {
    use arrow_array::Array;
    use arrow_schema::DataType;
    let mut all = Vec::new();
    for chunk in table.chunks(name)? {
        let known = |row: usize| chunk.is_valid(row);
        let micros = match chunk.data_type() {
            DataType::Timestamp(unit, _) => crate::arrow::instants(&chunk, *unit),
            DataType::Null => vec![0; chunk.len()],
            _ => {
                let days = crate::arrow::dates(name, &[without_gaps(&chunk)?], &crm_core::base::Zone::UTC)?;
                days.into_iter().map(|day| i64::from(day) * 86_400_000_000).collect()
            }
        };
        for (row, micros) in micros.into_iter().enumerate() {
            let at = if known(row) && chunk.data_type() != &DataType::Null {
                Some(Timestamp::from_micros(micros)?)
            } else {
                None
            };
            all.push(at);
        }
    }
    Ok(all)
}

fn without_gaps(chunk: &ArrayRef) -> Result<ArrayRef, Failure> {
    crate::arrow::without_nulls(chunk)
}

/// The characteristics of a table: columns of texts are categories, the others numbers.
fn characteristics(table: &Columns, columns: &[String]) -> Result<Vec<Characteristic>, Failure> {
    columns
        .iter()
        .map(|name| {
            let values = match table.categories(name)? {
                Some(categories) => score::Column::Categories(categories),
                None => score::Column::Numbers(table.gappy(name)?),
            };
            Ok(Characteristic { name: Name::new(name)?, values })
        })
        .collect()
}

/// A characteristic in bins.
#[pyfunction]
pub(crate) fn bin_column<'py>(
    py: Python<'py>,
    table: &Columns,
    column: &str,
    bad: &Bound<'py, PyAny>,
    options: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (bad, options): (Vec<bool>, BinOptions) = (read(bad)?, read(options)?);
    let found = characteristics(table, &[column.to_owned()])?;
    let binning = detached(py, || {
        let Characteristic { name, values } = &found[0];
        Ok(match values {
            score::Column::Numbers(values) => score::bin_numbers(name.clone(), values, &bad, &options)?,
            score::Column::Categories(values) => score::bin_categories(name.clone(), values, &bad)?,
        })
    })?;
    Ok(write(py, &binning)?)
}

/// A scorecard from the columns of a table, as data.
#[pyfunction]
pub(crate) fn fit_scorecard<'py>(
    py: Python<'py>,
    table: &Columns,
    columns: Vec<String>,
    bad: &Bound<'py, PyAny>,
    options: &Bound<'py, PyAny>,
) -> Result<Bound<'py, PyAny>, Failure> {
    let (bad, options): (Vec<bool>, ScorecardOptions) = (read(bad)?, read(options)?);
    let found = characteristics(table, &columns)?;
    let card = detached(py, || Ok(Scorecard::fit(&found, &bad, &options)?))?;
    Ok(write(py, &card)?)
}

/// The points and the probability of bad of each row of a table.
#[pyfunction]
pub(crate) fn score_cards(py: Python<'_>, table: &Columns, card: &Bound<'_, PyAny>) -> Result<Table, Failure> {
    let card: Scorecard = read(card)?;
    let columns: Vec<String> = card.characteristics.iter().map(|one| one.name.to_string()).collect();
    let found = characteristics(table, &columns)?;
    detached(py, || {
        let rows = found.first().map_or(0, |one| match &one.values {
            score::Column::Numbers(values) => values.len(),
            score::Column::Categories(values) => values.len(),
        });
        let mut scored = Vec::with_capacity(rows);
        for row in 0..rows {
            let value = |one: &Characteristic| match &one.values {
                score::Column::Numbers(values) if values[row].is_nan() => ScoreValue::Missing,
                score::Column::Numbers(values) => ScoreValue::Number(values[row]),
                score::Column::Categories(values) => {
                    values[row].clone().map_or(ScoreValue::Missing, ScoreValue::Category)
                }
            };
            scored.push(card.score(&found.iter().map(value).collect::<Vec<_>>())?);
        }
        let reason = |one: &Scored| one.reasons.first().map(Name::to_string);
        Table::new(vec![
            ("points", Arc::new(Float64Array::from_iter_values(scored.iter().map(|one| one.points)))),
            ("p_bad", Arc::new(Float64Array::from_iter_values(scored.iter().map(|one| one.p_bad)))),
            ("first_reason", Arc::new(scored.iter().map(reason).collect::<LargeStringArray>())),
        ])
    })
}

/// Items that go together.
#[pyclass(frozen, module = "crm_core._core")]
#[derive(Debug)]
pub(crate) struct Items {
    model: ItemModel,
    keys: Keys,
}

#[pymethods]
impl Items {
    /// Finds them in a table with one row for each order line.
    #[staticmethod]
    fn fit(
        py: Python<'_>,
        table: &Columns,
        customer: &str,
        item: &str,
        options: &Bound<'_, PyAny>,
    ) -> Result<Self, Failure> {
        let options: ItemOptions = read(options)?;
        let (customers, _) = Keys::of(customer, &table.chunks(customer)?)?;
        let (items, keys) = Keys::of(item, &table.chunks(item)?)?;
        let model = detached(py, || Ok(ItemModel::fit(&customers, &items, &options)?))?;
        Ok(Self { model, keys })
    }

    fn __len__(&self) -> usize {
        self.model.items.len()
    }

    /// Every pair: item, what it is like, how much, and how many bought both.
    fn rows(&self) -> Result<Table, Failure> {
        let pairs = || self.model.items.iter().flat_map(|one| one.neighbours.iter().map(move |near| (one.item, near)));
        Table::new(vec![
            ("item", self.keys.repeated(pairs().map(|(item, _)| item))),
            ("like", self.keys.repeated(pairs().map(|(_, near)| near.item))),
            ("similarity", Arc::new(Float64Array::from_iter_values(pairs().map(|(_, near)| near.similarity)))),
            ("together", Arc::new(UInt32Array::from_iter_values(pairs().map(|(_, near)| near.together)))),
        ])
    }

    /// The names of the items, in order.
    fn keys(&self) -> Column {
        Column(self.keys.repeated(0..self.keys.len() as u32))
    }

    /// What is like an item, as data.
    fn like<'py>(&self, py: Python<'py>, item: u32) -> Result<Bound<'py, PyAny>, Failure> {
        Ok(write(py, &self.model.like(item))?)
    }

    /// What somebody with some items may want, as data.
    fn recommend<'py>(
        &self,
        py: Python<'py>,
        owned: Vec<u32>,
        options: &Bound<'py, PyAny>,
    ) -> Result<Bound<'py, PyAny>, Failure> {
        let options: RecommendOptions = read(options)?;
        Ok(write(py, &self.model.recommend(&owned, &options))?)
    }

    /// What each customer of a table may want: a row for each recommendation, with the purchase that speaks most for it.
    fn recommend_each(
        &self,
        py: Python<'_>,
        table: &Columns,
        customer: &str,
        item: &str,
        options: &Bound<'_, PyAny>,
    ) -> Result<Table, Failure> {
        let options: RecommendOptions = read(options)?;
        let (customers, names) = Keys::of(customer, &table.chunks(customer)?)?;
        let (items, theirs) = Keys::of(item, &table.chunks(item)?)?;
        let known = self.keys.places_of(&theirs);
        detached(py, || {
            let mut owned = vec![Vec::new(); names.len()];
            for (customer, item) in customers.iter().zip(&items) {
                owned[*customer as usize].extend(known[*item as usize]);
            }
            let mut rows: Vec<(u32, u32, score::Recommendation)> = Vec::new();
            for (customer, owned) in owned.iter().enumerate() {
                let wanted = self.model.recommend(owned, &options);
                rows.extend((1..).zip(wanted).map(|(rank, one)| (customer as u32, rank, one)));
            }
            let because = |one: &score::Recommendation| one.because.first().map_or(one.item, |first| first.item);
            Table::new(vec![
                (customer, names.repeated(rows.iter().map(|row| row.0))),
                ("rank", Arc::new(UInt32Array::from_iter_values(rows.iter().map(|row| row.1)))),
                (item, self.keys.repeated(rows.iter().map(|row| row.2.item))),
                ("score", Arc::new(Float64Array::from_iter_values(rows.iter().map(|row| row.2.score)))),
                ("because", self.keys.repeated(rows.iter().map(|row| because(&row.2)))),
            ])
        })
    }

    /// Everything as plain data.
    fn data<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>, Failure> {
        Ok(write(py, &self.model)?)
    }
}
