import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import TestSupport
import Testing

@testable import Storage

/// Random combinations of the filters of every list, beside the rows that PostgreSQL finds with the same conditions and no tenancy.
@Suite(.serialized) struct CombinedFilterTests {
    /// One value of a filter, and the rows that have it.
    private struct Choice<Filter> {
        let name: String
        let condition: SQL
        let change: (inout Filter) -> Void
    }

    /// The days around the end of summer time; the hours are near midnight in Rome.
    private static let dates = ["2026-10-24", "2026-10-25", "2026-10-26", "2026-10-27"]

    /// Spreads instants over those days, a microsecond before and at midnight among them.
    private static func spread(_ table: SQL, _ column: SQL) -> SQL {
        """
        UPDATE \(table) SET \(column) = (ARRAY['2026-10-23T21:59:59.999999Z', '2026-10-23T22:00:00Z', '2026-10-24T21:59:59.999999Z',
            '2026-10-24T22:00:00Z', '2026-10-25T00:30:00Z', '2026-10-25T01:30:00Z', '2026-10-25T22:59:59.999999Z',
            '2026-10-25T23:00:00Z', '2026-10-26T22:59:59.999999Z', '2026-10-26T23:00:00Z']::timestamptz[])[
            1 + get_byte(decode(md5(id::text || 'at'), 'hex'), 0) % 10]
        """
    }

    private static func days<Filter>(
        _ column: SQL, from: WritableKeyPath<Filter, CalendarDate?>, to: WritableKeyPath<Filter, CalendarDate?>
    ) throws -> [[Choice<Filter>]] {
        let days = try dates.map { try CalendarDate($0) }
        return [
            days.map { day in
                Choice(
                    name: "from \(day)",
                    condition: "(\(column) AT TIME ZONE 'Europe/Rome')::date >= \(day.description)::date"
                ) { $0[keyPath: from] = day }
            },
            days.map { day in
                Choice(
                    name: "to \(day)",
                    condition: "(\(column) AT TIME ZONE 'Europe/Rome')::date <= \(day.description)::date"
                ) { $0[keyPath: to] = day }
            },
        ]
    }

    private static let tenancies: [(Tenancy, SQL)] = [
        (.everyCreditor, "TRUE"), (.only([TestData.alfa]), "creditor_tax_code = \(TestData.alfa.value)"),
        (.only([TestData.beta, TestData.alfa]), "creditor_tax_code IS NOT NULL"), (.only([]), "FALSE"),
    ]

    private func ids(_ data: TestData, _ sql: SQL) async throws -> [UUID] {
        try await data.pool.query(sql).map { row in
            var row = row
            return try row.next(UUID.self)
        }
    }

    /// All pages of random combinations must have exactly the expected rows, newest first, and say how many there are.
    private func check<Filter, Item: Sendable>(
        _ data: TestData, seed: UInt64, rounds: Int, groups: [[Choice<Filter>]], empty: () -> Filter,
        unless: SQL = "TRUE",
        isDefault: (Filter) -> Bool = { _ in false }, rows table: SQL, at column: SQL, id: (Item) -> UUID,
        _ list: (Filter, Tenancy, PageRequest) -> Query<Page<Item>>
    ) async throws {
        var random = SeededRandom(seed: seed)
        var foundSome = 0
        for _ in 0..<rounds {
            var filter = empty()
            var (conditions, names): ([SQL], [String]) = ([], [])
            for group in groups.shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random)) {
                guard let choice = group.randomElement(using: &random) else { continue }
                choice.change(&filter)
                conditions.append(choice.condition)
                names.append(choice.name)
            }
            // Without a status some lists leave rows out.
            if isDefault(filter) { conditions.append(unless) }
            let (tenancy, own) = Self.tenancies[Int.random(in: 0..<Self.tenancies.count, using: &random)]
            let expected = try await ids(
                data,
                """
                SELECT id FROM \(table) AS t WHERE \(own) AND \(conditions.conjunction) ORDER BY \(column) DESC, id DESC
                """)
            var (found, after): ([UUID], Cursor?) = ([], nil)
            let limit = Int.random(in: 1...30, using: &random)
            repeat {
                let page = try await data.store.read(
                    within: tenancy, list(filter, tenancy, PageRequest(limit: limit, after: after, includeTotal: true)))
                #expect(page.total == expected.count && page.items.count <= limit, "\(names) \(tenancy)")
                #expect(page.next == nil || page.items.count == limit)
                found += page.items.map(id)
                after = page.next
            } while after != nil
            #expect(found == expected, "\(names) \(tenancy) \(limit)")
            if !expected.isEmpty, expected.count < 60 { foundSome += 1 }
        }
        #expect(foundSome > rounds / 6, "most combinations find nothing or everything")
    }

    private func word<Filter>(_ name: String, _ condition: SQL, _ change: @escaping (inout Filter) -> Void)
        -> Choice<Filter>
    {
        Choice(name: name, condition: condition, change: change)
    }

    @Test func `receipts are found by any combination of filters`() async throws {
        try await TestData.with(crowd: 40) { data in
            for statement in [
                Self.spread("receipts", "paid_at"),
                "UPDATE receipts SET status = 'settled' WHERE get_byte(decode(md5(id::text), 'hex'), 1) % 3 = 0",
                "UPDATE receipts SET debt_type = 'mensa' WHERE get_byte(decode(md5(id::text), 'hex'), 2) % 2 = 0",
                "UPDATE receipts SET amount_cents = 77 WHERE get_byte(decode(md5(id::text), 'hex'), 3) % 2 = 0",
                "UPDATE receipts SET origin = 'file' WHERE get_byte(decode(md5(id::text), 'hex'), 4) % 3 = 0",
                "UPDATE receipts SET notice_number = '3' || iuv WHERE get_byte(decode(md5(id::text), 'hex'), 5) % 2 = 0",
            ] as [SQL] { _ = try await data.pool.query(statement) }
            var row = try await data.pool.query(
                "SELECT iuv, position_id FROM receipts WHERE notice_number IS NOT NULL ORDER BY id LIMIT 1"
            ).only
            let iuv = try row.value { try IUV($0) }
            let position = try row.next(UUID.self)
            let notice = try NoticeNumber("3" + iuv.value)
            let amount = try Amount(cents: 77)
            var groups: [[Choice<ReceiptFilter>]] = []
            groups.append([
                word("settled", "status = 'settled'") { $0.statuses = [.settled] },
                word("anomaly", "status = 'anomaly'") { $0.statuses = [.anomaly, .recorded] },
            ])
            groups.append([
                word("file", "origin = 'file'") { $0.origins = [.file] },
                word("pagopa", "origin = 'pagopa'") { $0.origins = [.pagopa, .counter] },
            ])
            groups.append([
                word("mensa", "debt_type = 'mensa'") { $0.debtTypeKey = "mensa" },
                word("other", "FALSE") { $0.debtTypeKey = "other" },
            ])
            groups.append([word("iuv", "iuv = \(iuv.value)") { $0.iuv = iuv }])
            groups.append([word("notice", "notice_number = \(notice.value)") { $0.noticeNumber = notice }])
            groups.append([word("position", "position_id = \(position)") { $0.position = Identifier(uuid: position) }])
            groups.append([
                word("first PSP", "psp_id = 'ABCDITMM'") { $0.psp = TestData.firstPSP },
                word("second PSP", "psp_id = 'EFGHITMM'") { $0.psp = TestData.secondPSP },
            ])
            groups.append([word("receipt id", "receipt_id = 'R2'") { $0.receiptID = "R2" }])
            groups.append([word("amount", "amount_cents = 77") { $0.amount = amount }])
            groups.append([
                word(
                    "person",
                    "\(TestData.mario.value) IN (debtor_tax_code, payer_tax_code)"
                ) { $0.taxCode = TestData.mario }
            ])
            groups.append([
                word(
                    "document", "position_id IN (SELECT id FROM positions WHERE document_number = '2')"
                ) { $0.documentNumber = "2" }
            ])
            groups.append([
                word("year", "position_id IS NOT NULL") { $0.documentYear = 2_026 },
                word("another year", "FALSE") { $0.documentYear = 2_025 },
            ])
            groups += try Self.days("paid_at", from: \ReceiptFilter.paidFrom, to: \ReceiptFilter.paidTo)
            try await check(
                data, seed: 501, rounds: 150, groups: groups, empty: { ReceiptFilter() },
                unless: "status IN ('settled', 'anomaly')", isDefault: \.statuses.isEmpty, rows: "receipts",
                at: "paid_at", id: \.id.uuid
            ) { Receipts.list($0, within: $1, page: $2) }
        }
    }

    @Test func `anomalies, refunds, attempts and e-mails are found by any combination of filters`() async throws {
        try await TestData.with(crowd: 40) { data in
            for statement in [
                "UPDATE receipts SET amount_cents = 77 WHERE get_byte(decode(md5(id::text), 'hex'), 3) % 2 = 0",
                "UPDATE anomalies SET receipt_id = receipt_id WHERE receipt_id IS NOT NULL",
                Self.spread("anomalies", "opened_at"), Self.spread("refunds", "created_at"),
                Self.spread("payment_attempts", "created_at"), Self.spread("notifications", "created_at"),
                "UPDATE notifications SET recipient = 'B@Example.org' WHERE get_byte(decode(md5(id::text), 'hex'), 1) % 2 = 0",
            ] as [SQL] { _ = try await data.pool.query(statement) }
            var row = try await data.pool.query("SELECT iuv, id FROM receipts ORDER BY id LIMIT 1").only
            let iuv = try row.value { try IUV($0) }
            let notice = try NoticeNumber("3" + iuv.value)
            let id = try row.next(UUID.self)
            let (amount, b) = (try Amount(cents: 77), try EmailAddress("b@example.org"))

            var anomalies: [[Choice<AnomalyFilter>]] = []
            anomalies.append([
                word("open", "is_open") { $0.isOpen = true },
                word("resolved", "NOT is_open") { $0.isOpen = false },
            ])
            anomalies.append([
                word("unreadable", "kind = 'unreadable_rt'") { $0.kinds = [.unreadableRT] },
                word("paid", "kind = 'already_paid'") { $0.kinds = [.alreadyPaid, .unknownIUV] },
            ])
            anomalies.append([word("iuv", "iuv = \(iuv.value)") { $0.iuv = iuv }])
            anomalies.append([word("psp", "psp_id = 'ABCDITMM'") { $0.psp = TestData.firstPSP }])
            anomalies.append([word("amount", "amount_cents = 77") { $0.amount = amount }])
            anomalies.append([word("receipt", "receipt_id = \(id)") { $0.receipt = Identifier(uuid: id) }])
            anomalies.append([word("position", "position_id = \(id)") { $0.position = Identifier(uuid: id) }])
            anomalies += try Self.days("opened_at", from: \AnomalyFilter.openedFrom, to: \AnomalyFilter.openedTo)
            try await check(
                data, seed: 502, rounds: 60,
                groups: anomalies, empty: { AnomalyFilter() },
                rows: "anomalies", at: "opened_at", id: \.id.uuid
            ) { Anomalies.list($0, within: $1, page: $2) }

            var refunds: [[Choice<RefundFilter>]] = []
            refunds.append([
                word("paid", "status = 'paid'") { $0.statuses = [.paid, .failed] },
                word("decided", "status = 'decided'") { $0.statuses = [.decided] },
            ])
            refunds.append([word("receipt", "receipt_id = \(id)") { $0.receipt = Identifier(uuid: id) }])
            try await check(
                data, seed: 503, rounds: 20,
                groups: refunds, empty: { RefundFilter() }, rows: "refunds", at: "created_at", id: \.id.uuid
            ) { Refunds.list($0, within: $1, page: $2) }

            var attempts: [[Choice<AttemptFilter>]] = []
            attempts.append([
                word("redirected", "status = 'redirected'") { $0.statuses = [.redirected] },
                word("failed", "FALSE") { $0.statuses = [.failed] },
            ])
            attempts.append([
                word("iuv", "id IN (SELECT attempt_id FROM attempt_items WHERE iuv = \(iuv.value))") {
                    $0.iuv = iuv
                },
                word("notice", "id IN (SELECT attempt_id FROM attempt_items WHERE iuv = \(iuv.value))") {
                    $0.noticeNumber = notice
                },
            ])
            attempts.append([
                word("position", "id IN (SELECT attempt_id FROM attempt_items WHERE position_id = \(id))") {
                    $0.position = Identifier(uuid: id)
                },
                word("installment", "id IN (SELECT attempt_id FROM attempt_items WHERE installment_id = \(id))") {
                    $0.installment = Identifier(uuid: id)
                },
            ])
            attempts.append([
                word("first PSP", "psp_id = 'ABCDITMM'") { $0.psp = TestData.firstPSP },
                word("second PSP", "psp_id = 'EFGHITMM'") { $0.psp = TestData.secondPSP },
            ])
            attempts.append([word("payer", "payer_tax_code = \(TestData.anna.value)") { $0.payer = TestData.anna }])
            attempts += try Self.days("created_at", from: \AttemptFilter.createdFrom, to: \AttemptFilter.createdTo)
            try await check(
                data, seed: 504, rounds: 60,
                groups: attempts, empty: { AttemptFilter() },
                rows: "payment_attempts", at: "created_at", id: \.id.uuid
            ) { PaymentAttempts.list($0, within: $1, page: $2) }

            var mails: [[Choice<NotificationFilter>]] = []
            mails.append([
                word("queued", "state = 'queued'") { $0.states = [.queued] },
                word("sent", "state = 'sent'") { $0.states = [.sent, .dead] },
            ])
            mails.append([
                word("iuv", "receipt_id IN (SELECT id FROM receipts WHERE iuv = \(iuv.value))") {
                    $0.iuv = iuv
                }
            ])
            mails.append([word("recipient", "lower(recipient) = 'b@example.org'") { $0.recipient = b }])
            mails.append([word("receipt", "receipt_id = \(id)") { $0.receipt = Identifier(uuid: id) }])
            mails.append([word("position", "position_id = \(id)") { $0.position = Identifier(uuid: id) }])
            mails += try Self.days(
                "created_at", from: \NotificationFilter.createdFrom, to: \NotificationFilter.createdTo)
            try await check(
                data, seed: 505, rounds: 60,
                groups: mails,
                empty: { NotificationFilter() }, rows: "notifications", at: "created_at", id: \.id.uuid
            ) { Notifications.list($0, within: $1, page: $2) }
        }
    }
}
