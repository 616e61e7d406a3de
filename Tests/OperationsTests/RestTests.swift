import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Synchronization
import Testing

@testable import Storage

/// The rest of a partly paid position: written off, planned anew, and mailed.
@Suite(.serialized) struct RestTests {
    private static let stranger = Caller(
        key: APIKey(
            id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
            scopes: [.positionsRead, .positionsWrite], creditors: [TestIntermediary.provincia],
            createdAt: Instant(microseconds: 0)))

    /// A position of three installments, the first of which is paid.
    private func partlyPaid(_ test: TestIntermediary, _ service: Intermediary, _ name: String = "p") async throws
        -> Position
    {
        let position = try await test.create(test.draft(name, cents: [5_980, 3_000, 990]), with: service)
        try await test.receive(TestIntermediary.rt("R-\(name)", iuv: position.installments[0].iuv), with: service)
        return try await service.positions.show(position.id, for: .office).position
    }

    private func with(_ body: (TestIntermediary, Intermediary) async throws -> Void) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            try await body(test, test.instance())
        }
    }

    private func done<R>(_ once: Once<R>) throws -> R {
        guard case .done(let result) = once else { throw TestIntermediary.Unexpected() }
        return result
    }

    private func part(_ number: Int?, _ cents: Int64, due: String = "2031-01-31") throws -> RestPart {
        RestPart(number: number, amount: try Amount(cents: cents), dueDate: try CalendarDate(due))
    }

    private func journal(_ test: TestIntermediary, of position: Position) async throws -> [String] {
        try await test.ask(
            """
            SELECT concat_ws(' ', kind, from_state, to_state, note, event) FROM journal
            WHERE position_id = \(position.id.uuid) ORDER BY id
            """)
    }

    @Test func `a clerk writes off one installment, then the whole rest, and the position is paid`() async throws {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            let before = try await journal(test, of: position).count

            let some = try done(
                await service.positions.writeOffRest([3], of: position.id, reason: "Troppo poco", by: .office)
            ).position
            #expect(some.state == .partiallyPaid && some.residualCents == 3_000 && some.writtenOffCents == 990)
            let all = try done(
                await service.positions.writeOffRest(nil, of: position.id, reason: "Accordo", by: .office)
            ).position

            #expect(all.state == .paid && all.residualCents == 0 && all.paidCents == 5_980)
            #expect(all.installments.map { $0.isWrittenOff } == [false, true, true])
            #expect(
                try await journal(test, of: position).dropFirst(before) == [
                    "written_off 990 cents. Troppo poco",
                    "position_state partially_paid partially_paid position.changed",
                    "written_off 3000 cents. Accordo", "position_state partially_paid paid position.paid",
                ])
            await #expect(throws: Refusal.positionNotEditable(.paid)) {
                try await service.positions.writeOffRest(nil, of: position.id, reason: "x", by: .office)
            }
        }
    }

    @Test func `write-offs in a row are undone one by one, the last one first, and their notices are valid again`()
        async throws
    {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            _ = try await service.positions.writeOffRest([3], of: position.id, reason: "x", by: .office)
            _ = try await service.positions.writeOffRest(nil, of: position.id, reason: "x", by: .office)
            let before = try await journal(test, of: position).count
            func undo() async throws -> Position {
                try done(await service.positions.undoWriteOff(of: position.id, reason: "Errore", by: .office)).position
            }

            let first = try await undo()
            #expect(first.state == .partiallyPaid && first.residualCents == 3_000 && first.writtenOffCents == 990)
            #expect(first.installments.map(\.isWrittenOff) == [false, false, true])
            let second = try await undo()

            #expect(second.state == .partiallyPaid && second.residualCents == 3_990 && second.writtenOffCents == 0)
            #expect(second.installments == position.installments && second.payableUntil == position.payableUntil)
            #expect(
                try await test.ask("SELECT due_date::text FROM positions WHERE id = \(position.id.uuid)")
                    == [second.owedDueDate.description])
            #expect(
                try await journal(test, of: position).dropFirst(before) == [
                    "write_off_undone 3000 cents. Errore", "position_state paid partially_paid position.changed",
                    "write_off_undone 990 cents. Errore",
                    "position_state partially_paid partially_paid position.changed",
                ])
            await #expect(throws: Refusal.self) { try await undo() }
            for (part, cents) in [(1, Int64(3_000)), (2, 990)] {
                let paid = try await test.receive(
                    TestIntermediary.rt("AGAIN-\(part)", iuv: position.installments[part].iuv, cents: cents),
                    with: service)
                #expect(paid.disposition == .settled)
            }
            #expect(try await service.positions.show(position.id, for: .office).position.state == .paid)
        }
    }

    @Test func `a write-off after an undo is undone too, and then the one before both`() async throws {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            for numbers in [[3], [2]] {
                _ = try await service.positions.writeOffRest(numbers, of: position.id, reason: "x", by: .office)
            }
            _ = try await service.positions.undoWriteOff(of: position.id, reason: "x", by: .office)
            _ = try await service.positions.writeOffRest([2], of: position.id, reason: "x", by: .office)
            for residual: Int64 in [3_000, 3_990] {
                let shown = try done(
                    await service.positions.undoWriteOff(of: position.id, reason: "x", by: .office)
                ).position
                #expect(shown.residualCents == residual)
            }
        }
    }

    /// What may happen to a position after installment 3 was written off.
    private func happenings(_ test: TestIntermediary, _ service: Intermediary) -> [(
        String, (Position) async throws -> Void
    )] {
        [
            (
                "a payment",
                { position in
                    try await test.receive(
                        TestIntermediary.rt("PAID", iuv: position.installments[1].iuv, cents: 3_000), with: service)
                }
            ),
            (
                "a payment at the counter",
                { position in
                    _ = try await service.positions.recordCounterPayment(
                        CounterPayment(
                            installmentNumber: 2, amount: try Amount(cents: 3_000),
                            paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"), till: "1", reference: "r"),
                        on: position.id, by: .office)
                }
            ),
            (
                "a plan",
                { position in
                    _ = try await service.positions.planRest(
                        [try part(2, 3_000)], of: position.id, reason: "x", by: .office)
                }
            ),
        ]
    }

    @Test func `a write-off after which something happened is final`() async throws {
        for index in 0..<3 {
            try await with { test, service in
                let position = try await partlyPaid(test, service)
                _ = try await service.positions.writeOffRest([3], of: position.id, reason: "x", by: .office)
                let (name, happen) = happenings(test, service)[index]
                try await happen(position)
                let before = try await journal(test, of: position)

                let refused = await #expect(throws: Refusal.self, "\(name)") {
                    try await service.positions.undoWriteOff(of: position.id, reason: "x", by: .office)
                }
                guard case .undoNotPossible = refused else {
                    Issue.record("\(name): \(String(describing: refused))")
                    return
                }
                let after = try await service.positions.show(position.id, for: .office).position
                #expect(after.installments[2].isWrittenOff, "\(name)")
                #expect(try await journal(test, of: position) == before)
            }
        }
    }

    @Test func `money for what was written off is decided first, and the write-off can be undone after its refund`()
        async throws
    {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            _ = try await service.positions.writeOffRest([2], of: position.id, reason: "x", by: .office)
            try await test.receive(
                TestIntermediary.rt("LATE", iuv: position.installments[1].iuv, cents: 3_000), with: service)
            await #expect(throws: Refusal.positionUnderReview([.positionCancelled], pointer: "")) {
                try await service.positions.undoWriteOff(of: position.id, reason: "x", by: .office)
            }
            let anomaly = try #require(
                try await service.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: .office)
                    .items.first)
            _ = try await service.anomalies.resolve(anomaly.id, .refund(nil), reason: "x", by: .office)
            let undone = try done(
                await service.positions.undoWriteOff(of: position.id, reason: "x", by: .office)
            ).position
            #expect(undone.residualCents == 3_990)
        }
    }

    @Test func `nothing is undone without a write-off, in another state, for a stranger or on an old version`()
        async throws
    {
        try await with { test, service in
            let partly = try await partlyPaid(test, service)
            let open = try await test.create(test.draft("open", cents: [1, 2]), with: service)
            func undo(_ position: Position, by caller: Caller = .office) async throws {
                _ = try await service.positions.undoWriteOff(of: position.id, reason: "x", by: caller)
            }
            await #expect(throws: Refusal.positionNotEditable(.open)) { try await undo(open) }
            await #expect(throws: Refusal.notFound) { try await undo(partly, by: Self.stranger) }
            let refused = await #expect(throws: Refusal.self) { try await undo(partly) }
            guard case .undoNotPossible = refused else {
                Issue.record("\(String(describing: refused))")
                return
            }
            _ = try await service.positions.writeOffRest([2], of: partly.id, reason: "x", by: .office)
            let detail = try await service.positions.show(partly.id, for: .office)
            await #expect(throws: Refusal.preconditionFailed) {
                try await service.positions.undoWriteOff(
                    of: partly.id, reason: "x", by: .office, demanding: Precondition(.failed, on: detail))
            }
            // A write-off that was stored before versions were.
            _ = try await test.pool.query("UPDATE installments SET written_off_version = NULL")
            await #expect(throws: Refusal.self) { try await undo(partly) }
        }
    }

    @Test func `two requests at the same time undo one write-off each`() async throws {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            for numbers in [[3], [2]] {
                _ = try await service.positions.writeOffRest(numbers, of: position.id, reason: "x", by: .office)
            }
            let undone = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        (try? await service.positions.undoWriteOff(of: position.id, reason: "x", by: .office)) != nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(undone == 2)
            #expect(try await service.positions.show(position.id, for: .office).position.residualCents == 3_990)
        }
    }

    @Test func `money for an installment that was written off is an anomaly, which is refunded`() async throws {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            _ = try await service.positions.writeOffRest([2], of: position.id, reason: "x", by: .office)
            let received = try await test.receive(
                TestIntermediary.rt("LATE", iuv: position.installments[1].iuv, cents: 3_000), with: service)
            #expect(received.disposition == .anomaly)
            let anomaly = try #require(
                try await service.anomalies.list(AnomalyFilter(), creditor: nil, page: PageRequest(), for: .office)
                    .items.first)
            #expect(anomaly.kind == .positionCancelled)
            let refused = await #expect(throws: Refusal.self) {
                try await service.anomalies.resolve(anomaly.id, .accept, reason: "x", by: .office)
            }
            guard case .resolutionNotPossible(let why) = refused else {
                Issue.record("accepted")
                return
            }
            #expect(why.contains("written off"))
            _ = try await service.anomalies.resolve(anomaly.id, .refund(nil), reason: "x", by: .office)
            let after = try await service.positions.show(position.id, for: .office).position
            #expect(after.state == .partiallyPaid && after.paidCents == 5_980)
        }
    }

    @Test func `the void of the payment leaves what was written off`() async throws {
        try await with { test, service in
            let position = try await test.create(test.draft("c", cents: [1_000, 500]), with: service)
            let receipt = try done(
                await service.positions.recordCounterPayment(
                    CounterPayment(
                        installmentNumber: 1, amount: try Amount(cents: 1_000),
                        paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"), till: "1", reference: "r"),
                    on: position.id, by: .office))
            _ = try await service.positions.writeOffRest(nil, of: position.id, reason: "x", by: .office)

            _ = try await service.positions.voidCounterPayment(
                receipt.id, on: position.id, reason: "x", by: .office)

            let after = try await service.positions.show(position.id, for: .office).position
            #expect(after.state == .partiallyPaid && after.residualCents == 1_000 && after.writtenOffCents == 500)
        }
    }

    @Test func `a clerk moves the due date and distributes the rest, and paid installments do not change`() async throws
    {
        try await with { test, service in
            let position = try await partlyPaid(test, service)
            let before = try await journal(test, of: position).count
            let plan = try [part(2, 2_000), part(3, 990, due: "2031-02-28"), part(nil, 1_000, due: "2031-03-31")]

            let new = try done(
                await service.positions.planRest(plan, of: position.id, reason: "Accordo", by: .office)
            ).position

            #expect(new.installments.map(\.amount.cents) == [5_980, 2_000, 990, 1_000])
            #expect(new.installments[0] == position.installments[0])
            #expect(new.installments.prefix(3).map(\.iuv) == position.installments.map(\.iuv))
            #expect(new.residualCents == 3_990 && new.state == .partiallyPaid)
            #expect(
                try await test.ask("SELECT due_date::text FROM positions WHERE id = \(position.id.uuid)")
                    == ["2031-01-31"])
            #expect(
                try await journal(test, of: position).dropFirst(before)
                    == ["position_changed Accordo position.changed"])
            // The new installment has a notice of its own and can be paid.
            let added = new.installments[3]
            let received = try await test.receive(
                TestIntermediary.rt("NEW", iuv: added.iuv, cents: 1_000), with: service)
            #expect(received.disposition == .settled)
            let sum = await #expect(throws: Refusal.self) {
                try await service.positions.planRest(
                    [try part(2, 1), try part(3, 990)], of: position.id, reason: "x", by: .office)
            }
            guard case .invalid(let faults) = sum else {
                Issue.record("accepted")
                return
            }
            #expect(faults.map(\.code) == [.sumMismatch])
        }
    }

    @Test func `a position in any other state, of another creditor or read before is refused`() async throws {
        try await with { test, service in
            let open = try await test.create(test.draft("open", cents: [1, 2]), with: service)
            let draft = try await test.create(test.draft("draft", isDraft: true), with: service)
            let cancelled = try await test.create(test.draft("cancelled"), with: service)
            _ = try await service.positions.move(cancelled.id, .cancel, by: .office)
            let held = try await partlyPaid(test, service, "held")
            _ = try await test.pool.query(
                """
                WITH attempt AS (
                    INSERT INTO payment_attempts (id, creditor_tax_code, caller_id, status, payment_method, psp_id, psp_business_name,
                        channel_id, amount_cents, fee_cents, email, return_url, language, created_at, expires_at)
                    VALUES (gen_random_uuid(), \(TestIntermediary.comune.value), \(Caller.office.key.id.uuid), 'created', 'CP', 'ABCDITMM', 'Banca', 'c', 3000, 0,
                        'a@example.org', 'https://a.example', 'it', now(), now() + interval '10 minutes')
                    RETURNING id, expires_at)
                INSERT INTO attempt_items (attempt_id, ordinal, installment_id, position_id, iuv, notice_number, amount_cents, remittance,
                    outcome, is_holding, held_until)
                SELECT id, 1, \(held.installments[1].id.uuid), \(held.id.uuid), \(held.installments[1].iuv.value),
                    \(held.installments[1].noticeNumber.value), 3000, 'x', 'pending', true, expires_at FROM attempt
                """)
            let partly = try await partlyPaid(test, service, "partly")
            func refusal(_ position: Position, by caller: Caller = .office) async throws -> [Refusal?] {
                var found: [Refusal?] = []
                do {
                    _ = try await service.positions.writeOffRest(nil, of: position.id, reason: "x", by: caller)
                    found.append(nil)
                } catch { found.append(error as? Refusal) }
                do {
                    _ = try await service.positions.planRest(
                        [try part(2, 3_000), try part(3, 990)], of: position.id, reason: "x", by: caller)
                    found.append(nil)
                } catch { found.append(error as? Refusal) }
                return found
            }
            for (position, status) in [(open, PositionStatus.open), (draft, .draft), (cancelled, .cancelled)] {
                #expect(
                    try await refusal(position)
                        == [.positionNotEditable(status), .positionNotEditable(status)], "\(status)")
            }
            for found in try await refusal(held) {
                guard case .paymentInProgress(let seconds) = found else {
                    Issue.record("\(String(describing: found))")
                    continue
                }
                #expect((500...600).contains(seconds))
            }
            #expect(try await refusal(partly, by: Self.stranger) == [.notFound, .notFound])
            let detail = try await service.positions.show(partly.id, for: .office)
            await #expect(throws: Refusal.preconditionFailed) {
                try await service.positions.writeOffRest(
                    nil, of: partly.id, reason: "x", by: .office, demanding: Precondition(.failed, on: detail))
            }
            try await test.receive(
                TestIntermediary.rt("SHORT", iuv: partly.installments[1].iuv, cents: 2_000), with: service)
            let review = Refusal.positionUnderReview([.amountMismatch], pointer: "")
            #expect(try await refusal(partly) == [review, review])
        }
    }

    @Test func `the notices of the rest are mailed to the debtor or to another address, again and again`() async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let sent = Mutex<[String]>([])
            let service = try test.instance { to in sent.withLock { $0.append(to) } }
            let position = try await partlyPaid(test, service)
            while try await service.notifications.sendNext() {}
            sent.withLock { $0 = [] }

            let first = try done(
                await service.positions.mailNotices(of: position.id, to: nil, reason: "Chiesto", by: .office))
            let other = try done(
                await service.positions.mailNotices(
                    of: position.id, to: try EmailAddress("figlia@example.org"), reason: "Chiesto", by: .office))
            while try await service.notifications.sendNext() {}

            #expect(first.kind == .paymentNotice && first.position == position.id && first.receipt == nil)
            #expect(Set(sent.withLock(\.self)) == ["debitore@example.org", "figlia@example.org"])
            #expect(
                try await test.ask("SELECT note FROM journal WHERE kind = 'notice_mailed' ORDER BY id")
                    == ["\(first.id). Chiesto", "\(other.id). Chiesto"])
            await #expect(throws: Refusal.notFound) {
                try await service.positions.mailNotices(of: position.id, to: nil, reason: "x", by: Self.stranger)
            }

            // What is paid or written off before the e-mail is sent needs none.
            _ = try await service.positions.mailNotices(of: position.id, to: nil, reason: "x", by: .office)
            _ = try await service.positions.writeOffRest(nil, of: position.id, reason: "x", by: .office)
            sent.withLock { $0 = [] }
            while try await service.notifications.sendNext() {}
            #expect(sent.withLock(\.self).isEmpty)
            await #expect(throws: Refusal.noticeNotPossible("The installment is paid.")) {
                try await service.positions.mailNotices(of: position.id, to: nil, reason: "x", by: .office)
            }
        }
    }
}
