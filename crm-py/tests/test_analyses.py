"""Analyses on tables: the values that papers and other packages publish."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import crm_core
import polars as pl
import pyarrow as pa
import pytest
from crm_core import (
    Arm,
    BetaDiscreteWeibull,
    BgBb,
    BgNbd,
    History,
    ItemModel,
    MbgCnbdK,
    MbgNbd,
    OccasionHistory,
    ParetoNbd,
    Rate,
    Scorecard,
    ScorecardOptions,
    ShiftedBetaGeometric,
    TimeUnit,
)

DATA = Path(__file__).parents[2] / "crm-core" / "tests" / "data"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def cdnow() -> pa.Table:
    """The CDNOW sample under the names of the package lifetimes, in weeks."""
    read = rows("cdnow_sample_summary.csv")
    x, t_x, t = list(read[0])[-3:] if "x" not in read[0] else ("x", "t_x", "T")
    return pa.table(
        {
            "frequency": [int(row[x]) for row in read],
            "recency": [float(row[t_x]) for row in read],
            "T": [float(row[t]) for row in read],
        }
    )


# Fader, Hardie & Lee 2005; BTYDplus for MBG/NBD.
@pytest.mark.parametrize(
    ("model", "parameters", "log_likelihood"),
    [
        (BgNbd(), {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.4),
        (MbgNbd(), {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.1),
        (ParetoNbd(), {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9595.0),
        (MbgCnbdK(k=1), {"r": 0.525, "alpha": 6.183, "a": 0.891, "b": 1.614}, -9582.1),
    ],
    ids=lambda one: type(one).__name__ if isinstance(one, crm_core.models.PurchaseModel) else "",
)
def test_histories_under_the_names_of_lifetimes_are_fitted(
    model: Any, parameters: dict[str, float], log_likelihood: float
) -> None:
    fit = model.fit(cdnow())
    found = {name: round(getattr(fit.model, name), 3) for name in parameters}
    assert found == pytest.approx(parameters, abs=0.0011)
    assert fit.log_likelihood == pytest.approx(log_likelihood, abs=0.05)
    scored = fit.model.score(cdnow(), horizon="39w").to_arrow()
    assert scored.num_rows == 2357
    assert 0.0 < min(scored["p_alive"].to_pylist()) <= max(scored["p_alive"].to_pylist()) <= 1.0


def test_standard_errors_and_intervals() -> None:
    fit = BgNbd().fit(cdnow())
    published = [0.012557, 0.378220, 0.185715, 0.705328]
    assert fit.standard_errors == pytest.approx(published, rel=1e-3)
    assert [one.standard_error for one in fit.parameter_intervals()] == pytest.approx(published, rel=1e-3)
    customer = History(repeats=2, recency=30.43, age=38.86, unit=TimeUnit.WEEKS)
    found = fit.intervals(customer, horizon="39w")
    assert found.purchases.estimate == pytest.approx(1.2259, abs=1e-3)
    assert found.purchases.low < 1.2259 < found.purchases.high
    assert 0.0 < found.p_alive.low < found.p_alive.estimate < found.p_alive.high < 1.0


def test_an_outlook_of_one_customer() -> None:
    # 50-digit values of the model's formulas; residual purchases at 15 % a year.
    known = ParetoNbd(r=0.553, alpha=10.578, s=0.606, beta=11.669)
    customer = History(repeats=2, recency=30.43, age=38.86, unit=TimeUnit.WEEKS)
    # The rate of the reference is 15 % for 52 weeks.
    yearly = Rate(rate=1.15 ** (365.2425 / 364) - 1, per=TimeUnit.YEARS)
    found = known.outlook(customer, horizon="39w", rate=yearly)
    assert found.p_alive == pytest.approx(0.8691675591530112, rel=1e-9)
    assert found.purchases == pytest.approx(1.455123193, rel=1e-9)
    assert found.residual_purchases == pytest.approx(6.50173053756, rel=1e-9)
    first = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426).newcomer(horizon="39w", most=0)
    assert first.purchases == pytest.approx(1.196723193, rel=1e-9)
    assert first.probabilities == pytest.approx([0.573786352], rel=1e-8)


def test_donations() -> None:
    read = rows("donations.csv")
    names = list(read[0])
    table = pa.table({name: [int(row[name]) for row in read] for name in names})
    x, last, n, weight = names[:4]
    fit = BgBb().fit(table, repeats=x, last=last, occasions=n, weight=weight)
    # Fader, Hardie & Shang 2010, table 3.
    found = (fit.model.alpha, fit.model.beta, fit.model.gamma, fit.model.delta)
    assert found == pytest.approx((1.204, 0.750, 0.657, 2.783), abs=6e-4)
    assert fit.log_likelihood == pytest.approx(-33225.6, abs=0.05)
    known = BgBb(alpha=1.203522, beta=0.749716, gamma=0.656718, delta=2.783442)
    lapsed = known.outlook(OccasionHistory(repeats=2, last=4, occasions=6), occasions=5, rate=0.1)
    assert lapsed.p_alive == pytest.approx(0.5896573, abs=5e-8)


def test_contracts() -> None:
    # Fader & Hardie 2007, the regular cohort.
    regular = [1000, 631, 468, 382, 326, 289, 262, 241]
    fit = ShiftedBetaGeometric().fit(survivors=regular)
    assert (fit.model.alpha, fit.model.beta) == pytest.approx((0.7040773, 1.182043), rel=1e-5)
    assert fit.log_likelihood == pytest.approx(-1680.26519, abs=1e-4)
    assert fit.model.outlook(7, periods=1).retention < 1.0
    more = BetaDiscreteWeibull().fit(survivors=regular)
    assert more.log_likelihood >= fit.log_likelihood
    # One row for each fate gives the same.
    fates = [(at + 1, True, regular[at] - regular[at + 1]) for at in range(7)] + [(7, False, regular[-1])]
    table = pa.table({"periods": [one[0] for one in fates], "ended": [one[1] for one in fates],
                      "weight": [one[2] for one in fates]})  # fmt: skip
    assert ShiftedBetaGeometric().fit(table, weight="weight").model == fit.model


def test_iris() -> None:
    read = rows("iris.csv")
    names = list(read[0])[:4]
    table = pl.DataFrame({name: [float(row[name]) for row in read] for name in names})
    found = crm_core.clusters(table, 3, scaling="none", restarts=20)
    assert found.inertia == pytest.approx(78.851441426146, rel=1e-12)
    assert sorted(found.sizes) == [38, 50, 62]
    assert found.assign(table).to_arrow().equals(found.to_arrow())
    assert found.centres.to_arrow().column_names == names


def test_cohorts_survival_and_groups() -> None:
    log = pa.table(
        {
            "who": ["ann", "ann", "bo", "cy", "cy"],
            "day": ["2026-01-03", "2026-02-07", "2026-01-20", "2026-02-01", "2026-03-01"],
            "paid": [5.0, 7.0, 6.0, 1.0, 2.0],
        }
    )
    found = crm_core.cohorts(log, customer="who", time="day", amount="paid", as_of=dt.date(2026, 3, 15))
    table = found.to_arrow().to_pylist()
    assert [(row["cohort"], row["period"], row["customers"], row["minor"], row["complete"]) for row in table] == [
        ("2026-01-01", 0, 2, 1100, True),
        ("2026-01-01", 1, 1, 700, True),
        ("2026-01-01", 2, 0, 0, False),
        ("2026-02-01", 0, 1, 100, True),
        ("2026-02-01", 1, 1, 200, False),
    ]
    # Freireich et al. 1963: remission of leukaemia under 6-MP and placebo, in weeks.
    drug = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    placebo = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
    seen = pa.table(
        {
            "weeks": [*drug, *placebo],
            "relapse": [*[1] * 9, *[0] * 12, *[1] * 21],
            "arm": [*["6-MP"] * 21, *["placebo"] * 21],
        }
    )
    curve = crm_core.survival_curve(seen.slice(0, 21), duration="weeks", ended="relapse", unit="weeks")
    assert [round(step.survival.estimate, 3) for step in curve.steps] == [
        0.857,
        0.807,
        0.753,
        0.690,
        0.627,
        0.538,
        0.448,
    ]
    assert curve.median() == crm_core.Span(length=23.0, unit=TimeUnit.WEEKS)
    assert curve.survival_at("12w") == pytest.approx(0.753, abs=5e-4)
    test = crm_core.log_rank(seen, duration="weeks", ended="relapse", group="arm")
    assert test.chi_square == pytest.approx(16.79, abs=5e-3)
    assert [round(one.expected, 2) for one in test.groups] == [19.25, 10.75]


def test_items_by_their_names() -> None:
    lines = pa.table(
        {
            "who": ["a", "a", "a", "b", "b", "c", "d"],
            "what": ["tea", "cups", "tea", "tea", "cups", "tea", "spoon"],
            "day": ["2026-01-01", "2026-01-01", "2026-01-09", "2026-01-02", "2026-01-02", "2026-01-03", "2026-01-04"],
        }
    )
    model = ItemModel.fit(lines, customer="who", item="what", similarity="lift")
    assert [one.item for one in model.like("tea")] == ["cups"]
    assert model.like("nothing") == ()
    assert model.to_arrow().to_pylist()[0]["like"] == "cups"
    each = model.recommend_each(lines, customer="who", item="what").to_arrow().to_pylist()
    assert [(row["who"], row["what"], row["because"]) for row in each] == [("c", "cups", "tea")]
    assert model.recommend(["tea"], eligible=["spoon"]) == ()
    assert [one.item for one in crm_core.popularity(lines, customer="who", item="what")] == ["tea", "cups", "spoon"]
    again = crm_core.bought_again(lines, customer="who", item="what", time="day").to_arrow().to_pylist()
    assert {row["item"]: row["again"] for row in again}["tea"] == 1
    rules = crm_core.association_rules(lines, basket="who", item="what", support=0.1, confidence=0.1)
    assert {(rule.given, rule.then) for rule in rules} == {(("tea",), "cups"), (("cups",), "tea")}
    sets = crm_core.frequent_sets(lines, basket="who", item="what", least=2)
    assert {(frozenset(one.items), one.baskets) for one in sets} == {
        (frozenset({"tea"}), 3), (frozenset({"cups"}), 2), (frozenset({"tea", "cups"}), 2),
    }  # fmt: skip


def test_a_scorecard_of_a_table() -> None:
    table = pl.DataFrame(
        {
            "age": [20 + n % 50 for n in range(400)],
            "status": [["none", "low", None, "high"][n % 4] for n in range(400)],
            "bad": [(n % 50 < 20 and n % 3 == 0) or n % 7 == 0 for n in range(400)],
        }
    )
    card = Scorecard.fit(table, bad="bad", options=ScorecardOptions(ridge=0.1))
    scored = card.score(table).to_arrow()
    assert scored.column_names == ["points", "p_bad", "first_reason"]
    one = card.explain(age=20, status=None)
    assert one.points == scored["points"][2].as_py() or one.parts[0].points > 0
    assert sum(part.points for part in one.parts) == pytest.approx(one.points)
    with_points = table.with_columns(points=pl.from_arrow(scored["points"]))
    assert crm_core.discrimination(with_points, score="points", bad="bad").auc > 0.5
    age = crm_core.bin_column(table, column="age", bad="bad")
    rates = [bin_.bad / (bin_.good + bin_.bad) for bin_ in age.bins]
    assert rates == sorted(rates) or rates == sorted(rates, reverse=True)
    decide = crm_core.Cutoffs(decline_below=one.points + 1, accept_from=one.points + 2).decide
    assert decide(one) == crm_core.Decision.DECLINE
    with pytest.raises(crm_core.Invalid):
        card.explain(shoe_size=43.0)


def test_responses() -> None:
    # Wilson 1927; Newcombe 1998, table II, example (a): 56/70 against 48/80.
    rate = crm_core.wilson(81, 263)
    assert (round(rate.low, 4), round(rate.high, 4)) == (0.2553, 0.3662)
    compared = crm_core.compare_arms(Arm(name="a", people=70, responses=56), Arm(name="b", people=80, responses=48))
    assert (round(compared.difference.low, 4), round(compared.difference.high, 4)) == (0.0524, 0.3339)
    assert crm_core.sample_ratio([5000, 4600], [0.5, 0.5]).mismatch
    lift = crm_core.holdout_lift(Arm(name="a", people=70, responses=56), Arm(name="b", people=80, responses=48))
    assert lift.extra_responses.estimate == pytest.approx(14.0)
    many = crm_core.compare_many(
        [Arm(name=name, people=100, responses=n) for name, n in (("a", 10), ("b", 20), ("c", 30))]
    )
    assert many.degrees == 2
    assert crm_core.mean_difference([1.0, 2.0, 3.0], [0.0, 1.0, 2.0]).estimate == pytest.approx(1.0)
    with pytest.raises(crm_core.InsufficientData):
        crm_core.wilson(0, 0)


def test_surveys_take_columns() -> None:
    answers = pl.Series([10, 9, 8, 3])
    assert crm_core.net_promoter(answers).score.estimate == 25.0  # type: ignore[arg-type]
    assert crm_core.satisfaction(pa.array([5, 4, 3, 5, 1, 4])).best == 4
    assert crm_core.effort([7, 6, 1]).best == 2
    with pytest.raises(crm_core.Invalid, match="row 2"):
        crm_core.net_promoter([1, 11])
