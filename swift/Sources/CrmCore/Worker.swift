import Dispatch

/// Runs the engine's work, which blocks its thread, on a queue of its own. Swift's cooperative threads never wait for it.
struct Worker: Sendable {
    let queue: DispatchQueue

    /// Runs work that is over soon. A task that is cancelled already gets `CrmError.Cancelled`; work that has been handed over
    /// is finished, so that nobody has to guess whether something was written.
    func run<Answer: Sendable>(
        _ work: @escaping @Sendable () throws -> Answer
    ) async throws(CrmError) -> Answer {
        if Task.isCancelled { throw .Cancelled }
        let answer: Result<Answer, CrmError> = await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result(of: work)) }
        }
        return try answer.get()
    }
}

extension Result where Failure == CrmError {
    /// What the generated code does, with its errors as the one error that they are. It throws an error of another type
    /// only when the bindings and the library do not fit together.
    init(of work: () throws -> Success) {
        do {
            self = .success(try work())
        } catch let error as CrmError {
            self = .failure(error)
        } catch {
            self = .failure(.Internal(reason: "the bindings: \(type(of: error))"))
        }
    }
}

/// Calls the engine here and now.
func direct<Answer>(_ work: () throws -> Answer) throws(CrmError) -> Answer {
    try Result(of: work).get()
}
