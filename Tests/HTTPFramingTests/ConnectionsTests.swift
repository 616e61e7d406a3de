import Addresses
import TestSupport
import Testing

@testable import HTTPFraming

@Suite struct ConnectionsTests {
    @Test func `an address has its limit, and a released connection makes room`() throws {
        let connections = Connections(maximumPerAddress: 2, exempting: .none)
        let first = try #require(connections.acquire(for: "192.0.2.1"))
        _ = try #require(connections.acquire(for: "192.0.2.1"))
        #expect(connections.acquire(for: "192.0.2.1") == nil)
        #expect(connections.acquire(for: "::ffff:192.0.2.1") == nil, "the same address")
        #expect(connections.acquire(for: "192.0.2.2") != nil)
        connections.release(first)
        #expect(connections.acquire(for: "192.0.2.1") != nil)
        #expect(connections.count == 3)
    }

    @Test func `addresses of one IPv6 network of 64 bits share a limit`() throws {
        let connections = Connections(maximumPerAddress: 1, exempting: .none)
        #expect(connections.acquire(for: "2001:db8::1") != nil)
        #expect(connections.acquire(for: "2001:db8::2") == nil)
        #expect(connections.acquire(for: "2001:db8:0:1::1") != nil)
    }

    @Test func `trusted proxies and connections without an address are counted but not limited`() throws {
        let connections = Connections(maximumPerAddress: 1, exempting: try TrustedProxies("10.0.0.0/8"))
        for _ in 0..<5 {
            #expect(connections.acquire(for: "10.1.2.3") != nil)
            #expect(connections.acquire(for: nil) != nil)
            #expect(connections.acquire(for: "unknown") != nil)
        }
        #expect(connections.count == 15)
    }

    @Test(arguments: 0..<50 as Range<UInt64>) func `no sequence of connections exceeds a limit or loses a count`(
        seed: UInt64
    ) throws {
        var random = SeededRandom(seed: seed)
        let connections = Connections(maximumPerAddress: 3, exempting: .none)
        var open: [(address: String, slot: Connections.Slot)] = []
        for _ in 0..<200 {
            if Bool.random(using: &random), let index = open.indices.randomElement(using: &random) {
                connections.release(open.remove(at: index).slot)
            } else {
                let address = "192.0.2.\(Int.random(in: 1...4, using: &random))"
                let before = open.count { $0.address == address }
                let slot = connections.acquire(for: address)
                #expect((slot == nil) == (before == 3))
                if let slot { open.append((address, slot)) }
            }
            #expect(connections.count == open.count)
        }
    }
}
