import Documents
import Foundation
import PagoPA
import Testing

/// A paid RT in JSON with the variations of other systems: accepted, with the right values of the members with effect.
@Suite struct RTReadingTests {
    static let iuv = "02260618143027134"
    static let good = #"""
        {"receipt_id":"R1","outcome":"OK","creditor_tax_code":"12345678903","iuv":"02260618143027134",
        "amount_cents":4550,"psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"paid_at":"2026-11-20T10:00:00Z",
        "transfers":[{"index":1,"creditor_tax_code":"12345678903","amount_cents":4550}]}
        """#

    static func read(_ text: String) throws -> RT { try read(Array(text.utf8)) }

    static func read(_ bytes: [UInt8]) throws -> RT {
        try RTDocument.read(
            bytes, as: .json, from: PSPID("ABCDITMM"), receivedAt: Instant(rfc3339: "2026-11-20T10:00:30Z"))
    }

    private func faults(_ text: String) -> [Fault] {
        do {
            _ = try Self.read(text)
            return []
        } catch RTDocumentFailure.refused(let faults) { return faults } catch { return [] }
    }

    private static func members(_ members: String) -> String {
        good.replacing("{\"receipt_id\"", with: "{\(members),\"receipt_id\"")
    }

    private static func paidAt(_ text: String) -> String { good.replacing("2026-11-20T10:00:00Z", with: text) }
    private static func amount(_ text: String) -> String {
        good.replacing("\"amount_cents\":4550,", with: "\"amount_cents\":\(text),")
    }
    private static func psp(_ name: String) -> String { good.replacing("Banca Alfa", with: name) }
    private static func remittance(_ text: String) -> String {
        good.replacing("\"amount_cents\":4550}", with: "\"amount_cents\":4550,\"remittance\":\(text)}")
    }
    private static func payer(_ members: String) -> String { Self.members("\"payer\":{\(members)}") }

    /// The value that was sent, and the expected note.
    typealias Variation = (name: String, text: String, pointer: String, code: RTNoteCode)

    static let variations: [Variation] = [
        ("two line feeds after the PSP's name", psp(#"Banca Alfa\n\n"#), "/psp/business_name", .sanitized),
        ("empty name of the PSP", psp(""), "/psp/business_name", .omitted),
        ("long name of the PSP", psp(String(repeating: "x", count: 141)), "/psp/business_name", .sanitized),
        ("a line feed", remittance(#""a\nb""#), "/transfers/0/remittance", .sanitized),
        ("CRLF", remittance(#""a\r\nb""#), "/transfers/0/remittance", .sanitized),
        ("a tab", remittance(#""a\tb""#), "/transfers/0/remittance", .sanitized),
        ("U+0000", remittance(#""a\u0000b""#), "/transfers/0/remittance", .sanitized),
        ("a direction override", remittance(#""a\u202ab""#), "/transfers/0/remittance", .sanitized),
        ("no remittance", remittance(#""""#), "/transfers/0/remittance", .omitted),
        ("a long one", remittance("\"\(String(repeating: "x", count: 141))\""), "/transfers/0/remittance", .sanitized),
        ("a number for it", remittance("12"), "/transfers/0/remittance", .nonstandard),
        ("an object for it", remittance("{}"), "/transfers/0/remittance", .omitted),
        ("null for it", remittance("null"), "/transfers/0/remittance", .omitted),
        ("empty address", payer(#""email":"""#), "/payer/email", .omitted),
        ("two addresses", payer(#""email":"a@example.org,b@example.org""#), "/payer/email", .omitted),
        ("an accent", payer(#""email":"nicolò@example.org""#), "/payer/email", .omitted),
        ("blanks around the address", payer(#""email":"mario@example.org ""#), "/payer/email", .nonstandard),
        ("no @", payer(#""email":"mario""#), "/payer/email", .omitted),
        ("an empty name", payer(#""full_name":"""#), "/payer/full_name", .omitted),
        ("F", payer(#""kind":"X""#), "/payer/kind", .omitted),
        ("an array for the payer", members(#""payer":[]"#), "/payer", .omitted),
        ("null for the debtor", members(#""debtor":null"#), "/debtor", .omitted),
        ("a later version's member", members(#""standin":false"#), "/standin", .unknownMember),
        (
            "one in psp", good.replacing(#""id":"ABCDITMM","#, with: #""id":"ABCDITMM","abi":"1","#), "/psp/abi",
            .unknownMember
        ),
        (
            "one in a transfer", good.replacing(#""index":1,"#, with: #""index":1,"mbd":"x","#), "/transfers/0/mbd",
            .unknownMember
        ),
        ("a name with ~ and /", members(#""a~/b":1"#), "/a~0~1b", .unknownMember),
        ("creditCard", members(#""payment_method":"creditCard""#), "/payment_method", .nonstandard),
        ("cp", members(#""payment_method":"cp""#), "/payment_method", .nonstandard),
        ("no method", members(#""payment_method":null"#), "/payment_method", .omitted),
        ("another IUV's notice", members(#""notice_number":"348172725623804858""#), "/notice_number", .inconsistent),
        ("wrong check digits", members(#""notice_number":"302260618143027135""#), "/notice_number", .omitted),
        ("a fee below 0", members(#""fee_cents":-1"#), "/fee_cents", .omitted),
        ("an invalid attempt", members(#""attempt_id":"x""#), "/attempt_id", .omitted),
        (
            "a long context", members("\"payment_context\":\"\(String(repeating: "c", count: 36))\""),
            "/payment_context", .omitted
        ),
        (
            "an empty IBAN", good.replacing(#""index":1,"#, with: #""index":1,"iban":"","#), "/transfers/0/iban",
            .omitted
        ),
        (
            "no transfers",
            good.replacing(
                #""paid_at":"2026-11-20T10:00:00Z",\#n"transfers":[{"index":1,"creditor_tax_code":"12345678903","amount_cents":4550}]"#,
                with: #""paid_at":"2026-11-20T10:00:00Z""#),
            "/transfers", .missing
        ),
        (
            "null transfers",
            good.replacing(#"[{"index":1,"creditor_tax_code":"12345678903","amount_cents":4550}]"#, with: "null"),
            "/transfers", .omitted
        ),
        ("no index", good.replacing(#""index":1,"#, with: ""), "/transfers/0/index", .missing),
        (
            "a transfer without amount", good.replacing(#","amount_cents":4550}"#, with: "}"),
            "/transfers/0/amount_cents", .omitted
        ),
        (
            "a transfer without a creditor",
            good.replacing(
                #""index":1,"creditor_tax_code":"12345678903""#, with: #""index":1,"creditor_tax_code":"x""#),
            "/transfers/0/creditor_tax_code", .omitted
        ),
        (
            "no psp", good.replacing(#""psp":{"id":"ABCDITMM","business_name":"Banca Alfa"},"#, with: ""), "/psp/id",
            .missing
        ),
        (
            "psp in small letters", good.replacing(#""id":"ABCDITMM""#, with: #""id":"abcditmm""#), "/psp/id",
            .nonstandard
        ),
        ("psp of another shape", good.replacing(#""id":"ABCDITMM""#, with: #""id":"A B""#), "/psp/id", .omitted),
        ("ok", good.replacing("\"OK\"", with: "\"ok\""), "/outcome", .nonstandard),
        ("a word of another list", good.replacing("\"OK\"", with: "\"PAID\",\"outcome_code\":0"), "/outcome", .omitted),
        ("a code of another list", members(#""outcome_code":9"#), "/outcome_code", .omitted),
        ("digits", members(#""outcome_code":"0""#), "/outcome_code", .nonstandard),
        ("null beside the word", members(#""outcome_code":null"#), "/outcome_code", .omitted),
        (
            "blanks in the IUV", good.replacing(iuv, with: "\(iuv.prefix(4))\u{A0}\(iuv.dropFirst(4))"), "/iuv",
            .nonstandard
        ),
        ("blanks around the IUV", good.replacing(iuv, with: "  \(iuv) "), "/iuv", .nonstandard),
        (
            "a long receipt id", good.replacing("R1", with: "0199c0de-0000-7000-8000-000000000001"), "/receipt_id",
            .nonstandard
        ),
        (
            "IT before the creditor",
            good.replacing(
                "\"creditor_tax_code\":\"12345678903\",\"iuv\"", with: "\"creditor_tax_code\":\"IT12345678903\",\"iuv\""
            ), "/creditor_tax_code", .nonstandard
        ),
        ("4550.0", amount("4550.0"), "/amount_cents", .nonstandard),
        ("amount as text", amount("\"4550\""), "/amount_cents", .nonstandard),
        ("no seconds", paidAt("2026-11-20T10:00Z"), "/paid_at", .nonstandard),
        ("no zone: Rome", paidAt("2026-11-20T11:00:00"), "/paid_at", .nonstandard),
        ("+0100", paidAt("2026-11-20T11:00:00+0100"), "/paid_at", .nonstandard),
        ("a blank", paidAt("2026-11-20 10:00:00Z"), "/paid_at", .nonstandard),
        ("12 digits", paidAt("2026-11-20T10:00:00.000000000000Z"), "/paid_at", .nonstandard),
        ("the zone's name", paidAt("2026-11-20T11:00+01:00[Europe/Rome]"), "/paid_at", .nonstandard),
    ]

    @Test(arguments: variations) func `a paid RT is accepted in every variation of members without effect`(
        _ one: Variation
    )
        throws
    {
        let rt = try Self.read(one.text)

        #expect(rt.outcome == .executed && rt.amount.cents == 4_550 && rt.creditor.value == "12345678903")
        #expect(rt.iuv.value == Self.iuv && rt.paidAt.rfc3339 == "2026-11-20T10:00:00Z")
        #expect(rt.notes.contains { $0.pointer == one.pointer && $0.code == one.code }, "\(rt.notes)")
        #expect(!rt.notes.contradictMoney)
        for text in [rt.psp.businessName] + rt.transfers.compactMap(\.remittance) {
            #expect((try? boundedText(text, 1...140)) == text)
        }
    }

    @Test func `a variation that needs no note gets none`() throws {
        for text in [
            Self.good, "\u{FEFF}" + Self.good, Self.paidAt("2026-11-20T10:00:00.000Z"),
            Self.paidAt("2026-11-20T11:00:00+01:00"), Self.members(#""outcome_code":0"#),
            Self.members(#""notice_number":"302260618143027134","payment_context":"n/a","fee_cents":0"#),
        ] {
            let rt = try Self.read(text)
            #expect(rt.notes.isEmpty, "\(rt.notes)")
            #expect(rt.paidAt.rfc3339 == "2026-11-20T10:00:00Z")
        }
    }

    @Test func `values are stored as written`() throws {
        #expect(try Self.read(Self.psp(#"Banca Alfa\n\n"#)).psp.businessName == "Banca Alfa")
        #expect(try Self.read(Self.psp("")).psp.businessName == "ABCDITMM")
        #expect(
            try Self.read(Self.remittance(#""Mensa ottobre\nclasse 2B""#)).transfers[0].remittance
                == "Mensa ottobre classe 2B")
        #expect(try Self.read(Self.payer(#""email":" mario@example.org ""#)).payer?.email?.value == "mario@example.org")
        #expect(try Self.read(Self.members(#""payment_method":"creditCard""#)).method?.code == "creditCard")
        #expect(try Self.read(Self.members(#""payment_method":"cp""#)).method?.code == "CP")
        #expect(try Self.read(Self.payer(#""kind":"F","tax_code":"rssmra80a01h501u""#)).payer?.kind == .person)
        #expect(try Self.read(Self.payer(#""tax_code":"rssmra80a01h501u""#)).payer?.taxCode == "RSSMRA80A01H501U")
        #expect(try Self.read(Self.members(#""notice_number":"348172725623804858""#)).noticeNumber == nil)
        // The second 60 is read as the first second of the next minute.
        #expect(try Self.read(Self.paidAt("2026-11-20T09:59:60Z")).paidAt.rfc3339 == "2026-11-20T10:00:00Z")
        let uuid = "0199C0DE-0000-7000-8000-000000000001"
        #expect(try Self.read(Self.members("\"attempt_id\":\"\(uuid)\"")).attempt?.description == uuid.lowercased())
        #expect(
            try Self.read(Self.members("\"payment_context\":\"\(uuid)\"")).paymentContext
                == uuid.lowercased().replacing("-", with: ""))
        for code in 0...4 {
            let rt = try Self.read(Self.good.replacing(#""outcome":"OK""#, with: "\"outcome_code\":\(code)"))
            #expect(rt.outcome.rawValue == code)
        }
    }

    @Test func `a missing IUV is derived from the notice number, even with wrong check digits`() throws {
        func notice(_ text: String) -> String {
            Self.good.replacing("\"iuv\":\"\(Self.iuv)\"", with: "\"notice_number\":\(text)")
        }
        let right = try Self.read(notice(#""302260618143027134""#))
        #expect(right.iuv.value == Self.iuv && right.noticeNumber?.value == "302260618143027134" && right.notes.isEmpty)
        let grouped = try Self.read(notice(#""3022 6061 8143 0271 34""#))
        #expect(grouped.noticeNumber == right.noticeNumber && grouped.iuv == right.iuv)
        let number = try Self.read(notice("302260618143027134"))
        #expect(number.noticeNumber == right.noticeNumber)
        let wrong = try Self.read(notice(#""302260618143027135""#))
        #expect(wrong.iuv.value == "02260618143027135" && wrong.noticeNumber == nil)
        #expect(wrong.notes.map(\.code) == [.inconsistent])
        // A valid notice number is used when the IUV is invalid.
        let rescued = try Self.read(
            Self.good.replacing(Self.iuv, with: "n/a").replacing(
                "{\"receipt", with: #"{"notice_number":"302260618143027134","receipt"#))
        #expect(rescued.iuv.value == Self.iuv)
        // An RF reference with wrong check digits is accepted, because the money has moved.
        #expect(
            try Self.read(Self.good.replacing(Self.iuv, with: "RF23567483937849450550875")).iuv.value
                == "RF23567483937849450550875")
        #expect(try Self.read(Self.good.replacing(Self.iuv, with: "rf18539007547034")).iuv.value == "RF18539007547034")
    }

    @Test func `transfers that cannot be shown are counted`() throws {
        func transfers(_ list: String) throws -> RT {
            try Self.read(
                Self.good.replacing(#"{"index":1,"creditor_tax_code":"12345678903","amount_cents":4550}"#, with: list))
        }
        func part(_ index: Int, _ cents: Int) -> String {
            "{\"index\":\(index),\"creditor_tax_code\":\"12345678903\",\"amount_cents\":\(cents)}"
        }
        let twice = try transfers([part(1, 4_000), part(1, 550)].joined(separator: ","))
        #expect(twice.transfers.map(\.index) == [1, 2] && twice.notes.map(\.code) == [.inconsistent])
        let many = try transfers((1...7).map { part($0, 650) }.joined(separator: ","))
        #expect(many.transfers.count == 5 && !many.notes.contradictMoney)
        let zero = try transfers([part(2, 0), part(1, 4_550)].joined(separator: ","))
        #expect(zero.transfers.map(\.index) == [2, 1] && zero.notes.isEmpty)
        let short = try transfers(part(1, 4_549))
        #expect(short.notes.contradictMoney && short.amount.cents == 4_550)
    }

    @Test func `contradictions about money are noted together with any other notes`() throws {
        #expect(try Self.read(Self.amount("0")).notes.contradictMoney)
        #expect(try Self.read(Self.good.replacing("\"OK\"", with: "\"KO\"")).notes.contradictMoney)
        #expect(try Self.read(Self.paidAt("2126-11-20T10:00:00Z")).notes.contradictMoney)
        let soon = try Self.read(Self.paidAt("2026-11-20T12:00:00Z"))
        #expect(soon.notes.map(\.code) == [.inFuture])
        let refused = try Self.read(
            Self.good.replacing("\"OK\"", with: "\"KO\"").replacing(
                "\"amount_cents\":4550}", with: "\"amount_cents\":0}"))
        #expect(refused.notes.map(\.code) == [.inconsistent] && !refused.outcome.movedMoney)
        let unknown = (0..<500).map { "\"k\($0)\":0" }.joined(separator: ",")
        let crowded = try Self.read(
            Self.members(unknown).replacing("\"amount_cents\":4550}", with: "\"amount_cents\":1}"))
        #expect(crowded.notes.count <= 100 && crowded.notes.contradictMoney)
    }

    @Test func `unreadable members with effect reject a document, and all of them are reported together`() {
        let all = faults(
            #"{"receipt_id":"a\nb","outcome":"maybe","creditor_tax_code":"1","iuv":"1'; DROP","amount_cents":1e2,"paid_at":"yesterday"}"#
        )
        #expect(
            Set(all.map(\.pointer)) == [
                "/receipt_id", "/outcome", "/creditor_tax_code", "/iuv", "/amount_cents", "/paid_at",
            ])
        #expect(
            Set(faults("{}").map(\.pointer)) == [
                "/receipt_id", "/outcome", "/creditor_tax_code", "/iuv", "/amount_cents", "/paid_at",
            ])
        #expect(faults("[]").map(\.code) == [.wrongType])
        #expect(faults(Self.members(#""outcome_code":1"#)).map(\.pointer) == ["/outcome_code"])
        for amount in [
            "-1", "-0.0", "1.5", "1e400", "100000000000", "null", "true", "\"45.50\"",
            String(repeating: "9", count: 40),
        ] {
            #expect(faults(Self.amount(amount)).map(\.pointer) == ["/amount_cents"], "\(amount)")
        }
        for moment in [
            "0001-01-01T00:00:00Z", "2026-02-30T10:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T10:00:00+99:00", "",
        ] {
            #expect(faults(Self.paidAt(moment)).map(\.pointer) == ["/paid_at"], "\(moment)")
        }
        #expect(
            faults(Self.good.replacing("R1", with: String(repeating: "x", count: 141))).map(\.pointer) == [
                "/receipt_id"
            ])
        let part = #"{"index":9}"#
        let flood = Self.good.replacing(
            "\"transfers\":[", with: "\"transfers\":[" + String(repeating: part + ",", count: 60))
        #expect(faults(flood).map(\.pointer) == ["/transfers"])
    }

    @Test func `an RT with any changed byte is accepted or rejected`() throws {
        let bytes = Array(Self.members(#""payer":{"email":"a@b.it"},"notice_number":"302260618143027134""#).utf8)
        for index in bytes.indices {
            for byte in [0x00, 0x20, 0x22, 0x2D, 0x2E, 0x30, 0x39, 0x5B, 0x7D, 0x80, 0xC3, 0xFF] as [UInt8] {
                var changed = bytes
                changed[index] = byte
                do {
                    let rt = try Self.read(changed)
                    #expect(rt.notes.count <= RTNotes.maximum && (0...5).contains(rt.transfers.count))
                } catch is RTDocumentFailure {}
            }
        }
    }
}
