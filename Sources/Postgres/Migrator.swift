import Logging

/// Applies the migration files of a folder to a database, forward only. Files are named `NNNN_noun.sql`, are numbered from 1, and
/// must not be edited after they were applied.
///
/// Each file runs in its own transaction, together with its row in `schema_migrations`. A file whose first line is
/// `-- no transaction` runs outside a transaction, so it must be a single statement that can run again. Several instances may
/// migrate at the same time: one applies the files while the others wait and then find nothing to apply.
package struct Migrator: Sendable {
    private let configuration: PoolConfiguration
    private let folder: String
    private let logger: Logger
    private let waitTimeoutSeconds: Int

    /// The pool's statement timeouts do not apply here, because a migration may take up to an hour.
    package init(
        configuration: PoolConfiguration, folder: String, logger: Logger, lockTimeoutSeconds: Int = 10,
        waitTimeoutSeconds: Int = 120
    ) {
        var own = configuration
        own.statementTimeoutMilliseconds = 0
        own.lockTimeoutMilliseconds = lockTimeoutSeconds * 1000
        own.idleInTransactionTimeoutMilliseconds = 60_000
        own.answerTimeoutMilliseconds = 3_600_000
        self.configuration = own
        self.folder = folder
        self.logger = logger
        self.waitTimeoutSeconds = waitTimeoutSeconds
    }

    /// Applies the missing migrations and returns them.
    /// - Throws: `MigrationError`, `PostgresError`, `CancellationError`. Files applied before the one that failed stay applied.
    package func migrate() async throws -> [AppliedMigration] {
        let files = try MigrationFile.all(in: folder)
        return try await connected { connection in
            try await lock(connection)
            for statement in Self.createTable { _ = try await rows(connection, statement) }
            let known = try await applied(on: connection)
            let missing = try await compare(files, known, on: connection)
            for file in missing {
                logger.info("migrating", metadata: ["file": "\(file.name)"])
                try await apply(file, on: connection)
            }
            return Array(try await applied(on: connection).dropFirst(known.count))
        }
    }

    /// The files that `migrate` would apply. This function changes nothing and throws the same errors as `migrate`.
    package func pending() async throws -> [MigrationFile] {
        let files = try MigrationFile.all(in: folder)
        return try await connected { connection in
            let known = try await hasTable(connection) ? applied(on: connection) : []
            return try await compare(files, known, on: connection)
        }
    }

    /// Whether the database has every migration of the folder.
    package var isCurrent: Bool {
        get async throws { try await pending().isEmpty }
    }

    // MARK: - Database access

    private static let createTable: [SQL] = [
        """
        CREATE TABLE IF NOT EXISTS schema_migrations (
            version integer NOT NULL CONSTRAINT schema_migrations_pkey PRIMARY KEY,
            name text NOT NULL,
            checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now())
        """,
        "ALTER TABLE schema_migrations ADD COLUMN IF NOT EXISTS breaks_older_builds boolean NOT NULL DEFAULT false",
    ]

    /// The advisory lock that all instances share. The number is arbitrary but must not be used for another lock in the database.
    private static let lockKey: Int64 = 7_164_520_117_001

    private func connected<R: Sendable>(_ body: (Connection) async throws -> R) async throws -> R {
        let limit = Duration.milliseconds(configuration.connectTimeoutMilliseconds)
        let connection = try await Connection.open(configuration, until: .now.advanced(by: limit))
        do {
            let result = try await body(connection)
            await connection.close()  // releases the lock
            return result
        } catch {
            await connection.close()
            throw (error as? ExchangeFailure)?.error ?? error
        }
    }

    private var deadline: Reactor.Instant {
        .now.advanced(by: .milliseconds(configuration.answerTimeoutMilliseconds))
    }

    private func rows(_ connection: Connection, _ sql: SQL) async throws -> [Row] {
        try await connection.exchange([sql], until: deadline).flatMap(\.rows)
    }

    /// The row of a query that has exactly one.
    private func row(_ connection: Connection, _ sql: SQL) async throws -> Row {
        guard let row = try await rows(connection, sql).first else {
            throw PostgresError.decoding("a query that has one row returned none")
        }
        return row
    }

    /// Polls instead of waiting inside PostgreSQL: a waiting statement holds a snapshot, and CREATE INDEX CONCURRENTLY in the
    /// instance that is migrating would wait for that snapshot to end.
    private func lock(_ connection: Connection) async throws {
        let end = Reactor.Instant.now.advanced(by: .seconds(waitTimeoutSeconds))
        while true {
            var row = try await row(connection, "SELECT pg_try_advisory_lock(\(Self.lockKey))")
            if try row.next(Bool.self) { return }
            guard .now < end else { throw MigrationError.busy }
            guard await Reactor.shared.sleep(until: .now.advanced(by: .milliseconds(100))) else {
                throw CancellationError()
            }
        }
    }

    private func hasTable(_ connection: Connection) async throws -> Bool {
        var row = try await row(
            connection, "SELECT to_regclass(quote_ident(current_schema()) || '.schema_migrations') IS NOT NULL")
        return try row.next()
    }

    private func applied(on connection: Connection) async throws -> [AppliedMigration] {
        // The query reads the column through JSON, because a database that an older build migrated does not have it yet.
        let sql: SQL = """
            SELECT version, name, checksum, applied_at,
                coalesce((to_jsonb(m) ->> 'breaks_older_builds')::boolean, false)
            FROM schema_migrations m ORDER BY version
            """
        return try await rows(connection, sql).map { row in
            var row = row
            return try AppliedMigration(
                version: row.next(), name: row.next(), checksum: row.next(), appliedAt: row.next(),
                breaksOlderBuilds: row.next())
        }
    }

    /// Checks that the applied files are in the folder and unchanged, and returns the files that are not applied yet. Migrations of a
    /// newer build are ignored unless one of them breaks older builds.
    private func compare(
        _ files: [MigrationFile], _ applied: [AppliedMigration], on connection: Connection
    ) async throws -> [MigrationFile] {
        let newest = files.last?.version ?? 0
        for known in applied where known.version <= newest || known.breaksOlderBuilds {
            guard let file = files.first(where: { $0.version == known.version }), file.name == known.name else {
                throw MigrationError.missing(known.name)
            }
            guard try await checksum(of: file, on: connection) == known.checksum else {
                throw MigrationError.edited(file.name)
            }
        }
        let highest = applied.last?.version ?? 0
        let versions = Set(applied.map(\.version))
        if let late = files.first(where: { $0.version < highest && !versions.contains($0.version) }) {
            throw MigrationError.late(late.name)
        }
        return files.filter { $0.version > highest }
    }

    private func checksum(of file: MigrationFile, on connection: Connection) async throws -> String {
        var row = try await row(connection, "SELECT encode(sha256(\(Array(file.text.utf8))), 'hex')")
        return try row.next()
    }

    private func apply(_ file: MigrationFile, on connection: Connection) async throws {
        do {
            let record: SQL = """
                INSERT INTO schema_migrations (version, name, checksum, breaks_older_builds)
                VALUES (\(file.version), \(file.name), encode(sha256(\(Array(file.text.utf8))), 'hex'),
                    \(file.breaksOlderBuilds))
                """
            if file.runsAlone {
                try await connection.run(script: file.text, until: deadline)
                _ = try await rows(connection, record)
            } else {
                try await connection.run(script: "BEGIN", until: deadline)
                try await connection.run(script: file.text, until: deadline)
                guard await connection.isInTransaction else { throw MigrationError.unfinished(file.name) }
                _ = try await connection.exchange([record, "COMMIT"], until: deadline)
            }
        } catch let error as PostgresError {
            throw MigrationError.failed(name: file.name, error)
        } catch let failure as ExchangeFailure {
            guard let error = failure.error as? PostgresError else { throw failure.error }
            throw MigrationError.failed(name: file.name, error)
        }
    }
}
