import CrmCore

nonisolated(unsafe) let scoreOperations: [String: Operation] = [
    "scores.purchases": { crm, with in
        let currency = try with.text("currency")
        let zone = try with.text("zone")
        let asOf = try with.take("as_of", asOfFromJson)
        return try data(await crm.scores.purchases(currency, zone: zone, asOf: asOf), purchaseColumnsToJson)
    },
    "scores.summaries": { crm, with in
        let summaries = try await crm.scores.summaries(with.take("options", summaryOptionsFromJson))
        var answer = try data(summaries) { try $0.toJson() }
        answer.thing = summaries
        return answer
    },
    "scores.rfm": { crm, with in
        let summaries = try with.thing("summaries", Summaries.self)
        return try data(
            await crm.scores.rfm(summaries, options: with.take("options", rfmOptionsFromJson)), rfmTableToJson)
    },
    "scores.assess": { crm, with in
        try data(await crm.scores.assess(with.take("options", assessOptionsFromJson))) { try $0.toJson() }
    },
]
