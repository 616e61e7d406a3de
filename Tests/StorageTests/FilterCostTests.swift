import Accounts
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// A page that a rare, old value selects reads few rows: an index returns them, for operators and for a creditor. Without it a page
/// would read all rows, because it is not full.
@Suite(.serialized) struct FilterCostTests {
    private static let crowd = 6_000
    private static let mostRows = 300
    private static let tenancies: [Tenancy] = [
        .everyCreditor, .only([TestData.alfa]), .only([TestData.alfa, TestData.beta]),
    ]

    private static func with(_ body: (TestData) async throws -> Void) async throws {
        try await TestData.with(crowd: crowd) { data in
            let old: SQL = "(SELECT id FROM receipts WHERE receipt_id = 'R5990')"
            let statements: [SQL] = [
                "UPDATE receipts SET psp_id = 'RAREITMM', amount_cents = 77 WHERE receipt_id = 'R5990'",
                "UPDATE anomalies SET receipt_id = receipt_id WHERE receipt_id IN \(old)",
                "UPDATE payment_attempts SET psp_id = 'RAREITMM', payer_tax_code = \(TestData.anna.value) WHERE id IN \(old)",
                "UPDATE notifications SET recipient = 'rare@example.org' WHERE receipt_id IN \(old)",
                """
                UPDATE notifications SET state = 'dead', sent_at = NULL
                WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id = 'R5980')
                """,
                """
                INSERT INTO journal (at, kind, actor, creditor_tax_code, position_id, attempt_id, receipt_id)
                SELECT received_at, 'rt_refused', 'psp:RAREITMM', '15376371009', position_id, attempt_id, id
                FROM receipts WHERE receipt_id = 'R5990' AND creditor_tax_code = \(TestData.alfa.value)
                """,
                // Most debtors have no address.
                """
                UPDATE notifications SET state = 'skipped', recipient = NULL, sent_at = NULL, next_attempt_at = NULL
                WHERE state = 'sent' AND receipt_id NOT IN (SELECT id FROM receipts WHERE receipt_id IN ('R5960', 'R5990'))
                """,
                """
                UPDATE notifications SET skipped_reason = 'unsubscribed', state = 'skipped', recipient = NULL, sent_at = NULL
                WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id = 'R5960')
                """,
                "VACUUM ANALYZE",
            ]
            for statement in statements { _ = try await data.pool.query(statement) }
            try await body(data)
        }
    }

    /// The first page, and the number of rows that it reads from all tables.
    private static func read<Item: Sendable>(
        _ query: Query<Page<Item>>, within tenancy: Tenancy, on data: TestData
    ) async throws -> (found: Int, rows: Int) {
        let (page, rows) = try await rowsRead(by: query, within: tenancy, on: data)
        return (page.items.count, rows)
    }

    private static func rowsRead<Answer: Sendable>(
        by query: Query<Answer>, within tenancy: Tenancy, on data: TestData
    ) async throws -> (answer: Answer, rows: Int) {
        try await data.store.transaction(within: tenancy) { tx in
            _ = try await tx.ask(query)
            let before = try await rowsRead(tx)
            let answer = try await tx.ask(query)
            return (answer, try await rowsRead(tx) - before)
        }
    }

    private static func rowsRead(_ tx: Transaction) async throws -> Int {
        var row = try await tx.query(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables"
        ).only
        return try row.int()
    }

    /// One test, because filling the tables takes most of the time.
    @Test func `a page of each list, the summary and statistics read few rows`() async throws {
        try await Self.with { data in
            try await checkLists(data)
            try await checkJournal(data)
            try await checkSummary(data)
        }
    }

    private func checkLists(_ data: TestData) async throws {
        var row = try await data.pool.query(
            "SELECT iuv, notice_number FROM installments WHERE id IN (SELECT id FROM receipts WHERE receipt_id = 'R5990') LIMIT 1"
        ).only
        let iuv = try row.value { try IUV($0) }
        let notice = try row.value { try NoticeNumber($0) }
        let psp = try PSPID("RAREITMM")
        let amount = try Amount(cents: 77)
        let longAgo = try CalendarDate("2020-01-01")
        for tenancy in Self.tenancies {
            let receipts: [(String, Int, (inout ReceiptFilter) -> Void)] = [
                ("PSP", 1, { $0.psp = psp }), ("receipt id", 1, { $0.receiptID = "R5990" }),
                ("amount", 1, { $0.amount = amount }), ("day", 0, { $0.paidTo = longAgo }),
            ]
            for (name, least, change) in receipts {
                var filter = ReceiptFilter()
                change(&filter)
                let (found, rows) = try await Self.read(
                    Receipts.list(filter, within: tenancy, page: PageRequest()), within: tenancy, on: data)
                #expect(found >= least && rows <= Self.mostRows, "receipts, \(name), \(tenancy): \(rows)")
            }
            let attempts: [(String, Int, (inout AttemptFilter) -> Void)] = [
                ("IUV", 0, { $0.iuv = iuv }), ("notice number", 0, { $0.noticeNumber = notice }),
                ("PSP", 1, { $0.psp = psp }), ("payer", 3, { $0.payer = TestData.anna }),
                ("day", 0, { $0.createdTo = longAgo }),
            ]
            for (name, least, change) in attempts {
                var filter = AttemptFilter()
                change(&filter)
                let (found, rows) = try await Self.read(
                    PaymentAttempts.list(filter, within: tenancy, page: PageRequest()), within: tenancy, on: data)
                #expect(found >= least && rows <= Self.mostRows, "attempts, \(name), \(tenancy): \(rows)")
            }
            let mails: [(String, Int, (inout NotificationFilter) -> Void)] = [
                ("recipient", 1, { $0.recipient = try? EmailAddress("Rare@example.org") }),
                ("IUV", 0, { $0.iuv = iuv }), ("dead", 1, { $0.states = [.dead] }),
                ("day", 0, { $0.createdTo = longAgo }), ("bounced", 0, { $0.states = [.bounced] }),
                ("unsubscribed", 1, { $0.skipReason = .unsubscribed }),
                ("test creditor", 0, { $0.skipReason = .testCreditor }),
                ("no address", 20, { $0.skipReason = .noAddress }),
            ]
            for (name, least, change) in mails {
                var filter = NotificationFilter()
                change(&filter)
                let (found, rows) = try await Self.read(
                    Notifications.list(filter, within: tenancy, page: PageRequest()), within: tenancy, on: data)
                #expect(found >= least && rows <= Self.mostRows, "e-mails, \(name), \(tenancy): \(rows)")
            }
            var anomalies = AnomalyFilter()
            anomalies.amount = amount
            let (found, rows) = try await Self.read(
                Anomalies.list(anomalies, within: tenancy, page: PageRequest()), within: tenancy, on: data)
            #expect(found >= 1 && rows <= Self.mostRows, "anomalies, amount, \(tenancy): \(rows)")
        }
    }

    /// The summary reads what is open, and statistics the receipts of their days.
    private func checkSummary(_ data: TestData) async throws {
        for statement in [
            """
            UPDATE payment_attempts SET status = 'succeeded', finished_at = created_at
            WHERE created_at < now() - interval '30 minutes'
            """,
            "UPDATE receipts SET paid_at = '2026-03-05T10:00:00Z' WHERE receipt_id IN ('R5970', 'R5971')",
            "VACUUM ANALYZE",
        ] as [SQL] { _ = try await data.pool.query(statement) }
        var row = try await data.pool.query("SELECT now()").only
        let now = try row.instant()
        let day = try CalendarDate("2026-03-05")
        let range = try DayRange(from: day, to: day, today: day)
        for tenancy in Self.tenancies {
            let counted = [
                (
                    "anomalies",
                    try await Self.rowsRead(by: Summaries.anomalies(within: tenancy), within: tenancy, on: data)
                        .rows
                ),
                (
                    "quarantine",
                    try await Self.rowsRead(by: Summaries.quarantine(within: tenancy), within: tenancy, on: data)
                        .rows
                ),
                (
                    "attempts",
                    try await Self.rowsRead(
                        by: Summaries.attempts(within: tenancy, at: now), within: tenancy, on: data
                    ).rows
                ),
                (
                    "e-mails",
                    try await Self.rowsRead(by: Summaries.mails(within: tenancy), within: tenancy, on: data).rows
                ),
                (
                    "refunds",
                    try await Self.rowsRead(by: Summaries.refunds(within: tenancy), within: tenancy, on: data).rows
                ),
                (
                    "PSPs",
                    try await Self.rowsRead(by: Summaries.psps(within: tenancy, at: now), within: tenancy, on: data)
                        .rows
                ),
            ]
            // One row in fifty is open, and 60 attempts of each creditor began in the last hour.
            for (name, rows) in counted { #expect(rows <= 600, "\(name) \(tenancy): \(rows)") }
            for group in Statistics.Group.allCases {
                let (found, rows) = try await Self.rowsRead(
                    by: StatisticsOfReceipts.by(group, in: range, within: tenancy), within: tenancy, on: data)
                #expect(found.total.receipts >= 2 && rows <= 20, "\(group) \(tenancy): \(rows)")
            }
        }
    }

    /// A page of the journal reads few rows for every filter and in both orders.
    private func checkJournal(_ data: TestData) async throws {
        var row = try await data.pool.query(
            "SELECT receipt_id, at FROM journal WHERE kind = 'rt_refused'"
        ).only
        let id = try row.uuid()
        let at = try row.instant()
        let cases: [(String, (inout JournalFilter) -> Void)] = [
            ("position", { $0.position = Identifier(uuid: id) }),
            ("attempt", { $0.attempt = Identifier(uuid: id) }),
            ("receipt", { $0.receipt = Identifier(uuid: id) }), ("kind", { $0.kind = "rt_refused" }),
            ("actor", { $0.actor = "psp:RAREITMM" }),
            ("creditor", { $0.creditor = try? OrganizationTaxCode("15376371009") }),
            (
                "time",
                {
                    $0.from = at
                    $0.to = at.adding(seconds: 1)
                }
            ),
            (
                "kind and time",
                {
                    $0.kind = "rt_refused"
                    $0.from = at
                }
            ),
            ("nothing", { _ in }),
        ]
        for (name, change) in cases {
            var filter = JournalFilter()
            change(&filter)
            for isNewestFirst in [false, true] {
                let order = filter.order(isNewestFirst: isNewestFirst)
                let (found, rows) = try await Self.read(
                    Journal.list(filter, order: order, page: PageRequest()), within: .everyCreditor, on: data)
                #expect(found >= 1 && rows <= Self.mostRows, "\(name) \(order): \(rows)")
            }
        }
    }
}
