import Accounts
import Synchronization

/// The API key of the request that this task handles, and the session of its citizen, as this process knows them.
///
/// A cached credential may no longer be valid: another instance may have revoked the key. So the first transaction of
/// the request looks both up again, in the flush that it sends anyway, and the database takes the tenancy from their rows. If
/// they have changed, nothing of that flush is executed and `CredentialChanged` is thrown.
package final class RequestCredential: Sendable {
    @TaskLocal package static var current: RequestCredential?

    package let key: APIKey
    package let keyDigest: [UInt8]
    package let citizen: SignedInCitizen?
    package let accessDigest: [UInt8]?
    private let confirmed: Atomic<Bool>

    /// - Parameter isConfirmed: whether key and session have just been read from the database, for this request.
    package init(
        key: APIKey, keyDigest: [UInt8], citizen: SignedInCitizen? = nil, accessDigest: [UInt8]? = nil,
        isConfirmed: Bool
    ) {
        self.key = key
        self.keyDigest = keyDigest
        self.citizen = citizen
        self.accessDigest = accessDigest
        confirmed = Atomic(isConfirmed)
    }

    package var caller: Caller { Caller(key: key, citizen: citizen) }

    /// The same credential, which the next transaction confirms again: for work that goes on for longer than a request.
    package var unconfirmed: RequestCredential {
        RequestCredential(
            key: key, keyDigest: keyDigest, citizen: citizen, accessDigest: accessDigest, isConfirmed: false)
    }

    /// Whether the database has said, within this request, that key and session are as known here.
    package var isConfirmed: Bool { confirmed.load(ordering: .acquiring) }

    /// The database has said so.
    package func confirm() { confirmed.store(true, ordering: .releasing) }
}

/// The key or the session of the request has changed or is no longer valid, so the request must be authenticated again.
package struct CredentialChanged: Error, Equatable {
    package init() {}
}
