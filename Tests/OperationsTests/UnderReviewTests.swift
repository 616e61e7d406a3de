import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// Positions and mails show that a payment is under review, and no debtor is asked to pay twice.
@Suite(.serialized) struct UnderReviewTests {
    private func anomalies(_ intermediary: Intermediary) async throws -> [Anomaly] {
        try await intermediary.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: .ops).items
    }

    private func list(_ intermediary: Intermediary, underReview: Bool?) async throws -> [PositionSummary] {
        var filter = PositionFilter()
        filter.isUnderReview = underReview
        return try await intermediary.positions.list(
            filter, creditor: nil, order: .created, page: PageRequest(), for: .office
        ).items
    }

    private func counterPayment(_ cents: Int64) throws -> CounterPayment {
        CounterPayment(
            installmentNumber: 1, amount: try Amount(cents: cents),
            paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"),
            till: "1", reference: "C-1")
    }

    private func start(_ position: Position, by intermediary: Intermediary) async throws {
        let request = AttemptRequest(
            installments: [.id(position.installments[0].id)], method: try PaymentMethod("CP"),
            psp: TestIntermediary.psp,
            channel: try ChannelID("canale"), payer: nil, email: nil, notifiesFailure: false,
            returnURL: try ReturnURL("https://portale.example.org/"), language: .it)
        let key = IdempotencyKey(caller: "test", key: UUID().uuidString, fingerprint: [])
        _ = try await intermediary.attempts.start(
            request, by: .office,
            repeating: Repeating(key: key) { _ in StoredAnswer(status: 201, headers: [:], body: []) })
    }

    @Test func `a position with a wrong amount is under review and cannot be paid until an operator has decided`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("short"), with: intermediary)
            let other = try await test.create(test.draft("other"), with: intermediary)

            try await test.receive(
                TestIntermediary.rt("SHORT", iuv: position.installments[0].iuv, cents: 5_979), with: intermediary)

            let seen = try await intermediary.positions.show(position.id, for: .office)
            #expect(
                seen.position.reviewReasons == [.amountMismatch]
                    && seen.position.status(today: intermediary.positions.today) == .open)
            #expect(
                seen.position.disabledCode(of: seen.position.installments[0], now: intermediary.clock()) == .underReview
            )
            #expect(seen.receipts.map(\.reviewReasons) == [[.amountMismatch]])
            #expect(try await list(intermediary, underReview: true).map(\.id) == [position.id])
            #expect(try await list(intermediary, underReview: true).map(\.reviewReasons) == [[.amountMismatch]])
            #expect(try await list(intermediary, underReview: false).map(\.id) == [other.id])
            #expect(try await list(intermediary, underReview: nil).count == 2)
            let refusal = Refusal.positionUnderReview([.amountMismatch], pointer: "/installments/0")
            await #expect(throws: refusal) { try await start(position, by: intermediary) }
            await #expect(throws: Refusal.positionUnderReview([.amountMismatch], pointer: "/installment")) {
                _ = try await intermediary.positions.recordCounterPayment(
                    counterPayment(5_980), on: position.id, by: .office)
            }

            let anomaly = try #require(try await anomalies(intermediary).first)
            _ = try await intermediary.anomalies.resolve(anomaly.id, .refund(nil), reason: "Importo errato", by: .ops)

            let after = try await intermediary.positions.show(position.id, for: .office).position
            #expect(
                after.reviewReasons.isEmpty
                    && after.disabledCode(of: after.installments[0], now: intermediary.clock()) == nil)
            #expect(try await list(intermediary, underReview: true).isEmpty)
        }
    }

    @Test func `a debt that was paid twice stays paid and is under review; its other installments can be paid`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("two", cents: [5_980, 2_000]), with: intermediary)
            for name in ["FIRST", "SECOND"] {
                try await test.receive(
                    TestIntermediary.rt(name, iuv: position.installments[0].iuv), with: intermediary)
            }

            let seen = try await intermediary.positions.show(position.id, for: .office).position
            #expect(seen.state == .partiallyPaid && seen.reviewReasons == [.alreadyPaid])
            #expect(seen.disabledCode(of: seen.installments[1], now: intermediary.clock()) == nil)
        }
    }

    @Test func `the debtor sees that their position is under review, and no other person's`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("short"), with: intermediary)
            try await test.receive(
                TestIntermediary.rt("SHORT", iuv: position.installments[0].iuv, cents: 5_979), with: intermediary)
            for (taxCode, sees) in [("RSSMRA80A01H501U", true), ("VRDNNA85M41F205G", false)] {
                let tenancy = Tenancy.citizen(try TaxCode(taxCode))
                let (own, receipts, count) = try await test.store.transaction(within: tenancy) { tx in
                    let (own, receipts) = try await tx.ask(
                        Positions.show(position.id, within: tenancy),
                        Receipts.summaries(on: position.id, within: tenancy))
                    var row = try #require(try await tx.query("SELECT count(*) FROM anomalies").first)
                    return (own, receipts, try row.int())
                }
                #expect(own?.reviewReasons == (sees ? [.amountMismatch] : nil))
                #expect(receipts.map(\.reviewReasons) == (sees ? [[.amountMismatch]] : []))
                #expect(count == (sees ? 1 : 0))
            }
        }
    }

    @Test func `a mail explains the payment's result, and another follows when an operator accepts it`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("short"), with: intermediary)
            let iuv = position.installments[0].iuv
            try await test.receive(TestIntermediary.rt("SHORT", iuv: iuv, cents: 5_979), with: intermediary)
            #expect(
                try await test.ask("SELECT kind || ' ' || recipient FROM notifications ORDER BY 1") == [
                    "payment_under_review debitore@example.org", "payment_under_review pagante@example.org",
                ])

            let anomaly = try #require(try await anomalies(intermediary).first)
            _ = try await intermediary.anomalies.resolve(anomaly.id, .accept, reason: "Arrotondamento", by: .ops)
            #expect(
                try await test.ask("SELECT recipient FROM notifications WHERE kind = 'receipt_ready'")
                    == ["debitore@example.org"])

            try await test.receive(TestIntermediary.rt("AGAIN", iuv: iuv), with: intermediary)
            #expect(
                try await test.ask("SELECT recipient FROM notifications WHERE kind = 'double_payment' ORDER BY 1")
                    == ["debitore@example.org", "pagante@example.org"])
        }
    }

    @Test func `money for creditors that the debt does not name waits for an operator, who may accept it`() async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("foreign"), with: intermediary)
            let rt = try TestIntermediary.rt(
                "FOREIGN", iuv: position.installments[0].iuv,
                transfers: [(TestIntermediary.comune, 4_980), (TestIntermediary.provincia, 1_000)])

            let taken = try await test.receive(rt, with: intermediary)

            #expect(taken.disposition == .anomaly)
            let anomaly = try #require(try await anomalies(intermediary).first)
            #expect(anomaly.kind == .unexpectedBeneficiary)
            _ = try await intermediary.anomalies.resolve(
                anomaly.id, .accept, reason: "Riversato dalla Provincia", by: .ops)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
        }
    }
}
