import Text

/// One text in every language; the compiler requires all five. `{name}` is a placeholder for a value.
package struct Texts: Sendable, Equatable {
    package let it, en, de, fr, sl: String

    package init(it: String, en: String, de: String, fr: String, sl: String) {
        self.it = it
        self.en = en
        self.de = de
        self.fr = fr
        self.sl = sl
    }

    /// A name that is the same in all languages.
    package init(everywhere text: String) { self.init(it: text, en: text, de: text, fr: text, sl: text) }

    package subscript(language: Language) -> String {
        switch language {
        case .it: it
        case .en: en
        case .de: de
        case .fr: Spacing.french(fr)
        case .sl: sl
        }
    }
}

/// The texts about one subject, by key. docs/texts.md lists all of them side by side.
package protocol TextTable: CaseIterable, RawRepresentable, Sendable where RawValue == String {
    var texts: Texts { get }
}

extension TextTable {
    package func text(in language: Language) -> String { texts[language] }
}

/// Texts in one language, by key.
package struct Wording<Table: TextTable>: Sendable {
    package let language: Language

    package init(_ language: Language) { self.language = language }

    package subscript(key: Table) -> String { key.text(in: language) }

    /// Replaces the placeholders in one pass, so that a value that looks like a placeholder is not replaced.
    package subscript(key: Table, facts: [String: String]) -> String {
        var text = ""
        var rest = key.text(in: language)[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            text += rest[..<open]
            text += facts[String(rest[open..<close].dropFirst())] ?? ""
            rest = rest[close...].dropFirst()
        }
        return text + rest
    }

    /// The text before and after a placeholder that occurs once.
    package func parts(of key: Table, around name: String) -> (before: String, after: String) {
        let text = key.text(in: language)
        let marker = "{\(name)}"
        guard let open = text.firstIndex(of: "{"), text[open...].hasPrefix(marker) else { return (text, "") }
        return (String(text[..<open]), String(text[open...].dropFirst(marker.count)))
    }
}
