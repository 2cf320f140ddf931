"""Analyses by the names that scenarios give them: columns become a table, everything else an argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import crm_core
import pyarrow as pa
from crm_core import (
    Arm,
    BetaDiscreteWeibull,
    BgBb,
    BgNbd,
    BinOptions,
    ClusterOptions,
    Cutoffs,
    FitOptions,
    GammaGamma,
    History,
    ItemModel,
    ItemOptions,
    Journey,
    MbgCnbdK,
    MbgNbd,
    OccasionHistory,
    ParetoNbd,
    PurchaseFit,
    Rate,
    RecommendOptions,
    RuleOptions,
    Scorecard,
    ScorecardOptions,
    Scored,
    ShiftedBetaGeometric,
    Span,
)
from crm_core._convert import decode, encode

With = dict[str, Any]

PURCHASES: dict[str, type[Any]] = {"bg_nbd": BgNbd, "mbg_nbd": MbgNbd, "pareto_nbd": ParetoNbd, "mbg_cnbd_k": MbgCnbdK}
CONTRACTS: dict[str, type[Any]] = {
    "shifted_beta_geometric": ShiftedBetaGeometric,
    "beta_discrete_weibull": BetaDiscreteWeibull,
}


def one_of(kinds: dict[str, type[Any]], data: dict[str, Any]) -> Any:
    ((kind, fields),) = data.items()
    return decode(kinds[kind], fields)


def tagged(kind: Any, fit: Any) -> Any:
    """Write a fit as the core does: the model under its kind."""
    name = kind if isinstance(kind, str) else next(iter(kind))
    data = encode(fit)
    return {**data, "model": {name: data["model"]}}


def rows_table(rows: list[dict[str, Any]]) -> pa.Table:
    flat = [{**row.get("history", {}), **{k: v for k, v in row.items() if k != "history"}} for row in rows]
    return pa.Table.from_pylist(flat)


def options(kind: Any, with_: With) -> Any:
    return decode(kind, with_.pop("options"))


def fit_purchases(with_: With) -> Any:
    kind = with_.pop("kind")
    unit = crm_core.TimeUnit(with_.pop("unit"))
    model = PURCHASES[kind](unit=unit) if isinstance(kind, str) else MbgCnbdK(k=kind["mbg_cnbd_k"], unit=unit)
    fit = model.fit(rows_table(with_.pop("rows")), weight="weight", options=options(FitOptions, with_))
    return tagged(kind, fit)


def fitted(data: dict[str, Any]) -> Any:
    ((kind, fields),) = data["model"].items()
    return decode(PurchaseFit[PURCHASES[kind]], {**data, "model": fields})


def outlook(with_: With) -> Any:
    model = one_of(PURCHASES, with_.pop("model"))
    history, horizon = decode(History, with_.pop("history")), decode(Span, with_.pop("horizon"))
    return model.outlook(history, horizon=horizon, rate=decode(Rate | None, with_.pop("rate", None)))


def newcomer(with_: With) -> Any:
    model = one_of(PURCHASES, with_.pop("model"))
    rate = decode(Rate | None, with_.pop("rate", None))
    return model.newcomer(horizon=decode(Span, with_.pop("horizon")), most=with_.pop("most"), rate=rate)


def intervals(with_: With) -> Any:
    history, horizon = decode(History, with_.pop("history")), decode(Span, with_.pop("horizon"))
    return fitted(with_.pop("fit")).intervals(history, horizon=horizon, level=with_.pop("level"))


def occasion_outlook(with_: With) -> Any:
    model, history = decode(BgBb, with_.pop("model")), decode(OccasionHistory, with_.pop("history"))
    return model.outlook(history, occasions=with_.pop("occasions"), rate=with_.pop("rate", None))


def fit_contracts(with_: With) -> Any:
    kind = with_.pop("kind")
    given = (
        {"survivors": with_.pop("survivors")}
        if "survivors" in with_
        else {"table": rows_table(with_.pop("rows")), "weight": "weight"}
    )
    return tagged(kind, CONTRACTS[kind]().fit(**given, options=options(FitOptions, with_)))


def contract_outlook(with_: With) -> Any:
    model = one_of(CONTRACTS, with_.pop("model"))
    return model.outlook(with_.pop("renewals"), periods=with_.pop("periods"), rate=with_.pop("rate", None))


def fit_spend(with_: With) -> Any:
    table = rows_table(with_.pop("rows"))
    model = GammaGamma(currency=with_.pop("currency"))
    return model.fit(table, weight="weight", options=options(FitOptions, with_))


def expected_spend(with_: With) -> Any:
    spend = with_.pop("spend")
    model = decode(GammaGamma, with_.pop("model"))
    return model.expected_spend(spend["repeats"], spend["mean"], currency=spend["currency"])


def arms(*names: str) -> Callable[[With], list[Any]]:
    return lambda with_: [decode(Arm, with_.pop(name)) for name in names]


def columns(with_: With, *names: str) -> tuple[pa.Table, dict[str, str]]:
    """Some arguments as a table, and its columns by the names of the arguments."""
    lists = {name: with_.pop(name) for name in names}
    longest = max(len(one) for one in lists.values())
    if any(len(one) != longest for one in lists.values()):
        # No table has columns of different lengths, and no library makes one.
        raise crm_core.Invalid("columns differ in length", fields={"field": "day"})
    return pa.table(lists), {name: name for name in names}


def cohorts(with_: With) -> Any:
    days = with_.pop("day")
    with_["time"] = pa.array(days, pa.date32()) if days else pa.array([], pa.date32())
    asked = with_.pop("options")
    table, names = columns(with_, "customer", "time", "minor")
    return crm_core.cohorts(table, **names, as_of=asked["as_of"], period=asked["period"], currency=asked["currency"])


def survival_curve(with_: With) -> Any:
    with_["duration"] = with_.pop("durations")
    table, names = columns(with_, "duration", "ended")
    return crm_core.survival_curve(table, **names, unit=with_.pop("unit"), level=with_.pop("level"))


def log_rank(with_: With) -> Any:
    with_["duration"] = with_.pop("durations")
    table, names = columns(with_, "duration", "ended", "group")
    return crm_core.log_rank(table, **names, unit=with_.pop("unit"))


def wide(values: list[float], width: int) -> pa.Table:
    return pa.table({f"c{at}": values[at::width] for at in range(width)})


def clusters(with_: With) -> Any:
    asked: ClusterOptions = options(ClusterOptions, with_)
    return crm_core.clusters(
        wide(with_.pop("values"), with_.pop("width")), asked.clusters, scaling=asked.scaling,
        restarts=asked.restarts, iterations=asked.iterations, seed=asked.seed,
    ).to_data()  # fmt: skip


def assign_clusters(with_: With) -> Any:
    found = decode(crm_core.Clusters, with_.pop("clusters"))
    names = [f"c{at}" for at in range(len(found.scales))]
    clustering = crm_core.Clustering(found, names, None)
    table = clustering.assign(wide(with_.pop("values"), len(names)))
    return table.to_arrow()["cluster"].to_pylist()


def popularity(with_: With) -> Any:
    table, names = columns(with_, "customer", "item")
    return crm_core.popularity(table, **names).to_data()


def bought_again(with_: With) -> Any:
    with_["time"] = pa.array(with_.pop("day"), pa.date32())
    table, names = columns(with_, "customer", "item", "time")
    return crm_core.bought_again(table, **names).to_data()


def association_rules(with_: With) -> Any:
    asked: RuleOptions = options(RuleOptions, with_)
    table, names = columns(with_, "basket", "item")
    found = crm_core.association_rules(
        table, **names, support=asked.support, confidence=asked.confidence, items=asked.items
    )
    return found.to_data()


def frequent_sets(with_: With) -> Any:
    table, names = columns(with_, "basket", "item")
    return crm_core.frequent_sets(table, **names, least=with_.pop("least"), most=with_.pop("most")).to_data()


def fit_items(with_: With) -> Any:
    asked: ItemOptions = options(ItemOptions, with_)
    table, names = columns(with_, "customer", "item")
    return ItemModel.fit(
        table, **names, similarity=asked.similarity, neighbours=asked.neighbours, together=asked.together
    )


def recommend(with_: With) -> Any:
    asked: RecommendOptions = options(RecommendOptions, with_)
    model: ItemModel = with_.pop("model")
    return model.recommend(with_.pop("owned"), count=asked.count, include_owned=asked.owned, eligible=asked.eligible)


def bin_column(with_: With) -> Any:
    values, name = with_.pop("values"), with_.pop("name")
    table = pa.table({name: values, "is_bad": with_.pop("bad")})
    asked = options(BinOptions, with_) if "options" in with_ else None
    return crm_core.bin_column(table, column=name, bad="is_bad", options=asked)


def fit_scorecard(with_: With) -> Any:
    values = {one["name"]: next(iter(one["values"].values())) for one in with_.pop("characteristics")}
    table = pa.table({**values, "is_bad": with_.pop("bad")})
    return Scorecard.fit(table, bad="is_bad", options=options(ScorecardOptions, with_))


def score_card(with_: With) -> Any:
    card = decode(Scorecard, with_.pop("card"))
    values = [None if one == "missing" else next(iter(one.values())) for one in with_.pop("values")]
    names = [one.name for one in card.characteristics]
    if len(values) != len(names):
        # A case without one of the characteristics is one whose value is not known.
        raise crm_core.Invalid("values: one for each is needed", fields={"field": "values"})
    return card.explain(**dict(zip(names, values, strict=True)))


def discrimination(with_: With) -> Any:
    table = pa.table({"score": with_.pop("scores"), "bad": with_.pop("bad")})
    return crm_core.discrimination(table, score="score", bad="bad")


ANALYSES: dict[str, Callable[[With], Any]] = {
    "fit_purchases": fit_purchases,
    "outlook": outlook,
    "newcomer": newcomer,
    "intervals": intervals,
    "parameter_intervals": lambda w: fitted(w.pop("fit")).parameter_intervals(level=w.pop("level")),
    "fit_occasions": lambda w: BgBb().fit(rows_table(w.pop("rows")), weight="weight", options=options(FitOptions, w)),
    "occasion_outlook": occasion_outlook,
    "fit_contracts": fit_contracts,
    "fit_survivors": fit_contracts,
    "contract_outlook": contract_outlook,
    "fit_spend": fit_spend,
    "expected_spend": expected_spend,
    "wilson": lambda w: crm_core.wilson(w.pop("responses"), w.pop("people"), level=w.pop("level")),
    "compare_arms": lambda w: crm_core.compare_arms(*arms("treated", "control")(w), level=w.pop("level")),
    "compare_many": lambda w: crm_core.compare_many([decode(Arm, one) for one in w.pop("arms")], level=w.pop("level")),
    "sample_ratio": lambda w: crm_core.sample_ratio(w.pop("people"), w.pop("shares")),
    "holdout_lift": lambda w: crm_core.holdout_lift(*arms("treated", "held_out")(w), level=w.pop("level")),
    "mean_difference": lambda w: crm_core.mean_difference(w.pop("treated"), w.pop("control"), level=w.pop("level")),
    "attribute": lambda w: crm_core.attribute(
        [decode(Journey, one) for one in w.pop("journeys")], decode(crm_core.AttributionRule, w.pop("rule"))
    ),
    "net_promoter": lambda w: crm_core.net_promoter(w.pop("answers"), level=w.pop("level")),
    "satisfaction": lambda w: crm_core.satisfaction(
        w.pop("answers"), low=w.pop("low"), high=w.pop("high"), best_from=w.pop("best_from"), level=w.pop("level")
    ),
    "effort": lambda w: crm_core.effort(w.pop("answers"), level=w.pop("level")),
    "cohorts": cohorts,
    "survival_curve": survival_curve,
    "log_rank": log_rank,
    "clusters": clusters,
    "assign_clusters": assign_clusters,
    "popularity": popularity,
    "bought_again": bought_again,
    "association_rules": association_rules,
    "frequent_sets": frequent_sets,
    "fit_items": fit_items,
    "recommend": recommend,
    "bin_numbers": bin_column,
    "bin_categories": bin_column,
    "fit_scorecard": fit_scorecard,
    "score_card": score_card,
    "decide": lambda w: decode(Cutoffs, w.pop("cutoffs")).decide(decode(Scored, w.pop("scored"))),
    "discrimination": discrimination,
    "population_stability": lambda w: crm_core.population_stability(w.pop("expected"), w.pop("actual")),
    "rfm_migration": lambda w: crm_core.rfm_migration(
        crm_core.RfmTable.from_data(w.pop("earlier")), crm_core.RfmTable.from_data(w.pop("later"))
    ),
}
