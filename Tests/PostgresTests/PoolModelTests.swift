import TestSupport
import Testing

@testable import Postgres

/// The state machine of the pool under generated events, against a plain model of its connections and waiters.
@Suite struct PoolModelTests {
    private struct Model {
        var state: PoolState<Int>
        var now = ContinuousClock.now
        var leased: Set<Int> = []
        var connecting = 0
        var made = 0
        /// Waiters in the order in which they began to wait.
        var waiting: [UInt64] = []
        var lastWaiter: UInt64 = 0
        var refused = 0
        var served = 0
        var isShutDown = false

        init(connections: Int, waiters: Int) {
            var configuration = PoolConfiguration(url: "", maximumConnections: connections)
            configuration.maximumWaiters = waiters
            configuration.minimumBackoffMilliseconds = 100
            configuration.maximumBackoffMilliseconds = 800
            state = PoolState(configuration)
        }

        /// A caller that wants a connection.
        mutating func ask() {
            switch state.ask(now: now) {
            case .use(let member):
                let isNew = leased.insert(member).inserted
                #expect(isNew, "a connection has two users")
                served += 1
            case .connect: connecting += 1
            case .refuse: refused += 1
            case .wait:
                lastWaiter += 1
                let isQueued = state.enqueue(.init(id: lastWaiter) { _ in })
                #expect(isQueued, "a caller may neither wait nor fail")
                waiting.append(lastWaiter)
            }
        }

        /// Waiters that the pool woke: the ones that have waited longest, each of which asks again.
        mutating func retry(_ woken: [PoolState<Int>.Waiter], asksAgain: Bool = true) {
            #expect(woken.map(\.id) == Array(waiting.prefix(woken.count)), "waiters are not woken in their order")
            waiting.removeFirst(woken.count)
            if asksAgain { for _ in woken { ask() } }
        }

        mutating func step(_ random: inout SeededRandom) {
            switch Int.random(in: 0..<20, using: &random) {
            case 0..<7: ask()
            case 7..<10 where connecting > 0:
                connecting -= 1
                made += 1
                leased.insert(made)
                retry(state.connected())
            case 10..<12 where connecting > 0:
                connecting -= 1
                retry(state.failedToConnect(.unavailable(reason: "away"), now: now), asksAgain: false)
            case 12 where connecting > 0:
                connecting -= 1
                retry(state.abandonedConnecting())
            case 13..<17:
                guard let member = leased.sorted().randomElement(using: &random) else { return }
                let (next, close) = state.takeBack(member)
                if let next {
                    #expect(waiting.first == next.id && !isShutDown)
                    waiting.removeFirst()
                    served += 1
                } else {
                    leased.remove(member)
                    #expect((close == member) == isShutDown)
                }
            case 17:
                guard let member = leased.sorted().randomElement(using: &random) else { return }
                leased.remove(member)
                retry(state.lost())
            case 18:
                guard let id = waiting.randomElement(using: &random) else { return }
                let removed = [state.remove(waiter: id)?.id, state.remove(waiter: id)?.id]
                #expect(removed == [id, nil])
                waiting.removeAll { $0 == id }
            default: now = now.advanced(by: .milliseconds(Int.random(in: 0...300, using: &random)))
            }
        }

        func check() {
            #expect(state.leased == leased.count && state.connecting == connecting && state.waiting == waiting.count)
            #expect(state.size <= state.maximum && state.waiting <= state.maximumWaiters)
            #expect(Set(state.idle).count == state.idle.count && leased.isDisjoint(with: state.idle))
            // Nobody waits beside an idle connection, or without a connection that could wake them.
            #expect(waiting.isEmpty || state.idle.isEmpty && leased.count + connecting > 0)
        }
    }

    @Test(arguments: [(1, 1), (1, 5), (3, 2), (4, 100)])
    func `no event breaks a limit, loses a waiter or lends a connection twice`(connections: Int, waiters: Int) {
        var random = SeededRandom(seed: UInt64(connections * 10 + waiters))
        var served = 0
        for _ in 0..<200 {
            var model = Model(connections: connections, waiters: waiters)
            for _ in 0..<60 {
                model.step(&random)
                model.check()
            }
            let (idle, woken) = model.state.shutDown()
            #expect(woken.map(\.id) == model.waiting && model.leased.isDisjoint(with: idle))
            model.waiting = []
            model.isShutDown = true
            for member in model.leased {
                let closed = model.state.takeBack(member).close
                #expect(closed == member)
            }
            if case .refuse = model.state.ask(now: model.now) {} else { Issue.record("a caller was let in") }
            #expect(model.state.size == model.connecting && model.state.idle.isEmpty)
            served += model.served
        }
        #expect(served > 200)
    }

    @Test func `after an outage of any length a caller connects as soon as the longest back-off has passed`() {
        var random = SeededRandom(seed: 5)
        for failures in 1...40 {
            var model = Model(connections: 2, waiters: 2)
            for _ in 0..<failures {
                if case .connect = model.state.ask(now: model.now) {
                    _ = model.state.failedToConnect(.unavailable(reason: "away"), now: model.now)
                }
                model.now = model.now.advanced(by: .milliseconds(Int.random(in: 0...900, using: &random)))
            }
            model.now = model.now.advanced(by: .milliseconds(800))
            if case .connect = model.state.ask(now: model.now) {} else { Issue.record("after \(failures) failures") }
        }
    }
}

@Suite struct PreparedStatementsTests {
    @Test func `the statements used last stay prepared, and each of the others is deallocated once`() {
        var random = SeededRandom(seed: 6)
        let texts: [SQL] = [
            "SELECT 0", "SELECT 1", "SELECT 2", "SELECT 3", "SELECT 4", "SELECT 5", "SELECT 6", "SELECT 7", "SELECT 8",
            "SELECT 9", "SELECT 10", "SELECT 11",
        ]
        for capacity in [1, 3, 8] {
            var statements = PreparedStatements(capacity: capacity)
            /// From the least to the most recently used.
            var recent: [(key: StatementKey, name: String)] = []
            var deallocated: [String] = []
            for _ in 0..<500 {
                guard let key = texts.randomElement(using: &random)?.key() else { continue }
                let known = recent.firstIndex { $0.key == key }
                let name = statements.name(of: key)
                #expect(name == known.map { recent[$0].name })
                if let known {
                    recent.append(recent.remove(at: known))
                } else if Int.random(in: 0..<10, using: &random) == 0, let oldest = recent.first {
                    statements.forget(oldest.key)
                    recent.removeFirst()
                } else {
                    if recent.count == capacity { deallocated.append(recent.removeFirst().name) }
                    let name = statements.add(key)
                    #expect(!deallocated.contains(name) && !recent.contains { $0.name == name })
                    recent.append((key, name))
                }
                #expect(statements.count == recent.count && statements.namesToDeallocate == deallocated)
                if Int.random(in: 0..<5, using: &random) == 0, let done = deallocated.first {
                    statements.deallocated(done)
                    deallocated.removeFirst()
                }
            }
            statements.forgetAll()
            #expect(statements.count == 0)
            #expect(Set(statements.namesToDeallocate) == Set(deallocated + recent.map(\.name)))
        }
    }
}
