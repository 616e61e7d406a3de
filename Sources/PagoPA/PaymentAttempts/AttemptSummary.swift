/// What a position shows of a payment attempt.
package struct AttemptSummary: Sendable, Equatable {
    package let id: Identifier<PaymentAttempt>
    package let status: AttemptStatus
    package let createdAt: Instant
    /// The installments of this position that the attempt pays.
    package let installments: [Identifier<Installment>]

    package init(
        id: Identifier<PaymentAttempt>, status: AttemptStatus, createdAt: Instant,
        installments: [Identifier<Installment>]
    ) {
        self.id = id
        self.status = status
        self.createdAt = createdAt
        self.installments = installments
    }

    package func adding(_ more: [Identifier<Installment>]) -> AttemptSummary {
        AttemptSummary(id: id, status: status, createdAt: createdAt, installments: installments + more)
    }
}
