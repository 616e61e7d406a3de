import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import TestSupport
import Testing

@testable import Storage

/// The lists of receipts, refunds, anomalies and mails against their rows, read without a filter.
@Suite(.serialized) struct TenantListTests {
    /// A row as it is stored.
    private struct Stored {
        let id: UUID
        let creditor, debtor, payer, word, psp: String?
        let iuv, document: String?
        let receipt, position: UUID?
        let isOpen: Bool
        let at: Instant

        init(_ row: Row) throws {
            var row = row
            id = try row.next()
            creditor = try row.optionalText()
            debtor = try row.optionalText()
            payer = try row.optionalText()
            word = try row.optionalText()
            psp = try row.optionalText()
            iuv = try row.optionalText()
            document = try row.optionalText()
            receipt = try row.nextOptional(UUID.self)
            position = try row.nextOptional(UUID.self)
            isOpen = try row.bool()
            at = try row.instant()
        }

        func belongs(to tenancy: Tenancy) -> Bool {
            switch tenancy {
            case .everyCreditor, .psp: true
            case .registry: false
            case .only(let creditors, _): creditors.contains { $0.value == creditor }
            case .citizen(let code, let other):
                (debtor == code.value || payer == code.value) && (other.map { $0.value == creditor } ?? true)
            }
        }

        /// Newest first.
        static func isBefore(_ one: Stored, _ other: Stored) -> Bool {
            (one.at, one.id.uuidString) > (other.at, other.id.uuidString)
        }
    }

    private func stored(_ sql: SQL, _ ledger: TestData) async throws -> [Stored] {
        try await ledger.pool.query(sql).map { try Stored($0) }.sorted(by: Stored.isBefore)
    }

    private static let keys: [Tenancy] = [
        .everyCreditor, .only([TestData.alfa]), .only([TestData.alfa, TestData.beta]), .only([]),
        .only([TestData.beta], seesQuarantine: false),
    ]
    private static let citizens: [Tenancy] = [
        .citizen(TestData.mario), .citizen(TestData.anna), .citizen(TestData.mario, of: TestData.beta),
    ]

    /// Compares all pages of a list with the expected rows.
    private func check<Item>(
        _ expected: [Stored], within tenancy: Tenancy, limit: Int, _ ledger: TestData, _ what: String,
        id: (Item) -> UUID, _ list: (PageRequest) -> Query<Page<Item>>
    ) async throws {
        var ids: [UUID] = []
        var after: Cursor?
        repeat {
            let page = try await ledger.store.read(
                within: tenancy, list(PageRequest(limit: limit, after: after, includeTotal: true)))
            #expect(page.items.count <= limit && page.total == expected.count, "\(what) \(tenancy)")
            ids += page.items.map(id)
            after = page.next
        } while after != nil
        #expect(ids == expected.map(\.id), "\(what) \(tenancy)")
    }

    @Test func `receipts are found by every filter, and by nobody who may not see them`() async throws {
        try await TestData.with(crowd: 20) { ledger in
            for statement in [
                "UPDATE refunds SET status = 'failed'",
                "UPDATE receipts SET status = 'settled' WHERE receipt_id = 'R2'",
                "UPDATE receipts SET status = 'recorded', outcome_code = 1 WHERE receipt_id = 'R3'",
                """
                UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL,
                    payer_tax_code = \(TestData.mario.value) WHERE receipt_id = 'R4'
                """,
                "UPDATE receipts SET origin = 'counter', psp_id = NULL WHERE receipt_id = 'R5'",
                "UPDATE receipts SET payer_tax_code = \(TestData.anna.value), debt_type = 'mensa' WHERE receipt_id IN ('R1', 'R6')",
                "UPDATE receipts SET notice_number = '3' || iuv WHERE receipt_id IN ('R1', 'R7')",
                "UPDATE receipts SET paid_at = '2026-10-24T22:00:00Z' WHERE receipt_id IN ('R8', 'R9')",
                "UPDATE receipts SET paid_at = '2026-10-25T22:59:59.999999Z' WHERE receipt_id = 'R10'",
                "UPDATE receipts SET paid_at = '2026-10-25T23:00:00Z' WHERE receipt_id = 'R11'",
            ] as [SQL] { _ = try await ledger.pool.query(statement) }
            let all = try await stored(
                """
                SELECT r.id, r.creditor_tax_code, r.debtor_tax_code, r.payer_tax_code, r.status, r.origin, r.iuv,
                    p.document_number, r.id, r.position_id, r.debt_type IS NOT NULL, r.paid_at
                FROM receipts r LEFT JOIN positions p ON p.id = r.position_id
                """, ledger)
            let some = try #require(all.first { $0.position != nil && $0.word == "anomaly" })
            let notices = Set(
                try await stored(
                    """
                    SELECT id, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text, NULL::text,
                        NULL::uuid, NULL::uuid, true, paid_at FROM receipts WHERE notice_number IS NOT NULL
                    """, ledger
                ).map(\.id))
            let noticed = try #require(all.first { notices.contains($0.id) })
            let iuv = try IUV(#require(some.iuv))
            let notice = try NoticeNumber("3" + #require(noticed.iuv))
            let day = try CalendarDate("2026-10-25")
            let position = Identifier<Position>(uuid: try #require(some.position))
            let document = try #require(some.document)
            let visible = ["settled", "anomaly"]
            typealias Case = (String, (inout ReceiptFilter) -> Void, (Stored) -> Bool)
            let cases: [Case] = [
                ("all", { _ in }, { _ in true }),
                ("statuses", { $0.statuses = Disposition.allCases }, { _ in true }),
                ("quarantined", { $0.statuses = [.quarantined, .recorded] }, { _ in true }),
                ("origins", { $0.origins = [.counter, .file] }, { $0.psp == "counter" }),
                ("debt type", { $0.debtTypeKey = "mensa" }, \.isOpen),
                ("iuv", { $0.iuv = iuv }, { $0.iuv == iuv.value }),
                ("notice", { $0.noticeNumber = notice }, { $0.id == noticed.id }),
                (
                    "document",
                    {
                        $0.documentYear = 2_026
                        $0.documentNumber = document
                    }, { $0.document == document }
                ),
                ("another year", { $0.documentYear = 2_025 }, { _ in false }),
                (
                    "day in Rome",
                    {
                        $0.paidFrom = day
                        $0.paidTo = day
                    }, { CalendarDate(romeDayOf: $0.at) == day }
                ),
                ("from", { $0.paidFrom = day }, { CalendarDate(romeDayOf: $0.at) >= day }),
                ("to", { $0.paidTo = day }, { CalendarDate(romeDayOf: $0.at) <= day }),
                ("position", { $0.position = position }, { $0.position == position.uuid }),
                (
                    "person", { $0.taxCode = TestData.mario },
                    { $0.debtor == TestData.mario.value || $0.payer == TestData.mario.value }
                ),
            ]
            for tenancy in Self.keys + Self.citizens {
                for (name, change, fits) in cases {
                    var filter = ReceiptFilter()
                    change(&filter)
                    let shown = filter.statuses.isEmpty ? visible : filter.statuses.map(\.rawValue)
                    let seesQuarantine =
                        switch tenancy {
                        case .everyCreditor, .psp: true
                        case .only(_, let sees): sees
                        case .citizen, .registry: false
                        }
                    let expected = all.filter { row in
                        // A payer does not see the position of another debtor, nor its document on the receipt.
                        if case .citizen(let code, _) = tenancy, name == "document", row.debtor != code.value {
                            return false
                        }
                        return row.belongs(to: tenancy) && shown.contains(row.word ?? "") && fits(row)
                            && (seesQuarantine || row.word != "quarantined")
                    }
                    try await check(expected, within: tenancy, limit: 9, ledger, name, id: \.id.uuid) { page in
                        Receipts.list(filter, within: tenancy, page: page)
                    }
                }
            }
        }
    }

    @Test func `refunds, anomalies and mails are found by every filter within the tenancy alone`() async throws {
        try await TestData.with(crowd: 12) { ledger in
            _ = try await ledger.pool.query(
                "UPDATE anomalies SET kind = 'amount_mismatch' WHERE kind = 'already_paid' AND NOT is_open")
            let refunds = try await stored(
                """
                SELECT id, creditor_tax_code, NULL::text, NULL::text, status, NULL::text, NULL::text, NULL::text, receipt_id,
                    NULL::uuid, true, created_at FROM refunds
                """, ledger)
            let anomalies = try await stored(
                """
                SELECT id, creditor_tax_code, NULL::text, NULL::text, kind, psp_id, iuv, NULL::text, receipt_id, position_id,
                    is_open, opened_at FROM anomalies
                """, ledger)
            let mails = try await stored(
                """
                SELECT id, creditor_tax_code, NULL::text, NULL::text, state, NULL::text, NULL::text, NULL::text, receipt_id,
                    position_id, true, created_at FROM notifications
                """, ledger)
            let receipt = Identifier<Receipt>(uuid: try #require(refunds.first?.receipt))
            let position = Identifier<Position>(uuid: try #require(mails.last?.position))
            let iuv = try IUV(#require(anomalies.first?.iuv))
            let today = CalendarDate(romeDayOf: Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6)))
            let later = CalendarDate(epochDays: today.epochDays + 2)
            for tenancy in Self.keys {
                for (name, change, fits) in [
                    ("all", { _ in }, { _ in true }),
                    ("statuses", { $0.statuses = [.paid] }, { $0.word == "paid" }),
                    ("both", { $0.statuses = [.paid, .decided] }, { _ in true }),
                    ("receipt", { $0.receipt = receipt }, { $0.receipt == receipt.uuid }),
                    (
                        "nothing",
                        {
                            $0.receipt = receipt
                            $0.statuses = [.failed]
                        }, { _ in false }
                    ),
                ] as [(String, (inout RefundFilter) -> Void, (Stored) -> Bool)] {
                    var filter = RefundFilter()
                    change(&filter)
                    let expected = refunds.filter { $0.belongs(to: tenancy) && fits($0) }
                    try await check(expected, within: tenancy, limit: 5, ledger, name, id: \.id.uuid) {
                        Refunds.list(filter, within: tenancy, page: $0)
                    }
                }
                for (name, change, fits) in [
                    ("all", { _ in }, { _ in true }), ("open", { $0.isOpen = true }, \.isOpen),
                    ("resolved", { $0.isOpen = false }, { !$0.isOpen }),
                    ("kind", { $0.kinds = [.unreadableRT] }, { $0.word == "unreadable_rt" }),
                    ("kinds", { $0.kinds = [.unreadableRT, .alreadyPaid] }, { $0.word != "amount_mismatch" }),
                    ("iuv", { $0.iuv = iuv }, { $0.iuv == iuv.value }),
                    ("psp", { $0.psp = TestData.firstPSP }, { $0.psp == TestData.firstPSP.value }),
                    ("receipt", { $0.receipt = receipt }, { $0.receipt == receipt.uuid }),
                    (
                        "position",
                        {
                            $0.position = position
                            $0.isOpen = false
                        }, { $0.position == position.uuid && !$0.isOpen }
                    ),
                    ("from", { $0.openedFrom = later }, { _ in false }), ("to", { $0.openedTo = later }, { _ in true }),
                    (
                        "day",
                        {
                            $0.openedFrom = today
                            $0.openedTo = today
                        }, { CalendarDate(romeDayOf: $0.at) == today }
                    ),
                ] as [(String, (inout AnomalyFilter) -> Void, (Stored) -> Bool)] {
                    var filter = AnomalyFilter()
                    change(&filter)
                    let expected = anomalies.filter { $0.belongs(to: tenancy) && fits($0) }
                    try await check(expected, within: tenancy, limit: 7, ledger, name, id: \.id.uuid) {
                        Anomalies.list(filter, within: tenancy, page: $0)
                    }
                }
                for (name, change, fits) in [
                    ("all", { _ in }, { _ in true }), ("queued", { $0.states = [.queued] }, { $0.word == "queued" }),
                    ("states", { $0.states = [.sent, .dead] }, { $0.word == "sent" }),
                    ("receipt", { $0.receipt = receipt }, { $0.receipt == receipt.uuid }),
                    ("position", { $0.position = position }, { $0.position == position.uuid }),
                ] as [(String, (inout NotificationFilter) -> Void, (Stored) -> Bool)] {
                    var filter = NotificationFilter()
                    change(&filter)
                    let expected = mails.filter { $0.belongs(to: tenancy) && fits($0) }
                    try await check(expected, within: tenancy, limit: 7, ledger, name, id: \.id.uuid) {
                        Notifications.list(filter, within: tenancy, page: $0)
                    }
                }
            }
        }
    }
}
