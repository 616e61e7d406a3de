import Crypto
import Foundation
import JSON

/// The pair of tokens of a signed-in citizen.
struct SessionTokens: Sendable, Equatable {
    var access: String
    var refresh: String
    var expiresAt: Date

    init(access: String, refresh: String, expiresAt: Date) {
        self.access = access
        self.refresh = refresh
        self.expiresAt = expiresAt
    }

    init?(_ json: JSONValue, now: Date) {
        guard let access = json.text("access_token"), let refresh = json.text("refresh_token"),
            let seconds = json.integer("expires_in")
        else { return nil }
        self.init(access: access, refresh: refresh, expiresAt: now.addingTimeInterval(Double(seconds)))
    }

    /// A minute early, so that a token does not expire on its way.
    func needsRefresh(at now: Date) -> Bool { expiresAt.timeIntervalSince(now) < 60 }
}

/// Refreshes tokens. A refresh token is valid once, and a browser may send several requests with it at the same time, so the first
/// request refreshes and the others get its result for a minute.
actor TokenRefresher {
    private static let lifeSeconds = 60.0
    private static let maximumEntries = 10_000
    private let api: APIClient
    private let now: @Sendable () -> Date
    private var entries: [String: (startedAt: Date, task: Task<SessionTokens, any Error>)] = [:]

    init(api: APIClient, now: @escaping @Sendable () -> Date) {
        self.api = api
        self.now = now
    }

    /// - Throws: `APIError`; `.signedOut` if the session has ended.
    func refresh(_ tokens: SessionTokens, for caller: APICaller) async throws -> SessionTokens {
        let key = SHA256.hash(data: Array(tokens.refresh.utf8)).description
        let start = now()
        if let entry = entries[key], start.timeIntervalSince(entry.startedAt) < Self.lifeSeconds {
            return try await entry.task.value
        }
        entries = entries.filter { start.timeIntervalSince($0.value.startedAt) < Self.lifeSeconds }
        if entries.count >= Self.maximumEntries { entries = [:] }
        let task = Task { [api, now] in
            let body = JSONWriter.object { $0.field("refresh_token", tokens.refresh) }
            do {
                let json = try await api.post("/v1/sessions/refresh", body, as: caller.asGuest)
                guard let fresh = SessionTokens(json, now: now()) else {
                    throw APIError.unavailable(retryAfterSeconds: nil)
                }
                return fresh
            } catch APIError.refused(let problem) where (400..<500).contains(problem.status) {
                throw APIError.signedOut
            }
        }
        entries[key] = (start, task)
        do { return try await task.value } catch {
            // The refresh may be tried again, unless the session has ended.
            entries[key] = nil
            throw error
        }
    }
}
