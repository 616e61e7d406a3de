import PagoPA
import Testing

@testable import Documents

/// The e-mails that ask for a payment: a new notice, a reminder, a notice that somebody asked for.
@Suite struct DebtMailTests {
    private static let kinds: [NotificationKind] = [.newNotice, .dueReminder, .paymentNotice]

    private static func creditor() throws -> Creditor {
        let day = try Instant(rfc3339: "2026-01-01T00:00:00Z")
        return Creditor(
            taxCode: try OrganizationTaxCode("15376371009"), name: "Comune di Forlì", noticeCodes: .aux1,
            iban: try IBAN("IT60X0542811101000000123456"), createdAt: day, updatedAt: day)
    }

    @Test(arguments: kinds, Language.allCases)
    func
        `an e-mail that asks for a payment has all that is needed to pay, in the reader's language, and no personal data`(
            kind: NotificationKind, language: Language
        ) throws
    {
        let formats = LocalFormats(language)
        for (count, asked) in [(1, 1), (3, 3), (3, 1), (12, 11)] {
            let facts = try MailSamples.facts(of: Self.creditor(), installments: count, asked: asked)
            let mail = MailSamples.debtMail(kind, facts, language)
            #expect(mail.plain.contains(formats.money(cents: 123_450 * Int64(asked))), "the sum of what is owed")
            #expect(mail.plain.contains("15376371009") && mail.plain.contains("Mensa scolastica – anno 2026/2027"))
            for part in facts.position.installments {
                let isAsked = facts.installments.contains { $0.number == part.number }
                #expect(mail.plain.contains(part.noticeNumber.grouped) == isAsked)
                #expect(mail.plain.contains(formats.day(part.dueDate)) == isAsked)
            }
            for text in [mail.subject, mail.plain, mail.html] {
                #expect(!text.contains("RSSMRA80A01H501U") && !text.contains("Niccol"))
            }
            let number = Wording<ReceiptText>(language)[
                .installmentOf, ["number": String(count), "count": String(count)]]
            #expect(mail.plain.contains(number) == (count > 1), "an only installment has no number")
        }
    }

    @Test(arguments: kinds, Language.allCases)
    func `an e-mail says that a notice is attached when there is one, and how to get no more of them`(
        kind: NotificationKind, language: Language
    ) throws {
        for hasNotice in [true, false] {
            for isAsked in [true, false] {
                let facts = try MailSamples.facts(
                    of: Self.creditor(), installments: 2, isAsked: isAsked, hasNotice: hasNotice)
                let mail = MailSamples.debtMail(kind, facts, language)
                #expect(mail.plain.contains(DebtMailText.attached.text(in: language)) == hasNotice)
                for text in [mail.plain, mail.html] {
                    #expect(text.contains(MailSamples.unsubscribeURL) == !isAsked)
                }
            }
        }
    }

    @Test(arguments: Language.allCases) func `the three e-mails differ in subject and first sentence only`(
        language: Language
    ) throws {
        let facts = try MailSamples.facts(of: Self.creditor(), installments: 2)
        let mails = Self.kinds.map { MailSamples.debtMail($0, facts, language) }
        #expect(Set(mails.map(\.subject)).count == 3)
        // The name of the creditor, the subject, a blank line, the sentence.
        let bodies = mails.map { $0.plain.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(4) }
        #expect(Set(bodies).count == 1)
    }

    @Test func `the largest amounts have a sum, and no installment gives no e-mail`() throws {
        let facts = try MailSamples.facts(of: Self.creditor(), installments: 12, cents: Amount.maximum.cents)
        let mail = MailSamples.debtMail(.newNotice, facts, .it)
        #expect(mail.plain.contains(LocalFormats(.it).money(cents: 12 * Amount.maximum.cents)))
        #expect(
            DebtMailFacts(
                creditor: facts.creditor, position: facts.position, installments: [], unsubscribeURL: nil,
                hasNotice: false) == nil)
    }
}
