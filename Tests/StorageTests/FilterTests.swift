import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The filters for operators, compared with the rows that PostgreSQL finds without tenancy.
@Suite(.serialized) struct FilterTests {
    private static let tenancies: [(Tenancy, SQL)] = [
        (.everyCreditor, "TRUE"), (.only([TestData.alfa]), "creditor_tax_code = \(TestData.alfa.value)"),
        (.only([TestData.alfa, TestData.beta]), "creditor_tax_code IS NOT NULL"), (.only([]), "FALSE"),
    ]

    /// The items of all pages.
    private func items<Item: Sendable>(
        _ data: TestData, within tenancy: Tenancy, _ list: (PageRequest) -> Query<Page<Item>>
    ) async throws -> [Item] {
        var all: [Item] = []
        var after: Cursor?
        repeat {
            let page = try await data.store.read(within: tenancy, list(PageRequest(limit: 7, after: after)))
            all += page.items
            after = page.next
        } while after != nil
        return all
    }

    private func ids(_ data: TestData, _ sql: SQL) async throws -> [UUID] {
        try await data.pool.query(sql).map { row in
            var row = row
            return try row.next(UUID.self)
        }
    }

    @Test func `the journal is found by every filter, oldest and newest first`() async throws {
        try await TestData.with(crowd: 12) { data in
            _ = try await data.pool.query(
                """
                INSERT INTO journal (at, kind, actor, creditor_tax_code, position_id, attempt_id, receipt_id)
                SELECT received_at, 'rt_received', 'psp:' || psp_id, creditor_tax_code, position_id, attempt_id, id
                FROM receipts ORDER BY id
                """)
            var row = try await data.pool.query(
                """
                SELECT id, received_at FROM receipts WHERE receipt_id = 'R2' AND debtor_tax_code = \(TestData.mario.value)
                    AND creditor_tax_code = \(TestData.alfa.value)
                """
            ).only
            let id = try row.next(UUID.self)
            let at = try row.instant()
            let later = at.adding(seconds: 61)
            typealias Case = (name: String, condition: SQL, change: (inout JournalFilter) -> Void)
            let cases: [Case] = [
                ("all", "TRUE", { _ in }),
                ("position", "position_id = \(id)", { $0.position = Identifier(uuid: id) }),
                ("attempt", "attempt_id = \(id)", { $0.attempt = Identifier(uuid: id) }),
                ("receipt", "receipt_id = \(id)", { $0.receipt = Identifier(uuid: id) }),
                ("kind", "kind = 'rt_received'", { $0.kind = "rt_received" }),
                ("actor", "actor = 'psp:EFGHITMM'", { $0.actor = "psp:EFGHITMM" }),
                (
                    "creditor", "creditor_tax_code = \(TestData.beta.value)", { $0.creditor = TestData.beta }
                ),
                ("from", "at >= \(at.sql)", { $0.from = at }), ("to", "at < \(at.sql)", { $0.to = at }),
                (
                    "from and to", "at >= \(at.sql) AND at < \(later.sql)",
                    {
                        $0.from = at
                        $0.to = later
                    }
                ),
                (
                    "position and kind", "position_id = \(id) AND kind = 'rt_received'",
                    {
                        $0.position = Identifier(uuid: id)
                        $0.kind = "rt_received"
                    }
                ),
            ]
            for (name, condition, change) in cases {
                var filter = JournalFilter()
                change(&filter)
                for isNewestFirst in [false, true] {
                    let order = filter.order(isNewestFirst: isNewestFirst)
                    let key: SQL = order.isByNumber ? "id" : "at"
                    let rows = try await data.pool.query(
                        "SELECT id FROM journal WHERE \(condition) ORDER BY \(key)\(isNewestFirst ? " DESC, id DESC" : ", id" as SQL)"
                    )
                    let expected = try rows.map { row in
                        var row = row
                        return Int(try row.next(Int64.self))
                    }
                    let found = try await items(data, within: .everyCreditor) {
                        Journal.list(filter, order: order, page: $0)
                    }
                    #expect(found.map(\.number) == expected, "\(name) \(order)")
                    #expect(!found.isEmpty, "\(name)")
                }
            }
        }
    }

    @Test func `attempts are found by IUV, notice number, PSP, payer and day within the tenancy`() async throws {
        try await TestData.with(crowd: 12) { data in
            _ = try await data.pool.query(
                "UPDATE payment_attempts SET created_at = '2026-10-25T22:59:59.999999Z' WHERE psp_id = 'ABCDITMM'")
            var row = try await data.pool.query(
                "SELECT iuv, notice_number FROM attempt_items ORDER BY iuv LIMIT 1"
            ).only
            let iuv = try row.value { try IUV($0) }
            let notice = try row.value { try NoticeNumber($0) }
            let day = try CalendarDate("2026-10-25")
            let next = try CalendarDate("2026-10-26")
            let ofIUV: SQL = "id IN (SELECT attempt_id FROM attempt_items WHERE iuv = \(iuv.value))"
            let cases: [(String, SQL, (inout AttemptFilter) -> Void)] = [
                ("IUV", ofIUV, { $0.iuv = iuv }), ("notice number", ofIUV, { $0.noticeNumber = notice }),
                ("PSP", "psp_id = 'ABCDITMM'", { $0.psp = TestData.firstPSP }),
                ("payer", "payer_tax_code = \(TestData.anna.value)", { $0.payer = TestData.anna }),
                (
                    "day", "psp_id = 'ABCDITMM'",
                    {
                        $0.createdFrom = day
                        $0.createdTo = day
                    }
                ),
                ("from", "psp_id <> 'ABCDITMM'", { $0.createdFrom = next }),
                (
                    "PSP and status", "FALSE",
                    {
                        $0.psp = TestData.firstPSP
                        $0.statuses = [.failed]
                    }
                ),
            ]
            for (tenancy, own) in Self.tenancies {
                for (name, condition, change) in cases {
                    var filter = AttemptFilter()
                    change(&filter)
                    let expected = try await ids(
                        data,
                        "SELECT id FROM payment_attempts WHERE \(own) AND \(condition) ORDER BY created_at DESC, id DESC"
                    )
                    let found = try await items(data, within: tenancy) {
                        PaymentAttempts.list(filter, within: tenancy, page: $0)
                    }
                    #expect(found.map(\.id.uuid) == expected, "\(name) \(tenancy)")
                }
            }
        }
    }

    @Test func `receipts and anomalies are found by PSP, receipt id and amount within the tenancy`() async throws {
        try await TestData.with(crowd: 12) { data in
            for statement in [
                "UPDATE receipts SET amount_cents = 77 WHERE receipt_id IN ('R2', 'R7')",
                "UPDATE anomalies SET receipt_id = receipt_id WHERE receipt_id IS NOT NULL",
            ] as [SQL] { _ = try await data.pool.query(statement) }
            let amount = try Amount(cents: 77)
            let cases: [(String, SQL, (inout ReceiptFilter) -> Void)] = [
                ("PSP", "psp_id = 'ABCDITMM'", { $0.psp = TestData.firstPSP }),
                ("receipt id", "receipt_id = 'R7'", { $0.receiptID = "R7" }),
                ("amount", "amount_cents = 77", { $0.amount = amount }),
            ]
            for (tenancy, own) in Self.tenancies {
                for (name, condition, change) in cases {
                    var filter = ReceiptFilter()
                    change(&filter)
                    let expected = try await ids(
                        data, "SELECT id FROM receipts WHERE \(own) AND \(condition) ORDER BY paid_at DESC, id DESC")
                    let found = try await items(data, within: tenancy) {
                        Receipts.list(filter, within: tenancy, page: $0)
                    }
                    #expect(found.map(\.id.uuid) == expected, "\(name) \(tenancy)")
                }
                var filter = AnomalyFilter()
                filter.amount = amount
                let expected = try await ids(
                    data,
                    """
                    SELECT id FROM anomalies WHERE \(own)
                        AND receipt_id IN (SELECT id FROM receipts WHERE amount_cents = 77) ORDER BY opened_at DESC, id DESC
                    """)
                let found = try await items(data, within: tenancy) {
                    Anomalies.list(filter, within: tenancy, page: $0)
                }
                #expect(found.map(\.id.uuid) == expected && found.allSatisfy { $0.amount == amount }, "\(tenancy)")
            }
        }
    }

    @Test func `the list of anomalies says why a body is not readable, with ten faults at most`() async throws {
        try await TestData.with { data in
            let faults = (1...12).map { Fault("/member\($0)", .required, "is required") }
            for statement in [
                """
                INSERT INTO anomalies (id, kind, creditor_tax_code, psp_id, opened_at)
                VALUES (md5('unreadable')::uuid, 'unreadable_rt', \(TestData.alfa.value), 'ABCDITMM', now() + interval '1 hour')
                """,
                """
                INSERT INTO unreadable_rts (anomaly_id, psp_id, message_id, content_type, body, sha256, violations, received_at)
                VALUES (md5('unreadable')::uuid, 'ABCDITMM', 'm', 'application/json', 'x', sha256('x'),
                    \(faultsText(faults))::jsonb, now())
                """,
            ] as [SQL] { _ = try await data.pool.query(statement) }
            var filter = AnomalyFilter()
            filter.kinds = [.unreadableRT]
            filter.isOpen = true
            for tenancy in [Tenancy.everyCreditor, .only([TestData.alfa])] {
                let page = try await data.store.read(
                    within: tenancy, Anomalies.list(filter, within: tenancy, page: PageRequest(limit: 1)))
                #expect(page.items.first?.firstFaults == Array(faults.prefix(10)), "\(tenancy)")
            }
        }
    }

    @Test func `e-mails are found by address in any case, IUV, day and why they were skipped within the tenancy`()
        async throws
    {
        try await TestData.with(crowd: 12) { data in
            for statement in [
                "UPDATE notifications SET recipient = 'Mario.Rossi@Example.org' WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id = 'R2')",
                "UPDATE notifications SET recipient = 'mario.rossi@example.org' WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id = 'R3')",
                """
                UPDATE notifications SET recipient = NULL, state = 'skipped', sent_at = NULL, next_attempt_at = NULL
                WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id IN ('R4', 'R6'))
                """,
                "UPDATE notifications SET skipped_reason = 'test_creditor' WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id = 'R6')",
                """
                INSERT INTO notifications (id, kind, recipient, language, state, message_id, created_at, next_attempt_at)
                VALUES (md5('test')::uuid, 'test', 'MARIO.rossi@example.org', 'it', 'queued', 'test', '2026-10-25T22:59:59Z', now())
                """,
            ] as [SQL] { _ = try await data.pool.query(statement) }
            var row = try await data.pool.query("SELECT iuv FROM receipts WHERE receipt_id = 'R5' LIMIT 1").only
            let iuv = try row.value { try IUV($0) }
            let address = try EmailAddress("mario.ROSSI@example.org")
            let day = try CalendarDate("2026-10-25")
            let cases: [(String, SQL, (inout NotificationFilter) -> Void)] = [
                ("address", "lower(recipient) = 'mario.rossi@example.org'", { $0.recipient = address }),
                (
                    "IUV", "receipt_id IN (SELECT id FROM receipts WHERE iuv = \(iuv.value))", { $0.iuv = iuv }
                ),
                (
                    "day", "id = md5('test')::uuid",
                    {
                        $0.createdFrom = day
                        $0.createdTo = day
                    }
                ),
                ("skipped", "state = 'skipped'", { $0.states = [.skipped] }),
                (
                    "no address", "state = 'skipped' AND skipped_reason IS NULL", { $0.skipReason = .noAddress }
                ),
                ("test creditor", "skipped_reason = 'test_creditor'", { $0.skipReason = .testCreditor }),
                (
                    "test creditor, but dead", "FALSE",
                    {
                        $0.skipReason = .testCreditor
                        $0.states = [.dead]
                    }
                ),
            ]
            for (tenancy, own) in Self.tenancies {
                for (name, condition, change) in cases {
                    var filter = NotificationFilter()
                    change(&filter)
                    let expected = try await ids(
                        data,
                        "SELECT id FROM notifications WHERE \(own) AND \(condition) ORDER BY created_at DESC, id DESC")
                    let found = try await items(data, within: tenancy) {
                        Notifications.list(filter, within: tenancy, page: $0)
                    }
                    #expect(found.map(\.id.uuid) == expected, "\(name) \(tenancy)")
                    #expect(found.allSatisfy { ($0.skipReason != nil) == ($0.recipient == nil) }, "\(name)")
                }
            }
        }
    }
}
