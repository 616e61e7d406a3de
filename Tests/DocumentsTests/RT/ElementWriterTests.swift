import PagoPA
import TestSupport
import Testing

@testable import Documents

/// XML that we write, read back by our reader.
@Suite struct ElementWriterTests {
    private static let pieces = [
        "a", "è", "e\u{301}", "漢", "👩‍👩‍👧", "&", "<", ">", "\"", "'", "]]>", "<![CDATA[", "&amp;", "&#0;", "<!--", "-->",
        "<?x ?>",
        "\n", "\t", "\r", "\r\n", "\u{0}", "\u{1}", "\u{B}", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}", "\u{FFFE}",
        "\u{FFFF}",
        "\u{10FFFF}", "\u{202E}", " ",
    ]

    /// The text without the characters that no XML document can contain.
    private static func readable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.value < 0x20 && ![0x09, 0x0A, 0x0D].contains(scalar.value)
                    return isControl || scalar.value == 0xFFFE || scalar.value == 0xFFFF ? "\u{FFFD}" : scalar
                }))
    }

    private func read(_ value: String?, _ maximum: Int, unknown: String = "n/a") throws -> String {
        var writer = ElementWriter()
        writer.element("R", namespace: "urn:x") { $0.text("T", value, maximum, unknown: unknown) }
        let node = try XMLNode(document: writer.bytes)
        #expect(node.name == "R" && node.namespace == "urn:x" && node.children.map(\.name) == ["T"])
        #expect(node.children.allSatisfy { $0.children.isEmpty })
        return node.children[0].text
    }

    @Test func `every text is read back, except what XML has no character for`() throws {
        var random = SeededRandom(seed: 141)
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                Self.pieces.randomElement(using: &random) ?? ""
            }
            .joined()
            let isBlank = text.allSatisfy(\.isWhitespace)
            let expected = isBlank ? "n/a" : Self.readable(text)
            #expect(
                try Array(read(text, 1_000).unicodeScalars) == Array(expected.unicodeScalars),
                "\(text.debugDescription)")
            let cut = try read(text, 3)
            #expect(cut.unicodeScalars.count <= 3 && expected.unicodeScalars.starts(with: cut.unicodeScalars))
        }
        #expect(try read(nil, 10) == "n/a" && read(" \n", 10, unknown: "ANONIMO") == "ANONIMO")
        #expect(try read("x", 10, unknown: "y") == "x")
    }

    @Test func `elements are nested as they are written`() throws {
        var writer = ElementWriter()
        writer.element("a") { writer in
            writer.element("b") { $0.text("c", "1", 1) }
            writer.text("d", "2", 1)
            writer.element("e") { _ in }
        }
        let root = try XMLNode(document: writer.bytes)
        #expect(root.name == "a" && root.namespace == "" && root.children.map(\.name) == ["b", "d", "e"])
        #expect(
            root.children[0].children.map(\.text) == ["1"] && root.children[1].text == "2"
                && root.children[2].text == "")
    }
}

/// What operators see first of a document that is not readable as an RT.
@Suite struct RTGistTests {
    private func gist(_ text: String) -> RTGist { RTDocument.gist(Array(text.utf8)) }

    @Test func `creditor, IUV and amount are found at any depth, in any namespace and beside anything`() throws {
        let inner = """
            <x:identificativoDominio xmlns:x="urn:x">12345678903</x:identificativoDominio><importoTotalePagato>059.8</importoTotalePagato>\
            <identificativoUnivocoVersamento>02260618143027134</identificativoUnivocoVersamento>
            """
        var text = inner
        for level in 0..<25 { text = "<l\(level)>\(text)</l\(level)>" }
        for document in [
            "<RT>\(inner)</RT>", text, "<RT><dominio/>\(inner)<importoTotalePagato>059.8</importoTotalePagato></RT>",
        ] {
            let found = gist(document)
            #expect(found.creditor?.value == "12345678903" && found.iuv?.value == "02260618143027134", "\(document)")
            #expect(found.amount?.cents == 5_980)
        }
    }

    @Test func `what is told twice in two ways, or is no such value, is not told`() {
        let two =
            "<R><importoTotalePagato>1.00</importoTotalePagato><importoTotalePagato>2.00</importoTotalePagato></R>"
        #expect(gist(two) == RTGist())
        let wrong =
            "<R><identificativoDominio>1</identificativoDominio><importoTotalePagato>x</importoTotalePagato></R>"
        #expect(gist(wrong) == RTGist())
        let iuv = "<R><identificativoUnivocoVersamento>a b</identificativoUnivocoVersamento></R>"
        #expect(gist(iuv) == RTGist() && gist("") == RTGist() && gist("{}") == RTGist() && gist("<R>") == RTGist())
        #expect(gist("<!DOCTYPE R><R><importoTotalePagato>1.00</importoTotalePagato></R>") == RTGist())
    }
}
