import CrmCore

nonisolated(unsafe) let customerOperations: [String: Operation] = [
    "customers.create": { crm, with in
        try data(await crm.customers.create(with.take("new", newCustomerFromJson)), customerToJson)
    },
    "customers.create_all": { crm, with in
        try list(await crm.customers.createAll(with.list("new", newCustomerFromJson)), customerToJson)
    },
    "customers.get": { crm, with in
        try data(await crm.customers.get(with.take("id", idFromJson)), customerToJson)
    },
    "customers.get_all": { crm, with in
        let found = try await crm.customers.getAll(with.list("ids", idFromJson))
        return Answer(json: .list(try found.map { try option($0, customerToJson).json }))
    },
    "customers.find": { crm, with in
        let id = try await crm.customers.find(namespace: with.text("namespace"), value: with.text("value"))
        return try option(id, idToJson)
    },
    "customers.find_all": { crm, with in
        let ids = try await crm.customers.findAll(namespace: with.text("namespace"), values: with.texts("values"))
        return Answer(json: .list(try ids.map { try option($0, idToJson).json }))
    },
    "customers.find_contact_points": { crm, with in
        let kind = try with.take("kind", contactKindFromJson)
        return try list(
            await crm.customers.findContactPoints(kind: kind, value: with.text("value")), contactPointToJson)
    },
    "customers.list": { crm, with in
        let cursor = try with.option("cursor") { try JSON(parsing: $0).string ?? "" }
        let found = try await crm.customers.list(limit: with.number("limit"), cursor: cursor)
        return try data(found, customerPageToJson)
    },
    "customers.save": { crm, with in
        try data(await crm.customers.save(with.take("edited", customerFromJson)), customerToJson)
    },
    "customers.archive": { crm, with in
        try await crm.customers.archive(with.take("id", idFromJson))
        return done
    },
    "customers.restore": { crm, with in
        try await crm.customers.restore(with.take("id", idFromJson))
        return done
    },
    "customers.add_contact_point": { crm, with in
        let id = try with.take("id", idFromJson)
        let new = try with.take("new", newContactPointFromJson)
        return try data(await crm.customers.addContactPoint(id, new: new), contactPointToJson)
    },
    "customers.save_contact_point": { crm, with in
        let edited = try with.take("edited", contactPointFromJson)
        return try data(await crm.customers.saveContactPoint(edited), contactPointToJson)
    },
    "customers.contact_points": { crm, with in
        try list(await crm.customers.contactPoints(with.take("id", idFromJson)), contactPointToJson)
    },
    "customers.relate": { crm, with in
        try data(await crm.customers.relate(with.take("new", newRelationshipFromJson)), relationshipToJson)
    },
    "customers.save_relationship": { crm, with in
        let edited = try with.take("edited", relationshipFromJson)
        return try data(await crm.customers.saveRelationship(edited), relationshipToJson)
    },
    "customers.relationships": { crm, with in
        try list(await crm.customers.relationships(with.take("id", idFromJson)), relationshipToJson)
    },
    "customers.declare_attributes": { crm, with in
        try await crm.customers.declareAttributes(with.list("attributes", fieldDeclFromJson))
        return done
    },
    "customers.set_attributes": { crm, with in
        let id = try with.take("id", idFromJson)
        try await crm.customers.setAttributes(id, values: with.list("values", attributeValueFromJson))
        return done
    },
    "customers.attribute_history": { crm, with in
        let id = try with.take("id", idFromJson)
        return try list(await crm.customers.attributeHistory(id, name: with.text("name")), attributeToJson)
    },
    "customers.attribute_as_of": { crm, with in
        let id = try with.take("id", idFromJson)
        let asOf = try with.take("as_of", asOfFromJson)
        return try option(
            await crm.customers.attributeAsOf(id, name: with.text("name"), asOf: asOf), attributeToJson)
    },
]
