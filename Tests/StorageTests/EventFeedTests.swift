import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// What a read of the feed costs, and what row level security shows of the journal.
@Suite(.serialized) struct EventFeedTests {
    private static let events = 20_000
    /// A page of the feed, its creditors and the statements that count.
    private static let fewRows = 400
    private static let long = Instant(microseconds: 0)

    /// A journal with many events of each creditor, and as many entries that are no events.
    private static func with(_ body: (TestData) async throws -> Void) async throws {
        try await TestData.with { data in
            for creditor in [TestData.alfa, TestData.beta] {
                _ = try await data.pool.query(
                    """
                    INSERT INTO journal (at, kind, actor, creditor_tax_code, position_id, event, event_order)
                    SELECT now() - make_interval(secs => n), 'position_changed', 'loop', \(creditor.value), gen_random_uuid(),
                        CASE WHEN n % 2 = 0 THEN 'position.changed' END, 10 + n
                    FROM generate_series(1, \(2 * events)::integer) AS n
                    """)
            }
            _ = try await data.pool.query("ANALYZE journal")
            // The orders above are beyond those of this cluster's transactions.
            _ = try await data.store.continueEvents()
            try await body(data)
        }
    }

    private static func rowsRead(_ tx: Transaction) async throws -> (rows: Int, scans: Int) {
        var row = try await tx.query(
            """
            SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint,
                sum(seq_scan) FILTER (WHERE relname = 'journal')::bigint
            FROM pg_stat_xact_user_tables
            """
        ).only
        return (try row.int(), try row.int())
    }

    @Test func `a page of the feed reads few rows at its beginning, in its middle and at its end`() async throws {
        try await Self.with { data in
            let tenants: [Tenancy] = [
                .everyCreditor, .only([TestData.alfa]), .only([TestData.alfa, TestData.beta]),
                .only([TestData.alfa], seesQuarantine: false), .only([]),
            ]
            let cursors: [FeedCursor?] = [
                nil, FeedCursor(order: 10, number: 0), FeedCursor(order: Int64(Self.events), number: 0),
                FeedCursor(order: Int64(2 * Self.events) + 5, number: 0),
            ]
            for tenant in tenants {
                for cursor in cursors {
                    let since = cursor == nil ? Instant(microseconds: 4_000_000_000_000_000) : Self.long
                    let query = Events.feed(after: cursor, since: since, within: tenant, limit: 100)
                    try await data.store.transaction(within: tenant) { tx in
                        // PostgreSQL may change the plan of a prepared statement at its sixth execution.
                        for _ in 0..<6 { _ = try await tx.ask(query) }
                        let before = try await Self.rowsRead(tx)
                        let part = try await tx.ask(query)
                        let after = try await Self.rowsRead(tx)
                        #expect(after.rows - before.rows <= Self.fewRows, "\(tenant) \(String(describing: cursor))")
                        #expect(after.scans == before.scans, "\(tenant) \(String(describing: cursor))")
                        #expect(part.events.map(\.cursor) == part.events.map(\.cursor).sorted())
                        if tenant != .only([]), let cursor, cursor.order <= Int64(Self.events) {
                            #expect(part.events.count == 100, "\(tenant) \(cursor)")
                        }
                    }
                }
            }
        }
    }

    @Test func `one event is found by its id with few rows, within its tenancy only`() async throws {
        try await Self.with { data in
            for tenant: Tenancy in [.everyCreditor, .only([TestData.alfa]), .only([TestData.alfa, TestData.beta])] {
                let middle = FeedCursor(order: Int64(Self.events), number: 0)
                let feed = Events.feed(after: middle, since: Self.long, within: tenant, limit: 3)
                let event = try #require(try await data.store.read(within: tenant, feed).events.last)
                let query = Events.show(event.id, within: tenant)
                try await data.store.transaction(within: tenant) { tx in
                    for _ in 0..<6 { _ = try await tx.ask(query) }
                    let before = try await Self.rowsRead(tx)
                    #expect(try await tx.ask(query)?.cursor == event.cursor, "\(tenant)")
                    let after = try await Self.rowsRead(tx)
                    #expect(after.rows - before.rows <= 20 && after.scans == before.scans, "\(tenant)")
                }
                let others = Tenancy.only([try OrganizationTaxCode("15376371009")])
                #expect(try await data.store.read(within: others, Events.show(event.id, within: others)) == nil)
            }
        }
    }

    @Test func `whether events are held back is read at the end of an index`() async throws {
        try await Self.with { data in
            for tenant: Tenancy in [.everyCreditor, .only([TestData.alfa]), .only([TestData.alfa, TestData.beta])] {
                let query = Events.areHeldBack(within: tenant)
                try await data.store.transaction(within: tenant) { tx in
                    for _ in 0..<6 { _ = try await tx.ask(query) }
                    let before = try await Self.rowsRead(tx)
                    #expect(try await tx.ask(query) == false, "\(tenant)")
                    let after = try await Self.rowsRead(tx)
                    #expect(after.rows - before.rows <= 10 && after.scans == before.scans, "\(tenant)")
                }
            }
        }
    }

    @Test func `a creditor sees its own events of the journal, and no other entries`() async throws {
        try await TestData.with { data in
            let codes = [TestData.alfa.value, TestData.beta.value]
            for type: EventType? in [.positionChanged, .receiptQuarantined, nil] {
                _ = try await data.pool.query(
                    """
                    INSERT INTO journal (at, kind, actor, creditor_tax_code, position_id, receipt_id, event)
                    SELECT now(), 'position_changed', 'loop', c, gen_random_uuid(), gen_random_uuid(), \(type?.rawValue)
                    FROM unnest(\(codes)::text[]) AS c
                    """)
            }
            func seen(_ tenancy: Tenancy) async throws -> [String] {
                try await data.store.transaction(within: tenancy) { tx in
                    try await tx.query(
                        "SELECT creditor_tax_code || ' ' || coalesce(event, 'none') FROM journal ORDER BY 1"
                    ).map { row in
                        var row = row
                        return try row.text()
                    }
                }
            }
            let alfa = TestData.alfa
            #expect(
                try await seen(.only([alfa])) == ["\(alfa) position.changed", "\(alfa) receipt.quarantined"])
            #expect(try await seen(.only([alfa], seesQuarantine: false)) == ["\(alfa) position.changed"])
            for tenancy: Tenancy in [.only([]), .citizen(TestData.mario), .psp(TestData.firstPSP)] {
                #expect(try await seen(tenancy) == [], "\(tenancy)")
            }
        }
    }
}
