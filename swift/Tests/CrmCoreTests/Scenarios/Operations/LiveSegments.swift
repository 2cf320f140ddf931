import CrmCore

nonisolated(unsafe) let liveSegmentOperations: [String: Operation] = [
    "segments.declare_events": { crm, with in
        try await crm.segments.declareEvents(with.texts("names"))
        return done
    },
    "segments.add_to_list": { crm, with in
        try await crm.segments.addToList(with.text("list"), customers: with.list("customers", idFromJson))
        return done
    },
    "segments.remove_from_list": { crm, with in
        try await crm.segments.removeFromList(with.text("list"), customers: with.list("customers", idFromJson))
        return done
    },
    "segments.get": { crm, with in
        try data(await crm.segments.get(with.text("name")), segmentToJson)
    },
    "segments.versions": { crm, with in
        try list(await crm.segments.versions(with.text("name")), segmentVersionToJson)
    },
    "segments.explain_in_words": { crm, with in
        let (name, customer, view) = try question(with)
        return Answer(json: .text(try await crm.segments.explainInWords(name, customer: customer, view: view)))
    },
    "segments.why_not": { crm, with in
        let (name, customer, view) = try question(with)
        return try data(await crm.segments.whyNot(name, customer: customer, view: view), whyNotToJson)
    },
    "segments.next_change": { crm, with in
        let (name, customer, view) = try question(with)
        return try data(await crm.segments.nextChange(name, customer: customer, view: view), nextChangeToJson)
    },
    "segments.diff": { crm, with in
        let (old, new) = (try with.text("old_text"), try with.text("new_text"))
        let view = try with.take("view", segmentViewFromJson)
        return try data(await crm.segments.diff(oldText: old, newText: new, view: view), segmentDiffToJson)
    },
    "segments.try_out": { crm, with in
        try data(await crm.segments.tryOut(with.take("trial", trialFromJson)), trialAnswerToJson)
    },
    "segments.relation": { crm, with in
        let (one, other) = (try with.text("one_text"), try with.text("other_text"))
        return try data(await crm.segments.relation(oneText: one, otherText: other), relationToJson)
    },
    "segments.to_sql": { crm, with in
        let (text, view) = (try with.text("text"), try with.take("view", segmentViewFromJson))
        let dialect = try with.take("dialect", sqlDialectFromJson)
        return try data(await crm.segments.toSql(text, view: view, dialect: dialect), sqlTextToJson)
    },
    "segments.set_live": { crm, with in
        try await crm.segments.setLive(with.take("live", liveSegmentsFromJson))
        return done
    },
    "segments.live": { crm, _ in
        try data(await crm.segments.live(), liveSegmentsToJson)
    },
    "segments.tick": { crm, with in
        try data(await crm.segments.tick(with.take("now", timestampFromJson)), tickedToJson)
    },
    "segments.memberships": { crm, with in
        try list(await crm.segments.memberships(with.take("customer", idFromJson)), JSON.quoted)
    },
    "segments.live_members": { crm, with in
        try list(await crm.segments.liveMembers(with.text("name")), idToJson)
    },
    "segments.membership_history": { crm, with in
        try list(
            await crm.segments.membershipHistory(with.take("customer", idFromJson)), membershipChangeToJson)
    },
    "segments.memberships_at": { crm, with in
        let customer = try with.take("customer", idFromJson)
        let at = try with.take("at", timestampFromJson)
        return try list(await crm.segments.membershipsAt(customer, at: at), JSON.quoted)
    },
    "segments.load_columns": { crm, with in
        try data(await crm.segments.loadColumns(threads: with.number("threads")), columnsInfoToJson)
    },
    "segments.drop_columns": { crm, _ in
        try await crm.segments.dropColumns()
        return done
    },
    "segments.columns_info": { crm, _ in
        try option(await crm.segments.columnsInfo(), columnsInfoToJson)
    },
]

private func question(_ with: Arguments) throws -> (Name, CustomerId, SegmentView) {
    let (name, customer) = (try with.text("name"), try with.take("customer", idFromJson))
    return (name, customer, try with.take("view", segmentViewFromJson))
}
