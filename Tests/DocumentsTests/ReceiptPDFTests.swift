import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

@Suite struct ReceiptPDFTests {
    private static let drawing = try? ReceiptPDF()

    private func pdf(
        _ receipt: Receipt, decision: ReceiptDecision? = nil, for audience: ReceiptAudience? = .payer,
        language: Language = .it
    ) async throws -> [UInt8] {
        let drawing = try #require(Self.drawing)
        return try await drawing.draw(
            ReceiptContent(
                receipt, ReceiptContext(decision: decision, debtType: Sample.debtType()), for: audience,
                language: language))
    }

    /// The text as one line, so that a sentence over two lines is found.
    private func text(
        _ receipt: Receipt, decision: ReceiptDecision? = nil, for audience: ReceiptAudience? = .payer,
        language: Language = .it
    ) async throws -> String {
        try Tool.text(of: await pdf(receipt, decision: decision, for: audience, language: language))
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test func `a receipt contains every fact that the rules require`() async throws {
        let text = try Tool.text(of: await pdf(Sample.receipt()))

        for fact in [
            "Ricevuta di pagamento", "Comune di Forlì", "15376371009", "59,80 €", "1,50 €", "61,30 €",
            "09/10/2018 alle 11:30", "Mensa scolastica – ottobre 2018", "02260618143027134", "3022 6061 8143 0271 34",
            "Banca Alfa", "ABCDITMM", "IUR-2018-1031", "Carta di credito, debito o prepagata", "Niccolò D’Angelo",
            "n. 1031 del 2018", "Pagato", "0199c0de-0000-7000-8000-000000000001",
        ] {
            #expect(text.contains(fact), "\(fact)")
        }
    }

    @Test(arguments: Language.allCases)
    func `a receipt for a counter payment names neither pagoPA nor a PSP's payment number`(language: Language)
        async throws
    {
        let counter = try Sample.receipt(psp: false, origin: .counter)
        let text = try await text(counter, language: language)
        #expect(!text.localizedCaseInsensitiveContains("pagopa") && !text.contains("IUR"), "\(text)")
        #expect(text.contains(language == .en ? "€59.80" : "59,80 €"))
        let paidOnline = try await self.text(Sample.receipt(), language: language)
        #expect(paidOnline.contains("pagoPA") && paidOnline.contains("IUR-2018-1031"))
    }

    @Test func `the counter is named in the reader's language`() async throws {
        let counter = try Sample.receipt(psp: false, origin: .counter)
        let words: [Language: String] = [
            .it: "allo sportello", .en: "at the counter", .de: "am Schalter", .fr: "au guichet", .sl: "na blagajni",
        ]
        for (language, word) in words { #expect(try await text(counter, language: language).contains(word)) }
    }

    @Test(arguments: Language.allCases)
    func `no version shows the other person's tax code, and both show both names`(language: Language) async throws {
        let receipt = try Sample.receipt(debtor: Sample.anna)
        let (payer, debtor) = ("RSSMRA80A01H501U", "VRDNNA85M41F205G")
        for (audience, shown) in [(ReceiptAudience.payer, [payer]), (.debtor, [debtor]), (nil, [])] {
            let text = try await text(receipt, for: audience, language: language)
            #expect([payer, debtor].filter(text.contains) == shown)
            #expect(text.contains("Niccolò D’Angelo") && text.contains("Anna Verdi"))
        }
    }

    @Test func `a debtor who paid has one version, with the one tax code`() async throws {
        let same = RTSubject(kind: .person, taxCode: "rssmra80a01h501u", fullName: "Niccolò D’Angelo", email: nil)
        let receipt = try Sample.receipt(debtor: same)
        let versions = try await [ReceiptAudience.payer, .debtor].asyncMap { try await pdf(receipt, for: $0) }
        #expect(versions[0] == versions[1])
        #expect(try Tool.text(of: versions[0]).contains("RSSMRA80A01H501U"))
    }

    @Test func `later decisions are on the receipt`() async throws {
        let at = try Instant(rfc3339: "2018-10-12T23:30:00Z")
        func decided(_ kind: ResolutionKind, writtenOff: Int64? = nil) throws -> ReceiptDecision {
            ReceiptDecision(resolution: kind, decidedAt: at, writtenOff: try writtenOff.map { try Amount(cents: $0) })
        }
        let odd = try Sample.receipt(status: .anomaly)
        #expect(try await text(odd).contains("in verifica presso l'ente"))
        let refused = try await text(odd, decision: decided(.reject))
        #expect(refused.contains("non salda il debito") && refused.contains("13/10/2018"))
        let refunding = try await text(
            Sample.receipt(status: .anomaly, refunds: [Sample.refund(.decided, day: "2018-10-13")]),
            decision: decided(.refund))
        #expect(refunding.contains("ha deciso il rimborso il 13/10/2018"))
        #expect(refunding.contains("Rimborso 1,00 €, deciso il 13/10/2018"))
        let refunded = try await text(
            Sample.receipt(status: .anomaly, refunds: [Sample.refund(.paid, day: "2018-10-20", reference: "M 214")]),
            decision: decided(.refund))
        #expect(refunded.contains("rimborsato in parte"))
        let whole = try await text(
            Sample.receipt(status: .anomaly, refunds: [Sample.refund(.paid, day: "2018-10-20", cents: 5980)]),
            decision: decided(.refund))
        #expect(whole.contains("ricevuto e rimborsato"))
        #expect(refunded.contains("1,00 €, pagato il 20/10/2018, riferimento M 214"))
        let accepted = try await text(Sample.receipt(), decision: decided(.accept, writtenOff: 520))
        #expect(accepted.contains("ha accettato il pagamento il 13/10/2018") && accepted.contains("5,20 €"))
        for text in [refused, refunding, refunded, accepted] { #expect(!text.contains("in verifica")) }
    }

    @Test
    func `an ordinary payment with a bill of several lines takes one page, and each page says how many there are`()
        async throws
    {
        for language in Language.allCases {
            let content = ReceiptContent(
                try Sample.receipt(debtor: Sample.anna), try Sample.context(lines: 2), for: .payer, language: language)
            let text = try Tool.text(of: await #require(Self.drawing).draw(content))
            #expect(text.contains("1/1") && !text.contains("1/2"), "\(language)")
        }
        let long = ReceiptContent(
            try Sample.receipt(), try Sample.context(lines: 40), for: .payer, language: .it)
        let text = try Tool.text(of: await #require(Self.drawing).draw(long))
        #expect(text.contains("1/2") && text.contains("2/2"))
        // The table that breaks repeats its heading below the running head.
        #expect(text.components(separatedBy: "Voci del debito").count == 3)
        #expect(text.contains("Ricevuta di pagamento – 59,80 € – Comune di Forlì"))
    }

    @Test
    func `the creditor's contacts, the due date, the bill's lines and the beneficiaries' names are on the receipt`()
        async throws
    {
        let content = ReceiptContent(
            try Sample.receipt(transfers: 2), try Sample.context(lines: 2), for: .payer, language: .it)
        let text = try Tool.text(of: await #require(Self.drawing).draw(content))
            .split(whereSeparator: \.isWhitespace).joined(separator: " ")
        for fact in [
            "urp@comune.esempio.example, 06 1234567", "Scadenza 31/10/2018", "2 × Pasti 1", "29,90 €",
            "Versamento 2 Comune di Forlì, 15376371009",
        ] {
            #expect(text.contains(fact), "\(fact)")
        }
        // A single payment has no number of installment.
        #expect(!text.contains("Rata"))
    }

    @Test(arguments: Language.allCases)
    func `hashes, codes of transfers and telephone numbers are on one line each, and French marks follow their word`(
        language: Language
    ) async throws {
        var context = try Sample.context(lines: 1)
        context.creditor = try Sample.creditor(
            email: "ufficio.relazioni.con.il.pubblico@comune.citta-di-esempio-lungo.example")
        let content = ReceiptContent(try Sample.receipt(transfers: 2), context, for: .payer, language: language)
        let lines = try Tool.text(of: await #require(Self.drawing).draw(content)).split(separator: "\n")
        for code in [
            String(repeating: "0123456789abcdef", count: 4), "/RFB/02260618143027134/59.80", "06 1234567",
            "3022 6061 8143 0271 34", "0199c0de-0000-7000-8000-000000000001",
        ] {
            #expect(lines.contains { $0.contains(code) }, "\(code)")
        }
        #expect(!lines.contains { $0.drop { $0 == " " }.hasPrefix(":") })
    }

    @Test func `a running head that is too long ends with an ellipsis`() async throws {
        let long = try Sample.receipt(creditorName: String(repeating: "W", count: 140))
        let content = ReceiptContent(long, try Sample.context(lines: 40), for: .payer, language: .it)
        let text = try Tool.text(of: await #require(Self.drawing).draw(content))
        #expect(text.contains("Ricevuta di pagamento – 59,80 € – WWWW") && text.contains("W…"))
    }

    @Test func `a voided receipt has the void in its title, with the reason`() async throws {
        let void = ReceiptVoid(at: try Instant(rfc3339: "2018-10-10T08:00:00Z"), reason: "Debito sbagliato")
        let text = try await text(Sample.receipt(status: .voided, psp: false, origin: .counter, voided: void))
        #expect(text.contains("ANNULLATA") && text.contains("Debito sbagliato") && text.contains("10/10/2018"))
        #expect(!text.contains("Pagato"))
    }
}

extension Sequence where Element: Sendable {
    fileprivate func asyncMap<Result>(_ change: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await change(element)) }
        return results
    }
}
