import Accounts
import Addresses
import PagoPA
import Requests

/// Counts requests against the limits of `APIConfiguration` and rejects those over the limit with 429.
struct RateLimits: Sendable {
    private let requests: RateLimiter
    private let citizens: RateLimiter
    private let clock: @Sendable () -> Instant

    init(_ configuration: APIConfiguration, clock: @escaping @Sendable () -> Instant) {
        requests = RateLimiter(limitPerMinute: configuration.rateLimitPerMinute)
        citizens = RateLimiter(limitPerMinute: configuration.citizenRateLimitPerMinute)
        self.clock = clock
    }

    /// Counts a request by the client's address.
    /// - Parameter name: separates callers that share an address.
    func countAddress(_ state: inout RequestState, as name: String = "", times factor: Int = 1) throws(Problem) {
        guard state.isRateLimited else { return }
        try apply(requests.count(.address(state.clientIP, name: name), times: factor, at: clock()), to: &state)
    }

    func countKey(_ key: APIKey, _ state: inout RequestState) throws(Problem) {
        try apply(requests.count(.key(key.id), at: clock()), to: &state)
    }

    /// Whether the client's address may still send requests this minute. Does not count.
    func addressHasRoom(_ state: RequestState) -> Bool {
        requests.peek(.address(state.clientIP), at: clock()).isAllowed
    }

    /// Counts a request that hashes a password or sends an e-mail, by the citizen's address. The response reports this limit only when
    /// it is exceeded.
    func countCitizen(_ client: CitizenAddress, _ state: inout RequestState) throws(Problem) {
        let verdict = citizens.count(
            .address(nil, name: client.address.text),
            times: client.isStated ? 1 : APIConfiguration.unstatedAddressFactor,
            at: clock())
        if !verdict.isAllowed { try apply(verdict, to: &state) }
    }

    private func apply(_ verdict: RateLimiter.Verdict, to state: inout RequestState) throws(Problem) {
        state.rate = verdict
        guard verdict.isAllowed else {
            throw Problem(
                .tooManyRequests, detail: "\(verdict.limit) requests a minute are allowed.",
                retryAfterSeconds: verdict.resetSeconds)
        }
    }
}
