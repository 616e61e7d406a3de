/// How a pool connects and where its limits are. Every limit has a unit in its name.
package struct PoolConfiguration: Sendable {
    /// A libpq URI or key=value string. Several hosts are tried in turn; unless it says otherwise, only one that takes writes
    /// (`target_session_attrs=read-write`) is accepted, so that a failover needs no restart of ours.
    package var url: String
    package var applicationName = "quietanza"
    /// The schemas to look in, when not the server's default: what gives each test a schema of its own.
    package var searchPath: String?

    /// Connections at most (one `listen` has its own beside).
    package var maximumConnections: Int
    /// Callers that may wait for a connection at the same time; the next one is refused at once.
    package var maximumWaiters = 256
    /// How long one caller waits for a connection before `.poolExhausted`.
    package var waitTimeoutMilliseconds = 2_000

    /// For all hosts of the URL together.
    package var connectTimeoutMilliseconds = 3_000
    /// How long a flush may take from its call (waiting for a connection included, for the first) to its whole answer. A little
    /// less than 5 s, so that a caller knows within 5 s, also when the server hangs. The connection is closed then.
    package var answerTimeoutMilliseconds = 4_200
    /// No new connection is tried for this long after a failed one, doubled with each failure up to the maximum.
    package var minimumBackoffMilliseconds = 50
    package var maximumBackoffMilliseconds = 1_000

    /// The server's own limits, set on every connection; 0 switches one off.
    package var statementTimeoutMilliseconds = 5_000
    package var lockTimeoutMilliseconds = 2_000
    package var idleInTransactionTimeoutMilliseconds = 10_000
    /// How soon the server notices, in the midst of a statement, that we have gone: what ends a cancelled query there.
    package var clientCheckIntervalMilliseconds = 1_000

    /// Prepared statements kept on each connection; the least recently used makes room.
    package var maximumPreparedStatements = 256

    package init(url: String, maximumConnections: Int) {
        self.url = url
        self.maximumConnections = max(1, maximumConnections)
    }
}

extension PoolConfiguration: CustomStringConvertible {
    /// Without the URL, which may hold a password: so that nothing that is described tells it.
    package var description: String { "PoolConfiguration(maximumConnections: \(maximumConnections))" }
}
