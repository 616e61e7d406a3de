/// The pool's book-keeping: decides, touches no socket and no clock. `Member` is a connection.
struct PoolState<Member: Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Verdict: Sendable {
        case use(Member)
        /// A place is taken for a new connection; tell `connected` or `failedToConnect`.
        case connect
        case wait
        case refuse(PostgresError)
    }

    /// What a waiting caller is told.
    enum Grant: Sendable {
        case use(Member)
        /// There may be a place now: ask again.
        case askAgain
        case refuse(PostgresError)
        case cancelled
    }

    struct Waiter: Sendable {
        let id: UInt64
        let tell: @Sendable (Grant) -> Void
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
        // The server is away and nobody can hand us anything: say so at once.
        if failures > 0, leased == 0, connecting == 0 { return .refuse(lastReason) }
        return waiters.count < maximumWaiters ? .wait : .refuse(.poolExhausted)
    }

    /// After a failure one caller at a time tries, when the back-off is over; the others wait for what it finds.
    private func mayConnect(now: Instant) -> Bool {
        guard failures > 0 else { return true }
        return connecting == 0 && notBefore.map { $0 <= now } ?? true
    }

    /// False: the state has changed since the verdict, ask again.
    mutating func enqueue(_ waiter: Waiter) -> Bool {
        guard !isShutDown, idle.isEmpty, leased + connecting > 0, waiters.count < maximumWaiters else { return false }
        waiters.append(waiter)
        return true
    }

    mutating func remove(waiter id: UInt64) -> Waiter? {
        guard let index = waiters.firstIndex(where: { $0.id == id }) else { return nil }
        return waiters.remove(at: index)  // just found
    }

    /// The connection belongs to its caller now. The waiters to wake may open connections of their own.
    mutating func connected() -> [Waiter] {
        connecting -= 1
        leased += 1
        let wasDown = failures > 0
        failures = 0
        notBefore = nil
        return wasDown ? takeWaiters(maximum - size) : []
    }

    /// The waiters to refuse: all of them when no connection is left that one of them could be handed.
    mutating func failedToConnect(_ reason: PostgresError, now: Instant) -> [Waiter] {
        connecting -= 1
        failures += 1
        lastReason = reason
        let doubled = minimumBackoff * (1 << min(failures - 1, 16))
        notBefore = now.advanced(by: min(doubled, maximumBackoff))
        return leased == 0 && connecting == 0 ? takeWaiters(waiters.count) : []
    }

    /// A caller gave up while it was connecting: no verdict on the server.
    mutating func abandonedConnecting() -> [Waiter] {
        connecting -= 1
        return waitersToAskAgain()
    }

    /// Who should ask again when a place may be free: the one who waits longest; all, when nobody is left to hand them anything.
    mutating func waitersToAskAgain() -> [Waiter] {
        takeWaiters(leased + connecting == 0 ? waiters.count : 1)
    }

    /// Takes a good connection back, or hands it to the one who waits longest; the connection comes back when it is to be closed.
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

    /// A leased connection is gone; those who wait may open another.
    mutating func lost() -> [Waiter] {
        leased -= 1
        return waitersToAskAgain()
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
