/// Makes and checks tags (HMAC-SHA256) that only this deployment can make, for one purpose.
package struct Authenticator: Sendable {
    /// The first key makes tags; every key is accepted, because a tag may be older than the first key.
    private let keys: [[UInt8]]
    private let tagBytes: Int

    /// - Parameter tagBytes: how much of the HMAC is the tag: enough that it cannot be guessed.
    package init(_ secrets: SecretsKeys, for purpose: SecretsKeys.Purpose, tagBytes: Int = SHA256.byteCount) {
        keys = secrets.derived(for: purpose)
        self.tagBytes = tagBytes
    }

    package func tag(of content: [UInt8]) -> [UInt8] { tag(of: content, key: keys.first ?? []) }

    /// In constant time for each key.
    package func isTag(_ given: [UInt8], of content: [UInt8]) -> Bool {
        var matches = false
        for key in keys where constantTimeEqual(given, tag(of: content, key: key)) { matches = true }
        return matches
    }

    private func tag(of content: [UInt8], key: [UInt8]) -> [UInt8] {
        Array(HMACSHA256.authenticate(content, key: key).prefix(tagBytes))
    }
}
