/// Blanks at which no line ends (U+00A0), in texts for people.
package enum Spacing {
    /// French puts a blank before `:`, `;`, `!`, `?` and `»` and after `«`, and it stands in numbers and before their units. A line must
    /// not end at any of them. The tables of texts contain ordinary blanks there, so that people can search and write them.
    package static func french(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: " ")) else { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var previous: Unicode.Scalar?
        for (index, scalar) in scalars.enumerated() {
            let isKept = scalar == " " && isTight(after: previous, before: scalars.dropFirst(index + 1))
            result.append(isKept ? "\u{A0}" : scalar)
            previous = scalar
        }
        return String(result)
    }

    private static func isTight(after previous: Unicode.Scalar?, before rest: ArraySlice<Unicode.Scalar>) -> Bool {
        guard let previous, let next = rest.first else { return false }
        if marks.contains(next) || previous == "«" || previous == "°" { return true }
        // As in `16 h 00`.
        if previous == "h", isDigit(next) { return true }
        guard isDigit(previous) else { return false }
        let word = String(String.UnicodeScalarView(rest.prefix { $0.properties.isAlphabetic || $0 == "€" }))
        return isDigit(next) || units.contains(word)
    }

    private static let marks: Set<Unicode.Scalar> = [":", ";", "!", "?", "»"]
    private static let units: Set<String> = ["h", "Ko", "Mo", "€"]

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    /// Between a label and its value.
    /// - Parameter language: a tag (BCP 47).
    package static func colon(_ language: String) -> String { language.hasPrefix("fr") ? "\u{A0}: " : ": " }
}

extension String {
    /// The text with blanks at which no line ends, for a number that people read and dial as a whole.
    package var onOneLine: String { replacing(" ", with: "\u{A0}") }
}
