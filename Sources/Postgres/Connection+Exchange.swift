import CLibPQ

/// Why a flush failed, and what the transaction above needs to know to go on.
struct ExchangeFailure: Error {
    let error: any Error
    /// The place, among the statements of the flush, of the one that the server refused; nil when no answer to one was read.
    var statement: Int?
    /// The server refused a statement that was prepared before a table changed, or that it no longer knows.
    var isStale = false
    /// The server ended its process on this statement, so nothing after it was done.
    var isFatal = false
    /// That statement was the last of its flush.
    var isLast = false
    /// False: the server never heard of the flush.
    var wasSent = true
}

extension Connection {
    /// Sends all statements in one flush, with one answer to wait for; the first that fails makes the server pass over the rest.
    ///
    /// After a server's error the connection can go on (with ROLLBACK when in a transaction). After a lost connection, a
    /// deadline or a cancellation it is closed.
    func exchange(
        _ statements: [SQL], until deadline: Reactor.Instant, shielded: Bool = false
    ) async throws(ExchangeFailure) -> [Answer] {
        do {
            let bound = try statements.map(BoundStatement.init)
            guard handle != nil else { throw PostgresError.connectionLost }
            if !shielded, Task.isCancelled { throw NothingSent(reason: CancellationError()) }
            let steps = try queue(bound)
            try await flush(until: deadline, shielded: shielded)
            return try await collect(steps, count: statements.count, until: deadline, shielded: shielded)
        } catch let failure as ExchangeFailure {
            giveUp(after: failure)
            throw failure
        } catch let nothingSent as NothingSent {
            throw ExchangeFailure(error: nothingSent.reason, wasSent: false)
        } catch {
            close()
            throw ExchangeFailure(error: error)
        }
    }

    private func giveUp(after failure: ExchangeFailure) {
        let error = failure.error as? PostgresError
        // A server that no longer knows our prepared statements (26000) has had its session reset by someone else.
        if error?.endsConnection ?? true || failure.isFatal || error?.sqlState == "26000" {
            close()
        } else if failure.isStale {
            prepared.forgetAll()
        }
    }

    /// One command on its way, in the order of the answers.
    private enum Step {
        case deallocate(name: String)
        case prepare(text: String, statement: Int)
        case execute(statement: Int)
    }

    private func queue(_ statements: [BoundStatement]) throws -> [Step] {
        var steps: [Step] = []
        for name in prepared.surplus {
            let sent = PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1)
            guard sent == 1 else { throw PostgresError.connectionLost }
            steps.append(.deallocate(name: name))
        }
        for (index, statement) in statements.enumerated() {
            let name: String
            if let known = prepared.name(of: statement.key) {
                name = known
            } else {
                name = prepared.add(statement.key)
                guard statement.prepare(on: handle, name: name) else { throw PostgresError.connectionLost }
                steps.append(.prepare(text: statement.key, statement: index))
            }
            guard statement.execute(on: handle, name: name) else { throw PostgresError.connectionLost }
            steps.append(.execute(statement: index))
        }
        guard PQpipelineSync(handle) == 1 else { throw PostgresError.connectionLost }
        return steps
    }

    private func flush(until deadline: Reactor.Instant, shielded: Bool) async throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                // The server may be waiting for us to read before it reads on.
                try await wait(for: [.read, .write], until: deadline, shielded: shielded)
                guard PQconsumeInput(handle) == 1 else { return }  // the reason is read with the answers
            default: return
            }
        }
    }

    private func collect(
        _ steps: [Step], count: Int, until deadline: Reactor.Instant, shielded: Bool
    ) async throws -> [Answer] {
        var answers: [Answer] = []
        answers.reserveCapacity(count)
        var failure: ExchangeFailure?
        do {
            for step in steps {
                let answer = try await nextAnswer(until: deadline, shielded: shielded)
                if let refused = take(answer, of: step, after: failure) {
                    failure = refused
                    failure?.isLast = refused.statement == count - 1
                }
                if case .execute = step { answers.append(answer) }
            }
            try await readSync(until: deadline, shielded: shielded)
        } catch {
            // The server told why before it closed the connection: that is the better reason.
            close()
            throw failure ?? ExchangeFailure(error: error)
        }
        if let failure { throw failure }
        return answers
    }

    /// Notes what `answer` says about prepared statements; gives the failure it tells of, if any.
    private func take(_ answer: Answer, of step: Step, after earlier: ExchangeFailure?) -> ExchangeFailure? {
        switch step {
        case .deallocate(let name):
            if answer.isSuccess { prepared.givenUp(name) }
            return answer.isSuccess || earlier != nil ? nil : answer.failure(statement: nil)
        case .prepare(let text, let statement):
            if answer.isSuccess { return nil }
            prepared.forget(text)
            return earlier == nil ? answer.failure(statement: statement) : nil
        case .execute(let statement):
            return answer.isSuccess || earlier != nil ? nil : answer.failure(statement: statement)
        }
    }

    private func nextAnswer(until deadline: Reactor.Instant, shielded: Bool) async throws -> Answer {
        let result = try await nextResult(until: deadline, shielded: shielded)
        guard let result else { throw PostgresError.connectionLost }
        let answer = Answer(owning: result)
        // Ends each command's results; a second result would mean a command we do not send, such as COPY.
        guard try await nextResult(until: deadline, shielded: shielded) == nil else {
            throw PostgresError.connectionLost
        }
        return answer
    }

    private func readSync(until deadline: Reactor.Instant, shielded: Bool) async throws {
        guard let result = try await nextResult(until: deadline, shielded: shielded) else {
            throw PostgresError.connectionLost
        }
        defer { PQclear(result) }
        guard PQresultStatus(result) == PGRES_PIPELINE_SYNC else { throw PostgresError.connectionLost }
    }

    func nextResult(until deadline: Reactor.Instant, shielded: Bool) async throws -> OpaquePointer? {
        while PQisBusy(handle) == 1 {
            try await wait(for: .read, until: deadline, shielded: shielded)
            // On a lost connection libpq still hands out what had been read, and then an error of its own making.
            if PQconsumeInput(handle) != 1, PQisBusy(handle) == 1 { throw PostgresError.connectionLost }
        }
        return PQgetResult(handle)
    }

    func wait(for interest: Reactor.Interest, until deadline: Reactor.Instant, shielded: Bool) async throws {
        let outcome = await Reactor.shared.wait(
            for: interest, on: PQsocket(handle), until: deadline, shielded: shielded)
        switch outcome {
        case .ready: return
        case .deadlinePassed: throw PostgresError.timedOut
        case .cancelled: throw CancellationError()
        case .refused: throw PostgresError.connectionLost
        }
    }
}
