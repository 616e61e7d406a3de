import Crypto
import Foundation
import Text

/// Encrypts the value of a cookie with AES-256-GCM, so that the portal stores nothing and every instance can read it.
struct SealedCookie: Sendable {
    static let keyBytes = 32
    /// Browsers store cookies of 4 096 bytes with their name and attributes.
    static let maximumCharacters = 3_800
    /// Changes when the content's format does; older cookies are ignored. A cookie for one purpose does not open for another.
    private let purpose: [UInt8]
    private let key: SymmetricKey
    private let previous: SymmetricKey?

    init(key: [UInt8], previous: [UInt8]? = nil, purpose: String = "quietanza-portal session 1") {
        self.purpose = Array(purpose.utf8)
        self.key = SymmetricKey(data: key)
        self.previous = previous.map { SymmetricKey(data: $0) }
    }

    /// Base64url of nonce, ciphertext and tag; nil if it is longer than a browser stores.
    func seal(_ content: [UInt8]) -> String? {
        guard let box = try? AES.GCM.seal(content, using: key, authenticating: purpose), let bytes = box.combined
        else { return nil }
        let text = Base64URL.encode(bytes)
        return text.utf8.count <= Self.maximumCharacters ? text : nil
    }

    /// Nil for a value that neither key sealed, or that was changed.
    func open(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= Self.maximumCharacters, let bytes = Base64URL.decode(text.utf8),
            let box = try? AES.GCM.SealedBox(combined: bytes)
        else { return nil }
        for key in [key, previous].compactMap({ $0 }) {
            if let content = try? AES.GCM.open(box, using: key, authenticating: purpose) { return Array(content) }
        }
        return nil
    }
}
