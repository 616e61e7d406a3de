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

    package init(
        id: Identifier<Delegation>, delegator: TaxCode, delegate: TaxCode, startsAt: Instant, endsAt: Instant?,
        createdAt: Instant, withdrawnAt: Instant? = nil
    ) {
        self.id = id
        self.delegator = delegator
        self.delegate = delegate
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.createdAt = createdAt
        self.withdrawnAt = withdrawnAt
    }

    package func isActive(at now: Instant) -> Bool {
        withdrawnAt == nil && startsAt <= now && (endsAt.map { now < $0 } ?? true)
    }
}
