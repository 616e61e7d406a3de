/// The state machine of the pool, without sockets and clock, so that tests control both. `Member` is a connection.
struct PoolState<Member: Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Verdict: Sendable {
        case use(Member)
        /// A slot is reserved for a new connection; call `connected`, `failedToConnect` or `abandonedConnecting` when done.
        case connect
        case wait
        case refuse(PostgresError)
    }

    /// The result that a waiting caller is resumed with.
    enum Grant: Sendable {
        case use(Member)
        /// A slot may be free now, so the caller should retry.
        case retry
        case refuse(PostgresError)
        case cancelled
    }

    struct Waiter: Sendable {
        let id: UInt64
        let resume: @Sendable (Grant) -> Void
    }

    let maximum: Int
    let maximumWaiters: Int
    let minimumBackoff: Duration
    let maximumBackoff: Duration
    private(set) var idle: [Member] = []
    private(set) var leased = 0
    private(set) var connecting = 0
    private(set) var isShutDown = false
    private var waiters: [Waiter] = []
    private var failures = 0
    private var notBefore: Instant?
    private var lastReason = PostgresError.unavailable(reason: "no connection yet")

    init(_ configuration: PoolConfiguration) {
        maximum = configuration.maximumConnections
        maximumWaiters = configuration.maximumWaiters
        minimumBackoff = .milliseconds(configuration.minimumBackoffMilliseconds)
        maximumBackoff = .milliseconds(configuration.maximumBackoffMilliseconds)
    }

    var size: Int { idle.count + leased + connecting }
    var waiting: Int { waiters.count }

    mutating func ask(now: Instant) -> Verdict {
        if isShutDown { return .refuse(.unavailable(reason: "the pool is shut down")) }
        if let member = idle.popLast() {
            leased += 1
            return .use(member)
        }
        if size < maximum, mayConnect(now: now) {
            connecting += 1
            return .connect
        }
        // The server is unavailable and no leased connection can be returned to us, so fail immediately.
        if failures > 0, leased == 0, connecting == 0 { return .refuse(lastReason) }
        return waiters.count < maximumWaiters ? .wait : .refuse(.poolExhausted)
    }

    /// After a failure one caller at a time connects once the back-off has ended; the others wait for its result.
    private func mayConnect(now: Instant) -> Bool {
        guard failures > 0 else { return true }
        return connecting == 0 && notBefore.map { $0 <= now } ?? true
    }

    /// Returns false when the state has changed since the verdict, so that the caller retries.
    mutating func enqueue(_ waiter: Waiter) -> Bool {
        guard !isShutDown, idle.isEmpty, leased + connecting > 0, waiters.count < maximumWaiters else { return false }
        waiters.append(waiter)
        return true
    }

    mutating func remove(waiter id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index)  // just found
    }

    /// Counts a new connection as leased. Returns the waiters to resume: after an outage they may open connections as well.
    mutating func connected() -> [Waiter] {
        connecting -= 1
        leased += 1
        let wasDown = failures > 0
        failures = 0
        notBefore = nil
        return wasDown ? takeWaiters(maximum - size) : []
    }

    /// Returns the waiters to reject: all of them when no leased connection is left that could serve one of them.
    mutating func failedToConnect(_ reason: PostgresError, now: Instant) -> [Waiter] {
        connecting -= 1
        failures += 1
        lastReason = reason
        let doubled = minimumBackoff * (1 << min(failures - 1, 16))
        notBefore = now.advanced(by: min(doubled, maximumBackoff))
        return leased == 0 && connecting == 0 ? takeWaiters(waiters.count) : []
    }

    /// A caller was cancelled while it was connecting, which says nothing about the server.
    mutating func abandonedConnecting() -> [Waiter] {
        connecting -= 1
        return waitersToRetry()
    }

    /// The waiters that should retry when a slot may be free: the one that has waited longest, or all of them when no leased
    /// connection is left that could serve them.
    mutating func waitersToRetry() -> [Waiter] {
        takeWaiters(leased + connecting == 0 ? waiters.count : 1)
    }

    /// Returns a usable connection to the pool, or assigns it to the waiter that has waited longest. `close` is the connection when
    /// the pool is shut down.
    mutating func takeBack(_ member: Member) -> (next: Waiter?, close: Member?) {
        if isShutDown {
            leased -= 1
            return (nil, member)
        }
        if !waiters.isEmpty { return (waiters.removeFirst(), nil) }  // it is not empty
        leased -= 1
        idle.append(member)
        return (nil, nil)
    }

    /// Removes a leased connection that was closed; a waiter may open another one.
    mutating func lost() -> [Waiter] {
        leased -= 1
        return waitersToRetry()
    }

    mutating func shutDown() -> (idle: [Member], waiters: [Waiter]) {
        isShutDown = true
        defer { idle = [] }
        return (idle, takeWaiters(waiters.count))
    }

    private mutating func takeWaiters(_ count: Int) -> [Waiter] {
        let taken = waiters.prefix(max(0, count))
        waiters = Array(waiters.dropFirst(taken.count))
        return Array(taken)
    }
}
