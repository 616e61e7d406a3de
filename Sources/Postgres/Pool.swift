import Logging
import Synchronization

/// The number of connections and waiters of a pool.
package struct PoolGauges: Sendable, Equatable {
    package let inUse: Int
    package let idle: Int
    package let waiting: Int
    /// Connections that are in use, idle, or being opened.
    package let size: Int
}

/// Connections to one database. The pool opens them on demand and reuses them.
///
/// The pool recovers without a restart: it replaces closed connections, and it reconnects when the server, or another host of the
/// URL after a failover, accepts connections again. While no server is available, callers fail fast. One flush never takes longer
/// than `answerTimeoutMilliseconds`, even when the server hangs.
package final class Pool: Sendable {
    package let configuration: PoolConfiguration
    let logger: Logger
    private let state: Mutex<PoolState<Connection>>
    private let drained = Drain()
    let listeners = Mutex<[UInt64: Task<Void, Never>]>([:])
    let firstHost = FirstHost()

    package init(configuration: PoolConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(PoolState(configuration))
    }

    /// Runs one statement in its own transaction.
    ///
    /// - Throws: `PostgresError`, or `CancellationError`. After `.connectionLost` or `.timedOut` a write may or may not have
    ///   happened; use `transaction` for a write whose outcome must be known.
    package func query(_ sql: SQL) async throws -> [Row] {
        try await exchange(sql).rows
    }

    /// Like `query`, but returns the number of rows written.
    @discardableResult
    package func execute(_ sql: SQL) async throws -> Int {
        try await exchange(sql).affected
    }

    private func exchange(_ sql: SQL) async throws -> Answer {
        let deadline = answerDeadline
        for mayRetry in [true, false] {
            let connection = try await lease(until: deadline)
            do throws(ExchangeFailure) {
                let answers = try await connection.exchange([sql], until: deadline)
                await giveBack(connection)
                if let answer = answers.first { return answer }
            } catch {
                await giveBack(connection)
                note(error, in: [sql])
                // A server process that exits with FATAL at a statement has not executed it.
                guard mayRetry, error.isStale || error.isFatal else { throw error.error }
            }
        }
        throw PostgresError.connectionLost
    }

    package var gauges: PoolGauges {
        state.withLock { state in
            PoolGauges(inUse: state.leased, idle: state.idle.count, waiting: state.waiting, size: state.size)
        }
    }

    /// Rejects new callers, stops all listeners, waits for the leased connections (their deadlines bound the wait), and closes all
    /// connections.
    package func shutdown() async {
        for listener in listeners.withLock({ $0.values.map(\.self) }) { listener.cancel() }
        let (idle, waiters) = state.withLock { $0.shutDown() }
        for waiter in waiters { waiter.resume(.refuse(.unavailable(reason: "the pool is shut down"))) }
        for connection in idle { await connection.close() }
        await drained.wait { [self] in state.withLock { $0.size == 0 } }
    }

    var answerDeadline: Reactor.Instant {
        .now.advanced(by: .milliseconds(configuration.answerTimeoutMilliseconds))
    }

    /// Neither the text of a statement nor the description of the error contains values, so both may be logged.
    func note(_ failure: ExchangeFailure, in statements: [SQL]) {
        guard let index = failure.statement, statements.indices.contains(index) else { return }
        logger.debug("statement rejected", metadata: ["error": "\(failure.error)", "sql": "\(statements[index].text)"])
    }
}

// MARK: - Leases

extension Pool {
    /// Leases a connection to the caller until `giveBack`.
    func lease(until deadline: Reactor.Instant) async throws -> Connection {
        let waitLimit = Reactor.Instant.now.advanced(by: .milliseconds(configuration.waitTimeoutMilliseconds))
        while true {
            if Task.isCancelled {
                // If this caller was woken for a free slot, it must pass the slot on before it throws.
                wake(state.withLock { $0.waitersToRetry() })
                throw CancellationError()
            }
            switch state.withLock({ $0.ask(now: .now) }) {
            case .use(let connection):
                if await connection.isAlive { return connection }
                await discard(connection)
            case .connect:
                if let connection = try await connect(until: deadline) { return connection }
            case .refuse(let error):
                throw error
            case .wait:
                switch await wait(until: min(waitLimit, deadline)) {
                case .use(let connection): return connection
                case .retry: continue
                case .refuse(let error): throw error
                case .cancelled: throw CancellationError()
                }
            }
        }
    }

    /// Returns nil when connecting failed while other connections are leased: the caller should retry and wait for one of them.
    private func connect(until deadline: Reactor.Instant) async throws -> Connection? {
        let limit = Reactor.Instant.now.advanced(by: .milliseconds(configuration.connectTimeoutMilliseconds))
        do {
            // The attempt continues when its caller is cancelled. Otherwise health checks with a short time limit would end every
            // attempt at a host that does not respond, and no attempt would reach the new primary after it.
            let connection = try await Task {
                try await Connection.open(configuration, until: min(limit, deadline), from: firstHost)
            }.value
            wake(state.withLock { $0.connected() })
            return connection
        } catch let error as PostgresError {
            logger.warning("cannot connect to PostgreSQL", metadata: ["error": "\(error)"])
            let (waiters, isAlone) = state.withLock { state in
                (state.failedToConnect(error, now: .now), state.leased == 0)
            }
            for waiter in waiters { waiter.resume(.refuse(error)) }
            drained.check()
            if isAlone { throw error }
            return nil
        } catch {
            wake(state.withLock { $0.abandonedConnecting() })
            drained.check()
            throw error
        }
    }

    private func wait(until deadline: Reactor.Instant) async -> PoolState<Connection>.Grant {
        let id = UniqueID.next()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let timer = Reactor.shared.schedule(at: deadline) { [self] in drop(waiter: id, .refuse(.poolExhausted))
                }
                let waiter = PoolState<Connection>.Waiter(id: id) { grant in
                    Reactor.shared.cancel(timer: timer)
                    continuation.resume(returning: grant)
                }
                if !state.withLock({ $0.enqueue(waiter) }) { return waiter.resume(.retry) }
                // A cancellation or a deadline that came before the waiter was queued did not find it, so check both again.
                if Task.isCancelled { drop(waiter: id, .cancelled) }
                if deadline <= .now { drop(waiter: id, .refuse(.poolExhausted)) }
            }
        } onCancel: {
            drop(waiter: id, .cancelled)
        }
    }

    private func drop(waiter id: UInt64, _ grant: PoolState<Connection>.Grant) {
        state.withLock { $0.remove(waiter: id) }?.resume(grant)
    }

    func giveBack(_ connection: Connection) async {
        guard await connection.isClean else { return await discard(connection) }
        let (next, surplus) = state.withLock { $0.takeBack(connection) }
        next?.resume(.use(connection))
        await surplus?.close()
        drained.check()
    }

    private func discard(_ connection: Connection) async {
        await connection.close()
        wake(state.withLock { $0.lost() })
        drained.check()
    }

    private func wake(_ waiters: [PoolState<Connection>.Waiter]) {
        for waiter in waiters { waiter.resume(.retry) }
    }
}

/// Generates ids for waiters and listeners.
enum UniqueID {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// Suspends `shutdown` until the last connection is closed.
private final class Drain: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])
    private let isDone = Mutex<(@Sendable () -> Bool)?>(nil)

    func wait(until condition: @escaping @Sendable () -> Bool) async {
        isDone.withLock { $0 = condition }
        await withCheckedContinuation { continuation in
            waiting.withLock { $0.append(continuation) }
            check()
        }
    }

    func check() {
        guard let condition = isDone.withLock({ $0 }), condition() else { return }
        let done = waiting.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for continuation in done { continuation.resume() }
    }
}
