import Accounts
import HTTPTypes
import PagoPA
import Requests

/// Finds the caller of a request that shows an API key: the key, and the citizen whose token came beside it.
///
/// A request without a valid key is counted by its address. Once an address has used up its minute, its requests are rejected before they
/// reach the database.
struct Authentication: Sendable {
    /// The API key of this secret text. Throws `Refusal.unauthenticated` for an unknown, expired or revoked one.
    let findKey: @Sendable (_ token: String) async throws -> APIKey
    /// The citizen of this access token. Throws `Refusal.citizenTokenInvalid` for an unknown one and for one of another key.
    let findCitizen: @Sendable (_ token: String, _ key: APIKey) async throws -> SignedInCitizen
    let limits: RateLimits
    let clock: @Sendable () -> Instant
    private let recentKeys = RecentlyValidKeys()

    static let maximumCredentialBytes = 512

    init(
        limits: RateLimits, clock: @escaping @Sendable () -> Instant,
        findKey: @escaping @Sendable (_ token: String) async throws -> APIKey,
        findCitizen: @escaping @Sendable (_ token: String, _ key: APIKey) async throws -> SignedInCitizen
    ) {
        self.limits = limits
        self.clock = clock
        self.findKey = findKey
        self.findCitizen = findCitizen
    }

    /// Sets `state.key`, and counts the request against the limit of the key or of the address.
    func authenticate(_ headers: HTTPFields, _ state: inout RequestState) async throws -> APIKey {
        let credential = headers[.authorization] ?? ""
        let now = clock()
        if !recentKeys.contains(credential, at: now), !limits.addressHasRoom(state) {
            try limits.countAddress(&state)
        }
        let key: APIKey
        do { key = try await self.key(of: credential) } catch {
            try limits.countAddress(&state)
            throw error
        }
        state.key = key
        recentKeys.record(credential, at: now)
        try limits.countKey(key, &state)
        return key
    }

    /// The key, alone or with the citizen whose token came beside it.
    func caller(_ key: APIKey, _ headers: HTTPFields) async throws -> Caller {
        guard let token = headers[.citizenToken] else { return Caller(key: key) }
        return Caller(key: key, citizen: try await findCitizen(token, key))
    }

    private func key(of credential: String) async throws -> APIKey {
        guard credential.utf8.count <= Self.maximumCredentialBytes, let token = bearerToken(credential) else {
            throw Refusal.unauthenticated
        }
        return try await findKey(token)
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
