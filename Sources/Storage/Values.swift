import Accounts
import Foundation
import PagoPA
import Postgres

// Conversions between values of the domain and PostgreSQL. Values were validated before they were stored, but they are parsed again
// because their types have no other initializer. An invalid row is a fault of the service and not an error of the caller.

extension Instant {
    var sql: Microseconds { Microseconds(microseconds) }
}

extension CalendarDate {
    var sql: EpochDays { EpochDays(Int32(clamping: epochDays)) }
}

extension Row {
    mutating func instant() throws -> Instant {
        Instant(microseconds: try microseconds().value)
    }

    mutating func optionalInstant() throws -> Instant? {
        try optionalMicroseconds().map { Instant(microseconds: $0.value) }
    }

    mutating func date() throws -> CalendarDate {
        CalendarDate(epochDays: Int(try epochDays().value))
    }

    mutating func optionalDate() throws -> CalendarDate? {
        try optionalEpochDays().map { CalendarDate(epochDays: Int($0.value)) }
    }

    mutating func identifier<Noun>(_: Noun.Type = Noun.self) throws -> Identifier<Noun> {
        Identifier(uuid: try uuid())
    }

    mutating func optionalIdentifier<Noun>(_: Noun.Type = Noun.self) throws -> Identifier<Noun>? {
        try optionalUUID().map { Identifier(uuid: $0) }
    }

    mutating func amount() throws -> Amount {
        try Amount(cents: bigInteger())
    }

    mutating func optionalAmount() throws -> Amount? {
        try optionalBigInteger().map { try Amount(cents: $0) }
    }

    mutating func organization() throws -> OrganizationTaxCode {
        try OrganizationTaxCode(unchecked: string())
    }

    /// Parses a value that is stored as text.
    mutating func value<T>(_ make: (String) throws -> T) throws -> T {
        try make(string())
    }

    mutating func optionalValue<T>(_ make: (String) throws -> T) throws -> T? {
        try optionalString().map(make)
    }

    /// Decodes a raw value of an enumeration.
    mutating func word<T: RawRepresentable>(_: T.Type = T.self) throws -> T where T.RawValue == String {
        let text = try string()
        guard let word = T(rawValue: text) else { throw StorageError.fault("unknown word in column of \(T.self)") }
        return word
    }

    mutating func anomalyKinds() throws -> [AnomalyKind] {
        try strings().map { word in
            guard let kind = AnomalyKind(rawValue: word) else { throw StorageError.fault("unknown kind of anomaly") }
            return kind
        }
    }

    mutating func text() throws -> String { try string() }
    mutating func optionalText() throws -> String? { try optionalString() }
    mutating func int() throws -> Int { try integer() }
    mutating func optionalInt() throws -> Int? { try optionalInteger() }
    mutating func bool() throws -> Bool { try boolean() }
}

extension [Row] {
    /// The row of a query that has exactly one.
    /// - Throws: `PostgresError.decoding` when there is none.
    var only: Row {
        get throws {
            guard let row = first else { throw PostgresError.decoding("a query that has one row returned none") }
            return row
        }
    }
}
