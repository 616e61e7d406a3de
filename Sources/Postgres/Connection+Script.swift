import CLibPQ

extension Connection {
    /// Runs SQL text of one or more statements over the simple protocol, without parameters, and discards all rows.
    ///
    /// - Throws: `PostgresError` of the first statement that failed, or `CancellationError`. The connection is closed unless the
    ///   error came from the server.
    func run(script: String, until deadline: Reactor.Instant) async throws {
        do {
            guard PQexitPipelineMode(handle) == 1, PQsendQuery(handle, script) == 1 else {
                throw PostgresError.connectionLost
            }
            while PQflush(handle) == 1 {
                try await wait(for: [.read, .write], until: deadline, shielded: false)
                guard PQconsumeInput(handle) == 1 else { break }
            }
            let failure = try await firstFailure(until: deadline)
            guard PQenterPipelineMode(handle) == 1 else { throw failure?.error ?? PostgresError.connectionLost }
            if let failure { throw failure }
        } catch let failure as ExchangeFailure {
            throw failure.error
        } catch {
            close()
            throw error
        }
    }

    private func firstFailure(until deadline: Reactor.Instant) async throws -> ExchangeFailure? {
        var failure: ExchangeFailure?
        while let result = try await nextResult(until: deadline, shielded: false) {
            let answer = Answer(owning: result)
            if !answer.isSuccess, failure == nil { failure = answer.failure(statement: nil) }
        }
        return failure
    }

    var isInTransaction: Bool { PQtransactionStatus(handle) == PQTRANS_INTRANS }
}
