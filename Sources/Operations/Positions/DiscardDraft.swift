import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Deletes a draft that was never published. Its external ID can be used again, its notice numbers cannot.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.positionNotDeletable`.
    package func discardDraft(
        _ id: Identifier<Position>, by caller: Caller, demanding precondition: Precondition<PositionDetail> = .none
    ) async throws {
        let now = clock()
        try await store.transaction(within: caller.tenancy) { tx in
            guard let found = try await tx.ask(detail(of: id, within: caller.tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            try precondition.demand(found)
            let position = found.position
            guard position.state == .draft, position.publishedAt == nil else {
                let status = position.status(today: CalendarDate(romeDayOf: now))
                throw Refusal.positionNotDeletable(
                    position.state == .draft
                        ? "The position was published before." : "The position is \(status.rawValue).")
            }
            guard try await tx.ask(Positions.discardDraft(id)) else {
                throw Refusal.positionNotDeletable("A payment or an e-mail refers to the position.")
            }
            tx.journal(
                JournalEntry(
                    .positionDeleted, by: caller.actor, creditor: position.creditor, position: id,
                    from: position.state.rawValue), at: now)
        }
    }
}
