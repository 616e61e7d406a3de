import PagoPA

/// Who asks for an operation: a front end, a back office or ops by its key, alone or for a citizen who signed in through it.
package struct Caller: Sendable, Equatable {
    package let key: APIKey
    /// Whose token came beside the key. Then positions, attempts and receipts are theirs, across creditors.
    package let citizen: SignedInCitizen?

    package init(key: APIKey, citizen: SignedInCitizen? = nil) {
        self.key = key
        self.citizen = citizen
    }

    package var kind: CallerKind { key.kind }

    /// Whose objects this caller may touch.
    package var tenancy: Tenancy { citizen.map { .citizen($0.taxCode) } ?? key.tenancy }

    /// For the journal: both the citizen and the key.
    package var actor: Actor { citizen.map { .citizen($0.citizen, through: key.id) } ?? .key(key.id) }

    /// Whose Idempotency-Keys these are: two citizens behind one key never meet, and a key that replaces another goes on as the same caller.
    package var name: String {
        let actor: Actor = citizen.map { .citizen($0.citizen, through: key.lineage) } ?? .key(key.lineage)
        return actor.description
    }

    /// Whether this caller may see how creditors and PSPs reach debtors and payers: names, e-mail and postal addresses. A citizen whose
    /// account nothing but a mailbox has proved may be somebody else.
    package var seesContactData: Bool { citizen?.provedBy.isOfPerson ?? true }

    /// Whether this caller is told who sent an RT for its PSP: operations and back offices, who must ask the sender when it is wrong.
    package var seesSenders: Bool { citizen == nil && kind != .frontend }

    /// For a citizen a key may do no more than a citizen may, whatever else it could do alone.
    package func holds(_ scope: Scope) -> Bool {
        key.holds(scope) && (citizen == nil || scope.isCitizens)
    }
}

extension Scope {
    /// Whether it is among what a citizen may do.
    package var isCitizens: Bool {
        switch self {
        case .positionsRead, .paymentsWrite, .receiptsRead, .citizens: true
        case .positionsWrite, .anomaliesWrite, .refundsWrite, .notificationsRead, .notificationsWrite, .pspListWrite,
            .operations:
            false
        }
    }
}
