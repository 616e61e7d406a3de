import PagoPA

/// What a mail that asks for a payment is about.
package struct DebtMailFacts: Sendable {
    let creditor: Creditor
    let position: Position
    /// In the order of the position; at least one.
    let first: Installment
    let installments: [Installment]
    /// The page that ends these mails; nil for a mail that somebody asked for.
    let unsubscribeURL: String?
    let hasNotice: Bool

    /// - Returns: nil without an installment.
    package init?(
        creditor: Creditor, position: Position, installments: [Installment], unsubscribeURL: String?, hasNotice: Bool
    ) {
        guard let first = installments.first else { return nil }
        self.creditor = creditor
        self.position = position
        self.first = first
        self.installments = installments
        self.unsubscribeURL = unsubscribeURL
        self.hasNotice = hasNotice
    }
}

extension MailTexts {
    /// A debt was published; its notice is attached.
    package static func newNotice(
        _ facts: DebtMailFacts, logo: MailLogo? = nil, wording: MailWording? = nil, language: Language
    ) -> MailText {
        debtMail(facts, logo, wording, language, subject: .noticeSubject, .notice)
    }

    /// An installment is due soon; its notice is attached.
    package static func dueReminder(
        _ facts: DebtMailFacts, logo: MailLogo? = nil, wording: MailWording? = nil, language: Language
    ) -> MailText {
        debtMail(facts, logo, wording, language, subject: .reminderSubject, .reminder)
    }

    /// The creditor was asked for the notice of a debt; it is attached.
    package static func paymentNotice(_ facts: DebtMailFacts, logo: MailLogo? = nil, language: Language) -> MailText {
        debtMail(facts, logo, nil, language, subject: .askedSubject, .asked)
    }

    private static func debtMail(
        _ debt: DebtMailFacts, _ logo: MailLogo?, _ wording: MailWording?, _ language: Language,
        subject: DebtMailText, _ sentence: DebtMailText
    ) -> MailText {
        let words = Wording<DebtMailText>(language)
        let name = debt.creditor.name
        let amount = LocalFormats(language).money(cents: Amount.cents(of: debt.installments.map(\.amount)))
        let own = WordingFacts(
            creditor: name, amount: amount, description: debt.position.description, iuv: debt.first.iuv.value)
        let next: [DebtMailText] = [.howToPay] + (debt.hasNotice ? [.attached] : []) + [.paidAlready]
        return MailText(
            subject: wording?.subject.map(own.filled) ?? words[subject, ["creditor": name]], language: language.tag,
            sender: debt.creditor.mailSenderName ?? name, logo: logo,
            blocks: [
                .paragraph(wording?.sentence.map(own.filled) ?? words[sentence, ["creditor": name]]),
                .facts(facts(of: debt, amount: amount, language)),
            ] + next.map { .paragraph(words[$0]) } + [contact(debt.creditor, Wording<PaymentMailText>(language))]
                + (debt.unsubscribeURL.map { url in
                    [.footer(words[.unsubscribe, ["creditor": name]], label: words[.unsubscribeLink], url: url)]
                } ?? []))
    }

    private static func facts(of debt: DebtMailFacts, amount: String, _ language: Language) -> [MailText.Fact] {
        let (labels, formats) = (Wording<NoticeText>(language), LocalFormats(language))
        let begin = [
            MailText.Fact(ReceiptText.description.text(in: language), debt.position.description),
            MailText.Fact(PaymentMailText.amountAsked.text(in: language), amount, .large),
        ]
        let creditor = MailText.Fact(
            DebtMailText.creditorTaxCode.text(in: language), code: debt.creditor.taxCode.value)
        let count = String(debt.position.installments.count)
        guard debt.installments.count > 1 else {
            let words = Wording<ReceiptText>(language)
            let number = words[.installmentOf, ["number": String(debt.first.number), "count": count]]
            return begin + (debt.position.installments.count > 1 ? [MailText.Fact(words[.installment], number)] : [])
                + [
                    MailText.Fact(words[.dueDate], formats.day(debt.first.dueDate), .strong),
                    MailText.Fact(labels[.notice], code: debt.first.noticeNumber.grouped), creditor,
                ]
        }
        return begin + [creditor]
            + debt.installments.map { part in
                let due = labels[.due, ["day": formats.day(part.dueDate)]]
                return MailText.Fact(
                    labels[.installment, ["number": String(part.number), "count": count]],
                    "\(formats.money(part.amount)) \(due)", codeLabel: labels[.notice],
                    code: part.noticeNumber.grouped)
            }
    }

    /// A mail of this kind about an invented debt.
    static func debtSample(
        _ kind: NotificationKind, of creditor: Creditor, logo: MailLogo?, wording: MailWording?, language: Language,
        at now: Instant
    ) throws -> MailText? {
        let due = CalendarDate(epochDays: CalendarDate(romeDayOf: now).epochDays + 7)
        let installment = Installment(
            id: try Identifier("0199c0de-0000-7000-8000-000000000005"), number: 1,
            iuv: try IUV(unchecked: "01000000000000144"), noticeNumber: try NoticeNumber("301000000000000144"),
            amount: try Amount(cents: 4_550), dueDate: due, transfers: [], paidAt: nil, heldUntil: nil)
        let position = Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000004"), creditor: creditor.taxCode, externalID: "",
            debtTypeKey: "", payableAfterDue: true,
            document: Document(year: CalendarDate(romeDayOf: now).year, number: "1"), description: "Mensa scolastica",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode(TaxCode.anonymousWord), fullName: "", email: nil, address: nil),
            lines: [],
            installments: [installment], metadata: [:], state: .open, version: 1, createdAt: now, updatedAt: now,
            publishedAt: now, cancelledAt: nil)
        let facts = DebtMailFacts(
            creditor: creditor, position: position, installments: [installment],
            unsubscribeURL: "https://pagamenti.example.org/unsubscribe/EXAMPLE", hasNotice: true)
        guard let facts else { return nil }
        switch kind {
        case .newNotice: return newNotice(facts, logo: logo, wording: wording, language: language)
        case .dueReminder: return dueReminder(facts, logo: logo, wording: wording, language: language)
        case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .paymentFailed, .refundDecided,
            .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail, .emailChanged, .smartCardProved,
            .identityProved, .webhookPaused, .paymentNotice, .test:
            return nil
        }
    }
}

/// The values of the placeholders of a creditor's own wording.
struct WordingFacts: Sendable {
    let creditor: String
    let amount: String
    let description: String
    let iuv: String

    func filled(_ template: MailTemplate) -> String {
        template.filled { placeholder in
            switch placeholder {
            case .creditor: creditor
            case .amount: amount
            case .description: description
            case .iuv: iuv
            }
        }
    }
}
