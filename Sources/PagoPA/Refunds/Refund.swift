/// Rimborso: money of a receipt that the creditor returns to the payer. The creditor's bank pays it, outside pagoPA.
package struct Refund: Sendable, Equatable {
    /// The maximum length of the reference of a bank transfer, in characters.
    package static let referenceLength = 70

    package let id: Identifier<Refund>
    package let receipt: Identifier<Receipt>
    /// The anomaly whose resolution created the refund.
    package let anomaly: Identifier<Anomaly>?
    package let creditor: OrganizationTaxCode
    package let amount: Amount
    package let status: RefundStatus
    /// The day of the decision; later, the day on which the refund was paid or failed.
    package let day: CalendarDate
    /// The reference of the transfer at the creditor's bank or treasury.
    package let reference: String?
    package let reason: String?
    /// The journal's name of the actor who decided the refund.
    package let decidedBy: String
    /// Increases by one with each change; used as the entity tag.
    package let version: Int
    package let createdAt: Instant
    package let updatedAt: Instant

    package init(
        id: Identifier<Refund>, receipt: Identifier<Receipt>, anomaly: Identifier<Anomaly>?,
        creditor: OrganizationTaxCode, amount: Amount, status: RefundStatus, day: CalendarDate, reference: String?,
        reason: String?, decidedBy: String, version: Int, createdAt: Instant, updatedAt: Instant
    ) {
        self.id = id
        self.receipt = receipt
        self.anomaly = anomaly
        self.creditor = creditor
        self.amount = amount
        self.status = status
        self.day = day
        self.reference = reference
        self.reason = reason
        self.decidedBy = decidedBy
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

package enum RefundStatus: String, Sendable, CaseIterable {
    /// The creditor has decided the refund, and the bank has not paid it yet.
    case decided
    case paid
    /// The bank did not execute the transfer, or returned it. The creditor may decide another refund.
    case failed

    /// Whether the refund is pending or paid, so that its amount is not available for another refund.
    package var counts: Bool {
        switch self {
        case .decided, .paid: true
        case .failed: false
        }
    }
}

package enum RefundEvent: String, Sendable, CaseIterable {
    case paid
    case failed
}

extension RefundStatus {
    /// The transition table of refunds. `nil`: the event does not fit the status. Events are idempotent.
    package func after(_ event: RefundEvent) -> RefundStatus? {
        switch (self, event) {
        case (.decided, .paid), (.paid, .paid): .paid
        // A bank can return an executed transfer.
        case (.decided, .failed), (.paid, .failed), (.failed, .failed): .failed
        case (.failed, .paid): nil
        }
    }
}

extension Receipt {
    /// The amount minus all refunds that did not fail, in cents.
    package var refundableCents: Int64 {
        let refunded = Amount.cents(of: refunds.filter(\.status.counts).map(\.amount))
        return amount.cents - refunded  // neither is negative
    }

    /// The amount of a new refund: the requested one, or all that is not yet refunded.
    package func refundAmount(requested: Amount?) throws(Fault) -> Amount {
        let left = refundableCents
        let cents = requested?.cents ?? left
        guard cents >= 1, cents <= left, let amount = try? Amount(cents: cents) else {
            throw Fault(
                "/amount_cents", .outOfRange, "must be from 1 to \(left) cents, the amount that is not yet refunded")
        }
        return amount
    }

    /// The reason why this receipt cannot be refunded; `nil` if it can.
    package var obstacleToRefund: String? {
        guard voided == nil else { return "The payment was voided." }
        guard outcome.movedMoney else { return "No money was received." }
        guard !isReplaced else { return "Another body replaced this one. Refund the receipt of the other body." }
        guard refundableCents > 0 else { return "The whole amount is already refunded." }
        return nil
    }
}
