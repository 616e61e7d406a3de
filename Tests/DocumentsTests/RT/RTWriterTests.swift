import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

/// An official RT from the service is read back with the same facts and satisfies the official schema.
@Suite struct RTWriterTests {
    private func write(_ receipt: Receipt, request: RTRequest? = nil, taxonomy: [Int: TaxonomyCode] = [:]) throws
        -> [UInt8]
    {
        RTDocument.write(receipt, of: try #require(receipt.psp), request: request, taxonomy: taxonomy)
    }

    private func read(_ bytes: [UInt8]) throws -> RT {
        try RTDocument.read(
            bytes, as: .xml, from: PSPID("ABCDITMM"), receivedAt: Instant(rfc3339: "2036-11-20T10:00:00Z"))
    }

    @Test func `every kind of receipt is read back with the same facts and satisfies the official schema`() throws {
        var random = Dice(seed: 20_261_124)
        var documents: [[UInt8]] = []
        for number in 0..<400 {
            let receipt = try random.receipt()
            let bytes = try write(receipt, request: number.isMultiple(of: 2) ? random.request() : nil)
            documents.append(bytes)
            let rt: RT
            do { rt = try read(bytes) } catch {
                Issue.record("\(number): \(error) \(String(decoding: bytes, as: UTF8.self))")
                continue
            }
            let moved = receipt.outcome.movedMoney
            #expect(rt.outcome == receipt.outcome && rt.creditor == receipt.creditor && rt.iuv == receipt.iuv)
            #expect(rt.receiptID == displayText(receipt.paymentContext ?? receipt.receiptID, upTo: 35))
            #expect(rt.amount == (moved ? receipt.amount : .zero))
            #expect(rt.fee == (moved ? receipt.fee : nil))
            #expect(rt.paidAt.unixSeconds == receipt.paidAt.unixSeconds)
            if moved {
                let paid = receipt.transfers.filter { $0.amount != .zero }.sorted { $0.index < $1.index }
                let read = rt.transfers.filter { $0.amount != .zero }
                #expect(read.map(\.amount) == paid.map(\.amount))
                for (one, other) in zip(read, paid) { expect(one.remittance, shows: other.remittance, 140) }
            } else {
                expect(rt.failureReason, shows: receipt.failureReason, 35)
            }
            expect(rt.psp.businessName, shows: receipt.psp?.businessName, 70)
            expect(rt.debtor?.fullName, shows: receipt.debtor?.fullName, 70)
            #expect(rt.debtor?.taxCode == receipt.debtor?.taxCode ?? "ANONIMO")
            if let payer = rt.payer { expect(payer.fullName, shows: receipt.payer?.fullName, 70) }
            #expect(!rt.notes.contradictMoney, "\(rt.notes)")
        }
        #expect(try Official.violations(ofRTs: documents) ?? [] == [])
    }

    /// The text as shown, without characters that XML does not allow, truncated to its maximum; a text without visible characters is not
    /// checked.
    private func expect(
        _ read: String?, shows text: String?, _ maximum: Int, at place: SourceLocation = #_sourceLocation
    ) {
        guard let text, !displayText(text, upTo: maximum).isEmpty else { return }
        let scalars = text.unicodeScalars.map { scalar -> Unicode.Scalar in
            (scalar.value < 0x20 && ![9, 10, 13].contains(scalar.value)) || [0xFFFE, 0xFFFF].contains(scalar.value)
                ? "\u{FFFD}" : scalar
        }
        let whole = String(String.UnicodeScalarView(scalars))
        #expect(read == displayText(cutText(whole, upTo: maximum), upTo: maximum), sourceLocation: place)
    }

    @Test func `every readable RT is written so that it validates, the official samples too`() throws {
        var sources = [RTSample().text, RTSample(outcome: "1", total: "0.00", singles: []).text].map { Array($0.utf8) }
        sources.append(
            Array(
                RTSample(outcome: "2", singles: [.init(), .init(amount: "0.00", outcome: "REJECTED", fee: nil)]).text
                    .utf8))
        if let folder = Official.samples {
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            where name.hasPrefix("rt_") { sources.append(Array(try Data(contentsOf: folder.appending(path: name)))) }
        }
        var written: [[UInt8]] = []
        for source in sources {
            let rt = try read(source)
            let bytes = try write(Sample.receipt(of: rt))
            let again = try read(bytes)
            #expect(again.outcome == rt.outcome && again.amount == rt.amount && again.fee == rt.fee)
            #expect(again.receiptID == rt.receiptID && again.iuv == rt.iuv && again.creditor == rt.creditor)
            #expect(again.transfers.map(\.remittance) == rt.transfers.map(\.remittance) && again.paidAt == rt.paidAt)
            #expect(again.debtor == rt.debtor && again.payer == rt.payer)
            written.append(bytes)
        }
        #expect(try Official.violations(ofRTs: sources + written) ?? [] == [])
    }

    @Test func `the schema check finds errors`() throws {
        let wrong = Array(RTSample(total: "59.8").text.utf8)
        if let found = try Official.violations(ofRTs: [wrong]) { #expect(!found.isEmpty) }
    }

    @Test func `unknown values are written as the official documents specify`() throws {
        let receipt = try Sample.receipt(creditorName: nil, remittance: " ", payerName: "")
        let text = String(decoding: try write(receipt), as: UTF8.self)
        for words in [
            "<denominazioneBeneficiario>n/a</", "<riferimentoMessaggioRichiesta>n/a</",
            "<riferimentoDataRichiesta>2018-10-09</", "<datiSpecificiRiscossione>9/n/a</",
            "<soggettoPagatore><identificativoUnivocoPagatore><tipoIdentificativoUnivoco>F</tipoIdentificativoUnivoco><codiceIdentificativoUnivoco>ANONIMO</",
            "<anagraficaPagatore>ANONIMO</", "<anagraficaVersante>ANONIMO</",
            "<causaleVersamento>/RFB/02260618143027134/59.80/TXT/Mensa scolastica – ottobre 2018</",
            "<dataOraMessaggioRicevuta>2018-10-09T11:30:00</",
        ] { #expect(text.contains(words), "\(words)") }
    }

    @Test func `the official RT contains the facts of the request and the debt`() throws {
        let receipt = try Sample.receipt()
        let text = String(
            decoding: try write(
                receipt, request: RTRequest(id: "0199c0de", day: try CalendarDate("2018-10-08")),
                taxonomy: [1: try TaxonomyCode("9/0101002IM/")]), as: UTF8.self)
        for words in [
            "<riferimentoMessaggioRichiesta>0199c0de</", "<riferimentoDataRichiesta>2018-10-08</",
            "<datiSpecificiRiscossione>9/0101002IM/</", "<commissioniApplicatePSP>1.50</",
            "<identificativoUnivocoRiscossione>IUR-2018-1031</", "<codiceIdentificativoUnivoco>12345678903</",
            "<CodiceContestoPagamento>n/a</",
        ] { #expect(text.contains(words), "\(words)") }
    }

    @Test(arguments: [
        ("ABCDITMM", "B", "ABCDITMM"), ("ABCDITMMXXX", "B", "ABCDITMMXXX"), ("ABI03069", "A", "03069"),
        ("PSP_TEST_1", "G", "n/a"),
    ])
    func `a PSP without a tax code is identified by the BIC or ABI in its id`(id: String, kind: String, code: String)
        throws
    {
        let psp = RTPSP(id: try PSPID(id), businessName: "Banca", taxCode: nil, channel: nil)
        let text = String(decoding: RTDocument.write(try Sample.receipt(), of: psp), as: UTF8.self)
        #expect(
            text.contains(
                "<tipoIdentificativoUnivoco>\(kind)</tipoIdentificativoUnivoco><codiceIdentificativoUnivoco>\(code)</codiceIdentificativoUnivoco></identificativoUnivocoAttestante>"
            ))
    }

    @Test func `a text that is one long grapheme is truncated`() throws {
        let endless = "e" + String(repeating: "\u{301}", count: 200)
        let bytes = try write(Sample.receipt(creditorName: endless, remittance: "<![CDATA[&x;]]>\r\n\u{0}\u{FFFE}"))
        let rt = try read(bytes)
        #expect(rt.transfers.first?.remittance == "<![CDATA[&x;]]> \u{FFFD}\u{FFFD}")
        #expect(try Official.violations(ofRTs: [bytes]) ?? [] == [])
    }
}

extension Sample {
    /// The receipt that the service would store for an RT.
    static func receipt(of rt: RT) throws -> Receipt {
        Receipt(
            id: try Identifier("0199c0de-0000-7000-8000-000000000001"), receiptID: rt.receiptID, origin: .pagopa,
            status: .settled, outcome: rt.outcome, creditor: rt.creditor, creditorName: "Comune di Forlì",
            position: nil, installmentNumber: nil, attempt: nil, debtTypeKey: nil, description: "Mensa scolastica",
            document: nil, iuv: rt.iuv, noticeNumber: nil, paymentContext: rt.paymentContext, amount: rt.amount,
            fee: rt.fee, paidAt: rt.paidAt, psp: rt.psp, method: nil, transfers: rt.transfers, payer: rt.payer,
            debtor: rt.debtor, failureReason: rt.failureReason, till: nil, reference: nil, rtSHA256: nil,
            receivedAt: rt.paidAt)
    }
}

/// Random receipts of every kind, the same in every run.
private struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

    private mutating func text(upTo maximum: Int) -> String {
        let letters: [String] = [
            "a", "Z", "9", " ", "è", "ß", "–", "&", "<", ">", "\"", "'", "]]>", "\n", "\t", "\r", "\r\n", "\u{1}",
            "\u{1F}",
            "\u{FFFE}", "\u{85}", "\u{2028}", "\u{202E}", "👩‍👩‍👧‍👦", "e\u{301}", "🇮🇹", "漢", "\u{10FFFF}",
        ]
        return (0..<Int.random(in: 1...maximum, using: &self)).map { _ in letters.randomElement(using: &self) ?? "" }
            .joined()
    }

    private mutating func amount(from minimum: Int64 = 0) throws -> Amount {
        try Amount(cents: [minimum, 1, 99, 100, 5_980, 19_999_999_999].randomElement(using: &self) ?? 1)
    }

    private mutating func subject() throws -> RTSubject? {
        guard chance(80) else { return nil }
        return RTSubject(
            kind: chance(60) ? (chance(50) ? .person : .company) : nil,
            taxCode: ["RSSMRA80A01H501U", "12345678903", nil].randomElement(using: &self) ?? nil,
            fullName: chance(80) ? text(upTo: 140) : nil,
            email: chance(50) ? try EmailAddress(chance(50) ? "a.b+c@example.org" : "o'hara@example.org") : nil)
    }

    mutating func request() throws -> RTRequest {
        RTRequest(id: "0199c0de000070008000000000000001", day: try CalendarDate("2026-11-20"))
    }

    mutating func receipt() throws -> Receipt {
        let outcome = RTOutcome.allCases.randomElement(using: &self) ?? .executed
        let creditor = try OrganizationTaxCode("12345678903")
        let count = Int.random(in: outcome.movedMoney ? 1...4 : 0...5, using: &self)
        let transfers = try (0..<count).map { index in
            RTTransfer(
                index: count - index, creditor: creditor, iban: nil,
                // The first transfer in the RT, which is the last here, is always paid.
                amount: try amount(from: index == count - 1 ? 1 : 0), remittance: chance(80) ? text(upTo: 140) : nil)
        }
        let ids = ["7f0c9b1e5d2a4c3b8e6f10a2b3c4d5e6", "IUR <&> 1", String(repeating: "x", count: 35)]
        return Receipt(
            id: Identifier.make(at: try Instant(rfc3339: "2026-11-20T10:00:00Z"), random: &self),
            receiptID: ids.randomElement(using: &self) ?? "1", origin: .pagopa,
            status: Disposition.allCases.randomElement(using: &self) ?? .settled, outcome: outcome, creditor: creditor,
            creditorName: chance(80) ? text(upTo: 70) : nil, position: nil, installmentNumber: nil, attempt: nil,
            debtTypeKey: nil, description: text(upTo: 140), document: nil,
            iuv: try IUV(["02260618143027134", "RF18539007547034", "ABC"].randomElement(using: &self) ?? "1"),
            noticeNumber: nil, paymentContext: chance(50) ? ids.randomElement(using: &self) : nil,
            amount: try Amount.sum(transfers.map(\.amount)),
            fee: chance(50) ? try amount() : nil,
            paidAt: Instant(
                microseconds: Int64.random(in: 1_000_000_000_000_000...1_900_000_000_000_000, using: &self)),
            psp: RTPSP(
                id: try PSPID("ABCDITMM"), businessName: text(upTo: 140),
                taxCode: ["12345678903", nil, String(repeating: "1", count: 35)].randomElement(using: &self) ?? nil,
                channel: nil), method: nil, transfers: transfers, payer: try subject(), debtor: try subject(),
            failureReason: chance(50) ? text(upTo: 100) : nil, till: nil, reference: nil, rtSHA256: nil,
            receivedAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"))
    }
}
