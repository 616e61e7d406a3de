import Text

/// A calendar day. Due dates are days in Europe/Rome: a debt that is due today is not late.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    package init(year: Int, month: Int, day: Int) throws(InvalidValue) {
        guard (1900...2999).contains(year), (1...12).contains(month),
            (1...Self.days(of: month, in: year)).contains(day)
        else { throw InvalidValue(.badFormat, "is not a day of the calendar") }
        self.init(known: year, month, day)
    }

    private init(known year: Int, _ month: Int, _ day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// `2018-10-10`
    package init(_ text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = digits(bytes[0..<4]), let month = digits(bytes[5..<7]), let day = digits(bytes[8..<10])
        else { throw InvalidValue(.badFormat, "must be a day as YYYY-MM-DD") }
        try self.init(year: year, month: month, day: day)
    }

    /// Days since 1970-01-01; any number within the years of this type.
    package init(epochDays: Int) {
        // Civil-from-days over 400-year eras that begin on 1 March 0000.
        let shifted = epochDays + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        self.init(
            known: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    package var epochDays: Int {
        let y = month <= 2 ? year - 1 : year
        let era = (y >= 0 ? y : y - 399) / 400
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package init(romeDayOf instant: Instant) {
        let local = instant.unixSeconds + Int64(RomeTime.offsetSeconds(at: instant.unixSeconds))
        self.init(epochDays: Int(floorDivide(local, 86_400)))
    }

    /// The first instant of this day in Rome.
    package var romeStart: Instant {
        let utcMidnight = Int64(epochDays) * 86_400
        // The clock changes at 01:00 UTC, so midnight in Rome has the offset of one or two hours before midnight UTC.
        let offset = RomeTime.offsetSeconds(at: utcMidnight - 7_200)
        return Instant(microseconds: (utcMidnight - Int64(offset)) * 1_000_000)
    }

    package var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(10)
        write(into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the description.
    func write(into text: inout [UInt8]) {
        if (0...9_999).contains(year) {
            text.append(decimal: year, digits: 4)
        } else {
            text += fourDigits(year).utf8
        }
        text.append(UInt8(ascii: "-"))
        text.append(decimal: month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.append(decimal: day, digits: 2)
    }

    /// `10/10/2018`
    package var italian: String { "\(twoDigits(day))/\(twoDigits(month))/\(fourDigits(year))" }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Local time in Italy: Central European Time, with European summer time from the last Sunday of March to the last Sunday of
/// October at 01:00 UTC (directive 2000/84/EC). The same rule is applied to years before 1996, when other rules were in force.
package enum RomeTime {
    package static func offsetSeconds(at unixSeconds: Int64) -> Int {
        let year = CalendarDate(epochDays: Int(floorDivide(unixSeconds, 86_400))).year
        return (summerStart(year)..<summerEnd(year)).contains(unixSeconds) ? 7_200 : 3_600
    }

    private static func summerStart(_ year: Int) -> Int64 { lastSunday(year, month: 3) }
    private static func summerEnd(_ year: Int) -> Int64 { lastSunday(year, month: 10) }

    /// 01:00 UTC of the last Sunday of a month of 31 days.
    private static func lastSunday(_ year: Int, month: Int) -> Int64 {
        // 1970-01-01 was a Thursday: day number + 4 is 0 modulo 7 on Sundays.
        let last = (try? CalendarDate(year: year, month: month, day: 31).epochDays) ?? 0
        let sunday = last - (last + 4) % 7
        return Int64(sunday) * 86_400 + 3_600
    }
}

func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}

extension [UInt8] {
    /// Appends the last decimal digits of a number that is not negative.
    mutating func append(decimal number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<Swift.max(1, digits) { divisor *= 10 }  // at most six digits
        for _ in 0..<Swift.max(0, digits) {
            append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
            if divisor == 0 { break }
        }
    }
}

func fourDigits(_ number: Int) -> String {
    String(repeating: "0", count: Swift.max(0, 4 - String(number).count)) + String(number)
}

/// The decimal number in these bytes; `nil` if one of them is not a digit.
func digits(_ bytes: ArraySlice<UInt8>) -> Int? {
    guard !bytes.isEmpty, bytes.allSatisfy(\.isDigit) else { return nil }
    return bytes.reduce(0) { $0 * 10 + Int($1 - 0x30) }
}
