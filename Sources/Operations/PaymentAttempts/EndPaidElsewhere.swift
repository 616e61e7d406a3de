import PagoPA
import Storage

extension Intermediary {
    /// An installment is paid: the open attempts that still hold it, which are of another PSP or another channel, end, and what else they
    /// hold can be paid again. Called after the payment is queued, with the position locked.
    /// - Parameter own: the attempt that paid, as it was before.
    func endAttempts(
        holding installment: Installment, of position: Position, paidBy own: PaymentAttempt?, by actor: Actor,
        in tx: Transaction, at now: Instant
    ) async throws {
        // An installment has one holder at a time (`attempt_items_one_open_attempt`).
        guard installment.heldUntil != nil, own?.holds(installment.id) != true else { return }
        tx.widen(to: position.creditor)
        for attempt in try await tx.ask(PaymentAttempts.lock(holding: installment.id)) {
            tx.setOutcome(.paidElsewhere, of: installment.id, in: attempt.id)
            guard let next = attempt.status.after(attempt.event(ending: .paidElsewhere)) else { continue }
            tx.setStatus(next, of: attempt.id, at: now)
            journal(attempt, from: attempt.status, to: next, by: actor, in: tx, at: now)
        }
    }
}
