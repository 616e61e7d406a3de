import Logging
import Synchronization

/// How full a pool is.
package struct PoolGauges: Sendable, Equatable {
    package let inUse: Int
    package let idle: Int
    package let waiting: Int
    /// In use, idle, and being opened.
    package let size: Int
}

/// Connections to one database, opened as they are needed and kept.
///
/// Heals by itself: a connection found dead is replaced, and a server that was away is found again when it is back (or another
/// host of the URL, after a failover). While it is away callers are refused quickly. No call here takes longer than
/// `answerTimeoutMilliseconds` for one flush, whatever the server does.
package final class Pool: Sendable {
    package let configuration: PoolConfiguration
    let logger: Logger
    private let state: Mutex<PoolState<Connection>>
    private let drained = Drain()
    let listeners = Mutex<[UInt64: Task<Void, Never>]>([:])

    package init(configuration: PoolConfiguration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        state = Mutex(PoolState(configuration))
    }

    /// One statement in a transaction of its own.
    ///
    /// - Throws: `PostgresError`, or `CancellationError`. After `.connectionLost` or `.timedOut` a write may or may not have
    ///   happened; a write that must be known belongs in `transaction`.
    package func query(_ sql: SQL) async throws -> [Row] {
        try await exchange(sql).rows
    }

    /// The number of rows written. Otherwise as `query`.
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
                // A server process that ends with a FATAL on a statement has not done it.
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

    /// Refuses new callers, ends all listening, lets those at work finish (each is bounded by its own deadlines), closes everything.
    package func shutdown() async {
        for listener in listeners.withLock({ $0.values.map(\.self) }) { listener.cancel() }
        let (idle, waiters) = state.withLock { $0.shutDown() }
        for waiter in waiters { waiter.tell(.refuse(.unavailable(reason: "the pool is shut down"))) }
        for connection in idle { await connection.close() }
        await drained.wait { [self] in state.withLock { $0.size == 0 } }
    }

    var answerDeadline: Reactor.Instant {
        .now.advanced(by: .milliseconds(configuration.answerTimeoutMilliseconds))
    }

    /// Texts of statements hold no values; neither does the error's description.
    func note(_ failure: ExchangeFailure, in statements: [SQL]) {
        guard let index = failure.statement, statements.indices.contains(index) else { return }
        logger.debug("statement refused", metadata: ["error": "\(failure.error)", "sql": "\(statements[index].text)"])
    }
}

// MARK: - Leases

extension Pool {
    /// A connection for the caller alone, until `giveBack`.
    func lease(until deadline: Reactor.Instant) async throws -> Connection {
        let patience = Reactor.Instant.now.advanced(by: .milliseconds(configuration.waitTimeoutMilliseconds))
        while true {
            if Task.isCancelled {
                // The place it was woken for, if it was, is someone else's now.
                askAgain(state.withLock { $0.waitersToAskAgain() })
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
                switch await wait(until: min(patience, deadline)) {
                case .use(let connection): return connection
                case .askAgain: continue
                case .refuse(let error): throw error
                case .cancelled: throw CancellationError()
                }
            }
        }
    }

    /// Nil: it failed, but connections in use may yet be handed over, so ask again (and wait).
    private func connect(until deadline: Reactor.Instant) async throws -> Connection? {
        let limit = Reactor.Instant.now.advanced(by: .milliseconds(configuration.connectTimeoutMilliseconds))
        do {
            let connection = try await Connection.open(configuration, until: min(limit, deadline))
            askAgain(state.withLock { $0.connected() })
            return connection
        } catch let error as PostgresError {
            logger.warning("cannot connect to PostgreSQL", metadata: ["error": "\(error)"])
            let (waiters, isAlone) = state.withLock { state in
                (state.failedToConnect(error, now: .now), state.leased == 0)
            }
            for waiter in waiters { waiter.tell(.refuse(error)) }
            drained.check()
            if isAlone { throw error }
            return nil
        } catch {
            askAgain(state.withLock { $0.abandonedConnecting() })
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
                    Reactor.shared.forget(timer: timer)
                    continuation.resume(returning: grant)
                }
                if !state.withLock({ $0.enqueue(waiter) }) { return waiter.tell(.askAgain) }
                // A cancellation or a deadline from before found nobody to tell.
                if Task.isCancelled { drop(waiter: id, .cancelled) }
                if deadline <= .now { drop(waiter: id, .refuse(.poolExhausted)) }
            }
        } onCancel: {
            drop(waiter: id, .cancelled)
        }
    }

    private func drop(waiter id: UInt64, _ grant: PoolState<Connection>.Grant) {
        state.withLock { $0.remove(waiter: id) }?.tell(grant)
    }

    func giveBack(_ connection: Connection) async {
        guard await connection.isClean else { return await discard(connection) }
        let (next, surplus) = state.withLock { $0.takeBack(connection) }
        next?.tell(.use(connection))
        await surplus?.close()
        drained.check()
    }

    private func discard(_ connection: Connection) async {
        await connection.close()
        askAgain(state.withLock { $0.lost() })
        drained.check()
    }

    private func askAgain(_ waiters: [PoolState<Connection>.Waiter]) {
        for waiter in waiters { waiter.tell(.askAgain) }
    }
}

/// Numbers for waiters and listeners.
enum UniqueID {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 {
        last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}

/// Lets `shutdown` wait for the last connection.
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
