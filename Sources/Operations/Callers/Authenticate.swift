import Accounts
import Cryptography
import PagoPA
import Requests
import Storage
import Synchronization

extension CallerOperations {
    /// Authenticates the caller by its API key.
    /// - Parameter fromMemory: whether to reuse a key that was authenticated within the last minute. The first transaction of the request
    ///   reads the key again; see `RequestCredential`.
    /// - Throws: `Refusal.unauthenticated`. A malformed token is rejected without a database query.
    package func authenticate(token: String, fromMemory: Bool = false) async throws -> RequestCredential {
        guard let parsed = APIKeyToken(token) else { throw Refusal.unauthenticated }
        let now = clock()
        if fromMemory, let key = knownCredentials.key(parsed.digest, at: now), key.isValid(at: now) {
            return RequestCredential(key: key, keyDigest: parsed.digest, isConfirmed: false)
        }
        guard let key = try await store.read(within: .everyCreditor, APIKeys.by(digest: parsed.digest)),
            key.isValid(at: now)
        else { throw Refusal.unauthenticated }
        if (key.lastUsedAt?.seconds(until: now) ?? .max) >= KnownCredentials.lifeSeconds {
            try await store.transaction(within: .everyCreditor) { tx in tx.touch(key.id, at: now) }
        }
        knownCredentials.save(key, parsed.digest, at: now)
        return RequestCredential(key: key, keyDigest: parsed.digest, isConfirmed: true)
    }

    /// Adds the citizen whose access token the request carries in addition to the API key.
    /// - Parameter fromMemory: whether to reuse a session that was authenticated within the last minute, as for the key.
    /// - Throws: `Refusal.citizenTokenInvalid`, also for a token that another front end received.
    package func authenticate(
        citizenToken text: String, beside credential: RequestCredential, fromMemory: Bool = false
    ) async throws -> RequestCredential {
        guard let token = Token(text, for: .access) else { throw Refusal.citizenTokenInvalid }
        let (now, key) = (clock(), credential.key)
        func with(_ citizen: SignedInCitizen, isConfirmed: Bool) -> RequestCredential {
            RequestCredential(
                key: key, keyDigest: credential.keyDigest, citizen: citizen, accessDigest: token.digest,
                isConfirmed: isConfirmed)
        }
        if fromMemory, let citizen = knownCredentials.citizen(token.digest, through: key.id, at: now) {
            return with(citizen, isConfirmed: false)
        }
        let found = try await RequestCredential.$current.withValue(credential) {
            try await store.read(
                within: .everyCreditor, Sessions.signedIn(access: token.digest, key: key.id, at: now))
        }
        guard let citizen = found else { throw Refusal.citizenTokenInvalid }
        knownCredentials.save(citizen, token.digest, through: key.id, at: now)
        return with(citizen, isConfirmed: true)
    }

    /// Reads the credential from the database, unless a transaction of the request has already done so.
    /// - Throws: `CredentialChanged`.
    package func confirm(_ credential: RequestCredential) async throws {
        try await store.confirm(credential)
    }
}

/// Caches keys and sessions that were authenticated within the last minute, so that a request needs no separate round trip for them. The
/// cache contains digests of tokens, never tokens.
final class KnownCredentials: Sendable {
    /// The lifetime of an entry, and the shortest interval between two updates of a key's `last_used_at`.
    static let lifeSeconds = 60
    /// When the cache reaches this size it is emptied, and each credential then costs one more round trip.
    private static let maximum = 10_000

    private struct Session: Hashable {
        let digest: [UInt8]
        let key: APIKeyID
    }

    private struct State {
        var keys: [[UInt8]: (key: APIKey, at: Instant)] = [:]
        var citizens: [Session: (citizen: SignedInCitizen, at: Instant)] = [:]
    }

    private let state = Mutex(State())

    func key(_ digest: [UInt8], at now: Instant) -> APIKey? {
        state.withLock { state in
            guard let known = state.keys[digest], Self.isFresh(known.at, at: now) else { return nil }
            return known.key
        }
    }

    func save(_ key: APIKey, _ digest: [UInt8], at now: Instant) {
        state.withLock { state in
            if state.keys.count >= Self.maximum { state.keys = [:] }
            state.keys[digest] = (key, now)
        }
    }

    func citizen(_ digest: [UInt8], through key: APIKeyID, at now: Instant) -> SignedInCitizen? {
        state.withLock { state in
            guard let known = state.citizens[Session(digest: digest, key: key)], Self.isFresh(known.at, at: now) else {
                return nil
            }
            return known.citizen
        }
    }

    func save(_ citizen: SignedInCitizen, _ digest: [UInt8], through key: APIKeyID, at now: Instant) {
        state.withLock { state in
            if state.citizens.count >= Self.maximum { state.citizens = [:] }
            state.citizens[Session(digest: digest, key: key)] = (citizen, now)
        }
    }

    private static func isFresh(_ then: Instant, at now: Instant) -> Bool {
        (0..<lifeSeconds).contains(then.seconds(until: now))
    }
}
