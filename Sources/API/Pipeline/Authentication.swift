import Accounts
import HTTPTypes
import PagoPA
import Requests
import Text

/// Authenticates a request by its API key and by the citizen's token, if it has one.
///
/// A recently valid credential is read from memory, and the first transaction of the request confirms it.
///
/// A request without a valid key is counted by its address. Once an address has used up its minute, its requests are rejected before they
/// reach the database.
struct Authentication: Sendable {
    /// The API key of this secret text. Throws `Refusal.unauthenticated` for an unknown, expired or revoked one.
    let findKey: @Sendable (_ token: String, _ fromMemory: Bool) async throws -> RequestCredential
    /// The citizen of this access token. Throws `Refusal.citizenTokenInvalid` for an unknown one and for one of another key.
    let findCitizen:
        @Sendable (_ token: String, _ key: RequestCredential, _ fromMemory: Bool) async throws -> RequestCredential
    let limits: RateLimits
    let clock: @Sendable () -> Instant
    private let recentKeys = RecentlyValidKeys()

    static let maximumCredentialBytes = 512

    init(
        limits: RateLimits, clock: @escaping @Sendable () -> Instant,
        findKey: @escaping @Sendable (_ token: String, _ fromMemory: Bool) async throws -> RequestCredential,
        findCitizen:
            @escaping @Sendable (_ token: String, _ key: RequestCredential, _ fromMemory: Bool) async throws ->
            RequestCredential
    ) {
        self.limits = limits
        self.clock = clock
        self.findKey = findKey
        self.findCitizen = findCitizen
    }

    /// Sets `state.credential`, and counts the request against the limit of the key or of the address.
    /// - Parameter fromMemory: false when the request is handled again, because its credential had changed.
    func authenticate(_ headers: HTTPFields, _ state: inout RequestState, fromMemory: Bool) async throws {
        state.credential = nil
        let credential = headers[.authorization] ?? ""
        let now = clock()
        if !recentKeys.contains(credential, at: now), !limits.addressHasRoom(state) {
            try limits.countAddress(&state)
        }
        let found: RequestCredential
        do { found = try await key(of: credential, fromMemory: fromMemory) } catch {
            try limits.countAddress(&state)
            throw error
        }
        state.credential = found
        recentKeys.record(credential, at: now)
        // A request that is handled again was counted the first time.
        guard fromMemory else { return }
        // All visitors of a page share its key, so each address has a count of its own.
        if found.key.kind == .browser {
            try limits.countAddress(&state, as: "browser")
        } else {
            try limits.countKey(found.key, &state)
        }
    }

    /// Adds the citizen of the request's token, if it has one.
    func withCitizen(_ credential: RequestCredential, _ headers: HTTPFields, fromMemory: Bool) async throws
        -> RequestCredential
    {
        guard let token = headers[.citizenToken] else { return credential }
        return try await findCitizen(token, credential, fromMemory)
    }

    private func key(of credential: String, fromMemory: Bool) async throws -> RequestCredential {
        guard credential.utf8.count <= Self.maximumCredentialBytes, let token = bearerToken(credential) else {
            throw Refusal.unauthenticated
        }
        return try await findKey(token, fromMemory)
    }
}

/// The credential of an `Authorization` header of the scheme `Bearer`, in any case; `nil` for any other header.
func bearerToken(_ header: String) -> String? {
    let parts = header.trimmed.split(separator: " ", maxSplits: 1)
    guard parts.first?.lowercased() == "bearer", let token = parts.dropFirst().first?.trimmed, !token.isEmpty else {
        return nil
    }
    return token
}
