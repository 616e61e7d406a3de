import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Voids a counter payment that was recorded by mistake. The receipt remains, marked as voided, and the installment is owed again.
    /// Repeating the request is a no-op.
    /// - Throws: `Refusal.notFound` for a receipt of another position, `.voidNotPossible`.
    package func voidCounterPayment(
        _ id: Identifier<Receipt>, on position: Identifier<Position>, reason: String, by caller: Caller,
        repeating: Repeating<Receipt>? = nil
    ) async throws -> Once<Receipt> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            // Lock in this order everywhere, to avoid deadlocks: position, receipt.
            let found = try await tx.ask(Positions.show(position, within: caller.tenancy, locking: true))
            guard let position = found, try await tx.lock(id) != nil,
                let receipt = try await tx.ask(Receipts.show(id, within: caller.tenancy)),
                receipt.position == position.id
            else { throw Refusal.notFound }
            if let why = receipt.obstacleToVoid { throw Refusal.voidNotPossible(why) }
            if receipt.voided != nil { return receipt }
            guard receipt.status == .settled,
                let installment = position.installments.first(where: { $0.number == receipt.installmentNumber }),
                let next = position.state.after(position.event(voiding: installment.id), wasPublished: true)
            else { throw Refusal.voidNotPossible("The receipt does not pay an installment of this position.") }
            tx.void(id, ReceiptVoid(at: now, reason: reason), by: caller.actor)
            tx.unpay(installment, of: position, becoming: next, at: now)
            tx.journal(
                JournalEntry(
                    .counterPaymentVoided, by: caller.actor, creditor: position.creditor, position: position.id,
                    receipt: id, from: receipt.status.rawValue, to: Disposition.voided.rawValue, note: reason), at: now)
            tx.journal(
                JournalEntry(
                    .positionState, by: caller.actor, creditor: position.creditor, position: position.id,
                    from: position.state.rawValue, to: next.rawValue), at: now)
            if next == .open { tx.reopenAlternatives(of: position, by: caller.actor, at: now) }
            guard let voided = try await tx.ask(Receipts.show(id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return voided
        }
    }
}
