import Accounts
import PagoPA
import Postgres
import Requests

/// What an operation is handed; its statements are all in this room.
package typealias Transaction = Postgres.Transaction

/// Everything we remember, in PostgreSQL. One business step is one transaction.
package struct Store: Sendable {
    private let pool: Pool
    private let announcer: Announcer

    package init(pool: Pool) {
        self.pool = pool
        self.announcer = Announcer(pool: pool)
    }

    /// One transaction, database work only: neither mail nor HTTP belongs inside. What `body` throws rolls it back.
    /// - Parameter tenancy: whose rows there are at all, by row level security; a statement's own walls stand inside it.
    /// - Throws: `DatabaseUnavailable`, `CredentialChanged` and `StorageError` for the database's own errors; what `body` throws otherwise.
    package func transaction<R: Sendable>(within tenancy: Tenancy, _ body: (Transaction) async throws -> R) async throws
        -> R
    {
        let announcements = Announcements()
        let credential = RequestCredential.current
        do {
            let result = try await Announcements.$current.withValue(announcements) {
                try await pool.transaction { tx in
                    for statement in opening(within: tenancy, for: credential) { tx.send(statement) }
                    // What was sent with the look-up of the credential was executed only because that succeeded.
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

    /// The answer of one query; see below.
    package func read<Answer>(within tenancy: Tenancy, _ query: Query<Answer>) async throws -> Answer {
        try await read(query.statements, within: tenancy, query.decode)
    }

    /// The answers of all queries from one read-only transaction, which is one round trip: BEGIN, the tenancy, the queries and
    /// COMMIT are sent together.
    /// - Parameter tenancy: see `transaction`.
    /// - Throws: `DatabaseUnavailable`, `CredentialChanged` and `StorageError` for the database's own errors.
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
        let opening = opening(within: tenancy, for: credential)
        do {
            let answers = try await pool.read(opening + statements)
            credential?.confirm()
            return try decode(Array(answers.dropFirst(opening.count)))
        } catch let error as PostgresError {
            throw StorageError.translated(error)
        }
    }

    /// Looks the credential up by itself, where the request needed no other transaction.
    /// - Throws: `CredentialChanged`.
    package func confirm(_ credential: RequestCredential) async throws {
        guard !credential.isConfirmed else { return }
        try await RequestCredential.$current.withValue(credential) {
            try await read([], within: .everyCreditor) { _ in }
        }
    }

    private func opening(within tenancy: Tenancy, for credential: RequestCredential?) -> [SQL] {
        credential?.opening(within: tenancy) ?? [tenancy.setting]
    }

    /// Further ones that a slow reader has not taken become one for everything.
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
                    // A reader that lost a wake-up gets one for everything instead.
                    if case .dropped = continuation.yield(wakeUp) {
                        continuation.yield(WakeUp(channel: nil, payload: ""))
                    }
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in forwarding.cancel() }
        }
    }

    /// As the user that owns the schema, not as the service's role: for `migrate` and `verify` alone.
    func ownersQuery(_ sql: SQL) async throws -> [Row] { try await pool.query(sql) }

    /// As `ownersQuery`, in one transaction.
    func ownersTransaction<R: Sendable>(_ body: (Transaction) async throws -> R) async throws -> R {
        try await pool.transaction { try await body($0) }
    }
}

package struct WakeUp: Sendable, Equatable {
    /// `nil`: anything may have happened meanwhile.
    package let channel: String?
    package let payload: String
}

/// The database's own errors, as the modules above may know them; `DatabaseUnavailable` is the one that a retry may cure.
package enum StorageError: Error, Equatable {
    /// A named constraint refused the write.
    case constraint(String)
    /// Ours to repair. Holds the SQLSTATE and the server's message, never a bound value.
    case fault(String)

    /// What the modules above learn of an error of the database.
    static func translated(_ error: PostgresError) -> any Error {
        if error.isUnavailable { return DatabaseUnavailable() }
        if error.sqlState == "QZ401" { return CredentialChanged() }
        if let name = error.constraint { return StorageError.constraint(name) }
        // A lock that was not granted in time, or a deadlock: the same request may well succeed a moment later.
        if let state = error.sqlState, ["55P03", "40001", "40P01"].contains(state) { return DatabaseUnavailable() }
        return StorageError.fault("\(error)")
    }
}
