import Foundation

/// The key of a Standard Webhooks signature: `whsec_` and 24 to 64 bytes in base64.
package struct WebhookSecret: Sendable, Equatable {
    package let bytes: [UInt8]

    package struct Malformed: Error, CustomStringConvertible {
        package let description = "must be whsec_ and 24 to 64 bytes in base64"
    }

    package init(bytes: [UInt8]) throws(Malformed) {
        guard (24...64).contains(bytes.count) else { throw Malformed() }
        self.bytes = bytes
    }

    package init(_ text: String) throws(Malformed) {
        guard text.hasPrefix("whsec_"), let data = Data(base64Encoded: String(text.dropFirst(6))) else {
            throw Malformed()
        }
        try self.init(bytes: Array(data))
    }

    package static func make() throws -> WebhookSecret {
        try WebhookSecret(bytes: SecureRandom.bytes(32))
    }

    /// Shown once.
    package var text: String { "whsec_" + Data(bytes).base64EncodedString() }
}

/// Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, the body byte for byte.
package enum WebhookSignature {
    /// How far the sender's clock may be from ours.
    package static let toleranceSeconds: Int64 = 300
    /// Signatures in one header: a sender that rotates secrets sends two.
    package static let maximumSignatures = 8

    package enum Verdict: Sendable, Equatable {
        case valid
        case missingHeader
        case malformed
        /// The sender's clock less ours.
        case stale(skewSeconds: Int64)
        case noMatch
    }

    /// - Returns: `v1,<base64>`.
    package static func sign(id: String, timestamp: Int64, body: [UInt8], secret: WebhookSecret) -> String {
        let content = Array("\(id).\(timestamp).".utf8) + body
        return "v1," + Data(HMACSHA256.authenticate(content, key: secret.bytes)).base64EncodedString()
    }

    /// Tries every signature against every secret, so that time tells nothing about which one fits.
    package static func verify(
        id: String?, timestamp: String?, signature: String?, body: [UInt8], secrets: [WebhookSecret],
        nowUnixSeconds: Int64
    ) -> Verdict {
        guard let id, let timestamp, let signature else { return .missingHeader }
        // A dot inside the id would let a byte move between id and timestamp under the same signature.
        guard (1...256).contains(id.utf8.count),
            id.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") }),
            let sentAt = seconds(timestamp)
        else { return .malformed }
        let given = signature.split(separator: " ").prefix(maximumSignatures).compactMap { part -> [UInt8]? in
            guard part.hasPrefix("v1,"), let data = Data(base64Encoded: String(part.dropFirst(3))) else { return nil }
            return Array(data)
        }
        let skew = sentAt - nowUnixSeconds
        guard (-toleranceSeconds...toleranceSeconds).contains(skew) else { return .stale(skewSeconds: skew) }
        let content = Array("\(id).\(timestamp).".utf8) + body
        var matches = false
        for secret in secrets {
            let expected = HMACSHA256.authenticate(content, key: secret.bytes)
            for candidate in given where constantTimeEqual(candidate, expected) { matches = true }
        }
        return matches ? .valid : .noMatch
    }

    /// Whole seconds in plain digits; a fraction, a sign or too many digits are refused.
    private static func seconds(_ text: String) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        return Int64(text)
    }
}
