/// A long list that is read page by page as it is walked through.
///
/// ```swift
/// for try await customer in crm.customers.all() { print(customer.id) }
/// ```
///
/// What is written meanwhile may or may not appear further on; nothing that was there before and stays is skipped or given
/// twice. Leaving the loop early reads no further page. Each loop begins anew.
public struct Pages<Element: Sendable>: AsyncSequence, Sendable {
    typealias Read = @Sendable (Cursor?) async throws(CrmError) -> (items: [Element], next: Cursor?)

    let read: Read

    init(_ read: @escaping Read) {
        self.read = read
    }

    /// The pages themselves, for those who work in batches.
    public var batches: Batches<Element> { Batches(read: read) }

    /// Everything in one array.
    public func collect() async throws(CrmError) -> [Element] {
        var all: [Element] = []
        for try await batch in batches { all += batch }
        return all
    }

    /// Starts at the beginning.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(batches: batches.makeAsyncIterator())
    }

    /// Walks through the list.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        var batches: Batches<Element>.AsyncIterator
        var batch: IndexingIterator<[Element]> = [].makeIterator()

        /// The next one; nothing at the end.
        public mutating func next() async throws(CrmError) -> Element? {
            while true {
                if let element = batch.next() { return element }
                guard let more = try await batches.next() else { return nil }
                batch = more.makeIterator()
            }
        }
    }
}

/// A long list, page by page.
public struct Batches<Element: Sendable>: AsyncSequence, Sendable {
    let read: Pages<Element>.Read

    /// Starts at the beginning.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(read: read)
    }

    /// Walks through the pages.
    public struct AsyncIterator: AsyncIteratorProtocol, Sendable {
        let read: Pages<Element>.Read
        var cursor: Cursor?
        var ended = false

        /// The next page; nothing at the end.
        public mutating func next() async throws(CrmError) -> [Element]? {
            if ended { return nil }
            let page = try await read(cursor)
            cursor = page.next
            ended = page.next == nil
            return page.items
        }
    }
}
