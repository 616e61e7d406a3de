import PagoPA

/// The texts about the way of payment and about later decisions.
extension Wording<ReceiptText> {
    /// The sentence at the head of the receipt.
    func summary(_ receipt: Receipt, amount: String, creditor: String) -> String {
        let facts = ["amount": amount, "creditor": creditor, "at": receipt.paidAt.romeText]
        if let voided = receipt.voided {
            return self[.voidedSummary, facts.merging(["day": day(voided.at)]) { old, _ in old }]
        }
        switch receipt.origin {
        case .counter: return self[.counterSummary, facts]
        case .pagopa, .file, .reporting: return self[.summary, facts]
        }
    }

    /// The status of the payment: paid, voided, waiting for an operator, or decided.
    func state(_ receipt: Receipt, _ decision: ReceiptDecision?) -> String {
        let decided = ["day": decision.map { day($0.decidedAt) } ?? ""]
        switch receipt.status {
        case .voided: return self[.voided]
        case .settled: return decision?.resolution == .accept ? self[.accepted, decided] : self[.paid]
        case .recorded, .quarantined: return self[.underReview]
        case .anomaly:
            let paidBack = Amount.cents(of: receipt.refunds.filter { $0.status == .paid }.map(\.amount))
            if paidBack > 0 { return paidBack < receipt.amount.cents ? self[.partlyRefunded] : self[.refunded] }
            switch decision?.resolution {
            case .refund: return self[.refundDecided, decided]
            case .reject: return self[.rejected, decided]
            case .accept, .match, .appeared, .entered, nil: return self[.underReview]
            }
        }
    }

    func refund(_ refund: Refund) -> String {
        let key: ReceiptText =
            switch refund.status {
            case .decided: .decidedRefund
            case .paid: .paidRefund
            case .failed: .failedRefund
            }
        let text = self[key, ["amount": refund.amount.italian + " €", "day": refund.day.italian]]
        return refund.reference.map { "\(text), \(self[.refundReference]) \($0)" } ?? text
    }

    private func day(_ instant: Instant) -> String { CalendarDate(romeDayOf: instant).italian }
}
