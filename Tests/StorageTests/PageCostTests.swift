import Accounts
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The cost of a page does not grow with the number of rows: for each filter, PostgreSQL counts the rows that a page reads.
/// The tables have statistics, and each creditor has so many rows that a plan which reads all of them exceeds the limits.
@Suite(.serialized) struct PageCostTests {
    private static let crowd = 6_000
    /// A page with its parts, or the rows that match a rare value and their parts.
    private static let fewRows = 1_500
    /// A text is also searched among the first rows and their installments.
    private static let textRows = 5_000
    /// A page of an export with its parts.
    private static let exportRows = 6_000
    private static let today = try! CalendarDate("2026-11-24")  // a valid literal

    private static func with(_ body: (TestData) async throws -> Void) async throws {
        try await TestData.with(crowd: crowd) { data in
            let statements: [SQL] = [
                """
                UPDATE positions SET description = 'Mensa n. ' || document_number,
                    debtor_full_name = CASE WHEN document_number = '4711' THEN 'Niccolò D''Angelo' ELSE 'Anna Bianchi' END,
                    metadata = CASE WHEN document_number = '4711' THEN '{"pratica":"77","sede":"1"}' ELSE '{}' END::jsonb,
                    document_year = CASE WHEN created_at < now() - make_interval(mins => \(crowd / 2)) THEN 2025 ELSE 2026 END,
                    due_date = CASE WHEN document_number LIKE '%77' THEN '2027-01-01'::date + document_number::integer / 100 % 31
                        WHEN created_at < now() - make_interval(mins => \(crowd / 2))
                        THEN '2026-03-01'::date + document_number::integer % 31 ELSE due_date END,
                    payable_until = CASE WHEN document_number LIKE '%03' THEN '2026-01-31'::date END,
                    alternative_group = CASE WHEN document_number = '4711' THEN 'M-4711' WHEN document_number LIKE '%2' THEN 'TARI-2026' END,
                    state = CASE WHEN document_number LIKE '%09' THEN 'partially_paid' ELSE 'open' END,
                    paid_cents = CASE WHEN document_number LIKE '%09' THEN 50 ELSE 0 END
                """,
                """
                UPDATE installments i SET paid_at = CASE WHEN p.document_number LIKE '%09' THEN '2026-03-05T10:00:00Z'::timestamptz
                    ELSE '2026-02-01T10:00:00Z' END
                FROM positions p WHERE p.id = i.position_id AND p.document_number LIKE '%9'
                """,
                """
                UPDATE installments i SET due_date = '2026-03-05', valid_until = '2026-03-05'
                FROM positions p WHERE p.id = i.position_id AND p.document_number LIKE '%97'
                """,
                "UPDATE receipts SET status = 'settled', debt_type = 'mensa' WHERE receipt_id NOT LIKE '%01'",
                // An index on texts is costly as long as it has not merged the latest changes.
                "VACUUM ANALYZE",
            ]
            for statement in statements { _ = try await data.pool.query(statement) }
            try await body(data)
        }
    }

    /// The number of rows that a query reads from all tables.
    private static func rowsRead<Answer: Sendable>(
        by query: Query<Answer>, within tenancy: Tenancy, on data: TestData
    ) async throws -> (answer: Answer, rows: Int) {
        try await data.store.transaction(within: tenancy) { tx in
            // PostgreSQL may change the plan of a prepared statement at its sixth execution.
            for _ in 0..<6 { _ = try await tx.ask(query) }
            let before = try await rowsRead(tx)
            let answer = try await tx.ask(query)
            return (answer, try await rowsRead(tx) - before)
        }
    }

    /// Includes rows of earlier transactions that are not reported yet.
    private static func rowsRead(_ tx: Transaction) async throws -> Int {
        var row = try await tx.query(
            "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables"
        ).only
        return try row.int()
    }

    private typealias PositionCase = (
        name: String, order: PositionOrder, found: Int, change: (inout PositionFilter) -> Void
    )

    /// - Returns: each filter with an order and the number of positions on its first page of creditor alfa.
    private static func positionCases(_ data: TestData) async throws -> [PositionCase] {
        var row = try #require(
            try await data.pool.query(
                """
                SELECT i.iuv, i.notice_number, p.external_id FROM installments i JOIN positions p ON p.id = i.position_id
                WHERE p.document_number = '4711' AND p.creditor_tax_code = \(TestData.alfa.value)
                """
            ).first)
        let iuv = try row.value { try IUV($0) }
        let notice = try row.value { try NoticeNumber($0) }
        let externalID = try row.text()
        let march = try CalendarDate("2026-03-05")
        let longAgo = try CalendarDate("2019-01-01")
        let months = try ["2026-03", "2027-01"].map { (try CalendarDate($0 + "-01"), try CalendarDate($0 + "-31")) }
        return [
            ("state", .createdDescending, 20, { $0.statuses = [.partiallyPaid] }),
            ("state by due date", .due, 20, { $0.statuses = [.partiallyPaid] }),
            ("state without positions", .createdDescending, 0, { $0.statuses = [.draft] }),
            ("expired", .createdDescending, 20, { $0.statuses = [.expired] }),
            ("debt type", .createdDescending, 20, { $0.debtTypeKey = "mensa" }),
            ("debt type without positions", .createdDescending, 0, { $0.debtTypeKey = "multa" }),
            ("alternatives of one debt", .createdDescending, 1, { $0.alternativeGroup = "M-4711" }),
            ("alternatives of one debt by due date", .due, 1, { $0.alternativeGroup = "M-4711" }),
            ("group that many debts have", .createdDescending, 20, { $0.alternativeGroup = "TARI-2026" }),
            (
                "open alternatives of one debt", .due, 1,
                {
                    $0.alternativeGroup = "M-4711"
                    $0.statuses = [.open]
                }
            ),
            ("group without positions", .createdDescending, 0, { $0.alternativeGroup = "TARI-2019" }),
            ("service", .createdDescending, 20, { $0.service = "school" }),
            ("service by due date", .due, 20, { $0.service = "school" }),
            ("service without positions", .createdDescending, 0, { $0.service = "police" }),
            ("past year", .createdDescending, 20, { $0.documentYear = 2025 }),
            ("year without positions", .createdDescending, 0, { $0.documentYear = 2019 }),
            ("document number", .createdDescending, 1, { $0.documentNumber = "4711" }),
            ("external id", .createdDescending, 1, { $0.externalID = externalID }),
            ("IUV", .createdDescending, 1, { $0.iuv = iuv }),
            ("notice number", .createdDescending, 1, { $0.noticeNumber = notice }),
            ("due", .createdDescending, 0, { $0.dueTo = longAgo }),
            (
                "due in the month of the older half", .createdDescending, 20,
                {
                    ($0.dueFrom, $0.dueTo) = months[0]
                }
            ),
            (
                "due in the month of few", .createdDescending, 20,
                {
                    ($0.dueFrom, $0.dueTo) = months[1]
                }
            ),
            (
                "paid on a day", .createdDescending, 20,
                {
                    $0.paidFrom = march
                    $0.paidTo = march
                }
            ),
            ("paid before the first payment", .createdDescending, 0, { $0.paidTo = longAgo }),
            ("updated", .createdDescending, 20, { $0.updatedSince = Instant(microseconds: 1) }),
            ("debtor", .createdDescending, 2, { $0.debtor = TestData.mario }),
            ("under review", .createdDescending, 20, { $0.isUnderReview = true }),
            ("common text", .createdDescending, 20, { $0.words = "mensa" }),
            ("rare text", .createdDescending, 1, { $0.words = "n. 4711" }),
            ("text without positions", .createdDescending, 0, { $0.words = "zzzzzz" }),
            ("document number as text", .createdDescending, 1, { $0.words = "4711" }),
            ("external id as text", .createdDescending, 1, { $0.words = externalID }),
            ("IUV as text", .createdDescending, 1, { $0.words = iuv.value }),
            ("notice number as text", .createdDescending, 1, { $0.words = notice.value }),
            ("common name", .createdDescending, 20, { $0.debtorName = "BIANCHI an" }),
            ("rare name", .createdDescending, 1, { $0.debtorName = "angelo nicco" }),
            ("name without positions", .createdDescending, 0, { $0.debtorName = "Zorro" }),
            ("pair of metadata", .createdDescending, 1, { $0.metadata = MetadataPair(key: "pratica", value: "77") }),
            ("other pair", .createdDescending, 0, { $0.metadata = MetadataPair(key: "pratica", value: "7") }),
            ("end of a notice number", .createdDescending, 1, { $0.noticeNumberEnd = String(notice.value.suffix(9)) }),
            (
                "middle of a notice number", .createdDescending, 1,
                { $0.noticeNumberPart = String(notice.value.dropFirst(6).dropLast(2)) }
            ),
            (
                "beginning of all notice numbers", .createdDescending, 20,
                { $0.noticeNumberPart = String(notice.value.prefix(6)) }
            ),
            (
                "valid until a day", .createdDescending, 20,
                {
                    $0.validUntilFrom = march
                    $0.validUntilTo = march
                }
            ),
            ("valid until a day without positions", .createdDescending, 0, { $0.validUntilTo = longAgo }),
            (
                "name and text", .createdDescending, 1,
                {
                    $0.debtorName = "nicco"
                    $0.words = "4711"
                }
            ),
        ]
    }

    @Test func `a page of positions reads few rows for every filter`() async throws {
        try await Self.with { data in
            for (name, order, found, change) in try await Self.positionCases(data) {
                var filter = PositionFilter()
                change(&filter)
                let isText =
                    filter.words ?? filter.debtorName ?? filter.noticeNumberEnd ?? filter.noticeNumberPart
                    ?? filter.metadata?.key
                let most = isText == nil ? Self.fewRows : Self.textRows
                // A service and a debt type belong to a creditor.
                let isOfCreditors = filter.service != nil || filter.debtTypeKey != nil
                let isOrdered =
                    order != .createdDescending || filter.documentYear != nil || filter.statuses == [.expired]
                    || filter.dueFrom != nil
                for tenant in [Tenancy.only([TestData.alfa]), .only([TestData.alfa, TestData.beta]), .everyCreditor]
                where tenant != .everyCreditor || !(isOfCreditors || isOrdered) {
                    let (page, rows) = try await Self.rowsRead(
                        by: Positions.list(
                            filter, within: tenant, order: order, page: PageRequest(), today: Self.today),
                        within: tenant, on: data)
                    if tenant == .only([TestData.alfa]) { #expect(page.items.count == found, "\(name)") }
                    #expect(rows <= most, "\(name) within \(tenant)")
                }
            }
            for tenant in [Tenancy.only([TestData.alfa]), .everyCreditor] {
                var after: Cursor?
                for _ in 0..<3 {
                    let (page, rows) = try await Self.rowsRead(
                        by: Positions.list(
                            PositionFilter(), within: tenant, order: .createdDescending,
                            page: PageRequest(limit: PageRequest.exportLimit, after: after), today: Self.today),
                        within: tenant, on: data)
                    #expect(page.items.count == PageRequest.exportLimit)
                    #expect(rows <= Self.exportRows, "export within \(tenant)")
                    after = page.next
                }
            }
        }
    }

    @Test func `a page of receipts, attempts or e-mails reads few rows for every filter`() async throws {
        try await Self.with { data in
            var row = try #require(
                try await data.pool.query("SELECT iuv FROM receipts WHERE receipt_id = 'R4711'").first)
            let iuv = try row.value { try IUV($0) }
            let changes: [(String, (inout ReceiptFilter) -> Void)] = [
                ("nothing", { _ in }), ("anomaly", { $0.statuses = [.anomaly] }),
                ("voided", { $0.statuses = [.voided] }),
                ("counter", { $0.origins = [.counter] }), ("IUV", { $0.iuv = iuv }),
                ("document number", { $0.documentNumber = "4711" }), ("tax code", { $0.taxCode = TestData.mario }),
                (
                    "document",
                    {
                        $0.documentNumber = "4711"
                        $0.documentYear = 2025
                    }
                ),
            ]
            for tenant in [Tenancy.only([TestData.alfa]), .everyCreditor] {
                var receipts = changes
                if tenant != .everyCreditor {
                    receipts.append(("debt type without receipts", { $0.debtTypeKey = "multa" }))
                }
                for (name, change) in receipts {
                    var filter = ReceiptFilter()
                    change(&filter)
                    let (_, rows) = try await Self.rowsRead(
                        by: Receipts.list(filter, within: tenant, page: PageRequest()), within: tenant, on: data)
                    #expect(rows <= Self.fewRows, "receipts, \(name) within \(tenant)")
                }
                let export = PageRequest(limit: PageRequest.exportLimit)
                let (page, rows) = try await Self.rowsRead(
                    by: Receipts.list(ReceiptFilter(), within: tenant, page: export), within: tenant, on: data)
                #expect(page.items.count == PageRequest.exportLimit)
                #expect(rows <= Self.exportRows, "export of receipts within \(tenant)")
                var failed = AttemptFilter()
                failed.statuses = [.failed]
                let attempts = try await Self.rowsRead(
                    by: PaymentAttempts.list(failed, within: tenant, page: PageRequest()), within: tenant, on: data)
                #expect(attempts.rows <= Self.fewRows, "failed attempts within \(tenant)")
            }
            var dead = NotificationFilter()
            dead.states = [.dead]
            let mails = try await Self.rowsRead(
                by: Notifications.list(dead, within: .everyCreditor, page: PageRequest()), within: .everyCreditor,
                on: data)
            #expect(mails.rows <= Self.fewRows)
        }
    }

    @Test func `a text finds only positions of the tenant, for the function of the owner too`() async throws {
        try await TestData.with { data in
            let tenants: [(Tenancy, Int)] = [
                (.everyCreditor, 8), (.only([TestData.alfa]), 4), (.only([]), 0), (.citizen(TestData.mario), 4),
                (.psp(TestData.firstPSP), 8),
            ]
            for (tenant, count) in tenants {
                let found = try await data.store.transaction(within: tenant) { tx in
                    var row = try await tx.query("SELECT cardinality(positions_with_text('%scolas%', '', NULL))").only
                    return try row.int()
                }
                #expect(found == count, "\(tenant)")
            }
        }
    }
}
