/// A text for people, bounded in Unicode scalars: no control characters, no direction overrides that make it read as another.
package func boundedText(_ text: String, _ range: ClosedRange<Int>, multiline: Bool = false) throws(InvalidValue)
    -> String
{
    var count = 0
    for scalar in text.unicodeScalars {
        count += 1
        switch scalar.value {
        case 0x0A where multiline, 0x0D where multiline, 0x09 where multiline: break
        case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029:
            throw InvalidValue(.badCharacters, "must not hold control characters")
        case 0x202A...0x202E, 0x2066...0x2069: throw InvalidValue(.badCharacters, "must not hold direction overrides")
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

/// What a stranger wrote, as it may be told back: cut, and without what `boundedText` refuses.
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

/// A stranger's text for display: line breaks and tabs become one blank, other control characters and direction overrides are removed,
/// blanks at the ends too, and the rest is cut to `maximum` Unicode scalars between two characters. Empty when nothing is left.
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

/// Without white space at both ends.
package func trimmedText(_ text: String) -> String {
    let rest = text.drop(while: \.isWhitespace)
    guard let last = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...last])
}

/// At most so many Unicode scalars; what a person sees as one character is never cut in two, unless it alone is too long.
package func cutText(_ text: String, upTo maximum: Int) -> String {
    guard text.unicodeScalars.count > maximum else { return text }
    var kept = ""
    var count = 0
    for character in text {
        count += character.unicodeScalars.count
        if count > maximum { break }
        kept.append(character)
    }
    return kept.isEmpty ? String(String.UnicodeScalarView(text.unicodeScalars.prefix(maximum))) : kept
}
