import Documents
import Foundation
import PagoPA
import TestSupport
import Testing

/// The texts for people, in five languages.
@Suite struct TextsTests {
    private struct Row {
        let key: String
        let texts: Texts
    }

    private static func rows<Table: TextTable>(_ table: Table.Type, _ name: String) -> [Row] {
        Table.allCases.map { Row(key: "\(name).\($0.rawValue)", texts: $0.texts) }
    }

    private static let tables: [[Row]] = [
        rows(AttemptText.self, "attempt"), rows(ReceiptText.self, "receipt"), rows(PaymentMailText.self, "mail"),
        rows(AccountMailText.self, "account"), rows(HelpText.self, "help"), rows(PaymentMethodText.self, "method"),
        rows(PSPText.self, "psp"), rows(NoticeText.self, "notice"), rows(DisabledCode.self, "disabled"),
        rows(AttemptFailure.self, "failure"), rows(FaultCode.self, "violation"),
        rows(VerificationText.self, "verification"), rows(DebtMailText.self, "debt"),
        rows(UnsubscribeText.self, "unsubscribe"),
    ]
    private static let rows = tables.flatMap(\.self)

    @Test func `the page of texts shows every text in every language`() throws {
        func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: "<br>") }
        let lines = Self.rows.map { row in
            "| `\(row.key)` | \(Language.allCases.map { cell(row.texts[$0]) }.joined(separator: " | ")) |"
        }
        let project = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: project.appending(path: "docs/texts.md"), encoding: .utf8)
        let table = page.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)

        #expect(table == lines, "write these lines into docs/texts.md:\n\(lines.joined(separator: "\n"))")
    }

    @Test(arguments: Language.allCases) func `a text has the same placeholders as the Italian one and is not empty`(
        language: Language
    ) {
        func facts(_ text: String) -> [String] { text.matches(of: /\{(\w+)\}/).map { String($0.1) }.sorted() }
        for row in Self.rows {
            let text = row.texts[language]
            #expect(facts(text) == facts(row.texts.it), "\(row.key)")
            #expect(!text.isEmpty && text == text.trimmingCharacters(in: .whitespacesAndNewlines), "\(row.key)")
            #expect(text.hasSuffix(".") == row.texts.it.hasSuffix("."), "\(row.key)")
        }
    }

    /// Words of another form of address, or synonyms of a term that has one fixed word.
    private static let otherWords: [Language: [String]] = [
        .it: [
            "Lei", "Suo", "Sua", "inserisca", "segua", "scelga", "paghi", "ignori", "acceda", "siamo", "può ignorare",
            "dovuto", "utenza", "posta elettronica",
        ],
        .en: ["can not", "attestation", "State"],
        .de: [
            "du", "dich", "dir", "dein", "deine", "Behörde", "Inkasso", "Inkassos", "Schuld", "Rückzahlung", "Vorgang",
            "Zahlungsaufforderung",
        ],
        .fr: ["tu", "te", "toi", "ton", "tes", "courrier électronique", "Frais"],
        .sl: ["ti", "tvoj", "tvoje", "organ", "izterjave", "okence", "elektronski naslov"],
    ]

    @Test(arguments: Language.allCases)
    func `each language addresses the reader in one form and uses one word for one thing`(
        language: Language
    ) throws {
        let words = try #require(Self.otherWords[language])
        for row in Self.rows {
            let text = row.texts[language].split { !$0.isLetter }.joined(separator: " ")
            for word in words { #expect(!" \(text) ".contains(" \(word) "), "\(row.key): \(text)") }
            let names = TextChecks.otherNames(in: row.texts[language], language: language.rawValue)
            #expect(names == [], "\(row.key): \(text)")
        }
    }

    @Test func `no line of a French text ends before a mark or inside a number`() throws {
        for row in Self.rows {
            for fault in TextChecks.frenchFaults(row.texts[.fr]) { Issue.record("\(row.key): \(fault)") }
        }
        let formats = LocalFormats(.fr)
        let moment = formats.moment(try Instant(rfc3339: "2026-10-01T14:00:00Z"))
        for text in [formats.money(cents: 123_456_789), moment] {
            #expect(TextChecks.frenchFaults(text) == [])
        }
        #expect(moment == "1er\u{A0}octobre\u{A0}2026 à 16\u{A0}h\u{A0}00")
        // The check itself sees each kind.
        for text in ["a : b", "a ;", "« b", "b »", "quoi ?", "16 h 00", "1 000", "5 €", "a: b"] {
            #expect(TextChecks.frenchFaults(text) != [], "\(text)")
        }
    }
}
