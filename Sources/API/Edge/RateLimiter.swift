import PagoPA
import Synchronization

/// So many requests a minute for each caller, counted in whole minutes of the clock.
final class RateLimiter: Sendable {
    struct Verdict: Sendable, Equatable {
        let limit: Int
        let remaining: Int
        let resetSeconds: Int
        let isAllowed: Bool
    }

    private struct State {
        var minute: Int64 = 0
        var counts: [String: Int] = [:]
    }

    private let limitPerMinute: Int
    private let state = Mutex(State())

    init(limitPerMinute: Int) {
        self.limitPerMinute = limitPerMinute
    }

    func count(_ caller: String, at now: Instant) -> Verdict {
        let seconds = now.unixSeconds
        let used = state.withLock { state in
            if state.minute != seconds / 60 { state = State(minute: seconds / 60) }
            state.counts[caller, default: 0] += 1
            return state.counts[caller] ?? 1
        }
        return Verdict(
            limit: limitPerMinute, remaining: max(0, limitPerMinute - used), resetSeconds: Int(60 - seconds % 60),
            isAllowed: used <= limitPerMinute)
    }
}
