import PagoPA
import Testing

@Suite struct RemittanceTests {
    @Test func `the text names IUV, amount and description`() throws {
        let iuv = try PositionSample.notice(7).iuv
        let text = Remittance.text(iuv: iuv, amount: try Amount(cents: 5_980), description: "Mensa scolastica")
        #expect(text == "/RFB/\(iuv.value)/59.80/TXT/Mensa scolastica")
    }

    @Test(arguments: [
        ("RF18539007547034", "RFS"), ("RF1", "RFB"), ("RFAB539007547034", "RFB"), ("01000000000000101", "RFB"),
    ])
    func `an RF creditor reference has its own kind`(iuv: String, kind: String) throws {
        let text = Remittance.text(iuv: try IUV(unchecked: iuv), amount: try Amount(cents: 1), description: "x")
        #expect(text == "/\(kind)/\(iuv)/0.01/TXT/x")
    }

    /// The database counts Unicode scalars, and several of them may make one character.
    @Test(arguments: ["a", "\u{E9}", "e\u{301}", "🇮🇹", "👩‍👩‍👧"])
    func `a long description is cut to 140 scalars between characters`(character: String) throws {
        let description = String(repeating: character, count: 140)
        let text = Remittance.text(
            iuv: try PositionSample.notice(7).iuv, amount: try Amount(cents: 5_980), description: description)
        #expect(text.unicodeScalars.count <= 140)
        #expect(text.unicodeScalars.count > 140 - character.unicodeScalars.count)
        #expect(description.hasPrefix(String(text.split(separator: "/").last ?? "none")))
    }
}
