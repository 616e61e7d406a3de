import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The summary and the statistics against rows that are counted otherwise, within each tenancy.
@Suite(.serialized) struct SummaryTests {
    private static let tenancies: [(tenancy: Tenancy, creditors: Set<String>)] = [
        (.everyCreditor, [TestData.alfa.value, TestData.beta.value]), (.only([TestData.alfa]), [TestData.alfa.value]),
        (.only([TestData.alfa, TestData.beta]), [TestData.alfa.value, TestData.beta.value]), (.only([]), []),
    ]

    private static func change(_ data: TestData) async throws {
        for statement in [
            "UPDATE receipts SET amount_cents = 250, payment_method = 'CP' WHERE receipt_id = 'R2'",
            "UPDATE receipts SET status = 'settled', debt_type = 'mensa', fee_cents = 10, psp_id = 'RAREITMM' WHERE receipt_id IN ('R2', 'R3')",
            """
            UPDATE receipts SET status = 'quarantined', position_id = NULL, installment_id = NULL, attempt_id = NULL
            WHERE receipt_id = 'R4'
            """,
            "UPDATE receipts SET paid_at = '2026-10-25T22:59:59.999999Z' WHERE receipt_id IN ('R2', 'R5')",
            "UPDATE receipts SET paid_at = '2026-10-25T23:00:00Z' WHERE receipt_id NOT IN ('R2', 'R5')",
            "UPDATE anomalies SET receipt_id = receipt_id WHERE receipt_id IS NOT NULL",
            """
            UPDATE payment_attempts SET status = 'failed', finished_at = now()
            WHERE id IN (SELECT id FROM receipts WHERE receipt_id = 'R6')
            """,
            """
            UPDATE payment_attempts SET status = 'in_progress'
            WHERE id IN (SELECT id FROM receipts WHERE receipt_id IN ('R7', 'R11'))
            """,
            """
            UPDATE payment_attempts SET status = 'succeeded', finished_at = now(), redirect_url = 'https://x.example.org/'
            WHERE id IN (SELECT id FROM receipts WHERE receipt_id = 'R8')
            """,
            """
            UPDATE payment_attempts SET expires_at = now() - interval '1 second'
            WHERE id IN (SELECT id FROM receipts WHERE receipt_id = 'R9')
            """,
            """
            UPDATE notifications SET state = 'dead', sent_at = NULL, next_attempt_at = NULL
            WHERE receipt_id IN (SELECT id FROM receipts WHERE receipt_id = 'R10')
            """,
        ] as [SQL] { _ = try await data.pool.query(statement) }
    }

    private func counts(_ data: TestData, _ sql: SQL, of creditors: Set<String>) async throws -> [Int] {
        var sums: [Int] = []
        for var row in try await data.pool.query(sql) {
            guard creditors.contains(try row.text()) else { continue }
            let values = [try row.int(), try row.int()]
            sums = sums.isEmpty ? values : zip(sums, values).map { $0 + $1 }
        }
        return sums.isEmpty ? [0, 0] : sums
    }

    @Test func `the summary counts what is open for the creditors of the caller`() async throws {
        try await TestData.with(crowd: 12) { data in
            try await Self.change(data)
            let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
            for (tenancy, creditors) in Self.tenancies {
                let (anomalies, quarantine, attempts, mails, refunds, psps) = try await data.store.read(
                    within: tenancy, Summaries.anomalies(within: tenancy), Summaries.quarantine(within: tenancy),
                    Summaries.attempts(within: tenancy, at: now), Summaries.mails(within: tenancy),
                    Summaries.refunds(within: tenancy), Summaries.psps(within: tenancy, at: now))
                let open = try await counts(
                    data,
                    """
                    SELECT creditor_tax_code, count(*), sum(amount_cents)::bigint FROM anomalies WHERE is_open
                    GROUP BY creditor_tax_code
                    """, of: creditors)
                #expect(anomalies.reduce(0) { $0 + $1.count } == open[0], "\(tenancy)")
                #expect(anomalies.reduce(0) { $0 + Int($1.amountCents) } == open[1], "\(tenancy)")
                // Each pair of creditor and debtor of the crowd has one row of each number; numbers to 2 belong to two debtors more.
                let each = creditors.count
                #expect(quarantine.count == each && quarantine.amountCents == Int64(100 * each))
                #expect(attempts.count == 14 * each, "16 of which one failed and one succeeded")
                #expect(attempts.waitingForRT == 2 * each, "\(tenancy)")
                #expect(attempts.stuck == 2 * each, "one without its RT for eleven minutes, one past its deadline")
                #expect(mails.pending == 3 * each && mails.dead == each, "\(tenancy)")
                #expect((mails.oldestPendingAt == nil) == (each == 0))
                #expect(refunds.count == 3 * each && refunds.amountCents == Int64(40 * 3 * each))
                #expect(psps.reduce(0) { $0 + $1.attempts } == 16 * each)
                #expect(psps.reduce(0) { $0 + $1.notStarted } == each && psps.reduce(0) { $0 + $1.paid } == each)
            }
        }
    }

    @Test func `statistics sum the receipts of the archive by each property, within the tenancy`() async throws {
        try await TestData.with(crowd: 12) { data in
            try await Self.change(data)
            let day = try CalendarDate("2026-10-25")
            let next = try CalendarDate("2026-10-26")
            for (tenancy, creditors) in Self.tenancies {
                for group in Statistics.Group.allCases {
                    for (from, to) in [(day, next), (day, day), (next, next)] {
                        let range = try DayRange(from: from, to: to, today: next)
                        let found = try await data.store.read(
                            within: tenancy, StatisticsOfReceipts.by(group, in: range, within: tenancy))
                        var filter = ReceiptFilter()
                        filter.paidFrom = from
                        filter.paidTo = to
                        let receipts = try await data.store.read(
                            within: tenancy, Receipts.list(filter, within: tenancy, page: PageRequest(limit: 100))
                        ).items
                        let expected = Dictionary(grouping: receipts) { receipt -> String? in
                            switch group {
                            case .day: CalendarDate(romeDayOf: receipt.paidAt).description
                            case .creditor: receipt.creditor.value
                            case .debtType: receipt.debtTypeKey
                            case .psp: receipt.psp?.id.value
                            case .method: receipt.method?.code
                            }
                        }
                        let what = "\(group) \(from) \(to) \(tenancy)"
                        #expect(Set(found.rows.map(\.key)) == Set(expected.keys), "\(what)")
                        for row in found.rows {
                            let own = expected[row.key] ?? []
                            #expect(row.sums.receipts == own.count, "\(what)")
                            #expect(row.sums.amountCents == own.reduce(0) { $0 + $1.amount.cents }, "\(what)")
                            #expect(row.sums.feeCents == own.reduce(0) { $0 + ($1.fee?.cents ?? 0) }, "\(what)")
                        }
                        #expect(found.total.receipts == receipts.count, "\(what)")
                        #expect(found.total.refundedCents == Int64(40 * receipts.count), "\(what)")
                        #expect(Set(receipts.map(\.creditor.value)).isSubset(of: creditors))
                        let keys = found.rows.compactMap(\.key)
                        if group == .day { #expect(keys == keys.sorted(), "\(what)") }
                    }
                }
            }
        }
    }

    @Test func `a background job that ran and failed has both times, whichever came last`() async throws {
        try await TestData.with { data in
            func note(_ job: BackgroundJob, hasFailed: Bool) async throws {
                try await data.store.transaction(within: .everyCreditor) { tx in
                    tx.note(job, intervalSeconds: 5, hasFailed: hasFailed)
                }
            }
            try await note(.expiry, hasFailed: true)
            var states = try await data.store.read(within: .everyCreditor, BackgroundJobStates.all)
            let failed = try #require(states.first { $0.job == .expiry })
            #expect(failed.ranAt == nil && failed.failedAt != nil && failed.intervalSeconds == 5)
            try await note(.expiry, hasFailed: false)
            states = try await data.store.read(within: .everyCreditor, BackgroundJobStates.all)
            let recovered = try #require(states.first { $0.job == .expiry })
            #expect(recovered.ranAt != nil && recovered.failedAt == failed.failedAt)
        }
    }
}
