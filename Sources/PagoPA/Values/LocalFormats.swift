import Text

/// How people who read a language write amounts, days and times: Italian, British English, German and Slovene as in Italy, French.
/// Times are those of Rome. Mails and documents use it; data never does. An amount, a day and a time stay on one line each.
package struct LocalFormats: Sendable, Equatable {
    package let language: Language

    package init(_ language: Language) { self.language = language }

    /// `1.059,80 €`, in English `€1,059.80`, in French with narrow blanks between thousands.
    package func money(_ amount: Amount) -> String { money(cents: amount.cents) }

    /// - Parameter cents: from 0; a sum may be greater than the largest amount.
    package func money(cents: Int64) -> String {
        switch language {
        case .it, .de, .sl: groupedEuros(cents, thousands: ".", fraction: ",") + "\u{A0}€"
        case .en: "€" + groupedEuros(cents, thousands: ",", fraction: ".")
        case .fr: groupedEuros(cents, thousands: "\u{202F}", fraction: ",") + "\u{A0}€"
        }
    }

    /// `09/10/2018`, `9 October 2018`, `09.10.2018`, `9 octobre 2018`, `9. 10. 2018`.
    package func day(_ date: CalendarDate) -> String {
        switch language {
        case .it: date.italian
        case .en: "\(date.day)\u{A0}\(Self.month(date, of: Self.englishMonths))\u{A0}\(date.year)"
        case .de: "\(twoDigits(date.day)).\(twoDigits(date.month)).\(fourDigits(date.year))"
        case .fr:
            "\(date.day == 1 ? "1er" : String(date.day))\u{A0}\(Self.month(date, of: Self.frenchMonths))\u{A0}\(date.year)"
        case .sl: "\(date.day).\u{A0}\(date.month).\u{A0}\(date.year)"
        }
    }

    /// The day in Rome.
    package func day(of instant: Instant) -> String { day(CalendarDate(romeDayOf: instant)) }

    /// `09/10/2018 alle 11:30`, `9 October 2018 at 11:30`, `09.10.2018 um 11:30 Uhr`, `9 octobre 2018 à 11 h 30`, `9. 10. 2018 ob 11:30`.
    package func moment(_ instant: Instant) -> String {
        let seconds = instant.unixSeconds + Int64(RomeTime.offsetSeconds(at: instant.unixSeconds))
        let minutes = Int((seconds - floorDivide(seconds, 86_400) * 86_400) / 60)
        let (hour, minute) = (twoDigits(minutes / 60), twoDigits(minutes % 60))
        let day = day(of: instant)
        return switch language {
        case .it: "\(day) alle \(hour):\(minute)"
        case .en: "\(day) at \(hour):\(minute)"
        case .de: "\(day) um \(hour):\(minute)\u{A0}Uhr"
        case .fr: "\(day) à \(minutes / 60)\u{A0}h\u{A0}\(minute)"
        case .sl: "\(day) ob \(hour):\(minute)"
        }
    }

    private static func month(_ date: CalendarDate, of names: [String]) -> String {
        names.dropFirst(max(0, date.month - 1)).first ?? twoDigits(date.month)
    }

    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let frenchMonths = [
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre",
        "décembre",
    ]
}
