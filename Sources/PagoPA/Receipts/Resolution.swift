/// How an operator, or the service itself, resolved an anomaly.
package enum ResolutionKind: String, Sendable, CaseIterable {
    /// The receipt pays its installment although it did not match: the service writes off a missing amount and refunds an excess.
    /// For a conflict, the second body replaces the first one.
    case accept
    /// The creditor returns the money to the payer by a refund, outside pagoPA; the position does not change.
    case refund
    /// No action is required; the stored payments do not change.
    case reject
    /// An operator assigned the receipt to a position.
    case match
    /// The position was created after the receipt had arrived.
    case appeared
    /// An operator entered the content of the unreadable body as a receipt.
    case entered
}

package struct Resolution: Sendable, Equatable {
    package let kind: ResolutionKind
    package let reason: String
    package let resolvedAt: Instant
    /// The journal's name of the actor that resolved it; `nil` for anomalies resolved before this member existed.
    package let resolvedBy: String?
    /// The amount that was written off when a short payment was accepted.
    package let writtenOff: Amount?
    /// The refund that the resolution created.
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

/// The resolution that an operator requested.
package enum ResolutionRequest: Sendable, Equatable {
    case accept
    /// With an amount: refund it. Without one: refund the remaining amount of a receipt that pays no installment.
    case refund(Amount?)
    case reject
    /// Assign to the installment with this number, or to the only one that is still owed.
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
    /// Whether the position is not payable while the anomaly is open, because the payer may have paid already.
    package var blocksPayment: Bool {
        switch self {
        // This installment was paid before, so the other installments of the position stay payable.
        case .alreadyPaid: false
        case .receiptConflict, .amountMismatch, .partialPayment, .positionCancelled, .positionExpired, .positionDraft,
            .unknownIUV, .unknownCreditor, .unreadableRT, .contradictoryRT, .unexpectedBeneficiary:
            true
        }
    }

    /// The reason why the receipt cannot pay the installment on which it was recorded, and the alternatives; `nil` if it can.
    package func obstacle(accepting receipt: Receipt, position: Position?, installment: Installment?) -> String? {
        switch self {
        case .receiptConflict: return receipt.obstacleToSuperseding
        case .unreadableRT: return "It has no receipt of its own."
        case .unknownIUV, .unknownCreditor:
            return "No position has this IUV. Use match with the position that the receipt pays, or refund it."
        case .amountMismatch, .partialPayment, .alreadyPaid, .positionExpired, .positionCancelled, .positionDraft,
            .contradictoryRT, .unexpectedBeneficiary:
            break
        }
        if let why = receipt.obstacleToPaying { return why }
        guard let position, let installment else {
            return "The receipt has no position. Use match with the position that it pays, or refund it."
        }
        guard installment.paidAt == nil else {
            return
                "The installment is paid. Use match with another installment or position of the same creditor, or refund the receipt."
        }
        guard installment.isOwed else {
            return
                "The installment was written off. Use match with another installment or position of the same creditor, or refund the receipt."
        }
        switch position.state {
        case .open, .partiallyPaid: return nil
        case .draft: return "Publish the position first, then accept the receipt."
        case .cancelled: return "Restore the position first, then accept the receipt; or refund it."
        case .paid:
            return "The position is paid. Use match with another position of the same creditor, or refund the receipt."
        }
    }

    /// The reason why the receipt cannot be matched to another position, and the alternatives; `nil` if it can.
    package func obstacle(matching receipt: Receipt) -> String? {
        switch self {
        case .receiptConflict:
            return receipt.obstacleToSuperseding
                ?? "Use accept if the second body is right and also reports an executed payment; otherwise use reject."
        case .unreadableRT: return "It has no receipt of its own."
        case .amountMismatch, .partialPayment, .alreadyPaid, .positionExpired, .positionCancelled, .positionDraft,
            .contradictoryRT, .unexpectedBeneficiary, .unknownIUV, .unknownCreditor:
            return receipt.obstacleToPaying
        }
    }
}

extension Receipt {
    /// The reason why another body of its RT cannot replace this receipt, and the alternatives; `nil` if it can.
    fileprivate var obstacleToSuperseding: String? {
        guard !refunds.contains(where: \.status.counts) else {
            return
                "The receipt of the first body is refunded. If the payer did not receive the money, set the refund to failed and then accept; otherwise reject the anomaly."
        }
        switch status {
        case .settled, .anomaly, .quarantined, .recorded: return nil
        case .voided: return "The payment was voided. Reject the anomaly."
        }
    }

    /// The reason why the receipt cannot pay an installment, or no further one; `nil` if its money is not assigned yet.
    fileprivate var obstacleToPaying: String? {
        guard outcome.movedMoney, amount > .zero else { return "The RT reports that nothing was paid." }
        guard !refunds.contains(where: \.status.counts) else { return "The receipt is refunded." }
        switch status {
        case .anomaly, .quarantined: return nil
        case .settled: return "The receipt has already paid its installment."
        case .recorded: return "Another RT reports the same payment."
        case .voided: return "The payment was voided."
        }
    }
}

/// The difference between an accepted payment and the amount owed; at least one of the two members is zero.
package struct AcceptedDifference: Sendable, Equatable {
    /// The missing amount, which is written off.
    package let writtenOff: Amount
    /// The excess over the installment, which is refunded.
    package let excess: Amount

    /// - Throws: `InvalidValue`, which does not occur, because a difference of two amounts is never greater than the larger one.
    package init(paid: Amount, owed: Amount) throws(InvalidValue) {
        writtenOff = try Amount(cents: max(0, owed.cents - paid.cents))  // neither is negative
        excess = try Amount(cents: max(0, paid.cents - owed.cents))  // neither is negative
    }
}
