import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import TestSupport
import Testing

@testable import Storage

/// Generated lives of positions and refunds: each operation does what the transition tables and sums say, or is refused with the reason.
@Suite(.serialized) struct LifeTests {
    /// A position as the rules say that it is.
    private struct Expected {
        var state = PositionState.draft
        var wasPublished = false
        /// The receipts that pay installments, by the number of the installment.
        var paid: [Int: Identifier<Receipt>] = [:]
        var voided: [Identifier<Receipt>] = []
        var payments = 0
        var changes = 0
        let cents: [Int64]

        mutating func become(_ next: PositionState) {
            if next != state { changes += 1 }
            state = next
            if next == .open { wasPublished = true }
        }

        var paidCents: Int64 { paid.keys.map { cents[$0 - 1] }.reduce(0, +) }
    }

    private static let stranger = Caller(
        key: APIKey(
            id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
            scopes: [.positionsRead, .positionsWrite, .paymentsWrite, .receiptsRead],
            creditors: [TestIntermediary.provincia], createdAt: Instant(microseconds: 0)))

    private func refusal<R>(_ work: () async throws -> R) async -> Refusal? {
        do {
            _ = try await work()
            return nil
        } catch { return error as? Refusal ?? .busy(retryAfterSeconds: -1) }
    }

    private func key(_ text: String, _ fingerprint: UInt8 = 7) -> IdempotencyKey {
        IdempotencyKey(caller: "test", key: text, fingerprint: [UInt8](repeating: fingerprint, count: 32))
    }

    private func answer(_ text: String) -> StoredAnswer {
        StoredAnswer(status: 200, headers: [:], body: Array(text.utf8))
    }

    private func payment(_ number: Int, cents: Int64) throws -> CounterPayment {
        CounterPayment(
            installmentNumber: number, amount: try Amount(cents: cents),
            paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"),
            till: "1", reference: "r")
    }

    private func step(
        _ expected: inout Expected, _ id: Identifier<Position>, _ service: Intermediary, _ random: inout SeededRandom
    ) async throws {
        let number = Int.random(in: 1...expected.cents.count, using: &random)
        switch Int.random(in: 0..<10, using: &random) {
        case 0..<4:
            let event = [PositionEvent.publish, .publish, .cancel, .restore].randomElement(using: &random) ?? .publish
            guard let next = expected.state.after(event, wasPublished: expected.wasPublished) else {
                let refused = await refusal { try await service.positions.move(id, event, by: .office) }
                let status = expected.state.status(payableUntil: nil, today: CalendarDate(romeDayOf: service.clock()))
                #expect(refused == .positionNotEditable(status), "\(event) of \(expected.state)")
                return
            }
            guard case .done(let moved) = try await service.positions.move(id, event, by: .office) else {
                Issue.record("replayed without a key")
                return
            }
            #expect(moved.position.state == next, "\(event) of \(expected.state)")
            expected.become(next)
        case 4..<8:
            let cents = expected.cents[number - 1]
            let wrong = await refusal {
                try await service.positions.recordCounterPayment(payment(number, cents: cents + 1), on: id, by: .office)
            }
            let isPaid = expected.paid[number] != nil
            let status: InstallmentStatus =
                isPaid ? .paid : expected.state == .draft ? .draft : expected.state == .cancelled ? .cancelled : .open
            guard status == .open else {
                #expect(wrong == .installmentNotPayable(status, pointer: "/installment"))
                let right = await refusal {
                    try await service.positions.recordCounterPayment(payment(number, cents: cents), on: id, by: .office)
                }
                #expect(right == wrong)
                return
            }
            guard case .invalid(let faults) = wrong else {
                Issue.record("\(String(describing: wrong))")
                return
            }
            #expect(faults.map(\.pointer) == ["/amount_cents"])
            let recorded = try await service.positions.recordCounterPayment(
                payment(number, cents: cents), on: id, by: .office)
            guard case .done(let receipt) = recorded else { return }
            #expect(receipt.status == .settled && receipt.origin == .counter && receipt.amount.cents == cents)
            expected.paid[number] = receipt.id
            expected.payments += 1
            expected.become(expected.paid.count == expected.cents.count ? .paid : .partiallyPaid)
        default:
            guard let receipt = expected.paid[number] else {
                // A void that is repeated changes nothing.
                guard let old = expected.voided.randomElement(using: &random) else { return }
                let again = try await service.positions.voidCounterPayment(old, on: id, reason: "other", by: .office)
                guard case .done(let receipt) = again else { return }
                #expect(receipt.voided?.reason == "mistake")
                return
            }
            let foreign = await refusal {
                try await service.positions.voidCounterPayment(receipt, on: id, reason: "mistake", by: Self.stranger)
            }
            #expect(foreign == .notFound)
            let result = try await service.positions.voidCounterPayment(receipt, on: id, reason: "mistake", by: .office)
            guard case .done(let voided) = result else { return }
            #expect(voided.status == .voided && voided.voided?.reason == "mistake")
            expected.paid[number] = nil
            expected.voided.append(receipt)
            expected.become(expected.paid.isEmpty ? .open : .partiallyPaid)
        }
    }

    @Test func `over any life of a position its row, its receipts and its journal say the same`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            var random = SeededRandom(seed: 151)
            var finals: Set<PositionState> = []
            for life in 0..<10 {
                let cents = (0..<Int.random(in: 1...3, using: &random)).map { Int64(1_000 + 10 * $0) }
                let position = try await test.create(
                    test.draft("life \(life)", cents: cents, isDraft: true), with: service)
                var expected = Expected(cents: cents)
                for _ in 0..<22 {
                    try await step(&expected, position.id, service, &random)
                    let rows = try await test.ask(
                        """
                        SELECT state || ' ' || paid_cents || ' ' || (published_at IS NOT NULL) || ' ' || version
                        FROM positions WHERE id = \(position.id.uuid)
                        """)
                    let version = 1 + expected.changes
                    // A second payment in part changes the row, but not the state.
                    #expect(
                        rows.first?.hasPrefix(
                            "\(expected.state.rawValue) \(expected.paidCents) \(expected.wasPublished)") == true)
                    #expect((rows.first?.split(separator: " ").last.flatMap { Int($0) } ?? 0) >= version)
                }
                finals.insert(expected.state)
                // Each entry begins where the one before ended.
                let chain = try await test.ask(
                    """
                    SELECT from_state || ' ' || to_state FROM journal
                    WHERE position_id = \(position.id.uuid) AND kind = 'position_state' ORDER BY id
                    """)
                var state = "draft"
                for entry in chain {
                    let words = entry.split(separator: " ")
                    #expect(words.first.map(String.init) == state, "\(chain)")
                    state = words.last.map(String.init) ?? ""
                }
                #expect(state == expected.state.rawValue && chain.count >= expected.changes)
                let counts = try await test.ask(
                    """
                    SELECT count(*) FILTER (WHERE kind = 'counter_payment') || ' '
                        || count(*) FILTER (WHERE kind = 'counter_payment_voided') FROM journal
                    WHERE position_id = \(position.id.uuid)
                    """)
                #expect(counts == ["\(expected.payments) \(expected.voided.count)"])
                // The debtor gets one mail for each payment.
                let mails = try await test.ask(
                    "SELECT kind || ' ' || recipient FROM notifications WHERE position_id = \(position.id.uuid)")
                #expect(mails == Array(repeating: "counter_payment debitore@example.org", count: expected.payments))
            }
            #expect(finals.count >= 3, "\(finals)")
        }
    }

    @Test func `another creditor cannot tell a position, a receipt or a refund from one that does not exist`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(test.draft("debt"), with: service)
            let recorded = try await service.positions.recordCounterPayment(
                payment(1, cents: 5_980), on: position.id, by: .office)
            guard case .done(let receipt) = recorded else { throw TestIntermediary.Unexpected() }
            let decided = try await service.refunds.decide(
                RefundRequest(receipt: receipt.id, amount: try Amount(cents: 10)), by: .office)
            guard case .done(let refund) = decided else { throw TestIntermediary.Unexpected() }
            let before = try await test.ask("SELECT id::text FROM journal ORDER BY id")
            let (noPosition, noReceipt, noRefund) = (
                Identifier<Position>(uuid: UUID()), Identifier<Receipt>(uuid: UUID()), Identifier<Refund>(uuid: UUID())
            )
            for (caller, position, receipt, refund) in [
                (Self.stranger, position.id, receipt.id, refund.id), (Caller.office, noPosition, noReceipt, noRefund),
            ] {
                let refusals = [
                    await refusal { try await service.positions.move(position, .cancel, by: caller) },
                    await refusal {
                        try await service.positions.recordCounterPayment(
                            payment(1, cents: 5_980), on: position, by: caller)
                    },
                    await refusal {
                        try await service.positions.voidCounterPayment(receipt, on: position, reason: "x", by: caller)
                    },
                    await refusal { try await service.receipts.show(receipt, for: caller) },
                    await refusal { try await service.refunds.show(refund, for: caller) },
                    await refusal {
                        try await service.refunds.change(refund, .paid, on: nil, reference: nil, by: caller)
                    },
                ]
                #expect(refusals == Array(repeating: .notFound, count: refusals.count))
                let refund = await refusal {
                    try await service.refunds.decide(RefundRequest(receipt: receipt, amount: nil), by: caller)
                }
                #expect(refund == .invalid([Fault("/receipt_id", .unknownReference, "is not a receipt")]))
            }
            #expect(try await test.ask("SELECT id::text FROM journal ORDER BY id") == before)
        }
    }

    @Test func `a repeat with its key gets the first response after later changes, and another request is refused`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(test.draft("debt", isDraft: true), with: service)
            let move = Repeating<PositionDetail>(key: key("move")) { answer($0.position.state.rawValue) }
            guard case .done = try await service.positions.move(position.id, .publish, by: .office, repeating: move)
            else {
                throw TestIntermediary.Unexpected()
            }
            _ = try await service.positions.move(position.id, .cancel, by: .office)
            let repeated = try await service.positions.move(position.id, .publish, by: .office, repeating: move)
            guard case .replayed(let first) = repeated else { throw TestIntermediary.Unexpected() }
            #expect(first == answer("open"))
            // A repeat is answered even if the same request would be refused now.
            #expect(try await test.ask("SELECT state FROM positions") == ["cancelled"])
            let other = Repeating<PositionDetail>(key: key("move", 8)) { answer($0.position.state.rawValue) }
            let refused = await refusal {
                try await service.positions.move(position.id, .publish, by: .office, repeating: other)
            }
            #expect(refused == .idempotencyKeyReused)

            // A refused request stores no answer, so its key can be used again.
            let pay = Repeating<Receipt>(key: key("pay")) { answer($0.amount.decimal) }
            let early = await refusal {
                try await service.positions.recordCounterPayment(
                    payment(1, cents: 5_980), on: position.id, by: .office, repeating: pay)
            }
            #expect(early == .installmentNotPayable(.cancelled, pointer: "/installment"))
            _ = try await service.positions.move(position.id, .restore, by: .office)
            for expectation in ["done", "replayed"] {
                let paid = try await service.positions.recordCounterPayment(
                    payment(1, cents: 5_980), on: position.id, by: .office, repeating: pay)
                switch paid {
                case .done(let receipt): #expect(expectation == "done" && receipt.amount.cents == 5_980)
                case .replayed(let stored): #expect(expectation == "replayed" && stored == answer("59.80"))
                }
            }
            #expect(try await test.ask("SELECT count(*)::text FROM receipts") == ["1"])
        }
    }

    @Test func `refunds that did not fail never exceed their receipt, over any sequence of decisions`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            var random = SeededRandom(seed: 152)
            for life in 0..<5 {
                let position = try await test.create(test.draft("debt \(life)", cents: [1_000]), with: service)
                let recorded = try await service.positions.recordCounterPayment(
                    payment(1, cents: 1_000), on: position.id, by: .office)
                guard case .done(let receipt) = recorded else { throw TestIntermediary.Unexpected() }
                var refunds: [(id: Identifier<Refund>, cents: Int64, status: RefundStatus)] = []
                var entries = 0
                for _ in 0..<14 {
                    let left = 1_000 - refunds.filter { $0.status.counts }.map(\.cents).reduce(0, +)
                    if refunds.isEmpty || Bool.random(using: &random) {
                        let cents = [nil, 1, 300, left, left + 1].randomElement(using: &random) ?? nil
                        let request = RefundRequest(
                            receipt: receipt.id, amount: try cents.map { try Amount(cents: $0) })
                        let result = await Self.result { try await service.refunds.decide(request, by: .office) }
                        let wanted = cents ?? left
                        switch result {
                        case .success(.done(let refund)):
                            #expect(refund.amount.cents == wanted && (1...left).contains(wanted))
                            refunds.append((refund.id, wanted, .decided))
                            entries += 1
                        case .success(.replayed): Issue.record("replayed without a key")
                        case .failure(.refundNotPossible): #expect(left == 0)
                        case .failure(.invalid(let faults)):
                            #expect(faults.map(\.pointer) == ["/amount_cents"] && (wanted < 1 || wanted > left))
                        case .failure(let other): Issue.record("\(other)")
                        }
                        continue
                    }
                    let index = Int.random(in: 0..<refunds.count, using: &random)
                    let event: RefundEvent = Bool.random(using: &random) ? .paid : .failed
                    let next = refunds[index].status.after(event)
                    let result = await Self.result {
                        try await service.refunds.change(refunds[index].id, event, on: nil, reference: nil, by: .office)
                    }
                    switch result {
                    case .success(let refund):
                        #expect(refund.status == next)
                        if refund.status != refunds[index].status { entries += 1 }
                        refunds[index].status = refund.status
                    case .failure(.refundNotChangeable(let status)):
                        #expect(next == nil && status == refunds[index].status)
                    case .failure(let other): Issue.record("\(other)")
                    }
                    let stored = try await test.ask(
                        "SELECT refunded_cents::text FROM receipts WHERE id = \(receipt.id.uuid)")
                    let sum = refunds.filter { $0.status.counts }.map(\.cents).reduce(0, +)
                    #expect(stored == [String(sum)])
                }
                let journal = try await test.ask(
                    "SELECT to_state FROM journal WHERE kind = 'refund_state' AND receipt_id = \(receipt.id.uuid)")
                #expect(journal.count == entries)
                // Each decision is mailed to the debtor, because nobody else is known to have paid.
                let mails = try await test.ask(
                    """
                    SELECT recipient FROM notifications WHERE kind = 'refund_decided' AND receipt_id = \(receipt.id.uuid)
                    """)
                #expect(mails == Array(repeating: "debitore@example.org", count: refunds.count))
                let tomorrow = CalendarDate(epochDays: CalendarDate(romeDayOf: service.clock()).epochDays + 1)
                if let first = refunds.first {
                    let early = await refusal {
                        try await service.refunds.change(first.id, .failed, on: tomorrow, reference: nil, by: .office)
                    }
                    #expect(early == .invalid([Fault("/date", .inTheFuture, "is in the future")]))
                }
            }
        }
    }

    private static func result<R>(_ work: () async throws -> R) async -> Result<R, Refusal> {
        do { return .success(try await work()) } catch {
            return .failure(error as? Refusal ?? .busy(retryAfterSeconds: -1))
        }
    }
}
