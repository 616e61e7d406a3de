import Dispatch
import Synchronization
import Testing

@testable import Workers

@Suite struct WorkersTests {
    private static let limits = QueueLimits(waiting: 100, waitingPerKey: 100, runningPerKey: 100)
    private static var later: ContinuousClock.Instant { .now + .seconds(60) }

    private func workers(_ threads: Int = 1, _ limits: QueueLimits = limits) -> Workers<Void> {
        Workers(name: "test", threads: threads, limits: limits) {}
    }

    private static func outcome(_ work: () async throws(Workers<Void>.Rejection) -> Void) async
        -> Workers<Void>.Rejection?
    {
        do {
            try await work()
            return nil
        } catch { return error }
    }

    /// The jobs that ran, in order.
    private final class Record: Sendable {
        private let entries = Mutex<[String]>([])

        func add(_ entry: String) { entries.withLock { $0.append(entry) } }
        var all: [String] { entries.withLock(\.self) }
    }

    /// Occupies one thread until `release`.
    private final class Plug: Sendable {
        private let gate = DispatchSemaphore(value: 0)
        private let started = DispatchSemaphore(value: 0)
        private let task: Task<Void, any Error>

        init(_ workers: Workers<Void>, key: String = "plug") {
            let (gate, started) = (gate, started)
            task = Task {
                try await workers.run(for: key, until: later) { _ in
                    started.signal()
                    gate.wait()
                }
            }
        }

        /// Waits until the thread is occupied.
        func sits() async {
            await withCheckedContinuation { done in
                DispatchQueue.global().async { [started] in
                    started.wait()
                    done.resume()
                }
            }
        }

        func release() async throws {
            gate.signal()
            try await task.value
        }
    }

    @Test func `a job whose deadline passes while it waits is rejected then, and never runs`() async throws {
        let workers = workers()
        defer { workers.stop() }
        let plug = Plug(workers)
        await plug.sits()
        let ran = Record()

        await #expect(throws: Workers<Void>.Rejection.expired) {
            try await workers.run(for: "a", until: .now + .milliseconds(50)) { _ in ran.add("a") }
        }

        try await plug.release()
        #expect(try await workers.run(for: "a", until: Self.later) { _ in 7 } == 7)
        #expect(ran.all.isEmpty)
    }

    @Test func `a caller is released at its deadline though its job runs on`() async throws {
        let workers = workers()
        let gate = DispatchSemaphore(value: 0)
        var rejection: Workers<Void>.Rejection?
        var patience = Duration.milliseconds(50)
        repeat {
            rejection = await Self.outcome { () throws(Workers<Void>.Rejection) in
                try await workers.run(for: "a", until: .now + patience) { _ in gate.wait() }
            }
            patience *= 2
            // On a busy machine the thread may begin after the deadline: then the job never runs.
        } while rejection == .expired
        #expect(rejection == .abandoned)
        gate.signal()
        #expect(try await workers.run(for: "a", until: Self.later) { _ in 7 } == 7)
        workers.stop()
    }

    @Test func `a key whose jobs all hang leaves threads for other keys, and its further jobs are rejected`()
        async throws
    {
        let workers = workers(3, .init(waiting: 100, waitingPerKey: 1, runningPerKey: 2))
        defer { workers.stop() }
        var plugs: [Plug] = []
        for _ in 0..<2 {
            let plug = Plug(workers, key: "hangs")
            await plug.sits()
            plugs.append(plug)
        }
        let third = Task { try await workers.run(for: "hangs", until: Self.later) { _ in } }
        while workers.waiting == 0 { await Task.yield() }

        await #expect(throws: Workers<Void>.Rejection.busy) {
            try await workers.run(for: "hangs", until: Self.later) { _ in }
        }
        for number in 0..<20 {
            #expect(try await workers.run(for: "good", until: Self.later) { _ in number } == number)
        }

        for plug in plugs { try await plug.release() }
        try await third.value
    }

    @Test func `jobs of many keys run in turns, not in the order of arrival`() async throws {
        let workers = workers()
        defer { workers.stop() }
        let plug = Plug(workers)
        await plug.sits()
        let order = Record()
        var jobs: [Task<Void, any Error>] = []
        for key in [String](repeating: "flood", count: 30) + ["b", "c"] {
            let before = workers.waiting
            jobs.append(Task { try await workers.run(for: key, until: Self.later) { _ in order.add(key) } })
            while workers.waiting == before { await Task.yield() }
        }

        try await plug.release()
        for job in jobs { try await job.value }

        #expect(order.all.prefix(3) == ["flood", "b", "c"])
    }

    /// `stop` with many concurrent callers: each gets its result or an error, and none waits forever.
    @Test func `stopping loses no job`() async throws {
        for _ in 0..<200 {
            let workers = workers(2)
            let ran = Record()
            let results = await withTaskGroup(of: Bool.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        if number == 10 { workers.stop() }
                        let result = await Self.outcome { () async throws(Workers<Void>.Rejection) in
                            try await workers.run(for: "k\(number % 3)", until: Self.later) { _ in ran.add("") }
                        }
                        #expect(result == nil || result == .stopped)
                        return result == nil
                    }
                }
                return await group.reduce(into: [Bool]()) { $0.append($1) }
            }
            #expect(results.filter(\.self).count == ran.all.count)
        }
    }

    @Test func `each thread creates its own resource and uses no other`() async throws {
        final class Resource {}
        let made = Mutex(0)
        let workers = Workers(name: "test", threads: 2, limits: Self.limits) {
            made.withLock { $0 += 1 }
            return Resource()
        }
        defer { workers.stop() }
        let seen = try await withThrowingTaskGroup(of: ObjectIdentifier.self) { group in
            for number in 0..<50 {
                group.addTask { try await workers.run(for: "\(number)", until: Self.later) { ObjectIdentifier($0) } }
            }
            return try await group.reduce(into: Set<ObjectIdentifier>()) { $0.insert($1) }
        }
        #expect(seen.count <= 2 && made.withLock { $0 <= 2 })
    }

    @Test func `a key holds no more than its share of the permits and releases them`() {
        let permits = Permits(total: 8, perKey: 2)
        #expect(permits.take(for: "a") && permits.take(for: "a") && !permits.take(for: "a"))
        #expect(permits.take(for: "b"))
        permits.giveBack("a")
        #expect(permits.take(for: "a"))
        for key in ["b", "c", "c", "d", "d"] { #expect(permits.take(for: key)) }
        #expect(!permits.take(for: "e"))
        permits.giveBack("unknown")
        #expect(!permits.take(for: "e"))
        permits.giveBack("d")
        #expect(permits.take(for: "e"))
    }
}
