import CLibPQ
import Foundation
import Synchronization

/// Waits for sockets and deadlines on one thread, for all tasks of the process.
///
/// Tasks call libpq themselves, because it never blocks, and use the reactor only to wait. So waiting queries block no thread, and
/// this thread only resumes tasks. We chose one-shot epoll over Dispatch sources: one wait costs one `epoll_ctl` and one wake-up,
/// while a source costs a queue hop and asynchronous cancellation each time, and a query usually needs exactly one wait.
final class Reactor: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Outcome: Sendable {
        case ready
        case deadlinePassed
        case cancelled
        /// epoll does not accept the descriptor.
        case refused
    }

    struct Interest: OptionSet, Sendable {
        let rawValue: UInt32
        static let read = Interest(rawValue: quietanza_epoll_read())
        static let write = Interest(rawValue: quietanza_epoll_write())
    }

    /// If the process cannot open two descriptors at its start, every wait ends with `.refused`.
    static let shared = Reactor()

    private struct Waiter {
        let deadline: Instant
        let wake: @Sendable (Outcome) -> Void
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
        /// The next time at which the thread checks deadlines; none is earlier. When nil, the thread sleeps until it is woken.
        var nextCheck: Instant?
        var hasWoken = false

        mutating func newID() -> UInt64 {
            lastID += 1
            return lastID
        }
    }

    private let epoll: Int32
    private let wakeUpDescriptor: Int32
    private let state = Mutex(State())

    private init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        wakeUpDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard epoll >= 0, wakeUpDescriptor >= 0 else { return }
        var event = epoll_event(events: Interest.read.rawValue, data: epoll_data_t(u64: 0))
        epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUpDescriptor, &event)
        let thread = Thread { [unowned self] in run() }
        thread.name = "postgres-reactor"
        thread.start()
    }

    /// Suspends until `descriptor` is ready, the deadline passes (observed within milliseconds), or the task is cancelled.
    /// `shielded` waits ignore cancellation. A descriptor allows only one wait at a time.
    func wait(
        for interest: Interest, on descriptor: Int32, until deadline: Instant, shielded: Bool,
        isolation: isolated (any Actor)? = #isolation
    ) async -> Outcome {
        let id = state.withLock { $0.newID() }
        if shielded {
            return await withCheckedContinuation { continuation in
                register(id, interest, descriptor, deadline) { continuation.resume(returning: $0) }
            }
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                register(id, interest, descriptor, deadline) { continuation.resume(returning: $0) }
                // A cancellation before the registration found no waiter to resume, so check again.
                if Task.isCancelled { finish(id, .cancelled) }
            }
        } onCancel: {
            finish(id, .cancelled)
        }
    }

    /// Suspends until the deadline. Returns false when the task was cancelled earlier.
    func sleep(until deadline: Instant) async -> Bool {
        await wait(for: .read, on: -1, until: deadline, shielded: false) == .deadlinePassed
    }

    /// Calls `action` at the deadline, unless the caller cancels the returned timer first.
    func schedule(at deadline: Instant, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let id = state.withLock { $0.newID() }
        register(id, .read, -1, deadline) { outcome in
            if outcome == .deadlinePassed { action() }
        }
        return id
    }

    func cancel(timer id: UInt64) {
        finish(id, .cancelled)
    }

    private func register(
        _ id: UInt64, _ interest: Interest, _ descriptor: Int32, _ deadline: Instant,
        wake: @escaping @Sendable (Outcome) -> Void
    ) {
        let mustWake = state.withLock { state in
            state.waiters[id] = Waiter(deadline: deadline, wake: wake)
            if let next = state.nextCheck, next <= deadline { return false }
            state.nextCheck = deadline
            return true
        }
        if descriptor >= 0, !arm(id, interest, descriptor) { return finish(id, .refused) }
        if mustWake { wakeThread() }
    }

    /// libpq opens and closes sockets at any time, and the kernel removes a closed socket from epoll. So modify the registration
    /// first, and add it if there is none.
    private func arm(_ id: UInt64, _ interest: Interest, _ descriptor: Int32) -> Bool {
        var event = epoll_event(
            events: interest.rawValue | quietanza_epoll_once(), data: epoll_data_t(u64: id))
        if epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) == 0 { return true }
        return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) == 0
    }

    private func finish(_ id: UInt64, _ outcome: Outcome) {
        let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
        waiter?.wake(outcome)
    }

    private func wakeThread() {
        var one: UInt64 = 1
        _ = write(wakeUpDescriptor, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: - Runs on the reactor's thread

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 128)
        while true {
            let count = epoll_wait(epoll, &events, Int32(clamping: events.count), millisecondsToNextCheck())
            var woken: [(Waiter, Outcome)] = []
            if count > 0 { collectReady(events[0..<Int(count)], into: &woken) }
            collectOverdue(into: &woken)
            for (waiter, outcome) in woken { waiter.wake(outcome) }
        }
    }

    private func millisecondsToNextCheck() -> Int32 {
        guard let next = state.withLock({ $0.nextCheck }) else { return -1 }
        let left = next - .now
        guard left > .zero else { return 0 }
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func collectReady(_ events: ArraySlice<epoll_event>, into woken: inout [(Waiter, Outcome)]) {
        state.withLock { state in
            for event in events {
                if event.data.u64 == 0 {
                    var wakeUps: UInt64 = 0
                    _ = read(wakeUpDescriptor, &wakeUps, MemoryLayout<UInt64>.size)
                } else if let waiter = state.waiters.removeValue(forKey: event.data.u64) {
                    state.hasWoken = true
                    woken.append((waiter, .ready))
                }
            }
        }
    }

    /// Checks all deadlines, but only when one may have passed. During traffic the next check is at most one second away, so that
    /// new waits with later deadlines need not wake the thread.
    private func collectOverdue(into woken: inout [(Waiter, Outcome)]) {
        let now = Instant.now
        state.withLock { state in
            guard let next = state.nextCheck, next <= now else { return }
            for (id, waiter) in state.waiters where waiter.deadline <= now {
                state.waiters[id] = nil
                woken.append((waiter, .deadlinePassed))
            }
            let nearest = state.waiters.values.lazy.map(\.deadline).min()
            let soon = state.hasWoken ? now.advanced(by: .seconds(1)) : nil
            state.hasWoken = false
            state.nextCheck = [nearest, soon].compactMap { $0 }.min()
        }
    }
}
