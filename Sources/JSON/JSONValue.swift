/// A JSON text as read: exact, in order, nothing coerced.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// Digits alone, within 64 bits.
    case integer(Int64)
    /// Any other number, as it was spelt: with a fraction, an exponent, or beyond 64 bits.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// Members in the order of the text; no name stands twice.
    case object([Member])

    package struct Member: Sendable, Equatable {
        package let key: String
        package let value: JSONValue

        package init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// What it is, for a message to its writer.
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

package struct JSONLimits: Sendable {
    /// Arrays and objects within one another.
    package var maximumDepth = 32
    /// Values in all.
    package var maximumValues = 100_000
    /// Whether texts may hold U+0000, which PostgreSQL cannot store.
    package var acceptsNUL = false

    package init() {}
}

package enum JSONSyntaxError: Error, Equatable, CustomStringConvertible {
    /// Not JSON (RFC 8259), at this byte.
    case syntax(String, offset: Int)
    /// A name stands twice in an object: two readers could understand two things.
    case duplicateKey(pointer: String)
    /// U+0000, which PostgreSQL can not keep.
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
