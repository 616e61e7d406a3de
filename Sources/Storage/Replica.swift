import Accounts
import Postgres
import Requests
import Synchronization

/// The end of the primary's WAL: everything that was committed before is at a lower position of this timeline.
struct WALPosition: Sendable {
    let end: String
    let timeline: Int

    /// A commit becomes visible after it was flushed, so the flushed end includes all that a reader of the primary sees.
    static var current: Query<WALPosition?> {
        Query(
            """
            SELECT pg_current_wal_flush_lsn()::text,
                ('x' || left(pg_walfile_name(pg_current_wal_flush_lsn()), 8))::bit(32)::integer
            """,
            row: { WALPosition(end: try $0.text(), timeline: try $0.int()) })
    }
}

/// A standby that runs lists, so that their CPU is not the primary's. It is never needed: when it does not answer or lags, the primary
/// runs the list.
package final class Replica: Sendable {
    package enum State: String, Sendable {
        case serving
        /// It has not replayed in time what the primary had committed, or it follows another timeline.
        case lagging
        case unavailable
    }

    /// The outcome of one list that was sent to the replica, or of one attempt to reach it.
    package struct Report: Sendable {
        package let state: State
        package let hasChanged: Bool
    }

    private struct Health {
        var state = State.serving
        /// When the next list may try the replica again; nil while it serves.
        var retryAt: ContinuousClock.Instant?
    }

    private let pool: Pool
    private let report: @Sendable (Report) -> Void
    private let health = Mutex(Health())

    /// How long a list waits for the replica before the primary runs it.
    static let maximumLagMilliseconds = 20
    static let pause = Duration.seconds(1)

    package init(pool: Pool, report: @escaping @Sendable (Report) -> Void) {
        self.pool = pool
        self.report = report
    }

    package var state: State { health.withLock(\.state) }

    /// Whether a list may use the replica. While it does not serve, one list a second tries it.
    func admits() -> Bool {
        let now = ContinuousClock.now
        return health.withLock { health in
            guard let retryAt = health.retryAt else { return true }
            guard retryAt <= now else { return false }
            health.retryAt = now + Self.pause
            return true
        }
    }

    /// Runs the statements once the replica has replayed the position.
    /// - Returns: nil when the primary must run them.
    /// - Throws: `CancellationError`.
    func read(_ statements: [SQL], as role: DatabaseRole, after position: WALPosition) async throws -> [[Row]]? {
        let wait: SQL =
            "SELECT await_replay(\(position.end)::text::pg_lsn, \(position.timeline)::integer, \(Self.maximumLagMilliseconds)::integer)"
        do {
            let answers = try await pool.read([wait] + statements, in: role.statements)
            note(.serving)
            return Array(answers.dropFirst())
        } catch let error as PostgresError {
            note(error.sqlState == "QZ503" ? .lagging : .unavailable)
            return nil
        }
    }

    private func note(_ state: State) {
        let hasChanged = health.withLock { health in
            defer { health = Health(state: state, retryAt: state == .serving ? nil : .now + Self.pause) }
            return health.state != state
        }
        report(Report(state: state, hasChanged: hasChanged))
    }

    /// - Throws: `PostgresError`.
    func systemIdentifier() async throws -> Int64 { try await pool.query(Self.systemIdentifier).systemIdentifier() }

    /// The primary and its standbys have the same one.
    static let systemIdentifier: SQL = "SELECT system_identifier FROM pg_control_system()"
}

extension Store {
    /// Like `read`, on the replica if there is one: for lists, which may be read from a standby. It sees everything that was committed
    /// before the call. The primary confirms the credential first and returns the end of its WAL, which the replica must have replayed.
    package func readList<Answer>(within tenancy: Tenancy, _ query: Query<Answer>) async throws -> Answer {
        guard let replica, replica.admits() else { return try await read(within: tenancy, query) }
        guard let position = try await read(within: tenancy, WALPosition.current) else {
            return try await read(within: tenancy, query)
        }
        // The primary has just confirmed the credential, so its lookup on the replica sets the tenancy only.
        let opening = opening(within: tenancy)
        guard let answers = try await replica.read(opening + query.statements, as: tenancy.role, after: position) else {
            return try await read(within: tenancy, query)
        }
        return try query.decode(Array(answers.dropFirst(opening.count)))
    }

    /// How the replica relates to the primary, for `doctor`; nil without a replica.
    /// - Throws: `PostgresError` of the replica or the primary.
    package func checkReplica() async throws -> ReplicaCheck? {
        guard let replica else { return nil }
        let own = try await ownersQuery(Replica.systemIdentifier).systemIdentifier()
        guard try await replica.systemIdentifier() == own else { return .otherCluster }
        guard let position = try await read(within: .everyCreditor, WALPosition.current) else { return .lagging }
        return try await replica.read([], as: .every, after: position) == nil ? .lagging : .current
    }
}

package enum ReplicaCheck: Sendable {
    case current
    case lagging
    /// It is not a copy of the primary.
    case otherCluster
}

extension [Row] {
    fileprivate func systemIdentifier() throws -> Int64 {
        var row = try only
        return try row.next()
    }
}
