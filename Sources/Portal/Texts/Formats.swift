import Foundation
import Text

/// Amounts and dates as each language writes them; instants in Italy's time.
extension Texts {
    /// `1.059,80 €` in Italian, `€1,059.80` in English.
    func euro(_ cents: Int64) -> String {
        let whole = cents.magnitude / 100
        let rest = cents.magnitude % 100
        let sign = cents < 0 ? "-" : ""
        let separator = language == .en ? "," : language == .fr ? "\u{202F}" : "."
        let digits = String(whole)
        var grouped = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index).isMultiple(of: 3) { grouped += separator }
            grouped.append(digit)
        }
        let decimals = rest < 10 ? "0\(rest)" : "\(rest)"
        return language == .en ? "\(sign)€\(grouped).\(decimals)" : "\(sign)\(grouped),\(decimals)\u{00A0}€"
    }

    /// A calendar day `2027-12-31`.
    func day(_ text: String) -> String {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3, let year = parts.first, let month = parts.dropFirst().first, let day = parts.last
        else { return text }
        return written(day: day, month: month, year: year)
    }

    /// An instant in UTC, such as `2026-11-23T09:30:00Z`.
    func instant(_ text: String) -> String {
        guard let date = try? Date(text, strategy: .iso8601) else { return text }
        let parts = Self.rome.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        guard let year = parts.year, let month = parts.month, let day = parts.day, let hour = parts.hour,
            let minute = parts.minute
        else { return text }
        let time =
            language == .fr
            ? "\(hour)\u{00A0}h\u{00A0}\(Self.two(minute))" : "\(Self.two(hour)):\(Self.two(minute))"
        return "\(written(day: day, month: month, year: year)), \(time)"
    }

    private static let rome: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: "Europe/Rome") ?? .gmt
        return calendar
    }()

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private func written(day: Int, month: Int, year: Int) -> String {
        switch language {
        case .it, .en, .fr: "\(Self.two(day))/\(Self.two(month))/\(year)"
        case .de: "\(Self.two(day)).\(Self.two(month)).\(year)"
        case .sl: "\(day).\u{00A0}\(month).\u{00A0}\(year)"
        }
    }

    /// In groups of four digits, as notices print it. It stays on one line, with the blanks that people type.
    func notice(_ number: String) -> HTML {
        var text = ""
        for (index, digit) in number.enumerated() {
            if index > 0, index.isMultiple(of: 4) { text += " " }
            text.append(digit)
        }
        return element("span", ["class": "number"], text)
    }
}
