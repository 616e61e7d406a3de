import TestSupport
import Testing

@testable import Portal

struct TextsTests {
    @Test func `every text exists in the five languages, and no line is unknown or repeated`() {
        var seen: Set<String> = []
        for row in Texts.rows {
            #expect(row.count == 6, "\(row.first ?? "")")
            #expect(row.first.flatMap(TextKey.init) != nil, "\(row.first ?? "")")
            #expect(seen.insert(row.first ?? "").inserted, "\(row.first ?? "")")
        }
        #expect(seen == Set(TextKey.allCases.map(\.rawValue)))
        for key in TextKey.allCases {
            for language in Language.allCases { #expect(Texts.table[key]?[language]?.isEmpty == false, "\(key)") }
        }
    }

    @Test(arguments: TextKey.allCases) func `the languages have the same places for values`(key: TextKey) {
        let places = Language.allCases.map { language in
            (0..<4).filter { Texts(language: language)[key].contains("{\($0)}") }
        }
        #expect(Set(places).count == 1)
    }

    @Test func `no line of a French text ends before a mark or inside a number, and a thing has one name`() {
        for key in TextKey.allCases {
            for fault in TextChecks.frenchFaults(Texts(language: .fr)[key]) { Issue.record("\(key): \(fault)") }
            for language in Language.allCases {
                let text = Texts(language: language)[key]
                #expect(TextChecks.otherNames(in: text, language: language.rawValue) == [], "\(key): \(text)")
            }
        }
        let texts = Texts(language: .fr)
        #expect(texts.instant("2026-06-30T14:00:00Z") == "30/06/2026, 16\u{A0}h\u{A0}00")
        #expect(texts.labelled(texts[.dueDate], "x") == "Échéance\u{A0}: x")
        #expect(Texts(language: .sl).labelled("a", "b") == "a: b")
    }

    @Test(arguments: [
        ("de-AT,de;q=0.9,en;q=0.5", Language.de), ("ja,sl;q=0.3", .sl), ("en;q=0.2,fr;q=0.8", .fr), ("ja", .it),
        ("", .it),
        ("*;q=0.1", .it), ("en;q=0", .it),
    ]) func `the browser's languages choose the page's`(header: String, expected: Language) {
        #expect(Language(accepting: header) == expected)
    }

    @Test func `amounts and dates are written as each language does`() {
        #expect(Texts(language: .it).euro(105_980) == "1.059,80\u{A0}€")
        #expect(Texts(language: .en).euro(99_999_999_999) == "€999,999,999.99")
        #expect(Texts(language: .fr).euro(105_905) == "1\u{202F}059,05\u{A0}€")
        #expect(Texts(language: .it).euro(0) == "0,00\u{A0}€")
        #expect(Texts(language: .it).euro(.min).hasPrefix("-"))
        #expect(Texts(language: .it).day("2027-12-31") == "31/12/2027")
        #expect(Texts(language: .de).day("2027-01-05") == "05.01.2027")
        #expect(Texts(language: .sl).day("2027-01-05") == "5.\u{A0}1.\u{A0}2027")
        #expect(
            Texts(language: .it).notice("302260618143027134")
                == element("span", ["class": "number"], "3022 6061 8143 0271 34"))
        #expect(Texts(language: .it).day("domani") == "domani")
        // 22:30 in UTC is the next day in Italy.
        #expect(Texts(language: .it).instant("2026-06-30T22:30:00Z") == "01/07/2026, 00:30")
    }
}
