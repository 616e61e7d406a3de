import Accounts
import DatabaseTestSupport
import Foundation
import PagoPA
import Postgres
import Testing

@testable import Storage

/// Policies and grants after a restore into a cluster where the roles do not exist.
@Suite(.serialized) struct DatabaseAccessTests {
    /// All roles of the service, as a list of identifiers.
    private static let roles = DatabaseRole.allNames.map { SQL.identifier($0) }.joined(separator: ", ")

    private func count(_ data: TestData, within tenancy: Tenancy) async throws -> Int {
        try await data.store.transaction(within: tenancy) { tx in
            var row = try #require(try await tx.query("SELECT count(*) FROM positions").first)
            return try row.int()
        }
    }

    @Test func `missing recorded rights are detected and recreated`() async throws {
        try await TestData.with { data in
            try await data.store.recordAccess()
            try await data.store.verifyAccess()
            // A restore without the role leaves neither grants nor policies.
            _ = try await data.pool.query("DROP OWNED BY \(Self.roles)")
            await #expect(throws: StorageError.self) { try await data.store.verifyAccess() }

            let repaired = try await data.store.repairAccess()

            #expect(repaired.contains("policy positions.positions_tenancy"))
            #expect(repaired.contains("table positions SELECT"))
            #expect(repaired.contains("default privileges"))
            try await data.store.verifyAccess()
            #expect(try await count(data, within: .everyCreditor) == 8)
            #expect(try await count(data, within: .only([TestData.alfa])) == 4)
            #expect(try await count(data, within: .citizen(TestData.mario)) == 4)
            await #expect(throws: StorageError.self) {
                try await data.store.transaction(within: .everyCreditor) { try await $0.execute("DELETE FROM rts") }
            }
            #expect(try await data.store.repairAccess() == [])
        }
    }

    @Test func `one missing policy makes the service not ready`() async throws {
        try await TestData.with { data in
            try await data.store.recordAccess()
            _ = try await data.pool.query("DROP POLICY receipts_tenancy ON receipts")

            await #expect(throws: DatabaseAccessError.incomplete(missing: 1)) {
                try await data.store.verifyAccess()
            }

            #expect(try await data.store.repairAccess() == ["policy receipts.receipts_tenancy"])
        }
    }

    @Test func `the rights of a database without its policies are never recorded`() async throws {
        try await TestData.with { data in
            _ = try await data.pool.query("DROP OWNED BY \(Self.roles)")

            await #expect(throws: DatabaseAccessError.self) { try await data.store.recordAccess() }
        }
    }

    @Test func `a user who cannot act as the roles gets the statements for the administrator`() async throws {
        try await TestData.with { data in
            let user = "visitor_" + UUID().uuidString.lowercased().prefix(8)
            _ = try await data.pool.query("CREATE ROLE \(SQL.identifier(user)) LOGIN")
            let url = try #require(ProcessInfo.processInfo.environment["TEST_DATABASE_URL"])
            var components = try #require(URLComponents(string: url))
            components.user = user
            let visitors = try #require(components.string)
            let pool = Pool(
                configuration: PoolConfiguration(url: visitors, maximumConnections: 1), logger: MigratedDatabase.silent)

            let grants = DatabaseRole.allCases.map { "GRANT \($0.rawValue) TO \(user);" }
            await #expect(throws: DatabaseAccessError.needsAdministrator(grants)) {
                try await Store(pool: pool).prepareRoles()
            }

            await pool.shutdown()
            _ = try await data.pool.query("DROP ROLE \(SQL.identifier(user))")
        }
    }
}
