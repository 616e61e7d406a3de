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

    /// - Parameter factor: how many times the limit this caller may reach.
    func count(_ caller: String, times factor: Int, at now: Instant) -> Verdict {
        let limit = limitPerMinute.multipliedReportingOverflow(by: factor).overflow ? Int.max : limitPerMinute * factor
        let seconds = now.unixSeconds
        let used = state.withLock { state in
            if state.minute != seconds / 60 { state = State(minute: seconds / 60) }
            state.counts[caller, default: 0] += 1
            return state.counts[caller] ?? 1
        }
        return Verdict(
            limit: limit, remaining: max(0, limit - used), resetSeconds: Int(60 - seconds % 60),
            isAllowed: used <= limit)
    }
}
