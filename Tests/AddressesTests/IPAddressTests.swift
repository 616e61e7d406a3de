import Addresses
import TestSupport
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:201", "192.0.2.1"), ("2001:DB8:0:0:0::1", "2001:db8::1"),
        ("::", "::"), ("::1", "::1"), ("2001:db8:0:1:0:0:0:1", "2001:db8:0:1::1"), ("::192.0.2.1", "::192.0.2.1"),
    ])
    func `an address is parsed in every spelling and printed in one`(text: String, printed: String) throws {
        let address = try #require(IPAddress(text))
        #expect("\(address)" == printed)
        #expect(IPAddress(printed) == address)
    }

    @Test(arguments: [
        "", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4/8", " 1.2.3.4", "1.2.3.4 ", "1.2.3.4\n",
        "0x1.2.3.4", "1.2.3.-4", "1..2.3", "１.2.3.4", "1.2.3.4\u{0}", "::1\u{0}::", "[::1]", "::1::", ":::", "1:2:3",
        "1:2:3:4:5:6:7:8:9", "fe80::1%eth0", "12345::", "g::1", "::1.2.3", "localhost",
    ])
    func `any other text is not an address`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: 0..<300 as Range<UInt64>) func `every address is parsed as it was printed`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let address = try #require(IPAddress(Self.text(&random)))
        #expect(IPAddress("\(address)") == address)
    }

    /// An IPv4 address, or an IPv6 address with many groups of zero.
    static func text(_ random: inout SeededRandom) -> String {
        if Bool.random(using: &random) {
            return (0..<4).map { _ in String(Int.random(in: 0...255, using: &random)) }.joined(separator: ".")
        }
        return (0..<8).map { _ in
            Bool.random(using: &random) ? "0" : String(UInt16.random(in: 0 ... .max, using: &random), radix: 16)
        }.joined(separator: ":")
    }

    @Test(arguments: [
        "8.8.8.8", "1.1.1.1", "93.184.216.34", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255", "::ffff:8.8.8.8", "2606:4700::1111",
        "2a00:1450:4002:402::200e", "2001:200::1",
    ])
    func `an assigned address is public`(text: String) throws {
        #expect(try #require(IPAddress(text)).isPublic)
    }

    @Test(arguments: [
        "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "100::1", "2001::1", "2001:db8::1",
        "2002:a00:1::", "3fff::1", "fc00::1", "fd00::1", "fe80::1", "fec0::1", "ff02::1", "4000::1",
    ])
    func `a private, reserved or embedded address is not public`(text: String) throws {
        #expect(try !#require(IPAddress(text)).isPublic)
    }
}

@Suite struct NetworkTests {
    @Test(arguments: 0..<400 as Range<UInt64>)
    func `a network contains the addresses that share its prefix, bit by bit`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let text = IPAddressTests.text(&random)
        let base = try #require(IPAddress(text))
        let isFour = !text.contains(":")
        let length = Int.random(in: 0...(isFour ? 32 : 128), using: &random)
        let network = try #require(Network("\(text)/\(length)"))

        // Another address that shares a random number of bits with the base.
        let first = isFour ? 96 : 0
        let shared = Int.random(in: first...128, using: &random)
        let other = try #require(Self.flipping(bit: shared, of: base))
        #expect(network.contains(other) == (shared >= first + length), "\(text)/\(length) and \(other)")
        #expect(network.contains(base))
    }

    /// The address with this bit changed; the same address for 128.
    private static func flipping(bit: Int, of address: IPAddress) -> IPAddress? {
        var bytes = address.bytes
        if bit < 128 { bytes[bit / 8] ^= 0x80 >> UInt8(bit % 8) }
        let groups = stride(from: 0, to: 16, by: 2).map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }
        return IPAddress(groups.joined(separator: ":"))
    }

    @Test func `an IPv4 network contains IPv4-mapped addresses, and the reverse`() throws {
        let four = try #require(Network("10.0.0.0/8"))
        let mapped = try #require(Network("::ffff:10.0.0.0/104"))
        for text in ["10.1.2.3", "::ffff:10.1.2.3"] {
            let address = try #require(IPAddress(text))
            #expect(four.contains(address) && mapped.contains(address))
        }
        let other = try #require(IPAddress("11.0.0.1"))
        #expect(!four.contains(other) && !mapped.contains(other))
        #expect(!four.contains(try #require(IPAddress("::10.0.0.1"))))
    }

    @Test(arguments: [
        "", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/",
        "10.0.0.0//8",
        "/10.0.0.0/8", "10.0.0.0/8/8", "10.0.0.0/8 9", "10.0.0.0/٨", "::/129", "fd00::/x", "10.0.0/8",
        "10.0.0.0/99999999999999999999",
    ])
    func `any other text is not a network`(text: String) {
        #expect(Network(text) == nil)
    }

    @Test func `a network may have blanks around it`() throws {
        let network = try #require(Network(" 10.0.0.0/8 "))
        #expect(network.contains(try #require(IPAddress("10.9.9.9"))))
    }
}

@Suite struct ForwardedHeaderTests {
    @Test(arguments: 0..<500 as Range<UInt64>)
    func `random headers give the peer or an address that they contain`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let proxies = try TrustedProxies("10.0.0.0/8")
        let peer = try #require(IPAddress("10.0.0.1"))
        let pieces = ["1.2.3.4", "10.0.0.2", "2001:db8::1", "[", "]", ":80", ",", ";", "for=", "by=", "\"", "unknown"]
        let plain = random.header(of: pieces)
        let forwarded = random.header(of: pieces)
        let known = Set(["10.0.0.1", "10.0.0.2", "1.2.3.4", "2001:db8::1"].compactMap { IPAddress($0)?.description })

        for header in [nil, plain] {
            for other in [nil, forwarded] {
                let client = proxies.client(peer: peer, xForwardedFor: header, forwarded: other).description
                // Adjacent pieces may form further addresses. An IPv6 address may have another spelling in the header.
                let isContained = [header, other].contains { $0?.contains(client) == true }
                #expect(known.contains(client) || isContained || client.contains(":"))
            }
        }
    }

    @Test func `without trusted proxies every header is ignored`() throws {
        let peer = try #require(IPAddress("10.0.0.1"))
        #expect(TrustedProxies.none.client(peer: peer, xForwardedFor: "1.2.3.4", forwarded: "for=1.2.3.4") == peer)
        #expect(try TrustedProxies("").client(peer: peer, xForwardedFor: "1.2.3.4", forwarded: nil) == peer)
    }
}
