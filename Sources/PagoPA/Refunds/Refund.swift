/// Rimborso: money of a receipt that goes back to its payer. The creditor's bank pays it, outside pagoPA.
package struct Refund: Sendable, Equatable {
    /// Longest reference of a bank transfer, in characters.
    package static let referenceLength = 70

    package let id: Identifier<Refund>
    package let receipt: Identifier<Receipt>
    /// The anomaly whose resolution decided it.
    package let anomaly: Identifier<Anomaly>?
    package let creditor: OrganizationTaxCode
    package let amount: Amount
    package let status: RefundStatus
    /// The day of the decision; then the day on which it was paid or failed.
    package let day: CalendarDate
    /// What the creditor's bank or treasury calls the transfer.
    package let reference: String?
    package let reason: String?
    /// The journal's name of who decided it.
    package let decidedBy: String
    /// Grows by one with each change; the entity tag.
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
    /// The money is to go back.
    case decided
    case paid
    /// The bank did not pay it, or returned it. Another refund may be decided.
    case failed

    /// Whether the amount is still to go back, or went.
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
    /// The one transition table of refunds. `nil`: the event does not fit the status. Repeating an event changes nothing.
    package func after(_ event: RefundEvent) -> RefundStatus? {
        switch (self, event) {
        case (.decided, .paid), (.paid, .paid): .paid
        // A bank can return a transfer that it had executed.
        case (.decided, .failed), (.paid, .failed), (.failed, .failed): .failed
        case (.failed, .paid): nil
        }
    }
}

extension Receipt {
    /// What refunds that did not fail leave of the amount, in cents.
    package var refundableCents: Int64 {
        let refunded = Amount.cents(of: refunds.filter(\.status.counts).map(\.amount))
        return amount.cents - refunded  // neither is negative
    }

    /// Why none of this receipt's money can go back; `nil`: it can.
    package var obstacleToRefund: String? {
        guard voided == nil else { return "The payment was voided." }
        guard outcome.movedMoney else { return "No money was received." }
        guard !isReplaced else { return "Another body of this RT counts instead. Refund the receipt of that one." }
        guard refundableCents > 0 else { return "The whole amount is refunded already." }
        return nil
    }
}
