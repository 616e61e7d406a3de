import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Publishes, cancels or restores a position. Repeating an event is a no-op.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.positionNotEditable`, `.paymentInProgress`.
    package func move(
        _ id: Identifier<Position>, _ event: PositionEvent, by caller: Caller,
        demanding precondition: Precondition<PositionDetail> = .none,
        repeating: Repeating<PositionDetail>? = nil
    ) async throws -> Once<PositionDetail> {
        let moved = try await once(repeating, within: caller.tenancy) { tx, now in
            guard let found = try await tx.ask(detail(of: id, within: caller.tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            try precondition.demand(found)
            return try await move(found, event, by: caller, in: tx, at: now)
        }
        // Waiting receipts settle when the position is published, not while it is a draft.
        if event == .publish, case .done(let detail) = moved {
            await receipts.settleQuarantine(for: detail.position, detail.position.installments)
        }
        return moved
    }

    /// - Parameter found: locked.
    func move(
        _ found: PositionDetail, _ event: PositionEvent, by caller: Caller, in tx: Transaction, at now: Instant
    ) async throws -> PositionDetail {
        let position = found.position
        guard let next = position.state.after(event, wasPublished: position.publishedAt != nil) else {
            throw Refusal.positionNotEditable(position.status(today: CalendarDate(romeDayOf: now)))
        }
        guard next != position.state else { return found }
        if let secondsLeft = position.secondsReserved(now: now) {
            throw Refusal.paymentInProgress(secondsLeft: secondsLeft)
        }
        tx.setState(next, of: position, at: now)
        tx.journal(
            JournalEntry(
                .positionState, by: caller.actor, creditor: position.creditor, position: position.id,
                from: position.state.rawValue, to: next.rawValue), at: now)
        guard let moved = try await tx.ask(Positions.show(position.id, within: caller.tenancy)) else {
            throw Refusal.notFound
        }
        return PositionDetail(position: moved, attempts: found.attempts, receipts: found.receipts)
    }
}
