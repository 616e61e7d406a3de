import PagoPA
import TestSupport
import Testing

/// The rules of texts for people, on generated texts of the characters that matter to them.
@Suite struct TextRuleTests {
    private static let pieces = [
        "a", "è", "e\u{301}", "漢", "👩‍👩‍👧", "🇮🇹", " ", "\u{A0}", "\t", "\n", "\r\n", "\r", "\u{0}", "\u{1F}", "\u{7F}",
        "\u{85}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{2066}", "\u{2069}", "\u{200B}", "\u{FEFF}", "\u{301}",
    ]

    private static func texts(seed: UInt64) -> [String] {
        var random = SeededRandom(seed: seed)
        return (0..<3_000).map { _ in
            (0..<Int.random(in: 0...14, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                .joined()
        }
    }

    @Test func `a text for display is accepted as a text for people, and showing it again changes nothing`() {
        for text in Self.texts(seed: 61) {
            for maximum in [1, 5, 140] {
                let shown = displayText(text, upTo: maximum)
                #expect(shown.isEmpty || (try? boundedText(shown, 1...maximum)) == shown, "\(text.debugDescription)")
                #expect(displayText(shown, upTo: maximum) == shown, "\(text.debugDescription)")
                #expect(trimmedText(shown) == shown)
            }
        }
        #expect(displayText(" Mensa\r\n  di  ottobre\t\u{202E} ", upTo: 140) == "Mensa di  ottobre")
    }

    @Test
    func `texts without white space at their ends, and codes without blanks, stay as they are; others lose only those`()
    {
        for text in Self.texts(seed: 64) + ["", "a", " a", "a ", "a b", "ab", "~", "\u{20}\u{301}a"] {
            let rest = Array(text).drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace)
            #expect(trimmedText(text) == String(rest.reversed()), "\(text.debugDescription)")
            let kept = text.unicodeScalars.filter {
                !$0.properties.isWhitespace && !"\u{200B}\u{200C}\u{200D}\u{2060}\u{FEFF}".unicodeScalars.contains($0)
            }
            #expect(Array(text.withoutBlanks.unicodeScalars) == Array(kept), "\(text.debugDescription)")
        }
    }

    @Test func `a plain text has one sign for each character that a text for people may not have`() {
        for text in Self.texts(seed: 62) {
            let plain = plainText(text, upTo: 100)
            #expect((try? boundedText(plain, 0...100)) == plain, "\(text.debugDescription)")
            #expect(plain.unicodeScalars.count == min(100, text.unicodeScalars.count))
        }
    }

    @Test func `a truncated text is a beginning of the whole one and splits no visible character that fits`() {
        for text in Self.texts(seed: 63) {
            for maximum in 1...6 {
                let cut = cutText(text, upTo: maximum)
                #expect(cut.unicodeScalars.count <= maximum)
                #expect(text.unicodeScalars.starts(with: cut.unicodeScalars), "\(text.debugDescription)")
                let fits = (text.first?.unicodeScalars.count ?? 0) <= maximum
                #expect(!fits || text.hasPrefix(cut), "\(text.debugDescription)")
            }
        }
        #expect(cutText("👩‍👩‍👧a", upTo: 5) == "👩‍👩‍👧" && cutText("👩‍👩‍👧a", upTo: 4).unicodeScalars.count == 4)
    }

    @Test func `the length of a text counts its Unicode scalars, and each forbidden character is named as such`() {
        #expect(throws: InvalidValue(.tooShort, "must be 1 to 3 characters long")) { try boundedText("", 1...3) }
        #expect(throws: InvalidValue(.tooLong, "must be 1 to 3 characters long")) { try boundedText("abcd", 1...3) }
        #expect((try? boundedText("🇮🇹e", 1...3)) != nil && (try? boundedText("🇮🇹🇮🇹", 1...3)) == nil)
        for text in ["a\nb", "a\tb", "a\rb"] {
            #expect((try? boundedText(text, 1...9)) == nil && (try? boundedText(text, 1...9, multiline: true)) == text)
        }
        for scalar in [0, 0x1B, 0x7F, 0x9F, 0x2028, 0x202A, 0x202E, 0x2066, 0x2069] as [UInt32] {
            let text = "a\(Unicode.Scalar(scalar).map(Character.init) ?? "x")b"
            for multiline in [false, true] {
                #expect(throws: InvalidValue.self) { try boundedText(text, 1...9, multiline: multiline) }
            }
        }
    }

    @Test func `placeholders are replaced once, and a value that looks like one stays as it is`() {
        let words = Wording<AttemptText>(.it)
        #expect(words[.paid, ["creditor": "x"]] == "Pagati")
        for language in Language.allCases {
            for text in AttemptText.allCases { #expect(!Wording<AttemptText>(language)[text, [:]].contains("{")) }
        }
    }
}

@Suite struct EmailAddressTests {
    @Test(arguments: [
        "a@b.it", "o'hara+tag@example.org", "x_y=z/w?@sub.example.co.uk", "a@b", "A.B@EXAMPLE.ORG", "!#$%&*@x-y.it",
        String(repeating: "a", count: 64) + "@" + String(repeating: "b", count: 63) + ".it",
    ])
    func `an address of plain characters is accepted as it is written`(text: String) throws {
        let address = try EmailAddress(text)
        #expect(address.value == text && address.mailbox == text.lowercased())
    }

    @Test(arguments: [
        "", "@", "a@", "@b.it", "a@@b.it", "a@b@c.it", "a b@c.it", ".a@b.it", "a.@b.it", "a..b@c.it", "a@.it", "a@b.",
        "a@b..it", "a@-b.it", "a@b-.it", "a@b_c.it", "\"a\"@b.it", "a@[127.0.0.1]", "a(x)@b.it", "a,b@c.it",
        "a;b@c.it", "a:b@c.it", "a\\@b.it", "<a@b.it>", "a@b.it\r\nRCPT TO:<c@d.it>", "a@b.it\u{0}", "è@b.it", "a@è.it",
        String(repeating: "a", count: 65) + "@b.it", "a@" + String(repeating: "b", count: 64) + ".it",
        "a@" + (0..<70).map { _ in "bcd" }.joined(separator: "."),
    ])
    func `what could be another command, another header or no mailbox is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try EmailAddress(text) }
    }

    @Test func `a mail goes once to each mailbox, in the order of the addresses`() throws {
        let (a, upper, b) = (
            try EmailAddress("a@example.org"), try EmailAddress("A@Example.org"), try EmailAddress("b@example.org")
        )
        #expect(Notification.recipients([nil, a, upper, b, a, nil]) == [a, b])
        #expect(Notification.recipients([nil, nil]).isEmpty)
        #expect(Notification.recipients([upper, a]).map(\.value) == ["A@Example.org"])
    }
}
