/// Who asks for an operation: a front end, a back office or ops by its key, alone or for a citizen who signed in through it.
package struct Caller: Sendable, Equatable {
    package let key: APIKey

    package init(key: APIKey) {
        self.key = key
    }

    package var kind: CallerKind { key.kind }

    /// Whose objects this caller may touch.
    package var tenancy: Tenancy { key.tenancy }

    /// For the journal.
    package var actor: Actor { .key(key.id) }

    /// Whose Idempotency-Keys and rate these are.
    package var name: String { actor.description }

    /// The scope is held, or the operation is refused.
    package func demand(_ scope: Scope) throws(Refusal) {
        guard key.scopes.contains(scope) else { throw .forbidden(scope) }
    }

    /// One of the scopes is held, or the operation is refused for want of the first.
    package func demand(_ scope: Scope, or other: Scope) throws(Refusal) {
        if key.scopes.contains(other) { return }
        try demand(scope)
    }
}
