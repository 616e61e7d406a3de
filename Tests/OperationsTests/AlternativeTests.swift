import Foundation
import Operations
import PagoPA
import Postgres
import Testing

@testable import Storage

/// Single payment and installments as alternatives of one debt: the first one paid closes the others.
@Suite(.serialized) struct AlternativeTests {
    /// A single payment and two installments of the same debt.
    private func debt(_ test: TestIntermediary, _ intermediary: Intermediary) async throws -> (Position, Position) {
        let single = try await test.create(test.draft("single", cents: [1_000], group: "TARI-1"), with: intermediary)
        let parts = try await test.create(test.draft("parts", cents: [500, 500], group: "TARI-1"), with: intermediary)
        return (single, parts)
    }

    private func shown(_ position: Position, _ intermediary: Intermediary) async throws -> Position {
        try await intermediary.positions.show(position.id, for: .office).position
    }

    @Test func `paying the single solution cancels the installments, and the journal says why`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let (single, parts) = try await debt(test, intermediary)
            let other = try await test.create(test.draft("other", cents: [1_000]), with: intermediary)

            try await test.receive(
                TestIntermediary.rt("SINGLE", iuv: single.installments[0].iuv, cents: 1_000), with: intermediary)

            let closed = try await shown(parts, intermediary)
            #expect(try await shown(single, intermediary).state == .paid)
            #expect(closed.state == .cancelled && closed.replacedBy == single.id)
            #expect(try await shown(other, intermediary).state == .open)
            #expect(
                try await test.ask(
                    "SELECT note FROM journal WHERE position_id = \(parts.id.uuid) AND to_state = 'cancelled'")
                    == ["Another alternative of the same debt was paid."])
        }
    }

    @Test func `paying the first installment cancels the single solution, and the second stays payable`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let (single, parts) = try await debt(test, intermediary)

            try await test.receive(
                TestIntermediary.rt("FIRST", iuv: parts.installments[0].iuv, cents: 500), with: intermediary)
            try await test.receive(
                TestIntermediary.rt("SECOND", iuv: parts.installments[1].iuv, cents: 500), with: intermediary)

            #expect(try await shown(single, intermediary).state == .cancelled)
            #expect(try await shown(parts, intermediary).state == .paid)
        }
    }

    @Test func `money that comes for a closed alternative is an anomaly`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let (single, parts) = try await debt(test, intermediary)
            try await test.receive(
                TestIntermediary.rt("SINGLE", iuv: single.installments[0].iuv, cents: 1_000), with: intermediary)

            let late = try await test.receive(
                TestIntermediary.rt("LATE", iuv: parts.installments[0].iuv, cents: 500), with: intermediary)

            #expect(late.disposition == .anomaly)
            #expect(try await test.ask("SELECT kind FROM anomalies") == ["position_cancelled"])
        }
    }

    @Test func `alternatives paid at the same moment are one settled and the rest anomalies`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            for round in 0..<8 {
                let group = "ROUND-\(round)"
                var positions: [Position] = []
                for number in 0..<3 {
                    positions.append(
                        try await test.create(
                            test.draft("\(group)-\(number)", cents: [1_000], group: group), with: intermediary))
                }

                let dispositions = try await withThrowingTaskGroup(of: Disposition?.self) { tasks in
                    for position in positions {
                        let rt = try TestIntermediary.rt(
                            "R\(round)-\(position.externalID)", iuv: position.installments[0].iuv, cents: 1_000)
                        tasks.addTask { try await test.receive(rt, with: intermediary).disposition }
                    }
                    return try await tasks.reduce(into: []) { $0.append($1) }
                }

                #expect(dispositions.count { $0 == .settled } == 1)
                #expect(dispositions.count { $0 == .anomaly } == 2)
            }
        }
    }

    @Test func `a voided counter payment reopens what it had closed`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let intermediary = try test.instance()
            let (single, parts) = try await debt(test, intermediary)
            let payment = CounterPayment(
                installmentNumber: 1, amount: try Amount(cents: 1_000),
                paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"),
                till: "1", reference: "R")
            guard
                case .done(let receipt) = try await intermediary.positions.recordCounterPayment(
                    payment, on: single.id, by: .office)
            else { return }
            #expect(try await shown(parts, intermediary).state == .cancelled)

            _ = try await intermediary.positions.voidCounterPayment(
                receipt.id, on: single.id, reason: "Mistyped.", by: .office)

            #expect(try await shown(parts, intermediary).state == .open)
            #expect(try await shown(parts, intermediary).replacedBy == nil)
        }
    }

    @Test func `the group belongs to the debtor too, and to what a repeat must say again`() async throws {
        try await TestIntermediary.with { test in
            let with = try test.draft("x", group: "A").meaning
            #expect(with != (try test.draft("x", group: "B").meaning))
            #expect(with != (try test.draft("x").meaning))
        }
    }
}
