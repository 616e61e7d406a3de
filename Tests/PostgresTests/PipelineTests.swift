import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct PipelineTests {
    @Test func `read, decide, write takes two round trips`() async throws {
        try await withProxiedPool { pool, proxy async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            let before = proxy.roundTrips

            try await pool.transaction { tx in
                tx.send("SET LOCAL lock_timeout = 1000")
                _ = try await tx.queryAll(["SELECT a FROM t FOR UPDATE", "SELECT \(1)::bigint"])
                for number in 0..<20 { tx.send("INSERT INTO t VALUES (\(number))") }
            }

            #expect(proxy.roundTrips - before == 2)
        }
    }

    @Test func `a transaction of writes takes one round trip, and so does a query, prepared or not`() async throws {
        try await withProxiedPool { pool, proxy async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            let before = proxy.roundTrips

            try await pool.transaction { tx in
                tx.send("INSERT INTO t VALUES (1)")
                tx.send("INSERT INTO t VALUES (2)")
            }
            #expect(proxy.roundTrips - before == 1)
            _ = try await pool.query("SELECT a FROM t WHERE a = \(1)")
            _ = try await pool.query("SELECT a FROM t WHERE a = \(2)")

            #expect(proxy.roundTrips - before == 3)
        }
    }

    @Test func `a read of any number of statements takes one round trip and cannot write`() async throws {
        try await withProxiedPool { pool, proxy async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            let before = proxy.roundTrips

            let answers = try await pool.read([
                "SELECT \(SQL.readOnly), set_config('lock_timeout', '1s', true)", "SELECT count(*) FROM t",
                "SELECT current_setting('transaction_read_only')",
            ])
            #expect(proxy.roundTrips - before == 1)
            #expect(try answers[1].only(Int.self) == 0)
            #expect(try answers[2].only(String.self) == "on")
            let after = try await pool.query("SELECT current_setting('transaction_read_only')")
            #expect(try after.only(String.self) == "off")

            let error = await failure { _ = try await pool.read(["SELECT 1 / 0", "SELECT a FROM t"]) }
            #expect(error?.sqlState == "22012")
            #expect(pool.gauges == PoolGauges(inUse: 0, idle: 1, waiting: 0, size: 1))
            let write = await failure {
                _ = try await pool.read(["SELECT \(SQL.readOnly)", "INSERT INTO t VALUES (1)"])
            }
            #expect(write?.sqlState == "25006")
            #expect(try await pool.read(["SELECT count(*) FROM t"])[0].only(Int.self) == 0)
        }
    }

    @Test func `a read whose connection is lost is retried on another connection`() async throws {
        try await withPool(connections: 2) { pool async throws in
            let pid = try await pool.read(["SELECT pg_backend_pid()"])[0].only(Int.self)

            let answers = try await pool.read([
                "SELECT pg_terminate_backend(pg_backend_pid()) WHERE pg_backend_pid() = \(pid)", "SELECT \(7)::bigint",
            ])

            #expect(try answers[1].only(Int.self) == 7)
        }
    }

    @Test func `a flush larger than every buffer succeeds`() async throws {
        try await withPool { pool async throws in
            let block = [UInt8](repeating: 7, count: 400_000)

            let answers = try await pool.transaction { tx in
                try await tx.queryAll((0..<20).map { _ in "SELECT \(block)::bytea" })
            }

            #expect(answers.count == 20)
            #expect(try answers.allSatisfy { try $0.only([UInt8].self) == block })
        }
    }

    @Test func `statements are prepared once and the oldest are deallocated`() async throws {
        try await withPool(connections: 1, settings: [Setting(\.maximumPreparedStatements, 8)]) { pool async throws in
            let statements: [SQL] = (0..<30).map { number in
                (0...number).map { _ in "SELECT \(1)::bigint" as SQL }.joined(separator: " UNION ALL ")
            }

            for round in 0..<3 {
                for (index, statement) in statements.enumerated() {
                    #expect(try await pool.query(statement).count == index + 1, "round \(round)")
                }
            }
            let one: SQL = "SELECT count(*) FROM pg_prepared_statements"
            for _ in 0..<5 { _ = try await pool.query(one) }
            let stored = try await pool.query(one).only(Int.self)

            #expect(stored == 8)
        }
    }

    @Test func `prepared statements work after a table changes, even inside transactions`() async throws {
        try await withPool(connections: 1) { pool async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            _ = try await pool.query("INSERT INTO t VALUES (1)")
            let read: SQL = "SELECT * FROM t"
            _ = try await pool.query(read)
            _ = try await pool.query("ALTER TABLE t ADD COLUMN b text DEFAULT 'x'")

            var row = try #require(try await pool.query(read).first)
            row.skip()
            #expect(try row.next(String.self) == "x")

            _ = try await pool.query("ALTER TABLE t ADD COLUMN c text DEFAULT 'y'")
            var other = try #require(try await pool.transaction { tx in try await tx.query(read) }.first)
            other.skip(2)
            #expect(try other.next(String.self) == "y")
        }
    }

    @Test func `statements that the server deallocated are prepared again`() async throws {
        try await withPool(connections: 1) { pool async throws in
            _ = try await pool.query("SELECT \(1)::bigint")
            _ = try await pool.query("DEALLOCATE ALL")

            #expect(try await pool.query("SELECT \(2)::bigint").only(Int.self) == 2)
            _ = try await pool.query("DEALLOCATE ALL")
            let inside = try await pool.transaction { tx in try await tx.query("SELECT \(3)::bigint").only(Int.self) }
            #expect(inside == 3)
        }
    }

    @Test func `a parameter may be NULL in one call and bytes in another`() async throws {
        try await withPool(connections: 1) { pool async throws in
            _ = try await pool.query("CREATE TABLE t (a bytea)")
            let values: [[UInt8]?] = [nil, [0, 1, 255], nil, []]

            for value in values { _ = try await pool.query("INSERT INTO t VALUES (\(value))") }

            let stored = try await pool.query("SELECT a FROM t").map { row in
                var row = row
                return try row.nextOptional([UInt8].self)
            }
            #expect(stored == values)
        }
    }
}

func withProxiedPool<R>(
    connections: Int = 1, settings: [Setting] = [], _ body: (Pool, Proxy) async throws -> R
) async throws -> R {
    let proxy = try Proxy(to: try TestDatabase.port)
    defer { proxy.close() }
    return try await withPool(port: proxy.port, connections: connections, settings: settings) { pool async throws in
        _ = try await pool.query("SELECT 1")
        return try await body(pool, proxy)
    }
}
