import Foundation

/// The `Accept-Language` header (RFC 9110, 12.5.4).
package enum AcceptLanguage {
    /// The elements after these are ignored.
    package static let maximumElements = 64

    /// The language that a reader prefers: by weight, then by order. `*` stands for the languages that the header does not name.
    /// - Parameter supported: primary tags in lower case, with the default first.
    /// - Returns: nil if the header accepts none of them.
    package static func preferred(in header: String, of supported: [String]) -> String? {
        var weights: [(name: String, weight: Int)] = []
        for element in header.split(separator: ",").prefix(maximumElements) {
            let pieces = element.split(separator: ";", omittingEmptySubsequences: false).map {
                $0.trimmed.lowercased()
            }
            guard let name = pieces.first?.split(separator: "-").first,
                let weight = HTTPWeight.thousandths(in: pieces.dropFirst())
            else { continue }
            weights.append((String(name), weight))
        }
        let named = Set(weights.map(\.name))
        var best: (name: String, weight: Int)?
        for (name, weight) in weights where weight > best?.weight ?? 0 {
            let language = name == "*" ? supported.first { !named.contains($0) } : supported.first { $0 == name }
            if let language { best = (language, weight) }
        }
        return best?.name
    }
}

/// Weights of elements in a header, in thousandths.
package enum HTTPWeight {
    /// The weight that the parameters of an element state; 1 000 without one.
    /// - Parameter parameters: in lower case, without blanks around them.
    /// - Returns: nil for a malformed one.
    package static func thousandths(in parameters: some Sequence<String>) -> Int? {
        guard let text = parameters.first(where: { $0.hasPrefix("q=") })?.dropFirst(2) else { return 1_000 }
        return thousandths(text)
    }

    /// `0`, `0.5`, `1.000`; nil for anything else.
    private static func thousandths(_ text: Substring) -> Int? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let whole = parts.first, whole == "0" || whole == "1" else { return nil }
        let decimals = parts.dropFirst().first ?? ""
        guard decimals.utf8.count <= 3, decimals.utf8.allSatisfy(\.isDigit) else { return nil }
        let fraction = Int(decimals + String(repeating: "0", count: 3 - decimals.utf8.count)) ?? 0
        if whole == "1" { return fraction == 0 ? 1_000 : nil }
        return fraction
    }
}
