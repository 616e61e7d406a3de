import Addresses
import Foundation

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
    /// - Parameter isPage: a page that a browser is sent to, which may have a fragment.
    package func check(_ url: String, isPage: Bool = false) throws(NotAllowed) {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }),
            let parts = URLComponents(string: url),
            let scheme = parts.scheme?.lowercased(), let host = parts.host, !host.isEmpty
        else { throw NotAllowed(description: "is not an absolute address") }
        guard scheme == "https" || scheme == "http" else { throw NotAllowed(description: "must be https") }
        guard parts.user == nil, parts.password == nil, isPage || parts.fragment == nil else {
            throw NotAllowed(description: "must have neither userinfo nor fragment")
        }
        guard (1...65_535).contains(parts.port ?? 443) else { throw NotAllowed(description: "has no such port") }
        var name = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]")).lowercased()
        if name.hasSuffix(".") { name = String(name.dropLast()) }
        // These names are this machine wherever they are asked (RFC 6761).
        if name == "localhost" || name.hasSuffix(".localhost") { name = "127.0.0.1" }
        if let address = IPAddress(name) {
            guard permits(address, isPlain: false) else {
                throw NotAllowed(description: "is an address that must not be called")
            }
            guard permits(address, isPlain: scheme == "http") else { throw NotAllowed(description: "must be https") }
            return
        }
        // 0x7f000001, 2130706433, 127.1: spellings of addresses that resolvers understand and people do not write.
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.allSatisfy({ $0.isNameByte }), labels.allSatisfy({ !$0.isEmpty }), let last = labels.last,
            !last.allSatisfy({ $0.isNumber }), !last.hasPrefix("0x")
        else { throw NotAllowed(description: "has a host that is neither a name nor a plain address") }
        if scheme == "http", allowed.isEmpty { throw NotAllowed(description: "must be https") }
    }

    /// - Parameter isPlain: over http, which is for named networks alone.
    func permits(_ address: IPAddress, isPlain: Bool) -> Bool {
        (address.isPublic && !isPlain) || allowed.contains { $0.contains(address) }
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        switch self {
        case 0x30...0x39, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
        default: false
        }
    }
}
