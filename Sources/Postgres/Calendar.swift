/// A `timestamptz`: microseconds since 1970-01-01T00:00:00Z. PostgreSQL's infinite values are rejected.
package struct Microseconds: Sendable, Hashable, Comparable, SQLBindable, SQLArrayElement {
    package let value: Int64

    package init(_ value: Int64) {
        self.value = value
    }

    package static func < (left: Microseconds, right: Microseconds) -> Bool { left.value < right.value }

    package var sqlValue: SQLValue { .text(text) }

    package static func sqlValue(of array: [Microseconds]) -> SQLValue {
        .text("{" + array.map { "\"\($0.text)\"" }.joined(separator: ",") + "}")
    }

    private var text: String {
        let (days, rest) = value.flooredQuotient(86_400_000_000)
        let day = CivilDay(epochDays: days)
        let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(day.yearMonthDay) \(clock).\(padded(fraction, 6))+00\(day.era)"
    }
}

/// A `date`: days since 1970-01-01. PostgreSQL's infinite values are rejected.
package struct EpochDays: Sendable, Hashable, Comparable, SQLBindable, SQLArrayElement {
    package let value: Int32

    package init(_ value: Int32) {
        self.value = value
    }

    package static func < (left: EpochDays, right: EpochDays) -> Bool { left.value < right.value }

    package var sqlValue: SQLValue { .text(text) }

    package static func sqlValue(of array: [EpochDays]) -> SQLValue {
        .text("{" + array.map { "\"\($0.text)\"" }.joined(separator: ",") + "}")
    }

    private var text: String {
        let day = CivilDay(epochDays: Int64(value))
        return day.yearMonthDay + day.era
    }
}

/// A day of the proleptic Gregorian calendar, which PostgreSQL uses.
private struct CivilDay {
    let year: Int64
    let month: Int64
    let day: Int64

    /// The algorithm counts eras of 400 years that begin on 1 March, so that the leap day is the last day of a year.
    init(epochDays: Int64) {
        let (era, dayOfEra) = (epochDays + 719_468).flooredQuotient(146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// PostgreSQL has no year 0: the year before 1 is written `0001 … BC`.
    var yearMonthDay: String { "\(padded(year > 0 ? year : 1 - year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
    var era: String { year > 0 ? "" : " BC" }
}

private func padded(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
}

extension Int64 {
    /// The remainder is never negative.
    fileprivate func flooredQuotient(_ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
