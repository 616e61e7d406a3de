import Foundation

/// A parameter as it is sent: NULL, text that PostgreSQL parses as the parameter's inferred type, or raw bytes (bytea).
package enum SQLValue: Sendable, Hashable {
    case null
    case text(String)
    case bytes([UInt8])
}

/// A type whose values may be interpolated as `\(value)` in `SQL`.
package protocol SQLBindable: Sendable {
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    package var sqlValue: SQLValue { self }
}

extension String: SQLBindable {
    package var sqlValue: SQLValue { .text(self) }
}

extension Substring: SQLBindable {
    package var sqlValue: SQLValue { .text(String(self)) }
}

extension Bool: SQLBindable {
    package var sqlValue: SQLValue { .text(self ? "t" : "f") }
}

extension SQLBindable where Self: BinaryInteger {
    package var sqlValue: SQLValue { .text(String(self)) }
}

extension Int: SQLBindable {}
extension Int16: SQLBindable {}
extension Int32: SQLBindable {}
extension Int64: SQLBindable {}

extension UUID: SQLBindable {
    package var sqlValue: SQLValue { .text(uuidString) }
}

/// Raw bytes are sent in the binary format. An array of any other type is sent as a PostgreSQL array in the text format.
extension Array: SQLBindable where Element: SQLArrayElement {
    package var sqlValue: SQLValue { Element.sqlValue(of: self) }
}

/// A type whose values may be elements of a bound array. `nil` elements are not supported, because none of our columns needs them.
package protocol SQLArrayElement: Sendable {
    static func sqlValue(of array: [Self]) -> SQLValue
}

extension UInt8: SQLArrayElement {
    package static func sqlValue(of array: [UInt8]) -> SQLValue { .bytes(array) }
}

extension String: SQLArrayElement {
    /// Elements are always quoted, because an element may be empty, may be the word `NULL`, and may contain any of `{},"\`.
    package static func sqlValue(of array: [String]) -> SQLValue {
        var literal: [UInt8] = [UInt8(ascii: "{")]
        for (index, element) in array.enumerated() {
            if index > 0 { literal.append(UInt8(ascii: ",")) }
            literal.append(UInt8(ascii: "\""))
            for byte in element.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { literal.append(UInt8(ascii: "\\")) }
                literal.append(byte)
            }
            literal.append(UInt8(ascii: "\""))
        }
        literal.append(UInt8(ascii: "}"))
        return .text(String(decoding: literal, as: UTF8.self))
    }
}

extension SQLArrayElement where Self: LosslessStringConvertible {
    package static func sqlValue(of array: [Self]) -> SQLValue {
        .text("{" + array.map(\.description).joined(separator: ",") + "}")
    }
}

extension Int: SQLArrayElement {}
extension Int16: SQLArrayElement {}
extension Int32: SQLArrayElement {}
extension Int64: SQLArrayElement {}

extension Bool: SQLArrayElement {
    package static func sqlValue(of array: [Bool]) -> SQLValue {
        .text("{" + array.map { $0 ? "t" : "f" }.joined(separator: ",") + "}")
    }
}

extension UUID: SQLArrayElement {
    package static func sqlValue(of array: [UUID]) -> SQLValue {
        .text("{" + array.map(\.uuidString).joined(separator: ",") + "}")
    }
}
