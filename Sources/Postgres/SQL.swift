/// An SQL statement, or a fragment of one, as a string literal with interpolated Swift values.
///
/// Every interpolated value is sent as a parameter (`$1`, `$2` …) and is never part of the text. The text can only come from
/// literals in our source code, because no initializer accepts a `String`. This prevents SQL injection.
///
///     let found: SQL = "SELECT state FROM positions WHERE id = \(id) AND state = ANY(\(states))"
///     let tenant: SQL = "creditor_tax_code = \(taxCode)"
///     try await pool.query("SELECT count(*) FROM positions WHERE \(tenant)")
///
/// PostgreSQL infers the type of each parameter from its context. Where it cannot (`SELECT \(5)`), write a cast: `\(5)::bigint`.
/// A `String` for a jsonb column needs no cast in an INSERT; elsewhere write `\(text)::jsonb`.
package struct SQL: Sendable, ExpressibleByStringInterpolation {
    /// The text around the parameters: always one piece more than parameters.
    private var pieces: [String]
    package private(set) var parameters: [SQLValue]

    package init(stringLiteral value: StaticString) {
        pieces = [value.description]
        parameters = []
    }

    package init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    fileprivate init() {
        pieces = [""]
        parameters = []
    }

    /// A quoted name of a table, schema, channel …, for names that are known only at run time.
    package static func identifier(_ name: String) -> SQL {
        var sql = SQL()
        sql.append(
            text: "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"")
        return sql
    }

    /// The text that PostgreSQL receives, with numbered parameters. It contains no value, so it may be logged.
    package var text: String {
        var text = pieces[0]
        for (index, piece) in pieces.dropFirst().enumerated() {
            text += "$"
            text += String(index + 1)
            text += piece
        }
        return text
    }

    package static func + (left: SQL, right: SQL) -> SQL {
        var both = left
        both.append(right)
        return both
    }

    package static func += (left: inout SQL, right: SQL) {
        left.append(right)
    }

    private mutating func append(text: String) {
        pieces[pieces.count - 1] += text
    }

    private mutating func append(value: SQLValue) {
        parameters.append(value)
        pieces.append("")
    }

    fileprivate mutating func append(_ other: SQL) {
        pieces[pieces.count - 1] += other.pieces[0]
        pieces.append(contentsOf: other.pieces.dropFirst())
        parameters.append(contentsOf: other.parameters)
    }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL()

        package init(literalCapacity: Int, interpolationCount: Int) {
            sql.pieces.reserveCapacity(interpolationCount + 1)
            sql.parameters.reserveCapacity(interpolationCount)
        }

        package mutating func appendLiteral(_ literal: StaticString) {
            sql.append(text: literal.description)
        }

        package mutating func appendInterpolation(_ value: some SQLBindable) {
            sql.append(value: value.sqlValue)
        }

        /// `nil` is bound as NULL.
        package mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            sql.append(value: value?.sqlValue ?? .null)
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
