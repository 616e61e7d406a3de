/// A parsed JSON value, exact and in the order of the text; nothing is converted.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A whole number within 64 bits.
    case integer(Int64)
    /// Any other number as text: with a fraction, an exponent, or beyond 64 bits.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text; names are unique by their code units.
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: JSONValue

        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }

        package func isNamed(_ name: String) -> Bool { MemberName(key) == MemberName(name) }
    }

    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.isNamed(key) }?.value
    }

    /// The type's name for an error message.
    package var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number with a fraction or an exponent"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The name of a member. RFC 8259 compares names by their code units, while strings of Swift are also equal when they differ only in Unicode
/// normalization.
struct MemberName: Hashable {
    private let text: String

    init(_ text: String) { self.text = text }

    static func == (left: MemberName, right: MemberName) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

package struct JSONLimits: Sendable {
    /// The maximum nesting of arrays and objects.
    package var maximumDepth = 32
    /// The maximum number of values.
    package var maximumValues = 100_000
    /// Whether strings may contain U+0000, which PostgreSQL cannot store.
    package var acceptsNUL = false

    package init() {}
}

package enum JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// The text is not valid JSON (RFC 8259) at this byte.
    case syntax(String, offset: Int)
    /// A name is repeated in an object, which parsers interpret differently.
    case duplicateKey(pointer: String)
    /// The text contains U+0000, which PostgreSQL cannot store.
    case nulCharacter(pointer: String)
    case tooDeep(maximum: Int)
    case tooManyValues(maximum: Int)

    package var description: String {
        switch self {
        case .syntax(let detail, let offset): "\(detail), at byte \(offset)"
        case .duplicateKey(let pointer): "the property \(pointer) appears twice"
        case .nulCharacter(let pointer):
            "the text at \(pointer.isEmpty ? "the root" : pointer) holds the character U+0000"
        case .tooDeep(let maximum): "nested deeper than \(maximum) levels"
        case .tooManyValues(let maximum): "holds more than \(maximum) values"
        }
    }
}
