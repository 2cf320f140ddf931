//! Calling an analysis by its name.

use crm_core::base::{Currency, Error, Name, Result};
use crm_core::score::{
    self, AnyContractFit, AnyContractModel, AnyPurchaseFit, AnyPurchaseModel, Arm, AttributionRule, BgBb, BinOptions,
    ContractCounts, Cutoffs, GammaGamma, HistoryCounts, ItemModel, Lifetimes, Moments, OccasionCounts, RfmTable,
    Scorecard, Scored, SpendCounts, TimeUnit,
};
use serde::Serialize;
use serde_json::Value as Json;

use crate::operations::Arguments;

type Analysis = fn(&mut Arguments<'_>) -> Result<Json>;

/// The analyses, by name.
const ANALYSES: &[(&str, Analysis)] = &[
    ("score.fit_purchases", |with| {
        let (kind, options) = (with.take("kind")?, with.take("options")?);
        let counts = HistoryCounts::new(with.take("unit")?, with.list("rows")?)?;
        json::<AnyPurchaseFit>(AnyPurchaseModel::fit(kind, &counts, &options))
    }),
    ("score.outlook", |with| {
        let model: AnyPurchaseModel = with.take("model")?;
        json(model.outlook(&with.take("history")?, with.take("horizon")?, with.take("rate")?))
    }),
    ("score.newcomer", |with| {
        let model: AnyPurchaseModel = with.take("model")?;
        json(model.newcomer(with.take("horizon")?, with.take("most")?, with.take("rate")?))
    }),
    ("score.intervals", |with| {
        let fit: AnyPurchaseFit = with.take("fit")?;
        json(fit.intervals(&with.take("history")?, with.take("horizon")?, with.take("level")?))
    }),
    ("score.parameter_intervals", |with| {
        let fit: AnyPurchaseFit = with.take("fit")?;
        json(fit.intervals_of_parameters(with.take("level")?))
    }),
    ("score.fit_occasions", |with| json(BgBb::fit(&OccasionCounts::new(with.list("rows")?)?, &with.take("options")?))),
    ("score.occasion_outlook", |with| {
        let model: BgBb = with.take("model")?;
        json(model.outlook(&with.take("history")?, with.take("occasions")?, with.take("rate")?))
    }),
    ("score.fit_contracts", |with| {
        let counts = ContractCounts::new(with.list("rows")?)?;
        json::<AnyContractFit>(AnyContractModel::fit(with.take("kind")?, &counts, &with.take("options")?))
    }),
    ("score.fit_survivors", |with| {
        let counts = ContractCounts::from_survivors(&with.list("survivors")?)?;
        json(AnyContractModel::fit(with.take("kind")?, &counts, &with.take("options")?))
    }),
    ("score.contract_outlook", |with| {
        let model: AnyContractModel = with.take("model")?;
        json(model.outlook(with.take("renewals")?, with.take("periods")?, with.take("rate")?))
    }),
    ("score.fit_spend", |with| {
        let currency: Currency = with.take("currency")?;
        json(GammaGamma::fit(&SpendCounts::new(currency, with.list("rows")?)?, &with.take("options")?))
    }),
    ("score.expected_spend", |with| {
        let model: GammaGamma = with.take("model")?;
        json(model.expected_spend(&with.take("spend")?))
    }),
    ("score.wilson", |with| json(score::wilson(with.take("responses")?, with.take("people")?, with.take("level")?))),
    ("score.compare_arms", |with| {
        let (treated, control): (Arm, Arm) = (with.take("treated")?, with.take("control")?);
        json(score::compare_arms(&treated, &control, with.take("level")?))
    }),
    ("score.compare_many", |with| json(score::compare_many(&with.list("arms")?, with.take("level")?))),
    ("score.sample_ratio", |with| json(score::sample_ratio(&with.list("people")?, &with.list("shares")?))),
    ("score.holdout_lift", |with| {
        let (treated, held_out): (Arm, Arm) = (with.take("treated")?, with.take("held_out")?);
        json(score::holdout_lift(&treated, &held_out, with.take("level")?))
    }),
    ("score.mean_difference", |with| {
        let (treated, control) = (Moments::of(&with.list("treated")?)?, Moments::of(&with.list("control")?)?);
        json(score::mean_difference(&treated, &control, with.take("level")?))
    }),
    ("score.attribute", |with| {
        let rule: AttributionRule = with.take("rule")?;
        json(score::attribute(&with.list("journeys")?, &rule))
    }),
    ("score.net_promoter", |with| json(score::net_promoter(&with.list("answers")?, with.take("level")?))),
    ("score.satisfaction", |with| {
        let (low, high, best_from) = (with.take("low")?, with.take("high")?, with.take("best_from")?);
        json(score::satisfaction(&with.list("answers")?, low..=high, best_from, with.take("level")?))
    }),
    ("score.effort", |with| json(score::effort(&with.list("answers")?, with.take("level")?))),
    ("score.cohorts", |with| {
        let (customer, day): (Vec<u32>, Vec<i32>) = (with.list("customer")?, with.list("day")?);
        json(score::cohorts(&customer, &day, &with.list("minor")?, &with.take("options")?))
    }),
    ("score.survival_curve", |with| {
        let unit: TimeUnit = with.take("unit")?;
        let lifetimes = Lifetimes::from_columns(unit, &with.list("durations")?, &with.list("ended")?)?;
        json(score::survival_curve(&lifetimes, with.take("level")?))
    }),
    ("score.log_rank", |with| {
        let unit: TimeUnit = with.take("unit")?;
        let (durations, ended): (Vec<f64>, Vec<bool>) = (with.list("durations")?, with.list("ended")?);
        json(score::log_rank(&Lifetimes::by_group(unit, &durations, &ended, &with.list::<u32>("group")?)?))
    }),
    ("score.clusters", |with| {
        json(score::clusters(&with.list("values")?, with.take("width")?, &with.take("options")?))
    }),
    ("score.assign_clusters", |with| {
        let clusters: score::Clusters = with.take("clusters")?;
        json(clusters.assign(&with.list("values")?))
    }),
    ("score.popularity", |with| json(score::popularity(&with.list("customer")?, &with.list("item")?))),
    ("score.bought_again", |with| {
        json(score::bought_again(&with.list("customer")?, &with.list("item")?, &with.list("day")?))
    }),
    ("score.association_rules", |with| {
        json(score::association_rules(&with.list("basket")?, &with.list("item")?, &with.take("options")?))
    }),
    ("score.frequent_sets", |with| {
        let (basket, item): (Vec<u32>, Vec<u32>) = (with.list("basket")?, with.list("item")?);
        json(score::frequent_sets(&basket, &item, with.take("least")?, with.take("most")?).map(|found| found.sets))
    }),
    ("score.fit_items", |with| {
        json(ItemModel::fit(&with.list("customer")?, &with.list("item")?, &with.take("options")?))
    }),
    ("score.recommend", |with| {
        let model: ItemModel = with.kept("model");
        json(Ok(model.recommend(&with.list("owned")?, &with.take("options")?)))
    }),
    ("score.bin_numbers", |with| {
        let name: Name = with.take("name")?;
        let values: Vec<Option<f64>> = with.list("values")?;
        let values: Vec<f64> = values.into_iter().map(|value| value.unwrap_or(f64::NAN)).collect();
        let options: BinOptions = with.take("options")?;
        json(score::bin_numbers(name, &values, &with.list("bad")?, &options))
    }),
    ("score.bin_categories", |with| {
        let name: Name = with.take("name")?;
        json(score::bin_categories(name, &with.list("values")?, &with.list("bad")?))
    }),
    ("score.fit_scorecard", |with| {
        json(Scorecard::fit(&with.list("characteristics")?, &with.list("bad")?, &with.take("options")?))
    }),
    ("score.score_card", |with| {
        let card: Scorecard = with.take("card")?;
        json(card.score(&with.list("values")?))
    }),
    ("score.decide", |with| {
        let (cutoffs, scored): (Cutoffs, Scored) = (with.take("cutoffs")?, with.take("scored")?);
        json(Ok(cutoffs.decide(&scored)))
    }),
    ("score.discrimination", |with| json(score::discrimination(&with.list("scores")?, &with.list("bad")?))),
    ("score.population_stability", |with| {
        json(score::population_stability(&with.list("expected")?, &with.list("actual")?))
    }),
    ("score.rfm_migration", |with| {
        let (earlier, later): (RfmTable, RfmTable) = (with.take("earlier")?, with.take("later")?);
        json(score::rfm_migration(&earlier, &later))
    }),
];

/// The names of all of them.
pub fn names() -> impl Iterator<Item = &'static str> {
    ANALYSES.iter().map(|(name, _)| *name)
}

/// The analysis of a name.
pub fn analysis(name: &str) -> Option<Analysis> {
    ANALYSES.iter().find(|(known, _)| *known == name).map(|(_, analysis)| *analysis)
}

fn json<T: Serialize>(answer: Result<T>) -> Result<Json> {
    serde_json::to_value(answer?).map_err(|error| Error::invalid("answer", error.to_string()))
}
