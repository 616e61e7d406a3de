import Foundation
import Text

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
    /// The maximum difference between the sender's clock and the server's.
    package static let toleranceSeconds: Int64 = 300
    /// The maximum number of signatures in all lines of the header; a sender that rotates secrets sends two.
    package static let maximumSignatures = 16

    package enum Header: String, Sendable, CaseIterable {
        case id = "webhook-id"
        case timestamp = "webhook-timestamp"
        case signature = "webhook-signature"
    }

    package enum Verdict: Sendable, Equatable {
        case valid
        case missing([Header])
        /// The id contains a blank, a dot or more than 256 characters, or a header is repeated with different values.
        case malformed(Header)
        /// The timestamp is not in whole seconds of Unix time.
        case notSeconds
        /// The sender's clock minus the server's.
        case stale(skewSeconds: Int64)
        case noMatch
    }

    /// The lines of the three headers, as received.
    package struct Lines: Sendable, Equatable {
        let id: [String]
        let timestamp: [String]
        let signature: [String]

        package init(id: [String], timestamp: [String], signature: [String]) {
            self.id = id
            self.timestamp = timestamp
            self.signature = signature
        }
    }

    /// - Returns: `v1,<base64>`.
    package static func sign(id: String, timestamp: Int64, body: [UInt8], secret: WebhookSecret) -> String {
        let content = Array("\(id).\(timestamp).".utf8) + body
        return "v1," + Data(HMACSHA256.authenticate(content, key: secret.bytes)).base64EncodedString()
    }

    /// - Parameter secrets: the valid secrets, newest first. A receiver that knows one of them accepts the call.
    /// - Returns: the header value: signatures for the first `maximumSignatures` secrets, separated by blanks.
    package static func sign(id: String, timestamp: Int64, body: [UInt8], secrets: [WebhookSecret]) -> String {
        secrets.prefix(maximumSignatures).map { sign(id: id, timestamp: timestamp, body: body, secret: $0) }
            .joined(separator: " ")
    }

    /// Proxies split a header into lines and join lines with commas (RFC 9110, 5.3), so one valid signature in any line is
    /// enough. Every signature is checked against every secret, and against a dummy secret if there is none, so that the duration
    /// does not reveal which one matches or whether the sender exists.
    package static func verify(_ lines: Lines, body: [UInt8], secrets: [WebhookSecret], nowUnixSeconds: Int64)
        -> Verdict
    {
        match(lines, body: body, secrets: secrets, nowUnixSeconds: nowUnixSeconds).verdict
    }

    /// The verdict of `verify`, and the position of the secret that matches a valid signature.
    package static func match(_ lines: Lines, body: [UInt8], secrets: [WebhookSecret], nowUnixSeconds: Int64)
        -> (verdict: Verdict, secret: Int?)
    {
        let given = [(Header.id, lines.id), (.timestamp, lines.timestamp), (.signature, lines.signature)]
        let missing = given.filter { $0.1.allSatisfy(\.trimmed.isEmpty) }.map(\.0)
        guard missing.isEmpty else { return (.missing(missing), nil) }
        // With a dot in the id, a byte could move between id and timestamp under the same signature.
        guard let id = single(lines.id), (1...256).contains(id.utf8.count),
            id.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") })
        else { return (.malformed(.id), nil) }
        guard let timestamp = single(lines.timestamp) else { return (.malformed(.timestamp), nil) }
        guard let sentAt = seconds(timestamp) else { return (.notSeconds, nil) }
        let (skew, isBeyond) = sentAt.subtractingReportingOverflow(nowUnixSeconds)
        guard !isBeyond, (-toleranceSeconds...toleranceSeconds).contains(skew) else {
            return (.stale(skewSeconds: isBeyond ? .max : skew), nil)
        }
        let content = Array("\(id).\(timestamp).".utf8) + body
        let candidates = signatures(lines.signature)
        var match: Int?
        for (position, key) in (secrets.isEmpty ? [dummyKey] : secrets.map(\.bytes)).enumerated() {
            let expected = HMACSHA256.authenticate(content, key: key)
            for candidate in candidates where constantTimeEqual(candidate, expected) { match = position }
        }
        guard let match, !secrets.isEmpty else { return (.noMatch, nil) }
        return (.valid, match)
    }

    private static let dummyKey = [UInt8](repeating: 0, count: 32)

    /// The version 1 signatures in all lines: `v1,<base64>` separated by blanks or commas, also with a blank after the comma, and
    /// with `v1` and its signature in separate lines.
    static func signatures(_ lines: [String]) -> [[UInt8]] {
        let words = lines.flatMap { $0.split { $0 == " " || $0 == "\t" || $0 == "," } }
        let ofVersion1 = zip(words, words.dropFirst()).filter { $0.0 == "v1" }.map(\.1)
        return ofVersion1.prefix(maximumSignatures).compactMap { Data(base64Encoded: String($0)).map { Array($0) } }
    }

    /// The value if all lines are equal; a proxy may have joined them with a comma and a blank. `nil` if they differ.
    package static func single(_ lines: [String]) -> String? {
        let values = lines.flatMap { line in
            let isJoined = line.utf8.contains(UInt8(ascii: ",")) && line.contains(", ")
            return isJoined ? line.split(separator: ",").map(\.trimmed) : [line.trimmed]
        }
        guard let first = values.first, values.allSatisfy({ $0 == first }) else { return nil }
        return first
    }

    /// Parses whole seconds in plain digits; it rejects fractions, signs and too many digits.
    private static func seconds(_ text: String) -> Int64? {
        guard (1...12).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit) else {
            return nil
        }
        return Int64(text)
    }
}
