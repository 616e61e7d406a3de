import Foundation
import Synchronization

/// Threads for work that blocks or computes for long, which must run neither on an event loop nor on Swift's cooperative threads.
/// Each thread creates its own resource, which no other thread uses. Jobs wait in a `FairQueue`, and a caller never waits beyond
/// its deadline.
package final class Workers<Resource>: Sendable {
    package enum Rejection: Error, Sendable, Equatable {
        /// The queue is full, in total or for this key.
        case busy
        /// The deadline passed while the job waited: the job never runs.
        case expired
        /// The deadline passed while the job ran. The job continues, and its result is discarded.
        case abandoned
        /// `stop` was called before.
        case stopped
    }

    private struct Job: Sendable {
        let run: @Sendable (Resource) -> Void
    }

    private struct State {
        var queue: FairQueue<Job>
        var lastID: UInt64 = 0
        var hasThreads = false
        var isStopped = false
    }

    /// State shared by the threads. The threads retain it but not the `Workers`, so that they end when the `Workers` is released.
    private final class Core: Sendable {
        let state: Mutex<State>
        /// Signalled once for each job that may run: when a job is added, and when the end of a job lets another one run.
        let available = DispatchSemaphore(value: 0)
        let makeResource: @Sendable () -> Resource

        init(_ limits: QueueLimits, _ makeResource: @escaping @Sendable () -> Resource) {
            state = Mutex(State(queue: FairQueue(limits)))
            self.makeResource = makeResource
        }

        private enum Step {
            case run(key: String, Job)
            case wait
            case end
        }

        func serve() {
            let resource = makeResource()
            while true {
                available.wait()
                switch step() {
                case .run(let key, let job):
                    job.run(resource)
                    if finish(key) { available.signal() }
                case .wait: continue
                case .end:
                    // This signal ends the next thread.
                    available.signal()
                    return
                }
            }
        }

        private func step() -> Step {
            state.withLock { state in
                if let (key, job) = state.queue.next() { return .run(key: key, job) }
                return state.isStopped && state.queue.waiting == 0 ? .end : .wait
            }
        }

        private func finish(_ key: String) -> Bool {
            state.withLock { state in
                state.queue.finish(key)
                return state.queue.waiting > 0 || state.isStopped
            }
        }
    }

    private let name: String
    private let threads: Int
    private let core: Core

    /// The threads start with the first job.
    /// - Parameter makeResource: called once on each thread.
    package init(
        name: String, threads: Int, limits: QueueLimits, makeResource: @escaping @Sendable () -> Resource
    ) {
        self.name = name
        self.threads = threads
        core = Core(limits, makeResource)
    }

    deinit {
        stop()
    }

    /// Rejects further jobs. The threads end after the accepted jobs have run.
    package func stop() {
        core.state.withLock { $0.isStopped = true }
        core.available.signal()
    }

    /// The number of waiting jobs.
    package var waiting: Int { core.state.withLock { $0.queue.waiting } }

    /// Runs `work` on one of the threads.
    /// - Parameters:
    /// - key: the client of the job: keys take turns, and each key has its own limits.
    /// - deadline: for waiting and running together. A job that still waits at the deadline never runs.
    /// - Throws: `Rejection`, at the deadline at the latest.
    package func run<R: Sendable>(
        for key: String, until deadline: ContinuousClock.Instant, _ work: @escaping @Sendable (Resource) -> R
    ) async throws(Rejection) -> R {
        let result: Result<R, Rejection> = await withCheckedContinuation { continuation in
            let ticket = Ticket(continuation)
            let job = Job { resource in
                guard ContinuousClock.now < deadline else { return ticket.resume(.failure(.expired)) }
                ticket.resume(.success(work(resource)))
            }
            let (added, needsThreads) = add(job, for: key)
            switch added {
            case .failure(let rejection): return ticket.resume(.failure(rejection))
            case .success(let id):
                if needsThreads { startThreads() }
                ticket.expire(at: deadline) { [core] in
                    core.state.withLock { $0.queue.remove(id: id, for: key) } ? .expired : .abandoned
                }
                core.available.signal()
            }
        }
        return try result.get()
    }

    /// Checks and adds under one lock, so that no job is added after `stop`.
    private func add(_ job: Job, for key: String) -> (Result<UInt64, Rejection>, needsThreads: Bool) {
        core.state.withLock { state in
            guard !state.isStopped else { return (.failure(.stopped), false) }
            state.lastID += 1
            guard state.queue.add(job, id: state.lastID, for: key) else { return (.failure(.busy), false) }
            defer { state.hasThreads = true }
            return (.success(state.lastID), !state.hasThreads)
        }
    }

    private func startThreads() {
        for number in 1...max(1, threads) {
            let thread = Thread { [core] in core.serve() }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    /// Resumes a caller exactly once: with the result, or at its deadline.
    private final class Ticket<R: Sendable>: Sendable {
        private struct State {
            var continuation: CheckedContinuation<Result<R, Rejection>, Never>?
            var timer: Task<Void, Never>?
        }

        private let state: Mutex<State>

        init(_ continuation: CheckedContinuation<Result<R, Rejection>, Never>) {
            state = Mutex(State(continuation: continuation))
        }

        func resume(_ result: Result<R, Rejection>) {
            let (continuation, timer) = state.withLock { state in
                defer { state = State() }
                return (state.continuation, state.timer)
            }
            timer?.cancel()
            continuation?.resume(returning: result)
        }

        /// - Parameter reason: evaluated at the deadline if the caller still waits.
        func expire(at deadline: ContinuousClock.Instant, _ reason: @escaping @Sendable () -> Rejection) {
            let timer = Task {
                do { try await Task.sleep(until: deadline, clock: .continuous) } catch { return }
                resume(.failure(reason()))
            }
            let isWaiting = state.withLock { state in
                guard state.continuation != nil else { return false }
                state.timer = timer
                return true
            }
            if !isWaiting { timer.cancel() }
        }
    }
}
