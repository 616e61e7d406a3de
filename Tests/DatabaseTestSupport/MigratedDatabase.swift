import Foundation
import Logging
import Postgres
import TestSupport

/// New databases with all migrations, for tests, on the server that TEST_DATABASE_URL names.
package enum MigratedDatabase {
    package struct Unusable: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs `body` with a new database and a pool on it, and removes both afterwards.
    ///
    /// - Parameter port: the port of a proxy, through which the pool connects. Tests with a proxy inject faults and use the service's
    ///   own time limits; other tests use longer ones, because the machine may be busy.
    package static func with<Value>(
        port: UInt16? = nil, connections: Int, _ body: (_ pool: Pool, _ url: String) async throws -> Value
    ) async throws -> Value {
        try await with(port: port, connections: connections, copyOf: nil, body)
    }

    /// Runs `prepare` on a new database with the migrations before `file`, then the other migrations, then `body`.
    package static func upgraded<Value>(
        by file: String, connections: Int, _ prepare: (_ pool: Pool) async throws -> Void,
        _ body: (_ pool: Pool, _ url: String) async throws -> Value
    ) async throws -> Value {
        try await with(port: nil, connections: connections, copyOf: "template1") { pool, url in
            let files = FileManager.default
            let earlier = files.temporaryDirectory.appending(path: newName())
            try files.createDirectory(at: earlier, withIntermediateDirectories: false)
            defer { try? files.removeItem(at: earlier) }
            for name in try files.contentsOfDirectory(atPath: migrations.path) where name < file {
                try files.copyItem(at: migrations.appending(path: name), to: earlier.appending(path: name))
            }
            try await migrate(url, with: earlier)
            try await prepare(pool)
            try await migrate(url, with: migrations)
            return try await body(pool, url)
        }
    }

    private static let migrations = Contract.projectFile.deletingLastPathComponent().appending(path: "migrations")

    fileprivate static func migrate(_ url: String, with folder: URL = migrations) async throws {
        _ = try await Migrator(configuration: patient(url, connections: 1), folder: folder.path, logger: silent)
            .migrate()
    }

    /// - Parameter template: a database; `nil`: the one with all migrations.
    private static func with<Value>(
        port: UInt16?, connections: Int, copyOf template: String?,
        _ body: (_ pool: Pool, _ url: String) async throws -> Value
    ) async throws -> Value {
        try await Turns.database.take {
            let maker = Pool(configuration: patient(try serverURL, connections: 1), logger: silent)
            let name = newName()
            let result: Result<Value, any Error>
            do {
                let template = if let template { template } else { try await Template.shared.name(on: maker) }
                try await maker.execute("CREATE DATABASE \(SQL.identifier(name)) TEMPLATE \(SQL.identifier(template))")
                let url = try url(of: name, port: port)
                var configuration = patient(url, connections: connections)
                if port != nil { configuration = PoolConfiguration(url: url, maximumConnections: connections) }
                configuration.connectTimeoutMilliseconds = 60_000
                let pool = Pool(configuration: configuration, logger: silent)
                do { result = .success(try await body(pool, url)) } catch { result = .failure(error) }
                await pool.shutdown()
            } catch {
                result = .failure(error)
            }
            _ = try? await maker.execute("DROP DATABASE IF EXISTS \(SQL.identifier(name)) WITH (FORCE)")
            await maker.shutdown()
            return try result.get()
        }
    }

    package static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    package static var serverURL: String {
        get throws {
            let url = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"] ?? ""
            guard !url.isEmpty else { throw Unusable(description: "TEST_DATABASE_URL is not set: run `make test`") }
            return url
        }
    }

    fileprivate static func newName() -> String {
        "t_" + UUID().uuidString.lowercased().replacing("-", with: "")
    }

    fileprivate static func url(of database: String, port: UInt16? = nil) throws -> String {
        guard var parts = URLComponents(string: try serverURL) else {
            throw Unusable(description: "TEST_DATABASE_URL is not a URL")
        }
        parts.path = "/" + database
        if let port { parts.port = Int(port) }
        return parts.string ?? ""
    }

    fileprivate static func patient(_ url: String, connections: Int) -> PoolConfiguration {
        var configuration = PoolConfiguration(url: url, maximumConnections: connections)
        configuration.connectTimeoutMilliseconds = 60_000
        configuration.waitTimeoutMilliseconds = 60_000
        configuration.answerTimeoutMilliseconds = 60_000
        configuration.statementTimeoutMilliseconds = 60_000
        configuration.lockTimeoutMilliseconds = 60_000
        return configuration
    }
}

/// The database of which the others are copies. It is made once per process, because the migrations take a second each time.
private actor Template {
    static let shared = Template()

    private var making: Task<String, any Error>?

    func name(on maker: Pool) async throws -> String {
        if let making { return try await making.value }
        let task = Task {
            let name = MigratedDatabase.newName()
            try await maker.execute("CREATE DATABASE \(SQL.identifier(name))")
            try await MigratedDatabase.migrate(try MigratedDatabase.url(of: name))
            return name
        }
        making = task
        return try await task.value
    }
}
