import CrmCore

nonisolated(unsafe) let segmentOperations: [String: Operation] = [
    "segments.id_of": { _, with in
        try data(Segments.idOf(with.text("name")), idToJson)
    },
    "segments.catalogue": { crm, _ in
        try data(await crm.segments.catalogue(), catalogueToJson)
    },
    "segments.check": { crm, with in
        try list(await crm.segments.check(with.text("text")), diagnosticToJson)
    },
    "segments.define": { crm, with in
        let name = try with.text("name")
        return try data(await crm.segments.define(name, text: with.text("text")), segmentToJson)
    },
    "segments.list": { crm, _ in
        try list(await crm.segments.list(), segmentToJson)
    },
    "segments.members": { crm, with in
        let name = try with.text("name")
        return try list(
            await crm.segments.members(name, view: with.take("view", segmentViewFromJson)), idToJson)
    },
    "segments.matching": { crm, with in
        let text = try with.text("text")
        return try list(
            await crm.segments.matching(text, view: with.take("view", segmentViewFromJson)), idToJson)
    },
    "segments.evaluate": { crm, with in
        let segments = try with.list("segments", segmentFromJson)
        let view = try with.take("view", segmentViewFromJson)
        return try list(await crm.segments.evaluate(segments, view: view), membershipToJson)
    },
    "segments.explain": { crm, with in
        let name = try with.text("name")
        let customer = try with.take("customer", idFromJson)
        let view = try with.take("view", segmentViewFromJson)
        return try data(await crm.segments.explain(name, customer: customer, view: view), explanationToJson)
    },
    "segments.explain_all": { crm, with in
        let segments = try with.list("segments", segmentFromJson)
        let customer = try with.take("customer", idFromJson)
        let view = try with.take("view", segmentViewFromJson)
        return try list(
            await crm.segments.explainAll(segments, customer: customer, view: view), explanationToJson)
    },
]
