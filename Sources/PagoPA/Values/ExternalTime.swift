import Text

/// An instant or a day as other systems write it: without seconds or zone, with a leap second, or with more digits than the
/// service stores.
package enum ExternalTime: Sendable, Equatable {
    case instant(Instant)
    /// A day without a time.
    case day(CalendarDate)

    /// The maximum length; longer texts are invalid.
    private static let maximumBytes = 80

    /// Parses RFC 3339, ISO 8601 and xsd:dateTime as far as they are unambiguous; a time without a zone is local time in Rome, as
    /// in official RTs.
    /// - Returns: `nil` for any other text.
    package init?(_ text: String) {
        var bytes = Array(text.utf8)
        while let last = bytes.last, last <= 0x20 { _ = bytes.popLast() }
        bytes = Array(bytes.drop { $0 <= 0x20 })
        guard (10...Self.maximumBytes).contains(bytes.count),
            let day = try? CalendarDate(String(decoding: bytes[0..<10], as: UTF8.self))
        else { return nil }
        // Java writes `2026-11-20T10:00+01:00[Europe/Rome]`; the offset suffices, so the name of the zone is ignored.
        if bytes.last == UInt8(ascii: "]"), let open = bytes.lastIndex(of: UInt8(ascii: "[")) {
            bytes.removeSubrange(open...)
        }
        var cursor = Cursor(bytes: bytes, at: 10)
        let hasZone = cursor.zone() != nil
        if cursor.isAtEnd, hasZone || bytes.count == 10 {
            self = .day(day)
            return
        }
        cursor.at = 10
        guard cursor.takes("T") || cursor.takes("t") || cursor.takes(" "), let time = cursor.time() else { return nil }
        let local = (Int64(day.epochDays) * 86_400 + time.seconds) * 1_000_000 + time.microseconds
        if cursor.isAtEnd {
            self = .instant(Instant(romeLocalMicroseconds: local))
        } else {
            guard let offset = cursor.zone(), cursor.isAtEnd else { return nil }
            self = .instant(Instant(microseconds: local - offset * 1_000_000))
        }
    }

    /// The day in Rome.
    package var day: CalendarDate {
        switch self {
        case .instant(let instant): CalendarDate(romeDayOf: instant)
        case .day(let day): day
        }
    }

    /// Reads bytes whose number has been checked.
    private struct Cursor {
        let bytes: [UInt8]
        var at: Int

        var isAtEnd: Bool { at >= bytes.count }

        mutating func takes(_ character: Unicode.Scalar) -> Bool {
            guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
            at += 1
            return true
        }

        /// Reads exactly two digits.
        private mutating func two() -> Int? {
            guard at + 2 <= bytes.count, let number = digits(bytes[at..<at + 2]) else { return nil }
            at += 2
            return number
        }

        /// Reads `hh:mm`, `hh:mm:ss` or `hh:mm:ss.fraction`. The second 60 is the first second of the next minute.
        mutating func time() -> (seconds: Int64, microseconds: Int64)? {
            guard let hour = two(), takes(":"), let minute = two(), hour < 24, minute < 60 else { return nil }
            var second = 0
            var fraction: Int64 = 0
            if takes(":") {
                guard let read = two(), read <= 60 else { return nil }
                second = read
                if takes(".") || takes(",") {
                    let start = at
                    while at < bytes.count, bytes[at].isDigit { at += 1 }
                    guard at > start else { return nil }
                    for index in 0..<6 {
                        fraction = fraction * 10 + (start + index < at ? Int64(bytes[start + index] - 0x30) : 0)
                    }
                }
            }
            return (Int64(hour * 3_600 + minute * 60 + second), fraction)
        }

        /// Reads `Z`, `±hh:mm`, `±hhmm` or `±hh`, and returns the offset in seconds.
        mutating func zone() -> Int64? {
            if takes("Z") || takes("z") { return 0 }
            let isWest = takes("-")
            guard isWest || takes("+"), let hours = two(), hours < 24 else { return nil }
            var minutes = 0
            if !isAtEnd {
                _ = takes(":")
                guard let read = two(), read < 60 else { return nil }
                minutes = read
            }
            let seconds = Int64(hours * 3_600 + minutes * 60)
            return isWest ? -seconds : seconds
        }
    }
}

extension Instant {
    /// The instant of this local time in Rome; if the local time occurs twice, the first instant; if it does not exist, the
    /// instant after the gap.
    fileprivate init(romeLocalMicroseconds local: Int64) {
        let seconds = floorDivide(local, 1_000_000)
        // Two hours earlier is the instant in summer time, which is the first of two; if it is winter then, its offset applies.
        let offset = RomeTime.offsetSeconds(at: seconds - 7_200)
        self.init(microseconds: local - Int64(offset) * 1_000_000)
    }
}
