import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

@Suite struct RTDocumentTests {
    private func read(_ text: String) throws -> RT { try read(Array(text.utf8)) }

    private func read(_ bytes: [UInt8]) throws -> RT {
        try RTDocument.read(
            bytes, as: .xml, from: PSPID("ABCDITMM"), receivedAt: Instant(rfc3339: "2026-11-20T10:00:00Z"))
    }

    private func failure(_ text: String) -> RTDocumentFailure? { failure(Array(text.utf8)) }

    private func failure(_ bytes: [UInt8]) -> RTDocumentFailure? {
        do {
            _ = try read(bytes)
            return nil
        } catch { return error as? RTDocumentFailure }
    }

    private func pointers(_ sample: RTSample) -> [String] {
        guard case .refused(let faults) = failure(sample.text) else { return [] }
        return faults.map(\.pointer)
    }

    private func isUnreadable(_ text: String) -> Bool {
        if case .unreadable = failure(text) { return true }
        return false
    }

    @Test func `every member of an executed payment is read`() throws {
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
        // A time without a zone is local time in Rome: 14:31 there is 12:31 UTC in October.
        #expect(rt.paidAt.rfc3339.hasPrefix("2026-10-09T12:31:00"))
        #expect(rt.notes.isEmpty)
    }

    @Test func `two messages with the same RT are equal, and no others`() throws {
        let text = RTSample().text
        let rt = try read(text)
        for same in [
            text.replacing("pay_i", with: "x"), text.replacing(">RT-1<", with: ">RT-2<"),
            text.replacing("T14:31:00", with: "T14:31:07"), text.replacing("\n", with: "\n\n  <!-- x -->"),
            text.replacing("2026-10-09</", with: "2026-10-09Z</"), text.replacing(">59.80<", with: ">059.80<"),
            text.replacing(">6.2.0<", with: ">6.0<"), text.decomposedStringWithCanonicalMapping,
        ] {
            #expect(try read(same).meaning == rt.meaning)
            #expect(try read(same).differences(from: rt).isEmpty)
        }
        for other in [
            RTSample(outcome: "1", total: "0.00", singles: []), RTSample(singles: [.init(fee: "1.51")]),
            RTSample(singles: [.init(date: "2026-10-08")]), RTSample(total: "59.81"),
            RTSample(singles: [.init(outcome: "ACCEPTED")]), RTSample(iuv: "RF18539007547034"),
        ] {
            #expect(try read(other.text).meaning != rt.meaning)
            #expect(try !read(other.text).differences(from: rt).isEmpty)
        }
        let renamed = try read(text.replacing(">Banca Alfa<", with: ">Banca Beta<"))
        #expect(renamed.differences(from: rt) == ["psp/business_name"])
        // A member that only one of the two has is not a difference.
        #expect(try read(RTSample(singles: [.init(fee: nil)]).text).differences(from: rt).isEmpty)
    }

    @Test func `a payment has its own date, not its message's`() throws {
        var sample = RTSample()
        sample.singles[0].date = "2026-10-07"
        let rt = try read(sample.text)
        #expect(CalendarDate(romeDayOf: rt.paidAt).description == "2026-10-07")
    }

    @Test(arguments: ["1", "3"]) func `a document without a payment is read with or without single payments`(
        outcome: String
    ) throws {
        var sample = RTSample(outcome: outcome, total: "0.00", singles: [])
        #expect(try read(sample.text).outcome.movedMoney == false)
        sample.singles = [.init(amount: "0.00", outcome: "REJECTED", fee: nil)]
        #expect(try read(sample.text).failureReason == "REJECTED")
        sample.singles = [.init(amount: "0.00", outcome: nil, fee: nil)]
        #expect(try read(sample.text).notes.isEmpty)
        sample.total = "1.00"
        #expect(try read(sample.text).notes.map(\.code) == [.inconsistent])
        sample.singles = [.init(amount: "1.00")]
        #expect(try read(sample.text).notes.contradictMoney)
    }

    @Test(arguments: ["2", "4"]) func `a partial payment is read`(outcome: String) throws {
        var sample = RTSample(outcome: outcome, total: "59.80")
        // The node accepts a partial outcome with one single.
        #expect(try read(sample.text).notes.isEmpty)
        sample.singles.append(.init(amount: "0.00", outcome: "REJECTED", fee: nil))
        let rt = try read(sample.text)
        #expect(rt.outcome.isPartial && rt.transfers.count == 2)
        #expect(try read(RTSample(outcome: outcome, total: "0.00", singles: []).text).notes.contradictMoney)
    }

    @Test func `a revenue stamp is read with its attachment`() throws {
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
        #expect(try read(sample.text).amount.cents == 1_600)
    }

    @Test func `an invalid member without effect does not reject a document`() throws {
        let text = RTSample().text
        let variations: [(RTNoteCode?, String)] = [
            (.nonstandard, RTSample(total: "59.8").text),
            (.nonstandard, RTSample(contextName: "codiceContestoPagamento").text),
            (.nonstandard, RTSample(namespace: "urn:other").text), (nil, RTSample(beforePayment: "stray text").text),
            (nil, RTSample(beforePayment: "<pay_i:soggettoVersante/>").text),
            (.unknownMember, RTSample(beforePayment: "<pay_i:standIn>true</pay_i:standIn>").text),
            (.unknownMember, RTSample(beforePayment: "<x xmlns='urn:x'/>").text),
            (
                nil,
                text.replacing(
                    "<pay_i:riferimentoDataRichiesta>2026-10-09", with: "<pay_i:riferimentoDataRichiesta>0001-01-01")
            ),
            (
                nil,
                text.replacing(
                    "<pay_i:riferimentoDataRichiesta>2026-10-09", with: "<pay_i:riferimentoDataRichiesta>1899-12-30")
            ),
            (.omitted, text.replacing("n.dangelo@example.org", with: "nicolò@example.org")),
            (.sanitized, text.replacing("Banca Alfa", with: "Banca Alfa\n\n")),
            (.sanitized, text.replacing("Mensa &amp; trasporto", with: "riga 1\nriga 2 \u{202E}abc")),
            (
                .omitted,
                text.replacing(
                    "dataOraMessaggioRicevuta>2026-10-09T14:31:00", with: "dataOraMessaggioRicevuta>2026-02-30T10:00:00"
                )
            ),
            (.omitted, RTSample(singles: [.init(date: "tomorrow")]).text),
            (.omitted, RTSample(total: "358.80", singles: Array(repeating: .init(), count: 6)).text),
            (.inFuture, RTSample(singles: [.init(date: "2026-10-12")]).text),
            (nil, text.replacing("Mensa &amp; trasporto", with: "<![CDATA[<!DOCTYPE x>]]>")),
        ]
        for (code, text) in variations {
            let rt = try read(text)
            #expect(rt.iuv.value == "02260618143027134" && rt.outcome == .executed, "\(text)")
            #expect(!rt.notes.contradictMoney, "\(rt.notes)")
            #expect(code == nil ? rt.notes.isEmpty : rt.notes.contains { $0.code == code }, "\(rt.notes) \(text)")
            #expect(CalendarDate(romeDayOf: rt.paidAt).description == "2026-10-09", "\(text)")
        }
        #expect(try read(RTSample(total: "11", singles: [.init(amount: "11.0")]).text).amount.cents == 1_100)
        #expect(try read(RTSample(total: "1", singles: [.init(amount: "11")]).text).notes.contradictMoney)
        #expect(try read(RTSample(singles: []).text).notes.map(\.code) == [.missing])
        #expect(try read(RTSample(iuv: "RF23567483937849450550875").text).iuv.value.hasPrefix("RF23"))
    }

    @Test func `a document is decoded in the encoding that it declares`() throws {
        func sample(_ name: String) -> String { RTSample().text.replacing("UTF-8", with: name) }
        func encoded(_ name: String, _ encoding: String.Encoding) -> [UInt8] {
            Array(sample(name).replacing("D’A", with: "D'A").data(using: encoding) ?? Data())
        }
        let documents = [
            encoded("UTF8", .utf8), encoded("utf-8", .utf8), encoded("ISO-8859-1", .isoLatin1),
            encoded("UTF-16", .utf16),
            encoded("UTF-16", .utf16LittleEndian), encoded("UTF-16", .utf16BigEndian),
            encoded("Windows-1252", .windowsCP1252),
            [0xEF, 0xBB, 0xBF] + encoded("UTF-8", .utf8),
        ]
        for document in documents { #expect(try read(document).debtor?.fullName == "Niccolò D'Angelo") }
        let ascii = sample("us-ascii").replacing("Niccolò D’", with: "N D'")
        #expect(try read(ascii).debtor?.fullName == "N D'Angelo")
        #expect(isUnreadable(sample("us-ascii")))
    }

    @Test func `unreadable members with effect reject a document, and all of them are reported together`() {
        #expect(pointers(RTSample(total: "-59.80")) == ["/RT/datiPagamento/importoTotalePagato"])
        #expect(pointers(RTSample(total: "59.800")) == ["/RT/datiPagamento/importoTotalePagato"])
        #expect(pointers(RTSample(outcome: "5")) == ["/RT/datiPagamento/codiceEsitoPagamento"])
        #expect(pointers(RTSample(domain: "1234567890A")) == ["/RT/dominio/identificativoDominio"])
        #expect(pointers(RTSample(singles: [], sentAt: "2026-02-30T10:00:00")) == ["/RT/dataOraMessaggioRicevuta"])
        #expect(
            pointers(RTSample(outcome: "9", total: "x", context: "")) == [
                "/RT/datiPagamento/CodiceContestoPagamento", "/RT/datiPagamento/codiceEsitoPagamento",
                "/RT/datiPagamento/importoTotalePagato",
            ])
        guard case .refused(let envelope) = failure("<e:Envelope xmlns:e='urn:x'><e:Body/></e:Envelope>") else {
            Issue.record("an envelope was taken")
            return
        }
        #expect(envelope.map(\.pointer) == ["/Envelope"] && envelope[0].detail.contains("SOAP"))
        // Two amounts are ambiguous.
        let twice = RTSample().text.replacing(
            "</pay_i:importoTotalePagato>",
            with: "</pay_i:importoTotalePagato><pay_i:importoTotalePagato>1.00</pay_i:importoTotalePagato>")
        guard case .refused(let faults) = failure(twice) else {
            Issue.record("two amounts were taken")
            return
        }
        #expect(faults.map(\.pointer) == ["/RT/datiPagamento/importoTotalePagato"])
    }

    @Test func `attacks are rejected before they use resources`() {
        let rt = RTSample().text
        let start = "<RT xmlns=\"http://www.digitpa.gov.it/schemas/2011/Pagamenti/\">"
        let attacks = [
            "", " ", "<RT>", "<a></b>", rt + rt, rt + "x", String(rt.dropLast(3)),
            rt.replacing("UTF-8", with: "UTF-7"), rt.replacing("UTF-8", with: "UTF-16"),
            "<!-- x --><!DOCTYPE RT>\(start)</RT>", "<?x <!-- ?><!DOCTYPE RT [<!-- ?> ]>\(start)</RT>",
            "\(start)<![CDATA[x", "\(start)<!-- x", "\(start)<a b=\"></RT>",
            start + "<!--" + String(repeating: "x", count: 9_000) + "--></RT>",
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
        let utf16 = Array("<!DOCTYPE RT>\(start)</RT>".data(using: .utf16) ?? Data())
        for bytes in [
            utf16, Array(utf16.dropLast()), Array(rt.utf8) + [0], [0xFF, 0xFE], Array("<RT>\u{0}</RT>".utf8),
            [0x3C, 0xC0, 0x80, 0x3E],
        ] {
            guard case .unreadable = failure(bytes) else {
                Issue.record("taken: \(bytes.prefix(8))")
                continue
            }
        }
    }

    @Test func `truncated and changed documents never cause a trap`() throws {
        let bytes = Array(RTSample().text.utf8)
        for length in stride(from: 0, to: bytes.count, by: 7) { #expect(failure(Array(bytes.prefix(length))) != nil) }
        for index in stride(from: 0, to: bytes.count, by: 3) {
            for byte in [0x00, 0x26, 0x3C, 0x3E, 0x80, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                // The document may be accepted or rejected; the test is that the call returns.
                _ = failure(changed)
            }
        }
    }

    /// The official sample messages, if their folder is configured; the fixtures above always run.
    @Test func `the official samples have the expected results`() throws {
        guard let folder = Official.samples else { return }
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        where name.hasSuffix(".xml") {
            let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
            let verdict: String
            switch failure(bytes) {
            case nil: verdict = "taken"
            case .unreadable(let why): verdict = "unreadable: \(why)"
            case .refused(let faults): verdict = faults.first.map { "\($0.pointer) \($0.detail)" } ?? ""
            }
            print("\(name)\t\(verdict)")
            // Documents that violate the schema or contradict themselves are RTs as well.
            #expect((verdict == "taken") == (name.hasPrefix("rt_") || name.hasPrefix("BAD_rt_")), "\(name) \(verdict)")
        }
    }
}
