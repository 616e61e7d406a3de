/// What a position or a payment attempt shows of a receipt.
package struct ReceiptSummary: Sendable, Equatable {
    package let id: Identifier<Receipt>
    package let attempt: Identifier<PaymentAttempt>?
    package let status: Disposition
    package let outcome: RTOutcome
    package let amount: Amount
    package let paidAt: Instant
    /// Whether the payment belongs to a known position.
    package let hasPosition: Bool
    /// The kinds of its open anomalies, without duplicates, sorted by name.
    package let reviewReasons: [AnomalyKind]
    package let supersededBy: Identifier<Receipt>?

    package init(
        id: Identifier<Receipt>, attempt: Identifier<PaymentAttempt>?, status: Disposition, outcome: RTOutcome,
        amount: Amount, paidAt: Instant, hasPosition: Bool, reviewReasons: [AnomalyKind],
        supersededBy: Identifier<Receipt>?
    ) {
        self.id = id
        self.attempt = attempt
        self.status = status
        self.outcome = outcome
        self.amount = amount
        self.paidAt = paidAt
        self.hasPosition = hasPosition
        self.reviewReasons = reviewReasons
        self.supersededBy = supersededBy
    }

    /// See ``Receipt/hasPDF``.
    package var hasPDF: Bool { Receipt.hasPDF(outcome, status, hasPosition: hasPosition) }
}
