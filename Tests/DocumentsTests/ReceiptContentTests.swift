import Foundation
import PagoPA
import TestSupport
import Testing

@testable import Documents

/// What a receipt says, for every state of a payment and in every language.
@Suite struct ReceiptContentTests {
    private static let at = try! Instant(rfc3339: "2018-10-12T23:30:00Z")  // a valid literal

    private static func decision(_ kind: ResolutionKind?, writtenOff: Int64? = nil) throws -> ReceiptDecision? {
        try kind.map {
            ReceiptDecision(
                resolution: $0, decidedAt: at, writtenOff: try writtenOff.map { try Amount(cents: $0) })
        }
    }

    private static func content(
        _ receipt: Receipt, _ decision: ReceiptDecision? = nil, language: Language
    ) throws -> ReceiptContent {
        ReceiptContent(
            receipt, ReceiptContext(decision: decision, debtType: try Sample.debtType()), for: .payer,
            language: language)
    }

    @Test(arguments: Language.allCases)
    func `the example of a receipt says that nobody has paid, and has no code to verify`(language: Language) throws {
        let sample = try ReceiptContent.sample(of: Sample.creditor(), logo: nil, language: language, at: Self.at)
        let words = Wording<ReceiptText>(language)
        #expect(sample.title == words[.sampleTitle] && sample.state == words[.sampleState])
        #expect(sample.verificationURL == nil)
        #expect(sample.sections.first?.rows.contains { $0.text == "Anna Esempio" } == true)
    }

    private static func row(_ label: ReceiptText, of content: ReceiptContent) -> String? {
        let label = label.text(in: content.language)
        return content.sections.flatMap(\.rows).first { $0.label == label }?.text
    }

    /// 13 October 2018.
    private static func day(_ language: Language) -> String {
        switch language {
        case .it: "13/10/2018"
        case .en: "13\u{A0}October\u{A0}2018"
        case .de: "13.10.2018"
        case .fr: "13\u{A0}octobre\u{A0}2018"
        case .sl: "13.\u{A0}10.\u{A0}2018"
        }
    }

    private static func euros(_ cents: Int64, _ language: Language) throws -> String {
        LocalFormats(language).money(try Amount(cents: cents))
    }

    @Test(arguments: Language.allCases)
    func `the state of a payment is told by its status, its refunds and its decision`(language: Language) throws {
        let kinds: [ResolutionKind?] = [nil] + ResolutionKind.allCases
        for status in Disposition.allCases {
            for kind in kinds {
                for paidBack in [0, 100, 5_980] as [Int64] {
                    let refunds = try paidBack == 0 ? [] : [Sample.refund(.paid, day: "2018-10-20", cents: paidBack)]
                    let voided = status == .voided ? ReceiptVoid(at: Self.at, reason: "Errore") : nil
                    let receipt = try Sample.receipt(status: status, voided: voided, refunds: refunds)
                    let content = try Self.content(receipt, Self.decision(kind), language: language)
                    let expected: ReceiptText =
                        switch status {
                        case .voided: .voided
                        case .settled: kind == .accept ? .accepted : .paid
                        case .recorded, .quarantined: .underReview
                        case .anomaly where paidBack == 5_980: .refunded
                        case .anomaly where paidBack > 0: .partlyRefunded
                        case .anomaly: kind == .refund ? .refundDecided : kind == .reject ? .rejected : .underReview
                        }
                    let text = Wording<ReceiptText>(language)[expected, ["day": Self.day(language)]]
                    #expect(content.state == text, "\(status) \(String(describing: kind)) \(paidBack)")
                    // Only a payment that settled its debt is called paid.
                    let isCalledPaid = content.state == ReceiptText.paid.text(in: language)
                    #expect(!isCalledPaid || status == .settled)
                    #expect((content.title == ReceiptText.voidedTitle.text(in: language)) == (status == .voided))
                }
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `no row is empty or holds a placeholder, and no label is used twice in a section`(language: Language) throws {
        for origin in ReceiptOrigin.allCases {
            for fee in [nil, 0, 150] as [Int64?] {
                for transfers in [1, 3] {
                    for isVoided in [false, true] {
                        let receipt = try Sample.receipt(
                            fee: fee, status: isVoided ? .voided : .settled, transfers: transfers,
                            psp: origin != .counter, origin: origin,
                            voided: isVoided ? ReceiptVoid(at: Self.at, reason: "Errore {day}") : nil)
                        let content = try Self.content(receipt, language: language)
                        let rows = content.sections.flatMap(\.rows)
                        #expect(
                            rows.count > 10 && !content.state.isEmpty
                                && rows.allSatisfy { !$0.label.isEmpty && !$0.text.isEmpty })
                        let words = rows.filter { $0.text != "Errore {day}" }.flatMap { [$0.label, $0.text] }
                        for text in words + [content.title, content.summary, content.footer]
                            + content.sections.map(\.heading)
                        {
                            #expect(!text.contains("{") && !text.contains("}"), "\(text)")
                        }
                        for section in content.sections {
                            #expect(Set(section.rows.map(\.label)).count == section.rows.count, "\(section)")
                        }
                        let isCounter = origin == .counter
                        #expect((content.system == nil) == isCounter)
                        #expect(
                            try content.summary.contains(Self.euros(5_980, language))
                                && content.summary.contains("Comune di Forlì"))
                        #expect(isVoided || content.summary.contains(LocalFormats(language).moment(receipt.paidAt)))
                        #expect(!isVoided || content.summary.contains(Self.day(language)))
                        let charged = try fee.map { try Self.euros(5_980 + $0, language) }
                        #expect(Self.row(.charged, of: content) == charged)
                        #expect(
                            (Self.row(.provider, of: content) == nil) == isCounter
                                && (Self.row(.iur, of: content) == nil) == isCounter)
                        let parts = rows.count { $0.label.hasPrefix(ReceiptText.transfer.text(in: language) + " ") }
                        #expect(parts == (transfers == 1 ? 0 : 3))
                    }
                }
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `a version says for whom it is, unless one person is payer and debtor`(language: Language) throws {
        let words = Wording<ReceiptText>(language)
        for (audience, key) in [(ReceiptAudience.payer, ReceiptText.payerVersion), (.debtor, .debtorVersion)] {
            let content = ReceiptContent(
                try Sample.receipt(debtor: Sample.anna), for: audience, language: language)
            #expect(content.version == words[key])
        }
        let own = RTSubject(kind: .person, taxCode: "RSSMRA80A01H501U", fullName: "Niccolò D’Angelo", email: nil)
        #expect(ReceiptContent(try Sample.receipt(debtor: own), for: .payer, language: language).version == nil)
        #expect(ReceiptContent(try Sample.receipt(), for: nil, language: language).version == nil)
    }

    @Test(arguments: Language.allCases)
    func `a double payment is called so until an operator has decided`(language: Language) throws {
        let words = Wording<ReceiptText>(language)
        let double = try Sample.receipt(status: .anomaly, reviewReasons: [.alreadyPaid])
        #expect(try Self.content(double, language: language).state == words[.paidTwice])
        let decided = try Self.content(double, Self.decision(.refund), language: language)
        #expect(decided.state == words[.refundDecided, ["day": Self.day(language)]])
    }

    @Test func `an amount written off is told on a receipt that settled its debt alone`() throws {
        for status in Disposition.allCases {
            let decision = try Self.decision(.accept, writtenOff: 520)
            let content = try Self.content(Sample.receipt(status: status), decision, language: .it)
            #expect(Self.row(.writtenOff, of: content) == (status == .settled ? "5,20\u{A0}€" : nil), "\(status)")
        }
    }

    @Test func `a receipt without details says what it knows and leaves out the rest`() throws {
        let day = try Instant(rfc3339: "2026-11-20T10:00:00Z")
        let bare = Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000009"), receiptID: "R1", origin: .counter,
            status: .settled, outcome: .executed, creditor: try OrganizationTaxCode("12345678903"), creditorName: nil,
            position: nil, installmentNumber: nil, attempt: nil, debtTypeKey: nil, description: "", document: nil,
            iuv: try IUV("02260618143027134"), noticeNumber: nil, paymentContext: nil, amount: .maximum, fee: .maximum,
            paidAt: day, psp: nil, method: nil, transfers: [], payer: nil,
            debtor: RTSubject(kind: nil, taxCode: nil, fullName: nil, email: nil), failureReason: nil, till: nil,
            reference: nil, rtSHA256: nil, receivedAt: day)
        let content = ReceiptContent(bare, for: nil, language: .it)
        #expect(content.creditorName == "12345678903")
        #expect(
            content.sections.map(\.heading) == ([.payment, .codes] as [ReceiptText]).map { $0.text(in: .it) })
        // A sum beyond the largest amount is left out instead of wrong.
        #expect(Self.row(.charged, of: content) == nil && Self.row(.fee, of: content) == "999.999.999,99\u{A0}€")
    }
}

/// What mails about payments say.
@Suite struct PaymentMailTests {
    private static func creditor(email: String? = nil, phone: String? = nil) throws -> Creditor {
        let day = try Instant(rfc3339: "2018-01-01T00:00:00Z")
        return Creditor(
            taxCode: try OrganizationTaxCode("15376371009"), name: "Comune & Città", noticeCodes: .aux1,
            iban: try IBAN("IT60X0542811101000000123456"), contactEmail: try email.map { try EmailAddress($0) },
            contactPhone: phone, createdAt: day, updatedAt: day)
    }

    private typealias Kind = (name: String, write: @Sendable (Receipt, Creditor?, Language) -> MailText)

    private static let kinds: [Kind] = [
        ("ready", { MailTexts.receiptReady($0, creditor: $1, language: $2) }),
        ("review", { MailTexts.paymentUnderReview($0, creditor: $1, language: $2) }),
        ("double", { MailTexts.doublePayment($0, creditor: $1, language: $2) }),
        ("failed", { MailTexts.paymentFailed($0, creditor: $1, language: $2) }),
        (
            "refund",
            {
                MailTexts.refundDecided(
                    $0, refund: try? Sample.refund(.decided, day: "2018-10-13"), hasReceipt: false, creditor: $1,
                    language: $2)
            }
        ),
    ]

    @Test(arguments: Language.allCases)
    func `a mail names the creditor, what was paid for, the amount and the way to ask, in its own language`(
        language: Language
    ) throws {
        let receipt = try Sample.receipt()
        let formats = LocalFormats(language)
        for (name, write) in Self.kinds {
            for (email, phone) in [(nil, nil), ("urp@example.org", nil), (nil, "06 1"), ("urp@example.org", "06 1")] {
                let mail = write(receipt, try Self.creditor(email: email, phone: phone), language)
                #expect(mail.subject.contains("Comune & Città") && mail.html.contains("Comune &amp; Città"), "\(name)")
                #expect(
                    mail.plain.contains("Mensa scolastica – ottobre 2018")
                        && mail.plain.contains(formats.money(receipt.amount)))
                #expect(mail.html.contains("<html lang=\"\(language.tag)\">"))
                let ways = [email, phone].compactMap(\.self).joined(separator: ", ")
                #expect(ways.isEmpty || mail.plain.contains(ways))
                let page = mail.html.components(separatedBy: "</style>").last ?? ""
                #expect(!mail.plain.contains("{") && !page.contains("{"), "\(name)")
                // A failed payment has no hour of payment, every other one has that of Rome.
                #expect(mail.plain.contains(formats.moment(receipt.paidAt)) == (name != "failed"))
            }
        }
    }

    @Test func `no false promise: a fee of nothing, an attachment or an amount that is not there is not told`() throws {
        for language in Language.allCases {
            let fee = ReceiptText.fee.text(in: language)
            for cents in [nil, 0] as [Int64?] {
                let mail = MailTexts.receiptReady(try Sample.receipt(fee: cents), creditor: nil, language: language)
                #expect(!mail.plain.contains(fee))
            }
            let attached = PaymentMailText.refundAttached.text(in: language)
            for hasReceipt in [false, true] {
                let mail = MailTexts.refundDecided(
                    try Sample.receipt(), refund: nil, hasReceipt: hasReceipt, creditor: nil, language: language)
                #expect(mail.plain.contains(attached) == hasReceipt)
                #expect(!mail.plain.contains(PaymentMailText.refundAmount.text(in: language)))
            }
            let asked = PaymentMailText.amountAsked.text(in: language)
            let failed = MailTexts.paymentFailed(try Sample.receipt(), creditor: nil, language: language)
            let colon = language == .fr ? "\u{A0}: " : ": "
            #expect(failed.plain.contains("\(asked)\(colon)\(LocalFormats(language).money(cents: 5_980))"))
            #expect(!failed.plain.contains(ReceiptText.amount.text(in: language)))
        }
    }
}
