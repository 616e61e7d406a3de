import Cryptography
import Synchronization
import Workers

package enum IDTokenFailure: Error, Sendable, Equatable {
    case unknownIssuer
    /// The issuer has no key with this id for this algorithm.
    case unknownKey
    case signature
    /// The issuer's keys are not known and could not be fetched. The next attempt is possible after this time.
    case unavailable(retryAfterSeconds: Int)
}

/// What a fetch of an issuer's keys resulted in.
package enum KeySetFetch: String, Sendable, CaseIterable {
    case fetched
    case timedOut = "timed_out"
    case unreachable
    /// The outbound policy forbids the URL.
    case notAllowed = "not_allowed"
    /// A status other than 200, another media type, or a body that is no key set with a key for signatures.
    case malformed
    /// Too many fetches wait for a thread.
    case busy
}

/// The public keys of issuers: fetched under the outbound policy, cached, and fetched again when they are old or a token names an unknown
/// one. At most one fetch of an issuer is in progress, and all callers that need it wait for it.
package final class KeySets: Sendable {
    package static let threads = 4
    /// Keys are fetched again when they are needed after this time, so that a key that the issuer withdrew is not trusted for longer.
    package static let freshSeconds: Int64 = 3_600
    /// While the issuer cannot be reached, its keys are used for this time after they were fetched.
    package static let staleSeconds: Int64 = 86_400
    /// The minimum time between two fetches of one issuer. Anyone can send tokens with unknown key ids, and each may cause a fetch.
    package static let fetchIntervalSeconds: Int64 = 30
    /// The time limit of a fetch: waiting for a thread, name resolution and the response.
    package static let fetchSeconds = 5
    private static let maximumWaiting = 64

    private struct Entry {
        var keys: [IssuerKey] = []
        /// When `keys` were fetched, and when a fetch began last; nil: never.
        var fetchedAt: Int64?
        var triedAt: Int64?
        var fetching: Task<Void, Never>?

        /// The keys that may verify the signature now.
        func keys(_ token: IDToken) -> [IssuerKey] {
            keys.filter { $0.id.utf8.elementsEqual(token.keyID.utf8) && $0.fits(token.algorithm) }
        }
    }

    private let workers: CurlWorkers
    private let policy: OutboundPolicy
    private let urls: [String: String]
    private let now: @Sendable () -> Int64
    private let report: @Sendable (_ issuer: String, KeySetFetch) -> Void
    private let entries = Mutex<[String: Entry]>([:])

    /// - Parameters:
    ///   - urls: the URL of the key set of each issuer.
    ///   - now: the Unix time in seconds.
    ///   - report: is called after each fetch.
    package init(
        urls: [String: String], policy: OutboundPolicy, now: @escaping @Sendable () -> Int64,
        report: @escaping @Sendable (_ issuer: String, KeySetFetch) -> Void
    ) {
        self.urls = urls
        self.policy = policy
        self.now = now
        self.report = report
        workers = CurlWorkers(
            name: "keys", threads: Self.threads,
            limits: QueueLimits(waiting: Self.maximumWaiting, waitingPerKey: 1, runningPerKey: 1)
        ) { CurlHandle() }
    }

    package func stop() { workers.stop() }

    /// Verifies the signature of a token with a key of its issuer.
    package func verify(_ token: IDToken) async throws(IDTokenFailure) {
        guard let url = urls[token.issuer] else { throw .unknownIssuer }
        let candidates = try await keys(for: token, at: url)
        guard candidates.contains(where: { $0.verifies(token.signature, of: token.signed, by: token.algorithm) }) else {
            throw .signature
        }
    }

    private func keys(for token: IDToken, at url: String) async throws(IDTokenFailure) -> [IssuerKey] {
        let now = self.now()
        let (cached, running) = entries.withLock { entries -> ([IssuerKey], Task<Void, Never>?) in
            var entry = entries[token.issuer] ?? Entry()
            let found = entry.keys(token)
            if !found.isEmpty, Self.isWithin(Self.freshSeconds, entry.fetchedAt, now) { return (found, nil) }
            if entry.fetching == nil, !Self.isWithin(Self.fetchIntervalSeconds, entry.triedAt, now) {
                entry.triedAt = now
                entry.fetching = Task { await self.fetch(token.issuer, from: url) }
                entries[token.issuer] = entry
            }
            return ([], entry.fetching)
        }
        guard cached.isEmpty else { return cached }
        await running?.value
        let after = entries.withLock { $0[token.issuer] ?? Entry() }
        let later = self.now()
        let isUsable = Self.isWithin(Self.staleSeconds, after.fetchedAt, later)
        let found = isUsable ? after.keys(token) : []
        guard found.isEmpty else { return found }
        // Only a successful last fetch tells that the issuer has no such key.
        if isUsable, after.fetchedAt == after.triedAt { throw .unknownKey }
        let wait = Self.fetchIntervalSeconds - (later - (after.triedAt ?? later))
        throw .unavailable(retryAfterSeconds: Int(clamping: max(1, wait)))
    }

    /// Whether the instant is at most so many seconds ago. One in the future, before the clock was set back, is not.
    private static func isWithin(_ seconds: Int64, _ instant: Int64?, _ now: Int64) -> Bool {
        guard let instant, instant <= now else { return false }
        return now - instant < seconds
    }

    /// Fetches the keys of an issuer now and does not store them: for a check of the installation.
    package func check(_ issuer: String) async -> KeySetFetch {
        guard let url = urls[issuer] else { return .malformed }
        switch await load(url) {
        case .success: return .fetched
        case .failure(let failure): return failure.result
        }
    }

    private func fetch(_ issuer: String, from url: String) async {
        let began = self.now()
        let outcome = await load(url)
        entries.withLock { entries in
            var entry = entries[issuer] ?? Entry()
            entry.fetching = nil
            if case .success(let set) = outcome {
                entry.keys = set.keys
                entry.fetchedAt = began
                entry.triedAt = began
            }
            entries[issuer] = entry
        }
        switch outcome {
        case .success: report(issuer, .fetched)
        case .failure(let failure): report(issuer, failure.result)
        }
    }

    private func load(_ url: String) async -> Result<KeySet, FetchFailure> {
        switch await download(url) {
        case .failure(let failure): return .failure(failure)
        case .success(let answer):
            guard answer.isKeySet, let set = try? await KeySet(answer.body) else {
                return .failure(FetchFailure(result: .malformed))
            }
            return .success(set)
        }
    }

    private func download(_ url: String) async -> Result<HTTPCall.Answer, FetchFailure> {
        let call = HTTPCall(url: url, headers: [], body: [], policy: policy, method: .get)
        do throws(HTTPCall.Failure) {
            return .success(
                try await workers.perform(call, for: url, until: .now + .seconds(Self.fetchSeconds)))
        } catch {
            return .failure(FetchFailure(error))
        }
    }
}

private struct FetchFailure: Error {
    let result: KeySetFetch

    init(result: KeySetFetch) { self.result = result }

    init(_ failure: HTTPCall.Failure) {
        switch failure {
        case .notSent: result = .busy
        case .timedOut: result = .timedOut
        case .notAllowed: result = .notAllowed
        case .unreachable: result = .unreachable
        case .tooLarge: result = .malformed
        }
    }
}

extension HTTPCall.Answer {
    fileprivate var isKeySet: Bool {
        guard status == 200, let type = contentType?.lowercased() else { return false }
        return type.hasPrefix("application/json") || type.hasPrefix("application/jwk-set+json")
    }
}
