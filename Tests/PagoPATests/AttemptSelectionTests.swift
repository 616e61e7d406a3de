import PagoPA
import Testing

/// Which installments an attempt can pay together.
@Suite struct AttemptSelectionTests {
    private let now = PositionSample.now

    private func faults(_ references: [InstallmentReference], _ positions: [Position]) -> [String] {
        do {
            _ = try AttemptSelection(references, in: positions, now: now)
            return []
        } catch SelectionFailure.faults(let faults) {
            return faults.map { "\($0.pointer) \($0.code.rawValue)" }
        } catch {
            return ["\(error)"]
        }
    }

    @Test func `installments are named by id or by notice number, and paid in the order of the request`() throws {
        let (first, second) = (try PositionSample.installment(1), try PositionSample.installment(2))
        let positions = [
            try PositionSample.position([first], id: 1), try PositionSample.position([second], id: 2),
        ]
        let selection = try AttemptSelection(
            [.notice(PositionSample.comune, second.noticeNumber), .id(first.id)], in: positions, now: now)
        #expect(selection.creditor == PositionSample.comune)
        #expect(selection.items.map(\.installment) == [second.id, first.id])
        #expect(selection.items.map(\.position) == [positions[1].id, positions[0].id])
        #expect(selection.items.allSatisfy { $0.outcome == .pending && $0.remittance == "Mensa scolastica" })
    }

    @Test func `every unknown, repeated or foreign installment is a fault`() throws {
        let provincia = try OrganizationTaxCode("01199250158")
        let (own, foreign) = (try PositionSample.installment(1), try PositionSample.installment(2))
        let unknown = try PositionSample.installment(3)
        let positions = [
            try PositionSample.position([own], id: 1),
            try PositionSample.position([foreign], id: 2, creditor: provincia),
        ]
        #expect(
            faults([.id(own.id), .id(foreign.id), .id(unknown.id), .id(own.id)], positions) == [
                "/installments/1 mismatch", "/installments/2 unknown_reference", "/installments/3 duplicate",
            ])
        #expect(
            faults(
                [
                    .notice(PositionSample.comune, own.noticeNumber), .notice(provincia, own.noticeNumber),
                    .notice(PositionSample.comune, unknown.noticeNumber),
                ], positions) == ["/installments/1 unknown_reference", "/installments/2 unknown_reference"])
        #expect(faults([.id(own.id)], []) == ["/installments/0 unknown_reference"])
    }

    @Test func `an installment that cannot be paid now is reported alone`() throws {
        let (own, late) = (
            try PositionSample.installment(1), try PositionSample.installment(2, due: "2026-11-19")
        )
        let position = try PositionSample.position([own, late])
        #expect(throws: SelectionFailure.notPayable(.status(.expired), pointer: "/installments/1")) {
            try AttemptSelection([.id(own.id), .id(late.id)], in: [position], now: now)
        }
    }

    @Test func `after its deadline an attempt expires, or is partly paid`() {
        for status in AttemptStatus.allCases {
            let expected: AttemptStatus? = status.isFinal ? nil : .expired
            #expect(status.afterDeadline(isPartlyPaid: false) == expected)
            let isPaid = status == .succeeded || status == .partiallySucceeded
            #expect(status.afterDeadline(isPartlyPaid: true) == (isPaid ? nil : .partiallySucceeded))
        }
    }

    @Test func `an attempt is finished when it first enters a final status`() throws {
        let open = try Cart.attempt(.redirected, [.pending])
        let expired = open.with(status: .expired, at: now)
        #expect(expired.finishedAt == now)
        #expect(expired.with(status: .succeeded, at: now.adding(seconds: 9)).finishedAt == now)
        #expect(open.with(status: .inProgress, at: now).finishedAt == nil)
        let failed = open.with(status: .failed, failureReason: "why", at: now)
        #expect(failed.failureReason == "why" && failed.with(status: .succeeded, at: now).failureReason == "why")
    }

    @Test func `a PSP is notified again after growing waits, for about an hour`() {
        let waits = (1...10).map { CancellationRetryPlan.waitSeconds(afterFailures: $0) }
        #expect(waits.prefix(5) == [5, 30, 120, 600, 1_800])
        #expect(waits.dropFirst(5).allSatisfy { $0 == nil })
        #expect(CancellationRetryPlan.waitSeconds(afterFailures: 0) == nil)
    }

    @Test func `a refund is of the requested amount, or of all that is left`() throws {
        let receipt = try Cart.receipt(.settled)
        #expect(try receipt.refundAmount(requested: nil).cents == 5_980)
        #expect(try receipt.refundAmount(requested: Amount(cents: 1)).cents == 1)
        for cents in [0, 5_981] as [Int64] {
            #expect(throws: Fault.self) { try receipt.refundAmount(requested: Amount(cents: cents)) }
        }
    }
}
