import CrmCore

nonisolated(unsafe) let interactionOperations: [String: Operation] = [
    "interactions.record": { crm, with in
        try data(await crm.interactions.record(with.take("new", newInteractionFromJson)), idToJson)
    },
    "interactions.record_all": { crm, with in
        try data(await crm.interactions.recordAll(with.list("batch", newInteractionFromJson)), recordedToJson)
    },
    "interactions.get": { crm, with in
        try data(await crm.interactions.get(with.take("id", idFromJson)), interactionToJson)
    },
    "interactions.lines": { crm, with in
        try list(await crm.interactions.lines(with.take("id", idFromJson)), orderLineToJson)
    },
    "interactions.timeline": { crm, with in
        let customer = try with.take("customer", idFromJson)
        let timeline = try with.take("timeline", timelineFromJson)
        return try data(await crm.interactions.timeline(customer, timeline: timeline), interactionPageToJson)
    },
    "interactions.declare_properties": { crm, with in
        try await crm.interactions.declareProperties(with.list("properties", fieldDeclFromJson))
        return done
    },
    "intake.purchases": { crm, with in
        let mapping = try with.take("mapping", purchaseMappingFromJson)
        let mode = try with.take("mode", modeFromJson)
        return try data(
            await crm.intake.purchases(with.file("file"), mapping: mapping, mode: mode), importedToJson)
    },
    "intake.purchase_rows": { crm, with in
        let mode = try with.take("mode", modeFromJson)
        return try data(
            await crm.intake.purchaseRows(with.list("rows", purchaseRowFromJson), mode: mode), importedToJson)
    },
    "intake.contacts": { crm, with in
        let mapping = try with.take("mapping", contactMappingFromJson)
        let mode = try with.take("mode", modeFromJson)
        return try data(
            await crm.intake.contacts(with.file("file"), mapping: mapping, mode: mode), importedToJson)
    },
]
