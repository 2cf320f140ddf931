import Foundation

extension CrmError {
    /// The stable code of this error, to be matched on by programmes and looked up in `docs/errors.md`.
    public var code: String {
        switch self {
        case .Invalid: "invalid"
        case .NotFound: "not-found"
        case .Conflict: "conflict"
        case .Denied: "denied"
        case .Segment: "segment"
        case .Import: "import"
        case .InsufficientData: "insufficient-data"
        case .OutOfRange: "out-of-range"
        case .Cancelled: "cancelled"
        case .Unavailable: "store-unavailable"
        case .Full: "store-full"
        case .ReadOnly: "store-read-only"
        case .Corrupt: "store-corrupt"
        case .SchemaTooNew: "store-schema-too-new"
        case .Unsupported: "store-unsupported"
        case .Malformed: "store-malformed"
        case .Closed: "store-closed"
        case .Backend: "store-backend"
        case .Internal: "internal"
        }
    }

    /// Whether the same call may succeed when it is made again later.
    public var isRetryable: Bool {
        if case .Unavailable(let retryable, _) = self { retryable } else { false }
    }
}

/// The message: ids, field names and reasons, never a value of a customer.
extension CrmError: CustomStringConvertible {}

extension CrmError: LocalizedError {
    /// The message: ids, field names and reasons, never a value of a customer.
    public var errorDescription: String? { description }
}
