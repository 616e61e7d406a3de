import Accounts
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The lookups of delegations among those of many persons.
@Suite(.serialized) struct DelegationQueryTests {
    @Test func `a page of a person's delegations reads few rows, given and received, newest first`() async throws {
        try await TestData.with { data in
            _ = try await data.pool.query(
                """
                INSERT INTO delegations (id, delegator_tax_code, delegate_tax_code, starts_at, created_at)
                SELECT gen_random_uuid(), CASE WHEN n % 100 = 0 THEN \(TestData.mario.value) ELSE 'DE' || (100000000 + n) END,
                    CASE WHEN n % 100 = 50 THEN \(TestData.mario.value) ELSE 'FR' || (10000000000 + n) END, now(),
                    now() - make_interval(mins => n)
                FROM generate_series(1, 6000) AS n
                """)
            _ = try await data.pool.query("ANALYZE delegations")
            let mario = Tenancy.citizen(TestData.mario)
            let (page, rows) = try await data.store.transaction(within: mario) { tx in
                let query = Delegations.list(within: mario, page: PageRequest(limit: 20))
                for _ in 0..<6 { _ = try await tx.ask(query) }
                let before = try await rowsRead(tx)
                let page = try await tx.ask(query)
                return (page, try await rowsRead(tx) - before)
            }
            #expect(page.items.count == 20 && page.next != nil && rows < 200, "\(rows)")
            #expect(page.items.map(\.createdAt) == page.items.map(\.createdAt).sorted(by: >))
            #expect(page.items.allSatisfy { [$0.delegator, $0.delegate].contains(TestData.mario) })
            #expect(Set(page.items.map { $0.delegator == TestData.mario }).count == 2)
            let rest = try await data.store.read(
                within: mario, Delegations.list(within: mario, page: PageRequest(limit: 100, after: page.next)))
            #expect(rest.items.count == 100 && rest.next != nil)
            let given = try await data.store.read(within: mario, Delegations.lockGiven(by: TestData.mario))
            #expect(given == 61)
        }
    }

    private func rowsRead(_ tx: Transaction) async throws -> Int {
        var row = try await tx.query(
            """
            SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
            WHERE relname = 'delegations'
            """
        ).only
        return try row.int()
    }
}
