/// Connection settings and limits of a pool. Every limit has its unit in its name.
package struct PoolConfiguration: Sendable {
    /// A libpq URI or key=value string. Several hosts are tried in turn. By default only a host that accepts writes
    /// is used, so that a failover needs no restart of the service.
    package var url: String
    /// Which servers are used unless the URL says otherwise, in libpq's terms.
    package var targetSessionAttributes = "read-write"
    package var applicationName = "quietanza"
    /// The search path; nil uses the server's default. It gives each test its own schema.
    package var searchPath: String?

    /// The maximum number of connections. Each `listen` opens one more.
    package var maximumConnections: Int
    /// How many callers may wait for a connection at the same time; further callers are rejected immediately.
    package var maximumWaiters = 256
    /// How long one caller waits for a connection before `.poolExhausted`.
    package var waitTimeoutMilliseconds = 2_000

    /// The time limit for all hosts of the URL together.
    package var connectTimeoutMilliseconds = 3_000
    /// How long a flush may take, from its call (which includes the wait for a connection, for the first flush) to its last result.
    /// The default is below 5 s, so that a caller gets an error within 5 s even when the server hangs. After a timeout the connection
    /// is closed.
    package var answerTimeoutMilliseconds = 4_200
    /// The back-off after a failed attempt to connect; it doubles with each failure up to the maximum.
    package var minimumBackoffMilliseconds = 50
    package var maximumBackoffMilliseconds = 1_000

    /// Timeouts that the server enforces, set on every connection; 0 disables one.
    package var statementTimeoutMilliseconds = 5_000
    package var lockTimeoutMilliseconds = 2_000
    package var idleInTransactionTimeoutMilliseconds = 10_000
    /// How often the server checks during a statement whether the client is still connected. The check ends a cancelled query on
    /// the server.
    package var clientCheckIntervalMilliseconds = 1_000

    /// The maximum number of prepared statements per connection; the least recently used one is deallocated first.
    package var maximumPreparedStatements = 400

    package init(url: String, maximumConnections: Int) {
        self.url = url
        self.maximumConnections = max(1, maximumConnections)
    }
}

extension PoolConfiguration: CustomStringConvertible {
    /// The description omits the URL, because it may contain a password.
    package var description: String { "PoolConfiguration(maximumConnections: \(maximumConnections))" }
}
