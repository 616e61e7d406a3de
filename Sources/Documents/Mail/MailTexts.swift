import PagoPA

/// The mails of the service in the reader's language. They contain no name and no tax code, because mail is not confidential.
package enum MailTexts {
    /// The receipt is ready; it is attached.
    package static func receiptReady(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        ofReceipt(receipt, creditor, language, subject: .readySubject, [.ready, .attached])
    }

    /// Money arrived, and people review it before it counts.
    package static func paymentUnderReview(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        ofReceipt(receipt, creditor, language, subject: .reviewSubject, [.review, .payNoMore, .proofAttached])
    }

    /// Money arrived for a debt that was already paid. The reader may be the debtor while another person paid.
    package static func doublePayment(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        ofReceipt(receipt, creditor, language, subject: .doubleSubject, [.double, .doubleNext, .proofAttached])
    }

    private static func ofReceipt(
        _ receipt: Receipt, _ creditor: Creditor?, _ language: Language, subject: PaymentMailText,
        _ paragraphs: [PaymentMailText]
    ) -> MailText {
        let labels = Wording<ReceiptText>(language)
        return mail(
            receipt, creditor, language, subject: subject, paragraphs,
            facts: [(labels[.description], receipt.description), (labels[.amount], money(receipt.amount))]
                + fee(of: receipt, labels) + [(labels[.paidAt], receipt.paidAt.romeText)])
    }

    /// The fee and the total, if the PSP reported a fee.
    private static func fee(of receipt: Receipt, _ labels: Wording<ReceiptText>) -> [(String, String)] {
        guard let fee = receipt.fee, fee != .zero, let total = try? receipt.amount.adding(fee) else { return [] }
        return [(labels[.fee], money(fee)), (labels[.charged], money(total))]
    }

    /// The PSP says that nothing was paid.
    package static func paymentFailed(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let asked = (PaymentMailText.amountAsked.text(in: language), money(receipt.amount))
        return mail(
            receipt, creditor, language, subject: .failedSubject, [.failed, .again],
            facts: [(ReceiptText.description.text(in: language), receipt.description)]
                + (receipt.amount == .zero ? [] : [asked]))
    }

    /// Money is refunded to the payer.
    /// - Parameter hasReceipt: whether the receipt in its current state is attached.
    package static func refundDecided(
        _ receipt: Receipt, refund: Refund?, hasReceipt: Bool, creditor: Creditor?, language: Language
    ) -> MailText {
        let labels = Wording<ReceiptText>(language)
        let amount = refund.map { [(PaymentMailText.refundAmount.text(in: language), money($0.amount))] } ?? []
        return mail(
            receipt, creditor, language, subject: .refundSubject,
            [.refundDecided, .refundNext] + (hasReceipt ? [.refundAttached] : []),
            facts: amount
                + [
                    (labels[.description], receipt.description), (labels[.amount], money(receipt.amount)),
                    (labels[.paidAt], receipt.paidAt.romeText),
                ].filter { !$0.1.isEmpty })
    }

    /// The service has paused a webhook subscription.
    /// - Parameter link: the subscription in the API.
    package static func webhookPaused(link: String?, language: Language) -> MailText {
        let words = Wording<PaymentMailText>(language)
        return MailText(
            subject: words[.webhookSubject], language: language.tag,
            paragraphs: [words[.webhookPaused], words[.webhookNext]], facts: [], link: link)
    }

    package static func test(language: Language) -> MailText {
        let words = Wording<PaymentMailText>(language)
        return MailText(subject: words[.testSubject], language: language.tag, paragraphs: [words[.test]], facts: [])
    }

    private static func mail(
        _ receipt: Receipt, _ creditor: Creditor?, _ language: Language, subject: PaymentMailText,
        _ paragraphs: [PaymentMailText], facts: [(String, String)]
    ) -> MailText {
        let words = Wording<PaymentMailText>(language)
        let name = ["creditor": creditor?.name ?? receipt.creditorName ?? receipt.creditor.value]
        return MailText(
            subject: words[subject, name], language: language.tag,
            paragraphs: paragraphs.map { words[$0, name] } + [contact(creditor, words)],
            facts: facts + [("IUV", receipt.iuv.value)])
    }

    private static func contact(_ creditor: Creditor?, _ words: Wording<PaymentMailText>) -> String {
        let ways = [creditor?.contactEmail?.value, creditor?.contactPhone].compactMap(\.self)
        return ways.isEmpty ? words[.automatic] : words[.contact, ["ways": ways.joined(separator: ", ")]]
    }

    private static func money(_ amount: Amount) -> String { amount.italian + " €" }
}
