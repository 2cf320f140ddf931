package org.crmcore

import java.time.Instant

/** Who belongs. */
public class Segments internal constructor(crm: Crm) : Room<BlockingSegments>(crm, BlockingCrm::segments) {
    /** Everything that a segment can speak of. */
    public suspend fun catalogue(): Catalogue = call { it.catalogue() }

    /** What is wrong with a definition, and what may be: errors and warnings, each with its place. */
    public suspend fun check(text: String): List<Diagnostic> = call { it.check(text) }

    /** Defines a segment, or gives it another definition. One that has not changed is left as it is. */
    public suspend fun define(name: Name, text: String): Segment = call { it.define(name, text) }

    /** All segments, by name. */
    public suspend fun list(): List<Segment> = call { it.list() }

    /** The members of a segment, in the order of their ids. Customers who are put away belong to none. */
    public suspend fun members(name: Name, view: SegmentView): List<CustomerId> = stoppable { it.members(name, view) }

    /** The customers for whom an expression is true. */
    public suspend fun matching(text: String, view: SegmentView): List<CustomerId> =
        stoppable { it.matching(text, view) }

    /** The members of many segments, in one pass over the customers. */
    public suspend fun evaluate(segments: List<Segment>, view: SegmentView): List<Membership> =
        stoppable { it.evaluate(segments, view) }

    /** Why a customer is in a segment, or not. */
    public suspend fun explain(name: Name, customer: CustomerId, view: SegmentView): Explanation =
        call { it.explain(name, customer, view) }

    /** Why a customer is in each of many segments, or not. */
    public suspend fun explainAll(segments: List<Segment>, customer: CustomerId, view: SegmentView): List<Explanation> =
        call { it.explainAll(segments, customer, view) }

    /**
     * Makes names of interactions known to the language, so that segments can count them. A name that is known already is left
     * as it is.
     */
    public suspend fun declareEvents(names: List<Name>): Unit = call { it.declareEvents(names) }

    /** Puts customers on a static list. Whether somebody is on it is asked by `list("name")` in the segment language. */
    public suspend fun addToList(list: Name, customers: List<CustomerId>): Unit = call { it.addToList(list, customers) }

    /** Takes customers off a static list. */
    public suspend fun removeFromList(list: Name, customers: List<CustomerId>): Unit =
        call { it.removeFromList(list, customers) }

    /** A segment. */
    public suspend fun get(name: Name): Segment = call { it.get(name) }

    /** Every definition that a segment has had, the oldest first. */
    public suspend fun versions(name: Name): List<SegmentVersion> = call { it.versions(name) }

    /** Why a customer is in a segment, or not, in words: one condition per line, with the values it rests on. */
    public suspend fun explainInWords(name: Name, customer: CustomerId, view: SegmentView): String =
        call { it.explainInWords(name, customer, view) }

    /** The smallest change that would make a customer join a segment, or leave it. */
    public suspend fun whyNot(name: Name, customer: CustomerId, view: SegmentView): WhyNot =
        call { it.whyNot(name, customer, view) }

    /** When a customer joins or leaves a segment by the mere passing of time, if nothing is learned until then. */
    public suspend fun nextChange(name: Name, customer: CustomerId, view: SegmentView): NextChange =
        call { it.nextChange(name, customer, view) }

    /** Who would join and who would leave if a definition were replaced by another one. */
    public suspend fun diff(oldText: String, newText: String, view: SegmentView): SegmentDiff =
        stoppable { it.diff(oldText, newText, view) }

    /** Evaluates an expression for a customer who is made up, with the catalogue and the segments of this engine. */
    public suspend fun tryOut(trial: Trial): TrialAnswer = call { it.tryOut(trial) }

    /** How the members of two expressions go together, whoever the customers are. Unknown where it cannot be told. */
    public suspend fun relation(oneText: String, otherText: String): Relation = call { it.relation(oneText, otherText) }

    /** An expression as SQL: a query for the ids of its members at the instant of the view, or what cannot be said. */
    public suspend fun toSql(text: String, view: SegmentView, dialect: SqlDialect): SqlText =
        call { it.toSql(text, view, dialect) }

    /**
     * Says which segments are live: their members are kept, and each entry and exit is written down with its cause. What time
     * alone changes is noticed by `tick`.
     */
    public suspend fun setLive(live: LiveSegments): Unit = stoppable { it.setLive(live) }

    /** The live segments. */
    public suspend fun live(): LiveSegments = call { it.live() }

    /** Looks again at the members of live segments whose answers time may have changed up to an instant. */
    public suspend fun tick(now: Instant): Ticked = stoppable { it.tick(now) }

    /** The live segments that a customer is in, by name. */
    public suspend fun memberships(customer: CustomerId): List<Name> = call { it.memberships(customer) }

    /** The members of a live segment, in the order of their ids, as they are kept: nothing is evaluated. */
    public suspend fun liveMembers(name: Name): List<CustomerId> = call { it.liveMembers(name) }

    /** Every live segment that a customer has entered or left, the earliest first, with the cause. */
    public suspend fun membershipHistory(customer: CustomerId): List<MembershipChange> =
        call { it.membershipHistory(customer) }

    /** The live segments that a customer was in at an instant. */
    public suspend fun membershipsAt(customer: CustomerId, at: Instant): List<Name> =
        call { it.membershipsAt(customer, at) }

    /**
     * Reads all customers and interactions into columns that stay in the process until they are dropped. From then on
     * `members`, `matching`, `evaluate` and `diff` take from them what they can. The answers are the same.
     */
    public suspend fun loadColumns(threads: UInt): ColumnsInfo = stoppable { it.loadColumns(threads) }

    /** Drops the columns. */
    public suspend fun dropColumns(): Unit = call { it.dropColumns() }

    /** What the columns hold, after they have taken in what was written; nothing when there are none. */
    public suspend fun columnsInfo(): ColumnsInfo? = call { it.columnsInfo() }
}
