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
        Instant(microseconds: try next(Microseconds.self).value)
    }

    mutating func optionalInstant() throws -> Instant? {
        try nextOptional(Microseconds.self).map { Instant(microseconds: $0.value) }
    }

    mutating func date() throws -> CalendarDate {
        CalendarDate(epochDays: Int(try next(EpochDays.self).value))
    }

    mutating func optionalDate() throws -> CalendarDate? {
        try nextOptional(EpochDays.self).map { CalendarDate(epochDays: Int($0.value)) }
    }

    mutating func identifier<Noun>(_: Noun.Type = Noun.self) throws -> Identifier<Noun> {
        Identifier(uuid: try next(UUID.self))
    }

    mutating func optionalIdentifier<Noun>(_: Noun.Type = Noun.self) throws -> Identifier<Noun>? {
        try nextOptional(UUID.self).map { Identifier(uuid: $0) }
    }

    mutating func amount() throws -> Amount {
        try Amount(cents: next(Int64.self))
    }

    mutating func optionalAmount() throws -> Amount? {
        try nextOptional(Int64.self).map { try Amount(cents: $0) }
    }

    mutating func organization() throws -> OrganizationTaxCode {
        try OrganizationTaxCode(unchecked: next())
    }

    /// Parses a value that is stored as text.
    mutating func value<T>(_ make: (String) throws -> T) throws -> T {
        try make(next(String.self))
    }

    mutating func optionalValue<T>(_ make: (String) throws -> T) throws -> T? {
        try nextOptional(String.self).map(make)
    }

    /// Decodes a raw value of an enumeration.
    mutating func word<T: RawRepresentable>(_: T.Type = T.self) throws -> T where T.RawValue == String {
        let text = try next(String.self)
        guard let word = T(rawValue: text) else { throw StorageError.fault("unknown word in column of \(T.self)") }
        return word
    }

    mutating func anomalyKinds() throws -> [AnomalyKind] {
        try next([String].self).map { word in
            guard let kind = AnomalyKind(rawValue: word) else { throw StorageError.fault("unknown kind of anomaly") }
            return kind
        }
    }

    mutating func text() throws -> String { try next(String.self) }
    mutating func optionalText() throws -> String? { try nextOptional(String.self) }
    mutating func int() throws -> Int { try next(Int.self) }
    mutating func optionalInt() throws -> Int? { try nextOptional(Int.self) }
    mutating func bool() throws -> Bool { try next(Bool.self) }
}
