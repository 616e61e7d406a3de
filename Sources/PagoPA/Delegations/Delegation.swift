/// Delega: one person may act for another, from an instant and until it ends or is withdrawn. The delegate sees the positions and receipts
/// of the delegator.
package struct Delegation: Sendable, Equatable {
    /// The delegations that one delegator may have given and not withdrawn.
    package static let maximum = 50

    package let id: Identifier<Delegation>
    /// The person whose debts and receipts are seen.
    package let delegator: TaxCode
    /// The person who sees them.
    package let delegate: TaxCode
    package let startsAt: Instant
    /// `nil`: until it is withdrawn.
    package let endsAt: Instant?
    package let createdAt: Instant
    package let withdrawnAt: Instant?
    /// When the delegate acted with it for the first time; `nil`: never.
    package let firstUsedAt: Instant?
    /// The names of both persons, as far as the caller may see them.
    package var names = Names()

    package struct Names: Sendable, Equatable {
        package var delegator: String?
        package var delegate: String?

        package init(delegator: String? = nil, delegate: String? = nil) {
            self.delegator = delegator
            self.delegate = delegate
        }
    }

    package init(
        id: Identifier<Delegation>, delegator: TaxCode, delegate: TaxCode, startsAt: Instant, endsAt: Instant?,
        createdAt: Instant, withdrawnAt: Instant? = nil, firstUsedAt: Instant? = nil
    ) {
        self.id = id
        self.delegator = delegator
        self.delegate = delegate
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdAt = createdAt
        self.withdrawnAt = withdrawnAt
        self.firstUsedAt = firstUsedAt
    }

    /// What this person may see of the names of both. Everybody knows their own name. The delegator gave the delegation, and so their name with
    /// it. The delegate's name is told when the delegate has acted: a tax code that somebody typed must not be answered with a name.
    package func names(for person: TaxCode, in known: [TaxCode: String]) -> Names {
        guard person == delegator || person == delegate else { return Names() }
        let showsDelegate = person == delegate || firstUsedAt != nil
        return Names(delegator: known[delegator], delegate: showsDelegate ? known[delegate] : nil)
    }

    package func isActive(at now: Instant) -> Bool {
        withdrawnAt == nil && startsAt <= now && (endsAt.map { now < $0 } ?? true)
    }
}
