import Testing

@testable import Portal

struct HTMLTests {
    @Test func `a text never becomes markup, wherever it stands`() {
        let pieces = [
            "<script>", "\"", "'", "&", "&lt;", ">", "</p>", "--", "javascript:alert(1)", "\u{202E}", "\u{0}", "è", "😀",
        ]
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let text = (0..<6).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            let html = element("p", ["title": text]) { text }.markup
            let inner = html.dropFirst("<p title=\"".count).dropLast("</p>".count)
            let parts = inner.split(separator: "\">", maxSplits: 1, omittingEmptySubsequences: false)

            #expect(parts.count == 2, "\(html)")
            for part in parts {
                #expect(!part.contains("<") && !part.contains(">"), "\(html)")
                #expect(!part.unicodeScalars.contains { $0.value == 0x202E || $0.value == 0 })
            }
            #expect(parts.first?.contains("\"") == false)
        }
    }

    @Test(arguments: [
        "javascript:alert(1)", "data:text/html,x", "//evil.example.org", " https://x", "vbscript:x", "JAVASCRIPT:x",
    ])
    func `an address of another kind is not linked`(address: String) {
        #expect(element("a", ["href": address], "x").markup == "<a href=\"#\">x</a>")
    }

    @Test(arguments: ["/payments?a=b&c=d", "https://psp.example.org/x", "mailto:a@example.org", "#main"])
    func `an address of a page is linked`(address: String) {
        #expect(
            element("a", ["href": address], "x").markup.contains("href=\"\(address.replacing("&", with: "&amp;"))\""))
    }

    @Test func `a missing attribute is left out, and an empty one is written`() {
        #expect(
            element("input", ["name": "a", "value": nil, "required": ""]).markup == #"<input name="a" required="">"#)
    }

    @Test func `a password is never written into a page`() {
        let field = Field(name: "password", kind: .password, label: "Password")
        let state = FormState(values: ["password": "segreto"])
        let view = FieldView(field: field, state: state, texts: Texts(language: .it)).html
        #expect(!view.markup.contains("segreto"))
    }

    @Test func `a field with an error names its error and its hint to screen readers`() {
        let field = Field(name: "city", label: "Comune", hint: "Dove abiti")
        let state = FormState(values: ["city": "<Roma>"], errors: ["city": "Manca"])
        let markup = FieldView(field: field, state: state, texts: Texts(language: .it)).html.markup

        #expect(markup.contains(#"aria-describedby="f-city-hint f-city-error""#))
        #expect(markup.contains(#"aria-invalid="true""#))
        #expect(markup.contains(#"value="&lt;Roma&gt;""#))
    }
}
