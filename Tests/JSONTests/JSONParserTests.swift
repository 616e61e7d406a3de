import JSON
import Testing

/// Input that Foundation would accept, or read in two ways.
@Suite struct JSONParserTests {
    private func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "[1 2]", "01", "-", "1.", ".5", "1e", "+1", "NaN",
        "Infinity", "tru",
        "nullx", "\"\u{1}\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\\ud800\"", "{}{}", "\u{FEFF}{}",
        "// c\n1", "[1]]", "\"a",
    ])
    func `invalid JSON is rejected`(text: String) {
        #expect(throws: JSONSyntaxError.self) { try parse(text) }
    }

    @Test func `duplicate names in one object are rejected in every spelling`() {
        #expect(throws: JSONSyntaxError.self) { try parse(#"{"amount":1,"amount":2}"#) }
        #expect(throws: JSONSyntaxError.self) { try parse(#"{"amount":1,"\u0061mount":2}"#) }
    }

    @Test func `names that differ only in Unicode normalization are different names`() throws {
        let (composed, decomposed) = ("caff\u{E8}", "caffe\u{300}")
        for text in ["{\"\(composed)\":1,\"\(decomposed)\":2}", #"{"caff\u00e8":1,"caffe\u0300":2}"#] {
            let value = try parse(text)
            #expect(value[composed] == .integer(1) && value[decomposed] == .integer(2))
        }
        #expect(throws: JSONSyntaxError.duplicateKey(pointer: "/\(composed)")) {
            try parse("{\"\(composed)\":1,\"caff\\u00e8\":2}")
        }
    }

    @Test func `the character that PostgreSQL cannot store is rejected`() {
        #expect(throws: JSONSyntaxError.nulCharacter(pointer: "/a")) { try parse(#"{"a":"x\u0000"}"#) }
    }

    @Test func `depth and size are limited`() {
        let deep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
        #expect(throws: JSONSyntaxError.tooDeep(maximum: JSONLimits().maximumDepth)) { try parse(deep) }
        let wide = "[" + Array(repeating: "1", count: 100_001).joined(separator: ",") + "]"
        #expect(throws: JSONSyntaxError.tooManyValues(maximum: JSONLimits().maximumValues)) { try parse(wide) }
    }

    @Test func `bytes that are not UTF-8 are rejected`() {
        for bytes in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]] {
            #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(bytes) }
        }
    }

    @Test func `valid JSON is accepted`() throws {
        let value = try parse(#" {"a":[1,-2.5e3,true,false,null,"\ud83d\ude00é\n"],"b":{}} "#)
        #expect(value["a"] != nil && value["b"] != nil && value["c"] == nil)
    }

    @Test func `a truncated text is rejected`() throws {
        let text = Array(#"{"a":[1,2,{"b":"c\u00e8"}],"d":null}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONSyntaxError.self) { try JSONValue.parse(Array(text.prefix(length))) }
        }
    }
}
