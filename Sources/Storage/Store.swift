import Accounts
import PagoPA
import Postgres
import Requests

/// The transaction that an operation receives; this module contains all of its statements.
package typealias Transaction = Postgres.Transaction

/// The data of the service in PostgreSQL. One business step is one transaction.
package struct Store: Sendable {
    private let pool: Pool
    private let announcer: Announcer
    /// The standby that runs lists, if one is configured.
    package let replica: Replica?

    package init(pool: Pool, replica: Replica? = nil) {
        self.pool = pool
        self.replica = replica
        self.announcer = Announcer(pool: pool)
    }

    /// Runs `body` in one transaction, and rolls back when it throws. `body` must not send e-mail or HTTP requests, because it holds
    /// row locks.
    /// - Parameter tenancy: the tenant whose rows row level security allows; statements apply their own tenant conditions as well.
    /// - Throws: `DatabaseUnavailable`, `CredentialChanged` and `StorageError` for errors of the database; errors of `body` unchanged.
    package func transaction<R: Sendable>(within tenancy: Tenancy, _ body: (Transaction) async throws -> R) async throws
        -> R
    {
        let announcements = Announcements()
        let credential = RequestCredential.current
        do {
            let result = try await Announcements.$current.withValue(announcements) {
                try await pool.transaction(in: tenancy.role.statements) { tx in
                    for statement in opening(within: tenancy) { tx.send(statement) }
                    // The server executes statements after the lookup of the credential only if the lookup succeeds.
                    defer { if tx.hasBegun { credential?.confirm() } }
                    return try await body(tx)
                }
            }
            credential?.confirm()
            announcer.announce(announcements.all)
            return result
        } catch let error as PostgresError {
            throw StorageError.translated(error)
        }
    }

    /// Returns the result of one query; see below.
    package func read<Answer>(within tenancy: Tenancy, _ query: Query<Answer>) async throws -> Answer {
        try await read(query.statements, within: tenancy, query.decode)
    }

    /// Returns the results of all queries from one read-only transaction, which is one round trip.
    /// - Parameter tenancy: see `transaction`.
    /// - Throws: `DatabaseUnavailable`, `CredentialChanged` and `StorageError` for errors of the database.
    package func read<each Answer>(within tenancy: Tenancy, _ queries: repeat Query<each Answer>) async throws -> (
        repeat each Answer
    ) {
        try await read(statements(of: repeat each queries), within: tenancy) { answers in
            try decoded(answers, by: repeat each queries)
        }
    }

    private func read<Answer>(
        _ statements: [SQL], within tenancy: Tenancy, _ decode: ([[Row]]) throws -> Answer
    ) async throws -> Answer {
        let credential = RequestCredential.current
        let opening = opening(within: tenancy, isReadOnly: true)
        do {
            let answers = try await pool.read(opening + statements, in: tenancy.role.statements)
            credential?.confirm()
            return try decode(Array(answers.dropFirst(opening.count)))
        } catch let error as PostgresError {
            throw StorageError.translated(error)
        }
    }

    /// Looks up the credential in a transaction of its own, for requests that need no other transaction.
    /// - Throws: `CredentialChanged`.
    package func confirm(_ credential: RequestCredential) async throws {
        guard !credential.isConfirmed else { return }
        try await RequestCredential.$current.withValue(credential) {
            try await read([], within: .everyCreditor) { _ in }
        }
    }

    /// The first statements of a transaction: they set the role and the tenancy, and look up a credential that is not confirmed.
    func opening(within tenancy: Tenancy, isReadOnly: Bool = false) -> [SQL] {
        RequestCredential.current?.opening(within: tenancy, isReadOnly: isReadOnly)
            ?? [tenancy.setting(isReadOnly: isReadOnly)]
    }

    /// The buffer for a slow reader. When it is full, one wake-up for all channels replaces further ones.
    static let maximumWakeUps = 1_024

    /// A wake-up for each notification on `channels`, and one after each reconnection, because what was sent meanwhile is lost.
    package func wakeUps(on channels: [String]) -> AsyncStream<WakeUp> {
        let events = pool.listen(channels)
        return AsyncStream(bufferingPolicy: .bufferingNewest(Self.maximumWakeUps)) { continuation in
            let forwarding = Task {
                for await event in events {
                    let wakeUp =
                        switch event {
                        case .notification(let channel, let payload): WakeUp(channel: channel, payload: payload)
                        case .reconnected: WakeUp(channel: nil, payload: "")
                        }
                    // A wake-up for all channels replaces a dropped one.
                    if case .dropped = continuation.yield(wakeUp) {
                        continuation.yield(WakeUp(channel: nil, payload: ""))
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in forwarding.cancel() }
        }
    }

    /// Runs a statement as the user that owns the schema instead of the service's role. Only `migrate`, `verify` and `doctor` use it.
    func ownersQuery(_ sql: SQL) async throws -> [Row] { try await pool.query(sql) }

    /// Like `ownersQuery`, and decodes the rows.
    func ownersAsk<Answer: Sendable>(_ query: Query<Answer>) async throws -> Answer {
        try await ownersTransaction { try await $0.ask(query) }
    }

    /// Like `ownersQuery`, in one transaction.
    func ownersTransaction<R: Sendable>(_ body: (Transaction) async throws -> R) async throws -> R {
        try await pool.transaction { try await body($0) }
    }
}

package struct WakeUp: Sendable, Equatable {
    /// `nil` means that any channel may have changed.
    package let channel: String?
    package let payload: String

    package init(channel: String?, payload: String) {
        self.channel = channel
        self.payload = payload
    }
}
