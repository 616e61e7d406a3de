import Accounts
import Cryptography
import DatabaseTestSupport
import Documents
import Foundation
import Gateways
import Logging
import Operations
import PagoPA
import Postgres
import Storage
import TestSupport
import Testing

/// Operations on a separate database, with a mail server and a clock that the test controls.
struct TestIntermediary: Sendable {
    /// An operation had another outcome than the test needs, or called a service that the test does not have.
    struct Unexpected: Error {}

    /// What every notice is drawn as.
    static let notice = Array("%PDF-1.7 notice".utf8)

    let pool: Pool
    let store: Store
    let url: String

    static func with<R>(
        port: UInt16? = nil, _ body: (TestIntermediary) async throws -> R
    ) async throws -> R {
        try await MigratedDatabase.with(port: port, connections: 8) { pool, url in
            try await body(TestIntermediary(pool: pool, store: Store(pool: pool), url: url))
        }
    }

    static var serverPort: UInt16 {
        get throws { UInt16(URLComponents(string: try MigratedDatabase.serverURL)?.port ?? 5432) }
    }

    /// An instance whose clock is off by `skewSeconds`; `deliver` is its mail server, and `callWebhook` calls the
    /// endpoints of subscribers.
    func instance(
        skewSeconds: Int = 0, allowedRecipients: AllowedRecipients? = nil, testRecipients: AllowedRecipients? = nil,
        secretsKey: String = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk=",
        _ deliver: @escaping @Sendable (_ to: String) async throws -> Void = { _ in },
        identityProviders: [IdentityProvider] = [],
        verifySignature: @escaping @Sendable (IDToken) async throws -> Void = { _ in throw Unexpected() },
        callWebhook: @escaping @Sendable (WebhookCall) async throws -> Int = { _ in throw Unexpected() },
        mayCallHost: @escaping @Sendable (String, String) async -> Bool = { _, _ in true }
    ) throws -> Intermediary {
        Intermediary(
            store: store,
            externalServices: ExternalServices(
                startPayment: { _, _ in throw Unexpected() }, cancelPayment: { _ in throw Unexpected() },
                callWebhook: callWebhook,
                deliver: { _, _, to, _ in try await deliver(to) }, checkURL: { _ in }, mayCallHost: mayCallHost,
                verifySignature: verifySignature,
                drawReceipt: { _ in [] }, drawNotice: { _ in Self.notice }),
            settings: Intermediary.Settings(
                publicURL: "http://localhost", mailFrom: try EmailAddress("quietanza@example.org"),
                allowedRecipients: allowedRecipients, identityProviders: identityProviders,
                testRecipients: testRecipients),
            secrets: try SecretsKeys(secretsKey), logger: .silent,
            clock: {
                Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)).adding(seconds: skewSeconds)
            })
    }

    func ask(_ sql: SQL) async throws -> [String] {
        try await pool.query(sql).map { row in
            var row = row
            return try row.next(String.self)
        }
    }

    /// Waits until every event can be read: the transactions of other tests delay them.
    func waitForHorizon() async throws {
        while try await !ask(
            "SELECT 'x' FROM journal WHERE event IS NOT NULL AND event_order >= event_horizon() LIMIT 1"
        )
        .isEmpty {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    var states: [String] {
        get async throws { try await ask("SELECT state FROM notifications ORDER BY created_at, id") }
    }

    /// Ends the lease of every claimed mail now. Otherwise it expires 30 s after its sender crashed.
    func endLeases() async throws {
        _ = try await pool.query(
            "UPDATE notifications SET leased_until = clock_timestamp() - interval '1 second' WHERE state = 'sending'")
    }
}

extension Caller {
    static var ops: Caller {
        var random = SystemRandomNumberGenerator()
        return Caller(
            key: APIKey(
                id: Identifier.make(at: Instant(microseconds: 0), random: &random), name: "ops", kind: .ops,
                prefix: "qz_ops", scopes: [.operations], creditors: [], createdAt: Instant(microseconds: 0)))
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
