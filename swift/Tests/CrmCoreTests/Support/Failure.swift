import CrmCore
import Testing

/// The engine's error that some work throws.
func failure<Answer>(
    at location: SourceLocation = #_sourceLocation, _ work: () async throws -> Answer
) async -> CrmError? {
    do {
        _ = try await work()
        Issue.record("nothing was thrown", sourceLocation: location)
    } catch let error as CrmError {
        return error
    } catch {
        Issue.record(error, sourceLocation: location)
    }
    return nil
}
