import CrmCore

nonisolated(unsafe) let marketingOperations: [String: Operation] = [
    "marketing.define": { crm, with in
        try await crm.marketing.define(with.take("campaign", campaignFromJson))
        return done
    },
    "marketing.get": { crm, with in
        try data(await crm.marketing.get(with.text("name")), campaignToJson)
    },
    "marketing.plan": { crm, with in
        let campaign = try with.take("campaign", campaignFromJson)
        let members = try with.list("members", idFromJson)
        let asOf = try with.take("as_of", asOfFromJson)
        let audience = try await crm.marketing.plan(campaign, members: members, asOf: asOf)
        var answer = try data(audience.summary(), audienceSummaryToJson)
        answer.thing = audience
        return answer
    },
    "marketing.adopt": { crm, with in
        try await crm.marketing.adopt(with.thing("audience", Audience.self))
        return done
    },
    "marketing.next_batch": { crm, with in
        let audience = try with.thing("audience", Audience.self)
        let permits = try await crm.marketing.nextBatch(audience, n: with.number("n"))
        var answer = try data(permits) { try $0.toJson() }
        answer.thing = permits
        return answer
    },
    "marketing.sent": { crm, with in
        let campaign = try with.take("campaign", campaignFromJson)
        try await crm.marketing.sent(campaign, permits: with.thing("permits", ContactPermits.self))
        return done
    },
    "marketing.record_outcomes": { crm, with in
        let campaign = try with.take("campaign", campaignFromJson)
        try await crm.marketing.recordOutcomes(campaign, outcomes: with.list("outcomes", messageOutcomeFromJson))
        return done
    },
    "marketing.response": { crm, with in
        let campaign = try with.take("campaign", campaignFromJson)
        let asOf = try with.take("as_of", asOfFromJson)
        let within: Int64 = try with.number("within_micros")
        return try data(
            await crm.marketing.response(campaign, withinMicros: within, asOf: asOf), responseTallyToJson)
    },
]
