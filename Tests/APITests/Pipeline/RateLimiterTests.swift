import Accounts
import Addresses
import Foundation
import PagoPA
import Requests
import Testing

@testable import API

@Suite struct RateLimiterTests {
    private let now = Instant(microseconds: 1_700_000_010_000_000)

    private func address(_ number: Int) -> IPAddress? {
        IPAddress("\(number >> 24 & 0x7F).\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(number & 0xFF)")
    }

    @Test func `a caller's limit applies to each minute`() {
        let limiter = RateLimiter(limitPerMinute: 3)
        let caller = RateLimiter.Caller.address(IPAddress("192.0.2.1"))

        let verdicts = (0..<5).map { _ in limiter.count(caller, at: now) }

        #expect(verdicts.map(\.isAllowed) == [true, true, true, false, false])
        #expect(verdicts.map(\.remaining) == [2, 1, 0, 0, 0])
        #expect(verdicts.allSatisfy { $0.limit == 3 && $0.resetSeconds == 30 })
        #expect(limiter.count(caller, at: now.adding(seconds: 30)).isAllowed)
    }

    @Test func `addresses of one IPv6 network of 64 bits share a counter, and names at one address have their own`() {
        let limiter = RateLimiter(limitPerMinute: 1)
        #expect(limiter.count(.address(IPAddress("2001:db8::1")), at: now).isAllowed)
        #expect(!limiter.count(.address(IPAddress("2001:db8::2")), at: now).isAllowed)
        #expect(limiter.count(.address(IPAddress("2001:db8::1"), name: "psp:ABCDITMM"), at: now).isAllowed)
    }

    @Test func `a scan from many addresses needs no more memory, and does not affect callers with a key`() {
        let limiter = RateLimiter(limitPerMinute: 100)
        let key = APIKeyID(uuid: UUID())

        // 200 000 addresses, one request each: far more than there are counters.
        for number in 0..<200_000 { _ = limiter.count(.address(address(number)), at: now) }

        #expect(limiter.addressCounters == 2 * RateLimiter.countersPerRow)
        #expect(limiter.count(.key(key), at: now).remaining == 99)
        // Addresses share counters, so each may have been charged for some others, but none goes uncounted.
        let stranger = limiter.count(.address(address(7)), at: now)
        #expect(stranger.remaining <= 98 && stranger.isAllowed)
    }

    @Test func `a few callers do not share counters`() {
        let limiter = RateLimiter(limitPerMinute: 100)
        for number in 0..<500 { _ = limiter.count(.address(address(number)), at: now) }
        let charged = (0..<500).count { limiter.count(.address(address($0)), at: now).remaining < 98 }
        #expect(charged <= 5)
    }
}
