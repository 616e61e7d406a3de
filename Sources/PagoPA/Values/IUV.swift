import Text

/// Identificativo univoco di versamento: 1 to 35 letters or digits, compared as text. An RF reference must have valid check
/// digits (ISO 11649).
package struct IUV: Sendable, Hashable, CustomStringConvertible {
    package let value: String

    package init(_ value: String) throws(InvalidValue) {
        let bytes = Array(value.utf8)
        guard (1...35).contains(bytes.count), bytes.allSatisfy(\.isAlphanumeric) else {
            throw InvalidValue(.badFormat, "must be 1 to 35 letters or digits")
        }
        if bytes.count >= 5, bytes.count <= 25, value.hasPrefix("RF"), bytes[2].isDigit, bytes[3].isDigit {
            let upper = Array(value.asciiUppercased.utf8)
            guard remainder97(upper[4...] + upper[..<4]) == 1 else {
                throw InvalidValue(.badCheckDigit, "is an RF reference with wrong check digits")
            }
        }
        self.value = value
    }

    /// Skips the check digits of RF references: an RT may contain a wrong reference although its payment was executed.
    package init(unchecked value: String) throws(InvalidValue) {
        guard (1...35).contains(value.utf8.count), value.utf8.allSatisfy(\.isAlphanumeric) else {
            throw InvalidValue(.badFormat, "must be 1 to 35 letters or digits")
        }
        self.value = value
    }

    package var description: String { value }
}
