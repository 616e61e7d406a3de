import JSON
import TestSupport
import Testing

/// JSON values that the parser and the writer exchange, generated from a seed.
struct JSONGenerator {
    var random: SeededRandom

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
    }

    mutating func value(depth: Int = 4) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
        case 0: .null
        case 1: .bool(.random(using: &random))
        case 2: .integer(.random(in: .min ... .max, using: &random))
        case 3: .integer(.random(in: -9...9, using: &random))
        case 4: .number(number())
        case 5: .string(text())
        case 6: .array((0..<Int.random(in: 0...4, using: &random)).map { _ in value(depth: depth - 1) })
        default: object(depth: depth)
        }
    }

    /// An object whose names are unique.
    mutating func object(depth: Int = 4) -> JSONValue {
        .object(
            (0..<Int.random(in: 0...4, using: &random)).map { index in
                JSONValue.Member("\(index)\(text())", value(depth: depth - 1))
            })
    }

    /// A number with a fraction or an exponent.
    private mutating func number() -> String {
        let whole = Int.random(in: -99...99, using: &random)
        let digits = Int.random(in: 0...9_999, using: &random)
        return Bool.random(using: &random)
            ? "\(whole).\(digits)" : "\(whole)e\(Bool.random(using: &random) ? "-" : "+")7"
    }

    /// A text with controls, quotes, escapes, combining characters and characters outside the basic plane.
    mutating func text() -> String {
        let special: [Unicode.Scalar] = [
            "\"", "\\", "/", "\n", "\r", "\t", "\u{1}", "\u{1F}", "\u{7F}", "\u{301}", "é", "😀",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let any = Unicode.Scalar(UInt32.random(in: 1...0x10FFFF, using: &random))
            let scalar = Bool.random(using: &random) ? special.randomElement(using: &random) : any
            if let scalar { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

@Suite struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test(arguments: 0..<200 as Range<UInt64>) func `a written value is parsed as the same value`(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        let value = generator.value()
        var writer = JSONWriter()
        writer.value(value)

        #expect(try JSONValue.parse(writer.bytes) == value)
        #expect(writer.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F }, "a control character is not escaped")
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func `the canonical form does not depend on the order of members`(seed: UInt64) throws {
        var generator = JSONGenerator(seed: seed)
        let value = generator.object()
        let canonical = JSONWriter.canonical(value)

        #expect(JSONWriter.canonical(shuffled(value, &generator.random)) == canonical)
        #expect(JSONWriter.canonical(try JSONValue.parse(canonical)) == canonical)
    }

    private func shuffled(_ value: JSONValue, _ random: inout SeededRandom) -> JSONValue {
        switch value {
        case .null, .bool, .integer, .number, .string: return value
        case .array(let items): return .array(items.map { shuffled($0, &random) })
        case .object(let members):
            let inner = members.map { JSONValue.Member($0.key, shuffled($0.value, &random)) }
            return .object(inner.shuffled(using: &random))
        }
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `a text with changed bytes is rejected or read as a value that is written and parsed again`(seed: UInt64)
        throws
    {
        var generator = JSONGenerator(seed: seed)
        var writer = JSONWriter()
        writer.value(generator.value())
        var bytes = writer.bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator.random) where !bytes.isEmpty {
            let index = Int.random(in: 0..<bytes.count, using: &generator.random)
            if Bool.random(using: &generator.random) {
                bytes[index] = .random(in: 0...255, using: &generator.random)
            } else {
                bytes.remove(at: index)
            }
        }
        guard let value = try? JSONValue.parse(bytes) else { return }

        var again = JSONWriter()
        again.value(value)
        #expect(try JSONValue.parse(again.bytes) == value)
    }

    @Test func `characters are escaped only if JSON requires it`() {
        #expect(text { $0.value("a\"b\\c/d") } == #""a\"b\\c/d""#)
        #expect(text { $0.value("\n\r\t\u{0}\u{8}\u{1F}\u{7F}") } == #""\n\r\t\u0000\u0008\u001f\u007f""#)
        #expect(text { $0.value("è€😀\u{2028}") } == "\"è€😀\u{2028}\"")
    }

    @Test func `members without a value are omitted, and commas separate the others`() {
        let written = text { json in
            json.beginObject()
            json.field("a", nil as String?)
            json.field("b", "x")
            json.field("c", nil as Int64?)
            json.field("d", 1 as Int?)
            json.field("e", nil as Bool?)
            json.field("f", false)
            json.array("g", [1, 2]) { $0.value($1) }
            json.array("h", [Int]()) { $0.value($1) }
            json.object("i") { _ in }
            json.object("j") { $0.field("k", Int64.min) }
            json.key("l")
            json.null()
            json.endObject()
        }
        #expect(
            written
                == #"{"b":"x","d":1,"f":false,"g":[1,2],"h":[],"i":{},"j":{"k":-9223372036854775808},"l":null}"#)
    }

    @Test func `numbers are written with the digits that were parsed`() throws {
        for number in ["1.50", "-0.1", "1e400", "1E-7", "123456789012345678901234567890"] {
            let value = try JSONValue.parse(Array(number.utf8))
            #expect(value == .number(number))
            #expect(text { $0.value(value) } == number)
        }
    }
}
