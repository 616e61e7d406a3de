import Accounts
import Cryptography
import Documents
import Foundation
import Logging
import Operations
import PagoPA
import Postgres
import Storage
import TestSupport
import Testing

/// Operations on a separate database, with a mail server and a clock that the test controls.
struct TestIntermediary: Sendable {
    struct Absent: Error, CustomStringConvertible {
        let description = "TEST_DATABASE_URL is not set (`make test` sets it)"
    }

    let pool: Pool
    let store: Store
    let url: String

    static func with<R>(
        port: UInt16? = nil, _ body: (TestIntermediary) async throws -> R
    ) async throws -> R {
        try await DatabaseTurns.shared.take { try await withNewDatabase(port: port, body) }
    }

    private static func withNewDatabase<R>(
        port: UInt16?, _ body: (TestIntermediary) async throws -> R
    ) async throws -> R {
        guard let server = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"], !server.isEmpty else {
            throw Absent()
        }
        let name = "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
        // Many tests create databases at the same time, which is slow, so the timeouts are long.
        var patient = PoolConfiguration(url: server, maximumConnections: 1)
        patient.connectTimeoutMilliseconds = 60_000
        patient.answerTimeoutMilliseconds = 60_000
        patient.statementTimeoutMilliseconds = 60_000
        let maker = Pool(configuration: patient, logger: .silent)
        _ = try await maker.query("CREATE DATABASE \(SQL.identifier(name))")
        var parts = try #require(URLComponents(string: server))
        parts.path = "/" + name
        if let port { parts.port = Int(port) }
        let url = try #require(parts.string)
        var configuration = PoolConfiguration(url: url, maximumConnections: 8)
        // Tests with a proxy inject faults and use the service's own timeouts. Other tests use longer ones, because the machine may be
        // busy.
        configuration.connectTimeoutMilliseconds = 60_000
        if port == nil {
            configuration.waitTimeoutMilliseconds = 60_000
            configuration.answerTimeoutMilliseconds = 60_000
            configuration.statementTimeoutMilliseconds = 60_000
            configuration.lockTimeoutMilliseconds = 60_000
        }
        let pool = Pool(configuration: configuration, logger: .silent)
        let result: Result<R, any Error>
        do {
            let folder = Contract.projectFile.deletingLastPathComponent().appending(path: "migrations").path
            _ = try await Migrator(configuration: configuration, folder: folder, logger: .silent).migrate()
            result = .success(try await body(TestIntermediary(pool: pool, store: Store(pool: pool), url: url)))
        } catch {
            result = .failure(error)
        }
        await pool.shutdown()
        _ = try? await maker.query("DROP DATABASE \(SQL.identifier(name)) WITH (FORCE)")
        await maker.shutdown()
        return try result.get()
    }

    static var serverPort: UInt16 {
        get throws {
            let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"] ?? ""
            return UInt16(URLComponents(string: url)?.port ?? 5432)
        }
    }

    /// An instance whose clock is off by `skewSeconds`; `deliver` is its mail server.
    func instance(
        skewSeconds: Int = 0, secretsKey: String = "cXVpZXRhbnphLXRlc3RzLW9ubHktc2VjcmV0cy1rZXk=",
        _ deliver: @escaping @Sendable (_ to: String) async throws -> Void = { _ in }
    ) throws -> Intermediary {
        Intermediary(
            store: store,
            externalServices: ExternalServices(
                startPayment: { _, _ in throw Absent() }, cancelPayment: { _ in throw Absent() },
                deliver: { _, _, to, _ in try await deliver(to) }, checkURL: { _ in }, drawReceipt: { _ in [] }),
            settings: Intermediary.Settings(
                publicURL: "http://localhost", mailFrom: try EmailAddress("quietanza@example.org")),
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
