import CArgon2
import Foundation
import Synchronization

/// Argon2id on a few threads of its own: each hash takes 19 MiB and tens of milliseconds, which neither an event loop nor Swift's
/// cooperative threads may wait for. Each takes a place first; more than there are places is refused at once.
package final class PasswordHashing: Sendable {
    /// All places are taken.
    package struct Busy: Error {}

    /// Good for one password after the other, inside of `withPlace` only.
    package struct Place: Sendable {
        fileprivate let hashing: PasswordHashing

        /// - Returns: the hash with its salt and cost, as a PHC string.
        /// - Throws: `Failed`, `NoRandomness`.
        package func hash(_ password: [UInt8]) async throws -> String {
            try await hashing.run { try PasswordHashing.hashed(password) }
        }

        /// - Parameter hash: nil for an unknown user: it takes as long and never matches.
        /// - Throws: `Failed`, `NoRandomness`.
        package func verify(_ password: [UInt8], against hash: String?) async throws -> Verdict {
            try await hashing.verdict(on: password, against: hash)
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
    /// About a second's worth.
    package static let places = 50

    private let jobs = Mutex(Jobs())
    private let available = DispatchSemaphore(value: 0)
    /// What an unknown user's password is held against, so that the answer takes as long as for a known one.
    private let dummy = Mutex<String?>(nil)

    private struct Jobs {
        var waiting: [@Sendable () -> Void] = []
        var hasThreads = false
        var takenPlaces = 0
        var isStopped = false
    }

    package init() {}

    /// Takes a place for as long as `work` runs, so that whoever finds none is told before anything else was done for them.
    /// - Throws: `Busy`, and what `work` throws.
    package func withPlace<R: Sendable>(_ work: (Place) async throws -> R) async throws -> R {
        let isTaken = jobs.withLock { jobs in
            guard !jobs.isStopped, jobs.takenPlaces < Self.places else { return false }
            jobs.takenPlaces += 1
            return true
        }
        guard isTaken else { throw Busy() }
        defer { jobs.withLock { $0.takenPlaces -= 1 } }
        return try await work(Place(hashing: self))
    }

    /// One hash with a place of its own.
    /// - Throws: `Busy`, and as `Place.hash`.
    package func hash(_ password: [UInt8]) async throws -> String {
        try await withPlace { try await $0.hash(password) }
    }

    /// - Throws: `Busy`, and as `Place.verify`.
    package func verify(_ password: [UInt8], against hash: String?) async throws -> Verdict {
        try await withPlace { try await $0.verify(password, against: hash) }
    }

    /// Ends the threads once their jobs are done.
    package func stop() {
        jobs.withLock { $0.isStopped = true }
        for _ in 0..<Self.threads { available.signal() }
    }

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

    private func verdict(on password: [UInt8], against hash: String?) async throws -> Verdict {
        try await run { [self] in
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

    // MARK: Threads

    private func run<R: Sendable>(_ work: @escaping @Sendable () throws -> R) async throws -> R {
        let result: Result<R, any Error> = await withCheckedContinuation { continuation in
            let isTaken = jobs.withLock { jobs in
                guard !jobs.isStopped else { return false }
                startThreads(&jobs)
                jobs.waiting.append { continuation.resume(returning: Result(catching: work)) }
                return true
            }
            guard isTaken else { return continuation.resume(returning: .failure(Busy())) }
            available.signal()
        }
        return try result.get()
    }

    private func startThreads(_ jobs: inout Jobs) {
        if jobs.hasThreads { return }
        jobs.hasThreads = true
        for number in 1...Self.threads {
            let thread = Thread { [weak self] in
                while let available = self?.available {
                    available.wait()
                    let job = self?.jobs.withLock { jobs in
                        jobs.waiting.isEmpty ? nil : jobs.waiting.removeFirst()  // it is not empty
                    }
                    guard let job else { return }
                    job()
                }
            }
            thread.name = "passwords-\(number)"
            thread.start()
        }
    }
}
