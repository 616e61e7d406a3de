/// What a receipt's document says of its payment.
package enum ReceiptState: String, Sendable, CaseIterable {
    case paid
    /// The creditor accepted a payment that did not match.
    case accepted
    case underReview = "under_review"
    /// The amount had already been paid; no operator has decided yet.
    case paidTwice = "paid_twice"
    case rejected
    case refundDecided = "refund_decided"
    case partlyRefunded = "partly_refunded"
    case refunded
    case voided
    /// An operator accepted another body of the same RT.
    case replaced
}

extension Receipt {
    /// - Parameter decision: the last decision about the receipt's anomaly.
    package func state(after decision: ReceiptDecision?) -> ReceiptState {
        switch status {
        case .voided: return .voided
        case .settled: return decision?.resolution == .accept ? .accepted : .paid
        case .recorded, .quarantined: return .underReview
        case .anomaly:
            let paidBack = Amount.cents(of: refunds.filter { $0.status == .paid }.map(\.amount))
            if paidBack > 0 { return paidBack < amount.cents ? .partlyRefunded : .refunded }
            switch decision?.resolution {
            case .refund: return .refundDecided
            case .reject: return .rejected
            case .accept, .match, .appeared, .entered, nil:
                return reviewReasons.contains(.alreadyPaid) ? .paidTwice : .underReview
            }
        }
    }
}
