import TestSupport
import Testing
import Text

@Suite struct AcceptLanguageTests {
    private static let supported = ["it", "en", "de", "fr", "sl"]

    @Test(
        arguments: [
            ("", nil), (",", nil), (";", nil), ("-", nil), ("ja", nil), ("de", "de"), ("DE-at", "de"), ("de_AT", nil),
            ("ja, fr", "fr"), ("fr;q=0.2, de;q=0.9", "de"), ("fr, de", "fr"), ("fr;q=0.5, de;q=0.5", "fr"),
            ("de;\tq=0.1 , fr", "fr"), ("de ; Q=0.1, fr;q=0.2", "fr"), ("de;q=0", nil),
            ("de;q=0.000, sl;q=0.001", "sl"),
            ("*", "it"), ("*;q=0.1, fr;q=0.2", "fr"), ("it;q=0, *", "en"), ("it;q=0.1, en;q=0, *;q=0.5", "de"),
            ("it;q=0, en;q=0, de;q=0, fr;q=0, sl;q=0, *", nil), ("de;q=2, fr;q=0.1", "fr"), ("de;q=nan, fr", "fr"),
            ("de;q=1e9, fr;q=0.1", "fr"), ("de;q=-1, fr;q=0.1", "fr"), ("de;level=1;q=0.1, fr;q=0.2", "fr"),
            ("de;q=0.1234, fr;q=0.1", "fr"), ("de;q=1.000, fr", "de"), ("de;q=, fr;q=0.1", "fr"),
        ] as [(String, String?)])
    func `a language is preferred by its weight and then by its order`(header: String, language: String?) {
        #expect(AcceptLanguage.preferred(in: header, of: Self.supported) == language)
    }

    /// A plain model: of the languages with the highest weight the first one in the header.
    @Test func `random headers give the language of a plain reading`() {
        var random = SeededRandom(seed: 801)
        for _ in 0..<3_000 {
            let elements = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                (
                    name: (Self.supported + ["ja", "pt"]).randomElement(using: &random) ?? "it",
                    weight: Int.random(in: 0...1_000, using: &random)
                )
            }
            let header = elements.map { element in
                let digits = String(element.weight + 10_000).dropFirst(2)
                let weight =
                    element.weight == 1_000
                    ? ["", ";q=1", "; q=1.0"].randomElement(using: &random) ?? "" : ";q=0.\(digits)"
                return (Bool.random(using: &random) ? element.name : element.name + "-XX") + weight
            }.joined(separator: [",", ", ", " ,\t"].randomElement(using: &random) ?? ",")
            let known = elements.filter { Self.supported.contains($0.name) && $0.weight > 0 }
            let expected = known.first { $0.weight == known.map(\.weight).max() }?.name
            #expect(AcceptLanguage.preferred(in: header, of: Self.supported) == expected, "\(header)")
        }
    }

    @Test func `elements beyond the limit are ignored, and no header is slow`() {
        let many = String(repeating: "ja,", count: AcceptLanguage.maximumElements)
        #expect(AcceptLanguage.preferred(in: many + "de", of: Self.supported) == nil)
        #expect(AcceptLanguage.preferred(in: String(many.dropFirst(3)) + "de", of: Self.supported) == "de")
        var random = SeededRandom(seed: 802)
        let pieces = ["it", "de", "q=", ";", ",", "0.", "1", "*", "-", "\t", "Q=0.5"]
        for _ in 0..<5_000 {
            let header = random.header(of: pieces, longestPieces: 20)
            if let language = AcceptLanguage.preferred(in: header, of: Self.supported) {
                #expect(Self.supported.contains(language))
            }
        }
    }

    @Test(
        arguments: [
            ("0", 0), ("1", 1_000), ("0.5", 500), ("0.05", 50), ("0.001", 1), ("1.", 1_000), ("0.", 0),
            ("1.000", 1_000),
            ("1.001", nil), ("0.0001", nil), ("", nil), (".5", nil), ("2", nil), ("-0", nil), ("0,5", nil), ("٠", nil),
            ("0.٥", nil), ("0.5.5", nil), ("00", nil),
        ] as [(String, Int?)])
    func `a weight has at most three decimals and is at most one`(text: String, thousandths: Int?) {
        #expect(HTTPWeight.thousandths(in: ["level=1", "q=\(text)", "q=1"]) == thousandths)
    }
}
