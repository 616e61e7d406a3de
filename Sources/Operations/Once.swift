import Accounts
import PagoPA
import Requests
import Storage

/// A request that its caller may send again: its key, and how its answer is written down.
package struct Repeating<Result: Sendable>: Sendable {
    package let key: IdempotencyKey
    /// Pure; runs inside the transaction, so that effect and answer are kept together.
    package let render: @Sendable (Result) -> StoredAnswer

    package init(key: IdempotencyKey, render: @escaping @Sendable (Result) -> StoredAnswer) {
        self.key = key
        self.render = render
    }
}

/// What came of a request that may have been sent before.
package enum Once<Result: Sendable>: Sendable {
    case done(Result)
    /// The first answer, byte for byte.
    case replayed(StoredAnswer)
}

/// Ends a transaction whose request had been answered before.
private struct AlreadyAnswered: Error {
    let answer: StoredAnswer
}

extension Intermediary {
    /// One transaction for the effect and, when the caller gave a key, for the answer.
    func once<Result: Sendable>(
        _ repeating: Repeating<Result>?, within tenancy: Tenancy,
        _ effect: (Transaction, Instant) async throws -> Result
    ) async throws -> Once<Result> {
        let now = clock()
        do {
            return try await store.transaction(within: tenancy) { tx in
                if let repeating {
                    // Travels with the first query of the effect, which sees no answer to a request that is a repeat.
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
                    // A repeat gets the first answer, also where the effect is refused before its first query.
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
