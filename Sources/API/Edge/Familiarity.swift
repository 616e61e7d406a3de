import PagoPA
import Synchronization

/// Credentials that were valid a moment ago: theirs is no attempt at guessing, whatever else comes from their address.
/// Only numbers are kept, from a hash that is seeded anew in each process.
final class Familiarity: Sendable {
    private static let maximum = 10_000
    private static let lifeSeconds: Int64 = 120

    private let seen = Mutex<[Int: Int64]>([:])

    func knows(_ credential: String, at now: Instant) -> Bool {
        seen.withLock { now.unixSeconds - ($0[credential.hashValue] ?? .min / 2) <= Self.lifeSeconds }
    }

    func keep(_ credential: String, at now: Instant) {
        seen.withLock { seen in
            if seen.count >= Self.maximum { seen = [:] }
            seen[credential.hashValue] = now.unixSeconds
        }
    }
}
