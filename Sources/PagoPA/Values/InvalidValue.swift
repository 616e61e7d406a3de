import Text

/// A text or number that is not what it should be. Names the rule; never repeats the value, which may be personal.
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
    /// With a…z raised and nothing else changed. Codes are ASCII: `uppercased()` would turn `ß` and `ı` into ASCII letters.
    package var asciiUppercased: String {
        String(decoding: utf8.map { $0.isLower ? $0 - 0x20 : $0 }, as: UTF8.self)
    }

    /// Without blanks of any kind, as codes are printed in groups and pasted: white space of Unicode (U+00A0 too) and the invisible
    /// U+200B to U+200D, U+2060 and U+FEFF.
    package var withoutBlanks: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.filter { scalar in
                    !scalar.properties.isWhitespace && ![0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF].contains(scalar.value)
                }))
    }

    package var asciiLowercased: String {
        String(decoding: utf8.map { $0.isUpper ? $0 + 0x20 : $0 }, as: UTF8.self)
    }
}
