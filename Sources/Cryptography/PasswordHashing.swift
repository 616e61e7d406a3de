import CArgon2
import Synchronization
import Workers

/// Hashes passwords with Argon2id on dedicated threads: each hash takes 19 MiB and tens of milliseconds, so it must not block an
/// event loop or Swift's cooperative threads. A caller needs a permit and is rejected at once if none is free. One key may use a
/// quarter of the permits, and the keys take turns at the threads, so that one front end's sign-ins do not block another's.
package final class PasswordHashing: Sendable {
    /// No permit is free, in total or for this key; or hashing exceeded its time limit.
    package struct Busy: Error {}

    /// For one password at a time, inside `withPermit` only.
    package struct Permit: Sendable {
        fileprivate let hashing: PasswordHashing
        fileprivate let key: String

        /// - Returns: the hash with its salt and cost, as a PHC string.
        /// - Throws: `Failed`, `NoRandomness`, `Busy`.
        package func hash(_ password: [UInt8]) async throws -> String {
            try await hashing.run(for: key) { try PasswordHashing.hashed(password) }
        }

        /// - Parameter hash: nil for an unknown user: verification then takes as long and never succeeds.
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
        /// Whether the hash was made with different cost parameters than the current ones.
        package let isOutdated: Bool

        package init(matches: Bool, isOutdated: Bool) {
            self.matches = matches
            self.isOutdated = isOutdated
        }
    }

    /// OWASP's first recommendation for Argon2id.
    private static let memoryKibibytes: UInt32 = 19_456
    private static let passes: UInt32 = 2
    private static let lanes: UInt32 = 1
    private static let saltBytes = 16
    private static let hashBytes = 32
    private static let currentPrefix = "$argon2id$v=19$m=\(memoryKibibytes),t=\(passes),p=\(lanes)$"

    /// Memory is `threads` × 19 MiB.
    package static let threads = 2
    /// About one second of work.
    package static let permits = 50
    /// The limit for one API key.
    package static let permitsPerKey = permits / 4
    /// The time limit for waiting and hashing. If all permits are in use, a hash takes about one second.
    static let deadlineSeconds = 10

    private let permits: Permits
    private let workers: Workers<Void>
    /// A hash for comparison when the user is unknown, so that the response takes as long as for a known user.
    private let dummy = Mutex<String?>(nil)

    package init(permits: Int = PasswordHashing.permits, permitsPerKey: Int = PasswordHashing.permitsPerKey) {
        self.permits = Permits(total: permits, perKey: permitsPerKey)
        workers = Workers(
            name: "passwords", threads: Self.threads,
            limits: QueueLimits(waiting: permits, waitingPerKey: permits, runningPerKey: Self.threads)
        ) {}
    }

    /// Acquires a permit while `work` runs, so that a caller without a permit is rejected before any other work.
    /// - Parameter key: the API key's id.
    /// - Throws: `Busy`, and the errors of `work`.
    package func withPermit<R: Sendable>(for key: String, _ work: (Permit) async throws -> R) async throws -> R {
        guard permits.take(for: key) else { throw Busy() }
        defer { permits.giveBack(key) }
        return try await work(Permit(hashing: self, key: key))
    }

    /// Hashes one password with its own permit.
    /// - Throws: `Busy`, and as `Permit.hash`.
    package func hash(_ password: [UInt8], for key: String) async throws -> String {
        try await withPermit(for: key) { try await $0.hash(password) }
    }

    /// - Throws: `Busy`, and as `Permit.verify`.
    package func verify(_ password: [UInt8], against hash: String?, for key: String) async throws -> Verdict {
        try await withPermit(for: key) { try await $0.verify(password, against: hash) }
    }

    /// Ends the threads after their jobs are done.
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
