import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// The key of an RT is (PSP, creditor, IUV, receipt ID), separately for OK and KO.
@Suite(.serialized) struct RTKeyTests {
    private func states(_ test: TestIntermediary) async throws -> [String] {
        try await test.ask(
            "SELECT psp_id || ' ' || outcome_code || ' ' || status FROM receipts ORDER BY received_at, id")
    }

    private func debt(_ test: TestIntermediary, _ service: Intermediary, _ name: String = "debt") async throws -> (
        position: Position, iuv: IUV
    ) {
        let position = try await test.create(test.draft(name), with: service)
        return (position, position.installments[0].iuv)
    }

    private func isConflict(_ error: any Error) -> Bool {
        if case .receiptConflict? = error as? Refusal { true } else { false }
    }

    @Test func `a KO does not block a later OK with its receipt id`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let (_, iuv) = try await debt(test, service)
            let refused = try TestIntermediary.rt("R1", iuv: iuv, outcome: .notExecuted)
            let paid = try TestIntermediary.rt("R1", iuv: iuv)

            let first = try await test.receive(refused, with: service)
            let second = try await test.receive(paid, with: service)

            #expect(first.disposition == .recorded && second.disposition == .settled)
            #expect(try await states(test) == ["ABCDITMM 1 recorded", "ABCDITMM 0 settled"])
            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT count(*)::text FROM anomalies") == ["0"])
            // From now on both are replays.
            #expect(try await test.receive(refused, with: service).isReplay)
            #expect(try await test.receive(paid, with: service).isReplay)
        }
    }

    @Test func `a KO after an OK with its receipt id is a conflict, and changes nothing`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let (_, iuv) = try await debt(test, service)
            _ = try await test.receive(TestIntermediary.rt("R1", iuv: iuv), with: service)
            let refused = try TestIntermediary.rt("R1", iuv: iuv, outcome: .notExecuted)

            for _ in 0..<2 {
                await #expect {
                    try await test.receive(refused, with: service)
                } throws: { isConflict($0) }
            }

            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT kind FROM anomalies") == ["receipt_conflict"])
            #expect(try await states(test) == ["ABCDITMM 0 settled"])
        }
    }

    @Test func `two PSPs may use the same receipt id, also at the same moment`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let (_, iuv) = try await debt(test, service)
            let unknown = try IUV("RF18539007547034")

            for iuv in [iuv, unknown] {
                let taken = try await withThrowingTaskGroup(of: ReceivedRT.self) { group in
                    for psp in [TestIntermediary.psp, TestIntermediary.otherPSP] {
                        group.addTask {
                            try await test.receive(TestIntermediary.rt("SAME", iuv: iuv, from: psp), with: service)
                        }
                    }
                    return try await group.reduce(into: [ReceivedRT]()) { $0.append($1) }
                }
                #expect(taken.allSatisfy { !$0.isReplay })
            }

            #expect(
                try await test.ask("SELECT status FROM receipts ORDER BY status")
                    == ["anomaly", "quarantined", "quarantined", "settled"])
            #expect(
                try await test.ask("SELECT kind FROM anomalies ORDER BY kind")
                    == ["already_paid", "unknown_iuv", "unknown_iuv"])
        }
    }

    @Test(arguments: [true, false])
    func `a hundred identical RTs at once are one receipt`(hasPosition: Bool) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let iuv = hasPosition ? try await debt(test, service).iuv : try IUV("RF18539007547034")

            let replays = try await withThrowingTaskGroup(of: ReceivedRT.self) { group in
                for _ in 0..<100 {
                    group.addTask { try await test.receive(TestIntermediary.rt("SAME", iuv: iuv), with: service) }
                }
                return try await group.reduce(into: [Bool]()) { $0.append($1.isReplay) }
            }

            #expect(replays.filter { !$0 }.count == 1 && replays.count == 100)
            #expect(try await test.ask("SELECT count(*)::text FROM receipts") == ["1"])
            #expect(try await test.ask("SELECT count(*)::text FROM rts") == ["1"])
        }
    }

    @Test func `a KO and an OK of one key at the same moment always end paid`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            for round in 0..<12 {
                let (_, iuv) = try await debt(test, service, "debt\(round)")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for outcome in [RTOutcome.notExecuted, .executed] {
                        group.addTask {
                            do {
                                let rt = try TestIntermediary.rt("R\(round)", iuv: iuv, outcome: outcome)
                                try await test.receive(rt, with: service)
                            } catch Refusal.receiptConflict where outcome == .notExecuted {}
                        }
                    }
                    try await group.waitForAll()
                }
            }

            #expect(try await test.ask("SELECT DISTINCT state FROM positions") == ["paid"])
            #expect(try await test.ask("SELECT count(*)::text FROM receipts WHERE status = 'settled'") == ["12"])
        }
    }
}

/// For a registered relay the PSP is the one named in the RT; for any other sender it is the sender.
@Suite(.serialized) struct PSPRelayTests {
    private static let node = try! PSPID("NODOPAGOPA")  // a valid literal

    @Test func `a relay's RT belongs to the PSP that it names, and its attempt succeeds`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let installment = debt.installments[0]
            _ = try await service.psps.registerRelay(Self.node, by: .ops)
            try await test.attempt(on: installment, of: debt)
            let rt = try TestIntermediary.rt("R1", iuv: installment.iuv)

            let taken = try await test.receive(rt, sentBy: Self.node, with: service)

            #expect(taken.disposition == .settled)
            #expect(try await test.ask("SELECT psp_id FROM receipts") == ["ABCDITMM"])
            #expect(try await test.ask("SELECT psp_id FROM rts") == ["NODOPAGOPA"])
            #expect(try await test.ask("SELECT status FROM payment_attempts") == ["succeeded"])
            // Operations and back offices see the sender; front ends do not.
            for (caller, sender) in [(Caller.ops.reading, Self.node), (.office, Self.node), (.receiptReader, nil)] {
                let shown = try await service.receipts.show(taken.receipt, for: caller)
                #expect(shown.psp?.id == TestIntermediary.psp && shown.relay == sender)
            }
            // The PSP sends the same RT itself: it is still one RT.
            #expect(try await test.receive(rt, with: service).isReplay)
            #expect(try await test.receive(rt, sentBy: Self.node, with: service).isReplay)
        }
    }

    @Test func `another sender cannot report for a PSP, but its money is not refused`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            let installment = debt.installments[0]
            try await test.attempt(on: installment, of: debt)
            let rt = try TestIntermediary.rt("R1", iuv: installment.iuv)

            let taken = try await test.receive(rt, sentBy: TestIntermediary.otherPSP, with: service)

            #expect(taken.disposition == .settled)
            #expect(try await test.ask("SELECT psp_id FROM receipts") == [TestIntermediary.otherPSP.value])
            // The attempt belongs to another PSP, so this PSP's RT does not change it.
            #expect(try await test.ask("SELECT attempt_id::text FROM receipts WHERE attempt_id IS NOT NULL") == [])
        }
    }

    @Test func `a relay is registered once, recorded in the journal, and ended`() async throws {
        try await TestIntermediary.with { test in
            let service = try test.instance()
            let first = try await service.psps.registerRelay(Self.node, by: .ops)
            #expect(try await service.psps.registerRelay(Self.node, by: nil) == first)
            #expect(try await service.psps.listRelays(for: .ops) == [first])

            for _ in 0..<2 { try await service.psps.endRelay(Self.node, by: .ops) }

            #expect(try await service.psps.listRelays(for: .ops).isEmpty)
            await #expect(throws: Refusal.notFound) { _ = try await service.psps.showRelay(Self.node, for: .ops) }
            #expect(
                try await test.ask("SELECT kind FROM journal ORDER BY id") == ["relay_registered", "relay_ended"])
        }
    }
}

/// Operators can always assign a received payment to its debt.
@Suite(.serialized) struct AssignmentTests {
    private func open(_ service: Intermediary) async throws -> [Anomaly] {
        var filter = AnomalyFilter()
        filter.isOpen = true
        return try await service.anomalies.list(filter, creditor: nil, page: PageRequest(), for: .ops).items
    }

    private func resolve(_ service: Intermediary, _ anomaly: Anomaly, _ request: ResolutionRequest) async throws {
        _ = try await service.anomalies.resolve(anomaly.id, request, reason: "Prova", by: .ops)
    }

    private func obstacle(_ work: () async throws -> Void) async -> String? {
        do { try await work() } catch Refusal.resolutionNotPossible(let why) { return why } catch { return "\(error)" }
        return nil
    }

    @Test func `the second payment of a debt pays another debt of the same creditor, but none of another creditor`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let first = try await test.create(test.draft("first"), with: service)
            let other = try await test.create(test.draft("other"), with: service)
            let foreign = try await test.create(
                test.draft("foreign", creditor: TestIntermediary.provincia), with: service)
            let iuv = first.installments[0].iuv
            _ = try await test.receive(TestIntermediary.rt("R1", iuv: iuv), with: service)
            _ = try await test.receive(TestIntermediary.rt("R2", iuv: iuv), with: service)
            let twice = try #require(try await open(service).first)
            #expect(twice.kind == .alreadyPaid)

            let advice = await obstacle { try await resolve(service, twice, .accept) }
            #expect(advice?.contains("Use match") == true)
            #expect(
                await obstacle {
                    try await resolve(service, twice, .match(position: foreign.id, installmentNumber: 1))
                }?.contains("another creditor") == true)
            try await resolve(service, twice, .match(position: other.id, installmentNumber: 1))

            #expect(
                try await test.ask("SELECT external_id FROM positions WHERE state = 'paid' ORDER BY 1") == [
                    "first", "other",
                ])
            #expect(try await open(service).isEmpty)
            #expect(try await test.ask("SELECT DISTINCT status FROM receipts") == ["settled"])
        }
    }

    @Test func `a receipt that does not fit the other debt either stays an anomaly there`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let first = try await test.create(test.draft("first"), with: service)
            let other = try await test.create(test.draft("other", cents: [1_000]), with: service)
            _ = try await test.receive(
                TestIntermediary.rt("R1", iuv: first.installments[0].iuv, cents: 900), with: service)
            let less = try #require(try await open(service).first)

            try await resolve(service, less, .match(position: other.id, installmentNumber: nil))

            let again = try #require(try await open(service).first)
            #expect(again.kind == .amountMismatch && again.position == other.id && again.id != less.id)
            try await resolve(service, again, .accept)
            #expect(try await test.ask("SELECT external_id FROM positions WHERE state = 'paid'") == ["other"])
        }
    }

    @Test(arguments: [RTOutcome.partlyExecuted, .timePassedPartlyExecuted])
    func `an operator accepts a payment that was executed in part`(outcome: RTOutcome) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let debt = try await test.create(test.draft("debt"), with: service)
            _ = try await test.receive(
                TestIntermediary.rt("R1", iuv: debt.installments[0].iuv, outcome: outcome), with: service)
            let part = try #require(try await open(service).first)
            #expect(part.kind == .partialPayment)

            try await resolve(service, part, .accept)

            #expect(try await test.ask("SELECT state FROM positions") == ["paid"])
        }
    }

    /// Every kind of anomaly with money can be used to pay a debt, or its advice says what to do first.
    @Test(arguments: AnomalyKind.allCases)
    func `advice never leads to a resolution that is refused`(kind: AnomalyKind) throws {
        let receipt = try TestIntermediary.receipt(.anomaly)
        let accept = kind.obstacle(accepting: receipt, position: nil, installment: nil)
        let match = kind.obstacle(matching: receipt)
        if accept?.contains("Use match") == true || accept?.contains("use match") == true { #expect(match == nil) }
        if kind != .unreadableRT, kind != .receiptConflict { #expect(match == nil) }
        // Rejecting is always possible; every other action in the advice must be possible too.
        for status in Disposition.allCases where kind == .receiptConflict {
            let first = try TestIntermediary.receipt(status)
            let accept = kind.obstacle(accepting: first, position: nil, installment: nil)
            let match = kind.obstacle(matching: first)
            #expect((accept == nil) == (match?.contains("Use accept") == true), "\(status)")
            for advice in [accept, match].compactMap(\.self) {
                #expect(advice.contains("eject"), "\(advice)")
                if advice.contains("refund what") { #expect(first.obstacleToRefund == nil, "\(advice)") }
            }
        }
    }
}

extension TestIntermediary {
    /// An open attempt of `psp` on this installment.
    func attempt(on installment: Installment, of position: Position) async throws {
        _ = try await pool.query(
            """
            INSERT INTO payment_attempts (id, creditor_tax_code, caller_id, status, payment_method, psp_id,
                psp_business_name, channel_id, amount_cents, fee_cents, return_url, language, created_at, expires_at)
            VALUES (\(installment.id.uuid), \(position.creditor.value), \(Caller.office.key.id.uuid), 'redirected', 'CP',
                \(Self.psp.value), 'Banca', 'canale', \(installment.amount.cents), 0, 'https://portale.example.org/', 'it',
                '2026-11-20T09:00:00Z', now() + interval '30 minutes')
            """)
        _ = try await pool.query(
            """
            INSERT INTO attempt_items VALUES (\(installment.id.uuid), 1, \(installment.id.uuid), \(position.id.uuid),
                \(installment.iuv.value), \(installment.noticeNumber.value), \(installment.amount.cents), '', 'pending', true,
                now() + interval '30 minutes')
            """)
    }

    static func receipt(_ status: Disposition) throws -> Receipt {
        Receipt(
            id: Identifier(uuid: UUID()), receiptID: "R", origin: .pagopa, status: status, outcome: .executed,
            creditor: comune, creditorName: nil, position: nil, installmentNumber: nil, attempt: nil, debtTypeKey: nil,
            description: "x", document: nil, iuv: try IUV("RF18539007547034"), noticeNumber: nil, paymentContext: nil,
            amount: try Amount(cents: 1), fee: nil, paidAt: Instant(microseconds: 0),
            psp: RTPSP(id: psp, businessName: "Banca", taxCode: nil, channel: nil), method: nil, transfers: [],
            payer: nil, debtor: nil, failureReason: nil, till: nil, reference: nil, rtSHA256: nil,
            receivedAt: Instant(microseconds: 0))
    }
}
