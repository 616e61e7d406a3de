import CLibPQ

/// The error of a flush, with the facts that decide whether the transaction may retry.
struct ExchangeFailure: Error {
    let error: any Error
    /// The index, in the flush, of the statement that the server rejected; nil when no result of a statement was read.
    var statement: Int?
    /// The server rejected a statement because a table changed after it was prepared, or because the server no longer has it.
    var isStale = false
    /// The server process exited at this statement, so no later statement was executed.
    var isFatal = false
    /// Whether that statement was the last one of its flush.
    var isLast = false
    /// False when no part of the flush was sent to the server.
    var wasSent = true
}

/// A flush that failed before anything was sent, so the connection is unchanged.
private struct NothingSent: Error {
    let reason: any Error
}

extension Connection {
    /// Sends all statements in one flush and waits once for all results. After the first statement that fails, the server skips
    /// the rest.
    ///
    /// After an error from the server the connection remains usable (after ROLLBACK, inside a transaction). After a lost
    /// connection, a timeout or a cancellation this function closes it.
    /// - Parameters:
    ///   - group: of the statements.
    ///   - shielded: ignores cancellation of the task.
    func exchange(
        _ statements: [SQL], in group: StatementGroup = .none, until deadline: Reactor.Instant, shielded: Bool = false
    ) async throws(ExchangeFailure) -> [Answer] {
        do {
            for statement in statements where statement.parameters.hasZeroInText {
                throw NothingSent(
                    reason: PostgresError.server(sqlState: "22021", constraint: nil, message: "text with U+0000"))
            }
            guard handle != nil else { throw PostgresError.connectionLost }
            if !shielded, Task.isCancelled { throw NothingSent(reason: CancellationError()) }
            let steps = try queue(statements, in: group)
            try await flush(until: deadline, shielded: shielded)
            let answers = try await collect(steps, count: statements.count, until: deadline, shielded: shielded)
            if hasUnreplicatedCommit { throw PostgresError.connectionLost }
            return answers
        } catch let failure as ExchangeFailure {
            closeOrReset(after: failure)
            throw failure
        } catch let nothingSent as NothingSent {
            throw ExchangeFailure(error: nothingSent.reason, wasSent: false)
        } catch {
            close()
            throw ExchangeFailure(error: error)
        }
    }

    private func closeOrReset(after failure: ExchangeFailure) {
        let error = failure.error as? PostgresError
        // 26000 means that our prepared statements are gone: another party, such as a proxy, has reset the session.
        if error?.endsConnection ?? true || failure.isFatal || error?.sqlState == "26000" {
            close()
        } else if failure.isStale {
            prepared.forgetAll()
        }
    }

    /// One command that was sent; results arrive in the same order.
    private enum Step {
        case deallocate(name: String)
        case prepare(StatementKey, statement: Int)
        case execute(statement: Int)
    }

    private func queue(_ statements: [SQL], in group: StatementGroup) throws -> [Step] {
        var steps: [Step] = []
        steps.reserveCapacity(statements.count)
        for name in prepared.namesToDeallocate {
            let sent = PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1)
            guard sent == 1 else { throw PostgresError.connectionLost }
            steps.append(.deallocate(name: name))
        }
        for (index, statement) in statements.enumerated() {
            let key = statement.key(in: group)
            let name: String
            if let known = prepared.name(of: key) {
                name = known
            } else {
                name = prepared.add(key)
                guard send(statement, preparedAs: name) else { throw PostgresError.connectionLost }
                steps.append(.prepare(key, statement: index))
            }
            let sent = statement.parameters.withArguments { values, lengths, formats in
                PQsendQueryPrepared(
                    handle, name, Int32(clamping: statement.parameters.count), values, lengths, formats, 1)
            }
            guard sent == 1 else { throw PostgresError.connectionLost }
            steps.append(.execute(statement: index))
        }
        guard PQpipelineSync(handle) == 1 else { throw PostgresError.connectionLost }
        return steps
    }

    private func send(_ statement: SQL, preparedAs name: String) -> Bool {
        let types = statement.parameters.types.map(\.oid)
        return PQsendPrepare(handle, name, statement.text, Int32(clamping: types.count), types) == 1
    }

    func flush(until deadline: Reactor.Instant, shielded: Bool) async throws {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                // The server may stop reading until we have read its results, so wait for both directions.
                try await wait(for: [.read, .write], until: deadline, shielded: shielded)
                guard PQconsumeInput(handle) == 1 else { return }  // the error is read together with the results
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
            // If the server sent an error before it closed the connection, that error explains more than the lost connection.
            close()
            throw failure ?? ExchangeFailure(error: error)
        }
        if let failure { throw failure }
        return answers
    }

    /// Updates the list of prepared statements from `answer` and returns the failure in it, if any.
    private func take(_ answer: Answer, of step: Step, after earlier: ExchangeFailure?) -> ExchangeFailure? {
        switch step {
        case .deallocate(let name):
            if answer.isSuccess { prepared.deallocated(name) }
            return answer.isSuccess || earlier != nil ? nil : answer.failure(statement: nil)
        case .prepare(let key, let statement):
            if answer.isSuccess { return nil }
            prepared.forget(key)
            return earlier == nil ? answer.failure(statement: statement) : nil
        case .execute(let statement):
            return answer.isSuccess || earlier != nil ? nil : answer.failure(statement: statement)
        }
    }

    private func nextAnswer(until deadline: Reactor.Instant, shielded: Bool) async throws -> Answer {
        let result = try await nextResult(until: deadline, shielded: shielded)
        guard let result else { throw PostgresError.connectionLost }
        let answer = Answer(owning: result)
        // A nil result ends the results of each command. Only commands that we never send, such as COPY, return a second one.
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
            // After a lost connection libpq first returns the results it has read, and then an error that it creates itself.
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
