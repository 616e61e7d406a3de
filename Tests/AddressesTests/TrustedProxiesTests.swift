import Addresses
import Testing

@Suite struct TrustedProxiesTests {
    private func client(_ peer: String, _ xForwardedFor: String?, _ forwarded: String? = nil) throws -> String {
        let proxies = try TrustedProxies("10.0.0.0/8, fd00::/8")
        let address = try #require(IPAddress(peer))
        return "\(proxies.client(peer: address, xForwardedFor: xForwardedFor, forwarded: forwarded))"
    }

    @Test func `only a trusted proxy's header is used`() throws {
        #expect(try client("203.0.113.9", "1.2.3.4") == "203.0.113.9")
        #expect(try client("203.0.113.9", nil, "for=1.2.3.4") == "203.0.113.9")
        #expect(try client("10.0.0.1", "1.2.3.4") == "1.2.3.4")
        #expect(try client("10.0.0.1", nil, "for=1.2.3.4;proto=https") == "1.2.3.4")
        #expect(try client("fd00::1", "1.2.3.4") == "1.2.3.4")
        #expect(try client("10.0.0.1", nil) == "10.0.0.1")
    }

    @Test func `addresses that a client puts before its own have no effect`() throws {
        #expect(try client("10.0.0.1", "9.9.9.9, 1.2.3.4") == "1.2.3.4")
        #expect(try client("10.0.0.1", "9.9.9.9, 10.9.9.9, 1.2.3.4, 10.0.0.2") == "1.2.3.4")
        #expect(try client("10.0.0.1", nil, "for=9.9.9.9, for=1.2.3.4, for=10.0.0.2") == "1.2.3.4")
        #expect(try client("10.0.0.1", "x, 1.2.3.4") == "1.2.3.4")
        #expect(try client("10.0.0.1", "1.2.3.4, unknown") == "10.0.0.1")
        #expect(try client("10.0.0.1", "1.2.3.4,") == "10.0.0.1")
        #expect(try client("10.0.0.1", "9.9.9.9", "for=1.2.3.4") == "10.0.0.1")
        #expect(try client("10.0.0.1", "1.2.3.4", "for=1.2.3.4") == "1.2.3.4")
    }

    @Test func `addresses are parsed with port, brackets and quotes`() throws {
        #expect(try client("10.0.0.1", "1.2.3.4:5678") == "1.2.3.4")
        #expect(try client("10.0.0.1", "2001:db8::1") == "2001:db8::1")
        #expect(try client("10.0.0.1", "[2001:db8::1]:443") == "2001:db8::1")
        #expect(try client("10.0.0.1", nil, "for=\"[2001:db8::1]:443\"") == "2001:db8::1")
        #expect(try client("10.0.0.1", nil, "For=_hidden") == "10.0.0.1")
        #expect(try client("10.0.0.1", nil, "by=1.2.3.4") == "10.0.0.1")
    }

    @Test func `the network of a client is an IPv4 address or 64 bits of IPv6`() throws {
        let group = { (text: String) in IPAddress(text)?.subscriber }
        #expect(group("2001:db8:1:2::1") == group("2001:db8:1:2:ffff::9"))
        #expect(group("2001:db8:1:2::1") != group("2001:db8:1:3::1"))
        #expect(group("192.0.2.1") == group("::ffff:192.0.2.1"))
        #expect(group("192.0.2.1") != group("192.0.2.2"))
    }

    @Test(arguments: ["10.0.0.1/33", "10.0.0/8", "ten/8", "10.0.0.0", "::/129", "10.0.0.0/-1"])
    func `a list with an invalid entry is rejected`(list: String) {
        #expect(throws: TrustedProxies.Malformed.self) { try TrustedProxies("127.0.0.0/8,\(list)") }
    }
}
