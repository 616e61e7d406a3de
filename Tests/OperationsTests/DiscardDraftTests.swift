import Accounts
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Testing

@testable import Storage

/// Drafts that are deleted, and positions that stay as a record.
@Suite(.serialized) struct DiscardDraftTests {
    private static let stranger = Caller(
        key: APIKey(
            id: Caller.office.key.id, name: "other", kind: .creditor, prefix: "qz_other",
            scopes: [.positionsRead, .positionsWrite], creditors: [TestIntermediary.provincia],
            createdAt: Instant(microseconds: 0)))

    @Test func `a draft is deleted with its parts, and its external id is free again`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let draft = try await test.create(test.draft("d", cents: [1, 2], isDraft: true), with: service)
            await #expect(throws: Refusal.notFound) {
                try await service.positions.discardDraft(draft.id, by: Self.stranger)
            }
            let detail = try await service.positions.show(draft.id, for: .office)
            await #expect(throws: Refusal.preconditionFailed) {
                try await service.positions.discardDraft(
                    draft.id, by: .office, demanding: Precondition(.failed, on: detail))
            }

            try await service.positions.discardDraft(draft.id, by: .office)

            await #expect(throws: Refusal.notFound) { try await service.positions.discardDraft(draft.id, by: .office) }
            #expect(
                try await test.ask(
                    """
                    SELECT (SELECT count(*) FROM positions) || ' ' || (SELECT count(*) FROM installments) || ' '
                        || (SELECT count(*) FROM transfers)
                    """) == ["0 0 0"])
            #expect(
                try await test.ask("SELECT from_state FROM journal WHERE kind = 'position_deleted'") == ["draft"])
            let again = try await test.create(test.draft("d", cents: [1, 2]), with: service)
            let numbers = Set(draft.installments.map(\.iuv))
            #expect(numbers.isDisjoint(with: again.installments.map(\.iuv)), "numbers are not used twice")
        }
    }

    @Test func `a position that was published, or to which money refers, is not deleted`() async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let open = try await test.create(test.draft("open"), with: service)
            let restored = try await test.create(test.draft("restored", isDraft: true), with: service)
            let cancelled = try await test.create(test.draft("cancelled", isDraft: true), with: service)
            _ = try await service.positions.move(cancelled.id, .cancel, by: .office)
            let paid = try await test.create(test.draft("paid", isDraft: true), with: service)
            try await test.receive(TestIntermediary.rt("R-1", iuv: paid.installments[0].iuv), with: service)
            for (position, why) in [
                (open, "The position is open."), (cancelled, "The position is cancelled."),
                (paid, "A payment or an e-mail refers to the position."),
            ] {
                await #expect(throws: Refusal.positionNotDeletable(why)) {
                    try await service.positions.discardDraft(position.id, by: .office)
                }
            }
            // A cancelled draft that is restored was never published.
            _ = try await service.positions.move(restored.id, .cancel, by: .office)
            _ = try await service.positions.move(restored.id, .restore, by: .office)
            try await service.positions.discardDraft(restored.id, by: .office)
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["3"])
        }
    }

    @Test func `the role of the service deletes drafts only through the function, and only its tenant's`() async throws
    {
        try await TestIntermediary.with { test in
            try await test.seed()
            let service = try test.instance()
            let draft = try await test.create(test.draft("d", isDraft: true), with: service)
            for tenancy in [
                Tenancy.only([TestIntermediary.provincia]), .citizen(draft.debtor.taxCode), .psp(TestIntermediary.psp),
            ] {
                let deleted = try await test.store.transaction(within: tenancy) { tx in
                    try await tx.ask(Positions.discardDraft(draft.id))
                }
                #expect(!deleted, "\(tenancy)")
            }
        }
    }
}
