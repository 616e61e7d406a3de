import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// How payment attempts end: partly paid carts, and debts paid through another channel.
@Suite(.serialized) struct AttemptEndTests {
    /// An attempt for these installments in the state after the PSP has returned its portal.
    private func open(
        _ test: TestIntermediary, _ parts: [(Position, Int)], with psp: PSPID = TestIntermediary.psp,
        channel: String = "canale", at now: Instant
    ) async throws -> PaymentAttempt {
        let items = parts.map { position, number in
            let part = position.installments[number]
            return AttemptItem(
                installment: part.id, position: position.id, iuv: part.iuv, noticeNumber: part.noticeNumber,
                amount: part.amount, remittance: "Mensa", outcome: .pending)
        }
        var random = SystemRandomNumberGenerator()
        let attempt = PaymentAttempt(
            id: Identifier.make(at: now, random: &random), creditor: TestIntermediary.comune, status: .created,
            method: try PaymentMethod("CP"), psp: psp, pspBusinessName: "Banca", channel: try ChannelID(channel),
            amount: try Amount.sum(items.map(\.amount)), fee: .zero, items: items, payer: nil,
            email: try EmailAddress("pagante@example.org"), notifiesFailure: false,
            returnURL: "https://portale.example.org/", language: .de, redirectURL: nil, failureReason: nil,
            createdAt: now, expiresAt: now.adding(seconds: 1_800), finishedAt: nil)
        try await test.store.transaction(within: .everyCreditor) { tx in
            tx.insert(attempt, caller: Caller.office.key.id)
            tx.setStatus(
                .redirected, of: attempt.id,
                page: PaymentPage(
                    redirectURL: "https://psp.example/portale", cancelURL: "https://psp.example/annulla"),
                at: now)
            _ = try await tx.query("SELECT")
        }
        return attempt
    }

    private func shown(_ attempt: PaymentAttempt, by intermediary: Intermediary) async throws -> PaymentAttempt {
        try await intermediary.attempts.show(attempt.id, for: .office).attempt
    }

    private func holds(_ test: TestIntermediary) async throws -> [String] {
        try await test.ask("SELECT iuv FROM attempt_items WHERE is_holding ORDER BY iuv")
    }

    @Test func `a cart is partly paid when its RTs say so, and succeeds when the rest is paid later`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("cart", cents: [5_980, 2_000]), with: intermediary)
            let (first, second) = (position.installments[0].iuv, position.installments[1].iuv)
            let attempt = try await open(test, [(position, 0), (position, 1)], at: intermediary.clock())

            try await test.receive(TestIntermediary.rt("OK", iuv: first, attempt: attempt.id), with: intermediary)
            let between = try await shown(attempt, by: intermediary)
            #expect(between.status == .redirected && !between.status.isFinal)
            #expect(try await holds(test) == [second.value])

            try await test.receive(
                TestIntermediary.rt("KO", iuv: second, outcome: .notExecuted, attempt: attempt.id), with: intermediary)
            let partly = try await shown(attempt, by: intermediary)
            #expect(partly.status == .partiallySucceeded && partly.finishedAt != nil && partly.failureReason == nil)
            #expect(partly.items.map(\.outcome) == [.paid, .failed])
            #expect(try await holds(test).isEmpty)

            try await test.receive(
                TestIntermediary.rt("LATE", iuv: second, cents: 2_000, attempt: attempt.id), with: intermediary)
            let whole = try await shown(attempt, by: intermediary)
            #expect(whole.status == .succeeded && whole.items.map(\.outcome) == [.paid, .paid])
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
        }
    }

    @Test(arguments: ["deadline", "cancel"])
    func `what ends an attempt that is partly paid makes it partly paid, and frees the rest`(cause: String)
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("cart", cents: [5_980, 2_000]), with: intermediary)
            let attempt = try await open(test, [(position, 0), (position, 1)], at: intermediary.clock())
            try await test.receive(
                TestIntermediary.rt("OK", iuv: position.installments[0].iuv, attempt: attempt.id), with: intermediary)

            if cause == "deadline" {
                _ = try await test.pool.query("UPDATE payment_attempts SET expires_at = now() - interval '1 second'")
                #expect(try await intermediary.attempts.expire() == 1)
            } else {
                _ = try await intermediary.attempts.cancel(attempt.id, by: .office)
            }

            #expect(try await shown(attempt, by: intermediary).status == .partiallySucceeded)
            #expect(try await holds(test).isEmpty)
        }
    }

    @Test func `one late positive RT of an expired cart makes it partly paid`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("cart", cents: [5_980, 2_000]), with: intermediary)
            let attempt = try await open(test, [(position, 0), (position, 1)], at: intermediary.clock())
            _ = try await test.pool.query("UPDATE payment_attempts SET expires_at = now() - interval '1 second'")
            _ = try await intermediary.attempts.expire()
            #expect(try await shown(attempt, by: intermediary).status == .expired)

            try await test.receive(
                TestIntermediary.rt("OK", iuv: position.installments[0].iuv, attempt: attempt.id), with: intermediary)

            #expect(try await shown(attempt, by: intermediary).status == .partiallySucceeded)
        }
    }

    enum Elsewhere: CaseIterable {
        case otherPSP, otherChannel
    }

    @Test(arguments: Elsewhere.allCases)
    func `an RT of another PSP or channel settles the debt and ends the open attempt`(elsewhere: Elsewhere)
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("cart", cents: [5_980, 2_000]), with: intermediary)
            let first = position.installments[0].iuv
            let attempt = try await open(test, [(position, 0), (position, 1)], at: intermediary.clock())
            let rt =
                switch elsewhere {
                case .otherPSP: try TestIntermediary.rt("ELSEWHERE", iuv: first, from: TestIntermediary.otherPSP)
                case .otherChannel: try TestIntermediary.rt("ELSEWHERE", iuv: first, channel: "sportello")
                }

            let taken = try await test.receive(rt, with: intermediary)

            #expect(taken.disposition == .settled)
            let ended = try await shown(attempt, by: intermediary)
            #expect(ended.status == .paidElsewhere && ended.finishedAt != nil)
            #expect(ended.items.map(\.outcome) == [.paidElsewhere, .pending])
            #expect(try await holds(test).isEmpty)
            // The receipt does not belong to the attempt, because another person may have paid.
            #expect(try await intermediary.attempts.show(attempt.id, for: .office).receipts.isEmpty)

            // The attempt was also paid, so the creditor has received the money twice.
            let own = try await test.receive(
                TestIntermediary.rt("OWN", iuv: first, attempt: attempt.id), with: intermediary)
            #expect(own.disposition == .anomaly)
            #expect(try await test.ask("SELECT kind FROM anomalies") == ["already_paid"])
            #expect(try await shown(attempt, by: intermediary).status == .partiallySucceeded)
            let kinds = try await test.ask("SELECT DISTINCT kind FROM notifications ORDER BY 1")
            #expect(kinds == ["double_payment", "receipt_ready"])
        }
    }

    @Test func `an RT that does not settle leaves other attempts open`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("one"), with: intermediary)
            let attempt = try await open(test, [(position, 0)], at: intermediary.clock())
            let iuv = position.installments[0].iuv

            for (name, cents, outcome) in [
                ("SHORT", 5_979, RTOutcome.executed), ("NO", 5_980, .notExecuted),
            ] as [(String, Int64, RTOutcome)] {
                try await test.receive(
                    TestIntermediary.rt(
                        name, iuv: iuv, cents: cents, outcome: outcome, from: TestIntermediary.otherPSP),
                    with: intermediary)
                #expect(try await shown(attempt, by: intermediary).status == .redirected)
            }

            try await test.receive(TestIntermediary.rt("OWN", iuv: iuv, attempt: attempt.id), with: intermediary)
            #expect(try await shown(attempt, by: intermediary).status == .succeeded)
        }
    }

    @Test func `an operator who accepts or matches money ends the open attempt as well`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let position = try await test.create(test.draft("one"), with: intermediary)
            let attempt = try await open(test, [(position, 0)], at: intermediary.clock())
            let stray = try NoticeCodes.aux3(segregationCode: "01").notice(base: 88_000).iuv
            try await test.receive(
                TestIntermediary.rt("STRAY", iuv: stray, from: TestIntermediary.otherPSP), with: intermediary)
            let anomalies = try await intermediary.anomalies.list(
                AnomalyFilter(), creditor: nil, page: PageRequest(), for: .ops)

            _ = try await intermediary.anomalies.resolve(
                try #require(anomalies.items.first).id, .match(position: position.id, installmentNumber: 1),
                reason: "IUV errato", by: .ops)

            #expect(try await shown(attempt, by: intermediary).status == .paidElsewhere)
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
        }
    }
}
