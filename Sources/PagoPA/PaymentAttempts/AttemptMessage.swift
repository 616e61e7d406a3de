import Text

/// The message to the payer about an attempt. The Italian texts of an attempt in progress and of a completed one are those of the
/// service's founding note.
package enum AttemptMessage: Sendable, Equatable {
    case started
    case waiting
    /// - Parameters:
    ///   - hasReceipt: whether the receipt can be downloaded now.
    ///   - sendsMail: whether an e-mail address of the payer is known.
    case concluded(hasReceipt: Bool, sendsMail: Bool)
    case underReview
    case doublePayment
    /// An operator has reviewed the payment, and it did not pay the debt.
    case reviewed
    case partlyPaid
    case paidElsewhere
    case failure
    case withdrawal
    case timeout
}

extension AttemptMessage {
    fileprivate func text(_ words: Wording<AttemptText>) -> String {
        let keys: [AttemptText] =
            switch self {
            case .started: [.started]
            case .waiting: [.waiting]
            case .concluded(hasReceipt: true, sendsMail: let mail):
                [.concluded, .receiptReady] + (mail ? [.mailSent] : [])
            case .concluded(hasReceipt: false, sendsMail: let mail):
                [.concluded, .receiptSoon] + (mail ? [.mailComes] : [])
            case .underReview: [.underReview]
            case .doublePayment: [.doublePayment]
            case .reviewed: [.reviewed]
            case .partlyPaid: [.partlyPaid]
            case .paidElsewhere: [.paidElsewhere]
            case .failure: [.failure]
            case .withdrawal: [.withdrawal]
            case .timeout: [.timeout]
            }
        return keys.map { words[$0] }.joined(separator: " ")
    }
}

extension PaymentAttempt {
    /// - Parameter receipts: the receipts of this attempt.
    package func message(of receipts: [ReceiptSummary]) -> AttemptMessage {
        switch status {
        case .created, .redirected: return .started
        case .inProgress: return .waiting
        case .failed: return .failure
        case .cancelled: return .withdrawal
        case .expired: return .timeout
        case .paidElsewhere: return .paidElsewhere
        case .succeeded, .partiallySucceeded: break
        }
        let payments = receipts.filter(\.outcome.movedMoney)
        let reasons = payments.flatMap(\.reviewReasons)
        if reasons.contains(.alreadyPaid) { return .doublePayment }
        if !reasons.isEmpty { return .underReview }
        if status == .partiallySucceeded { return .partlyPaid }
        if payments.contains(where: { $0.status == .anomaly }) { return .reviewed }
        return .concluded(hasReceipt: payments.contains(where: \.hasPDF), sendsMail: payersEmail != nil)
    }

    /// The text for the payer: the result and, for several installments, which of them are paid and which are not.
    package func text(of receipts: [ReceiptSummary], in language: Language) -> String {
        let words = Wording<AttemptText>(language)
        let message = message(of: receipts)
        guard items.count > 1 else { return message.text(words) }
        switch message {
        case .partlyPaid, .paidElsewhere, .underReview, .doublePayment: break
        case .started, .waiting, .concluded, .reviewed, .failure, .withdrawal, .timeout: return message.text(words)
        }
        let formats = LocalFormats(language)
        let colon = Spacing.colon(language.rawValue)
        var sentences = [message.text(words)]
        for (label, outcomes) in [
            (words[.paid], [ItemOutcome.paid]), (words[.elsewhere], [.paidElsewhere]),
            (words[.unpaid], [.failed, .pending]),
        ] {
            let named = items.filter { outcomes.contains($0.outcome) }
                .map { "\($0.noticeNumber) (\(formats.money($0.amount)))" }
            if !named.isEmpty { sentences.append("\(label)\(colon)\(named.joined(separator: ", ")).") }
        }
        return sentences.joined(separator: " ")
    }
}
