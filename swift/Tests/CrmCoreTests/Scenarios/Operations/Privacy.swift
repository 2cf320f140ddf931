import CrmCore

nonisolated(unsafe) let privacyOperations: [String: Operation] = [
    "privacy.define": { crm, with in
        try await crm.privacy.define(with.take("purpose", purposeFromJson))
        return done
    },
    "privacy.policy": { crm, _ in
        try data(await crm.privacy.policy(), policyToJson)
    },
    "privacy.record": { crm, with in
        try list(await crm.privacy.record(with.list("events", consentEventFromJson)), idToJson)
    },
    "privacy.withdraw": { crm, with in
        try data(await crm.privacy.withdraw(with.take("customer", idFromJson)), idToJson)
    },
    "privacy.evaluate": { crm, with in
        let question = try with.take("question", contactQuestionFromJson)
        let asOf = try with.take("as_of", asOfFromJson)
        return try data(await crm.privacy.evaluate(question, asOf: asOf), contactDecisionToJson)
    },
    "privacy.explain": { crm, with in
        let customer = try with.take("customer", idFromJson)
        let asOf = try with.take("as_of", asOfFromJson)
        return try list(await crm.privacy.explain(customer, asOf: asOf), contactAnswerToJson)
    },
    "privacy.suppress": { crm, with in
        let point = try with.take("point", idFromJson)
        let reason = try with.take("reason", suppressionReasonFromJson)
        try await crm.privacy.suppress(point, reason: reason, at: with.take("at", timestampFromJson))
        return done
    },
    "privacy.export": { crm, with in
        try data(await crm.privacy.export(with.take("customer", idFromJson)), accessPackageToJson)
    },
    "privacy.erase": { crm, with in
        try await crm.privacy.erase(with.take("customer", idFromJson))
        return done
    },
]
