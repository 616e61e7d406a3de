import PagoPA
import Testing

@testable import Documents

/// Every e-mail that the service sends, for tests that concern them all.
enum MailSamples {
    struct Sample {
        let name: String
        let mail: MailText
    }

    static let unsubscribeURL = "https://pagamenti.example.org/unsubscribe/EXAMPLE"
    private static let portal = "https://portale.example.org/verifica?pagina=registrazione"

    /// The e-mails of this kind: several where its content depends on facts.
    static func mails(_ kind: NotificationKind, of creditor: Creditor, _ language: Language) throws -> [Sample] {
        let now = try Instant(rfc3339: "2026-11-29T15:00:00Z")
        let link = portal + "#token=qzm_4tUZx0pQ2n8Jk3fWc7yRb5vLs9dHg1mEa6"
        func one(_ mail: MailText) -> [Sample] { [Sample(name: kind.rawValue, mail: mail)] }
        switch kind {
        case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .paymentFailed, .refundDecided:
            return one(
                try #require(try MailTexts.sample(kind, of: creditor, wording: nil, language: language, at: now)))
        case .newNotice, .dueReminder, .paymentNotice:
            return try [1, 3].map { count in
                Sample(
                    name: "\(kind.rawValue)-\(count)",
                    mail: try debtMail(
                        kind, facts(of: creditor, installments: count, isAsked: kind == .paymentNotice), language))
            }
        case .verifyEmail:
            return [link, nil].map { link in
                Sample(
                    name: kind.rawValue + (link == nil ? "-code" : ""),
                    mail: MailTexts.verifyEmail(code: "K7PD-2M9Q", link: link, hours: 24, language: language))
            }
        case .passwordReset:
            return one(MailTexts.passwordReset(code: "K7PD-2M9Q", link: nil, hours: 1, language: language))
        case .changeEmail:
            return one(MailTexts.changeEmail(code: "K7PD-2M9Q", link: link, hours: 1, language: language))
        case .registrationAttempt: return one(MailTexts.registrationAttempt(language: language))
        case .emailChanged: return one(MailTexts.emailChanged(language: language))
        case .smartCardProved: return one(MailTexts.smartCardProved(language: language))
        case .identityProved: return one(MailTexts.identityProved(language: language))
        case .webhookPaused:
            return one(
                MailTexts.webhookPaused(
                    link: "https://api.example.org/v1/webhooks/subscriptions/0199c0de-0000-7000-8000-000000000001",
                    language: language))
        case .test: return one(MailTexts.test(language: language))
        }
    }

    static func debtMail(_ kind: NotificationKind, _ facts: DebtMailFacts, _ language: Language) -> MailText {
        switch kind {
        case .dueReminder: MailTexts.dueReminder(facts, language: language)
        case .paymentNotice: MailTexts.paymentNotice(facts, language: language)
        default: MailTexts.newNotice(facts, language: language)
        }
    }

    /// A debt of this many installments of 1.234,50 €, which are due in as many months.
    static func facts(
        of creditor: Creditor, installments count: Int, asked: Int? = nil, isAsked: Bool = false,
        hasNotice: Bool = true, cents: Int64 = 123_450
    ) throws -> DebtMailFacts {
        let at = try Instant(rfc3339: "2026-11-01T08:00:00Z")
        let installments = try (1...count).map { number in
            let notice = try NoticeCodes.aux3(segregationCode: "01").notice(base: UInt64(1_000 + number))
            return Installment(
                id: try Identifier("0199c0de-0000-7000-8000-0000000001\(number < 10 ? "0" : "")\(number)"),
                number: number, iuv: notice.iuv, noticeNumber: notice, amount: try Amount(cents: cents),
                dueDate: try CalendarDate("2027-\(number < 10 ? "0" : "")\(number)-28"), transfers: [], paidAt: nil,
                heldUntil: nil)
        }
        let position = Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000201"), creditor: creditor.taxCode, externalID: "e",
            debtTypeKey: "mensa", payableAfterDue: false, document: Document(year: 2026, number: "1"),
            description: "Mensa scolastica – anno 2026/2027, scuola primaria «G. Rodari»",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Niccolò D’Angelo", email: nil,
                address: nil), lines: [], installments: installments, metadata: [:], state: .open, version: 1,
            createdAt: at, updatedAt: at, publishedAt: at, cancelledAt: nil)
        return try #require(
            DebtMailFacts(
                creditor: creditor, position: position, installments: Array(installments.suffix(asked ?? count)),
                unsubscribeURL: isAsked ? nil : unsubscribeURL, hasNotice: hasNotice))
    }
}
