import Text

/// A pattern for a whole text: letters, digits, sets such as `[A-Z0-9]` and `\d`, each with `?`, `{n}` or `{n,m}`. Browsers and JSON Schema
/// read it as a regular expression. It has no groups, alternatives or open repetitions, so every text is matched in bounded time.
package struct FieldPattern: Sendable, Equatable {
    package static let maximumLength = 100
    /// The characters that a matching text may have at most.
    package static let maximumCharacters = 140

    package let text: String
    /// One for each character of the longest matching text.
    private let places: [Place]

    private struct Place: Equatable {
        let accepted: [ClosedRange<UInt8>]
        let isOptional: Bool

        func accepts(_ byte: UInt8) -> Bool { accepted.contains { $0.contains(byte) } }
    }

    package init(_ text: String) throws(InvalidValue) {
        let bad = InvalidValue(
            .badFormat,
            "must consist of letters, digits and sets such as [A-Z0-9] or \\d, each with ?, {n} or {n,m}, "
                + "and match at most \(Self.maximumCharacters) characters")
        guard (1...Self.maximumLength).contains(text.utf8.count) else { throw bad }
        var rest = Array(text.utf8)[...]
        var places: [Place] = []
        while !rest.isEmpty {
            guard let accepted = Self.accepted(&rest), let counts = Self.counts(&rest),
                counts.upperBound <= Self.maximumCharacters
            else { throw bad }
            for count in 0..<counts.upperBound {
                places.append(Place(accepted: accepted, isOptional: count >= counts.lowerBound))
            }
        }
        guard !places.isEmpty, places.count <= Self.maximumCharacters else { throw bad }
        self.text = text
        self.places = places
    }

    /// Whether the whole text has the form of the pattern.
    package func matches(_ text: String) -> Bool {
        guard text.utf8.count <= places.count else { return false }
        // The places at which the rest of the text may continue.
        var reached = skippingOptional([0])
        for byte in text.utf8 {
            var next: Set<Int> = []
            for (index, place) in places.enumerated() where reached.contains(index) && place.accepts(byte) {
                next.insert(index + 1)
            }
            reached = skippingOptional(next)
        }
        return reached.contains(places.count)
    }

    private func skippingOptional(_ start: Set<Int>) -> Set<Int> {
        var reached = start
        for (index, place) in places.enumerated() where place.isOptional && reached.contains(index) {
            reached.insert(index + 1)
        }
        return reached
    }

    private static let literals = Array(" -_/,:".utf8)

    private static func accepted(_ rest: inout ArraySlice<UInt8>) -> [ClosedRange<UInt8>]? {
        guard let first = rest.popFirst() else { return nil }
        switch first {
        case UInt8(ascii: "\\"):
            guard let escaped = rest.popFirst() else { return nil }
            if escaped == UInt8(ascii: "d") { return [0x30...0x39] }
            return escaped == UInt8(ascii: ".") ? [escaped...escaped] : nil
        case UInt8(ascii: "["): return set(&rest)
        default: return first.isAlphanumeric || literals.contains(first) ? [first...first] : nil
        }
    }

    /// The rest of a set, after its bracket.
    private static func set(_ rest: inout ArraySlice<UInt8>) -> [ClosedRange<UInt8>]? {
        var ranges: [ClosedRange<UInt8>] = []
        while let first = rest.popFirst() {
            if first == UInt8(ascii: "]") { return ranges.isEmpty ? nil : ranges }
            let isRange = rest.first == UInt8(ascii: "-") && rest.dropFirst().first != UInt8(ascii: "]")
            guard isRange else {
                guard first.isAlphanumeric || literals.contains(first) || first == UInt8(ascii: ".") else { return nil }
                ranges.append(first...first)
                continue
            }
            _ = rest.popFirst()
            guard let last = rest.popFirst(), first <= last,
                first.isDigit && last.isDigit || first.isUpper && last.isUpper || first.isLower && last.isLower
            else { return nil }
            ranges.append(first...last)
        }
        return nil
    }

    private static func counts(_ rest: inout ArraySlice<UInt8>) -> ClosedRange<Int>? {
        if rest.first == UInt8(ascii: "?") {
            _ = rest.popFirst()
            return 0...1
        }
        guard rest.first == UInt8(ascii: "{") else { return 1...1 }
        _ = rest.popFirst()
        guard let least = number(&rest) else { return nil }
        var most = least
        if rest.first == UInt8(ascii: ",") {
            _ = rest.popFirst()
            guard let end = number(&rest) else { return nil }
            most = end
        }
        guard rest.popFirst() == UInt8(ascii: "}"), least <= most, most >= 1 else { return nil }
        return least...most
    }

    /// At most three digits.
    private static func number(_ rest: inout ArraySlice<UInt8>) -> Int? {
        let digits = rest.prefix { $0.isDigit }
        rest = rest.dropFirst(digits.count)
        return (1...3).contains(digits.count) ? Int(String(decoding: digits, as: UTF8.self)) : nil
    }
}
