import Accounts
import Addresses
import PagoPA
import Requests
import Synchronization

/// Limits the requests of each caller in each minute of the clock. Its memory does not grow with the number of callers.
///
/// Each API key has its own counter. Addresses share a fixed number of counters (a count-min sketch with two rows): each address is counted
/// in one counter of each row, and the lower one counts. With more than some tens of thousands of addresses a minute, counters are shared
/// so often that an address may be rejected early; none is ever allowed too many requests.
final class RateLimiter: Sendable {
    struct Verdict: Sendable, Equatable {
        let limit: Int
        let remaining: Int
        let resetSeconds: Int
        let isAllowed: Bool
    }

    enum Caller: Sendable {
        /// An API key.
        case key(APIKeyID)
        /// An address; the name separates callers that share it.
        case address(IPAddress?, name: String = "")
    }

    static let countersPerRow = 65_536

    /// How many counters all addresses share.
    var addressCounters: Int { state.withLock { $0.rows.count } }

    fileprivate struct State {
        var minute: Int64 = 0
        var keys: [APIKeyID: UInt32] = [:]
        var rows = [UInt32](repeating: 0, count: 2 * RateLimiter.countersPerRow)
    }

    private let limitPerMinute: Int
    private let state = Mutex(State())

    init(limitPerMinute: Int) {
        self.limitPerMinute = limitPerMinute
    }

    /// - Parameter factor: multiplies the limit for this caller.
    func count(_ caller: Caller, times factor: Int = 1, at now: Instant) -> Verdict {
        verdict(caller, factor, now, adding: 1)
    }

    /// The caller's verdict without counting a request.
    func peek(_ caller: Caller, at now: Instant) -> Verdict {
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
            // The hash is seeded in each process, so that attackers do not know which addresses share a counter.
            var hasher = Hasher()
            hasher.combine(address.map { Array($0.subscriber) })
            hasher.combine(name)
            let hash = UInt(bitPattern: hasher.finalize())
            let first = Int(hash % UInt(RateLimiter.countersPerRow))
            let second = RateLimiter.countersPerRow + Int((hash >> 32) % UInt(RateLimiter.countersPerRow))
            let used = min(rows[first], rows[second]) &+ count
            rows[first] = max(rows[first], used)
            rows[second] = max(rows[second], used)
            return used
        }
    }
}
