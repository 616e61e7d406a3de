/// How an anomaly was put right.
package enum ResolutionKind: String, Sendable, CaseIterable {
    /// The receipt pays its installment although it did not fit: what is missing is written off, what is too much is refunded.
    case accept
    /// The money goes back to the payer, outside pagoPA, by a refund; the position stays as it is.
    case refund
    /// Nothing is to be done; the books stay as they are.
    case reject
    /// The receipt belongs to this position.
    case match
    /// The position appeared by itself.
    case appeared
    /// An operator entered what the unreadable body says, as a receipt.
    case entered
}

package struct Resolution: Sendable, Equatable {
    package let kind: ResolutionKind
    package let reason: String
    package let resolvedAt: Instant
    /// The journal's name of who resolved it; `nil` for what was resolved before this was stored.
    package let resolvedBy: String?
    /// What of the installment did not come in and is no longer owed, where a short payment was accepted.
    package let writtenOff: Amount?
    /// The refund that it decided.
    package let refund: Identifier<Refund>?

    package init(
        kind: ResolutionKind, reason: String, resolvedAt: Instant, resolvedBy: String? = nil,
        writtenOff: Amount? = nil, refund: Identifier<Refund>? = nil
    ) {
        self.kind = kind
        self.reason = reason
        self.resolvedAt = resolvedAt
        self.resolvedBy = resolvedBy
        self.writtenOff = writtenOff
        self.refund = refund
    }
}

/// What people asked for.
package enum ResolutionRequest: Sendable, Equatable {
    case accept
    /// Of this amount, or of what is left of a receipt that pays nothing.
    case refund(Amount?)
    case reject
    /// To the installment of this number, or to the only one that is still owed.
    case match(position: Identifier<Position>, installmentNumber: Int?)

    package var kind: ResolutionKind {
        switch self {
        case .accept: .accept
        case .refund: .refund
        case .reject: .reject
        case .match: .match
        }
    }
}

extension AnomalyKind {
    /// Whether nothing of ours is known of the receipt, so that it can be matched.
    package var isQuarantine: Bool {
        switch self {
        case .unknownIUV, .unknownCreditor: true
        case .receiptConflict, .amountMismatch, .partialPayment, .alreadyPaid, .positionCancelled, .positionExpired,
            .positionDraft, .unreadableRT, .contradictoryRT:
            false
        }
    }

    /// Whether the receipt could pay its installment if people say so.
    private var isAcceptable: Bool {
        switch self {
        // `already_paid` once the payment at the counter that was first has been voided.
        case .amountMismatch, .positionExpired, .positionCancelled, .positionDraft, .alreadyPaid, .contradictoryRT: true
        case .receiptConflict, .partialPayment, .unknownIUV, .unknownCreditor, .unreadableRT: false
        }
    }

    /// Why the receipt can not pay this installment by people's word; `nil`: it can.
    package func obstacle(accepting receipt: Receipt, position: Position?, installment: Installment?) -> String? {
        guard isAcceptable else { return "An anomaly of this kind can not be accepted: refund, reject or match it." }
        guard let position, let installment else { return "The receipt has no installment." }
        guard receipt.outcome == .executed else { return "The payment was not executed in full." }
        guard receipt.amount > .zero else { return "Nothing was paid." }
        guard !receipt.refunds.contains(where: \.status.counts) else { return "The receipt is refunded." }
        guard installment.paidAt == nil else { return "The installment has been paid meanwhile." }
        switch position.state {
        case .open, .partiallyPaid: return nil
        case .draft: return "Publish the position first."
        case .cancelled: return "Restore the position first."
        case .paid: return "The position has been paid meanwhile."
        }
    }
}

/// How an accepted payment differs from what was owed; one of the two is zero.
package struct AcceptedDifference: Sendable, Equatable {
    /// What did not come in and is no longer owed.
    package let writtenOff: Amount
    /// What came in beyond the installment and goes back.
    package let excess: Amount

    /// - Throws: `InvalidValue` never for amounts that exist: a difference is not larger than the larger of the two.
    package init(paid: Amount, owed: Amount) throws(InvalidValue) {
        writtenOff = try Amount(cents: max(0, owed.cents - paid.cents))  // neither is negative
        excess = try Amount(cents: max(0, paid.cents - owed.cents))  // neither is negative
    }
}
