import Foundation

/// The proxies whose forwarding headers are trusted. The headers of other peers are ignored.
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

    /// Reads from the right and returns the first address that is not a trusted proxy; a client can forge the entries to the left
    /// of it. If the two headers disagree, both are ignored, because the client sent one of them.
    /// - Parameters:
    /// - peer: the remote address of the connection.
    ///   - xForwardedFor: every value of `X-Forwarded-For`, joined by commas.
    ///   - forwarded: every value of `Forwarded` (RFC 7239), joined by commas.
    package func client(peer: IPAddress, xForwardedFor: String?, forwarded: String?) -> IPAddress {
        guard contains(peer) else { return peer }
        let claimed = [xForwardedFor.map(Self.plain), forwarded.map(Self.forwardedFor)].compactMap { $0 }
            .map { nearest($0, from: peer) }
        guard let first = claimed.first, claimed.allSatisfy({ $0 == first }) else { return peer }
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

    /// The `for` parameter of each element; empty if it is missing.
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

    /// Removes brackets and port.
    private static func bare(_ hop: String) -> String {
        if hop.hasPrefix("["), hop.contains("]") { return String(hop.dropFirst().prefix { $0 != "]" }) }
        // An IPv6 address without brackets has more than one colon.
        return hop.count { $0 == ":" } == 1 ? String(hop.prefix { $0 != ":" }) : hop
    }
}
