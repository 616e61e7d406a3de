import Foundation

/// An SQL statement, or a fragment of one, as a string literal with interpolated Swift values.
///
/// Every interpolated value is sent as a parameter (`$1`, `$2` …) and is never part of the text. The text can only come from
/// literals in our source code, because no initializer accepts a `String`. This prevents SQL injection.
///
///     let found: SQL = "SELECT state FROM positions WHERE id = \(id) AND state = ANY(\(states))"
///     let tenant: SQL = "creditor_tax_code = \(taxCode)"
///     try await pool.query("SELECT count(*) FROM positions WHERE \(tenant)")
///
/// PostgreSQL infers the type of text and numbers from their context. Where it cannot (`SELECT \(5)`), write a cast: `\(5)::bigint`.
/// A `String` for a jsonb column needs no cast in an INSERT; elsewhere write `\(text)::jsonb`.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text is built only when it is needed: the literals identify a statement without it.
    fileprivate var pieces: [Piece]
    fileprivate var values: Parameters

    fileprivate enum Piece: Sendable {
        case literal(StaticString)
        /// A quoted identifier.
        case name(String)
        case parameter
    }

    package init(stringLiteral value: StaticString) {
        pieces = [.literal(value)]
        values = Parameters()
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    fileprivate init() {
        pieces = []
        values = Parameters()
    }

    /// A quoted name of a table, schema, channel …, for names that are known only at run time.
    package static func identifier(_ name: String) -> SQL {
        var sql = SQL()
        sql.pieces.append(
            .name("\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"")
        )
        return sql
    }

    /// The text that PostgreSQL receives, with numbered parameters. It contains no value, so it may be logged.
    package var text: String {
        var text = ""
        var number = 0
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += literal.description
            case .name(let name): text += name
            case .parameter:
                number += 1
                text += "$"
                text += String(number)
            }
        }
        return text
    }

    /// The values of the parameters, in the order of their numbers.
    package var parameters: Parameters { values }

    /// Identifies the prepared statement.
    func key(in group: StatementGroup = .none) -> StatementKey { StatementKey(self, group) }

    package static func + (left: SQL, right: SQL) -> SQL {
        var both = left
        both.append(right)
        return both
    }

    package static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    private mutating func append(_ other: SQL) {
        pieces.append(contentsOf: other.pieces)
        values.append(other.values)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL()

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.pieces.reserveCapacity(2 * interpolationCount + 1)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            if literal.byteCount > 0 { sql.pieces.append(.literal(literal)) }
        }

        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value) { bind(value) }

        /// `nil` is bound as NULL.
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) { bind(value) }

        // The common types without generics, because the compiler cannot specialize generic functions for callers in other modules.
        package mutating func appendInterpolation(_ value: String) { bind(value) }
        package mutating func appendInterpolation(_ value: String?) { bind(value) }
        package mutating func appendInterpolation(_ value: Int) { bind(value) }
        package mutating func appendInterpolation(_ value: Int64) { bind(value) }
        package mutating func appendInterpolation(_ value: Int64?) { bind(value) }
        package mutating func appendInterpolation(_ value: Bool) { bind(value) }
        package mutating func appendInterpolation(_ value: UUID) { bind(value) }
        package mutating func appendInterpolation(_ value: UUID?) { bind(value) }
        package mutating func appendInterpolation(_ value: Microseconds) { bind(value) }
        package mutating func appendInterpolation(_ value: Microseconds?) { bind(value) }
        package mutating func appendInterpolation(_ value: EpochDays) { bind(value) }
        package mutating func appendInterpolation(_ value: [String]) { bind(value) }
        package mutating func appendInterpolation(_ value: [UInt8]) { bind(value) }

        private mutating func bind<Value: SQLBindable>(_ value: Value) {
            sql.pieces.append(.parameter)
            sql.values.append(value)
        }

        private mutating func bind<Value: SQLBindable>(_ value: Value?) {
            sql.pieces.append(.parameter)
            if let value { sql.values.append(value) } else { sql.values.appendNull(Value.sqlType) }
        }

        /// Inserts a fragment together with its parameters, which are renumbered.
        package mutating func appendInterpolation(_ fragment: SQL) {
            sql.append(fragment)
        }
    }
}

extension Sequence<SQL> {
    package func joined(separator: SQL = "") -> SQL {
        var whole = SQL()
        var isFirst = true
        for part in self {
            if !isFirst { whole += separator }
            whole += part
            isFirst = false
        }
        return whole
    }
}

/// Statements that are prepared apart from those of other groups. PostgreSQL plans a statement under row level security for one role, and
/// plans it again whenever another role executes it, so the statements of each role are a group.
package struct StatementGroup: Hashable, Sendable {
    let number: UInt8

    package init(_ number: UInt8) { self.number = number }

    /// Statements of the database user itself.
    package static let none = StatementGroup(0)
}

/// The identity of a statement: its literals, by their addresses in the program, the types of its parameters, and its group. Neither the
/// text nor a hash of it is computed.
struct StatementKey: Hashable, Sendable {
    private let pieces: [SQL.Piece]
    private let types: [SQLType]
    private let group: StatementGroup
    private let hash: UInt

    fileprivate init(_ sql: SQL, _ group: StatementGroup) {
        pieces = sql.pieces
        types = sql.values.types
        self.group = group
        var hash = UInt(group.number)
        for piece in pieces { hash = (hash &* 31) ^ piece.hash }
        for type in types { hash = (hash &* 31) ^ UInt(type.oid) }
        self.hash = hash
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(hash)
    }

    static func == (left: StatementKey, right: StatementKey) -> Bool {
        left.hash == right.hash && left.group == right.group && left.types == right.types
            && left.pieces.count == right.pieces.count
            && zip(left.pieces, right.pieces).allSatisfy { $0.isSame(as: $1) }
    }
}

extension SQL.Piece {
    fileprivate var hash: UInt {
        switch self {
        case .literal(let literal): literal.address
        case .name(let name): UInt(bitPattern: name.hashValue)
        case .parameter: 1
        }
    }

    fileprivate func isSame(as other: SQL.Piece) -> Bool {
        switch (self, other) {
        case (.literal(let one), .literal(let two)):
            one.address == two.address && one.byteCount == two.byteCount
        case (.name(let one), .name(let two)): one == two
        case (.parameter, .parameter): true
        case (.literal, _), (.name, _), (.parameter, _): false
        }
    }
}

extension StaticString {
    /// A literal of a single scalar has no address; the scalar identifies it.
    fileprivate var address: UInt {
        hasPointerRepresentation ? UInt(bitPattern: utf8Start) : UInt(unicodeScalar.value)
    }

    fileprivate var byteCount: Int { hasPointerRepresentation ? utf8CodeUnitCount : 1 }
}
