import CrmCore

nonisolated(unsafe) let loyaltyOperations: [String: Operation] = [
    "loyalty.id_of": { _, with in
        try data(Loyalty.idOf(with.text("key")), idToJson)
    },
    "loyalty.publish": { crm, with in
        let id = try with.take("id", idFromJson)
        let definition = try with.take("definition", definitionFromJson)
        let from = try with.take("from", timestampFromJson)
        return try data(await crm.loyalty.publish(id, definition: definition, from: from), programmeToJson)
    },
    "loyalty.programme": { crm, with in
        try data(await crm.loyalty.programme(with.take("id", idFromJson)), programmeToJson)
    },
    "loyalty.ledger": { crm, with in
        try data(await crm.loyalty.ledger(with.take("member", idFromJson)), ledgerToJson)
    },
    "loyalty.join": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let at = try with.take("at", timestampFromJson)
        return try data(await crm.loyalty.join(id, member: member, at: at), pointsDecisionToJson)
    },
    "loyalty.credit": { crm, with in
        let id = try with.take("id", idFromJson)
        let activity = try with.take("activity", activityFromJson)
        return try data(await crm.loyalty.credit(id, activity: activity), pointsDecisionToJson)
    },
    "loyalty.reserve": { crm, with in
        let id = try with.take("id", idFromJson)
        let reservation = try with.take("reservation", reservationFromJson)
        return try data(await crm.loyalty.reserve(id, reservation: reservation), pointsDecisionToJson)
    },
    "loyalty.capture": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let capture = try with.take("capture", captureFromJson)
        return try data(await crm.loyalty.capture(id, member: member, capture: capture), pointsDecisionToJson)
    },
    "loyalty.release": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let reservation = try with.take("reservation", idFromJson)
        let at = try with.take("at", timestampFromJson)
        return try data(
            await crm.loyalty.release(id, member: member, reservation: reservation, at: at), pointsDecisionToJson)
    },
    "loyalty.confirm": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let cause = try with.take("cause", idFromJson)
        let at = try with.take("at", timestampFromJson)
        return try data(await crm.loyalty.confirm(id, member: member, cause: cause, at: at), pointsDecisionToJson)
    },
    "loyalty.transfer": { crm, with in
        let id = try with.take("id", idFromJson)
        let transfer = try with.take("transfer", transferFromJson)
        return try data(await crm.loyalty.transfer(id, transfer: transfer), pointsDecisionToJson)
    },
    "loyalty.rewards": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let (segments, at) = (try with.texts("segments"), try with.take("at", timestampFromJson))
        return try list(
            await crm.loyalty.rewards(id, member: member, at: at, segments: segments), rewardOfferToJson)
    },
    "loyalty.claim": { crm, with in
        let id = try with.take("id", idFromJson)
        return try data(await crm.loyalty.claim(id, claim: with.take("claim", claimFromJson)), voucherToJson)
    },
    "loyalty.vouchers": { crm, with in
        let id = try with.take("id", idFromJson)
        return try list(await crm.loyalty.vouchers(id, member: with.take("member", idFromJson)), voucherToJson)
    },
    "loyalty.voucher": { crm, with in
        try data(await crm.loyalty.voucher(with.text("code")), voucherToJson)
    },
    "loyalty.use_voucher": { crm, with in
        try data(await crm.loyalty.useVoucher(with.take("by", voucherUseFromJson)), voucherToJson)
    },
    "loyalty.cancel_voucher": { crm, with in
        let at = try with.take("at", timestampFromJson)
        return try data(await crm.loyalty.cancelVoucher(with.text("code"), at: at), voucherToJson)
    },
    "loyalty.report": { crm, with in
        let id = try with.take("id", idFromJson)
        let (unit, window) = (try with.textOrNil("unit"), try with.take("window", windowFromJson))
        return try data(await crm.loyalty.report(id, window: window, unit: unit), programmeReportToJson)
    },
    "loyalty.simulate": { crm, with in
        let id = try with.take("id", idFromJson)
        return try data(
            await crm.loyalty.simulate(id, basket: with.take("basket", purchaseFromJson)), simulationToJson)
    },
    "loyalty.what_if": { crm, with in
        let id = try with.take("id", idFromJson)
        let definition = try with.take("definition", definitionFromJson)
        let (from, at) = (try with.take("from", timestampFromJson), try with.take("at", timestampFromJson))
        return try data(await crm.loyalty.whatIf(id, definition: definition, from: from, at: at), whatIfToJson)
    },
    "loyalty.tier_history": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let until = try with.take("until", timestampFromJson)
        return try list(await crm.loyalty.tierHistory(id, member: member, until: until), tierChangeToJson)
    },
    "loyalty.earn": { crm, with in
        let id = try with.take("id", idFromJson)
        let purchase = try with.take("purchase", purchaseFromJson)
        return try data(await crm.loyalty.earn(id, purchase: purchase), pointsDecisionToJson)
    },
    "loyalty.refund": { crm, with in
        let id = try with.take("id", idFromJson)
        let purchase = try with.take("purchase", purchaseFromJson)
        let refunds = try with.list("refunds", refundFromJson)
        return try data(await crm.loyalty.refund(id, purchase: purchase, refunds: refunds), pointsDecisionToJson)
    },
    "loyalty.redeem": { crm, with in
        let id = try with.take("id", idFromJson)
        let redemption = try with.take("redemption", redemptionFromJson)
        return try data(await crm.loyalty.redeem(id, redemption: redemption), pointsDecisionToJson)
    },
    "loyalty.cancel": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let cancellation = try with.take("cancellation", cancellationFromJson)
        return try data(
            await crm.loyalty.cancel(id, member: member, cancellation: cancellation), pointsDecisionToJson)
    },
    "loyalty.adjust": { crm, with in
        let id = try with.take("id", idFromJson)
        let adjustment = try with.take("adjustment", adjustmentFromJson)
        return try data(await crm.loyalty.adjust(id, adjustment: adjustment), pointsDecisionToJson)
    },
    "loyalty.settle": { crm, with in
        let id = try with.take("id", idFromJson)
        return try data(await crm.loyalty.settle(id, member: with.take("member", idFromJson)), pointsDecisionToJson)
    },
    "loyalty.standing": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let at = try with.take("at", timestampFromJson)
        return try data(await crm.loyalty.standing(id, member: member, at: at), standingToJson)
    },
    "loyalty.standings": { crm, with in
        let id = try with.take("id", idFromJson)
        let standings = try await crm.loyalty.standings(id, at: with.take("at", timestampFromJson))
        let members = try standings.map { member, standing in
            (member.uuidString.lowercased(), try JSON(parsing: standingToJson(value: standing)))
        }
        return Answer(json: .object(Dictionary(uniqueKeysWithValues: members)))
    },
    "loyalty.statement": { crm, with in
        let id = try with.take("id", idFromJson)
        let member = try with.take("member", idFromJson)
        let window = try with.take("window", windowFromJson)
        return try data(await crm.loyalty.statement(id, member: member, window: window), statementToJson)
    },
    "loyalty.liability": { crm, with in
        let id = try with.take("id", idFromJson)
        return try data(await crm.loyalty.liability(id, at: with.take("at", timestampFromJson)), liabilityToJson)
    },
    "loyalty.audit": { crm, with in
        try list(await crm.loyalty.audit(with.take("id", idFromJson)), violationToJson)
    },
    "loyalty.catch_up": { crm, with in
        let id = try with.take("id", idFromJson)
        return try data(await crm.loyalty.catchUp(id, until: with.take("until", timestampFromJson)), caughtUpToJson)
    },
]
