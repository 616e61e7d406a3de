import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Synchronization
import TestSupport
import Testing

/// Lists with a real standby: it runs them while it has replayed what the primary committed; otherwise the primary does.
@Suite(.serialized) struct ReplicaTests {
    private final class Reports: Sendable {
        private let all = Mutex<[Replica.State]>([])

        func add(_ report: Replica.Report) { all.withLock { $0.append(report.state) } }
        func count(_ state: Replica.State) -> Int { all.withLock { $0.count { $0 == state } } }
    }

    private struct Setting {
        let test: TestIntermediary
        let intermediary: Intermediary
        let primary: PrivateCluster
        let standby: PrivateCluster
        let reports: Reports

        func list(_ token: String) async throws -> Set<String> {
            let credential = try await intermediary.callers.authenticate(token: token, fromMemory: true)
            let page = try await credential.request {
                try await intermediary.positions.list(
                    PositionFilter(), creditor: nil, order: .created, page: PageRequest(limit: 100), for: $0)
            }
            return Set(page.items.map(\.externalID))
        }

        /// Lists until the replica has this state.
        func list(_ token: String, until state: Replica.State) async throws {
            for _ in 0..<600 where test.store.replica?.state != state {
                _ = try await list(token)
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(test.store.replica?.state == state)
        }

        func key(_ name: String) async throws -> (id: APIKeyID, token: String) {
            let made = try await intermediary.callers.makeAPIKey(
                APIKeyRequest(
                    name: name, kind: .creditor, scopes: [.positionsRead, .receiptsRead],
                    creditors: [TestIntermediary.comune], expiresAt: nil), by: nil)
            guard case .done(let key) = made else { throw TestIntermediary.Unexpected() }
            _ = try await intermediary.callers.authenticate(token: key.secret)
            return (key.key.id, key.secret)
        }
    }

    private static func pool(_ url: String, _ role: String) -> Pool {
        var configuration = PoolConfiguration(url: url, maximumConnections: 4)
        configuration.targetSessionAttributes = role
        configuration.connectTimeoutMilliseconds = 10_000
        return Pool(configuration: configuration, logger: .silent)
    }

    private func withStandby(_ body: (Setting) async throws -> Void) async throws {
        let primary = try await onOwnThread { try PrivateCluster() }
        defer { primary.remove() }
        let pool = Self.pool(primary.url, "read-write")
        let folder = Contract.projectFile.deletingLastPathComponent().appending(path: "migrations").path
        _ = try await Migrator(configuration: pool.configuration, folder: folder, logger: .silent).migrate()
        let standby = try await onOwnThread { try PrivateCluster(standbyOf: primary) }
        defer { standby.remove() }
        let reports = Reports()
        let replicaPool = Self.pool(standby.url, "standby")
        let store = Store(pool: pool, replica: Replica(pool: replicaPool) { reports.add($0) })
        let test = TestIntermediary(pool: pool, store: store, url: primary.url)
        try await test.seed()
        try await body(
            Setting(
                test: test, intermediary: try test.instance(), primary: primary, standby: standby, reports: reports))
        await pool.shutdown()
        await replicaPool.shutdown()
    }

    @Test func `each list sees every write before it, whether the standby or the primary runs it`() async throws {
        try await withStandby { setting in
            let token = try await setting.key("Ufficio").token
            try await setting.list(token, until: .serving)
            var written: Set<String> = []
            for number in 1...30 {
                let name = "E\(number)"
                _ = try await setting.test.create(setting.test.draft(name), with: setting.intermediary)
                written.insert(name)

                #expect(try await setting.list(token) == written)
            }
            try await setting.list(token, until: .serving)
            let served = setting.reports.count(.serving)
            #expect(served > 0)

            #expect(try await setting.list(token) == written)
            let credential = try await setting.intermediary.callers.authenticate(token: token, fromMemory: true)
            let receipts = try await credential.request {
                try await setting.intermediary.receipts.list(
                    ReceiptFilter(), creditor: nil, page: PageRequest(limit: 10), for: $0)
            }
            #expect(receipts.items.isEmpty)
            #expect(setting.reports.count(.serving) == served + 2)
        }
    }

    @Test func `while replay is paused or the standby is down, the primary runs the lists`() async throws {
        try await withStandby { setting in
            let token = try await setting.key("Ufficio").token
            try await setting.list(token, until: .serving)
            let standby = Self.pool(setting.standby.url, "standby")
            _ = try await standby.query("SELECT pg_wal_replay_pause()")

            _ = try await setting.test.create(setting.test.draft("paused"), with: setting.intermediary)
            #expect(try await setting.list(token) == ["paused"])
            #expect(setting.test.store.replica?.state == .lagging)
            _ = try await standby.query("SELECT pg_wal_replay_resume()")
            try await setting.list(token, until: .serving)
            await standby.shutdown()

            try await onOwnThread { try setting.standby.stop() }
            _ = try await setting.test.create(setting.test.draft("down"), with: setting.intermediary)
            #expect(try await setting.list(token) == ["paused", "down"])
            #expect(setting.test.store.replica?.state == .unavailable)
            try await onOwnThread { try setting.standby.start() }
            try await setting.list(token, until: .serving)
            #expect(try await setting.list(token) == ["paused", "down"])
        }
    }

    @Test func `a promoted standby runs no list`() async throws {
        try await withStandby { setting in
            let token = try await setting.key("Ufficio").token
            try await setting.list(token, until: .serving)
            let standby = Self.pool(setting.standby.url, "any")
            _ = try await standby.query("SELECT pg_promote()")
            await standby.shutdown()
            _ = try await setting.test.create(setting.test.draft("after"), with: setting.intermediary)

            #expect(try await setting.list(token) == ["after"])
            #expect(setting.test.store.replica?.state != .serving)
        }
    }

    @Test func `a key is refused in the request after it was revoked, and sees its creditor only`() async throws {
        try await withStandby { setting in
            let (id, token) = try await setting.key("Ufficio")
            try await setting.list(token, until: .serving)
            _ = try await setting.test.create(
                setting.test.draft("other", creditor: TestIntermediary.provincia), with: setting.intermediary)
            #expect(try await setting.list(token) == [])

            _ = try await setting.test.pool.query("UPDATE api_keys SET revoked_at = now() WHERE id = \(id.uuid)")

            await #expect(throws: CredentialChanged()) { try await setting.list(token) }
        }
    }
}
