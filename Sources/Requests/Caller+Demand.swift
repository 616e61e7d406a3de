import Accounts

extension Caller {
    /// The scope is held, or the operation is refused.
    package func demand(_ scope: Scope) throws(Refusal) {
        guard holds(scope) else { throw .forbidden(scope) }
    }

    /// One of the scopes is held, or the operation is refused for want of the first.
    package func demand(_ scope: Scope, or other: Scope) throws(Refusal) {
        if holds(other) { return }
        try demand(scope)
    }
}
