import Foundation

/// Validates a text for people: its length in Unicode scalars, no control characters, and no direction overrides, which could
/// make it look like another text.
package func boundedText(_ text: String, _ range: ClosedRange<Int>, multiline: Bool = false) throws(InvalidValue)
    -> String
{
    var count = 0
    for scalar in text.unicodeScalars {
        count += 1
        switch scalar.value {
        case 0x0A where multiline, 0x0D where multiline, 0x09 where multiline: break
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
            throw InvalidValue(.badCharacters, "must not contain control characters")
        case 0x202A...0x202E, 0x2066...0x2069:
            throw InvalidValue(.badCharacters, "must not contain direction overrides")
        default: break
        }
    }
    guard range.contains(count) else {
        throw InvalidValue(
            count < range.lowerBound ? .tooShort : .tooLong,
            "must be \(range.lowerBound) to \(range.upperBound) characters long")
    }
    return text
}

/// Makes an untrusted text safe for messages: truncates it and replaces the characters that `boundedText` rejects.
package func plainText(_ text: String, upTo maximum: Int) -> String {
    var plain = String.UnicodeScalarView()
    for scalar in text.unicodeScalars.prefix(maximum) {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069: plain.append("\u{FFFD}")
        default: plain.append(scalar)
        }
    }
    return String(plain)
}

/// Makes an untrusted text safe for display: line breaks and tabs become one blank; other control characters, direction overrides
/// and blanks at the ends are removed; the rest is truncated to `maximum` Unicode scalars between two characters. The result may
/// be empty.
package func displayText(_ text: String, upTo maximum: Int) -> String {
    var plain = String.UnicodeScalarView()
    var hasPendingBlank = false
    for scalar in text.unicodeScalars {
        switch scalar.value {
        case 0x09...0x0D, 0x85, 0x2028, 0x2029: hasPendingBlank = true
        case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069: break
        case 0x20 where hasPendingBlank: break
        default:
            if hasPendingBlank, plain.last != " " { plain.append(" ") }
            hasPendingBlank = false
            plain.append(scalar)
        }
    }
    return trimmedText(cutText(trimmedText(String(plain)), upTo: maximum))
}

/// The text in Unicode's composed form (NFC), in which equal texts have equal bytes.
func composedText(_ text: String) -> String {
    // Foundation's conversion costs much even where there is nothing to compose.
    text.utf8.allSatisfy { $0 < 0x80 } ? text : text.precomposedStringWithCanonicalMapping
}

/// Removes white space at both ends.
package func trimmedText(_ text: String) -> String {
    // Visible characters of ASCII at both ends: nothing to remove.
    if let first = text.utf8.first, let last = text.utf8.last, (0x21...0x7E).contains(first),
        (0x21...0x7E).contains(last)
    {
        return text
    }
    let rest = text.drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...last])
}

/// Truncates the text to `maximum` Unicode scalars. It splits a visible character only if that character alone is too long.
package func cutText(_ text: String, upTo maximum: Int) -> String {
    guard text.unicodeScalars.count > maximum else { return text }
    var shortened = ""
    var count = 0
    for character in text {
        count += character.unicodeScalars.count
        if count > maximum { break }
        shortened.append(character)
    }
    return shortened.isEmpty ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximum))) : shortened
}
