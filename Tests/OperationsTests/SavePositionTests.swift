import Accounts
import Cryptography
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// Positions stored under the creditor's own key: created, changed or unchanged.
@Suite(.serialized) struct SavePositionTests {
    private static let stranger = Caller(
        key: APIKey(
            id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
            scopes: [.positionsRead, .positionsWrite], creditors: [TestIntermediary.provincia],
            createdAt: Instant(microseconds: 0)))

    private func save(
        _ draft: PositionDraft, _ service: Intermediary, by caller: Caller = .office,
        demanding precondition: Precondition<PositionDetail> = .none
    ) async throws -> SavedPosition {
        try await service.positions.save(
            .success(draft), as: draft.externalID, of: draft.creditor, by: caller, demanding: precondition)
    }

    private func created(_ draft: PositionDraft, _ service: Intermediary) async throws -> Position {
        guard case .created(let position) = try await save(draft, service) else { throw TestIntermediary.Unexpected() }
        return position
    }

    private func changed(_ draft: PositionDraft, _ service: Intermediary) async throws -> PositionDetail {
        guard case .changed(let detail) = try await save(draft, service) else { throw TestIntermediary.Unexpected() }
        return detail
    }

    private func unchanged(_ draft: PositionDraft, _ service: Intermediary) async throws -> PositionDetail {
        guard case .unchanged(let detail) = try await save(draft, service) else { throw TestIntermediary.Unexpected() }
        return detail
    }

    private func pay(_ position: Position, _ service: Intermediary) async throws {
        let payment = CounterPayment(
            installmentNumber: 1, amount: position.installments[0].amount,
            paidAt: try Instant(rfc3339: "2026-11-20T10:00:00Z"), till: "1", reference: "r")
        _ = try await service.positions.recordCounterPayment(payment, on: position.id, by: .office)
    }

    private func journal(_ test: TestIntermediary) async throws -> [String] {
        try await test.ask("SELECT kind FROM journal WHERE position_id IS NOT NULL ORDER BY id")
    }

    @Test func `a position is created, unchanged when repeated, and changed with its numbers kept`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await created(test.draft("own/1"), service)
            #expect(position.state == .open && position.version == 1)

            let repeated = try await unchanged(test.draft("own/1"), service)
            #expect(repeated.position == position, "nothing is written")

            let longer = try await changed(test.draft("own/1", cents: [1_000, 2_000]), service).position
            #expect(longer.id == position.id && longer.totalCents == 3_000 && longer.version == 2)
            #expect(longer.installments[0].noticeNumber == position.installments[0].noticeNumber)
            #expect(longer.installments[1].isIUVGenerated)
            #expect(try await service.positions.show(position.id, for: .office).position == longer)

            let back = try await changed(test.draft("own/1"), service).position
            #expect(back.installments.map(\.noticeNumber) == position.installments.map(\.noticeNumber))
            #expect(try await journal(test) == ["position_created", "position_changed", "position_changed"])
        }
    }

    @Test func `a creation and a save recognize each other's positions`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let draft = try test.draft("both")
            let position = try await created(draft, service)
            let again = try await service.positions.create(
                draft, fingerprint: SHA256.digest(draft.meaning), by: .office)
            guard case .done(.existing(let found)) = again else { throw TestIntermediary.Unexpected() }
            #expect(found.position == position)
            let other = try await test.create(test.draft("first"), with: service)
            #expect(try await unchanged(test.draft("first"), service).position == other)
        }
    }

    @Test func `equal saves at the same time create one position`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let draft = try test.draft("race")
            let saved = try await withThrowingTaskGroup(of: SavedPosition.self) { group in
                for _ in 0..<6 { group.addTask { try await save(draft, service) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            var ids: Set<Identifier<Position>> = []
            var new = 0
            for outcome in saved {
                switch outcome {
                case .created(let position):
                    new += 1
                    ids.insert(position.id)
                case .unchanged(let detail): ids.insert(detail.position.id)
                case .changed: Issue.record("An equal save changed the position.")
                }
            }
            #expect(new == 1 && ids.count == 1)
            #expect(try await journal(test) == ["position_created"])
        }
    }

    @Test func `a paid position accepts its own content and refuses another`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await created(test.draft("paid"), service)
            try await pay(position, service)

            #expect(try await unchanged(test.draft("paid"), service).position.state == .paid)
            await #expect(throws: Refusal.positionNotEditable(.paid)) {
                try await save(test.draft("paid", cents: [1]), service)
            }
            let cancelled = try await created(test.draft("cancelled"), service)
            _ = try await service.positions.move(cancelled.id, .cancel, by: .office)
            #expect(try await unchanged(test.draft("cancelled"), service).position.state == .cancelled)
            await #expect(throws: Refusal.positionNotEditable(.cancelled)) {
                try await save(test.draft("cancelled", cents: [1]), service)
            }
        }
    }

    @Test func `a draft is published by a content without draft, with or without another change`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await created(test.draft("d", isDraft: true), service)
            #expect(try await unchanged(test.draft("d", isDraft: true), service).position.state == .draft)
            let published = try await changed(test.draft("d"), service).position
            #expect(published.id == position.id && published.state == .open && published.publishedAt != nil)
            #expect(try await unchanged(test.draft("d", isDraft: true), service).position.state == .open)

            _ = try await created(test.draft("e", isDraft: true), service)
            let both = try await changed(test.draft("e", cents: [1]), service).position
            #expect(both.state == .open && both.totalCents == 1)
            #expect(try await unchanged(test.draft("e", cents: [1]), service).position == both)
        }
    }

    @Test func `an added installment has the number of the creditor, and a taken one is refused`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let codes = NoticeCodes.aux3(segregationCode: "01")
            let notices = try [codes.notice(base: 900_001).value, codes.notice(base: 900_002).value]
            _ = try await created(test.draft("own", cents: [1], notices: [notices[0]]), service)
            let longer = try await changed(test.draft("own", cents: [1, 2], notices: notices), service).position
            #expect(longer.installments.map(\.noticeNumber.value) == notices)
            #expect(longer.installments.allSatisfy { !$0.isIUVGenerated })
            await #expect(throws: Refusal.noticeNumberTaken(pointer: "/installments/0/notice_number")) {
                try await save(test.draft("other", cents: [1], notices: [notices[1]]), service)
            }
            let swapped = try test.draft("own", cents: [1, 2], notices: notices.reversed())
            await #expect(
                throws: Refusal.invalid([
                    Fault("/installments/0", .readOnly, "cannot change its IUV or notice number")
                ])
            ) {
                try await save(swapped, service)
            }
        }
    }

    @Test func `a precondition decides about a creation and about a change, before the body`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let draft = try test.draft("c")
            await #expect(throws: Refusal.preconditionFailed) {
                try await save(draft, service, demanding: Precondition(.failed, on: nil))
            }
            #expect(try await test.ask("SELECT external_id FROM positions").isEmpty)
            let position = try await created(draft, service)
            let detail = try await service.positions.show(
                externalID: "c", of: TestIntermediary.comune, for: .office)
            #expect(detail.position == position)
            await #expect(throws: Refusal.preconditionFailed) {
                try await save(draft, service, demanding: Precondition(.failed, on: detail))
            }
            await #expect(throws: SnapshotOutdated.self) {
                try await save(draft, service, demanding: Precondition(.met, on: nil))
            }
            let invalid = Refusal.invalid([Fault("/debtor", .required, "is required")])
            await #expect(throws: Refusal.preconditionFailed) {
                try await service.positions.save(
                    .failure(invalid), as: "c", of: TestIntermediary.comune, by: .office,
                    demanding: Precondition(.failed, on: detail))
            }
            await #expect(throws: invalid) {
                try await service.positions.save(
                    .failure(invalid), as: "c", of: TestIntermediary.comune, by: .office)
            }
        }
    }

    @Test func `a position is found by its external id and its notice number, by its creditor only`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let position = try await created(test.draft("mine", cents: [1, 2]), service)
            let notice = position.installments[1].noticeNumber
            let positions = service.positions
            #expect(
                try await positions.show(noticeNumber: notice, of: position.creditor, for: .office).position == position
            )
            await #expect(throws: Refusal.notFound) {
                try await positions.show(noticeNumber: notice, of: TestIntermediary.provincia, for: .office)
            }
            await #expect(throws: Refusal.notFound) {
                try await positions.show(noticeNumber: notice, of: position.creditor, for: Self.stranger)
            }
            await #expect(throws: Refusal.notFound) {
                try await positions.show(externalID: "mine", of: position.creditor, for: Self.stranger)
            }
            await #expect(throws: Refusal.notFound) {
                try await save(test.draft("mine", cents: [5]), service, by: Self.stranger)
            }
            #expect(try await positions.show(position.id, for: .office).position == position)
        }
    }
}
