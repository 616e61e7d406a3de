import Text

/// Exactly scheme, host and port: `https://portale.example.org`. Plain http is allowed only for the local machine.
package struct WebOrigin: Sendable, Hashable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) throws(InvalidValue) {
        let parts = try WebAddress(text)
        guard parts.rest.isEmpty else { throw InvalidValue(.badFormat, "must be only scheme, host and port") }
        self = parts.origin
    }

    fileprivate init(known text: String) {
        description = text
    }
}

/// The URL to which a payer's browser returns: absolute, without userinfo or fragment.
package struct ReturnURL: Sendable, Hashable {
    package let text: String
    package let origin: WebOrigin

    package init(_ text: String) throws(InvalidValue) {
        let parts = try WebAddress(text)
        self.text = text
        self.origin = parts.origin
    }
}

/// Splits a URL without a general URL parser, because a parser that differs from browsers lets an attacker forge an origin.
private struct WebAddress {
    let origin: WebOrigin
    let rest: Substring

    init(_ text: String) throws(InvalidValue) {
        let bad = InvalidValue(.badFormat, "must be an absolute https address without userinfo or fragment")
        guard text.utf8.count <= 2_048,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.forbidden.contains($0) })
        else { throw bad }
        let scheme: String
        if text.hasPrefix("https://") {
            scheme = "https"
        } else if text.hasPrefix("http://") {
            scheme = "http"
        } else {
            throw bad
        }
        let after = text.dropFirst(scheme.count + 3)
        let authority = after.prefix { $0 != "/" && $0 != "?" }
        guard !authority.isEmpty, !authority.contains("@") else { throw bad }
        let pieces = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard pieces.count <= 2, let host = pieces.first, Self.isHost(host) else { throw bad }
        var port = ""
        if let text = pieces.dropFirst().first {
            guard let number = Int(text), (1...65_535).contains(number), String(number) == text else { throw bad }
            let standard = scheme == "https" ? 443 : 80
            port = number == standard ? "" : ":\(number)"
        }
        let name = host.lowercased()
        guard scheme == "https" || name == "localhost" || Self.isLoopback(name) else {
            throw InvalidValue(.badFormat, "must be https")
        }
        origin = WebOrigin(known: "\(scheme)://\(name)\(port)")
        rest = after.dropFirst(authority.count)
    }

    private static let forbidden = Array("\\\"<>^`{|}#".utf8)

    private static func isLoopback(_ name: String) -> Bool {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.first == "127"
            && parts.allSatisfy { Int($0).map { (0...255).contains($0) } ?? false }
    }

    private static func isHost(_ host: Substring) -> Bool {
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return host.utf8.count <= 253
            && labels.allSatisfy { label in
                (1...63).contains(label.count) && label.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
                    && label.first != UInt8(ascii: "-") && label.last != UInt8(ascii: "-")
            }
    }
}
