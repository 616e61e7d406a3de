import Foundation
import Testing

@testable import Portal

/// Values as people type them and as pages write them.
@Suite struct ReadingTests {
    @Test(
        arguments: [
            ("1.059,80", 105_980), ("1059,8", 105_980), ("1,059.80", 105_980), ("1059", 105_900), ("0,01", 1),
            (" € 7 ", 700),
            ("1.000", 100_000), ("1.000.000", 100_000_000), ("12,5", 1_250), ("0", 0), ("00,10", 10),
            ("1\u{A0}000,00", 100_000),
        ] as [(String, Int64)]) func `an amount is read in the forms that people use`(text: String, cents: Int64)
    {
        #expect(TypedAmount.cents(text) == cents)
    }

    @Test(arguments: [
        "", "x", "-1", "+1", "1e3", "1,2,3", "1.00.00", ",50", ".5", "1,", "12.34.567,8", "0x10", "١٢", "１２",
        "999999999999999999999", "1/2", "1'000",
    ]) func `other texts are no amount`(text: String) { #expect(TypedAmount.cents(text) == nil) }

    @Test func `an amount that a form shows is read back`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let cents = Int64.random(in: 0...99_999_999_999, using: &generator)
            #expect(TypedAmount.cents(TypedAmount.text(cents)) == cents)
            for language in Language.allCases {
                // Only Slovene and French write what another language cannot read back.
                let text = Texts(language: language).euro(cents)
                #expect(TypedAmount.cents(text) == cents, "\(text)")
            }
        }
    }

    @Test func `no text ends the reader of amounts`() {
        var generator = SeededGenerator(seed: 8)
        let characters = Array("0123456789.,€ -e\u{A0}٣")
        for _ in 0..<5_000 {
            let length = Int.random(in: 0...24, using: &generator)
            let text = String((0..<length).compactMap { _ in characters.randomElement(using: &generator) })
            if let cents = TypedAmount.cents(text) { #expect(cents >= 0) }
        }
    }

    @Test(arguments: [
        ("2026-11-23", "10:30", "2026-11-23T09:30:00Z"), ("2026-07-01", "00:00", "2026-06-30T22:00:00Z"),
        ("2028-02-29", "12:00", "2028-02-29T11:00:00Z"), ("2026-12-31", "23:59", "2026-12-31T22:59:00Z"),
    ]) func `a day and a time in Italy are an instant`(day: String, time: String, instant: String) {
        #expect(RomeTime.instant(day: day, time: time) == instant)
    }

    @Test(arguments: [
        ("2026-02-29", "12:00"), ("2026-02-31", "12:00"), ("2026-04-31", "12:00"), ("2026-13-01", "12:00"),
        ("2026-00-10", "12:00"),
        ("2026-01-00", "12:00"), ("2026-01-32", "12:00"), ("26-01-01", "12:00"), ("2026-1", "12:00"), ("", "12:00"),
        ("2026-01-01", ""), ("2026-01-01", "24:00"), ("2026-01-01", "12:60"), ("2026-01-01", "12"), ("oggi", "ora"),
        ("9999999999999999999-01-01", "12:00"), ("3000-01-01", "12:00"),
    ]) func `what is no day or no time is refused`(day: String, time: String) {
        #expect(RomeTime.instant(day: day, time: time) == nil)
    }

    @Test func `a form is read back as it was written`() {
        var generator = SeededGenerator(seed: 9)
        let pieces = ["a", "è", "😀", "&", "=", "+", "%", " ", "/", "?", "#", "\r\n", "\"", "<", ";", "%41", "\u{7F}"]
        for _ in 0..<500 {
            var values: [String: String] = [:]
            for number in 0..<Int.random(in: 0...20, using: &generator) {
                let length = Int.random(in: 0...30, using: &generator)
                values["f\(number)"] = (0..<length).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            }
            let text = values.map { "\(APIClient.encoded($0.key))=\(APIClient.encoded($0.value))" }.joined(
                separator: "&")
            #expect(FormCoding.decode(Array(text.utf8)) == values)
        }
    }

    @Test(arguments: ["a=%", "a=%4", "a=%4G", "a=%FF", "a=%C3", "%FF=a", "a=%00", "a=%ED%A0%80", "a=%C0%80"])
    func `a malformed form is refused as a whole`(text: String) {
        #expect(FormCoding.decode(Array(text.utf8)) == nil)
    }

    @Test func `a form has at most 80 fields of 4 KiB`() {
        func form(_ fields: Int, _ bytes: Int) -> [UInt8] {
            Array((0..<fields).map { "f\($0)=" + String(repeating: "x", count: bytes) }.joined(separator: "&").utf8)
        }
        #expect(FormCoding.decode(form(80, 1))?.count == 80)
        #expect(FormCoding.decode(form(81, 1)) == nil)
        #expect(FormCoding.decode(form(1, 4_096))?.count == 1)
        #expect(FormCoding.decode(form(1, 4_097)) == nil)
    }

    @Test func `no bytes end the reader of forms`() {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<3_000 {
            let length = Int.random(in: 0...40, using: &generator)
            let bytes = (0..<length).map { _ in
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0...255, using: &generator)
                    : Array("a=&%+4F;".utf8).randomElement(using: &generator) ?? 0
            }
            if let form = FormCoding.decode(bytes) { #expect(form.count <= 80) }
            let multipart = IncomingRequest(
                method: "POST", path: "/", headers: ["content-type": "multipart/form-data; boundary=a"],
                body: Array("--a\r\n".utf8) + bytes + Array("\r\n--a--".utf8))
            if let form = SentForm(multipart) { #expect(form.fields.count + form.files.count <= 1) }
        }
    }

    @Test(arguments: ["a", "A-z_9", String(repeating: "x", count: 64)]) func `ids and codes are segments of a path`(
        text: String
    ) {
        #expect(Segment(text)?.text == text)
    }

    @Test(arguments: [nil, "", "a/b", "..", "a.b", "a b", "è", "a%2F", "a\n", String(repeating: "x", count: 65)])
    func `nothing else is a segment of a path`(text: String?) { #expect(Segment(text) == nil) }

    @Test func `no value of a visitor leaves its place in an address of the service`() async {
        var generator = SeededGenerator(seed: 11)
        let pieces = ["..", "/", "?", "#", "&", "=", "%2e", "%2F", "x", "\\", ";", " ", "è", "\u{0}", "//", "@", ":"]
        for _ in 0..<60 {
            let browser = Browser.inWorld()
            await browser.signIn()
            await browser.signInStaff()
            let text = (0..<4).compactMap { _ in pieces.randomElement(using: &generator) }.joined()
            let before = browser.service.requests.count
            let encoded = APIClient.encoded(text)
            for path in [
                "/documents/\(text)", "/archive/\(text)/pdf", "/pay/p1/\(text)", "/pay/p1/1/\(text)",
                "/services/\(text)",
                "/help/\(text)", "/attempts/\(text)", "/desk/positions/\(text)", "/desk/mails/\(text)",
                "/archive?cursor=\(encoded)&iuv=\(encoded)", "/desk/refunds?status=\(encoded)&cursor=\(encoded)",
            ] { await browser.get(path) }
            for request in browser.service.requests.dropFirst(before) {
                let path = request.path.split(separator: "?", omittingEmptySubsequences: false).first ?? ""
                #expect(path.hasPrefix("/v1/") && !path.contains(".."), "\(request.path)")
                #expect(request.path.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "\(request.path)")
                #expect(request.path.count { $0 == "?" } <= 1 && !request.path.contains("#"), "\(request.path)")
            }
        }
    }
}
