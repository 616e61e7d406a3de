import DatabaseTestSupport
import Foundation
import Logging
import TestSupport
import Testing

@testable import Postgres

/// The PostgreSQL cluster of the tests.
enum TestDatabase {
    struct Absent: Error, CustomStringConvertible {
        let description = """
            TEST_DATABASE_URL is not set: it must name a superuser of a private PostgreSQL cluster, \
            such as postgresql://quietanza@127.0.0.1:54329/postgres (`make test` sets it)
            """
    }

    static var url: String {
        get throws {
            guard let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"], !url.isEmpty else {
                throw Absent()
            }
            return url
        }
    }

    static var port: UInt16 {
        get throws { UInt16(URLComponents(string: try url)?.port ?? 5432) }
    }

    static func configuration(port: UInt16? = nil, connections: Int = 4) throws -> PoolConfiguration {
        var components = try #require(URLComponents(string: try url))
        if let port { components.port = Int(port) }
        var configuration = PoolConfiguration(url: try #require(components.string), maximumConnections: connections)
        configuration.connectTimeoutMilliseconds = 60_000
        // Tests with a proxy inject faults and use the service's own time limits. Other tests use longer ones, because the machine may
        // be busy.
        if port == nil { for setting in [Setting].patient { setting.change(&configuration) } }
        return configuration
    }
}

/// Changes a limit of the pool.
struct Setting {
    let change: (inout PoolConfiguration) -> Void

    init<Value>(_ path: WritableKeyPath<PoolConfiguration, Value>, _ value: Value) {
        change = { $0[keyPath: path] = value }
    }
}

extension [Setting] {
    /// Long timeouts for tests that do not measure time, because the machine may be busy.
    static var patient: [Setting] {
        [
            Setting(\.waitTimeoutMilliseconds, 60_000), Setting(\.answerTimeoutMilliseconds, 60_000),
            Setting(\.statementTimeoutMilliseconds, 60_000), Setting(\.lockTimeoutMilliseconds, 60_000),
        ]
    }
}

/// Runs `body` with a pool on a new, empty schema, and removes both afterwards.
func withPool<R>(
    port: UInt16? = nil, connections: Int = 4, settings: [Setting] = [],
    _ body: (Pool) async throws -> R
) async throws -> R {
    try await Turns.database.take {
        try await withNewPool(port: port, connections: connections, settings: settings, body)
    }
}

private func withNewPool<R>(
    port: UInt16?, connections: Int, settings: [Setting], _ body: (Pool) async throws -> R
) async throws -> R {
    let schema = "t_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
    let maker = Pool(configuration: try TestDatabase.configuration(connections: 1), logger: .silent)
    _ = try await maker.query("CREATE SCHEMA \(SQL.identifier(schema))")
    var configuration = try TestDatabase.configuration(port: port, connections: connections)
    configuration.searchPath = schema
    for setting in settings { setting.change(&configuration) }
    let pool = Pool(configuration: configuration, logger: .silent)
    let result: Result<R, any Error>
    do { result = .success(try await body(pool)) } catch { result = .failure(error) }
    await pool.shutdown()
    _ = try? await maker.query("DROP SCHEMA \(SQL.identifier(schema)) CASCADE")
    await maker.shutdown()
    return try result.get()
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Polls until the condition is true, and records an issue when the time limit passes.
func eventually(
    within seconds: Double = 10, _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation,
    _ holds: () async throws -> Bool
) async throws {
    let end = ContinuousClock.now.advanced(by: .seconds(seconds))
    while ContinuousClock.now < end {
        if try await holds() { return }
        try await Task.sleep(for: .milliseconds(10))
    }
    Issue.record(what, sourceLocation: sourceLocation)
}

func failure<R>(_ body: () async throws -> R) async -> PostgresError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? PostgresError
    }
}

extension [Row] {
    func only<Value: SQLDecodable>(_ type: Value.Type = Value.self) throws -> Value {
        var row = try #require(first)
        return try row.next(type)
    }

    func column<Value: SQLDecodable>(_ type: Value.Type = Value.self) throws -> [Value] {
        try map { row in
            var row = row
            return try row.next(type)
        }
    }
}
