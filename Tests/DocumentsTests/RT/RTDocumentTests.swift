import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

@Suite struct RTDocumentTests {
    private func read(_ text: String) throws -> RT {
        try RTDocument.read(Array(text.utf8), from: PSPID("ABCDITMM"))
    }

    private func failure(_ text: String) -> RTDocumentFailure? { failure(Array(text.utf8)) }

    private func failure(_ bytes: [UInt8]) -> RTDocumentFailure? {
        do {
            _ = try RTDocument.read(bytes, from: PSPID("ABCDITMM"))
            return nil
        } catch { return error as? RTDocumentFailure }
    }

    private func isSyntax(_ sample: RTSample) -> Bool {
        if case .syntax = failure(sample.text) { return true }
        return false
    }

    private func isSemantics(_ sample: RTSample) -> Bool {
        if case .semantics = failure(sample.text) { return true }
        return false
    }

    private func isUnreadable(_ text: String) -> Bool {
        if case .unreadable = failure(text) { return true }
        return false
    }

    @Test func `an executed payment is read whole`() throws {
        let rt = try read(RTSample().text)

        #expect(rt.outcome == .executed)
        #expect(rt.creditor.value == "12345678903")
        #expect(rt.iuv.value == "02260618143027134")
        #expect(rt.receiptID == "7f0c9b1e5d2a4c3b8e6f10a2b3c4d5e6")
        #expect(rt.amount.cents == 5_980 && rt.fee?.cents == 150)
        #expect(rt.psp.id.value == "ABCDITMM" && rt.psp.businessName == "Banca Alfa")
        #expect(rt.psp.taxCode == "15376371009")
        #expect(rt.debtor?.fullName == "Niccolò D’Angelo" && rt.debtor?.taxCode == "RSSMRA80A01H501U")
        #expect(rt.transfers.map(\.remittance) == ["/RFB/02260618143027134/59.80/TXT/Mensa & trasporto"])
        // Without a zone the clock is Rome's: 14:31 there is 12:31 UTC in October.
        #expect(rt.paidAt.rfc3339.hasPrefix("2026-10-09T12:31:00"))
        #expect(rt.faults(receivedAt: rt.paidAt).isEmpty)
    }

    @Test func `two messages with one RT say the same, and nothing else does`() throws {
        func content(_ text: String) throws -> [UInt8] {
            try RTDocument.open(Array(text.utf8), from: PSPID("ABCDITMM")).content
        }
        let text = RTSample().text
        let said = try content(text)
        for same in [
            text.replacing("pay_i", with: "x"), text.replacing(">RT-1<", with: ">RT-2<"),
            text.replacing("T14:31:00", with: "T14:31:07"), text.replacing("\n", with: "\n\n  <!-- x -->"),
        ] { #expect(try content(same) == said) }
        for other in [
            RTSample(outcome: "1", total: "0.00", singles: []), RTSample(context: "another"),
            RTSample(singles: [.init(outcome: "ACCEPTED")]), RTSample(singles: [.init(fee: nil)]),
            RTSample(singles: [.init(date: "2026-10-08")]),
        ] { #expect(try content(other.text) != said) }
        #expect(try content(text.replacing(">Comune<", with: ">Comune di<")) != said)
    }

    @Test func `a payment of another day than its message is of that day`() throws {
        var sample = RTSample()
        sample.singles[0].date = "2026-10-07"
        let rt = try read(sample.text)
        #expect(CalendarDate(romeDayOf: rt.paidAt).description == "2026-10-07")
    }

    @Test(arguments: ["1", "3"]) func `nothing was paid, with singles or without`(outcome: String) throws {
        var sample = RTSample(outcome: outcome, total: "0.00", singles: [])
        #expect(try read(sample.text).outcome.movedMoney == false)
        sample.singles = [.init(amount: "0.00", outcome: "REJECTED", fee: nil)]
        #expect(try read(sample.text).failureReason == "REJECTED")
        sample.singles = [.init(amount: "0.00", outcome: nil, fee: nil)]
        #expect(isSemantics(sample))
        sample.total = "1.00"
        #expect(isSemantics(sample))
    }

    @Test(arguments: ["2", "4"]) func `part was paid`(outcome: String) throws {
        var sample = RTSample(outcome: outcome, total: "59.80")
        sample.singles.append(.init(amount: "0.00", outcome: "REJECTED", fee: nil))
        let rt = try read(sample.text)
        #expect(rt.outcome.isPartial && rt.transfers.count == 2)
        #expect(isSemantics(RTSample(outcome: outcome, total: "0.00", singles: [])))
    }

    @Test func `a stamp comes with its attachment`() throws {
        var sample = RTSample(total: "16.00")
        sample.singles = [
            .init(
                amount: "16.00",
                attachment:
                    "<allegatoRicevuta><tipoAllegatoRicevuta>BD</tipoAllegatoRicevuta><testoAllegato>PD94bWw+</testoAllegato></allegatoRicevuta>"
            )
        ]
        #expect(try read(sample.text).amount.cents == 1_600)
        sample.singles[0].attachment = sample.singles[0].attachment.replacing("PD94bWw+", with: "PD94bWw!")
        #expect(isSyntax(sample))
    }

    @Test func `what breaks the schema is told by its place`() throws {
        #expect(isSyntax(RTSample(total: "59.8")))
        #expect(isSyntax(RTSample(total: "-59.80")))
        #expect(isSyntax(RTSample(outcome: "5")))
        #expect(isSyntax(RTSample(context: "")))
        #expect(isSyntax(RTSample(contextName: "codiceContestoPagamento")))
        #expect(isSyntax(RTSample(namespace: "urn:other")))
        #expect(isSyntax(RTSample(sentAt: "2026-02-30T10:00:00")))
        #expect(isSyntax(RTSample(beforePayment: "<pay_i:soggettoVersante/>")))
        #expect(isSyntax(RTSample(beforePayment: "stray text")))
        #expect(isSyntax(RTSample(singles: Array(repeating: .init(), count: 6))))
        guard case .syntax(let faults) = failure(RTSample(outcome: "9", total: "x", context: "").text) else {
            Issue.record("no syntax failure")
            return
        }
        #expect(
            faults.map(\.pointer) == [
                "/RT/datiPagamento/codiceEsitoPagamento", "/RT/datiPagamento/importoTotalePagato",
                "/RT/datiPagamento/CodiceContestoPagamento",
            ])
    }

    @Test func `what contradicts itself is told`() {
        #expect(isSemantics(RTSample(total: "59.81")))
        #expect(isSemantics(RTSample(singles: [])))
        #expect(isSemantics(RTSample(domain: "1234567890A")))
        #expect(isSemantics(RTSample(iuv: "RF23567483937849450550875")))
    }

    @Test func `attacks are refused before they cost anything`() {
        let rt = RTSample().text
        let start = "<RT xmlns=\"http://www.digitpa.gov.it/schemas/2011/Pagamenti/\">"
        let attacks = [
            "", " ", "<RT>", "<a></b>", rt + rt, rt + "x", String(rt.dropLast(3)),
            rt.replacing("UTF-8", with: "UTF-7"), rt.replacing("UTF-8", with: "ISO-8859-1"),
            "<!DOCTYPE RT [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\(start)&x;</RT>",
            "<!DOCTYPE RT SYSTEM \"http://127.0.0.1:1/x.dtd\">\(start)</RT>",
            "<!DOCTYPE RT [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;\">]>\(start)&b;</RT>",
            "\(start)&undefined;</RT>",
            String(repeating: "<a>", count: 1_000) + String(repeating: "</a>", count: 1_000),
            start + String(repeating: "<a/>", count: 6_000) + "</RT>",
            "<RT " + (0..<10_000).map { "a\($0)=\"\"" }.joined(separator: " ") + "/>",
            "<RT " + (0..<100).map { "a\($0)=\"\"" }.joined(separator: " ") + "/>",
            start + String(repeating: "x", count: 70_000) + "</RT>",
            start + String(repeating: "x", count: 300_000) + "</RT>",
        ]
        for attack in attacks { #expect(isUnreadable(attack), "\(attack.prefix(60))") }
        let utf16 = Array(rt.data(using: .utf16) ?? Data())
        for bytes in [
            utf16, Array(rt.utf8) + [0], [0xFF, 0xFE], Array("<RT>\u{0}</RT>".utf8), [0x3C, 0xC0, 0x80, 0x3E],
        ] {
            guard case .unreadable = failure(bytes) else {
                Issue.record("taken: \(bytes.prefix(8))")
                continue
            }
        }
    }

    @Test func `no cut and no changed byte of a good document makes trouble`() throws {
        let bytes = Array(RTSample().text.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) { #expect(failure(Array(bytes.prefix(length))) != nil) }
        for index in stride(from: 0, to: bytes.count, by: 3) {
            for byte in [0x00, 0x26, 0x3C, 0x3E, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                // Good or bad, it is answered; that it returns at all is the test.
                _ = failure(changed)
            }
        }
    }

    /// The official sample messages, where their folder is named; our own fixtures above always run.
    @Test func `the official samples have their verdicts`() throws {
        guard let folder = Official.samples else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where name.hasSuffix(".xml") {
            let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            let verdict: String
            switch failure(bytes) {
            case nil: verdict = "taken"
            case .unreadable(let why): verdict = "unreadable: \(why)"
            case .syntax(let faults):
                verdict = "PAA_SINTASSI_XSD: \(faults.first.map { "\($0.pointer) \($0.detail)" } ?? "")"
            case .semantics(let faults):
                verdict = "PAA_SEMANTICA: \(faults.first.map { "\($0.pointer) \($0.detail)" } ?? "")"
            }
            print("\(name)\t\(verdict)")
            #expect((verdict == "taken") == name.hasPrefix("rt_"), "\(name) \(verdict)")
        }
    }
}
