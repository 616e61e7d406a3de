/// A `timestamptz`: microseconds since 1970-01-01T00:00:00Z. PostgreSQL's infinite values are rejected.
package struct Microseconds: Sendable, Hashable, Comparable {
    package let value: Int64

    package init(_ value: Int64) {
        self.value = value
    }

    package static func < (left: Microseconds, right: Microseconds) -> Bool { left.value < right.value }
}

/// A `date`: days since 1970-01-01. PostgreSQL's infinite values are rejected.
package struct EpochDays: Sendable, Hashable, Comparable {
    package let value: Int32

    package init(_ value: Int32) {
        self.value = value
    }

    package static func < (left: EpochDays, right: EpochDays) -> Bool { left.value < right.value }
}

/// PostgreSQL counts from 2000-01-01.
enum PostgresEpoch {
    static let microseconds: Int64 = 946_684_800_000_000
    static let days: Int32 = 10_957
}

extension Microseconds: SQLBindable, SQLArrayElement {
    package static var sqlType: SQLType { .timestamptz }
    package static var sqlArrayType: SQLType { .timestamptzArray }

    package func write(to writer: inout ParameterWriter) {
        writer.write(sent)
    }

    package static func write(_ array: [Microseconds], to writer: inout ParameterWriter) {
        writer.write(arrayOf: .timestamptz, array) { $0.write($1.sent) }
    }

    /// A value before PostgreSQL's first instant becomes the lowest number above `-infinity`, which PostgreSQL rejects.
    private var sent: Int64 {
        let (since2000, overflow) = value.subtractingReportingOverflow(PostgresEpoch.microseconds)
        return overflow ? .min + 1 : max(since2000, .min + 1)
    }
}

extension EpochDays: SQLBindable, SQLArrayElement {
    package static var sqlType: SQLType { .date }
    package static var sqlArrayType: SQLType { .dateArray }

    package func write(to writer: inout ParameterWriter) {
        writer.write(sent)
    }

    package static func write(_ array: [EpochDays], to writer: inout ParameterWriter) {
        writer.write(arrayOf: .date, array) { $0.write($1.sent) }
    }

    private var sent: Int32 {
        let (since2000, overflow) = value.subtractingReportingOverflow(PostgresEpoch.days)
        return overflow ? .min + 1 : max(since2000, .min + 1)
    }
}
