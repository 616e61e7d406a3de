import CLibPQ
import Foundation
import Synchronization

/// Waits for sockets and for moments in time, for everyone in the process, on one thread of its own.
///
/// Tasks call libpq themselves (it never blocks) and come here only to wait, so a thousand waiting queries hold no thread, and
/// this thread does no work but waking. One-shot epoll was taken over Dispatch sources: a wait costs one `epoll_ctl` and one
/// wake-up, where a source costs a queue hop and its own cancellation dance each time; and a query's answer usually needs
/// exactly one wait.
final class Reactor: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Outcome: Sendable {
        case ready
        case deadlinePassed
        case cancelled
        /// The descriptor cannot be waited for.
        case refused
    }

    struct Interest: OptionSet, Sendable {
        let rawValue: UInt32
        static let read = Interest(rawValue: quietanza_epoll_read())
        static let write = Interest(rawValue: quietanza_epoll_write())
    }

    /// Where the process does not even get two descriptors at its start, every wait is refused.
    static let shared = Reactor()

    private struct Waiter {
        let deadline: Instant
        let wake: @Sendable (Outcome) -> Void
    }

    private struct State {
        var waiters: [UInt64: Waiter] = [:]
        var lastID: UInt64 = 0
        /// No deadline is before this, so the thread need not look earlier; nil: it sleeps until something happens.
        var nextLook: Instant?
        var hasWoken = false

        mutating func newID() -> UInt64 {
            lastID += 1
            return lastID
        }
    }

    private let epoll: Int32
    private let doorbell: Int32
    private let state = Mutex(State())

    private init() {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        doorbell = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard epoll >= 0, doorbell >= 0 else { return }
        var event = epoll_event(events: Interest.read.rawValue, data: epoll_data_t(u64: 0))
        epoll_ctl(epoll, EPOLL_CTL_ADD, doorbell, &event)
        let thread = Thread { [unowned self] in run() }
        thread.name = "postgres-reactor"
        thread.start()
    }

    /// Suspends until `descriptor` is ready, the deadline passes (observed within milliseconds), or the task is cancelled.
    /// `shielded` waits do not see cancellation. One wait for a descriptor at a time.
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
                // A cancellation from before the registration found nobody to wake.
                if Task.isCancelled { finish(id, .cancelled) }
            }
        } onCancel: {
            finish(id, .cancelled)
        }
    }

    /// Suspends until the deadline; false when the task was cancelled before.
    func sleep(until deadline: Instant) async -> Bool {
        await wait(for: .read, on: -1, until: deadline, shielded: false) == .deadlinePassed
    }

    /// Calls `action` at the deadline, unless the returned timer is forgotten before.
    func schedule(at deadline: Instant, _ action: @escaping @Sendable () -> Void) -> UInt64 {
        let id = state.withLock { $0.newID() }
        register(id, .read, -1, deadline) { outcome in
            if outcome == .deadlinePassed { action() }
        }
        return id
    }

    func forget(timer id: UInt64) {
        finish(id, .cancelled)
    }

    private func register(
        _ id: UInt64, _ interest: Interest, _ descriptor: Int32, _ deadline: Instant,
        wake: @escaping @Sendable (Outcome) -> Void
    ) {
        let mustRing = state.withLock { state in
            state.waiters[id] = Waiter(deadline: deadline, wake: wake)
            if let next = state.nextLook, next <= deadline { return false }
            state.nextLook = deadline
            return true
        }
        if descriptor >= 0, !arm(id, interest, descriptor) { return finish(id, .refused) }
        if mustRing { ring() }
    }

    /// libpq opens and closes its sockets as it likes, and the kernel forgets a closed one by itself: so change, else add.
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

    private func ring() {
        var one: UInt64 = 1
        _ = write(doorbell, &one, MemoryLayout<UInt64>.size)
    }

    // MARK: - On the reactor's thread

    private func run() {
        var events = [epoll_event](repeating: epoll_event(), count: 128)
        while true {
            let count = epoll_wait(epoll, &events, Int32(clamping: events.count), millisecondsToNextLook())
            var woken: [(Waiter, Outcome)] = []
            if count > 0 { takeReady(events[0..<Int(count)], into: &woken) }
            takeOverdue(into: &woken)
            for (waiter, outcome) in woken { waiter.wake(outcome) }
        }
    }

    private func millisecondsToNextLook() -> Int32 {
        guard let next = state.withLock({ $0.nextLook }) else { return -1 }
        let left = next - .now
        guard left > .zero else { return 0 }
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
    }

    private func takeReady(_ events: ArraySlice<epoll_event>, into woken: inout [(Waiter, Outcome)]) {
        state.withLock { state in
            for event in events {
                if event.data.u64 == 0 {
                    var rings: UInt64 = 0
                    _ = read(doorbell, &rings, MemoryLayout<UInt64>.size)
                } else if let waiter = state.waiters.removeValue(forKey: event.data.u64) {
                    state.hasWoken = true
                    woken.append((waiter, .ready))
                }
            }
        }
    }

    /// Looks at all deadlines, but only when one may have passed. While there is traffic the next look is at most a second
    /// away, so that new waits, whose deadlines are later, need not ring the bell.
    private func takeOverdue(into woken: inout [(Waiter, Outcome)]) {
        let now = Instant.now
        state.withLock { state in
            guard let next = state.nextLook, next <= now else { return }
            for (id, waiter) in state.waiters where waiter.deadline <= now {
                state.waiters[id] = nil
                woken.append((waiter, .deadlinePassed))
            }
            let nearest = state.waiters.values.lazy.map(\.deadline).min()
            let soon = state.hasWoken ? now.advanced(by: .seconds(1)) : nil
            state.hasWoken = false
            state.nextLook = [nearest, soon].compactMap { $0 }.min()
        }
    }
}
