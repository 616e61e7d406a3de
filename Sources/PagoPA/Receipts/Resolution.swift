/// How an anomaly was put right.
package enum ResolutionKind: String, Sendable, CaseIterable {
    /// The receipt pays its installment although it did not fit: what is missing is written off, what is too much is refunded. Of a
    /// conflict: the second body counts instead of the first one.
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
    /// Whether nothing of ours is known of the receipt.
    package var isQuarantine: Bool {
        switch self {
        case .unknownIUV, .unknownCreditor: true
        case .receiptConflict, .amountMismatch, .partialPayment, .alreadyPaid, .positionCancelled, .positionExpired,
            .positionDraft, .unreadableRT, .contradictoryRT, .unexpectedBeneficiary:
            false
        }
    }

    /// Whether the position may not be paid while the anomaly is open, because the payer may have paid already.
    package var blocksPayment: Bool {
        switch self {
        // The debt was paid before; what else the position owes is not in question.
        case .alreadyPaid: false
        case .receiptConflict, .amountMismatch, .partialPayment, .positionCancelled, .positionExpired, .positionDraft,
            .unknownIUV, .unknownCreditor, .unreadableRT, .contradictoryRT, .unexpectedBeneficiary:
            true
        }
    }

    /// Why the receipt cannot pay this installment, the one that it was recorded on, and what can be done instead; `nil`: it can.
    package func obstacle(accepting receipt: Receipt, position: Position?, installment: Installment?) -> String? {
        switch self {
        case .receiptConflict: return receipt.obstacleToSuperseding
        case .unreadableRT: return "It has no receipt of its own."
        case .unknownIUV, .unknownCreditor:
            return "No position of ours has this IUV. Use match with the position that the receipt pays, or refund it."
        case .amountMismatch, .partialPayment, .alreadyPaid, .positionExpired, .positionCancelled, .positionDraft,
            .contradictoryRT, .unexpectedBeneficiary:
            break
        }
        if let why = receipt.obstacleToPaying { return why }
        guard let position, let installment else {
            return "The receipt is on no position. Use match with the position that it pays, or refund it."
        }
        guard installment.paidAt == nil else {
            return
                "The installment is paid. Use match with another installment or position of the same creditor, or refund the receipt."
        }
        switch position.state {
        case .open, .partiallyPaid: return nil
        case .draft: return "Publish the position first, then accept the receipt."
        case .cancelled: return "Restore the position first, then accept the receipt; or refund it."
        case .paid:
            return "The position is paid. Use match with another position of the same creditor, or refund the receipt."
        }
    }

    /// Why the receipt cannot be matched to another position, and what can be done instead; `nil`: it can.
    package func obstacle(matching receipt: Receipt) -> String? {
        switch self {
        case .receiptConflict:
            return receipt.obstacleToSuperseding
                ?? "Use accept if the second body is right and tells of a payment as well, else reject."
        case .unreadableRT: return "It has no receipt of its own."
        case .amountMismatch, .partialPayment, .alreadyPaid, .positionExpired, .positionCancelled, .positionDraft,
            .contradictoryRT, .unexpectedBeneficiary, .unknownIUV, .unknownCreditor:
            return receipt.obstacleToPaying
        }
    }
}

extension Receipt {
    /// Why no other body of its RT can count in its place, and what can be done instead; `nil`: one can.
    fileprivate var obstacleToSuperseding: String? {
        guard !refunds.contains(where: \.status.counts) else {
            return
                "The receipt of the first body is refunded. If the money did not go back, set the refund to failed and accept then; otherwise reject the anomaly."
        }
        switch status {
        case .settled, .anomaly, .quarantined, .recorded: return nil
        case .voided: return "The payment was voided. Reject the anomaly."
        }
    }

    /// Why it cannot pay anything, or not anything more; `nil`: its money is still to be assigned.
    fileprivate var obstacleToPaying: String? {
        guard outcome.movedMoney, amount > .zero else { return "The RT says that nothing was paid." }
        guard !refunds.contains(where: \.status.counts) else { return "The receipt is refunded." }
        switch status {
        case .anomaly, .quarantined: return nil
        case .settled: return "The receipt has paid its installment."
        case .recorded: return "Another RT tells of the same money."
        case .voided: return "The payment was voided."
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
