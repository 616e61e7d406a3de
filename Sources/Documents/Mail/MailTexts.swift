import PagoPA

/// The mails that we send, in the reader's language. They name no person and hold no tax code: mail travels far.
package enum MailTexts {
    /// The receipt is ready; it is attached.
    package static func receiptReady(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let words = MailWords.of(language)
        return ofReceipt(
            receipt, creditor, words, language, subject: words.readySubject, first: words.ready, then: [words.attached])
    }

    /// Money arrived, and people look at it before it counts.
    package static func paymentUnderReview(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let words = MailWords.of(language)
        return ofReceipt(
            receipt, creditor, words, language, subject: words.reviewSubject, first: words.review,
            then: [words.payNoMore, words.proofAttached])
    }

    /// Money arrived for a debt that had been paid before. Its reader may be the debtor, whom somebody else paid for.
    package static func doublePayment(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let words = MailWords.of(language)
        return ofReceipt(
            receipt, creditor, words, language, subject: words.doubleSubject, first: words.double,
            then: [words.doubleNext, words.proofAttached])
    }

    private static func ofReceipt(
        _ receipt: Receipt, _ creditor: Creditor?, _ words: MailWords, _ language: Language, subject: String,
        first: String, then: [String]
    ) -> MailText {
        let name = name(of: receipt, creditor)
        return MailText(
            subject: filled(subject, ["creditor": name]), language: language.tag,
            paragraphs: [filled(first, ["creditor": name])] + then + [contact(creditor, words)],
            facts: [(words.description, receipt.description), (words.amount, receipt.amount.italian + " €")]
                + fee(of: receipt, words) + [(words.paidAt, receipt.paidAt.romeText), (words.iuv, receipt.iuv.value)])
    }

    /// The fee and what the payer was charged, where the PSP reported a fee.
    private static func fee(of receipt: Receipt, _ words: MailWords) -> [(String, String)] {
        guard let fee = receipt.fee, fee != .zero, let total = try? receipt.amount.adding(fee) else { return [] }
        return [(words.fee, fee.italian + " €"), (words.total, total.italian + " €")]
    }

    /// The PSP says that nothing was paid.
    package static func paymentFailed(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let words = MailWords.of(language)
        let name = name(of: receipt, creditor)
        return MailText(
            subject: filled(words.failedSubject, ["creditor": name]), language: language.tag,
            paragraphs: [filled(words.failed, ["creditor": name]), words.again, contact(creditor, words)],
            facts: [
                (words.description, receipt.description), (words.amountAsked, receipt.amount.italian + " €"),
                (words.iuv, receipt.iuv.value),
            ].filter { $0.0 != words.amountAsked || receipt.amount != .zero })
    }

    /// Money goes back to the payer.
    /// - Parameter hasReceipt: whether the receipt as it stands now is attached.
    package static func refundDecided(
        _ receipt: Receipt, refund: Refund?, hasReceipt: Bool, creditor: Creditor?, language: Language
    ) -> MailText {
        let words = RefundMailWords.of(language)
        let common = MailWords.of(language)
        let name = name(of: receipt, creditor)
        return MailText(
            subject: filled(words.subject, ["creditor": name]), language: language.tag,
            paragraphs: [
                filled(words.decided, ["creditor": name]), filled(words.how, ["creditor": name]),
                hasReceipt ? words.attached : nil, contact(creditor, common),
            ].compactMap(\.self),
            facts: [
                (words.amount, refund.map { $0.amount.italian + " €" } ?? ""),
                (common.description, receipt.description),
                (common.amount, receipt.amount.italian + " €"), (common.paidAt, receipt.paidAt.romeText),
                (common.iuv, receipt.iuv.value),
            ].filter { !$0.1.isEmpty })
    }

    package static func test(language: Language) -> MailText {
        let words = MailWords.of(language)
        return MailText(subject: words.testSubject, language: language.tag, paragraphs: [words.test], facts: [])
    }

    static func name(of receipt: Receipt, _ creditor: Creditor?) -> String {
        creditor?.name ?? receipt.creditorName ?? receipt.creditor.value
    }

    static func contact(_ creditor: Creditor?, _ words: MailWords) -> String {
        let ways = [creditor?.contactEmail?.value, creditor?.contactPhone].compactMap(\.self)
        return ways.isEmpty ? words.automatic : filled(words.contact, ["ways": ways.joined(separator: ", ")])
    }
}
