/// An error of PostgreSQL or of the connection to it. Its description contains neither bound values nor the server's DETAIL.
package enum PostgresError: Error, Equatable, Sendable {
    /// The server rejected a statement. `message` is the primary message, or empty if that message may quote a value.
    case server(sqlState: String, constraint: String?, message: String)
    /// The connection was lost during a statement. Outside `Pool.transaction`, a write may or may not have happened.
    case connectionLost
    /// The connection was lost, or the result timed out, after COMMIT was sent. The caller must read again to learn the outcome.
    case commitUnknown
    /// The client's deadline passed before the result arrived. The connection is closed, which rolls the transaction back.
    case timedOut
    /// All connections are in use, and either too many callers wait or this caller's wait timed out.
    case poolExhausted
    /// No connection could be opened, or the pool is shut down.
    case unavailable(reason: String)
    /// A cell has another type than the caller expects, which is a bug in our code.
    case decoding(String)
    /// A `Transaction` was used after its body ended, which is a bug in our code.
    case transactionEnded
}

extension PostgresError {
    package var sqlState: String? {
        switch self {
        case .server(let sqlState, _, _): sqlState
        case .connectionLost, .commitUnknown, .timedOut, .poolExhausted, .unavailable, .decoding, .transactionEnded: nil
        }
    }

    /// The name of the constraint that rejected a row.
    package var constraint: String? {
        switch self {
        case .server(_, let constraint, _): constraint
        case .connectionLost, .commitUnknown, .timedOut, .poolExhausted, .unavailable, .decoding, .transactionEnded: nil
        }
    }

    /// Whether the database is unreachable, starting, overloaded, full, read-only or too slow, so that the caller should retry.
    /// This includes `commitUnknown`, because the retried request reads the outcome of the first one.
    package var isUnavailable: Bool {
        switch self {
        case .server(let sqlState, _, _):
            Self.unavailableStates.contains(sqlState) || Self.unavailableClasses.contains(sqlState.prefix(2))
        case .connectionLost, .commitUnknown, .timedOut, .poolExhausted, .unavailable: true
        case .decoding, .transactionEnded: false
        }
    }

    /// 08 connection, 53 insufficient resources (disk full, too many connections …).
    private static let unavailableClasses: Set<Substring> = ["08", "53"]

    /// Shutdown, crash and start of the server, statement and lock timeouts, idle transaction timeout, read-only, I/O error.
    private static let unavailableStates: Set<String> = [
        "57P01", "57P02", "57P03", "57P05", "57014", "55P03", "25P03", "25006", "58030",
    ]

    /// Whether the server no longer serves this connection, or no longer accepts writes after a failover.
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
