import Foundation

/// The proxies in front of us, whose word on who is calling is taken. From anybody else such headers mean nothing.
package struct TrustedProxies: Sendable {
    private let networks: [Network]

    package struct Malformed: Error, CustomStringConvertible {
        package let description = "must be networks such as 10.1.0.0/16, separated by commas"
    }

    package static let none = TrustedProxies(networks: [])

    /// - Parameter list: CIDR blocks, separated by commas.
    package init(_ list: String) throws(Malformed) {
        var networks: [Network] = []
        for text in list.split(separator: ",") {
            guard let network = Network(String(text)) else { throw Malformed() }
            networks.append(network)
        }
        self.networks = networks
    }

    private init(networks: [Network]) {
        self.networks = networks
    }

    package func contains(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// The nearest address that is no proxy's, read from the right: what stands further left may be anybody's invention.
    /// Where the two headers disagree neither is believed: one of them came through from the client.
    /// - Parameters:
    ///   - peer: the connection's other end.
    ///   - xForwardedFor: every value of `X-Forwarded-For`, joined by commas.
    ///   - forwarded: every value of `Forwarded` (RFC 7239), joined by commas.
    package func client(peer: IPAddress, xForwardedFor: String?, forwarded: String?) -> IPAddress {
        guard contains(peer) else { return peer }
        let told = [xForwardedFor.map(Self.plain), forwarded.map(Self.forwardedFor)].compactMap { $0 }
            .map { nearest($0, from: peer) }
        guard let first = told.first, told.allSatisfy({ $0 == first }) else { return peer }
        return first
    }

    private func nearest(_ hops: [String], from peer: IPAddress) -> IPAddress {
        var nearest = peer
        for hop in hops.reversed() {
            guard let address = IPAddress(Self.bare(hop)) else { return nearest }
            nearest = address
            guard contains(address) else { return nearest }
        }
        return nearest
    }

    private static func plain(_ header: String) -> [String] {
        header.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
    }

    /// The `for` of each element; an empty text where it has none.
    private static func forwardedFor(_ header: String) -> [String] {
        plain(header).map { element in
            for pair in element.split(separator: ";") {
                let parts = pair.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
                if parts.first?.lowercased() == "for", let hop = parts.dropFirst().first {
                    return hop.trimmingCharacters(in: CharacterSet(charactersIn: "\""))
                }
            }
            return ""
        }
    }

    /// Without brackets and port.
    private static func bare(_ hop: String) -> String {
        if hop.hasPrefix("["), hop.contains("]") { return String(hop.dropFirst().prefix { $0 != "]" }) }
        // An IPv6 address without brackets has more colons than one.
        return hop.count { $0 == ":" } == 1 ? String(hop.prefix { $0 != ":" }) : hop
    }
}
