import Foundation
import TestSupport
import Testing

@testable import Postgres

@Suite struct FailureTests {
    @Test func `a hanging server causes an error within five seconds and is used again after it recovers`() async throws
    {
        try await withProxiedPool(connections: 4) { pool, proxy async throws in
            proxy.stopForwarding()
            let start = ContinuousClock.now

            let errors = await withTaskGroup { group in
                for number in 0..<12 {
                    group.addTask {
                        if number % 2 == 0 { return await failure { try await pool.query("SELECT 1") } }
                        return await failure { try await pool.transaction { tx in _ = try await tx.query("SELECT 1") } }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }

            #expect(ContinuousClock.now - start < .milliseconds(5000))
            #expect(errors.allSatisfy { $0?.isUnavailable == true })
            #expect(pool.gauges.inUse == 0)
            proxy.stopForwarding(false)
            try await eventually("it heals") { await failure { try await pool.query("SELECT 1") } == nil }
        }
    }

    @Test func `a server that hangs during the connection causes an error within five seconds`() async throws {
        let proxy = try Proxy(to: try TestDatabase.port)
        defer { proxy.close() }
        proxy.stopForwarding()
        let settings = [
            Setting(
                \.connectTimeoutMilliseconds,
                PoolConfiguration(url: "", maximumConnections: 1).connectTimeoutMilliseconds)
        ]
        try await withPool(port: proxy.port, connections: 2, settings: settings) { pool async throws in
            let start = ContinuousClock.now

            let errors = await withTaskGroup { group in
                for _ in 0..<6 { group.addTask { await failure { try await pool.query("SELECT 1") } } }
                return await group.reduce(into: []) { $0.append($1) }
            }

            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(errors.allSatisfy { $0?.isUnavailable == true })
        }
    }

    @Test func `a connection that was lost while idle is replaced without an error`() async throws {
        try await withProxiedPool { pool, proxy async throws in
            for _ in 0..<5 {
                proxy.closeConnections()

                #expect(try await pool.query("SELECT 1").only(Int.self) == 1)
                proxy.closeConnections()
                let inside = try await pool.transaction { tx in try await tx.query("SELECT 2").only(Int.self) }
                #expect(inside == 2)
            }
        }
    }

    @Test func `a first flush whose connection is lost is retried on another connection`() async throws {
        try await withProxiedPool(settings: [Setting(\.answerTimeoutMilliseconds, 60_000)]) {
            pool, proxy async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")
            // A rollback does not reset a sequence, so the first flush sleeps and its retry does not.
            _ = try await pool.query("CREATE SEQUENCE tries")
            let mark = UUID().uuidString
            let watcher = Pool(configuration: try TestDatabase.configuration(connections: 1), logger: .silent)
            let cutting = Task {
                try await eventually("the first flush sleeps") {
                    try await watcher.query(
                        """
                        SELECT count(*) FROM pg_stat_activity
                        WHERE wait_event = 'PgSleep' AND query LIKE \("%" + mark + "%")
                        """
                    ).only(Int.self) > 0
                }
                proxy.closeConnections()
            }

            try await pool.transaction { tx in
                _ = try await tx.query(
                    "SELECT CASE WHEN nextval('tries') = 1 THEN pg_sleep(50) END::text AS " + SQL.identifier(mark))
                tx.send("INSERT INTO t VALUES (1)")
            }

            try await cutting.value
            await watcher.shutdown()
            #expect(try await pool.query("SELECT a FROM t").column(Int.self) == [1])
        }
    }

    @Test func `a connection lost later in a transaction is an error and rolls back`() async throws {
        try await withProxiedPool { pool, proxy async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")

            let error = await failure {
                try await pool.transaction { tx in
                    _ = try await tx.query("INSERT INTO t VALUES (1)")
                    proxy.closeConnections()
                    _ = try await tx.query("SELECT 1")
                }
            }

            #expect(error == .connectionLost)
            #expect(try await pool.query("SELECT count(*) FROM t").only(Int.self) == 0)
        }
    }

    @Test func `a connection lost during COMMIT leaves the outcome unknown`() async throws {
        try await withProxiedPool { pool, proxy async throws in
            _ = try await pool.query("CREATE TABLE t (a bigint)")

            let error = await failure {
                try await pool.transaction { tx in
                    _ = try await tx.query("SELECT 1")
                    tx.send("INSERT INTO t VALUES (1)")
                    proxy.closeAtNextResponse()
                }
            }

            #expect(error == .commitUnknown)
            #expect(error?.isUnavailable == true)
            proxy.closeConnections()
            #expect(try await pool.query("SELECT count(*) FROM t").only(Int.self) == 1)
        }
    }

    @Test func `a killed backend causes an error for its own caller only`() async throws {
        try await withPool(connections: 2) { pool async throws in
            let error = await failure {
                try await pool.transaction { tx in
                    let pid = try await tx.query("SELECT pg_backend_pid()").only(Int.self)
                    _ = try await pool.query("SELECT pg_terminate_backend(\(pid)::integer)")
                    _ = try await tx.query("SELECT 1")
                }
            }

            #expect(error?.isUnavailable == true)
            #expect(try await pool.query("SELECT 1").only(Int.self) == 1)
            #expect(pool.gauges.inUse == 0)
        }
    }

    @Test func `the pool recovers from a restart under load and no committed row is lost`() async throws {
        let cluster = try await onOwnThread { try PrivateCluster() }
        defer { cluster.remove() }
        let pool = Pool(configuration: PoolConfiguration(url: cluster.url, maximumConnections: 4), logger: .silent)
        _ = try await pool.query("CREATE TABLE t (a uuid PRIMARY KEY)")
        let load = Load(pool: pool)
        let working = Task { await load.run() }
        try await eventually("work is done") { await load.committed.count > 50 }

        for mode in ["immediate", "fast"] {
            try await onOwnThread { try cluster.stop(mode) }
            try await eventually("callers are refused") { await load.refused > 0 }
            let away = await failure { try await pool.query("SELECT 1") }
            try await onOwnThread { try cluster.start() }
            let count = await load.committed.count
            try await eventually(within: 5, "work goes on") { await load.committed.count > count + 50 }
            #expect(away?.isUnavailable == true)
            await load.forgetRefusals()
        }

        working.cancel()
        await working.value
        let stored = Set(try await pool.query("SELECT a FROM t").column(UUID.self))
        let (committed, slowest, strange) = await (load.committed, load.slowest, load.strange)
        #expect(committed.isSubset(of: stored))
        #expect(strange == [])
        #expect(slowest < .seconds(5))
        await pool.shutdown()
    }

    @Test func `a COMMIT whose wait for the synchronous standby was cancelled has an unknown outcome`() async throws {
        let cluster = try await onOwnThread { try PrivateCluster() }
        defer { cluster.remove() }
        var configuration = PoolConfiguration(url: cluster.url, maximumConnections: 2)
        configuration.answerTimeoutMilliseconds = 60_000
        let pool = Pool(configuration: configuration, logger: .silent)
        _ = try await pool.query("CREATE TABLE t (a bigint)")
        _ = try await pool.query("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        _ = try await pool.query("SELECT pg_reload_conf()")
        let writing = Task {
            var error: PostgresError?
            while error == nil {
                error = await failure { try await pool.transaction { tx in tx.send("INSERT INTO t VALUES (1)") } }
            }
            return error
        }
        try await eventually("a COMMIT waits for the standby, and its wait is cancelled") {
            try await !pool.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
                .isEmpty
        }

        let error = await writing.value

        #expect(error == .commitUnknown)
        #expect(error?.isUnavailable == true)
        await pool.shutdown()
    }

    @Test func `later connections try the host first that accepted the last one`() async throws {
        let silent = try Proxy(to: try TestDatabase.port)
        defer { silent.close() }
        silent.stopForwarding()
        let port = try TestDatabase.port
        var configuration = try TestDatabase.configuration(connections: 1)
        configuration.connectTimeoutMilliseconds = 8_000
        configuration.url = configuration.url.replacingOccurrences(
            of: "127.0.0.1:\(port)", with: "127.0.0.1:\(silent.port),127.0.0.1:\(port)")
        let firstHost = FirstHost()
        let first = try await Connection.open(configuration, until: .now + .seconds(8), from: firstHost)
        #expect(firstHost.index == 1)
        let start = ContinuousClock.now

        // The silent host would use up half of the time limit if it were tried first.
        let second = try await Connection.open(configuration, until: .now + .seconds(60), from: firstHost)

        #expect(firstHost.index == 1)
        #expect(ContinuousClock.now - start < .seconds(25))
        await first.close()
        await second.close()
    }

    /// Health checks of a load balancer are such callers.
    @Test func `the pool passes a silent host although each caller is cancelled earlier`() async throws {
        let silent = try Proxy(to: try TestDatabase.port)
        defer { silent.close() }
        silent.stopForwarding()
        let port = try TestDatabase.port
        var configuration = try TestDatabase.configuration(connections: 1)
        configuration.connectTimeoutMilliseconds = 8_000
        configuration.url = configuration.url.replacingOccurrences(
            of: "127.0.0.1:\(port)", with: "127.0.0.1:\(silent.port),127.0.0.1:\(port)")
        let pool = Pool(configuration: configuration, logger: .silent)

        try await eventually(within: 30, "a caller gets a connection") {
            let caller = Task { try await pool.query("SELECT 1") }
            try await Task.sleep(for: .milliseconds(100))
            caller.cancel()
            return (try? await caller.value) != nil
        }

        await pool.shutdown()
    }

    @Test func `the pool finds the available host after an unreachable and a silent one`() async throws {
        let silent = try Proxy(to: try TestDatabase.port)
        defer { silent.close() }
        silent.stopForwarding()
        let port = try TestDatabase.port
        var configuration = try TestDatabase.configuration(connections: 1)
        for setting in [Setting].patient { setting.change(&configuration) }
        // The silent host uses a third of the time; the rest is enough even on a busy machine.
        configuration.connectTimeoutMilliseconds = 15_000
        configuration.url = configuration.url.replacingOccurrences(
            of: "127.0.0.1:\(port)", with: "127.0.0.1:1,127.0.0.1:\(silent.port),127.0.0.1:\(port)")
        let pool = Pool(configuration: configuration, logger: .silent)

        let answer = try await pool.query("SELECT 1").only(Int.self)

        #expect(answer == 1)
        await pool.shutdown()
    }
}

/// A writer that runs until it is cancelled and records its results.
private actor Load {
    let pool: Pool
    private(set) var committed: Set<UUID> = []
    private(set) var refused = 0
    private(set) var slowest = Duration.zero
    /// Errors that do not tell the caller to retry.
    private(set) var strange: [String] = []

    init(pool: Pool) { self.pool = pool }

    func run() async {
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask { while !Task.isCancelled { await self.write() } }
            }
        }
    }

    func forgetRefusals() { refused = 0 }

    private func write() async {
        let id = UUID()
        let start = ContinuousClock.now
        do {
            try await pool.transaction { tx in
                _ = try await tx.query("SELECT 1")
                tx.send("INSERT INTO t VALUES (\(id))")
            }
            committed.insert(id)
        } catch let error as PostgresError {
            refused += 1
            if !error.isUnavailable { strange.append("\(error)") }
            _ = await Reactor.shared.sleep(until: .now.advanced(by: .milliseconds(2)))
        } catch {
            if !(error is CancellationError) { strange.append("\(error)") }
        }
        slowest = max(slowest, .now - start)
    }
}

/// Host names whose lookup hangs.
@Suite struct DeadResolverTests {
    @Test func `connecting to a host whose lookup hangs ends at the deadline`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let configuration = PoolConfiguration(url: "postgresql://dead.invalid/x", maximumConnections: 1)

        await #expect(throws: PostgresError.self) {
            _ = try await Connection.open(configuration, until: .now + .milliseconds(100)) { _ in
                gate.wait()
                return nil
            }
        }

        // The lookup ends only now.
        gate.signal()
    }
}
