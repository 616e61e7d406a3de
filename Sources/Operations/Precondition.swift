import Accounts
import PagoPA
import Requests

/// A condition that an entity must meet before it is changed (RFC 9110, section 13.1). It is checked inside the transaction on the locked
/// entity, so that no other write can come between.
package struct Precondition<Entity: Sendable>: Sendable {
    private let check: @Sendable (Entity?) throws(Refusal) -> Void
    /// Whether every entity passes; then nothing has to be loaded for the check.
    package let isEmpty: Bool

    /// - Parameter check: throws `Refusal.preconditionFailed` or `.preconditionMissing`; `nil` means that the entity does not exist.
    package init(check: @escaping @Sendable (Entity?) throws(Refusal) -> Void) {
        self.check = check
        self.isEmpty = false
    }

    private init() {
        check = { _ throws(Refusal) in }
        isEmpty = true
    }

    package static var none: Precondition { Precondition() }

    func demand(_ entity: Entity?) throws(Refusal) { try check(entity) }

    /// - Returns: whether a required condition was not sent. Errors in the body are reported before this one.
    /// - Throws: `Refusal.preconditionFailed`, which takes precedence over all other errors.
    package func isMissing(for entity: Entity?) throws(Refusal) -> Bool {
        do {
            try check(entity)
            return false
        } catch .preconditionMissing {
            return true
        }
    }
}
