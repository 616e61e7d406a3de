/// What can go wrong between us and PostgreSQL. Its description holds neither a bound value nor the server's DETAIL.
package enum PostgresError: Error, Equatable, Sendable {
    /// The server refused a statement. `message` is its primary message, left empty where that may quote a value.
    case server(sqlState: String, constraint: String?, message: String)
    /// The connection ended under a statement. Outside `Pool.transaction`, a write may or may not have happened.
    case connectionLost
    /// The connection ended, or the answer took too long, while COMMIT was on its way: read again to know.
    case commitUnknown
    /// No answer within the client's own deadline; the connection is closed, which rolls back.
    case timedOut
    /// Every connection is in use, and too many callers wait already or this one waited too long.
    case poolExhausted
    /// No connection could be opened, or the pool is shut down.
    case unavailable(reason: String)
    /// A cell is not what the caller asked for: a fault in our code.
    case decoding(String)
    /// A `Transaction` was used after its body ended: a fault in our code.
    case transactionEnded
}

extension PostgresError {
    package var sqlState: String? {
        switch self {
        case .server(let sqlState, _, _): sqlState
        case .connectionLost, .commitUnknown, .timedOut, .poolExhausted, .unavailable, .decoding, .transactionEnded: nil
        }
    }

    /// The name of the constraint that refused a row.
    package var constraint: String? {
        switch self {
        case .server(_, let constraint, _): constraint
        case .connectionLost, .commitUnknown, .timedOut, .poolExhausted, .unavailable, .decoding, .transactionEnded: nil
        }
    }

    /// The database is away, starting, overloaded, full or read-only, or too slow: the caller should come again.
    /// `commitUnknown` belongs here too: the same request again reads what became of the first.
    package var isUnavailable: Bool {
        switch self {
        case .server(let sqlState, _, _):
            Self.awayStates.contains(sqlState) || Self.awayClasses.contains(sqlState.prefix(2))
        case .connectionLost, .commitUnknown, .timedOut, .poolExhausted, .unavailable: true
        case .decoding, .transactionEnded: false
        }
    }

    /// Serialization failure or deadlock: the same transaction, run again, may well succeed.
    package var isRetryable: Bool {
        sqlState == "40001" || sqlState == "40P01"
    }

    /// 08 connection, 53 insufficient resources (disk full, too many connections …).
    private static let awayClasses: Set<Substring> = ["08", "53"]

    /// Shutdown, crash and start of the server, statement and lock timeouts, idle transaction timeout, read-only, I/O error.
    private static let awayStates: Set<String> = [
        "57P01", "57P02", "57P03", "57P05", "57014", "55P03", "25P03", "25006", "58030",
    ]

    /// The server that answered no longer serves this connection (or no longer takes writes, after a failover).
    var endsConnection: Bool {
        switch self {
        case .server(let sqlState, _, _): ["57P01", "57P02", "57P03", "57P05", "25P03", "25006"].contains(sqlState)
        case .connectionLost, .commitUnknown, .timedOut: true
        case .poolExhausted, .unavailable, .decoding, .transactionEnded: false
        }
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String {
        switch self {
        case .server(let sqlState, let constraint, let message):
            "PostgreSQL \(sqlState)" + (constraint.map { " (constraint \($0))" } ?? "")
                + (message.isEmpty ? "" : ": \(message)")
        case .connectionLost: "connection to PostgreSQL lost"
        case .commitUnknown: "connection to PostgreSQL lost while committing: outcome unknown"
        case .timedOut: "PostgreSQL did not answer in time"
        case .poolExhausted: "no free connection to PostgreSQL in time"
        case .unavailable(let reason): "PostgreSQL unavailable: \(reason)"
        case .decoding(let detail): "unexpected cell: \(detail)"
        case .transactionEnded: "transaction used after its end"
        }
    }

    package var debugDescription: String { description }
}
