import Crypto
import Foundation

/// Standard Webhooks 1.0 in both directions: signs the simulator's posts and verifies the calls that start a payment.
struct WebhookSigner: Sendable {
    static let toleranceSeconds: Int64 = 300

    let key: [UInt8]

    /// - Parameter secret: `whsec_` and the key in base64, 24 to 64 bytes once decoded.
    init(secret: String) throws(SecretsError) {
        let prefix = "whsec_"
        guard secret.hasPrefix(prefix), let decoded = Data(base64Encoded: String(secret.dropFirst(prefix.count))),
            (24...64).contains(decoded.count)
        else { throw SecretsError.malformed }
        key = [UInt8](decoded)
    }

    /// The three headers of one delivery.
    func headers(id: String, unixSeconds: Int64, body: [UInt8]) -> [String: String] {
        [
            "webhook-id": id,
            "webhook-timestamp": String(unixSeconds),
            "webhook-signature": signature(id: id, timestamp: String(unixSeconds), body: body),
        ]
    }

    /// Whether one of the signatures is valid and the timestamp is recent.
    func accepts(id: String, timestamp: String, signatures: String, body: [UInt8], nowUnixSeconds: Int64) -> Bool {
        guard let sent = Int64(timestamp), String(sent) == timestamp,
            (nowUnixSeconds - Self.toleranceSeconds...nowUnixSeconds + Self.toleranceSeconds).contains(sent)
        else { return false }
        let expected = signature(id: id, timestamp: timestamp, body: body)
        return signatures.split(separator: " ").contains { Self.areEqual(Array($0.utf8), Array(expected.utf8)) }
    }

    func signature(id: String, timestamp: String, body: [UInt8]) -> String {
        let content = Array("\(id).\(timestamp).".utf8) + body
        let code = HMAC<SHA256>.authenticationCode(for: content, using: SymmetricKey(data: key))
        return "v1," + Data(code).base64EncodedString()
    }

    /// Compares in constant time.
    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
