import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import Testing

/// Installments that can be paid until a day only, although the debt may be paid late.
@Suite(.serialized) struct ValidityTests {
    private func draft(_ test: TestIntermediary, _ externalID: String, until end: String?) throws -> PositionDraft {
        let plain = try test.draft(externalID)
        return PositionDraft(
            creditor: plain.creditor, externalID: externalID, debtTypeKey: "mensa", document: plain.document,
            description: plain.description, debtor: plain.debtor, lines: [],
            installments: [
                InstallmentDraft(
                    amount: try Amount(cents: 5_980), dueDate: try CalendarDate("2020-01-01"),
                    validUntil: try end.map { try CalendarDate($0) }, iuv: nil, noticeNumber: nil, transfers: [])
            ], metadata: [:], isDraft: false)
    }

    private func expired(_ service: Intermediary) async throws -> [String] {
        var filter = PositionFilter()
        filter.statuses = [.expired]
        return try await service.positions.list(
            filter, creditor: nil, order: .created, page: PageRequest(), for: .office
        ).items.map(\.externalID)
    }

    @Test func `a validity is stored, changed and removed, and its end is the end of the position`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(draft(test, "a", until: "2020-06-30"), with: service)
            _ = try await test.create(draft(test, "b", until: nil), with: service)
            _ = try await test.create(draft(test, "c", until: "2999-12-31"), with: service)
            let shown = try await service.positions.show(position.id, for: .office).position
            #expect(shown.installments == position.installments)
            #expect(shown.installments.first?.validUntil == (try CalendarDate("2020-06-30")))
            #expect(try await expired(service) == ["a"])

            func save(_ end: String?) async throws -> SavedPosition {
                try await service.positions.save(
                    .success(draft(test, "a", until: end)), as: "a", of: TestIntermediary.comune, by: .office)
            }
            guard case .unchanged = try await save("2020-06-30") else { throw TestIntermediary.Unexpected() }
            guard case .changed(let later) = try await save("2999-12-31") else { throw TestIntermediary.Unexpected() }
            #expect(later.position.installments.first?.noticeNumber == position.installments.first?.noticeNumber)
            #expect(try await expired(service).isEmpty)
            _ = try await save(nil)
            #expect(
                try await test.ask("SELECT coalesce(valid_until::text, '-') FROM installments ORDER BY id LIMIT 1") == [
                    "-"
                ])
        }
    }

    @Test func `money for an installment whose validity has ended is stored as an anomaly`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await test.create(draft(test, "a", until: "2020-06-30"), with: service)
            let received = try await test.receive(
                TestIntermediary.rt("R-1", iuv: position.installments[0].iuv), with: service)
            #expect(received.disposition == .anomaly)
            #expect(try await test.ask("SELECT kind FROM anomalies") == ["position_expired"])
        }
    }
}
