import Accounts
import PagoPA
import Requests
import Storage

/// Renders the result of an operation as the response that is stored for repeats. It is the only code of the caller that runs inside a
/// transaction, because effect and response are stored together. So it must be pure: it is synchronous, cannot throw, and uses its argument
/// and captured values only. Decision record 0051 has the reason; `RendererTests` checks it.
package typealias Renderer<Result: Sendable, Response: Sendable> = @Sendable (Result) -> Response

/// A request with an Idempotency-Key: the key, and what renders the response to store.
package struct Repeating<Result: Sendable>: Sendable {
    package let key: IdempotencyKey
    package let render: Renderer<Result, StoredAnswer>

    package init(key: IdempotencyKey, render: @escaping Renderer<Result, StoredAnswer>) {
        self.key = key
        self.render = render
    }
}

/// The result of a request that may be a repeat.
package enum Once<Result: Sendable>: Sendable {
    case done(Result)
    /// The first response, byte for byte.
    case replayed(StoredAnswer)
}

/// Rolls back the transaction of a request that already has a response.
private struct AlreadyAnswered: Error {
    let answer: StoredAnswer
}

extension OperationGroup {
    /// Runs the effect and, if the caller sent a key, stores the response in the same transaction.
    func once<Result: Sendable>(
        _ repeating: Repeating<Result>?, within tenancy: Tenancy,
        _ effect: (Transaction, Instant) async throws -> Result
    ) async throws -> Once<Result> {
        let now = clock()
        do {
            return try await store.transaction(within: tenancy) { tx in
                if let repeating {
                    // The claim is sent together with the first query of the effect. For a repeat it throws before the effect sees a
                    // result.
                    tx.send(IdempotencyKeys.claim(repeating.key)) { earlier in
                        switch earlier {
                        case .none: break
                        case .running: throw Refusal.idempotencyKeyInUse
                        case .answered(let answer): throw AlreadyAnswered(answer: answer)
                        }
                    }
                }
                let result: Result
                do { result = try await effect(tx, now) } catch {
                    // A repeat gets the first response even when the effect is refused before its first query.
                    try await tx.runChecks()
                    throw error
                }
                if let repeating { tx.save(repeating.render(result), for: repeating.key) }
                return .done(result)
            }
        } catch let repeated as AlreadyAnswered {
            return .replayed(repeated.answer)
        }
    }
}
