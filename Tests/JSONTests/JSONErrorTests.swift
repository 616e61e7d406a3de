import JSON
import Testing

/// The errors of the parser: what is wrong, and where.
@Suite struct JSONErrorTests {
    private func error(_ text: String, _ limits: JSONLimits = JSONLimits()) -> JSONSyntaxError? {
        error(Array(text.utf8), limits)
    }

    private func error(_ bytes: [UInt8], _ limits: JSONLimits = JSONLimits()) -> JSONSyntaxError? {
        do {
            _ = try JSONValue.parse(bytes, limits: limits)
            return nil
        } catch { return error }
    }

    @Test(arguments: [
        ("", "unexpected end of input", 0),
        ("[1,", "unexpected end of input", 3),
        ("{\"a\":", "unexpected end of input", 5),
        ("{\"a\"}", "expected a colon after the property name", 4),
        ("{a:1}", "expected a quoted property name", 1),
        ("{\"a\":1,}", "expected a quoted property name", 7),
        ("[1 2]", "expected a comma or the end of the array or object", 3),
        ("{\"a\":1 \"b\":2}", "expected a comma or the end of the array or object", 7),
        ("01", "a number must not have leading zeros", 0),
        ("-012", "a number must not have leading zeros", 1),
        ("-", "expected a digit", 1),
        ("1.x", "expected a digit", 2),
        ("1e+", "expected a digit", 3),
        ("tru", "expected a JSON value", 0),
        ("[nul]", "expected a JSON value", 1),
        ("+1", "expected a JSON value", 0),
        ("\"ab", "unterminated string", 3),
        ("\"a\\", "unterminated string", 3),
        ("\"\\x\"", "unknown escape sequence", 1),
        ("\"\\u12g4\"", "expected four hexadecimal digits", 5),
        ("\"\\ud800x\"", "unpaired surrogate", 1),
        ("\"\\ud800\\u0041\"", "unpaired surrogate", 1),
        ("\"a\tb\"", "control characters must be escaped", 2),
        ("{} x", "unexpected content after the JSON value", 3),
    ])
    func `a syntax error names the rule and the byte`(text: String, detail: String, offset: Int) {
        #expect(error(text) == .syntax(detail, offset: offset))
    }

    @Test func `invalid UTF-8 is reported at its first byte`() {
        #expect(error([0x22, 0x61, 0xFF, 0x22]) == .syntax("not UTF-8", offset: 2))
        #expect(error([0x22, 0xC3, 0xA9, 0xC3, 0x22]) == .syntax("not UTF-8", offset: 3))
    }

    @Test func `duplicate names and the character U+0000 are reported with their pointers`() {
        #expect(error(#"{"a":[{"b~/c":1,"b~/c":2}]}"#) == .duplicateKey(pointer: "/a/0/b~0~1c"))
        #expect(error(#"{"a":[0,{"b":"\u0000"}]}"#) == .nulCharacter(pointer: "/a/1/b"))
        #expect(error(#""\u0000""#) == .nulCharacter(pointer: ""))

        var limits = JSONLimits()
        limits.acceptsNUL = true
        #expect(error(#"{"a":"\u0000"}"#, limits) == nil)
    }

    @Test func `a document may have exactly as many levels and values as the limits`() {
        var limits = JSONLimits()
        limits.maximumDepth = 3
        #expect(error("[[[1]]]", limits) == nil)
        #expect(error("[{\"a\":[]}]", limits) == nil)
        #expect(error("[[[[]]]]", limits) == .tooDeep(maximum: 3))

        limits.maximumValues = 4
        #expect(error("[1,2,3]", limits) == nil)
        #expect(error("[1,2,3,4]", limits) == .tooManyValues(maximum: 4))
        #expect(error("{\"a\":1,\"b\":{\"c\":2}}", limits) == nil)
    }

    @Test func `every error has a message for the caller`() {
        let messages: [(JSONSyntaxError, String)] = [
            (.syntax("expected a digit", offset: 7), "expected a digit, at byte 7"),
            (.duplicateKey(pointer: "/a"), "the property /a appears twice"),
            (.nulCharacter(pointer: ""), "the text at the root holds the character U+0000"),
            (.nulCharacter(pointer: "/a"), "the text at /a holds the character U+0000"),
            (.tooDeep(maximum: 32), "nested deeper than 32 levels"),
            (.tooManyValues(maximum: 9), "holds more than 9 values"),
        ]
        for (error, message) in messages { #expect("\(error)" == message) }
    }

    @Test func `integers within 64 bits are exact, and other numbers are texts`() throws {
        let numbers: [(String, JSONValue)] = [
            ("0", .integer(0)), ("-1", .integer(-1)), ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number("9223372036854775808")),
            ("1.0", .number("1.0")), ("1e2", .number("1e2")),
        ]
        for (text, value) in numbers { #expect(try JSONValue.parse(Array(text.utf8)) == value) }
    }
}
