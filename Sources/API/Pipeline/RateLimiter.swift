import Accounts
import Addresses
import PagoPA
import Requests
import Synchronization

/// So many requests a minute for each caller, counted in whole minutes of the clock, in memory that does not grow with those who call.
///
/// Callers that have proved who they are have a counter each. Addresses share a fixed field of counters: each one is counted in two places,
/// and the lower place is believed. Past some tens of thousands of addresses a minute places are shared so often that a stranger may be
/// told to wait early; none is ever let through too often.
final class RateLimiter: Sendable {
    struct Verdict: Sendable, Equatable {
        let limit: Int
        let remaining: Int
        let resetSeconds: Int
        let isAllowed: Bool
    }

    enum Caller: Sendable {
        /// By its key's id.
        case key(APIKeyID)
        /// By where it calls from, and as whom it gives itself out.
        case address(IPAddress?, name: String = "")
    }

    static let placesInARow = 65_536

    /// How many counters all addresses share.
    var places: Int { state.withLock { $0.rows.count } }

    fileprivate struct State {
        var minute: Int64 = 0
        var keys: [APIKeyID: UInt32] = [:]
        var rows = [UInt32](repeating: 0, count: 2 * RateLimiter.placesInARow)
    }

    private let limitPerMinute: Int
    private let state = Mutex(State())

    init(limitPerMinute: Int) {
        self.limitPerMinute = limitPerMinute
    }

    /// - Parameter factor: how many times the limit this caller may reach.
    func count(_ caller: Caller, times factor: Int = 1, at now: Instant) -> Verdict {
        verdict(caller, factor, now, adding: 1)
    }

    /// Where a caller stands, without counting.
    func look(_ caller: Caller, at now: Instant) -> Verdict {
        verdict(caller, 1, now, adding: 0)
    }

    private func verdict(_ caller: Caller, _ factor: Int, _ now: Instant, adding: UInt32) -> Verdict {
        let limit = limitPerMinute.multipliedReportingOverflow(by: factor).overflow ? Int.max : limitPerMinute * factor
        let seconds = now.unixSeconds
        let used = state.withLock { state in
            if state.minute != seconds / 60 { state = State(minute: seconds / 60) }
            return Int(state.add(adding, to: caller))
        }
        return Verdict(
            limit: limit, remaining: max(0, limit - used), resetSeconds: Int(60 - seconds % 60),
            isAllowed: adding == 0 ? used < limit : used <= limit)
    }
}

extension RateLimiter.State {
    fileprivate mutating func add(_ count: UInt32, to caller: RateLimiter.Caller) -> UInt32 {
        switch caller {
        case .key(let id):
            let used = keys[id, default: 0] &+ count
            if count > 0 { keys[id] = used }
            return used
        case .address(let address, let name):
            // Seeded anew in each process: nobody outside knows whom one shares a place with.
            var hasher = Hasher()
            hasher.combine(address.map { Array($0.subscriber) })
            hasher.combine(name)
            let hash = UInt(bitPattern: hasher.finalize())
            let first = Int(hash % UInt(RateLimiter.placesInARow))
            let second = RateLimiter.placesInARow + Int((hash >> 32) % UInt(RateLimiter.placesInARow))
            let used = min(rows[first], rows[second]) &+ count
            rows[first] = max(rows[first], used)
            rows[second] = max(rows[second], used)
            return used
        }
    }
}
