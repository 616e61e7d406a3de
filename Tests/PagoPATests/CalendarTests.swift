import Foundation
import PagoPA
import TestSupport
import Testing

/// Days and instants compared with a second calendar: a plain walk over the days, and Foundation's time zone of Rome.
@Suite struct CalendarTests {
    private static func length(of month: Int, in year: Int) -> Int {
        let isLeap = year.isMultiple(of: 400) || year.isMultiple(of: 4) && !year.isMultiple(of: 100)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    @Test func `every day of eleven centuries has the number and the name of a plain walk over the days`() throws {
        var (year, month, day) = (1_900, 1, 1)
        let first = try CalendarDate("1900-01-01").epochDays
        #expect(first == -25_567)
        var number = first
        while year < 3_000 {
            let date = CalendarDate(epochDays: number)
            if date.year != year || date.month != month || date.day != day || date.epochDays != number {
                Issue.record("day \(number) is \(date), not \(year)-\(month)-\(day)")
                return
            }
            number += 1
            day += 1
            if day > Self.length(of: month, in: year) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(CalendarDate(epochDays: number - 1).description == "2999-12-31")
    }

    @Test func `exactly the days of the calendar are accepted, in order and in both spellings`() throws {
        var previous: CalendarDate?
        for year in [1_900, 1_999, 2_000, 2_026, 2_028, 2_100, 2_999] {
            for month in 0...13 {
                for day in 0...32 {
                    let exists =
                        (1...12).contains(month) && day >= 1 && day <= Self.length(of: max(1, month), in: year)
                    let date = try? CalendarDate(year: year, month: month, day: day)
                    #expect((date != nil) == exists, "\(year)-\(month)-\(day)")
                    guard let date else { continue }
                    #expect(try CalendarDate(date.description) == date)
                    let parts = date.italian.split(separator: "/").reversed().joined(separator: "-")
                    #expect(parts == date.description)
                    if let previous { #expect(previous < date) }
                    previous = date
                }
            }
        }
        for year in [0, 1_899, 3_000, -2_026] {
            #expect(throws: InvalidValue.self) { try CalendarDate(year: year, month: 1, day: 1) }
        }
    }

    @Test func `a day with any other character in any place is refused`() {
        for place in 0..<10 {
            for other in ["/", " ", "x", "٣", "+", "\u{0}", ""] {
                var letters = "2026-11-20".map(String.init)
                letters[place] = other
                #expect(throws: InvalidValue.self) { try CalendarDate(letters.joined()) }
            }
        }
        #expect(throws: InvalidValue.self) { try CalendarDate("2026-11-201") }
    }

    @Test func `a day in Rome starts where Foundation says, and the microsecond before it is the day before`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "Europe/Rome"))
        // Every day of nine years, so that all changes of the clock, year ends and leap days are among them.
        for number in try CalendarDate("2024-01-01").epochDays...CalendarDate("2032-12-31").epochDays {
            let day = CalendarDate(epochDays: number)
            let start = day.romeStart
            let parts = DateComponents(year: day.year, month: day.month, day: day.day)
            let date = try #require(calendar.date(from: parts))
            #expect(Double(start.unixSeconds) == date.timeIntervalSince1970, "\(day)")
            #expect(CalendarDate(romeDayOf: start) == day)
            let before = Instant(microseconds: start.microseconds - 1)
            #expect(CalendarDate(romeDayOf: before).epochDays == number - 1, "\(day)")
        }
    }
}

@Suite struct InstantTests {
    @Test func `every instant reads back as it was written, before 1970 too`() throws {
        var random = SeededRandom(seed: 51)
        let bounds = [Instant(microseconds: -1), Instant(microseconds: 0), Instant(microseconds: 1)]
        let some = (0..<2_000).map { _ in
            Instant(microseconds: Int64.random(in: -2_000_000_000_000_000...32_000_000_000_000_000, using: &random))
        }
        for instant in bounds + some {
            #expect(try Instant(rfc3339: instant.rfc3339) == instant)
            let whole = Date(timeIntervalSince1970: TimeInterval(instant.unixSeconds))
            #expect(instant.rfc3339.prefix(19) == whole.ISO8601Format().prefix(19))
        }
        #expect(Instant(microseconds: -1).rfc3339 == "1969-12-31T23:59:59.999999Z")
        #expect(Instant(microseconds: 1_500_000).rfc3339 == "1970-01-01T00:00:01.5Z")
    }

    @Test func `an offset and a fraction move an instant by what they say`() throws {
        let noon = try Instant(rfc3339: "2026-11-20T12:00:00Z")
        for (text, seconds) in [
            ("2026-11-20T12:00:00+00:00", 0), ("2026-11-20T12:00:00-00:00", 0), ("2026-11-20T12:00:00+01:00", -3_600),
            ("2026-11-20T12:00:00-01:30", 5_400), ("2026-11-20T12:00:00+23:59", -86_340),
            ("2026-11-20T12:00:00-23:59", 86_340), ("2026-11-20t12:00:00z", 0),
        ] {
            #expect(try Instant(rfc3339: text) == noon.adding(seconds: seconds), "\(text)")
        }
        // Microseconds are the precision; further digits are cut, not rounded.
        for (fraction, microseconds) in [
            ("1", 100_000), ("123456", 123_456), ("1234567", 123_456), ("999999999", 999_999), ("000000001", 0),
        ] as [(String, Int64)] {
            let instant = try Instant(rfc3339: "2026-11-20T12:00:00.\(fraction)Z")
            #expect(instant.microseconds - noon.microseconds == microseconds, "\(fraction)")
        }
        #expect(noon.seconds(until: noon.adding(seconds: -90)) == -90)
    }

    @Test(arguments: [
        "2026-11-20T12:00:00", "2026-11-20 12:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T12:60:00Z",
        "2026-11-20T12:00:60Z", "2026-02-29T12:00:00Z", "2026-11-20T12:00:00.Z", "2026-11-20T12:00:00,5Z",
        "2026-11-20T12:00:00.1234567890Z", "2026-11-20T12:00:00+0100", "2026-11-20T12:00:00+24:00",
        "2026-11-20T12:00:00+01:60", "2026-11-20T12:00:00Z ", " 2026-11-20T12:00:00Z", "2026-11-20T12:00:00ZZ",
        "2026-11-20T1:00:00.00Z", "2026-11-20T12:00:00.5", "٢٠٢٦-11-20T12:00:00Z", "",
    ])
    func `what is no instant of RFC 3339 is refused`(text: String) {
        #expect(throws: InvalidValue.self) { try Instant(rfc3339: text) }
    }
}

/// Times as other systems write them.
@Suite struct ExternalTimeTests {
    @Test func `one instant is the same in every spelling that names it`() throws {
        var random = SeededRandom(seed: 52)
        for _ in 0..<1_000 {
            let instant = Instant(
                microseconds: Int64.random(in: 0...4_000_000_000, using: &random) * 1_000_000
                    + Int64.random(in: 0...999_999, using: &random))
            let hours = Int.random(in: -14...14, using: &random)
            let minutes = [0, 15, 30, 45].randomElement(using: &random) ?? 0
            let offset = hours * 3_600 + (hours < 0 ? -minutes : minutes) * 60
            let text = String(instant.adding(seconds: offset).rfc3339.dropLast())
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            let sign = offset < 0 ? "-" : "+"
            let zone = "\(two(abs(hours))):\(two(minutes))"
            var spellings = [
                "\(text)\(sign)\(zone)", "\(text)\(sign)\(zone.replacing(":", with: ""))",
                "  \(text.replacing("T", with: " "))\(sign)\(zone)\n", "\(text)\(sign)\(zone)[Europe/Rome]",
                "\(text.replacing(".", with: ","))\(sign)\(zone)",
            ]
            if minutes == 0 { spellings.append("\(text)\(sign)\(two(abs(hours)))") }
            for spelling in spellings { #expect(ExternalTime(spelling) == .instant(instant), "\(spelling)") }
        }
    }

    @Test func `a day may have a zone, and stays the day that was written`() throws {
        let day = try CalendarDate("2026-11-20")
        for text in ["2026-11-20", "2026-11-20Z", "2026-11-20+01:00", "2026-11-20-1200", " 2026-11-20\t"] {
            #expect(ExternalTime(text) == .day(day), "\(text)")
            #expect(ExternalTime(text)?.day == day)
        }
        #expect(ExternalTime("2026-11-20T23:30:00Z")?.day.description == "2026-11-21")
    }

    @Test(arguments: ["2026-03-29", "2026-10-25", "2026-06-15", "2026-12-31", "2028-02-29"])
    func `a local time without a zone is the first instant at which the clock of Rome shows it`(date: String) throws {
        let day = try CalendarDate(date)
        let minutes = (-120..<1_680).map { day.romeStart.adding(seconds: $0 * 60) }
        func wall(_ instant: Instant) -> String {
            let local = instant.adding(seconds: RomeTime.offsetSeconds(at: instant.unixSeconds))
            return String(local.rfc3339.dropLast())
        }
        var first: [String: Instant] = [:]
        for instant in minutes where first[wall(instant)] == nil { first[wall(instant)] = instant }
        for (text, instant) in first { #expect(ExternalTime(text) == .instant(instant), "\(text)") }
        // A time that the clock skips is the instant after the gap that is as far from it.
        let skipped = try #require(ExternalTime("2026-03-29T02:30:00"))
        #expect(skipped == .instant(try Instant(rfc3339: "2026-03-29T01:30:00Z")))
        // What we write ourselves names its instant, in the hour that comes twice too.
        for instant in minutes { #expect(ExternalTime(instant.romeWallClock) == .instant(instant)) }
    }

    @Test(arguments: [
        "", "2026", "2026-11", "20-11-2026", "2026-11-20T", "2026-11-20T10", "2026-11-20T10:0", "2026-11-20T10:00:",
        "2026-11-20T10:00:00.", "2026-11-20T10:00:61Z", "2026-11-20T24:00:00Z", "2026-11-20T10:60:00Z",
        "2026-11-20T10:00:00+", "2026-11-20T10:00:00+1", "2026-11-20T10:00:00+24", "2026-11-20T10:00:00+01:",
        "2026-11-20T10:00:00+01:60", "2026-11-20T10:00:00Zz", "2026-11-20X10:00:00Z", "2026-11-20Tnoon",
        "2026-11-20T10:00:00 Z", "2026-02-29", "2026-11-20T10:00:00]",
        "2026-11-20T10:00:00." + String(repeating: "0", count: 80) + "Z",
    ])
    func `an ambiguous or broken time is no time`(text: String) {
        #expect(ExternalTime(text) == nil)
    }

    @Test func `instants and days are written as Foundation writes them`() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "GMT"))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            // From 1900 to 2999.
            let seconds = Int64.random(in: -2_208_988_800..<32_503_680_000, using: &random)
            let fraction =
                [0, 1, 100, 250_000, 999_999, Int64.random(in: 0..<1_000_000, using: &random)]
                .randomElement(using: &random) ?? 0
            let date = calendar.dateComponents(
                [.year, .month, .day, .hour, .minute, .second], from: Date(timeIntervalSince1970: Double(seconds)))
            let day = String(format: "%04d-%02d-%02d", date.year ?? 0, date.month ?? 0, date.day ?? 0)
            var time = String(format: "T%02d:%02d:%02d", date.hour ?? 0, date.minute ?? 0, date.second ?? 0)
            if fraction > 0 {
                time += String(format: ".%06d", fraction)
                while time.hasSuffix("0") { time = String(time.dropLast()) }
            }
            let instant = Instant(microseconds: seconds * 1_000_000 + fraction)
            #expect(instant.rfc3339 == day + time + "Z")
            #expect(try Instant(rfc3339: instant.rfc3339) == instant)
            #expect(CalendarDate(epochDays: Int((Double(seconds) / 86_400).rounded(.down))).description == day)
        }
    }

    @Test func `ids are written as Foundation writes UUIDs, in small letters, and have the order of their texts`()
        throws
    {
        let ids = (0..<500).map { _ in Identifier<Position>(uuid: UUID()) }
        for (one, other) in zip(ids, ids.dropFirst()) {
            #expect(one.description == one.uuid.uuidString.lowercased())
            #expect(try Identifier<Position>(one.description) == one)
            #expect(try Identifier<Position>(one.uuid.uuidString) == one)
            #expect((one < other) == (one.description < other.description))
        }
    }
}
