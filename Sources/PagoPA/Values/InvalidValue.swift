import Text

/// An invalid text or number. It describes the rule and never contains the value, which may be personal data.
package struct InvalidValue: Error, Sendable, Equatable, CustomStringConvertible {
    package let code: FaultCode
    package let detail: String

    package init(_ code: FaultCode, _ detail: String) {
        self.code = code
        self.detail = detail
    }

    package var description: String { detail }
}

extension StringProtocol {
    /// Converts only a…z to upper case. Codes are ASCII, and `uppercased()` would convert `ß` and `ı` to ASCII letters.
    package var asciiUppercased: String {
        String(decoding: utf8.map { $0.isLower ? $0 - 0x20 : $0 }, as: UTF8.self)
    }

    /// Removes all kinds of blanks, because people paste codes that are printed in groups: white space of Unicode (U+00A0 too)
    /// and the invisible U+200B to U+200D, U+2060 and U+FEFF.
    package var withoutBlanks: String {
        if utf8.allSatisfy({ (0x21...0x7E).contains($0) }) { return String(self) }
        return String(
            String.UnicodeScalarView(
                unicodeScalars.filter { scalar in
                    !scalar.properties.isWhitespace && ![0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF].contains(scalar.value)
                }))
    }

    package var asciiLowercased: String {
        String(decoding: utf8.map { $0.isUpper ? $0 + 0x20 : $0 }, as: UTF8.self)
    }
}
