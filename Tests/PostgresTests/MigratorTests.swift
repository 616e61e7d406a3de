import Foundation
import Testing

@testable import Postgres

@Suite struct MigratorTests {
    @Test func `each file is applied once and in order`() async throws {
        try await withMigrations([
            "0001_things.sql": "CREATE TABLE things (a bigint); INSERT INTO things VALUES (1);",
            "0002_index.sql": "-- no transaction\nCREATE INDEX CONCURRENTLY things_a_idx ON things (a);",
            "0003_more.sql": "-- comment; with 'quotes\nALTER TABLE things ADD COLUMN b text DEFAULT $$;$$;",
        ]) { migrator, pool, _ async throws in
            #expect(try await migrator.pending().map(\.version) == [1, 2, 3])
            #expect(try await !migrator.isCurrent)

            let applied = try await migrator.migrate()

            #expect(applied.map(\.name) == ["0001_things.sql", "0002_index.sql", "0003_more.sql"])
            #expect(applied.allSatisfy { $0.checksum.count == 64 })
            #expect(try await migrator.migrate() == [])
            #expect(try await migrator.isCurrent)
            #expect(try await pool.query("SELECT b FROM things").only(String.self) == ";")
        }
    }

    @Test func `four concurrent migrators apply each file once`() async throws {
        try await withMigrations([
            "0001_a.sql": "CREATE TABLE a (a bigint); SELECT pg_sleep(0.2);", "0002_b.sql": "INSERT INTO a VALUES (1);",
            "0003_c.sql": "-- no transaction\nCREATE INDEX CONCURRENTLY a_idx ON a (a)",
        ]) { migrator, pool, _ async throws in
            let counts = try await withThrowingTaskGroup { group in
                for _ in 0..<4 { group.addTask { try await migrator.migrate().count } }
                return try await group.reduce(into: []) { $0.append($1) }
            }

            #expect(counts.sorted() == [0, 0, 0, 3])
            #expect(try await pool.query("SELECT count(*) FROM a").only(Int.self) == 1)
        }
    }

    @Test func `an edited or missing file is rejected`() async throws {
        try await withMigrations(["0001_a.sql": "CREATE TABLE a (a bigint);", "0002_b.sql": "SELECT 1;"]) {
            migrator, _, folder async throws in
            _ = try await migrator.migrate()

            try "SELECT 2;".write(toFile: folder + "/0002_b.sql", atomically: true, encoding: .utf8)
            await #expect(throws: MigrationError.edited("0002_b.sql")) { try await migrator.migrate() }
            await #expect(throws: MigrationError.edited("0002_b.sql")) { try await migrator.isCurrent }
            try "SELECT 1;".write(toFile: folder + "/0002_b.sql", atomically: true, encoding: .utf8)
            try FileManager.default.removeItem(atPath: folder + "/0001_a.sql")
            try "SELECT 1;".write(toFile: folder + "/0001_b.sql", atomically: true, encoding: .utf8)
            await #expect(throws: MigrationError.missing("0001_a.sql")) { try await migrator.migrate() }
        }
    }

    @Test(arguments: [
        (["0001_a.sql", "0001_b.sql"], MigrationError.misnumbered(expected: 2, found: "0001_b.sql")),
        (["0002_a.sql"], MigrationError.misnumbered(expected: 1, found: "0002_a.sql")),
        (["1_a.sql"], MigrationError.misnamed("1_a.sql")),
        (["0001-a.sql"], MigrationError.misnamed("0001-a.sql")),
    ])
    func `a missing first number, duplicate numbers and invalid names are rejected`(
        names: [String], error: MigrationError
    )
        async throws
    {
        let files = Dictionary(uniqueKeysWithValues: names.map { ($0, "SELECT 1;") })
        try await withMigrations(files) { migrator, _, _ async throws in
            await #expect(throws: error) { try await migrator.migrate() }
        }
    }

    @Test func `numbers may have gaps, but a file that fills one later is refused instead of forgotten`() async throws {
        try await withMigrations([
            "0001_a.sql": "CREATE TABLE a (a bigint);", "0005_b.sql": "INSERT INTO a VALUES (5);",
            "0006_c.sql": "INSERT INTO a VALUES (6);",
        ]) { migrator, pool, folder async throws in
            #expect(try await migrator.migrate().map(\.version) == [1, 5, 6])
            #expect(try await pool.query("SELECT a FROM a ORDER BY a").column(Int.self) == [5, 6])

            let late = folder + "/0003_late.sql"
            try "INSERT INTO a VALUES (3);".write(toFile: late, atomically: true, encoding: .utf8)

            await #expect(throws: MigrationError.late("0003_late.sql")) { try await migrator.isCurrent }
            await #expect(throws: MigrationError.late("0003_late.sql")) { try await migrator.migrate() }
            try FileManager.default.moveItem(atPath: late, toPath: folder + "/0007_late.sql")
            #expect(try await migrator.migrate().map(\.version) == [7])
        }
    }

    @Test func `a file is recognized by its bytes alone, and every kind of change of it is refused`() async throws {
        let text = "CREATE TABLE a (a bigint);\n"
        try await withMigrations(["0001_a.sql": text]) { migrator, _, folder async throws in
            _ = try await migrator.migrate()
            let path = folder + "/0001_a.sql"
            for change in [text + " ", text + "\n", text.replacing("bigint", with: "BIGINT"), "-- x\n" + text, ""] {
                try change.write(toFile: path, atomically: true, encoding: .utf8)
                await #expect(throws: MigrationError.edited("0001_a.sql")) { try await migrator.pending() }
            }
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            #expect(try await migrator.pending().isEmpty)
            try FileManager.default.moveItem(atPath: path, toPath: folder + "/0001_renamed.sql")
            await #expect(throws: MigrationError.missing("0001_a.sql")) { try await migrator.pending() }
            // What is no migration is ignored; what is not text is refused.
            try FileManager.default.moveItem(atPath: folder + "/0001_renamed.sql", toPath: path)
            try "x".write(toFile: folder + "/README.md", atomically: true, encoding: .utf8)
            #expect(try await migrator.isCurrent)
            for bytes in [[0xFF, 0xFE], [0x2D, 0x2D, 0x00]] as [[UInt8]] {
                try Data(bytes).write(to: URL(filePath: folder + "/0002_b.sql"))
                await #expect(throws: MigrationError.unreadable("0002_b.sql")) { try await migrator.pending() }
            }
            try FileManager.default.removeItem(atPath: folder)
            await #expect(throws: MigrationError.unreadable(folder)) { try await migrator.pending() }
        }
    }

    @Test func `an older build accepts a newer schema unless a migration forbids it`() async throws {
        let first = ["0001_a.sql": "CREATE TABLE a (a bigint);"]
        try await withMigrations(first) { migrator, pool, folder async throws in
            _ = try await migrator.migrate()
            let newer = folder + "/0002_b.sql"
            try "-- A column that old builds do not read.\nCREATE TABLE b (b bigint);"
                .write(toFile: newer, atomically: true, encoding: .utf8)
            _ = try await migrator.migrate()
            try FileManager.default.removeItem(atPath: newer)

            #expect(try await migrator.isCurrent)
            #expect(try await migrator.migrate().isEmpty)

            let breaking = folder + "/0003_c.sql"
            try "-- breaks older builds\nDROP TABLE a;".write(toFile: breaking, atomically: true, encoding: .utf8)
            try "-- A column that old builds do not read.\nCREATE TABLE b (b bigint);"
                .write(toFile: newer, atomically: true, encoding: .utf8)
            _ = try await migrator.migrate()
            try FileManager.default.removeItem(atPath: breaking)
            try FileManager.default.removeItem(atPath: newer)

            await #expect(throws: MigrationError.missing("0003_c.sql")) { try await migrator.isCurrent }
            _ = pool
        }
    }

    @Test func `a file that fails is rolled back and earlier files stay applied`() async throws {
        try await withMigrations([
            "0001_a.sql": "CREATE TABLE a (a bigint);", "0002_b.sql": "CREATE TABLE b (a bigint); SELECT 1 / 0;",
        ]) { migrator, pool, folder async throws in
            await #expect(
                throws: MigrationError.failed(
                    name: "0002_b.sql", .server(sqlState: "22012", constraint: nil, message: ""))
            ) {
                try await migrator.migrate()
            }

            #expect(
                try await pool.query("SELECT to_regclass('a') IS NOT NULL AND to_regclass('b') IS NULL").only(Bool.self)
            )
            try "CREATE TABLE b (a bigint);".write(toFile: folder + "/0002_b.sql", atomically: true, encoding: .utf8)
            #expect(try await migrator.migrate().map(\.version) == [2])
        }
    }

    @Test func `a file that ends its transaction is rejected`() async throws {
        try await withMigrations(["0001_a.sql": "CREATE TABLE a (a bigint); COMMIT;"]) { migrator, _, _ async throws in
            await #expect(throws: MigrationError.unfinished("0001_a.sql")) { try await migrator.migrate() }
        }
    }
}

private func withMigrations(
    _ files: [String: String], _ body: (Migrator, Pool, String) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/migrations-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for (name, text) in files { try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8) }
    try await withPool { pool async throws in
        let migrator = Migrator(configuration: pool.configuration, folder: folder, logger: .silent)
        try await body(migrator, pool, folder)
    }
}
