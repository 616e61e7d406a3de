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
