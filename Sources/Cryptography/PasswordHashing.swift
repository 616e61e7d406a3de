import CArgon2
import Synchronization
import Workers

/// Argon2id on a few threads of its own: each hash takes 19 MiB and tens of milliseconds, which neither an event loop nor Swift's
/// cooperative threads may wait for. A caller needs a permit first and is refused at once when there is none. One key may hold a
/// quarter of the permits, and the keys take turns at the threads: the sign-ins of one front end do not shut out another's.
package final class PasswordHashing: Sendable {
    /// No permit is free, in all or for this key; or the hash was not made in time.
    package struct Busy: Error {}

    /// For one password after the other, inside of `withPermit` only.
    package struct Permit: Sendable {
        fileprivate let hashing: PasswordHashing
        fileprivate let key: String

        /// - Returns: the hash with its salt and cost, as a PHC string.
        /// - Throws: `Failed`, `NoRandomness`, `Busy`.
        package func hash(_ password: [UInt8]) async throws -> String {
            try await hashing.run(for: key) { try PasswordHashing.hashed(password) }
        }

        /// - Parameter hash: nil for an unknown user: it takes as long and never matches.
        /// - Throws: `Failed`, `NoRandomness`, `Busy`.
        package func verify(_ password: [UInt8], against hash: String?) async throws -> Verdict {
            try await hashing.verdict(on: password, against: hash, for: key)
        }
    }

    package struct Failed: Error {
        let code: Int32
    }

    package struct Verdict: Sendable, Equatable {
        package let matches: Bool
        /// It was hashed at another cost than today's.
        package let isOutdated: Bool

        package init(matches: Bool, isOutdated: Bool) {
            self.matches = matches
            self.isOutdated = isOutdated
        }
    }

    /// OWASP's first choice for Argon2id.
    private static let memoryKibibytes: UInt32 = 19_456
    private static let passes: UInt32 = 2
    private static let lanes: UInt32 = 1
    private static let saltBytes = 16
    private static let hashBytes = 32
    private static let currentPrefix = "$argon2id$v=19$m=\(memoryKibibytes),t=\(passes),p=\(lanes)$"

    /// Memory is `threads` × 19 MiB.
    package static let threads = 2
    /// About a second's work.
    package static let permits = 50
    /// Of one API key.
    package static let permitsPerKey = permits / 4
    /// Waiting and hashing. With every permit taken a hash is made in about a second.
    static let deadlineSeconds = 10

    private let permits: Permits
    private let workers: Workers<Void>
    /// What an unknown user's password is compared with, so that the answer takes as long as for a known one.
    private let dummy = Mutex<String?>(nil)

    package init(permits: Int = PasswordHashing.permits, permitsPerKey: Int = PasswordHashing.permitsPerKey) {
        self.permits = Permits(total: permits, perKey: permitsPerKey)
        workers = Workers(
            name: "passwords", threads: Self.threads,
            limits: QueueLimits(waiting: permits, waitingPerKey: permits, runningPerKey: Self.threads)
        ) {}
    }

    /// Holds a permit for as long as `work` runs, so that a caller who gets none is refused before anything else is done for it.
    /// - Parameter key: the API key's id.
    /// - Throws: `Busy`, and what `work` throws.
    package func withPermit<R: Sendable>(for key: String, _ work: (Permit) async throws -> R) async throws -> R {
        guard permits.take(for: key) else { throw Busy() }
        defer { permits.giveBack(key) }
        return try await work(Permit(hashing: self, key: key))
    }

    /// One hash with a permit of its own.
    /// - Throws: `Busy`, and as `Permit.hash`.
    package func hash(_ password: [UInt8], for key: String) async throws -> String {
        try await withPermit(for: key) { try await $0.hash(password) }
    }

    /// - Throws: `Busy`, and as `Permit.verify`.
    package func verify(_ password: [UInt8], against hash: String?, for key: String) async throws -> Verdict {
        try await withPermit(for: key) { try await $0.verify(password, against: hash) }
    }

    /// Ends the threads once their jobs are done.
    package func stop() { workers.stop() }

    // MARK: One hash

    private static func hashed(_ password: [UInt8]) throws -> String {
        let salt = try SecureRandom.bytes(saltBytes)
        let length = argon2_encodedlen(
            passes, memoryKibibytes, lanes, UInt32(clamping: saltBytes), UInt32(clamping: hashBytes), Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            passes, memoryKibibytes, lanes, password, password.count, salt, salt.count, hashBytes, &encoded, length)
        guard code == ARGON2_OK.rawValue else { throw Failed(code: code) }
        return String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func verdict(on password: [UInt8], against hash: String?, for key: String) async throws -> Verdict {
        try await run(for: key) { [self] in
            let held = try dummyHash()
            let matches = argon2id_verify(hash ?? held, password, password.count) == ARGON2_OK.rawValue
            return Verdict(
                matches: matches && hash != nil, isOutdated: hash.map { !$0.hasPrefix(Self.currentPrefix) } ?? false)
        }
    }

    private func dummyHash() throws -> String {
        try dummy.withLock { dummy in
            if let dummy { return dummy }
            let made = try Self.hashed(SecureRandom.bytes(32))
            dummy = made
            return made
        }
    }

    private func run<R: Sendable>(for key: String, _ work: @escaping @Sendable () throws -> R) async throws -> R {
        let result: Result<R, any Error>
        do {
            result = try await workers.run(for: key, until: .now + .seconds(Self.deadlineSeconds)) { _ in
                Result(catching: work)
            }
        } catch { throw Busy() }
        return try result.get()
    }
}
