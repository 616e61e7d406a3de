import Text

/// The languages of the pages, in the order of the menu.
enum Language: String, Sendable, CaseIterable {
    case it, en, de, fr, sl

    /// Its own name, for the menu.
    var name: String {
        switch self {
        case .it: "Italiano"
        case .en: "English"
        case .de: "Deutsch"
        case .fr: "Français"
        case .sl: "Slovenščina"
        }
    }

    /// The first language of `Accept-Language` that the pages have, by quality and then by order; Italian if there is none.
    init(accepting header: String?) {
        let wanted = header.flatMap { AcceptLanguage.preferred(in: $0, of: Self.allCases.map(\.rawValue)) }
        self = wanted.flatMap(Self.init(rawValue:)) ?? .it
    }
}

/// The texts of one language.
struct Texts: Sendable {
    let language: Language

    subscript(key: TextKey) -> String { Self.table[key]?[language] ?? key.rawValue }

    /// Replaces `{0}`, `{1}` and so on.
    subscript(key: TextKey, values: String...) -> String {
        values.enumerated().reduce(self[key]) { $0.replacing("{\($1.offset)}", with: $1.element) }
    }

    /// A label and its value.
    func labelled(_ label: String, _ value: String) -> String { label + Spacing.colon(language.rawValue) + value }

    /// Every text of every language; a test checks that none is missing.
    static let table: [TextKey: [Language: String]] = {
        var table: [TextKey: [Language: String]] = [:]
        for row in rows {
            guard let key = row.first.flatMap(TextKey.init), row.count == Language.allCases.count + 1 else { continue }
            var texts = Dictionary(zip(Language.allCases, row.dropFirst()), uniquingKeysWith: { first, _ in first })
            texts[.fr] = texts[.fr].map(Spacing.french)
            table[key] = texts
        }
        return table
    }()

    /// The cells of each line of the tables.
    static var rows: [[String]] {
        [
            CommonTexts.table, AccountTexts.table, PaymentTexts.table, ProfileTexts.table, DeskTexts.table,
            DeskWords.table,
        ].flatMap { table in
            table.split(separator: "\n").map { line in line.split(separator: " | ").map(String.init) }
        }
    }
}
