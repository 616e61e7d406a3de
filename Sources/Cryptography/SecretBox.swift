import COpenSSL

/// Encrypts secrets that must be recoverable, such as the keys of webhook signatures, before they are stored: AES-256-GCM under a key
/// derived from `SECRETS_KEY`, with a random nonce of 96 bits. A nonce repeats with a probability under 2^-32 up to 2^32 secrets a key.
///
/// Layout: version (1 byte), id of the key (4), nonce (12), ciphertext, tag (16). Version, key id and the caller's context are
/// authenticated with it, so that a ciphertext opens in its own row only.
package struct SecretBox: Sendable {
    private struct Key: Sendable {
        let id: [UInt8]
        let bytes: [UInt8]
    }

    package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
        /// No configured key has this id.
        case unknownKey
        /// The ciphertext was changed, or moved to another context.
        case damaged
        /// libcrypto failed to encrypt.
        case unavailable

        package var description: String {
            switch self {
            case .unknownKey: "was encrypted under a key that SECRETS_KEY does not name"
            case .damaged: "was changed or moved after it was encrypted"
            case .unavailable: "could not be encrypted"
            }
        }
    }

    /// Never empty: `SecretsKeys` contains at least one key.
    private let keys: [Key]

    package static let keyIDBytes = 4
    private static let version: UInt8 = 1
    private static let nonceBytes = 12
    private static let tagBytes = 16
    private static let headerBytes = 1 + keyIDBytes

    package init(_ secrets: SecretsKeys) {
        keys = zip(secrets.derived(for: .storedSecretsKeyID), secrets.derived(for: .storedSecrets)).map { id, bytes in
            Key(id: Array(id.prefix(Self.keyIDBytes)), bytes: bytes)
        }
    }

    /// The id of the key that encrypts: the first one of `SECRETS_KEY`.
    package var currentKeyID: [UInt8] { keys.first?.id ?? [] }

    /// Whether one of the configured keys has this id.
    package func knows(_ keyID: [UInt8]) -> Bool { keys.contains { $0.id == keyID } }

    /// The id of the key that encrypted a stored secret; `nil` if this type did not write it.
    package static func keyID(of sealed: [UInt8]) -> [UInt8]? {
        guard sealed.first == version, sealed.count >= headerBytes + nonceBytes + tagBytes else { return nil }
        return Array(sealed.dropFirst().prefix(keyIDBytes))
    }

    /// - Parameter context: the location of the secret; decryption requires the same value.
    /// - Throws: `NoRandomness`, `Failure.unavailable`.
    package func seal(_ plain: [UInt8], for context: String) throws -> [UInt8] {
        guard let key = keys.first else { throw Failure.unavailable }
        let nonce = try SecureRandom.bytes(Self.nonceBytes)
        let header = [Self.version] + key.id
        guard
            let (text, tag) = GCM.encrypt(
                plain, key: key.bytes, nonce: nonce, authenticating: header + Array(context.utf8))
        else { throw Failure.unavailable }
        return header + nonce + text + tag
    }

    /// - Throws: `Failure.unknownKey`, `Failure.damaged`.
    package func open(_ sealed: [UInt8], for context: String) throws(Failure) -> [UInt8] {
        guard let id = Self.keyID(of: sealed) else { throw .damaged }
        let candidates = keys.filter { $0.id == id }
        guard !candidates.isEmpty else { throw .unknownKey }
        let header = Array(sealed.prefix(Self.headerBytes))
        let nonce = Array(sealed.dropFirst(Self.headerBytes).prefix(Self.nonceBytes))
        let text = Array(sealed.dropFirst(Self.headerBytes + Self.nonceBytes).dropLast(Self.tagBytes))
        let tag = Array(sealed.suffix(Self.tagBytes))
        for key in candidates {
            let plain = GCM.decrypt(
                text, tag: tag, key: key.bytes, nonce: nonce, authenticating: header + Array(context.utf8))
            if let plain { return plain }
        }
        throw .damaged
    }
}

/// AES-256-GCM of libcrypto. `nil`: it failed, or the tag does not match.
enum GCM {
    private static let tagBytes = 16

    static func encrypt(_ plain: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8]) -> (
        text: [UInt8], tag: [UInt8]
    )? {
        guard key.count == 32, nonce.count == 12, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var length: Int32 = 0
        guard EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_EncryptUpdate(context, nil, &length, data, Int32(clamping: data.count)) == 1
        else { return nil }
        var text = [UInt8](repeating: 0, count: plain.count)
        var tag = [UInt8](repeating: 0, count: tagBytes)
        guard EVP_EncryptUpdate(context, &text, &length, plain, Int32(clamping: plain.count)) == 1,
            length == plain.count, EVP_EncryptFinal_ex(context, nil, &length) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(clamping: tagBytes), &tag) == 1
        else { return nil }
        return (text, tag)
    }

    static func decrypt(
        _ text: [UInt8], tag: [UInt8], key: [UInt8], nonce: [UInt8], authenticating data: [UInt8]
    ) -> [UInt8]? {
        guard key.count == 32, nonce.count == 12, tag.count == tagBytes, let context = EVP_CIPHER_CTX_new() else {
            return nil
        }
        defer { EVP_CIPHER_CTX_free(context) }
        var length: Int32 = 0
        var given = tag
        guard EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, key, nonce) == 1,
            EVP_DecryptUpdate(context, nil, &length, data, Int32(clamping: data.count)) == 1
        else { return nil }
        var plain = [UInt8](repeating: 0, count: text.count)
        // Return the plaintext only after its tag is verified.
        guard EVP_DecryptUpdate(context, &plain, &length, text, Int32(clamping: text.count)) == 1,
            length == text.count,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(clamping: tagBytes), &given) == 1,
            EVP_DecryptFinal_ex(context, nil, &length) == 1
        else { return nil }
        return plain
    }
}
