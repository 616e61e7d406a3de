import Accounts

/// An Idempotency-Key and the caller that sent it.
package struct IdempotencyKey: Sendable, Equatable {
    package let caller: String
    package let key: String
    /// SHA-256 of method, path and body.
    package let fingerprint: [UInt8]

    package init(caller: String, key: String, fingerprint: [UInt8]) {
        self.caller = caller
        self.key = key
        self.fingerprint = fingerprint
    }
}
