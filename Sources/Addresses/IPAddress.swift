import Glibc

/// An IPv4 or IPv6 address as sixteen bytes; IPv4 in its IPv4-mapped form.
package struct IPAddress: Sendable, Equatable, CustomStringConvertible {
    package let bytes: [UInt8]
    /// In its usual form. It is made once, because a connection's address is logged with each request.
    package let description: String

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    package init?(_ text: String) {
        // For C a text ends at its first zero byte.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: Self.mapped + withUnsafeBytes(of: four) { Array($0) })
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(bytes: withUnsafeBytes(of: six) { Array($0) })
    }

    package init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(truncatingIfNeeded: address.pointee.sa_family) {
        case AF_INET:
            self.init(
                bytes: Self.mapped
                    + address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                        withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
                    })
        case AF_INET6:
            self.init(
                bytes: address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
                })
        default: return nil
        }
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
        let isFour = bytes.starts(with: Self.mapped)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let own = isFour ? Array(bytes[12...]) : bytes
        _ = inet_ntop(isFour ? AF_INET : AF_INET6, own, &text, socklen_t(text.count))
        description = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    package var isFour: Bool { bytes.starts(with: Self.mapped) }

    /// The address range of one subscriber: an IPv4 address, or the /64 of an IPv6 address.
    package var subscriber: ArraySlice<UInt8> { isFour ? bytes[...] : bytes[..<8] }

    /// Whether the address is public: not loopback, private, link-local, carrier-grade NAT, test, multicast, or an encoding of
    /// such an address.
    package var isPublic: Bool {
        // IANA has assigned only 2000::/3 of the IPv6 space.
        (isFour || bytes[0] & 0xE0 == 0x20) && !Self.special.contains { $0.contains(self) }
    }

    private static let special: [Network] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
    ].compactMap(Network.init)
}
