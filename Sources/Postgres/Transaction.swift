/// A running transaction. Use it only inside the body that receives it, one call at a time.
///
/// It leases a connection for its first flush, and sends BEGIN in that flush. After a statement has failed, every further call
/// throws the same error, and the transaction rolls back.
package final class Transaction {
    private let pool: Pool
    private let group: StatementGroup
    private static let begin: SQL = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"
    private var connection: Connection?
    private var queued: [SQL] = []
    /// Queued rows of INSERTs, which follow the queued statements.
    private var rows: [(insert: SQL, rows: [SQL])] = []
    /// Checks of the rows of queued statements, each with the indices of its statements.
    private var checks: [(statements: Range<Int>, check: ([[Row]]) throws -> Void)] = []
    private var failure: (any Error)?
    private var hasEnded = false

    init(pool: Pool, group: StatementGroup) {
        self.pool = pool
        self.group = group
    }

    /// Sends all queued statements and this one in one flush, and returns the rows of this one.
    ///
    /// - Throws: `PostgresError` of the first statement of the flush that failed, or `CancellationError`.
    package func query(_ sql: SQL) async throws -> [Row] {
        try await answer(to: sql).rows
    }

    /// Like `query`, but returns the number of rows written.
    @discardableResult
    package func execute(_ sql: SQL) async throws -> Int {
        try await answer(to: sql).affected
    }

    /// Sends all queued statements and these in one flush, and returns the rows of each of these.
    package func queryAll(_ statements: [SQL]) async throws -> [[Row]] {
        try await flush(statements).map(\.rows)
    }

    /// Queues a statement whose rows are not needed. The next flush or the commit sends it and throws its error.
    package func send(_ sql: SQL) {
        queued.append(sql)
    }

    /// Queues a row of an INSERT, after all other statements that the next flush sends before its own. Rows of the same INSERT share
    /// statements, because PostgreSQL prepares the checks and indexes of a table anew for each statement.
    /// - Parameter insert: the statement up to `VALUES`.
    package func send(row: SQL, of insert: SQL) {
        if let last = rows.last, last.insert.key() == insert.key(), last.rows.count < Self.maximumJoinedRows {
            rows[rows.count - 1].rows.append(row)
        } else {
            rows.append((insert, [row]))
        }
    }

    /// Each number of rows is a prepared statement of its own.
    private static let maximumJoinedRows = 4

    /// All queued statements, which are no longer queued.
    private func takeQueued() -> [SQL] {
        let statements = queued + rows.map { "\($0.insert) \($0.rows.joined(separator: ", "))" }
        queued = []
        rows = []
        return statements
    }

    /// Queues statements whose rows `check` receives before a later statement returns its rows. An error that `check` throws ends the
    /// transaction.
    package func send(_ statements: [SQL], checking check: @escaping ([[Row]]) throws -> Void) {
        checks.append((queued.count..<queued.count + statements.count, check))
        queued += statements
    }

    /// Sends the queued statements if one of them has a check that has not run.
    package func flushChecked() async throws {
        if !checks.isEmpty { _ = try await flush([]) }
    }

    private func answer(to sql: SQL) async throws -> Answer {
        guard let answer = try await flush([sql]).first else {
            throw PostgresError.decoding("PostgreSQL returned no answer for a statement")
        }
        return answer
    }

    private func flush(_ statements: [SQL]) async throws -> [Answer] {
        try checkUsable()
        let (batch, checks) = (takeQueued() + statements, checks)
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
            return try await connection.exchange(batch, in: group, until: pool.answerDeadline)
        } catch {
            pool.note(error, in: batch)
            throw error
        }
    }

    /// Sends the first flush. Without COMMIT a lost connection undoes all of it, so the flush is retried once on another connection.
    /// A flush that failed because of an outdated plan is always retried once, because the server rejected it.
    private func started(_ batch: [SQL], committing: Bool = false) async throws(ExchangeFailure) -> [Answer] {
        let deadline = pool.answerDeadline
        let whole = [Self.begin] + batch
        var mayRetry = true
        while true {
            let connection = try await leased(until: deadline)
            do throws(ExchangeFailure) {
                let answers = try await connection.exchange(whole, in: group, until: deadline, shielded: committing)
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

    /// Sends the last writes and COMMIT in one flush. The flush ignores cancellation, because the caller needs the outcome; its deadline
    /// limits the wait.
    func commit() async throws {
        try await flushChecked()
        try checkUsable()
        hasEnded = true
        let queued = takeQueued()
        if connection == nil, queued.isEmpty { return }
        let batch = queued + ["COMMIT"]
        do throws(ExchangeFailure) {
            let answers =
                if let connection {
                    try await connection.exchange(batch, in: group, until: pool.answerDeadline, shielded: true)
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

    /// An error from the server proves that nothing was committed, except when its process exited at COMMIT.
    private func commitError(_ failure: ExchangeFailure) -> any Error {
        guard failure.wasSent, let error = failure.error as? PostgresError else { return failure.error }
        switch error {
        case .server: return failure.isFatal && failure.isLast ? PostgresError.commitUnknown : error
        case .connectionLost, .timedOut: return PostgresError.commitUnknown
        case .commitUnknown, .poolExhausted, .unavailable, .decoding, .transactionEnded: return error
        }
    }

    /// Returns the connection to the pool, outside of any transaction or closed.
    func rollBack() async {
        hasEnded = true
        queued = []
        rows = []
        checks = []
        guard let connection else { return }
        self.connection = nil
        await pool.rollBack(connection)
    }

    /// Whether the server has executed BEGIN and the statements that were sent with it.
    package var hasBegun: Bool { connection != nil }
}

extension SQL {
    /// An item of a SELECT, after which its transaction cannot write any more.
    package static let readOnly: SQL = "set_config('transaction_read_only', 'on', true)"
}

extension Pool {
    /// Runs several statements in one transaction, which is one flush: PostgreSQL executes all that comes before a Sync as one transaction, so
    /// neither BEGIN nor COMMIT is sent. The first statement has to select `SQL.readOnly`, unless the server is a standby.
    ///
    /// - Returns: the rows of each statement.
    /// - Throws: `PostgresError` of the first statement that failed, or `CancellationError`.
    package func read(_ statements: [SQL], in group: StatementGroup = .none) async throws -> [[Row]] {
        let deadline = answerDeadline
        var mayRetry = true
        while true {
            let connection = try await lease(until: deadline)
            do throws(ExchangeFailure) {
                let answers = try await connection.exchange(statements, in: group, until: deadline)
                await giveBack(connection)
                return answers.map(\.rows)
            } catch {
                note(error, in: statements)
                await rollBack(connection)
                // A read changes nothing, so it is retried when its connection was lost.
                let isLost = (error.error as? PostgresError) == .connectionLost || error.isFatal
                guard mayRetry, error.isStale || isLost else { throw error.error }
                mayRetry = false
            }
        }
    }

    /// Returns the connection to the pool, outside of any transaction or closed.
    fileprivate func rollBack(_ connection: Connection) async {
        if await connection.isOpen, await !connection.isClean {
            // If ROLLBACK fails, the exchange closes the connection, which rolls back as well.
            _ = try? await connection.exchange(["ROLLBACK"], until: answerDeadline, shielded: true)
        }
        await giveBack(connection)
    }

    /// Runs `body` in one transaction. BEGIN is sent with the first statement and COMMIT with the last writes, so that "read and
    /// lock, decide, write" takes two flushes. The transaction rolls back when `body` throws, and also when a statement failed and
    /// `body` ignored the error.
    ///
    /// - Throws: errors of `body`; `PostgresError` (`.commitUnknown` when the connection was lost at COMMIT); `CancellationError`.
    package func transaction<R: Sendable>(
        in group: StatementGroup = .none, _ body: (Transaction) async throws -> R
    ) async throws -> R {
        let transaction = Transaction(pool: self, group: group)
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
