import Accounts
import PagoPA
import Requests
import Synchronization

/// Remembers for a short time which credentials were valid. A request with such a credential is not an attempt at guessing, so it is not
/// counted against its address, even if other requests from there fail. Only hash values are stored, and each process seeds its own hash.
final class RecentlyValidKeys: Sendable {
    private static let maximum = 10_000
    private static let lifeSeconds: Int64 = 120

    private let lastValidAt = Mutex<[Int: Int64]>([:])

    func contains(_ credential: String, at now: Instant) -> Bool {
        lastValidAt.withLock { now.unixSeconds - ($0[credential.hashValue] ?? .min / 2) <= Self.lifeSeconds }
    }

    func record(_ credential: String, at now: Instant) {
        lastValidAt.withLock { lastValidAt in
            if lastValidAt.count >= Self.maximum { lastValidAt = [:] }
            lastValidAt[credential.hashValue] = now.unixSeconds
        }
    }
}
