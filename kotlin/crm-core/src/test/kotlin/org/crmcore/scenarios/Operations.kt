package org.crmcore.scenarios

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.crmcore.*

typealias Operation = suspend (Crm, Arguments) -> Answer

/** The operation of a name. */
fun operation(name: String): Operation {
    analyses[name]?.let { found -> return { _, with -> found(with).also { with.checkAllTaken() } } }
    val found = operations[name] ?: throw AssertionError("the replayer does not know $name")
    return { crm, with -> found(crm, with).also { with.checkAllTaken() } }
}

private fun json(text: String): JsonElement = Json.parseToJsonElement(text)

private fun <T> data(value: T, write: (T) -> String) = Answer(json(write(value)))

private fun <T> list(values: List<T>, write: (T) -> String) = Answer(JsonArray(values.map { json(write(it)) }))

private fun <T : Any> maybe(value: T?, write: (T) -> String) = Answer(value?.let { json(write(it)) } ?: JsonNull)

private fun text(value: Any?) = Answer(value?.let { JsonPrimitive(it.toString()) } ?: JsonNull)

private fun texts(values: List<Any?>) =
    Answer(JsonArray(values.map { one -> one?.let { JsonPrimitive(it.toString()) } ?: JsonNull }))

private fun nothing(@Suppress("UNUSED_PARAMETER") done: Unit) = Answer(JsonNull)

/** The operations, by name. */
val operations: Map<String, Operation> = mapOf(
    "customers.create" to { crm, with ->
        data(crm.customers.create(with.take("new", ::newCustomerFromJson)), ::customerToJson)
    },
    "customers.create_all" to { crm, with ->
        list(crm.customers.createAll(with.list("new", ::newCustomerFromJson)), ::customerToJson)
    },
    "customers.get" to { crm, with -> data(crm.customers.get(with.id("id")), ::customerToJson) },
    "customers.get_all" to { crm, with ->
        val found = crm.customers.getAll(with.ids("ids"))
        Answer(JsonArray(found.map { one -> one?.let { json(customerToJson(it)) } ?: JsonNull }))
    },
    "customers.find" to { crm, with -> text(crm.customers.find(with.text("namespace"), with.text("value"))) },
    "customers.find_all" to { crm, with -> texts(crm.customers.findAll(with.text("namespace"), with.texts("values"))) },
    "customers.find_contact_points" to { crm, with ->
        val kind = with.take("kind", ::contactKindFromJson)
        list(crm.customers.findContactPoints(kind, with.text("value")), ::contactPointToJson)
    },
    "customers.list" to { crm, with ->
        data(crm.customers.list(with.int("limit"), with.textOrNull("cursor")), ::customerPageToJson)
    },
    "customers.save" to { crm, with ->
        data(crm.customers.save(with.take("edited", ::customerFromJson)), ::customerToJson)
    },
    "customers.archive" to { crm, with -> nothing(crm.customers.archive(with.id("id"))) },
    "customers.restore" to { crm, with -> nothing(crm.customers.restore(with.id("id"))) },
    "customers.add_contact_point" to { crm, with ->
        val new = with.take("new", ::newContactPointFromJson)
        data(crm.customers.addContactPoint(with.id("id"), new), ::contactPointToJson)
    },
    "customers.save_contact_point" to { crm, with ->
        data(crm.customers.saveContactPoint(with.take("edited", ::contactPointFromJson)), ::contactPointToJson)
    },
    "customers.contact_points" to { crm, with -> list(crm.customers.contactPoints(with.id("id")), ::contactPointToJson) },
    "customers.relate" to { crm, with ->
        data(crm.customers.relate(with.take("new", ::newRelationshipFromJson)), ::relationshipToJson)
    },
    "customers.save_relationship" to { crm, with ->
        data(crm.customers.saveRelationship(with.take("edited", ::relationshipFromJson)), ::relationshipToJson)
    },
    "customers.relationships" to { crm, with -> list(crm.customers.relationships(with.id("id")), ::relationshipToJson) },
    "customers.declare_attributes" to { crm, with ->
        nothing(crm.customers.declareAttributes(with.list("attributes", ::fieldDeclFromJson)))
    },
    "customers.set_attributes" to { crm, with ->
        nothing(crm.customers.setAttributes(with.id("id"), with.list("values", ::attributeValueFromJson)))
    },
    "customers.attribute_history" to { crm, with ->
        list(crm.customers.attributeHistory(with.id("id"), with.text("name")), ::attributeToJson)
    },
    "customers.attribute_as_of" to { crm, with ->
        val asOf = with.take("as_of", ::asOfFromJson)
        maybe(crm.customers.attributeAsOf(with.id("id"), with.text("name"), asOf), ::attributeToJson)
    },
    "interactions.record" to { crm, with -> text(crm.interactions.record(with.take("new", ::newInteractionFromJson))) },
    "interactions.record_all" to { crm, with ->
        data(crm.interactions.recordAll(with.list("batch", ::newInteractionFromJson)), ::recordedToJson)
    },
    "interactions.get" to { crm, with -> data(crm.interactions.get(with.id("id")), ::interactionToJson) },
    "interactions.lines" to { crm, with -> list(crm.interactions.lines(with.id("id")), ::orderLineToJson) },
    "interactions.timeline" to { crm, with ->
        val timeline = with.take("timeline", ::timelineFromJson)
        data(crm.interactions.timeline(with.id("customer"), timeline), ::interactionPageToJson)
    },
    "interactions.declare_properties" to { crm, with ->
        nothing(crm.interactions.declareProperties(with.list("properties", ::fieldDeclFromJson)))
    },
    "intake.purchases" to { crm, with ->
        val mapping = with.take("mapping", ::purchaseMappingFromJson)
        data(crm.intake.purchases(with.file("file"), mapping, with.take("mode", ::modeFromJson)), ::importedToJson)
    },
    "intake.purchase_rows" to { crm, with ->
        val rows = with.list("rows", ::purchaseRowFromJson)
        data(crm.intake.purchaseRows(rows, with.take("mode", ::modeFromJson)), ::importedToJson)
    },
    "intake.contacts" to { crm, with ->
        val mapping = with.take("mapping", ::contactMappingFromJson)
        data(crm.intake.contacts(with.file("file"), mapping, with.take("mode", ::modeFromJson)), ::importedToJson)
    },
    "privacy.define" to { crm, with -> nothing(crm.privacy.define(with.take("purpose", ::purposeFromJson))) },
    "privacy.policy" to { crm, _ -> data(crm.privacy.policy(), ::policyToJson) },
    "privacy.record" to { crm, with -> texts(crm.privacy.record(with.list("events", ::consentEventFromJson))) },
    "privacy.withdraw" to { crm, with -> text(crm.privacy.withdraw(with.id("customer"))) },
    "privacy.evaluate" to { crm, with ->
        val question = with.take("question", ::contactQuestionFromJson)
        data(crm.privacy.evaluate(question, with.take("as_of", ::asOfFromJson)), ::contactDecisionToJson)
    },
    "privacy.explain" to { crm, with ->
        list(crm.privacy.explain(with.id("customer"), with.take("as_of", ::asOfFromJson)), ::contactAnswerToJson)
    },
    "privacy.suppress" to { crm, with ->
        val reason = with.take("reason", ::suppressionReasonFromJson)
        nothing(crm.privacy.suppress(with.id("point"), reason, with.instant("at")))
    },
    "privacy.export" to { crm, with -> data(crm.privacy.export(with.id("customer")), ::accessPackageToJson) },
    "privacy.erase" to { crm, with -> nothing(crm.privacy.erase(with.id("customer"))) },
    "marketing.define" to { crm, with -> nothing(crm.marketing.define(with.take("campaign", ::campaignFromJson))) },
    "marketing.get" to { crm, with -> data(crm.marketing.get(with.text("name")), ::campaignToJson) },
    "marketing.plan" to { crm, with ->
        val campaign = with.take("campaign", ::campaignFromJson)
        val audience = crm.marketing.plan(campaign, with.ids("members"), with.take("as_of", ::asOfFromJson))
        Answer(json(audienceSummaryToJson(audience.summary())), audience)
    },
    "marketing.adopt" to { crm, with -> nothing(crm.marketing.adopt(with.thing("audience") as Audience)) },
    "marketing.next_batch" to { crm, with ->
        val permits = crm.marketing.nextBatch(with.thing("audience") as Audience, with.int("n"))
        Answer(json(permits.toJson()), permits)
    },
    "marketing.sent" to { crm, with ->
        val campaign = with.take("campaign", ::campaignFromJson)
        nothing(crm.marketing.sent(campaign, with.thing("permits") as ContactPermits))
    },
    "marketing.record_outcomes" to { crm, with ->
        val campaign = with.take("campaign", ::campaignFromJson)
        nothing(crm.marketing.recordOutcomes(campaign, with.list("outcomes", ::messageOutcomeFromJson)))
    },
    "marketing.response" to { crm, with ->
        val campaign = with.take("campaign", ::campaignFromJson)
        val asOf = with.take("as_of", ::asOfFromJson)
        data(crm.marketing.response(campaign, with.long("within_micros"), asOf), ::responseTallyToJson)
    },
    "loyalty.id_of" to { _, with -> text(programmeIdOf(with.text("key"))) },
    "loyalty.publish" to { crm, with ->
        val definition = with.take("definition", ::definitionFromJson)
        data(crm.loyalty.publish(with.id("id"), definition, with.instant("from")), ::programmeToJson)
    },
    "loyalty.programme" to { crm, with -> data(crm.loyalty.programme(with.id("id")), ::programmeToJson) },
    "loyalty.ledger" to { crm, with -> data(crm.loyalty.ledger(with.id("member")), ::ledgerToJson) },
    "loyalty.earn" to { crm, with ->
        data(crm.loyalty.earn(with.id("id"), with.take("purchase", ::purchaseFromJson)), ::pointsDecisionToJson)
    },
    "loyalty.refund" to { crm, with ->
        val purchase = with.take("purchase", ::purchaseFromJson)
        val refunds = with.list("refunds", ::refundFromJson)
        data(crm.loyalty.refund(with.id("id"), purchase, refunds), ::pointsDecisionToJson)
    },
    "loyalty.redeem" to { crm, with ->
        data(crm.loyalty.redeem(with.id("id"), with.take("redemption", ::redemptionFromJson)), ::pointsDecisionToJson)
    },
    "loyalty.cancel" to { crm, with ->
        val cancellation = with.take("cancellation", ::cancellationFromJson)
        data(crm.loyalty.cancel(with.id("id"), with.id("member"), cancellation), ::pointsDecisionToJson)
    },
    "loyalty.adjust" to { crm, with ->
        data(crm.loyalty.adjust(with.id("id"), with.take("adjustment", ::adjustmentFromJson)), ::pointsDecisionToJson)
    },
    "loyalty.join" to { crm, with ->
        data(crm.loyalty.join(with.id("id"), with.id("member"), with.instant("at")), ::pointsDecisionToJson)
    },
    "loyalty.credit" to { crm, with ->
        data(crm.loyalty.credit(with.id("id"), with.take("activity", ::activityFromJson)), ::pointsDecisionToJson)
    },
    "loyalty.reserve" to { crm, with ->
        val reservation = with.take("reservation", ::reservationFromJson)
        data(crm.loyalty.reserve(with.id("id"), reservation), ::pointsDecisionToJson)
    },
    "loyalty.capture" to { crm, with ->
        val capture = with.take("capture", ::captureFromJson)
        data(crm.loyalty.capture(with.id("id"), with.id("member"), capture), ::pointsDecisionToJson)
    },
    "loyalty.release" to { crm, with ->
        val (id, member, reservation) = listOf(with.id("id"), with.id("member"), with.id("reservation"))
        data(crm.loyalty.release(id, member, reservation, with.instant("at")), ::pointsDecisionToJson)
    },
    "loyalty.confirm" to { crm, with ->
        val (id, member, cause) = listOf(with.id("id"), with.id("member"), with.id("cause"))
        data(crm.loyalty.confirm(id, member, cause, with.instant("at")), ::pointsDecisionToJson)
    },
    "loyalty.transfer" to { crm, with ->
        data(crm.loyalty.transfer(with.id("id"), with.take("transfer", ::transferFromJson)), ::pointsDecisionToJson)
    },
    "loyalty.rewards" to { crm, with ->
        val segments = with.texts("segments")
        list(crm.loyalty.rewards(with.id("id"), with.id("member"), with.instant("at"), segments), ::rewardOfferToJson)
    },
    "loyalty.claim" to { crm, with ->
        data(crm.loyalty.claim(with.id("id"), with.take("claim", ::claimFromJson)), ::voucherToJson)
    },
    "loyalty.vouchers" to { crm, with ->
        list(crm.loyalty.vouchers(with.id("id"), with.id("member")), ::voucherToJson)
    },
    "loyalty.voucher" to { crm, with -> data(crm.loyalty.voucher(with.text("code")), ::voucherToJson) },
    "loyalty.use_voucher" to { crm, with ->
        data(crm.loyalty.useVoucher(with.take("by", ::voucherUseFromJson)), ::voucherToJson)
    },
    "loyalty.cancel_voucher" to { crm, with ->
        data(crm.loyalty.cancelVoucher(with.text("code"), with.instant("at")), ::voucherToJson)
    },
    "loyalty.report" to { crm, with ->
        val window = with.take("window", ::windowFromJson)
        data(crm.loyalty.report(with.id("id"), window, with.textOrNull("unit")), ::programmeReportToJson)
    },
    "loyalty.simulate" to { crm, with ->
        data(crm.loyalty.simulate(with.id("id"), with.take("basket", ::purchaseFromJson)), ::simulationToJson)
    },
    "loyalty.what_if" to { crm, with ->
        val definition = with.take("definition", ::definitionFromJson)
        data(crm.loyalty.whatIf(with.id("id"), definition, with.instant("from"), with.instant("at")), ::whatIfToJson)
    },
    "loyalty.tier_history" to { crm, with ->
        list(crm.loyalty.tierHistory(with.id("id"), with.id("member"), with.instant("until")), ::tierChangeToJson)
    },
    "loyalty.settle" to { crm, with ->
        data(crm.loyalty.settle(with.id("id"), with.id("member")), ::pointsDecisionToJson)
    },
    "loyalty.standing" to { crm, with ->
        data(crm.loyalty.standing(with.id("id"), with.id("member"), with.instant("at")), ::standingToJson)
    },
    "loyalty.standings" to { crm, with ->
        val standings = crm.loyalty.standings(with.id("id"), with.instant("at"))
        Answer(JsonObject(standings.entries.associate { (member, one) -> "$member" to json(standingToJson(one)) }))
    },
    "loyalty.statement" to { crm, with ->
        val window = with.take("window", ::windowFromJson)
        data(crm.loyalty.statement(with.id("id"), with.id("member"), window), ::statementToJson)
    },
    "loyalty.liability" to { crm, with ->
        data(crm.loyalty.liability(with.id("id"), with.instant("at")), ::liabilityToJson)
    },
    "loyalty.audit" to { crm, with -> list(crm.loyalty.audit(with.id("id")), ::violationToJson) },
    "loyalty.catch_up" to { crm, with ->
        data(crm.loyalty.catchUp(with.id("id"), with.instant("until")), ::caughtUpToJson)
    },
    "segments.id_of" to { _, with -> text(segmentIdOf(with.text("name"))) },
    "segments.catalogue" to { crm, _ -> data(crm.segments.catalogue(), ::catalogueToJson) },
    "segments.check" to { crm, with -> list(crm.segments.check(with.text("text")), ::diagnosticToJson) },
    "segments.define" to { crm, with ->
        data(crm.segments.define(with.text("name"), with.text("text")), ::segmentToJson)
    },
    "segments.list" to { crm, _ -> list(crm.segments.list(), ::segmentToJson) },
    "segments.declare_events" to { crm, with -> nothing(crm.segments.declareEvents(with.texts("names"))) },
    "segments.add_to_list" to { crm, with ->
        nothing(crm.segments.addToList(with.text("list"), with.ids("customers")))
    },
    "segments.remove_from_list" to { crm, with ->
        nothing(crm.segments.removeFromList(with.text("list"), with.ids("customers")))
    },
    "segments.get" to { crm, with -> data(crm.segments.get(with.text("name")), ::segmentToJson) },
    "segments.versions" to { crm, with -> list(crm.segments.versions(with.text("name")), ::segmentVersionToJson) },
    "segments.explain_in_words" to { crm, with ->
        val view = with.take("view", ::segmentViewFromJson)
        text(crm.segments.explainInWords(with.text("name"), with.id("customer"), view))
    },
    "segments.why_not" to { crm, with ->
        val view = with.take("view", ::segmentViewFromJson)
        data(crm.segments.whyNot(with.text("name"), with.id("customer"), view), ::whyNotToJson)
    },
    "segments.next_change" to { crm, with ->
        val view = with.take("view", ::segmentViewFromJson)
        data(crm.segments.nextChange(with.text("name"), with.id("customer"), view), ::nextChangeToJson)
    },
    "segments.diff" to { crm, with ->
        val view = with.take("view", ::segmentViewFromJson)
        data(crm.segments.diff(with.text("old_text"), with.text("new_text"), view), ::segmentDiffToJson)
    },
    "segments.try_out" to { crm, with ->
        data(crm.segments.tryOut(with.take("trial", ::trialFromJson)), ::trialAnswerToJson)
    },
    "segments.relation" to { crm, with ->
        data(crm.segments.relation(with.text("one_text"), with.text("other_text")), ::relationToJson)
    },
    "segments.to_sql" to { crm, with ->
        val view = with.take("view", ::segmentViewFromJson)
        data(crm.segments.toSql(with.text("text"), view, with.take("dialect", ::sqlDialectFromJson)), ::sqlTextToJson)
    },
    "segments.set_live" to { crm, with -> nothing(crm.segments.setLive(with.take("live", ::liveSegmentsFromJson))) },
    "segments.live" to { crm, _ -> data(crm.segments.live(), ::liveSegmentsToJson) },
    "segments.tick" to { crm, with -> data(crm.segments.tick(with.instant("now")), ::tickedToJson) },
    "segments.memberships" to { crm, with -> texts(crm.segments.memberships(with.id("customer"))) },
    "segments.live_members" to { crm, with -> texts(crm.segments.liveMembers(with.text("name"))) },
    "segments.membership_history" to { crm, with ->
        list(crm.segments.membershipHistory(with.id("customer")), ::membershipChangeToJson)
    },
    "segments.memberships_at" to { crm, with ->
        texts(crm.segments.membershipsAt(with.id("customer"), with.instant("at")))
    },
    "segments.load_columns" to { crm, with ->
        data(crm.segments.loadColumns(with.int("threads").toUInt()), ::columnsInfoToJson)
    },
    "segments.drop_columns" to { crm, _ -> nothing(crm.segments.dropColumns()) },
    "segments.columns_info" to { crm, _ -> maybe(crm.segments.columnsInfo(), ::columnsInfoToJson) },
    "segments.members" to { crm, with ->
        texts(crm.segments.members(with.text("name"), with.take("view", ::segmentViewFromJson)))
    },
    "segments.matching" to { crm, with ->
        texts(crm.segments.matching(with.text("text"), with.take("view", ::segmentViewFromJson)))
    },
    "segments.evaluate" to { crm, with ->
        val segments = with.list("segments", ::segmentFromJson)
        list(crm.segments.evaluate(segments, with.take("view", ::segmentViewFromJson)), ::membershipToJson)
    },
    "segments.explain" to { crm, with ->
        val view = with.take("view", ::segmentViewFromJson)
        data(crm.segments.explain(with.text("name"), with.id("customer"), view), ::explanationToJson)
    },
    "segments.explain_all" to { crm, with ->
        val segments = with.list("segments", ::segmentFromJson)
        val view = with.take("view", ::segmentViewFromJson)
        list(crm.segments.explainAll(segments, with.id("customer"), view), ::explanationToJson)
    },
    "scores.purchases" to { crm, with ->
        val asOf = with.take("as_of", ::asOfFromJson)
        data(crm.scores.purchases(with.text("currency"), with.text("zone"), asOf), ::purchaseColumnsToJson)
    },
    "scores.summaries" to { crm, with ->
        val summaries = crm.scores.summaries(with.take("options", ::summaryOptionsFromJson))
        Answer(json(summaries.toJson()), summaries)
    },
    "scores.rfm" to { crm, with ->
        val options = with.take("options", ::rfmOptionsFromJson)
        data(crm.scores.rfm(with.thing("summaries") as Summaries, options), ::rfmTableToJson)
    },
    "scores.assess" to { crm, with ->
        val assessment = crm.scores.assess(with.take("options", ::assessOptionsFromJson))
        Answer(json(assessment.toJson()), assessment)
    },
)
