/// What every text for people keeps to: how French sets its marks, and one name for one thing.
package enum TextChecks {
    /// The places of a French text at which a line could end although it must not, or at which the blank is missing.
    package static func frenchFaults(_ text: String) -> [String] {
        let characters = Array(text)
        return characters.indices.compactMap { index in
            let before = index > 0 ? characters[index - 1] : nil
            let after = index + 1 < characters.count ? characters[index + 1] : nil
            let rest = String(characters[(index + 1)...].prefix(3))
            return fault(characters[index], before, after, rest).map { "\($0): \(text)" }
        }
    }

    private static func fault(_ character: Character, _ before: Character?, _ after: Character?, _ rest: String)
        -> String?
    {
        switch character {
        case " ":
            if let after, ":;!?»".contains(after) { return "ordinary blank before \(after)" }
            if before == "«" { return "ordinary blank after «" }
            guard before?.isNumber == true else { return nil }
            let isUnit = ["€", "Ko", "Mo"].contains { rest.hasPrefix($0) } || rest == "h" || rest.hasPrefix("h ")
            return after?.isNumber == true || isUnit ? "ordinary blank in a number" : nil
        case ":", ";", "!", "?", "»":
            return before == "\u{A0}" ? nil : "no blank before \(character)"
        case "«":
            return after == "\u{A0}" ? nil : "no blank after «"
        default:
            return nil
        }
    }

    /// Names of things that have another name, in small letters, by language; docs/texts.md has the names. In Italian `dovuto` and in
    /// French `créance` remain the words of offices.
    private static let otherNames: [String: [String]] = [
        "it": ["numero avviso", "numero dell avviso", "attestazione", "bolletta", "area privata"],
        "en": [
            "notice code", "bill number", "installment", "installments", "creditor", "creditors", "private area",
            "being checked", "payment provider",
        ],
        "de": [
            "bescheid", "bescheide", "bescheiden", "bescheidnummer", "zahlungsbescheid", "zahlungsbescheide",
            "code der mitteilung", "code der zahlungsmitteilung", "mitteilungsnummer", "gläubiger", "gläubigers",
            "behörde", "behörden", "erstattung", "erstattungen", "beleg",
        ],
        "fr": [
            "quittance", "quittances", "frais", "code de l avis", "code d avis", "reçu télématique",
            "adresse électronique", "temps écoulé",
        ],
        "sl": [
            "plačilno obvestilo", "plačilnega obvestila", "koda obvestila", "kodo obvestila", "upnik", "upniki",
            "upnika", "obveznost", "obveznosti", "okence", "okencu",
        ],
    ]

    /// The other names in a text.
    package static func otherNames(in text: String, language: String) -> [String] {
        let plain = text.replacing(/\{\w+\}/, with: "")
        let words = " \(plain.lowercased().split { !$0.isLetter }.joined(separator: " ")) "
        return (otherNames[language] ?? []).filter { words.contains(" \($0) ") }
    }
}
