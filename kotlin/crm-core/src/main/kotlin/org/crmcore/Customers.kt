package org.crmcore

/** Customers, their addresses, attributes and relationships. */
public class Customers internal constructor(crm: Crm) : Room<BlockingCustomers>(crm, BlockingCrm::customers) {
    /** Creates a customer. */
    public suspend fun create(new: NewCustomer): Customer = call { it.create(new) }

    /** Creates many customers, all or none. */
    public suspend fun createAll(new: List<NewCustomer>): List<Customer> = stoppable { it.createAll(new) }

    /** A customer. */
    public suspend fun get(id: CustomerId): Customer = call { it.get(id) }

    /** Many customers, in the order asked; nothing for those that do not exist. */
    public suspend fun getAll(ids: List<CustomerId>): List<Customer?> = call { it.getAll(ids) }

    /** The customer that another system knows under a name. */
    public suspend fun find(namespace: Name, value: String): CustomerId? = call { it.find(namespace, value) }

    /** The customers that another system knows under names, in the order asked. */
    public suspend fun findAll(namespace: Name, values: List<String>): List<CustomerId?> =
        call { it.findAll(namespace, values) }

    /** The contact points with an address, whoever they belong to. The address is normalised like a new one. */
    public suspend fun findContactPoints(kind: ContactKind, value: String): List<ContactPoint> =
        call { it.findContactPoints(kind, value) }

    /** A page of all customers, in the order of their ids. */
    public suspend fun list(limit: Int = PAGE, cursor: Cursor? = null): CustomerPage = call { it.list(limit, cursor) }

    /** Saves an edited customer, and gives it back in its new version. */
    public suspend fun save(edited: Customer): Customer = call { it.save(edited) }

    /** Puts a customer away: it keeps everything, and is in no audience. */
    public suspend fun archive(id: CustomerId): Unit = call { it.archive(id) }

    /** Takes a customer out again. */
    public suspend fun restore(id: CustomerId): Unit = call { it.restore(id) }

    /** Adds an address to a customer. */
    public suspend fun addContactPoint(id: CustomerId, new: NewContactPoint): ContactPoint =
        call { it.addContactPoint(id, new) }

    /** Saves an edited contact point: verified, bounced, ended. The address itself never changes. */
    public suspend fun saveContactPoint(edited: ContactPoint): ContactPoint = call { it.saveContactPoint(edited) }

    /** The addresses of a customer. */
    public suspend fun contactPoints(id: CustomerId): List<ContactPoint> = call { it.contactPoints(id) }

    /** Enters a relationship. */
    public suspend fun relate(new: NewRelationship): Relationship = call { it.relate(new) }

    /** Saves an edited relationship, for example one that has ended. */
    public suspend fun saveRelationship(edited: Relationship): Relationship = call { it.saveRelationship(edited) }

    /** The relationships of a customer: those in which it has the role, then those towards it. */
    public suspend fun relationships(id: CustomerId): List<Relationship> = call { it.relationships(id) }

    /** Declares attributes of the host's own. */
    public suspend fun declareAttributes(attributes: List<FieldDecl>): Unit = call { it.declareAttributes(attributes) }

    /** Sets or clears attributes, and keeps what was known before. */
    public suspend fun setAttributes(id: CustomerId, values: List<AttributeValue>): Unit =
        call { it.setAttributes(id, values) }

    /** Every value that an attribute had, oldest first. */
    public suspend fun attributeHistory(id: CustomerId, name: Name): List<Attribute> =
        call { it.attributeHistory(id, name) }

    /** The value that an attribute had at an instant, by what was known at another. */
    public suspend fun attributeAsOf(id: CustomerId, name: Name, asOf: AsOf): Attribute? =
        call { it.attributeAsOf(id, name, asOf) }

    /** A page of all customers as JSON lines, in the order of their ids. */
    public suspend fun listLines(limit: Int = PAGE, cursor: Cursor? = null): LinesPage =
        stoppable { it.listLines(limit, cursor) }

    /** Creates many customers, all or none, from JSON lines, and gives their ids in the order of the lines. */
    public suspend fun createLines(lines: ByteArray): List<CustomerId> = stoppable { it.createLines(direct(lines)) }
}
