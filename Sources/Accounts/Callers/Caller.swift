import PagoPA

/// The caller of an operation: a front end, a back office or ops with its API key, alone or for a citizen who signed in through
/// it.
package struct Caller: Sendable, Equatable {
    package let key: APIKey
    /// The citizen of the token sent with the key. The caller then sees this citizen's positions, attempts and receipts of all
    /// creditors.
    package let citizen: SignedInCitizen?
    /// The person for whom the citizen acts by a delegation. The caller then sees that person's data instead.
    package private(set) var delegator: TaxCode?

    package init(key: APIKey, citizen: SignedInCitizen? = nil) {
        self.key = key
        self.citizen = citizen
    }

    /// The same caller, acting for another person by a delegation that was checked.
    package func acting(for delegator: TaxCode) -> Caller {
        var copy = self
        copy.delegator = delegator
        return copy
    }

    /// The person whose data a citizen's request is about; `nil` without a citizen.
    package var person: TaxCode? { citizen.map { delegator ?? $0.taxCode } }

    package var kind: CallerKind { key.kind }

    /// The objects that this caller may access.
    package var tenancy: Tenancy { person.map { .citizen($0) } ?? key.tenancy }

    /// The positions whose notices this caller may look up and pay. Everybody who has a notice may pay it, so a citizen reaches those of the key's
    /// creditors like a payer who did not sign in, and their own at other creditors.
    package func tenancy(payingNoticesOf payees: [OrganizationTaxCode]) -> Tenancy {
        guard citizen != nil || kind == .browser else { return tenancy }
        return kind == .ops || payees.allSatisfy(key.creditors.contains) ? key.noticeTenancy : tenancy
    }

    /// For the journal: the citizen and the key.
    package var actor: Actor { citizen.map { .citizen($0.citizen, through: key.id) } ?? .key(key.id) }

    /// The owner of Idempotency-Keys. Two citizens behind one key are separate owners, and a rotated key stays the same owner.
    package var name: String {
        let actor: Actor = citizen.map { .citizen($0.citizen, through: key.lineage) } ?? .key(key.lineage)
        return actor.description
    }

    /// Whether this caller may see the names, e-mail addresses and postal addresses of debtors and payers. If only the mailbox of
    /// a citizen's account is verified, the citizen may be another person.
    package var seesContactData: Bool { citizen?.provedBy.isOfPerson ?? (kind != .browser) }

    /// Whether this caller sees who sent an RT on behalf of a PSP: ops and back offices, who must contact the sender of a wrong
    /// RT.
    package var seesSenders: Bool { citizen == nil && kind != .frontend && kind != .browser }

    /// With a citizen, the key has only the scopes that citizens have.
    package func holds(_ scope: Scope) -> Bool {
        key.holds(scope) && (citizen == nil || scope.isForCitizens)
    }
}

extension Scope {
    /// Whether citizens have this scope.
    package var isForCitizens: Bool {
        switch self {
        case .positionsRead, .paymentsWrite, .receiptsRead, .citizens: true
        case .positionsWrite, .anomaliesWrite, .refundsWrite, .notificationsRead, .notificationsWrite, .eventsRead,
            .pspListWrite, .operations:
            false
        }
    }
}
