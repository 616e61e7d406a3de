import PagoPA

/// The mails of the service in the reader's language. They contain no name and no tax code, because mail is not confidential.
package enum MailTexts {
    /// A signed link to the attached receipt.
    package struct ReceiptLink: Sendable, Equatable {
        package let url: String
        /// The last day in Rome on which it works.
        package let lastDay: CalendarDate

        package init(url: String, lastDay: CalendarDate) {
            self.url = url
            self.lastDay = lastDay
        }
    }

    /// The receipt is ready; it is attached.
    package static func receiptReady(
        _ receipt: Receipt, creditor: Creditor?, link: ReceiptLink? = nil, logo: MailLogo? = nil,
        wording: MailWording? = nil, language: Language
    ) -> MailText {
        ofReceipt(receipt, creditor, link, logo, wording, language, subject: .readySubject, [.ready, .attached])
    }

    /// A payment was recorded at the creditor's counter; the receipt is attached.
    package static func counterPayment(
        _ receipt: Receipt, creditor: Creditor?, link: ReceiptLink? = nil, logo: MailLogo? = nil,
        wording: MailWording? = nil, language: Language
    ) -> MailText {
        ofReceipt(receipt, creditor, link, logo, wording, language, subject: .counterSubject, [.counter, .attached])
    }

    /// Money arrived, and people review it before it counts.
    package static func paymentUnderReview(
        _ receipt: Receipt, creditor: Creditor?, link: ReceiptLink? = nil, logo: MailLogo? = nil,
        wording: MailWording? = nil, language: Language
    ) -> MailText {
        ofReceipt(
            receipt, creditor, link, logo, wording, language, subject: .reviewSubject,
            [.review, .payNoMore, .proofAttached])
    }

    /// Money arrived for a debt that was already paid. The reader may be the debtor while another person paid.
    package static func doublePayment(
        _ receipt: Receipt, creditor: Creditor?, link: ReceiptLink? = nil, logo: MailLogo? = nil,
        wording: MailWording? = nil, language: Language
    ) -> MailText {
        ofReceipt(
            receipt, creditor, link, logo, wording, language, subject: .doubleSubject,
            [.double, .doubleNext, .proofAttached])
    }

    /// The e-mail of this kind about a receipt.
    /// - Parameter refund: for the kind `refundDecided`.
    /// - Returns: `nil` for a kind that is not about a receipt.
    package static func about(
        _ receipt: Receipt, _ kind: NotificationKind, creditor: Creditor?, refund: Refund?, hasReceipt: Bool,
        link: ReceiptLink?, logo: MailLogo? = nil, wording: MailWording?, language: Language
    ) -> MailText? {
        switch kind {
        case .receiptReady:
            receiptReady(receipt, creditor: creditor, link: link, logo: logo, wording: wording, language: language)
        case .counterPayment:
            counterPayment(receipt, creditor: creditor, link: link, logo: logo, wording: wording, language: language)
        case .paymentUnderReview:
            paymentUnderReview(
                receipt, creditor: creditor, link: link, logo: logo, wording: wording, language: language)
        case .doublePayment:
            doublePayment(receipt, creditor: creditor, link: link, logo: logo, wording: wording, language: language)
        case .paymentFailed:
            paymentFailed(receipt, creditor: creditor, logo: logo, wording: wording, language: language)
        case .refundDecided:
            refundDecided(
                receipt, refund: refund, hasReceipt: hasReceipt, creditor: creditor, link: link, logo: logo,
                wording: wording, language: language)
        case .test, .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail, .emailChanged, .smartCardProved,
            .identityProved, .webhookPaused, .paymentNotice, .newNotice, .dueReminder:
            nil
        }
    }

    private static func ofReceipt(
        _ receipt: Receipt, _ creditor: Creditor?, _ link: ReceiptLink?, _ logo: MailLogo?,
        _ wording: MailWording?, _ language: Language, subject: PaymentMailText, _ paragraphs: [PaymentMailText]
    ) -> MailText {
        let labels = Wording<ReceiptText>(language)
        return mail(
            receipt, creditor, link, logo, wording, language, subject: subject, paragraphs,
            facts: [
                MailText.Fact(labels[.description], receipt.description),
                MailText.Fact(labels[.amount], money(receipt.amount, language), .large),
            ] + fee(of: receipt, labels) + [
                MailText.Fact(labels[.paidAt], LocalFormats(language).moment(receipt.paidAt))
            ])
    }

    /// The fee and the total, if the PSP reported a fee.
    private static func fee(of receipt: Receipt, _ labels: Wording<ReceiptText>) -> [MailText.Fact] {
        guard let fee = receipt.fee, fee != .zero, let total = try? receipt.amount.adding(fee) else { return [] }
        return [
            MailText.Fact(labels[.fee], money(fee, labels.language)),
            MailText.Fact(labels[.charged], money(total, labels.language), .strong),
        ]
    }

    /// The PSP says that nothing was paid.
    package static func paymentFailed(
        _ receipt: Receipt, creditor: Creditor?, logo: MailLogo? = nil, wording: MailWording? = nil,
        language: Language
    ) -> MailText {
        let asked = MailText.Fact(
            PaymentMailText.amountAsked.text(in: language), money(receipt.amount, language), .large)
        return mail(
            receipt, creditor, nil, logo, wording, language, subject: .failedSubject, [.failed, .again],
            facts: [MailText.Fact(ReceiptText.description.text(in: language), receipt.description)]
                + (receipt.amount == .zero ? [] : [asked]))
    }

    /// Money is refunded to the payer.
    /// - Parameter hasReceipt: whether the receipt in its current state is attached.
    package static func refundDecided(
        _ receipt: Receipt, refund: Refund?, hasReceipt: Bool, creditor: Creditor?, link: ReceiptLink? = nil,
        logo: MailLogo? = nil, wording: MailWording? = nil, language: Language
    ) -> MailText {
        let labels = Wording<ReceiptText>(language)
        let amount =
            refund.map {
                [MailText.Fact(PaymentMailText.refundAmount.text(in: language), money($0.amount, language), .large)]
            }
            ?? []
        return mail(
            receipt, creditor, link, logo, wording, language, subject: .refundSubject,
            [.refundDecided, .refundNext] + (hasReceipt ? [.refundAttached] : []),
            facts: amount
                + [
                    MailText.Fact(labels[.description], receipt.description),
                    MailText.Fact(labels[.amount], money(receipt.amount, language)),
                    MailText.Fact(labels[.paidAt], LocalFormats(language).moment(receipt.paidAt)),
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

    /// The page for a person whose link to a receipt is not valid or has expired.
    package static func expiredLinkPage(language: Language) -> String {
        let words = Wording<PaymentMailText>(language)
        return HTML.element(
            .html, [(.lang, language.tag)],
            [
                .element(
                    .head, [],
                    [
                        .element(.meta, [(.charset, "utf-8")]),
                        .element(.meta, [(.name, "viewport"), (.content, "width=device-width, initial-scale=1")]),
                        .element(.meta, [(.name, "color-scheme"), (.content, "light dark")]),
                        .element(.title, text: words[.linkExpiredTitle]),
                    ]),
                .element(
                    .body, [],
                    [
                        .element(.h1, text: words[.linkExpiredTitle]), .element(.p, text: words[.linkExpired]),
                    ]),
            ]
        ).page
    }

    private static func mail(
        _ receipt: Receipt, _ creditor: Creditor?, _ link: ReceiptLink?, _ logo: MailLogo?,
        _ wording: MailWording?, _ language: Language, subject: PaymentMailText, _ paragraphs: [PaymentMailText],
        facts: [MailText.Fact]
    ) -> MailText {
        let words = Wording<PaymentMailText>(language)
        let name = creditor?.name ?? receipt.creditorName ?? receipt.creditor.value
        let own = WordingFacts(
            creditor: name, amount: money(receipt.amount, language), description: receipt.description,
            iuv: receipt.iuv.value)
        var texts = paragraphs.map { MailText.Block.paragraph(words[$0, ["creditor": name]]) }
        if let sentence = wording?.sentence { texts = [.paragraph(own.filled(sentence))] + Array(texts.dropFirst()) }
        let page: [MailText.Block] =
            link.map { link in
                [
                    .action(label: words[.openReceipt], url: link.url),
                    .paragraph(words[.linkValid, ["day": LocalFormats(language).day(link.lastDay)]]),
                ]
            } ?? []
        var blocks = Array(texts.prefix(1))
        blocks.append(.facts(facts + [MailText.Fact("IUV", code: receipt.iuv.value)]))
        blocks += page + Array(texts.dropFirst())
        blocks.append(contact(creditor, words))
        return MailText(
            subject: wording?.subject.map(own.filled) ?? words[subject, ["creditor": name]], language: language.tag,
            sender: creditor?.mailSenderName ?? name, logo: logo, blocks: blocks)
    }

    static func contact(_ creditor: Creditor?, _ words: Wording<PaymentMailText>) -> MailText.Block {
        let ways =
            [
                creditor?.contactEmail.map { MailText.Way(text: $0.value, url: MailURL(mailbox: $0)) },
                creditor?.contactPhone.map { MailText.Way(text: $0, url: MailURL(telephone: $0), isOnOneLine: true) },
            ].compactMap(\.self)
        guard !ways.isEmpty else { return .paragraph(words[.automatic]) }
        let (before, after) = words.parts(of: .contact, around: "ways")
        return .contacts(before: before, ways, after: after)
    }

    private static func money(_ amount: Amount, _ language: Language) -> String {
        LocalFormats(language).money(amount)
    }
}
