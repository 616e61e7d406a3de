import PagoPA
import Requests
import Storage

extension Transaction {
    /// Applies a payment to its position, for RTs and counter payments alike.
    /// - Parameter writtenOff: the part of the installment that was not paid and is no longer owed.
    func applyPayment(
        to installment: Installment, of position: Position, paidAt: Instant, writtenOff: Amount = .zero,
        by actor: Actor, at now: Instant
    ) throws {
        let event = position.event(paying: installment.id)
        guard let next = position.state.after(event, wasPublished: true) else {
            throw Refusal.installmentNotPayable(.paid, pointer: "")
        }
        pay(installment, of: position, becoming: next, paidAt: paidAt, writtenOff: writtenOff, at: now)
        journal(
            JournalEntry(
                .positionState, by: actor, creditor: position.creditor, position: position.id,
                from: position.state.rawValue, to: next.rawValue), at: now)
        closeAlternatives(of: position, by: actor, at: now)
    }
}
