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
            facts: [
                MailText.Fact(labels[.description], receipt.description),
                MailText.Fact(labels[.amount], money(receipt.amount), .large),
            ] + fee(of: receipt, labels) + [MailText.Fact(labels[.paidAt], receipt.paidAt.romeText)])
    }

    /// The fee and the total, if the PSP reported a fee.
    private static func fee(of receipt: Receipt, _ labels: Wording<ReceiptText>) -> [MailText.Fact] {
        guard let fee = receipt.fee, fee != .zero, let total = try? receipt.amount.adding(fee) else { return [] }
        return [
            MailText.Fact(labels[.fee], money(fee)), MailText.Fact(labels[.charged], money(total), .strong),
        ]
    }

    /// The PSP says that nothing was paid.
    package static func paymentFailed(_ receipt: Receipt, creditor: Creditor?, language: Language) -> MailText {
        let asked = MailText.Fact(PaymentMailText.amountAsked.text(in: language), money(receipt.amount), .large)
        return mail(
            receipt, creditor, language, subject: .failedSubject, [.failed, .again],
            facts: [MailText.Fact(ReceiptText.description.text(in: language), receipt.description)]
                + (receipt.amount == .zero ? [] : [asked]))
    }

    /// Money is refunded to the payer.
    /// - Parameter hasReceipt: whether the receipt in its current state is attached.
    package static func refundDecided(
        _ receipt: Receipt, refund: Refund?, hasReceipt: Bool, creditor: Creditor?, language: Language
    ) -> MailText {
        let labels = Wording<ReceiptText>(language)
        let amount =
            refund.map { [MailText.Fact(PaymentMailText.refundAmount.text(in: language), money($0.amount), .large)] }
            ?? []
        return mail(
            receipt, creditor, language, subject: .refundSubject,
            [.refundDecided, .refundNext] + (hasReceipt ? [.refundAttached] : []),
            facts: amount
                + [
                    MailText.Fact(labels[.description], receipt.description),
                    MailText.Fact(labels[.amount], money(receipt.amount)),
                    MailText.Fact(labels[.paidAt], receipt.paidAt.romeText),
                ].filter { !$0.value.isEmpty })
    }

    /// The service has paused a webhook subscription.
    /// - Parameter link: the subscription in the API.
    package static func webhookPaused(link: String?, language: Language) -> MailText {
        let words = Wording<PaymentMailText>(language)
        return MailText(
            subject: words[.webhookSubject], language: language.tag,
            blocks: [.paragraph(words[.webhookPaused])] + (link.map { [.link($0)] } ?? [])
                + [.paragraph(words[.webhookNext])])
    }

    package static func test(language: Language) -> MailText {
        let words = Wording<PaymentMailText>(language)
        return MailText(
            subject: words[.testSubject], language: language.tag, blocks: [.paragraph(words[.test])])
    }

    private static func mail(
        _ receipt: Receipt, _ creditor: Creditor?, _ language: Language, subject: PaymentMailText,
        _ paragraphs: [PaymentMailText], facts: [MailText.Fact]
    ) -> MailText {
        let words = Wording<PaymentMailText>(language)
        let name = creditor?.name ?? receipt.creditorName ?? receipt.creditor.value
        let texts = paragraphs.map { MailText.Block.paragraph(words[$0, ["creditor": name]]) }
        return MailText(
            subject: words[subject, ["creditor": name]], language: language.tag,
            sender: creditor?.mailSenderName ?? name,
            blocks: texts.prefix(1) + [.facts(facts + [MailText.Fact("IUV", receipt.iuv.value)])] + texts.dropFirst()
                + [contact(creditor, words)])
    }

    private static func contact(_ creditor: Creditor?, _ words: Wording<PaymentMailText>) -> MailText.Block {
        let ways =
            [
                creditor?.contactEmail.map { MailText.Way(text: $0.value, url: MailURL(mailbox: $0)) },
                creditor?.contactPhone.map { MailText.Way(text: $0, url: MailURL(telephone: $0)) },
            ].compactMap(\.self)
        guard !ways.isEmpty else { return .paragraph(words[.automatic]) }
        let (before, after) = words.parts(of: .contact, around: "ways")
        return .contacts(before: before, ways, after: after)
    }

    private static func money(_ amount: Amount) -> String { amount.italian + " €" }
}
