import Testing

@testable import Postgres

@Suite struct PoolStateTests {
    private typealias State = PoolState<String>
    private let start = ContinuousClock.now

    private static func state(connections: Int, waiters: Int = 10) -> State {
        var configuration = PoolConfiguration(url: "", maximumConnections: connections)
        configuration.maximumWaiters = waiters
        configuration.minimumBackoffMilliseconds = 100
        configuration.maximumBackoffMilliseconds = 400
        return State(configuration)
    }

    private static func word(_ state: inout State, _ now: ContinuousClock.Instant) -> String {
        switch state.ask(now: now) {
        case .use(let member): "use \(member)"
        case .connect: "connect"
        case .wait: "wait"
        case .refuse(let error): "refuse: \(error)"
        }
    }

    @Test func `idle connections are used before new ones, the most recent first`() {
        var state = Self.state(connections: 3)
        _ = state.ask(now: start)
        _ = state.connected()
        _ = state.ask(now: start)
        _ = state.connected()
        _ = state.takeBack("a")
        _ = state.takeBack("b")

        let words = (0..<4).map { _ in Self.word(&state, start) }

        #expect(words == ["use b", "use a", "connect", "wait"])
    }

    @Test func `while the server is unavailable one caller connects after each back-off and the others fail or wait`() {
        var state = Self.state(connections: 3)
        let away = PostgresError.unavailable(reason: "away")
        _ = state.ask(now: start)
        _ = state.failedToConnect(away, now: start)

        let early = Self.word(&state, start.advanced(by: .milliseconds(99)))
        #expect(early == "refuse: \(away)")
        let first = Self.word(&state, start.advanced(by: .milliseconds(100)))
        #expect(first == "connect")
        let second = Self.word(&state, start.advanced(by: .milliseconds(100)))
        #expect(second == "wait")
    }

    @Test func `the back-off doubles up to its limit and ends after a success`() {
        var state = Self.state(connections: 1)
        let away = PostgresError.unavailable(reason: "away")
        var now = start

        for pause in [100, 200, 400, 400] {
            let attempt = Self.word(&state, now)
            #expect(attempt == "connect")
            _ = state.failedToConnect(away, now: now)
            let tooSoon = Self.word(&state, now.advanced(by: .milliseconds(pause - 1)))
            #expect(tooSoon == "refuse: \(away)")
            now = now.advanced(by: .milliseconds(pause))
        }
        _ = state.ask(now: now)
        _ = state.connected()
        _ = state.lost()

        let afterwards = Self.word(&state, now)
        #expect(afterwards == "connect")
    }

    @Test func `waiters get returned connections directly and in order`() {
        var state = Self.state(connections: 1)
        _ = state.ask(now: start)
        _ = state.connected()
        let waiters = Waiters()
        for id in 1...2 { _ = state.enqueue(waiters.waiter(UInt64(id))) }

        let (next, close) = state.takeBack("a")

        #expect(next?.id == 1)
        #expect(close == nil)
        #expect(state.leased == 1)
        #expect(state.idle == [])
    }

    @Test func `all waiters retry when the last connection is lost`() {
        var state = Self.state(connections: 1)
        _ = state.ask(now: start)
        _ = state.connected()
        let waiters = Waiters()
        for id in 1...3 { _ = state.enqueue(waiters.waiter(UInt64(id))) }

        let asked = state.lost().map(\.id)
        #expect(asked == [1, 2, 3])
        #expect(state.waiting == 0)
    }

    @Test func `callers beyond the limit of waiters are rejected`() {
        var state = Self.state(connections: 1, waiters: 1)
        _ = state.ask(now: start)
        _ = state.connected()
        _ = state.enqueue(Waiters().waiter(1))

        let verdict = Self.word(&state, start)
        #expect(verdict == "refuse: \(PostgresError.poolExhausted)")
        let isQueued = state.enqueue(Waiters().waiter(2))
        #expect(!isQueued)
    }

    @Test func `the pool has no connections after the shutdown`() {
        var state = Self.state(connections: 2)
        _ = state.ask(now: start)
        _ = state.connected()

        _ = state.shutDown()

        let asked = state.takeBack("a").close
        #expect(asked == "a")
        #expect(state.size == 0)
        if case .refuse = state.ask(now: start) {} else { Issue.record("a caller was let in") }
    }
}

private final class Waiters: Sendable {
    func waiter(_ id: UInt64) -> PoolState<String>.Waiter { .init(id: id) { _ in } }
}
