import Foundation
import TestSupport
import Testing

@testable import PSPSimulator

struct PortalPageLanguageTests {
    private static let texts: [PageText] =
        [
            .title, .heading, .noMoney, .lastAction, .cancelled, .creditor, .reason, .notice, .amount, .fee, .total,
            .trials,
            .delay, .languages, .help, .aboutPage,
        ] + PortalAction.allCases.flatMap { [$0.label, $0.help] }

    @Test(arguments: PageLanguage.allCases) func `the page is in one language, with every action and its help`(
        language: PageLanguage
    ) throws {
        let payment = try Payment.sample(description: "Mensa <b>")
        let html = PortalPage(payment: payment, language: language).html
        #expect(html.contains("<html lang=\"\(language.rawValue)\">") && html.contains("Mensa &lt;b&gt;"))
        func escaped(_ text: String) -> String { text.replacing("'", with: "&#39;") }
        for action in PortalAction.allCases {
            #expect(html.contains("value=\"\(action.rawValue)\">\(escaped(action.label[language]))</button>"))
            #expect(html.contains(escaped(action.help[language])))
        }
        for other in PageLanguage.allCases { #expect(html.contains("?language=\(other.rawValue)\"")) }
        #expect(html.contains("name=\"viewport\"") && html.contains("prefers-color-scheme:dark"))
    }

    @Test func `every text differs between the languages, and ends alike`() {
        for text in Self.texts {
            let all = PageLanguage.allCases.map { text[$0] }
            #expect(all.allSatisfy { !$0.isEmpty && $0.hasSuffix(".") == text.it.hasSuffix(".") }, "\(text)")
            #expect(Set(all).count >= 3, "\(text)")
        }
    }

    @Test func `no line of a French text ends before a mark, and a thing has one name`() throws {
        for text in Self.texts {
            #expect(TextChecks.frenchFaults(text[.fr]) == [])
            for language in PageLanguage.allCases {
                #expect(TextChecks.otherNames(in: text[language], language: language.rawValue) == [], "\(text)")
            }
        }
        let html = PortalPage(payment: try Payment.sample(description: "Cantine"), language: .fr).html
        #expect(html.contains("<li>Cantine\u{A0}: "))
    }

    @Test(
        arguments: [
            (nil, nil, .it), (nil, "de-CH, en;q=0.8", .de), (nil, "ja, fr", .fr), (nil, "*", .it), ("sl", "de", .sl),
            ("xx", "EN", .en), ("", "", .it),
        ] as [(String?, String?, PageLanguage)])
    func `the language is the chosen one, or else that of the browser`(
        chosen: String?, header: String?, language: PageLanguage
    ) {
        #expect(PageLanguage(chosen: chosen, acceptLanguage: header) == language)
    }

    @Test(
        arguments: [
            (0, .it, "0,00\u{A0}€"), (105_980, .it, "1.059,80\u{A0}€"), (105_980, .en, "€1,059.80"),
            (100, .de, "1,00\u{A0}€"),
            (123_456_789, .fr, "1\u{202F}234\u{202F}567,89\u{A0}€"),
        ] as [(Int64, PageLanguage, String)])
    func `an amount is written as the language writes it`(cents: Int64, language: PageLanguage, text: String) {
        #expect(PortalPage.euro(cents, in: language) == text)
    }
}
