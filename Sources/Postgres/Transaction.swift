/// How much of others' work a transaction sees.
package enum Isolation: Sendable {
    case readCommitted, repeatableRead, serializable
}

/// A transaction at work; use it only inside the body it was given to, one call at a time.
///
/// It takes a connection with its first flush, and BEGIN travels in that flush. After a statement has failed, every further
/// call throws the same error, and the transaction rolls back.
package final class Transaction {
    private let pool: Pool
    private let begin: SQL
    private var connection: Connection?
    private var queued: [SQL] = []
    /// What looks at the rows of queued statements, each with the places of its statements among them.
    private var checks: [(statements: Range<Int>, check: ([[Row]]) throws -> Void)] = []
    private var failure: (any Error)?
    private var hasEnded = false

    init(pool: Pool, begin: SQL) {
        self.pool = pool
        self.begin = begin
    }

    /// Sends everything queued so far and this statement in one flush; its rows.
    ///
    /// - Throws: `PostgresError` of the first statement of the flush that failed, or `CancellationError`.
    package func query(_ sql: SQL) async throws -> [Row] {
        try await flush([sql])[0].rows
    }

    /// The number of rows written. Otherwise as `query`.
    @discardableResult
    package func execute(_ sql: SQL) async throws -> Int {
        try await flush([sql])[0].affected
    }

    /// Several statements (and those queued before) in one flush; the rows of each.
    package func queryAll(_ statements: [SQL]) async throws -> [[Row]] {
        try await flush(statements).map(\.rows)
    }

    /// Queues a statement whose rows do not matter. It travels with the next flush or with COMMIT; its error surfaces there.
    package func send(_ sql: SQL) {
        queued.append(sql)
    }

    /// Queues statements whose rows `check` sees before any later statement's are returned. What it throws ends the transaction.
    package func send(_ statements: [SQL], checking check: @escaping ([[Row]]) throws -> Void) {
        checks.append((queued.count..<queued.count + statements.count, check))
        queued += statements
    }

    /// Sends what is queued if something of it has yet to be checked.
    package func flushChecked() async throws {
        if !checks.isEmpty { _ = try await flush([]) }
    }

    private func flush(_ statements: [SQL]) async throws -> [Answer] {
        try checkUsable()
        let (batch, checks) = (queued + statements, checks)
        queued = []
        self.checks = []
        guard !batch.isEmpty else { return [] }
        let answers: [Answer]
        do throws(ExchangeFailure) {
            if let connection {
                answers = try await continued(on: connection, batch)
            } else {
                answers = try await started(batch)
            }
        } catch {
            failure = error.error
            throw error.error
        }
        do {
            for (statements, check) in checks { try check(answers[statements].map(\.rows)) }
        } catch {
            failure = error
            throw error
        }
        return Array(answers.suffix(statements.count))
    }

    private func checkUsable() throws {
        if hasEnded { throw PostgresError.transactionEnded }
        if let failure { throw failure }
    }

    private func continued(on connection: Connection, _ batch: [SQL]) async throws(ExchangeFailure) -> [Answer] {
        do throws(ExchangeFailure) {
            return try await connection.exchange(batch, until: pool.answerDeadline)
        } catch {
            pool.note(error, in: batch)
            throw error
        }
    }

    /// The first flush. Without COMMIT nothing of it outlives its connection, so what a dead connection spoiled is done again;
    /// and what an outdated plan spoiled is so in any case.
    private func started(_ batch: [SQL], committing: Bool = false) async throws(ExchangeFailure) -> [Answer] {
        let deadline = pool.answerDeadline
        let whole = [begin] + batch
        var mayRetry = true
        while true {
            let connection = try await leased(until: deadline)
            do throws(ExchangeFailure) {
                let answers = try await connection.exchange(whole, until: deadline, shielded: committing)
                self.connection = connection
                return answers.suffix(batch.count)
            } catch {
                pool.note(error, in: whole)
                await pool.rollBack(connection)
                let isLost = (error.error as? PostgresError) == .connectionLost || error.isFatal
                guard mayRetry, error.isStale || (isLost && !committing) else { throw error }
                mayRetry = false
            }
        }
    }

    private func leased(until deadline: Reactor.Instant) async throws(ExchangeFailure) -> Connection {
        do { return try await pool.lease(until: deadline) } catch {
            throw ExchangeFailure(error: error, wasSent: false)
        }
    }

    /// The last writes and COMMIT in one flush. Does not see cancellation: the outcome is wanted, and it is bounded in time.
    func commit() async throws {
        try await flushChecked()
        try checkUsable()
        hasEnded = true
        if connection == nil, queued.isEmpty { return }
        let batch = queued + ["COMMIT"]
        do throws(ExchangeFailure) {
            let answers =
                if let connection {
                    try await connection.exchange(batch, until: pool.answerDeadline, shielded: true)
                } else {
                    try await started(batch, committing: true)
                }
            guard answers.last?.tag == "COMMIT" else {
                throw ExchangeFailure(
                    error: PostgresError.server(sqlState: "25P02", constraint: nil, message: "rolled back instead"))
            }
        } catch {
            pool.note(error, in: batch)
            throw commitError(error)
        }
        if let connection { await pool.giveBack(connection) }
        connection = nil
    }

    /// The server's refusal of a statement is certain. So is its refusal of COMMIT, unless its process ended on that.
    private func commitError(_ failure: ExchangeFailure) -> any Error {
        guard failure.wasSent, let error = failure.error as? PostgresError else { return failure.error }
        switch error {
        case .server: return failure.isFatal && failure.isLast ? PostgresError.commitUnknown : error
        case .connectionLost, .timedOut: return PostgresError.commitUnknown
        case .commitUnknown, .poolExhausted, .unavailable, .decoding, .transactionEnded: return error
        }
    }

    /// Gives the connection back, in a known state or closed.
    func rollBack() async {
        hasEnded = true
        queued = []
        checks = []
        guard let connection else { return }
        self.connection = nil
        await pool.rollBack(connection)
    }

    /// The server has executed BEGIN and everything that was sent with it.
    package var hasBegun: Bool { connection != nil }
}

extension Pool {
    /// Several statements in one READ ONLY transaction, sent in one flush with its BEGIN and COMMIT.
    ///
    /// - Returns: the rows of each statement.
    /// - Throws: `PostgresError` of the first statement that failed, or `CancellationError`.
    package func read(_ statements: [SQL]) async throws -> [[Row]] {
        let deadline = answerDeadline
        let batch = ["BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY"] + statements + ["COMMIT"]
        var mayRetry = true
        while true {
            let connection = try await lease(until: deadline)
            do throws(ExchangeFailure) {
                let answers = try await connection.exchange(batch, until: deadline)
                await giveBack(connection)
                return answers.dropFirst().dropLast().map(\.rows)
            } catch {
                note(error, in: batch)
                await rollBack(connection)
                // Nothing was written, so a read that was lost with its connection is sent again.
                let isLost = (error.error as? PostgresError) == .connectionLost || error.isFatal
                guard mayRetry, error.isStale || isLost else { throw error.error }
                mayRetry = false
            }
        }
    }

    /// Gives the connection back outside of any transaction, or closed.
    fileprivate func rollBack(_ connection: Connection) async {
        if await connection.isOpen, await !connection.isClean {
            // A failure closes the connection, and that rolls back as well.
            _ = try? await connection.exchange(["ROLLBACK"], until: answerDeadline, shielded: true)
        }
        await giveBack(connection)
    }

    /// One transaction. BEGIN travels with the first statement and COMMIT with the last writes, so that "read and lock, decide,
    /// write" is two flushes. What `body` throws rolls back; so does a failed statement whose error `body` swallowed.
    ///
    /// With `retrying`, the whole body runs again after a serialization failure or a deadlock, three times at most: it must
    /// then have no effect but on the transaction.
    ///
    /// - Throws: what `body` throws; `PostgresError` (`.commitUnknown` when the connection ended on COMMIT); `CancellationError`.
    package func transaction<R: Sendable>(
        isolation: Isolation = .readCommitted, readOnly: Bool = false, retrying: Bool = false,
        _ body: (Transaction) async throws -> R
    ) async throws -> R {
        var attempt = 1
        while true {
            do {
                return try await attemptTransaction(isolation.begin(readOnly: readOnly), body)
            } catch let error as PostgresError where retrying && error.isRetryable && attempt < 3 {
                let pause = Duration.milliseconds(Int.random(in: 5...(25 * attempt)))
                guard await Reactor.shared.sleep(until: .now.advanced(by: pause)) else { throw CancellationError() }
                attempt += 1
            }
        }
    }

    private func attemptTransaction<R: Sendable>(
        _ begin: SQL, _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let transaction = Transaction(pool: self, begin: begin)
        do {
            let result = try await body(transaction)
            try await transaction.commit()
            return result
        } catch {
            await transaction.rollBack()
            throw error
        }
    }
}

extension Isolation {
    fileprivate func begin(readOnly: Bool) -> SQL {
        let level: SQL =
            switch self {
            case .readCommitted: "BEGIN ISOLATION LEVEL READ COMMITTED"
            case .repeatableRead: "BEGIN ISOLATION LEVEL REPEATABLE READ"
            case .serializable: "BEGIN ISOLATION LEVEL SERIALIZABLE"
            }
        return readOnly ? level + " READ ONLY" : level + " READ WRITE"
    }
}
