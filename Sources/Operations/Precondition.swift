import PagoPA
import Requests

/// A condition that an entity must meet before it is changed (RFC 9110, section 13.1). It is evaluated on a snapshot that was read before
/// the transaction. The operation compares the snapshot with the locked entity, so that no other write can come between, and no code of
/// the caller runs while rows are locked.
package struct Precondition<Entity: Sendable & Equatable>: Sendable {
    package enum Outcome: Sendable {
        case met
        case failed
        /// The condition is required, but the request has none.
        case missing
    }

    private struct Evaluation: Sendable {
        let outcome: Outcome
        let snapshot: Entity?
    }

    private let evaluation: Evaluation?

    /// - Parameter snapshot: the entity on which the condition was evaluated; `nil` means that it did not exist.
    package init(_ outcome: Outcome, on snapshot: Entity?) {
        evaluation = Evaluation(outcome: outcome, snapshot: snapshot)
    }

    private init() {
        evaluation = nil
    }

    package static var none: Precondition { Precondition() }

    /// Whether every entity passes; then nothing has to be loaded for the check.
    package var isEmpty: Bool { evaluation == nil }

    /// - Throws: `SnapshotOutdated`, `Refusal.preconditionFailed` or `.preconditionMissing`.
    func demand(_ entity: Entity?) throws {
        if try isMissing(for: entity) { throw Refusal.preconditionMissing }
    }

    /// - Returns: whether a required condition was not sent. Errors in the body are reported before this one.
    /// - Throws: `SnapshotOutdated`, or `Refusal.preconditionFailed`, which takes precedence over all other errors.
    package func isMissing(for entity: Entity?) throws -> Bool {
        guard let evaluation else { return false }
        guard evaluation.snapshot == entity else { throw SnapshotOutdated() }
        switch evaluation.outcome {
        case .met: return false
        case .failed: throw Refusal.preconditionFailed
        case .missing: return true
        }
    }
}

/// The entity has changed since its snapshot was read, and nothing was written.
package struct SnapshotOutdated: Error {}

/// Writes what was decided on a snapshot of an entity. If another write changed the entity in the meantime, the entity is read and the
/// decision made again.
/// - Parameters:
///   - read: returns the entity, or throws `Refusal.notFound` when there is none.
///   - write: decides, and calls one operation with a ``Precondition`` on the snapshot.
/// - Throws: `Refusal.busy` if the entity changed again at each of several tries.
package func withSnapshot<Entity: Sendable, Written: Sendable>(
    of read: () async throws -> Entity, write: (Entity?) async throws -> Written
) async throws -> Written {
    for _ in 0..<maximumSnapshots {
        let snapshot: Entity?
        do { snapshot = try await read() } catch Refusal.notFound { snapshot = nil }
        do { return try await write(snapshot) } catch is SnapshotOutdated { continue }
    }
    throw Refusal.busy(retryAfterSeconds: 1)
}

/// Each failed try means that another request has changed the entity, so many tries are needed only under many writes of one entity.
private let maximumSnapshots = 10
