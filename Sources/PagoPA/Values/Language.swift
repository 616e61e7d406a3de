import Text

/// The languages of texts for people; Italian is the default.
package enum Language: String, Sendable, CaseIterable, Hashable {
    case it, en, de, fr, sl

    /// The supported language that an `Accept-Language` header prefers most; nil if it names none of them.
    package init?(acceptLanguage: String) {
        guard
            let name = AcceptLanguage.preferred(in: acceptLanguage, of: Self.allCases.map(\.rawValue)),
            let language = Language(rawValue: name)
        else { return nil }
        self = language
    }
}
