import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

/// One payment as JSON and as an official RT has the same result and is one RT.
@Suite struct RTSyntaxTests {
    /// A payment, independent of its syntax.
    struct Payment {
        var id = "0199c0de00007000800000000000000a"
        var outcome = RTOutcome.executed
        var cents: [Int64] = [4_550]
        var total: Int64 = 4_550
        var day = "2026-11-20"
        var time = "10:00:00"
        var name = "Banca Alfa"
        var remittance = "Mensa"
        var payer = "Niccolò D’Angelo"

        func json(_ spell: inout Spelling) -> String {
            let parts = cents.enumerated().map { index, cents in
                spell.shuffled([
                    "\"index\":\(index + 1)", "\"creditor_tax_code\":\"12345678903\"",
                    "\"amount_cents\":\(spell.cents(cents))",
                    "\"remittance\":\(spell.quoted(remittance))",
                ])
            }
            let word = outcome.movedMoney ? "OK" : "KO"
            var members = [
                "\"receipt_id\":\"\(id)\"", "\"creditor_tax_code\":\(spell.code("12345678903"))",
                "\"iuv\":\(spell.code("02260618143027134"))",
                "\"amount_cents\":\(spell.cents(total))", "\"paid_at\":\"\(spell.instant(day, time))\"",
                "\"psp\":{\"id\":\"ABCDITMM\",\"business_name\":\(spell.quoted(name))}",
                "\"payer\":{\"kind\":\"person\",\"tax_code\":\"RSSMRA80A01H501U\",\"full_name\":\(spell.quoted(payer))}",
                "\"transfers\":[\((spell.chance() ? parts : parts.reversed()).joined(separator: ","))]",
            ]
            members.append("\"outcome_code\":\(spell.chance() ? "\"\(outcome.rawValue)\"" : String(outcome.rawValue))")
            if spell.chance() { members.append("\"outcome\":\"\(spell.chance() ? word : word.lowercased())\"") }
            if spell.chance() { members.append("\"standin\":null") }
            return spell.shuffled(members)
        }

        func xml(_ spell: inout Spelling) -> [UInt8] {
            let parts = (spell.chance() ? cents : cents.reversed()).map { cents in
                """
                <singoloImportoPagato>\(spell.euros(cents))</singoloImportoPagato>\
                <esitoSingoloPagamento>\(spell.blank)X</esitoSingoloPagamento>\
                <dataEsitoSingoloPagamento>\(day)\(spell.chance() ? "+01:00" : "")</dataEsitoSingoloPagamento>\
                <identificativoUnivocoRiscossione>n/a</identificativoUnivocoRiscossione>\
                <causaleVersamento>\(spell.nfd(remittance))</causaleVersamento>\
                <datiSpecificiRiscossione>9/abc</datiSpecificiRiscossione>
                """
            }
            let text = """
                <RT xmlns="http://www.digitpa.gov.it/schemas/2011/Pagamenti/"><versioneOggetto>6.2</versioneOggetto>\
                <dominio><identificativoDominio>\(spell.blank)12345678903</identificativoDominio></dominio>\
                <identificativoMessaggioRicevuta>\(spell.chance() ? "A" : "B")</identificativoMessaggioRicevuta>\
                <dataOraMessaggioRicevuta>\(day)T\(spell.chance() ? "10:00:00" : "23:00:01")</dataOraMessaggioRicevuta>\
                <riferimentoMessaggioRichiesta>x</riferimentoMessaggioRichiesta>\
                <riferimentoDataRichiesta>0001-01-01</riferimentoDataRichiesta>\
                <istitutoAttestante><identificativoUnivocoAttestante><tipoIdentificativoUnivoco>B</tipoIdentificativoUnivoco>\
                <codiceIdentificativoUnivoco>ABCDITMM</codiceIdentificativoUnivoco></identificativoUnivocoAttestante>\
                <denominazioneAttestante>\(spell.nfd(name))</denominazioneAttestante></istitutoAttestante>\
                <soggettoPagatore><identificativoUnivocoPagatore><tipoIdentificativoUnivoco>F</tipoIdentificativoUnivoco>\
                <codiceIdentificativoUnivoco>RSSMRA80A01H501U</codiceIdentificativoUnivoco></identificativoUnivocoPagatore>\
                <anagraficaPagatore>\(spell.nfd(payer))</anagraficaPagatore></soggettoPagatore>\
                <datiPagamento><codiceEsitoPagamento>\(outcome.rawValue)</codiceEsitoPagamento>\
                <importoTotalePagato>\(spell.euros(total))</importoTotalePagato>\
                <identificativoUnivocoVersamento>02260618143027134\(spell.blank)</identificativoUnivocoVersamento>\
                <CodiceContestoPagamento>\(id)</CodiceContestoPagamento>\
                \(parts.map { "<datiSingoloPagamento>\($0)</datiSingoloPagamento>" }.joined())</datiPagamento></RT>
                """
            return spell.encoded(text)
        }
    }

    /// A random spelling that is the same in every run.
    struct Spelling {
        var state: UInt64

        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }

        mutating func chance() -> Bool { next().isMultiple(of: 2) }
        mutating func pick<T>(_ list: [T]) -> T { list[Int(next() % UInt64(list.count))] }

        var blank: String { mutating get { pick(["", " ", "\n"]) } }

        mutating func nfd(_ text: String) -> String {
            chance() ? text.decomposedStringWithCanonicalMapping : text.precomposedStringWithCanonicalMapping
        }

        mutating func quoted(_ text: String) -> String { "\"\(nfd(text))\"" }
        mutating func code(_ text: String) -> String { pick(["\"\(text)\"", "\" \(text)\"", "\"\(text)\\n\""]) }
        mutating func cents(_ cents: Int64) -> String { pick(["\(cents)", "\(cents).0", "\"\(cents)\""]) }

        mutating func euros(_ cents: Int64) -> String {
            let whole = Amount.text(cents)
            return pick([whole, "0" + whole, " \(whole) "] + (cents % 100 == 0 ? [String(cents / 100)] : []))
        }

        /// The same moment; Rome is an hour ahead in November.
        mutating func instant(_ day: String, _ time: String) -> String {
            let hour = Int(time.prefix(2)) ?? 0
            let rest = time.dropFirst(2)
            let ahead = (hour + 1 < 10 ? "0" : "") + String(hour + 1)
            return pick([
                "\(day)T\(time)Z", "\(day)T\(time).000Z", "\(day)T\(ahead)\(rest)+01:00", "\(day)T\(ahead)\(rest)",
                "\(day) \(time)+0000", "\(day)t\(time).000000000000z",
            ])
        }

        mutating func shuffled(_ members: [String]) -> String {
            var left = members
            var order: [String] = []
            while !left.isEmpty { order.append(left.remove(at: Int(next() % UInt64(left.count)))) }
            return "{" + order.joined(separator: pick([",", " ,\n"])) + "}"
        }

        mutating func encoded(_ text: String) -> [UInt8] {
            switch next() % 5 {
            case 0: return Array("<?xml version=\"1.0\" encoding=\"utf8\"?>\(text)".utf8)
            case 1: return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
            case 2: return Array(("<?xml version='1.0' encoding='UTF-16'?>" + text).data(using: .utf16) ?? Data())
            case 3:
                let plain = "<?xml version=\"1.0\" encoding=\"windows-1252\"?>\n"
                return Array(
                    (plain + text.precomposedStringWithCanonicalMapping).data(using: .windowsCP1252) ?? Data(text.utf8))
            default: return Array("<?xml version=\"1.0\"?><!-- <!DOCTYPE x> -->\(text)".utf8)
            }
        }
    }

    private static func payments() -> [Payment] {
        var list: [Payment] = []
        for outcome in RTOutcome.allCases {
            for cents in [[4_550], [4_000, 550], [4_550, 0], [100], [0]] as [[Int64]] {
                for total in [cents.reduce(0, +), 4_550, 0] as [Int64] {
                    list.append(Payment(outcome: outcome, cents: cents, total: total))
                }
            }
        }
        return list
    }

    private func read(_ bytes: [UInt8], _ syntax: RTSyntax) throws -> RT {
        try RTDocument.read(
            bytes, as: syntax, from: PSPID("ABCDITMM"), receivedAt: Instant(rfc3339: "2026-11-20T23:30:00Z"))
    }

    /// Of an installment of 45,50 that is still owed.
    private func verdict(_ rt: RT) throws -> Settlement {
        let installment = Installment(
            id: try Identifier("0199c0de-0000-7000-8000-000000000003"), number: 1, iuv: rt.iuv,
            noticeNumber: try NoticeNumber("302260618143027134"), amount: try Amount(cents: 4_550),
            dueDate: try CalendarDate("2027-01-01"), transfers: [], paidAt: nil, heldUntil: nil)
        let day = try Instant(rfc3339: "2026-09-01T10:00:00Z")
        let position = Position(
            id: try Identifier("0199c0de-0000-7000-8000-000000000002"), creditor: rt.creditor, externalID: "1",
            debtTypeKey: "mensa", payableAfterDue: true, document: Document(year: 2026, number: "1"),
            description: "Mensa",
            debtor: Debtor(
                kind: .person, taxCode: try TaxCode("RSSMRA80A01H501U"), fullName: "Mario Rossi", email: nil,
                address: nil), lines: [], installments: [installment], metadata: [:], state: .open, version: 1,
            createdAt: day, updatedAt: day, publishedAt: day, cancelledAt: nil)
        return Settlement.of(
            rt, position: position, installment: installment, share: nil, startedAt: nil, creditorIsKnown: true)
    }

    @Test func `the same payment has the same result in both syntaxes and every spelling`() throws {
        for (number, payment) in Self.payments().enumerated() {
            for seed in 0..<4 {
                var spelling = Spelling(state: UInt64(number * 100 + seed))
                let json = try read(Array(payment.json(&spelling).utf8), .json)
                let xml = try read(payment.xml(&spelling), .xml)
                #expect(try verdict(json) == verdict(xml), "\(payment) \(seed)")
                #expect(
                    json.differences(from: xml).isEmpty && xml.differences(from: json).isEmpty,
                    "\(payment) \(json.differences(from: xml))")
                #expect(json.amount == xml.amount && json.outcome == xml.outcome && json.receiptID == xml.receiptID)
            }
        }
    }

    @Test func `another spelling is the same RT, and another fact is another RT`() throws {
        let payment = Payment(cents: [4_000, 550])
        let others: [Payment] = [
            Payment(cents: [4_001, 550], total: 4_551), Payment(cents: [4_000, 550], total: 4_551),
            Payment(outcome: .partlyExecuted, cents: [4_000, 550]),
            Payment(outcome: .notExecuted, cents: [4_000, 550]),
            Payment(cents: [4_000, 550], day: "2026-11-19"), Payment(cents: [4_100, 450]),
        ]
        for seed in 0..<50 {
            var spelling = Spelling(state: UInt64(seed))
            let json = [
                try read(Array(payment.json(&spelling).utf8), .json),
                try read(Array(payment.json(&spelling).utf8), .json),
            ]
            let xml = [try read(payment.xml(&spelling), .xml), try read(payment.xml(&spelling), .xml)]
            #expect(json[0].meaning == json[1].meaning && json[0].differences(from: json[1]).isEmpty)
            #expect(xml[0].meaning == xml[1].meaning && xml[0].differences(from: xml[1]).isEmpty)
            for other in others {
                let others = [try read(Array(other.json(&spelling).utf8), .json), try read(other.xml(&spelling), .xml)]
                for one in json + xml {
                    for another in others { #expect(!one.differences(from: another).isEmpty, "\(other)") }
                }
                #expect(others[0].meaning != json[0].meaning && others[1].meaning != xml[0].meaning)
            }
            // Seconds are compared only if both messages have them.
            let later = try read(Array(Payment(cents: [4_000, 550], time: "10:00:01").json(&spelling).utf8), .json)
            #expect(later.differences(from: json[0]) == ["paid_at"])
            let renamed = try read(Array(Payment(cents: [4_000, 550], payer: "Anna").json(&spelling).utf8), .json)
            #expect(renamed.differences(from: json[0]) == ["payer"] && renamed.differences(from: xml[0]).isEmpty)
        }
    }

    @Test func `the official RT written from an RT equals that RT`() throws {
        let contexts = [
            "", "\"payment_context\":\"CCP-1\",", "\"payment_context\":\"0199c0de-0000-7000-8000-00000000000b\",",
        ]
        let ids = ["R1", "0199c0de-0000-7000-8000-000000000001", String(repeating: "x", count: 140), "IUR <&> 1"]
        for context in contexts {
            for id in ids {
                for outcome in RTOutcome.allCases {
                    for fee in ["", "\"fee_cents\":150,"] {
                        let text = RTReadingTests.good.replacing(
                            "\"OK\"", with: "\"\(outcome.word)\",\"outcome_code\":\(outcome.rawValue)"
                        )
                        .replacing("\"R1\"", with: "\"\(id)\"").replacing(
                            "{\"receipt_id\"", with: "{\(context)\(fee)\"receipt_id\"")
                        let rt = try RTReadingTests.read(text)
                        let official = try read(RTDocument.write(try Sample.receipt(of: rt), of: rt.psp), .xml)
                        #expect(official.receiptID == rt.receiptID || official.isSamePayment(as: rt), "\(text)")
                        #expect(official.differences(from: rt).isEmpty)
                        #expect(official.possibleIDs.contains { rt.possibleIDs.contains($0) })
                        let other = try RTReadingTests.read(text.replacing("10:00:00Z", with: "23:30:00Z"))
                        #expect(!official.isSamePayment(as: other) || !outcome.movedMoney)
                    }
                }
            }
        }
    }
}

extension Amount {
    fileprivate static func text(_ cents: Int64) -> String { (try? Amount(cents: cents))?.decimal ?? "" }
}
