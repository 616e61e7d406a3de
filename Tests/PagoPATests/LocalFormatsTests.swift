import PagoPA
import Testing

/// Amounts, days and times as people of each language write them.
@Suite struct LocalFormatsTests {
    @Test(arguments: [
        (Language.it, "0,05\u{A0}€", "999.999.999,99\u{A0}€"), (.en, "€0.05", "€999,999,999.99"),
        (.de, "0,05\u{A0}€", "999.999.999,99\u{A0}€"),
        (.fr, "0,05\u{A0}€", "999\u{202F}999\u{202F}999,99\u{A0}€"),
        (.sl, "0,05\u{A0}€", "999.999.999,99\u{A0}€"),
    ])
    func `the smallest and the largest amount`(language: Language, small: String, large: String) throws {
        let formats = LocalFormats(language)
        #expect(formats.money(try Amount(cents: 5)) == small)
        #expect(formats.money(.maximum) == large)
    }

    @Test(arguments: [
        (Language.it, "01/03/2026 alle 09:05"), (.en, "1\u{A0}March\u{A0}2026 at 09:05"),
        (.de, "01.03.2026 um 09:05\u{A0}Uhr"),
        (.fr, "1er\u{A0}mars\u{A0}2026 à 9\u{A0}h\u{A0}05"), (.sl, "1.\u{A0}3.\u{A0}2026 ob 09:05"),
    ])
    func `the day and the time of Rome, in winter and in summer`(language: Language, text: String) throws {
        #expect(LocalFormats(language).moment(try Instant(rfc3339: "2026-03-01T08:05:59Z")) == text)
        let summer = LocalFormats(language).moment(try Instant(rfc3339: "2026-08-31T22:30:00Z"))
        #expect(summer.contains("30") && !summer.contains("31"))
        #expect(summer.hasPrefix(LocalFormats(language).day(try CalendarDate("2026-09-01"))))
    }
}
