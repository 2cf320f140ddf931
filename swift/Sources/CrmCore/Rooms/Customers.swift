import Foundation

/// Customers, their addresses, attributes and relationships.
public struct Customers: Sendable {
    let room: BlockingCustomers
    let worker: Worker

    /// Creates a customer.
    ///
    /// Throws `Conflict` when one of its identifiers belongs to another customer, and `Invalid` for an attribute that is not
    /// declared.
    public func create(_ new: NewCustomer) async throws(CrmError) -> Customer {
        try await worker.run { try room.create(new: new) }
    }

    /// Creates many customers, all or none.
    public func createAll(_ new: [NewCustomer]) async throws(CrmError) -> [Customer] {
        try await worker.run { try room.createAll(new: new) }
    }

    /// A customer. Throws `NotFound`.
    public func get(_ id: CustomerId) async throws(CrmError) -> Customer {
        try await worker.run { try room.get(id: id) }
    }

    /// Many customers, in the order asked; nothing for those that do not exist.
    public func getAll(_ ids: [CustomerId]) async throws(CrmError) -> [Customer?] {
        try await worker.run { try room.getAll(ids: ids) }
    }

    /// The customer that another system knows under a name.
    public func find(namespace: Name, value: String) async throws(CrmError) -> CustomerId? {
        try await worker.run { try room.find(namespace: namespace, value: value) }
    }

    /// The customers that another system knows under names, in the order asked.
    public func findAll(namespace: Name, values: [String]) async throws(CrmError) -> [CustomerId?] {
        try await worker.run { try room.findAll(namespace: namespace, values: values) }
    }

    /// The contact points with an address, whoever they belong to. The address is normalised like a new one.
    public func findContactPoints(kind: ContactKind, value: String) async throws(CrmError) -> [ContactPoint] {
        try await worker.run { try room.findContactPoints(kind: kind, value: value) }
    }

    /// A page of all customers, in the order of their ids.
    public func list(limit: Int32 = 1000, cursor: Cursor? = nil) async throws(CrmError) -> CustomerPage {
        try await worker.run { try room.list(limit: limit, cursor: cursor) }
    }

    /// All customers, in the order of their ids, read page by page.
    public func all(pageSize: Int32 = 1000) -> Pages<Customer> {
        Pages { cursor throws(CrmError) in
            let page = try await list(limit: pageSize, cursor: cursor)
            return (page.items, page.next)
        }
    }

    /// A page of all customers as JSON lines, in the order of their ids: the fast way for many, without a value for each.
    public func listLines(limit: Int32 = 100_000, cursor: Cursor? = nil) async throws(CrmError) -> LinesPage {
        try await worker.run { try room.listLines(limit: limit, cursor: cursor) }
    }

    /// Creates many customers, all or none, from JSON lines, and gives their ids in the order of the lines.
    ///
    /// Throws `Import` with the number of the line that cannot be read.
    public func createLines(_ lines: Data) async throws(CrmError) -> [CustomerId] {
        try fits(lines)
        return try await worker.run { try room.createLines(lines: lines) }
    }

    /// Saves an edited customer, and gives it back in its new version.
    ///
    /// Throws `Conflict` when somebody else saved in between, or when an identifier belongs to another customer.
    public func save(_ edited: Customer) async throws(CrmError) -> Customer {
        try await worker.run { try room.save(edited: edited) }
    }

    /// Puts a customer away: it keeps everything, and is in no audience.
    public func archive(_ id: CustomerId) async throws(CrmError) {
        try await worker.run { try room.archive(id: id) }
    }

    /// Takes a customer out again.
    public func restore(_ id: CustomerId) async throws(CrmError) {
        try await worker.run { try room.restore(id: id) }
    }

    /// Adds an address to a customer.
    public func addContactPoint(_ id: CustomerId, new: NewContactPoint) async throws(CrmError) -> ContactPoint {
        try await worker.run { try room.addContactPoint(id: id, new: new) }
    }

    /// Saves an edited contact point: verified, bounced, ended. The address itself never changes.
    public func saveContactPoint(_ edited: ContactPoint) async throws(CrmError) -> ContactPoint {
        try await worker.run { try room.saveContactPoint(edited: edited) }
    }

    /// The addresses of a customer.
    public func contactPoints(_ id: CustomerId) async throws(CrmError) -> [ContactPoint] {
        try await worker.run { try room.contactPoints(id: id) }
    }

    /// Enters a relationship.
    public func relate(_ new: NewRelationship) async throws(CrmError) -> Relationship {
        try await worker.run { try room.relate(new: new) }
    }

    /// Saves an edited relationship, for example one that has ended.
    public func saveRelationship(_ edited: Relationship) async throws(CrmError) -> Relationship {
        try await worker.run { try room.saveRelationship(edited: edited) }
    }

    /// The relationships of a customer: those in which it has the role, then those towards it.
    public func relationships(_ id: CustomerId) async throws(CrmError) -> [Relationship] {
        try await worker.run { try room.relationships(id: id) }
    }

    /// Declares attributes of the host's own.
    public func declareAttributes(_ attributes: [FieldDecl]) async throws(CrmError) {
        try await worker.run { try room.declareAttributes(attributes: attributes) }
    }

    /// Sets or clears attributes, and keeps what was known before.
    public func setAttributes(_ id: CustomerId, values: [AttributeValue]) async throws(CrmError) {
        try await worker.run { try room.setAttributes(id: id, values: values) }
    }

    /// Every value that an attribute had, oldest first.
    public func attributeHistory(_ id: CustomerId, name: Name) async throws(CrmError) -> [Attribute] {
        try await worker.run { try room.attributeHistory(id: id, name: name) }
    }

    /// The value that an attribute had at an instant, by what was known at another.
    public func attributeAsOf(_ id: CustomerId, name: Name, asOf: AsOf) async throws(CrmError) -> Attribute? {
        try await worker.run { try room.attributeAsOf(id: id, name: name, asOf: asOf) }
    }
}
