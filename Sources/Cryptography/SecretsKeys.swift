import Foundation

/// The keys of the deployment (`SECRETS_KEY`). The first key encrypts new secrets; every key decrypts the secrets that it
/// encrypted, so that a key can be replaced while the service runs.
///
/// No configured key is used directly: each purpose has its own key, derived with HKDF-SHA256 (RFC 5869).
package struct SecretsKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible {
    package static let keyBytes = 32
    package static let maximumKeys = 8

    package struct Malformed: Error, CustomStringConvertible {
        package let description =
            "must be 32 random bytes in base64 (openssl rand -base64 32); 2 to \(maximumKeys) of them, separated by commas, while it is replaced"
    }

    /// The purpose of a derived key. A key for one purpose reveals nothing about a key for another.
    package enum Purpose: String, Sendable, CaseIterable {
        case cursors = "quietanza cursors v1"
        case verificationCodes = "quietanza verification codes v1"
        case mailCodes = "quietanza mail codes v1"
        case receiptLinks = "quietanza receipt links v1"
        case unsubscribeLinks = "quietanza unsubscribe links v1"
        case storedSecrets = "quietanza stored secrets v1"
        case storedSecretsKeyID = "quietanza stored secrets key id v1"
    }

    private let keys: [[UInt8]]

    /// - Parameter text: base64 of 32 bytes; several, separated by commas.
    /// - Throws: `Malformed` for any other text, for a repeated key, and for a key of one repeated byte, which cannot be random.
    package init(_ text: String) throws(Malformed) {
        var keys: [[UInt8]] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let data = Data(base64Encoded: part.trimmingCharacters(in: .whitespaces)),
                data.count == Self.keyBytes, Set(data).count > 1, !keys.contains(Array(data))
            else { throw Malformed() }
            keys.append(Array(data))
        }
        guard (1...Self.maximumKeys).contains(keys.count) else { throw Malformed() }
        self.keys = keys
    }

    /// A new random key in the form of the configuration.
    package static func make() throws -> String { Data(try SecureRandom.bytes(keyBytes)).base64EncodedString() }

    /// One 32-byte key for each configured key, in the same order.
    package func derived(for purpose: Purpose) -> [[UInt8]] {
        // HKDF with an empty salt; one block of output suffices.
        keys.map { key in
            let extracted = HMACSHA256.authenticate(key, key: [UInt8](repeating: 0, count: SHA256.byteCount))
            return HMACSHA256.authenticate(Array(purpose.rawValue.utf8) + [1], key: extracted)
        }
    }

    /// Omits the keys, because this type is part of the settings, which a log line might print.
    package var description: String { "SecretsKeys(\(keys.count))" }
    package var debugDescription: String { description }
}
