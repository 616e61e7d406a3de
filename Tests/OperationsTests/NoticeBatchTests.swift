import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

@testable import Operations

/// Batches of payment notices, which a background job draws.
@Suite(.serialized) struct NoticeBatchTests {
    private func make(
        _ service: Intermediary, _ selection: NoticeBatchSelection, by caller: Caller = .office,
        of creditor: OrganizationTaxCode = TestIntermediary.comune
    ) async throws -> NoticeBatch {
        let once = try await service.positions.makeNoticeBatch(
            of: creditor, selection, language: .de, by: caller, repeating: nil)
        guard case .done(let batch) = once else { throw TestIntermediary.Unexpected() }
        return batch
    }

    private func page(_ limit: Int = 100, after: Cursor? = nil) -> PageRequest {
        PageRequest(limit: limit, after: after)
    }

    @Test
    func `the notices of named positions are drawn in their order, and what has none is left out with its reason`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let one = try await test.create(test.draft("one", cents: [100, 200]), with: service)
            let draft = try await test.create(test.draft("draft", isDraft: true), with: service)
            let two = try await test.create(test.draft("two"), with: service)
            let other = try await test.create(
                test.draft("other", creditor: TestIntermediary.provincia), with: service)
            let batch = try await make(service, .positions([two.id, draft.id, one.id, other.id]))
            #expect(batch.status == .waiting && batch.total == 4)
            await #expect(throws: Refusal.noticesNotReady(.waiting)) {
                _ = try await service.positions.readNotices(of: batch.id, page: page(), for: .office)
            }

            #expect(try await service.positions.drawNextNotices())
            #expect(try await !service.positions.drawNextNotices())

            let done = try await service.positions.showNoticeBatch(batch.id, for: .office)
            #expect(done.status == .done && done.made == 2 && done.leftOut == 2 && done.expiresAt != nil)
            let first = try await service.positions.readNotices(of: batch.id, page: page(1), for: .office)
            let second = try await service.positions.readNotices(
                of: batch.id, page: page(1, after: first.next), for: .office)
            #expect((first.items + second.items).map(\.position) == [two.id, one.id] && second.next == nil)
            #expect(
                first.items.first?.outcome
                    == .drawn(noticeNumber: two.installments[0].noticeNumber, pdf: TestIntermediary.notice))
            let left = try await service.positions.listLeftOutNotices(of: batch.id, page: page(), for: .office)
            #expect(
                left.items.map(\.outcome) == [
                    .leftOut("The installment is draft."), .leftOut("The position does not exist."),
                ])
        }
    }

    @Test func `a filter selects what can be paid, oldest first`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let soon = try await test.create(test.draft("soon", due: "2030-01-31"), with: service)
            _ = try await test.create(test.draft("draft", isDraft: true, due: "2030-01-31"), with: service)
            _ = try await test.create(test.draft("later", due: "2030-02-01"), with: service)
            var filter = PositionFilter()
            filter.dueTo = try CalendarDate("2030-01-31")

            let batch = try await make(service, .filter(filter))
            #expect(batch.total == 1)
            #expect(try await service.positions.drawNextNotices())

            let notices = try await service.positions.readNotices(of: batch.id, page: page(), for: .office)
            #expect(notices.items.map(\.position) == [soon.id])
        }
    }

    @Test func `a batch that its process has left is continued by another, and the first one can write no more`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            var ids: [Identifier<Position>] = []
            for number in 0..<25 { ids.append(try await test.create(test.draft("\(number)"), with: service).id) }
            let batch = try await make(service, .positions(ids))
            let claimed = try await test.store.transaction(within: .everyCreditor) { tx in
                try await tx.claimNoticeBatch(leaseSeconds: 60)
            }
            let first = try #require(claimed)
            func record(_ numbers: ClosedRange<Int>) async throws {
                try await test.store.transaction(within: .everyCreditor) { tx in
                    try await tx.record(
                        numbers.map { NoticeBatchItem(number: $0, position: ids[$0 - 1], outcome: .leftOut("x")) },
                        of: first, leaseSeconds: 60, at: service.clock())
                }
            }
            try await record(1...10)
            #expect(try await !service.positions.drawNextNotices())
            // Its process is killed, and the lease ends.
            _ = try await test.pool.query("UPDATE notice_batches SET leased_until = now() - interval '1 second'")

            #expect(try await service.positions.drawNextNotices())

            let done = try await service.positions.showNoticeBatch(batch.id, for: .office)
            #expect(done.status == .done && done.made == 15 && done.leftOut == 10)
            await #expect(throws: NoticeBatchLost.self) { try await record(11...12) }
            #expect(try await service.positions.showNoticeBatch(batch.id, for: .office) == done)
        }
    }

    @Test func `a creditor has two unfinished batches at most, of its own only, and a revoked key fails its batch`()
        async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let stranger = Caller(
                key: APIKey(
                    id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
                    scopes: [.positionsWrite], creditors: [TestIntermediary.provincia],
                    createdAt: Instant(microseconds: 0)))
            await #expect(throws: Refusal.self) { _ = try await make(service, .filter(PositionFilter()), by: stranger) }
            let one = try await test.create(test.draft("one"), with: service)
            let batch = try await make(service, .positions([one.id]))
            _ = try await make(service, .filter(PositionFilter()))
            await #expect(throws: Refusal.tooManyNoticeBatches(maximum: 2)) {
                _ = try await make(service, .positions([one.id]))
            }
            _ = try await make(service, .positions([one.id]), of: TestIntermediary.provincia)
            await #expect(throws: Refusal.notFound) {
                _ = try await service.positions.showNoticeBatch(batch.id, for: stranger)
            }

            _ = try await test.pool.query("UPDATE api_keys SET revoked_at = now()")
            while try await service.positions.drawNextNotices() {}

            #expect(try await test.ask("SELECT DISTINCT status FROM notice_batches") == ["failed"])
            await #expect(throws: Refusal.noticesNotReady(.failed)) {
                _ = try await service.positions.readNotices(of: batch.id, page: page(), for: .office)
            }
        }
    }
}
