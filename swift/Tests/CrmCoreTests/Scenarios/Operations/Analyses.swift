import CrmCore

/// What asks no engine, by name.
nonisolated(unsafe) let analyses: [String: (Arguments) throws -> Answer] = purchaseAnalyses
    .merging(responseAnalyses) { one, _ in one }
    .merging(itemAnalyses) { one, _ in one }

nonisolated(unsafe) private let purchaseAnalyses: [String: (Arguments) throws -> Answer] = [
    "score.fit_purchases": { with in
        let kind = try with.take("kind", purchaseModelKindFromJson)
        let unit = try with.take("unit", timeUnitFromJson)
        let rows = try with.list("rows", historyCountFromJson)
        let options = try with.take("options", fitOptionsFromJson)
        return try data(fitPurchases(kind: kind, unit: unit, rows: rows, options: options), anyPurchaseFitToJson)
    },
    "score.outlook": { with in
        let model = try with.take("model", anyPurchaseModelFromJson)
        let history = try with.take("history", historyFromJson)
        let horizon = try with.take("horizon", spanFromJson)
        let rate = try with.option("rate", rateFromJson)
        return try data(outlook(model: model, history: history, horizon: horizon, rate: rate), purchaseOutlookToJson)
    },
    "score.newcomer": { with in
        let model = try with.take("model", anyPurchaseModelFromJson)
        let horizon = try with.take("horizon", spanFromJson)
        let most: UInt32 = try with.number("most")
        let rate = try with.option("rate", rateFromJson)
        return try data(newcomer(model: model, horizon: horizon, most: most, rate: rate), newcomerOutlookToJson)
    },
    "score.intervals": { with in
        let fit = try with.take("fit", anyPurchaseFitFromJson)
        let history = try with.take("history", historyFromJson)
        let horizon = try with.take("horizon", spanFromJson)
        let level = try with.double("level")
        return try data(intervals(fit: fit, history: history, horizon: horizon, level: level), purchaseIntervalsToJson)
    },
    "score.parameter_intervals": { with in
        let fit = try with.take("fit", anyPurchaseFitFromJson)
        return try list(parameterIntervals(fit: fit, level: with.double("level")), intervalToJson)
    },
    "score.fit_occasions": { with in
        let rows = try with.list("rows", occasionCountFromJson)
        return try data(fitOccasions(rows: rows, options: with.take("options", fitOptionsFromJson)), bgBbFitToJson)
    },
    "score.occasion_outlook": { with in
        let model = try with.take("model", bgBbFromJson)
        let history = try with.take("history", occasionHistoryFromJson)
        let occasions: UInt32 = try with.number("occasions")
        let rate = try with.doubleOrNil("rate")
        return try data(
            occasionOutlook(model: model, history: history, occasions: occasions, rate: rate), occasionOutlookToJson)
    },
    "score.fit_contracts": { with in
        let kind = try with.take("kind", contractModelKindFromJson)
        let rows = try with.list("rows", contractCountFromJson)
        let options = try with.take("options", fitOptionsFromJson)
        return try data(fitContracts(kind: kind, rows: rows, options: options), anyContractFitToJson)
    },
    "score.fit_survivors": { with in
        let kind = try with.take("kind", contractModelKindFromJson)
        let survivors = try with.doubles("survivors")
        let options = try with.take("options", fitOptionsFromJson)
        return try data(fitSurvivors(kind: kind, survivors: survivors, options: options), anyContractFitToJson)
    },
    "score.contract_outlook": { with in
        let model = try with.take("model", anyContractModelFromJson)
        let (renewals, periods): (UInt32, UInt32) = (try with.number("renewals"), try with.number("periods"))
        let rate = try with.doubleOrNil("rate")
        return try data(
            contractOutlook(model: model, renewals: renewals, periods: periods, rate: rate), contractOutlookToJson)
    },
    "score.fit_spend": { with in
        let rows = try with.list("rows", spendCountFromJson)
        let options = try with.take("options", fitOptionsFromJson)
        return try data(fitSpend(currency: with.text("currency"), rows: rows, options: options), gammaGammaFitToJson)
    },
    "score.expected_spend": { with in
        let model = try with.take("model", gammaGammaFromJson)
        let spend = try expectedSpend(model: model, spend: with.take("spend", spendFromJson))
        return Answer(json: spend.map { .number("\($0)") } ?? .null)
    },
    "score.cohorts": { with in
        let customer: [UInt32] = try with.numbers("customer")
        let (day, minor): ([Int32], [Int64]) = (try with.numbers("day"), try with.numbers("minor"))
        let options = try with.take("options", cohortOptionsFromJson)
        return try data(cohorts(customer: customer, day: day, minor: minor, options: options), cohortTableToJson)
    },
    "score.survival_curve": { with in
        let unit = try with.take("unit", timeUnitFromJson)
        let (durations, ended) = (try with.doubles("durations"), try with.truths("ended"))
        let level = try with.double("level")
        return try data(
            survivalCurve(unit: unit, durations: durations, ended: ended, level: level), survivalCurveToJson)
    },
    "score.log_rank": { with in
        let unit = try with.take("unit", timeUnitFromJson)
        let (durations, ended) = (try with.doubles("durations"), try with.truths("ended"))
        let group: [UInt32] = try with.numbers("group")
        return try data(logRank(unit: unit, durations: durations, ended: ended, group: group), logRankToJson)
    },
    "score.rfm_migration": { with in
        let earlier = try with.take("earlier", rfmTableFromJson)
        return try data(rfmMigration(earlier: earlier, later: with.take("later", rfmTableFromJson)), rfmMigrationToJson)
    },
]

nonisolated(unsafe) private let responseAnalyses: [String: (Arguments) throws -> Answer] = [
    "score.wilson": { with in
        let (responses, people): (UInt64, UInt64) = (try with.number("responses"), try with.number("people"))
        return try data(wilson(responses: responses, people: people, level: with.double("level")), intervalToJson)
    },
    "score.compare_arms": { with in
        let (treated, control) = (try with.take("treated", armFromJson), try with.take("control", armFromJson))
        return try data(
            compareArms(treated: treated, control: control, level: with.double("level")), armComparisonToJson)
    },
    "score.compare_many": { with in
        try data(compareMany(arms: with.list("arms", armFromJson), level: with.double("level")), manyArmsToJson)
    },
    "score.sample_ratio": { with in
        let people: [UInt64] = try with.numbers("people")
        return try data(sampleRatio(people: people, shares: with.doubles("shares")), sampleRatioToJson)
    },
    "score.holdout_lift": { with in
        let (treated, heldOut) = (try with.take("treated", armFromJson), try with.take("held_out", armFromJson))
        return try data(
            holdoutLift(treated: treated, heldOut: heldOut, level: with.double("level")), holdoutLiftToJson)
    },
    "score.mean_difference": { with in
        let (treated, control) = (try with.doubles("treated"), try with.doubles("control"))
        return try data(
            meanDifference(treated: treated, control: control, level: with.double("level")), intervalToJson)
    },
    "score.attribute": { with in
        let journeys = try with.list("journeys", journeyFromJson)
        return try data(
            attribute(journeys: journeys, rule: with.take("rule", attributionRuleFromJson)), attributionToJson)
    },
    "score.net_promoter": { with in
        try data(netPromoter(answers: with.bytes("answers"), level: with.double("level")), netPromoterToJson)
    },
    "score.satisfaction": { with in
        let (low, high): (UInt8, UInt8) = (try with.number("low"), try with.number("high"))
        let (answers, bestFrom): (_, UInt8) = (try with.bytes("answers"), try with.number("best_from"))
        let level = try with.double("level")
        return try data(
            satisfaction(answers: answers, low: low, high: high, bestFrom: bestFrom, level: level), scaleScoreToJson)
    },
    "score.effort": { with in
        try data(effort(answers: with.bytes("answers"), level: with.double("level")), scaleScoreToJson)
    },
]

nonisolated(unsafe) private let itemAnalyses: [String: (Arguments) throws -> Answer] = [
    "score.clusters": { with in
        let (values, width): (_, UInt32) = (try with.doubles("values"), try with.number("width"))
        let options = try with.take("options", clusterOptionsFromJson)
        return try data(clusters(values: values, width: width, options: options), clustersToJson)
    },
    "score.assign_clusters": { with in
        let found = try with.take("clusters", clustersFromJson)
        let nearest = try assignClusters(clusters: found, values: with.doubles("values"))
        return Answer(json: .list(nearest.map { .number("\($0)") }))
    },
    "score.popularity": { with in
        try list(popularity(customer: with.numbers("customer"), item: with.numbers("item")), popularityToJson)
    },
    "score.bought_again": { with in
        let (customer, item): ([UInt32], [UInt32]) = (try with.numbers("customer"), try with.numbers("item"))
        return try list(boughtAgain(customer: customer, item: item, day: with.numbers("day")), boughtAgainToJson)
    },
    "score.association_rules": { with in
        let (basket, item): ([UInt32], [UInt32]) = (try with.numbers("basket"), try with.numbers("item"))
        let options = try with.take("options", ruleOptionsFromJson)
        return try list(associationRules(basket: basket, item: item, options: options), associationRuleToJson)
    },
    "score.frequent_sets": { with in
        let (basket, item): ([UInt32], [UInt32]) = (try with.numbers("basket"), try with.numbers("item"))
        let (least, most): (UInt64, UInt32) = (try with.number("least"), try with.number("most"))
        return try list(frequentSets(basket: basket, item: item, least: least, most: most), itemSetToJson)
    },
    "score.fit_items": { with in
        let (customer, item): ([UInt32], [UInt32]) = (try with.numbers("customer"), try with.numbers("item"))
        let model = try fitItems(customer: customer, item: item, options: with.take("options", itemOptionsFromJson))
        return Answer(json: try JSON(parsing: model.toJson()), thing: model)
    },
    "score.recommend": { with in
        let model = try with.thing("model", ItemModel.self)
        let options = try with.take("options", recommendOptionsFromJson)
        return try list(model.recommend(owned: with.numbers("owned"), options: options), recommendationToJson)
    },
    "score.bin_numbers": { with in
        let (name, values, bad) = (try with.text("name"), try with.gappy("values"), try with.truths("bad"))
        let options = try with.take("options", binOptionsFromJson)
        return try data(binNumbers(name: name, values: values, bad: bad, options: options), binningToJson)
    },
    "score.bin_categories": { with in
        let (name, values) = (try with.text("name"), try with.textsOrNil("values"))
        return try data(binCategories(name: name, values: values, bad: with.truths("bad")), binningToJson)
    },
    "score.fit_scorecard": { with in
        let characteristics = try with.list("characteristics", characteristicFromJson)
        let (bad, options) = (try with.truths("bad"), try with.take("options", scorecardOptionsFromJson))
        return try data(fitScorecard(characteristics: characteristics, bad: bad, options: options), scorecardToJson)
    },
    "score.score_card": { with in
        let card = try with.take("card", scorecardFromJson)
        return try data(scoreCard(card: card, values: with.list("values", scoreValueFromJson)), scoredToJson)
    },
    "score.decide": { with in
        let cutoffs = try with.take("cutoffs", cutoffsFromJson)
        return try data(decide(cutoffs: cutoffs, scored: with.take("scored", scoredFromJson)), decisionToJson)
    },
    "score.discrimination": { with in
        try data(discrimination(scores: with.doubles("scores"), bad: with.truths("bad")), discriminationToJson)
    },
    "score.population_stability": { with in
        try data(
            populationStability(expected: with.doubles("expected"), actual: with.doubles("actual")), stabilityToJson)
    },
]
