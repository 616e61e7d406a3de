import Addresses
import Foundation
import Text

/// The addresses that outbound calls may reach: all public ones, and private ones only if configured. It prevents server-side
/// request forgery.
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

    /// Checks a URL when it is saved: its scheme, its form and, if the host is an IP address, that address. The addresses of
    /// names are checked by `WebhookGateway.mayCall` and at each call.
    /// - Parameter isPage: the URL is for a browser, so it may have a fragment.
    package func check(_ url: String, isPage: Bool = false) throws(NotAllowed) {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: url),
            let scheme = parts.scheme?.lowercased(), let host = parts.host, !host.isEmpty
        else { throw NotAllowed(description: "must be an absolute URL") }
        guard scheme == "https" || scheme == "http" else { throw NotAllowed(description: "must be https") }
        guard parts.user == nil, parts.password == nil, isPage || parts.fragment == nil else {
            throw NotAllowed(description: "must not contain user information or a fragment")
        }
        guard (1...65_535).contains(parts.port ?? 443) else {
            throw NotAllowed(description: "must have a port from 1 to 65535")
        }
        var name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased()
        if name.hasSuffix(".") { name = String(name.dropLast()) }
        // These names always mean this machine (RFC 6761).
        if name == "localhost" || name.hasSuffix(".localhost") { name = "127.0.0.1" }
        if let address = IPAddress(name) {
            guard permits(address, isPlain: false) else {
                throw NotAllowed(description: "must not be a private or reserved address")
            }
            guard permits(address, isPlain: scheme == "http") else { throw NotAllowed(description: "must be https") }
            return
        }
        // Resolvers accept numeric spellings such as 0x7f000001, 2130706433 and 127.1, which could hide a private address.
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.allSatisfy({ $0.isNameByte }), labels.allSatisfy({ !$0.isEmpty }), let last = labels.last,
            !last.allSatisfy({ $0.isNumber }), !last.hasPrefix("0x")
        else { throw NotAllowed(description: "must have a host name or a plain IP address") }
        if scheme == "http", allowed.isEmpty { throw NotAllowed(description: "must be https") }
    }

    /// - Parameter isPlain: the call is not encrypted. Only configured networks may be called over http.
    func permits(_ address: IPAddress, isPlain: Bool) -> Bool {
        (address.isPublic && !isPlain) || allowed.contains { $0.contains(address) }
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        isDigit || isLower || "-._".utf8.contains(self)
    }
}
