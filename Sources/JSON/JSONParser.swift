extension JSONValue {
    /// Parses a complete text strictly by RFC 8259. Measurements show that Foundation's decoder accepts trailing commas and a
    /// byte order mark, uses the first of two equal names and reads `1.0` as an integer, which is unsafe for amounts of money.
    package static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONSyntaxError) -> JSONValue
    {
        guard let wrong = firstInvalidUTF8(bytes) else {
            var parser = JSONParser(bytes: bytes, limits: limits)
            return try parser.document()
        }
        throw .syntax("not UTF-8", offset: wrong)
    }

    private static func firstInvalidUTF8(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var good = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): good += UTF8.width(scalar)
            case .emptyInput, .error: return good
            }
        }
    }
}

private struct JSONParser {
    let bytes: [UInt8]
    let limits: JSONLimits
    var at = 0
    var values = 0
    var path: [String] = []

    init(bytes: [UInt8], limits: JSONLimits) {
        self.bytes = bytes
        self.limits = limits
    }

    mutating func document() throws(JSONSyntaxError) -> JSONValue {
        skipBlanks()
        let value = try self.value(depth: 0)
        skipBlanks()
        guard at == bytes.count else { throw .syntax("unexpected content after the JSON value", offset: at) }
        return value
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        values += 1
        if values > limits.maximumValues { throw .tooManyValues(maximum: limits.maximumValues) }
        guard let byte = peek else { throw .syntax("unexpected end of input", offset: at) }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return try number()
        default: throw .syntax("expected a JSON value", offset: at)
        }
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        if depth > limits.maximumDepth { throw .tooDeep(maximum: limits.maximumDepth) }
        at += 1
        skipBlanks()
        var members: [JSONValue.Member] = []
        var names: Set<MemberName> = []
        if peek == UInt8(ascii: "}") {
            at += 1
            return .object([])
        }
        while true {
            guard peek == UInt8(ascii: "\"") else {
                throw .syntax("expected a quoted property name", offset: at)
            }
            let name = try string()
            path.append(name)
            guard names.insert(MemberName(name)).inserted else { throw .duplicateKey(pointer: pointer) }
            skipBlanks()
            guard peek == UInt8(ascii: ":") else {
                throw .syntax("expected a colon after the property name", offset: at)
            }
            at += 1
            skipBlanks()
            members.append(JSONValue.Member(name, try value(depth: depth)))
            path.removeLast()  // the name or number appended above
            skipBlanks()
            if peek == UInt8(ascii: "}") {
                at += 1
                return .object(members)
            }
            try comma()
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSONValue {
        if depth > limits.maximumDepth { throw .tooDeep(maximum: limits.maximumDepth) }
        at += 1
        skipBlanks()
        var items: [JSONValue] = []
        if peek == UInt8(ascii: "]") {
            at += 1
            return .array([])
        }
        while true {
            path.append(String(items.count))
            items.append(try value(depth: depth))
            path.removeLast()  // the name or number appended above
            skipBlanks()
            if peek == UInt8(ascii: "]") {
                at += 1
                return .array(items)
            }
            try comma()
        }
    }

    private mutating func comma() throws(JSONSyntaxError) {
        guard peek == UInt8(ascii: ",") else {
            throw .syntax("expected a comma or the end of the array or object", offset: at)
        }
        at += 1
        skipBlanks()
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
        let count = text.utf8CodeUnitCount
        let matches = at + count <= bytes.count && text.withUTF8Buffer { $0.elementsEqual(bytes[at..<at + count]) }
        guard matches else { throw .syntax("expected a JSON value", offset: at) }
        at += count
        return value
    }

    private mutating func number() throws(JSONSyntaxError) -> JSONValue {
        let start = at
        if peek == UInt8(ascii: "-") { at += 1 }
        let first = at
        let whole = digits()
        if whole == 0 { throw .syntax("expected a digit", offset: at) }
        if whole > 1, bytes[first] == UInt8(ascii: "0") {
            throw .syntax("a number must not have leading zeros", offset: first)
        }
        var isInteger = true
        if peek == UInt8(ascii: ".") {
            isInteger = false
            at += 1
            if digits() == 0 { throw .syntax("expected a digit", offset: at) }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            isInteger = false
            at += 1
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { at += 1 }
            if digits() == 0 { throw .syntax("expected a digit", offset: at) }
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, let value = Int64(text) { return .integer(value) }
        return .number(text)
    }

    private mutating func digits() -> Int {
        let start = at
        while let byte = peek, (0x30...0x39).contains(byte) { at += 1 }
        return at - start
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        at += 1
        let start = at
        while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
            at += 1
        }
        if peek == UInt8(ascii: "\"") {
            at += 1
            return String(decoding: bytes[start..<at].dropLast(), as: UTF8.self)
        }
        return try escapedString(prefix: bytes[start..<at])
    }

    private mutating func escapedString(prefix: ArraySlice<UInt8>) throws(JSONSyntaxError) -> String {
        var text = Array(prefix)
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw .syntax("control characters must be escaped", offset: at)
            default:
                text.append(byte)
                at += 1
            }
        }
        throw .syntax("unterminated string", offset: at)
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        let start = at
        at += 1
        guard let byte = peek else { throw .syntax("unterminated string", offset: at) }
        at += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try unicodeEscape(from: start)
            if scalar.value == 0, !limits.acceptsNUL { throw .nulCharacter(pointer: pointer) }
            text.append(contentsOf: Array(String(Character(scalar)).utf8))
        default: throw .syntax("unknown escape sequence", offset: start)
        }
    }

    private mutating func unicodeEscape(from start: Int) throws(JSONSyntaxError) -> Unicode.Scalar {
        let high = try fourHexDigits()
        if !(0xD800...0xDFFF).contains(high), let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, peek == UInt8(ascii: "\\"), at + 1 < bytes.count, bytes[at + 1] == UInt8(ascii: "u") else {
            throw .syntax("unpaired surrogate", offset: start)
        }
        at += 2
        let low = try fourHexDigits()
        guard (0xDC00...0xDFFF).contains(low),
            let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
        else { throw .syntax("unpaired surrogate", offset: start) }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONSyntaxError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw .syntax("expected four hexadecimal digits", offset: at)
            }
            value = value << 4 | UInt32(truncatingIfNeeded: digit)
            at += 1
        }
        return value
    }

    private var peek: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private var pointer: String { path.map { "/" + $0.pointerEscaped }.joined() }
}

extension String {
    /// RFC 6901: `~` and `/` within a name.
    package var pointerEscaped: String {
        utf8.contains { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }
            ? replacing("~", with: "~0").replacing("/", with: "~1") : self
    }
}
