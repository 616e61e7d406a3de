import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct PoolTests {
    @Test func `connections have the configured settings`() async throws {
        let settings = [
            Setting(\.applicationName, "quietanza test"), Setting(\.statementTimeoutMilliseconds, 5_000),
            Setting(\.lockTimeoutMilliseconds, 2_000),
        ]
        try await withPool(settings: settings) { pool async throws in
            let names = [
                "statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name",
                "TimeZone",
                "client_encoding", "client_connection_check_interval",
            ]
            var values: [String] = []
            for name in names {
                values.append(try await pool.query("SELECT current_setting(\(name))").only(String.self))
            }

            #expect(values == ["5s", "2s", "10s", "quietanza test", "UTC", "UTF8", "1s"])
        }
    }

    @Test func `the pool never opens more connections than the limit`() async throws {
        try await withPool(connections: 3, settings: .patient) { pool async throws in
            try await withThrowingTaskGroup { group in
                for number in 0..<60 {
                    group.addTask {
                        let answer = try await pool.query("SELECT \(number)::bigint, pg_sleep(0.005)::text").only(
                            Int.self)
                        #expect(answer == number)
                    }
                }
                try await group.waitForAll()
            }

            #expect(pool.gauges == PoolGauges(inUse: 0, idle: 3, waiting: 0, size: 3))
        }
    }

    @Test func `the number of waiters and their time are limited`() async throws {
        try await withPool(
            connections: 1,
            settings: [Setting(\.maximumWaiters, 2), Setting(\.waitTimeoutMilliseconds, 300)]
        ) { pool async throws in
            let holding = Task { try await pool.query("SELECT pg_sleep(2)::text") }
            try await eventually("the connection is in use") { pool.gauges.inUse == 1 }
            let waiters = (0..<2).map { _ in Task { await failure { try await pool.query("SELECT 1") } } }
            try await eventually("two wait") { pool.gauges.waiting == 2 }
            let start = ContinuousClock.now

            let third = await failure { try await pool.query("SELECT 1") }

            #expect(third == .poolExhausted)
            #expect(ContinuousClock.now - start < .milliseconds(200))
            for waiter in waiters { #expect(await waiter.value == .poolExhausted) }
            #expect(ContinuousClock.now - start < .milliseconds(1500))
            #expect(pool.gauges.waiting == 0)
            _ = try await holding.value
        }
    }

    @Test func `a cancelled waiter is removed`() async throws {
        try await withPool(connections: 1) { pool async throws in
            let holding = Task { try await pool.query("SELECT pg_sleep(0.5)::text") }
            try await eventually("the connection is in use") { pool.gauges.inUse == 1 }
            let waiter = Task { try await pool.query("SELECT 1") }
            try await eventually("one waits") { pool.gauges.waiting == 1 }

            waiter.cancel()

            await #expect(throws: CancellationError.self) { try await waiter.value }
            #expect(pool.gauges.waiting == 0)
            _ = try await holding.value
            #expect(pool.gauges.idle == 1)
        }
    }

    @Test func `a cancelled waiter does not use the slot of another`() async throws {
        try await withPool(connections: 1, settings: .patient) { pool async throws in
            for _ in 0..<20 {
                let tasks = (0..<6).map { _ in Task { try await pool.query("SELECT pg_sleep(0.002)::text") } }
                for task in tasks.prefix(4) {
                    await Task.yield()
                    task.cancel()
                }
                for task in tasks.suffix(2) { #expect(try await task.value.count == 1) }
            }

            #expect(pool.gauges.waiting == 0)
        }
    }

    @Test func `a cancelled query ends on client and server and its connection is closed`() async throws {
        try await withPool(connections: 1) { pool async throws in
            let mark = UUID().uuidString
            let watcher = Pool(configuration: try TestDatabase.configuration(connections: 1), logger: .silent)
            func runs() async throws -> Bool {
                try await watcher.query(
                    "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE \("%" + mark + " slow%")"
                ).only(Int.self) > 0
            }
            let sql = SQL.identifier(mark + " slow")
            let query = Task { try await pool.query("SELECT pg_sleep(60)::text AS " + sql) }
            try await eventually("the query runs") { try await runs() }

            query.cancel()

            // The query sleeps for longer than the test waits for its end.
            await #expect(throws: CancellationError.self) { try await query.value }
            try await eventually("the server stops it") { try await !runs() }
            #expect(try await pool.query("SELECT 1").only(Int.self) == 1)
            #expect(pool.gauges == PoolGauges(inUse: 0, idle: 1, waiting: 0, size: 1))
            await watcher.shutdown()
        }
    }

    @Test func `a cancellation at any moment leaks no connection`() async throws {
        try await withPool(connections: 3) { pool async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            var random = SeededRandom(seed: 3)

            for _ in 0..<120 {
                let task = Task {
                    try await pool.transaction { tx in
                        _ = try await tx.query("SELECT 1")
                        _ = try await tx.query("SELECT 2")
                        tx.send("INSERT INTO t VALUES (1)")
                    }
                }
                for _ in 0..<Int.random(in: 0...60, using: &random) { await Task.yield() }
                task.cancel()
                _ = await task.result
            }

            #expect(pool.gauges.inUse == 0)
            let states = try await pool.query("SELECT pg_current_xact_id_if_assigned() IS NULL").only(Bool.self)
            #expect(states)
        }
    }

    @Test func `statement and lock timeouts have different errors and the connection stays open`() async throws {
        try await withPool(
            connections: 2,
            settings: [Setting(\.statementTimeoutMilliseconds, 3_000), Setting(\.lockTimeoutMilliseconds, 1_000)]
        ) { pool async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            _ = try await pool.query("INSERT INTO t VALUES (1)")

            let slow = await failure { try await pool.query("SELECT pg_sleep(20)::text") }
            let locked = try await pool.transaction { tx in
                _ = try await tx.query("SELECT a FROM t FOR UPDATE")
                return await failure { try await pool.query("SELECT a FROM t FOR UPDATE") }
            }

            #expect(slow?.sqlState == "57014")
            #expect(slow?.isUnavailable == true)
            #expect(locked?.sqlState == "55P03")
            #expect(pool.gauges == PoolGauges(inUse: 0, idle: 2, waiting: 0, size: 2))
        }
    }

    @Test func `descriptions of errors contain no values`() async throws {
        try await withPool { pool async throws in
            _ = try await pool.query("CREATE TABLE t (a text CONSTRAINT t_a_key UNIQUE)")
            _ = try await pool.query("INSERT INTO t VALUES (\("SECRET"))")

            let duplicate = await failure { try await pool.query("INSERT INTO t VALUES (\("SECRET"))") }
            let malformed = await failure { try await pool.query("SELECT \("SECRET")::uuid") }
            let raised = await failure { try await pool.query("DO $$ BEGIN RAISE EXCEPTION 'SECRET'; END $$") }

            #expect(duplicate?.constraint == "t_a_key")
            #expect(malformed?.sqlState == "22P02")
            for error in [duplicate, malformed, raised] {
                let texts = [
                    "\(error as Any)", String(reflecting: error), String(describing: error),
                    error?.localizedDescription,
                ]
                #expect(texts.allSatisfy { $0?.contains("SECRET") == false })
                #expect(error?.isUnavailable == false)
            }
        }
    }

    @Test func `the shutdown lets running work finish and rejects new callers`() async throws {
        try await withPool(connections: 2) { pool async throws in
            let working = Task { try await pool.query("SELECT pg_sleep(0.3)::text") }
            try await eventually("it works") { pool.gauges.inUse == 1 }

            await pool.shutdown()

            #expect(try await working.value.count == 1)
            #expect(pool.gauges == PoolGauges(inUse: 0, idle: 0, waiting: 0, size: 0))
            let error = await failure { try await pool.query("SELECT 1") }
            #expect(error?.isUnavailable == true)
        }
    }

    @Test func `an invalid URL or a wrong host is reported as unavailable without the password`() async throws {
        for url in [
            "postgresql://u:SECRET@[bad", "postgresql://u:SECRET@127.0.0.1:1/x",
            "postgresql://u:SECRET@no.such.host.invalid/x",
        ] {
            let pool = Pool(configuration: PoolConfiguration(url: url, maximumConnections: 1), logger: .silent)

            let error = await failure { try await pool.query("SELECT 1") }

            #expect(error?.isUnavailable == true)
            #expect("\(error as Any)".contains("SECRET") == false)
            await pool.shutdown()
        }
    }
}
