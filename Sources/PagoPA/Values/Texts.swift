/// One text in every language; the compiler demands all five. `{name}` stands for a fact.
package struct Texts: Sendable, Equatable {
    package let it, en, de, fr, sl: String

    package init(it: String, en: String, de: String, fr: String, sl: String) {
        self.it = it
        self.en = en
        self.de = de
        self.fr = fr
        self.sl = sl
    }

    /// A name that no language translates.
    package init(everywhere text: String) { self.init(it: text, en: text, de: text, fr: text, sl: text) }

    package subscript(language: Language) -> String {
        switch language {
        case .it: it
        case .en: en
        case .de: de
        case .fr: fr
        case .sl: sl
        }
    }
}

/// The texts about one noun, by key. docs/texts.md shows all of them side by side.
package protocol TextTable: CaseIterable, RawRepresentable, Sendable where RawValue == String {
    var texts: Texts { get }
}

extension TextTable {
    package func text(in language: Language) -> String { texts[language] }
}

/// A table of texts in one language.
package struct Wording<Table: TextTable>: Sendable {
    package let language: Language

    package init(_ language: Language) { self.language = language }

    package subscript(key: Table) -> String { key.text(in: language) }

    /// The text with its facts, in one pass: a fact that looks like a placeholder stays as it is.
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
}
