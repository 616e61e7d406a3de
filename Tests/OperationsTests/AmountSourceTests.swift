import Accounts
import Cryptography
import Foundation
import Gateways
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Synchronization
import Testing

/// Payments whose creditor says, when they start, what is owed now. The stored amount of the installment is 100 cents.
@Suite(.serialized) struct AmountSourceTests {
    private static let creditor = try! OrganizationTaxCode("12345678903")  // a valid literal

    /// A creditor that answers each question the same, and remembers the questions.
    private final class Office: Sendable {
        private let answer: AmountAnswer?
        private let asked = Mutex<[AmountCall]>([])

        init(_ answer: AmountAnswer?) { self.answer = answer }

        convenience init(cents: Int64, fee: Int64? = nil) {
            self.init(AmountAnswer(isPayable: true, amountCents: cents, notificationFeeCents: fee))
        }

        var questions: [AmountCall] { asked.withLock { $0 } }

        func ask(_ call: AmountCall) throws -> AmountAnswer {
            asked.withLock { $0.append(call) }
            guard let answer else { throw AmountFailure.timedOut }
            return answer
        }
    }

    private func open(_ desk: StartFixture, _ fallback: AmountFallback = .refuse) async throws {
        _ = try await desk.test.pool.query(
            "UPDATE debt_types SET amount_url = 'https://bills.example.org/', amount_fallback = \(fallback.rawValue)")
    }

    private func instance(_ desk: StartFixture, _ office: Office) throws -> Intermediary {
        try desk.intermediary(FastPSP()) { try office.ask($0) }
    }

    private func refusal(_ work: () async throws -> String) async -> Refusal? {
        do {
            _ = try await work()
            return nil
        } catch { return error as? Refusal ?? .busy(retryAfterSeconds: -1) }
    }

    private func cents(_ cents: Int64) throws -> Amount { try Amount(cents: cents) }

    @Test func `a changed amount is stored and refused with both amounts, and the next start pays it`() async throws {
        try await StartFixture.with { desk in
            try await open(desk)
            let office = Office(cents: 130, fee: 20)
            let service = try instance(desk, office)
            _ = try await service.secrets.makeAmountSecret(of: "mensa", Self.creditor, by: .ops)

            #expect(
                await refusal { try await desk.start(service, key: "a") }
                    == .amountChanged(from: try cents(100), to: try cents(150)))
            #expect(
                try await desk.test.ask(
                    """
                    SELECT concat_ws(' ', p.total_cents, i.amount_cents, t.amount_cents, p.version,
                        (SELECT sum(l.amount_cents) FROM position_lines l WHERE l.position_id = p.id))
                    FROM positions p JOIN installments i ON i.position_id = p.id JOIN transfers t ON t.installment_id = i.id
                    """) == ["150 150 150 2 150"])
            let notes = try await desk.test.ask("SELECT note FROM journal WHERE kind = 'amount_changed'")
            #expect(
                notes == ["Installment 1: 100 cents before, 150 cents now, of which 20 cents for the notification."])
            #expect(try await desk.test.ask("SELECT count(*)::text FROM payment_attempts") == ["0"])

            // The payer sees the present amount and starts again, with the same key.
            #expect(try await desk.start(service, key: "a") == "redirected to https://pay.example.org/fast")
            #expect(try await desk.test.ask("SELECT amount_cents::text FROM payment_attempts") == ["150"])
            #expect(office.questions.map(\.amountCents) == [100, 150])
            #expect(office.questions.map(\.secrets.count) == [1, 1])
            #expect(office.questions.first?.noticeNumber.count == 18)
            // A repeat asks nobody.
            #expect(try await desk.start(service, key: "a") == "redirected to https://pay.example.org/fast")
            #expect(office.questions.count == 2)
        }
    }

    @Test func `a start that accepts the present amount pays it at once, and one that accepts another is refused`()
        async throws
    {
        try await StartFixture.with { desk in
            try await open(desk)
            let service = try instance(desk, Office(cents: 80))
            #expect(
                await refusal { try await desk.start(service, key: "a", accepting: 100) }
                    == .amountChanged(from: try cents(100), to: try cents(80)))
            #expect(
                try await desk.start(service, key: "b", accepting: 80) == "redirected to https://pay.example.org/fast")
        }
        try await StartFixture.with { desk in
            // Without a source of amounts, the stored amount is compared.
            let service = try desk.intermediary(FastPSP())
            #expect(
                await refusal { try await desk.start(service, key: "a", accepting: 99) }
                    == .amountChanged(from: try cents(99), to: try cents(100)))
            #expect(
                try await desk.start(service, key: "a", accepting: 100) == "redirected to https://pay.example.org/fast")
        }
    }

    @Test func `a start whose amount another one changed meanwhile is refused too`() async throws {
        try await StartFixture.with { desk in
            try await open(desk)
            // While the creditor is asked, the answer to another start is stored.
            let service = try desk.intermediary(FastPSP()) { _ in
                _ = try await desk.test.pool.query("UPDATE installments SET amount_cents = 150")
                _ = try await desk.test.pool.query("UPDATE transfers SET amount_cents = 150")
                return AmountAnswer(isPayable: true, amountCents: 150, notificationFeeCents: nil)
            }
            #expect(
                await refusal { try await desk.start(service, key: "a") }
                    == .amountChanged(from: try cents(100), to: try cents(150)))
            #expect(try await desk.test.ask("SELECT count(*)::text FROM payment_attempts") == ["0"])
        }
    }

    @Test func `nothing owed any more is refused and noted, and the position stays as it is`() async throws {
        try await StartFixture.with { desk in
            try await open(desk, .lastKnown)
            let nothing = AmountAnswer(isPayable: false, amountCents: nil, notificationFeeCents: nil)
            let service = try instance(desk, Office(nothing))
            #expect(await refusal { try await desk.start(service, key: "a") } == .noLongerOwed)
            #expect(
                try await desk.test.ask("SELECT note FROM journal WHERE kind = 'amount_changed'")
                    == ["The creditor answered that installment 1 is not owed any more."])
            #expect(try await desk.test.ask("SELECT state || version FROM positions") == ["open1"])
        }
    }

    @Test(arguments: [nil, -1, 0, 100_000_000_000] as [Int64?])
    func `without an amount that can be paid, the debt type decides`(answer: Int64?) async throws {
        try await StartFixture.with { desk in
            let service = try instance(desk, answer.map { Office(cents: $0) } ?? Office(nil))
            try await open(desk, .refuse)
            #expect(await refusal { try await desk.start(service, key: "a") } == .amountUnavailable)
            try await open(desk, .lastKnown)
            #expect(try await desk.start(service, key: "a") == "redirected to https://pay.example.org/fast")
            #expect(try await desk.test.ask("SELECT amount_cents::text FROM payment_attempts") == ["100"])
            #expect(
                try await desk.test.ask("SELECT count(*)::text FROM journal WHERE kind = 'amount_changed'") == ["0"])
        }
    }

    @Test func `two secrets sign for a day after a new one was made`() async throws {
        try await StartFixture.with { desk in
            try await open(desk, .lastKnown)
            let office = Office(nil)
            let service = try instance(desk, office)
            var secrets: [WebhookSecret] = []
            for _ in 0..<2 {
                guard
                    case .done(let secret) = try await service.secrets.makeAmountSecret(
                        of: "mensa", Self.creditor, by: .ops)
                else { throw TestIntermediary.Unexpected() }
                secrets.append(secret)
            }
            _ = try await desk.start(service, key: "a")
            #expect(office.questions.last?.secrets == [secrets[1], secrets[0]])
            #expect(
                await refusal {
                    _ = try await service.secrets.makeAmountSecret(of: "tari", Self.creditor, by: .ops)
                    return ""
                } == .notFound)
        }
    }
}
