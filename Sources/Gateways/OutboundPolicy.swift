import CCurl
import Foundation
import Glibc

/// Which addresses our own calls may reach: every public one, and private ones only when named. Guards against server-side request forgery.
package struct OutboundPolicy: Sendable {
    private let allowed: [Network]

    package struct Malformed: Error, CustomStringConvertible {
        package let description = "must be networks such as 127.0.0.0/8, separated by commas"
    }

    package struct NotAllowed: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter networks: CIDR blocks.
    package init(allowing networks: [String]) throws(Malformed) {
        var allowed: [Network] = []
        for text in networks {
            guard let network = Network(text) else { throw Malformed() }
            allowed.append(network)
        }
        self.allowed = allowed
    }

    /// When an address is saved: scheme, shape and, when it is spelt in numbers, the address. Names are judged again at each call.
    package func check(_ url: String) throws(NotAllowed) {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: url),
            let scheme = parts.scheme?.lowercased(), let host = parts.host, !host.isEmpty
        else { throw NotAllowed(description: "is not an absolute address") }
        guard scheme == "https" || scheme == "http" else { throw NotAllowed(description: "must be https") }
        guard parts.user == nil, parts.password == nil, parts.fragment == nil else {
            throw NotAllowed(description: "must have neither userinfo nor fragment")
        }
        let name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        if let address = IPAddress(name) {
            guard permits(address) else { throw NotAllowed(description: "is an address that must not be called") }
            if scheme == "http", address.isPublic { throw NotAllowed(description: "must be https") }
            return
        }
        // 0x7f000001, 2130706433, 127.1: spellings of addresses that resolvers understand and people do not write.
        let lastLabel = name.split(separator: ".").last ?? ""
        guard !lastLabel.isEmpty, !lastLabel.allSatisfy({ $0.isNumber }), !lastLabel.lowercased().hasPrefix("0x") else {
            throw NotAllowed(description: "has a host that is neither a name nor a plain address")
        }
        if scheme == "http", allowed.isEmpty { throw NotAllowed(description: "must be https") }
    }

    func permits(_ address: IPAddress) -> Bool {
        address.isPublic || allowed.contains { $0.contains(address) }
    }
}

/// An IPv4 or IPv6 address as sixteen bytes; IPv4 in its mapped form.
struct IPAddress: Sendable, Equatable {
    let bytes: [UInt8]

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]

    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = Self.mapped + withUnsafeBytes(of: four) { Array($0) }
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        bytes = withUnsafeBytes(of: six) { Array($0) }
    }

    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            bytes =
                Self.mapped
                + address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
                    withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
                }
        case AF_INET6:
            bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
                withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
            }
        default: return nil
        }
    }

    /// Not of this host, a private network, a link, a carrier's NAT, a test, a group, or a wrapping of such an address.
    var isPublic: Bool { !Self.special.contains { $0.contains(self) } }

    private static let special: [Network] = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16",
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    ].compactMap(Network.init)
}

/// A CIDR block.
struct Network: Sendable {
    private let base: [UInt8]
    private let bits: Int

    init?(_ text: String) {
        let parts = text.trimmingCharacters(in: .whitespaces).split(separator: "/")
        guard parts.count == 2, let address = IPAddress(String(parts[0])), let length = Int(parts[1]) else {
            return nil
        }
        let isFour = parts[0].contains(".") && !parts[0].contains(":")
        guard (0...(isFour ? 32 : 128)).contains(length) else { return nil }
        base = address.bytes
        bits = isFour ? length + 96 : length
    }

    func contains(_ address: IPAddress) -> Bool {
        for index in 0..<16 {
            let left = bits - index * 8
            if left <= 0 { return true }
            let mask: UInt8 = left >= 8 ? 0xFF : ~(0xFF >> UInt8(left))
            if base[index] & mask != address.bytes[index] & mask { return false }
        }
        return true
    }
}
