import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// Operations, or the creditor of the receipt, accept the second body of a `receipt_conflict`.
@Suite(.serialized) struct ConflictTests: ConflictingBodies {
    private func storedReceipts(_ test: TestIntermediary) async throws -> [String] {
        try await test.ask(
            """
            SELECT amount_cents || ' ' || status || CASE WHEN superseded_by IS NULL THEN '' ELSE ' replaced' END
            FROM receipts ORDER BY superseded_by IS NULL, amount_cents
            """)
    }

    @Test func `the second body pays the debt that the first one did not fit, and both are replays from then on`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            let wrong = try await receive(text(iuv, cents: 598), service)
            #expect(wrong.disposition == .anomaly)
            let conflict = try await self.conflict(text(iuv), service)

            let accepted = try await accept(conflict, service)

            #expect(try await storedReceipts(test) == ["598 recorded replaced", "5980 settled"])
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            let counting = try await test.ask("SELECT id::text FROM receipts WHERE superseded_by IS NULL")
            #expect(accepted.resolution?.kind == .accept && accepted.receipt?.description == counting.first)
            #expect(
                try await test.ask("SELECT kind || ' ' || resolution FROM anomalies ORDER BY kind")
                    == ["amount_mismatch reject", "receipt_conflict accept"])
            // The money arrived once, so only the current receipt can be refunded.
            let replaced = try await test.ask("SELECT id::text FROM receipts WHERE superseded_by IS NOT NULL")
            let refund = RefundRequest(receipt: try Identifier(#require(replaced.first)), amount: nil)
            await #expect {
                _ = try await service.refunds.decide(refund, by: .ops)
            } throws: { error in
                guard case .refundNotPossible(let why)? = error as? Refusal else { return false }
                return why.contains("Refund the receipt of the other body")
            }
            // The journal names the operator and the reason.
            #expect(
                try await test.ask(
                    "SELECT DISTINCT note FROM journal WHERE actor LIKE 'key:%' AND kind IN ('rt_received', 'anomaly_resolved')"
                ) == ["La banca ha corretto"])
            // The evidence of both bodies remains; sending either one again changes nothing.
            #expect(
                try await test.ask("SELECT count(*)::text FROM rts WHERE is_first") == ["2"])
            let old = try await receive(text(iuv, cents: 598), service)
            let second = try await receive(text(iuv), service)
            #expect(old.isReplay && old.answer == wrong.answer)
            #expect(second.isReplay && String(decoding: second.answer, as: UTF8.self) == counting.first)
            #expect(try await storedReceipts(test) == ["598 recorded replaced", "5980 settled"])
            #expect(try await test.ask("SELECT count(*)::text FROM anomalies") == ["2"])
            await #expect(throws: Refusal.anomalyNotOpen) { _ = try await accept(conflict, service) }
        }
    }

    @Test func `a second body that does not fit either is an anomaly of its own`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, cents: 598), service)
            let conflict = try await self.conflict(text(iuv, cents: 599), service)

            _ = try await accept(conflict, service)

            #expect(try await storedReceipts(test) == ["598 recorded replaced", "599 anomaly"])
            #expect(
                try await test.ask(
                    """
                    SELECT a.kind || ' ' || r.amount_cents FROM anomalies a JOIN receipts r ON r.id = a.receipt_id
                    WHERE a.is_open
                    """) == ["amount_mismatch 599"])
            #expect(try await test.ask("SELECT state FROM positions") == ["open"])
        }
    }

    @Test func `a quarantined first body is replaced, and the new receipt settles when its position appears`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let notice = try NoticeCodes.aux3(segregationCode: "01").notice(base: 77_000)
            _ = try await receive(text(notice.iuv, cents: 598), service)
            let conflict = try await self.conflict(text(notice.iuv), service)

            _ = try await accept(conflict, service)

            #expect(try await storedReceipts(test) == ["598 recorded replaced", "5980 quarantined"])
            _ = try await test.create(test.draft("debt", notices: [notice.value]), with: service)
            _ = try await service.receipts.settleQuarantine()
            #expect(try await storedReceipts(test) == ["598 recorded replaced", "5980 settled"])
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT count(*)::text FROM anomalies WHERE is_open") == ["0"])
        }
    }

    @Test func `a KO is replaced by another KO, and an overpayment can also be refunded`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, code: 1), service)
            let refused = try await conflict(text(iuv, code: 1, hour: 11), service)
            _ = try await accept(refused, service)
            #expect(try await storedReceipts(test) == ["0 recorded replaced", "0 recorded"])

            _ = try await receive(text(iuv), service)
            let paid = try await conflict(text(iuv, cents: 598), service)

            _ = try await service.anomalies.resolve(
                #require(paid), .refund(try Amount(cents: 5_382)), reason: "Pagato di troppo", by: .ops)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT amount_cents::text FROM refunds") == ["5382"])
        }
    }

    @Test func `a KO never replaces an OK, and a refunded receipt is not replaced`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, cents: 598), service)
            let refused = try await conflict(text(iuv, code: 1), service)
            let right = try await conflict(text(iuv), service)
            let before = try await storedReceipts(test)

            #expect(await advice { try await accept(refused, service) }.contains("KO does not take that back"))
            var filter = AnomalyFilter()
            filter.kinds = [.amountMismatch]
            let mismatch = try #require(
                try await service.anomalies.list(filter, creditor: nil, page: PageRequest(), for: .ops).items.first)
            _ = try await service.anomalies.resolve(mismatch.id, .refund(nil), reason: "Prova", by: .ops)
            #expect(await advice { try await accept(right, service) }.contains("is refunded"))

            #expect(try await storedReceipts(test) == before)
            #expect(
                try await test.ask("SELECT count(*)::text FROM anomalies WHERE kind = 'receipt_conflict' AND is_open")
                    == ["2"])
        }
    }

    @Test func `of three bodies the accepted one is what the others are in conflict with`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, cents: 598), service)
            let second = try await conflict(text(iuv, cents: 599), service)
            let third = try await conflict(text(iuv), service)

            _ = try await accept(second, service)
            // Sending the body again reports the same conflict.
            #expect(try await conflict(text(iuv), service) == third)
            _ = try await accept(third, service)

            #expect(
                try await storedReceipts(test) == ["598 recorded replaced", "599 recorded replaced", "5980 settled"])
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT count(*)::text FROM anomalies WHERE is_open") == ["0"])
            for cents in [598, 599, 5_980] {
                #expect(try await receive(text(iuv, cents: cents), service).isReplay)
            }
        }
    }

    @Test func `two operators who accept two bodies at once end with one that counts`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let iuv = debt.installments[0].iuv
            _ = try await receive(text(iuv, cents: 598), service)
            let bodies = try await [
                conflict(text(iuv, cents: 599), service), conflict(text(iuv, cents: 600), service),
            ]

            await withTaskGroup(of: Void.self) { group in
                for anomaly in bodies {
                    group.addTask { _ = await advice { try await accept(anomaly, service) } }
                }
            }

            #expect(
                try await test.ask("SELECT count(*)::text FROM receipts WHERE superseded_by IS NULL") == ["1"])
            #expect(
                try await test.ask("SELECT count(*)::text FROM receipts WHERE status = 'anomaly'") == ["1"])
        }
    }
}
