package org.crmcore.scenarios

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonPrimitive
import org.crmcore.*

private fun <T> data(value: T, write: (T) -> String) = Answer(Json.parseToJsonElement(write(value)))

private fun <T> list(values: List<T>, write: (T) -> String) =
    Answer(JsonArray(values.map { Json.parseToJsonElement(write(it)) }))

/** What asks no engine, by name. */
val analyses: Map<String, (Arguments) -> Answer> = mapOf(
    "score.fit_purchases" to { with ->
        val kind = with.take("kind", ::purchaseModelKindFromJson)
        val rows = with.list("rows", ::historyCountFromJson)
        val options = with.take("options", ::fitOptionsFromJson)
        data(fitPurchases(kind, with.take("unit", ::timeUnitFromJson), rows, options), ::anyPurchaseFitToJson)
    },
    "score.outlook" to { with ->
        val model = with.take("model", ::anyPurchaseModelFromJson)
        val history = with.take("history", ::historyFromJson)
        val horizon = with.take("horizon", ::spanFromJson)
        data(outlook(model, history, horizon, with.option("rate", ::rateFromJson)), ::purchaseOutlookToJson)
    },
    "score.newcomer" to { with ->
        val model = with.take("model", ::anyPurchaseModelFromJson)
        val horizon = with.take("horizon", ::spanFromJson)
        val most = with.int("most").toUInt()
        data(newcomer(model, horizon, most, with.option("rate", ::rateFromJson)), ::newcomerOutlookToJson)
    },
    "score.intervals" to { with ->
        val fit = with.take("fit", ::anyPurchaseFitFromJson)
        val history = with.take("history", ::historyFromJson)
        val horizon = with.take("horizon", ::spanFromJson)
        data(intervals(fit, history, horizon, with.double("level")), ::purchaseIntervalsToJson)
    },
    "score.parameter_intervals" to { with ->
        val fit = with.take("fit", ::anyPurchaseFitFromJson)
        list(parameterIntervals(fit, with.double("level")), ::intervalToJson)
    },
    "score.fit_occasions" to { with ->
        val rows = with.list("rows", ::occasionCountFromJson)
        data(fitOccasions(rows, with.take("options", ::fitOptionsFromJson)), ::bgBbFitToJson)
    },
    "score.occasion_outlook" to { with ->
        val model = with.take("model", ::bgBbFromJson)
        val history = with.take("history", ::occasionHistoryFromJson)
        val occasions = with.int("occasions").toUInt()
        data(occasionOutlook(model, history, occasions, with.doubleOrNull("rate")), ::occasionOutlookToJson)
    },
    "score.fit_contracts" to { with ->
        val kind = with.take("kind", ::contractModelKindFromJson)
        val rows = with.list("rows", ::contractCountFromJson)
        data(fitContracts(kind, rows, with.take("options", ::fitOptionsFromJson)), ::anyContractFitToJson)
    },
    "score.fit_survivors" to { with ->
        val kind = with.take("kind", ::contractModelKindFromJson)
        val survivors = with.doubles("survivors")
        data(fitSurvivors(kind, survivors, with.take("options", ::fitOptionsFromJson)), ::anyContractFitToJson)
    },
    "score.contract_outlook" to { with ->
        val model = with.take("model", ::anyContractModelFromJson)
        val (renewals, periods) = with.int("renewals").toUInt() to with.int("periods").toUInt()
        data(contractOutlook(model, renewals, periods, with.doubleOrNull("rate")), ::contractOutlookToJson)
    },
    "score.fit_spend" to { with ->
        val rows = with.list("rows", ::spendCountFromJson)
        val options = with.take("options", ::fitOptionsFromJson)
        data(fitSpend(with.text("currency"), rows, options), ::gammaGammaFitToJson)
    },
    "score.expected_spend" to { with ->
        val spend = expectedSpend(with.take("model", ::gammaGammaFromJson), with.take("spend", ::spendFromJson))
        Answer(spend?.let { JsonPrimitive(it) } ?: JsonNull)
    },
    "score.wilson" to { with ->
        val (responses, people) = with.long("responses").toULong() to with.long("people").toULong()
        data(wilson(responses, people, with.double("level")), ::intervalToJson)
    },
    "score.compare_arms" to { with ->
        val (treated, control) = with.take("treated", ::armFromJson) to with.take("control", ::armFromJson)
        data(compareArms(treated, control, with.double("level")), ::armComparisonToJson)
    },
    "score.compare_many" to { with ->
        data(compareMany(with.list("arms", ::armFromJson), with.double("level")), ::manyArmsToJson)
    },
    "score.sample_ratio" to { with ->
        data(sampleRatio(with.longs("people").map { it.toULong() }, with.doubles("shares")), ::sampleRatioToJson)
    },
    "score.holdout_lift" to { with ->
        val (treated, heldOut) = with.take("treated", ::armFromJson) to with.take("held_out", ::armFromJson)
        data(holdoutLift(treated, heldOut, with.double("level")), ::holdoutLiftToJson)
    },
    "score.mean_difference" to { with ->
        data(meanDifference(with.doubles("treated"), with.doubles("control"), with.double("level")), ::intervalToJson)
    },
    "score.attribute" to { with ->
        val journeys = with.list("journeys", ::journeyFromJson)
        data(attribute(journeys, with.take("rule", ::attributionRuleFromJson)), ::attributionToJson)
    },
    "score.net_promoter" to { with -> data(netPromoter(with.bytes("answers"), with.double("level")), ::netPromoterToJson) },
    "score.satisfaction" to { with ->
        val (low, high) = with.int("low").toUByte() to with.int("high").toUByte()
        val best = with.int("best_from").toUByte()
        data(satisfaction(with.bytes("answers"), low, high, best, with.double("level")), ::scaleScoreToJson)
    },
    "score.effort" to { with -> data(effort(with.bytes("answers"), with.double("level")), ::scaleScoreToJson) },
    "score.cohorts" to { with ->
        val (customer, day) = with.numbers("customer") to with.longs("day").map { it.toInt() }
        val options = with.take("options", ::cohortOptionsFromJson)
        data(cohorts(customer, day, with.longs("minor"), options), ::cohortTableToJson)
    },
    "score.survival_curve" to { with ->
        val unit = with.take("unit", ::timeUnitFromJson)
        val (durations, ended) = with.doubles("durations") to with.truths("ended")
        data(survivalCurve(unit, durations, ended, with.double("level")), ::survivalCurveToJson)
    },
    "score.log_rank" to { with ->
        val unit = with.take("unit", ::timeUnitFromJson)
        val (durations, ended) = with.doubles("durations") to with.truths("ended")
        data(logRank(unit, durations, ended, with.numbers("group")), ::logRankToJson)
    },
    "score.clusters" to { with ->
        val options = with.take("options", ::clusterOptionsFromJson)
        data(clusters(with.doubles("values"), with.int("width").toUInt(), options), ::clustersToJson)
    },
    "score.assign_clusters" to { with ->
        val nearest = assignClusters(with.take("clusters", ::clustersFromJson), with.doubles("values"))
        Answer(JsonArray(nearest.map { JsonPrimitive(it.toLong()) }))
    },
    "score.popularity" to { with -> list(popularity(with.numbers("customer"), with.numbers("item")), ::popularityToJson) },
    "score.bought_again" to { with ->
        val day = with.longs("day").map { it.toInt() }
        list(boughtAgain(with.numbers("customer"), with.numbers("item"), day), ::boughtAgainToJson)
    },
    "score.association_rules" to { with ->
        val options = with.take("options", ::ruleOptionsFromJson)
        list(associationRules(with.numbers("basket"), with.numbers("item"), options), ::associationRuleToJson)
    },
    "score.frequent_sets" to { with ->
        val (least, most) = with.long("least").toULong() to with.int("most").toUInt()
        list(frequentSets(with.numbers("basket"), with.numbers("item"), least, most), ::itemSetToJson)
    },
    "score.fit_items" to { with ->
        val options = with.take("options", ::itemOptionsFromJson)
        val model = fitItems(with.numbers("customer"), with.numbers("item"), options)
        Answer(Json.parseToJsonElement(model.toJson()), model)
    },
    "score.recommend" to { with ->
        val model = with.thing("model") as ItemModel
        val options = with.take("options", ::recommendOptionsFromJson)
        list(model.recommend(with.numbers("owned"), options), ::recommendationToJson)
    },
    "score.bin_numbers" to { with ->
        val options = with.take("options", ::binOptionsFromJson)
        data(binNumbers(with.text("name"), with.gappy("values"), with.truths("bad"), options), ::binningToJson)
    },
    "score.bin_categories" to { with ->
        data(binCategories(with.text("name"), with.textsOrNull("values"), with.truths("bad")), ::binningToJson)
    },
    "score.fit_scorecard" to { with ->
        val characteristics = with.list("characteristics", ::characteristicFromJson)
        val options = with.take("options", ::scorecardOptionsFromJson)
        data(fitScorecard(characteristics, with.truths("bad"), options), ::scorecardToJson)
    },
    "score.score_card" to { with ->
        val card = with.take("card", ::scorecardFromJson)
        data(scoreCard(card, with.list("values", ::scoreValueFromJson)), ::scoredToJson)
    },
    "score.decide" to { with ->
        data(decide(with.take("cutoffs", ::cutoffsFromJson), with.take("scored", ::scoredFromJson)), ::decisionToJson)
    },
    "score.discrimination" to { with ->
        data(discrimination(with.doubles("scores"), with.truths("bad")), ::discriminationToJson)
    },
    "score.population_stability" to { with ->
        data(populationStability(with.doubles("expected"), with.doubles("actual")), ::stabilityToJson)
    },
    "score.rfm_migration" to { with ->
        val (earlier, later) = with.take("earlier", ::rfmTableFromJson) to with.take("later", ::rfmTableFromJson)
        data(rfmMigration(earlier, later), ::rfmMigrationToJson)
    },
)
