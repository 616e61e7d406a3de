/// The languages of texts for people; Italian is the default.
package enum Language: String, Sendable, CaseIterable, Hashable {
    case it, en, de, fr, sl

    /// The supported language that an `Accept-Language` header prefers most; nil if it names none of them.
    package init?(acceptLanguage: String) {
        var best: (language: Language, quality: Double)?
        for part in acceptLanguage.prefix(1_000).split(separator: ",") {
            let pieces = part.split(separator: ";")
            guard let tag = pieces.first?.split(separator: "-").first else { continue }
            let name = tag.filter { $0 != " " }.lowercased()
            let quality =
                pieces.dropFirst().lazy.compactMap { piece -> Double? in
                    let text = piece.filter { $0 != " " }
                    return text.hasPrefix("q=") ? Double(text.dropFirst(2)) : nil
                }.first ?? 1
            guard quality > 0, let language = name == "*" ? .it : Language(rawValue: name) else { continue }
            if quality > (best?.quality ?? 0) { best = (language, quality) }
        }
        guard let best else { return nil }
        self = best.language
    }
}
