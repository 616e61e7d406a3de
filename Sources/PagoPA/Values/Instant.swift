import Text

/// An instant in microseconds since 1970 in UTC, which is the exact precision of PostgreSQL's `timestamptz`.
package struct Instant: Sendable, Hashable, Comparable {
    package let microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Parses RFC 3339 with a zone: `2018-10-09T09:30:00Z`. Nonexistent days, hours and zones are rejected, and leap seconds too.
    package init(rfc3339 text: String) throws(InvalidValue) {
        let bytes = Array(text.utf8)
        guard (20...40).contains(bytes.count), bytes[10] == UInt8(ascii: "T") || bytes[10] == UInt8(ascii: "t"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let hour = digits(bytes[11..<13]), let minute = digits(bytes[14..<16]), let second = digits(bytes[17..<19]),
            hour < 24, minute < 60, second < 60
        else { throw Self.bad }
        let day = try CalendarDate(String(decoding: bytes[0..<10], as: UTF8.self))
        var at = 19
        var fraction: Int64 = 0
        if bytes[at] == UInt8(ascii: ".") {
            let end = bytes[(at + 1)...].firstIndex { !$0.isDigit } ?? bytes.count
            guard (1...9).contains(end - at - 1) else { throw Self.bad }
            for digit in 0..<6 {
                let index = at + 1 + digit
                fraction = fraction * 10 + (index < end ? Int64(bytes[index] - 0x30) : 0)
            }
            at = end
        }
        let offset = try Self.offset(bytes[at...])
        let seconds = Int64(day.epochDays) * 86_400 + Int64(hour * 3_600 + minute * 60 + second) - offset
        self.init(microseconds: seconds * 1_000_000 + fraction)
    }

    private static let bad = InvalidValue(
        .badFormat, "must be an instant of RFC 3339 with its zone, such as 2018-10-09T09:30:00Z")

    private static func offset(_ bytes: ArraySlice<UInt8>) throws(InvalidValue) -> Int64 {
        let zone = Array(bytes)
        if zone == [UInt8(ascii: "Z")] || zone == [UInt8(ascii: "z")] { return 0 }
        guard zone.count == 6, zone[0] == UInt8(ascii: "+") || zone[0] == UInt8(ascii: "-"),
            zone[3] == UInt8(ascii: ":"),
            let hours = digits(zone[1..<3]), let minutes = digits(zone[4..<6]), hours < 24, minutes < 60
        else { throw bad }
        let seconds = Int64(hours * 3_600 + minutes * 60)
        return zone[0] == UInt8(ascii: "-") ? -seconds : seconds
    }

    package var unixSeconds: Int64 { floorDivide(microseconds, 1_000_000) }

    package func adding(seconds: Int) -> Instant {
        Instant(microseconds: microseconds + Int64(seconds) * 1_000_000)
    }

    /// Whole seconds from this instant to the other; negative if the other is earlier.
    package func seconds(until other: Instant) -> Int {
        Int((other.microseconds - microseconds) / 1_000_000)
    }

    /// In UTC with `Z`; with a fraction only if it is not zero.
    package var rfc3339: String {
        let seconds = unixSeconds
        var text = Self.clock(seconds)
        let fraction = Int(microseconds - seconds * 1_000_000)  // less than a million
        if fraction != 0 {
            text.append(UInt8(ascii: "."))
            text.append(decimal: fraction, digits: 6)
            while text.last == UInt8(ascii: "0") { _ = text.popLast() }
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// `2018-10-09T11:30:00`, local time in Rome to the second, as in official documents. In the hour that occurs twice when
    /// summer time ends, the zone is appended.
    package var romeWallClock: String {
        let offset = RomeTime.offsetSeconds(at: unixSeconds)
        let text = String(decoding: Self.clock(unixSeconds + Int64(offset)), as: UTF8.self)
        let isShownTwice =
            RomeTime.offsetSeconds(at: unixSeconds + 3_600) < offset
            || RomeTime.offsetSeconds(at: unixSeconds - 3_600) > offset
        return isShownTwice ? text + "+0\(offset / 3_600):00" : text
    }

    /// `2018-10-09T11:30:00`.
    private static func clock(_ seconds: Int64) -> [UInt8] {
        let days = floorDivide(seconds, 86_400)
        let time = Int(seconds - days * 86_400)
        let date = CalendarDate(epochDays: Int(days))
        var text: [UInt8] = []
        text.reserveCapacity(28)
        date.write(into: &text)
        text.append(UInt8(ascii: "T"))
        text.append(decimal: time / 3_600, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: time / 60 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(decimal: time % 60, digits: 2)
        return text
    }

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}
