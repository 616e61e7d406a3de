import PagoPA

/// The texts about the way of payment and about later decisions.
extension Wording<ReceiptText> {
    /// The sentence at the head of the receipt.
    func summary(_ receipt: Receipt, creditor: String) -> String {
        let formats = LocalFormats(language)
        let facts = [
            "amount": formats.money(receipt.amount), "creditor": creditor, "at": formats.moment(receipt.paidAt),
        ]
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
        return switch receipt.state(after: decision) {
        case .paid: self[.paid]
        case .accepted: self[.accepted, decided]
        case .underReview, .replaced: self[.underReview]
        case .paidTwice: self[.paidTwice]
        case .rejected: self[.rejected, decided]
        case .refundDecided: self[.refundDecided, decided]
        case .partlyRefunded: self[.partlyRefunded]
        case .refunded: self[.refunded]
        case .voided: self[.voided]
        }
    }

    func refund(_ refund: Refund) -> String {
        let key: ReceiptText =
            switch refund.status {
            case .decided: .decidedRefund
            case .paid: .paidRefund
            case .failed: .failedRefund
            }
        let formats = LocalFormats(language)
        let text = self[key, ["amount": formats.money(refund.amount), "day": formats.day(refund.day)]]
        return refund.reference.map { "\(text), \(self[.refundReference]) \($0)" } ?? text
    }

    private func day(_ instant: Instant) -> String { LocalFormats(language).day(of: instant) }
}
