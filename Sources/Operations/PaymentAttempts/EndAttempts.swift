import PagoPA
import Storage

extension Transaction {
    /// Ends the open attempts that still reserve a paid installment, because it was paid through another PSP or channel. Their other
    /// installments can be paid again. Call this after the payment is queued, with the position locked.
    /// - Parameter own: the attempt that paid, in its state before the payment.
    func endAttempts(
        holding installment: Installment, of position: Position, paidBy own: PaymentAttempt?, by actor: Actor,
        at now: Instant
    ) async throws {
        // Only one open attempt can reserve an installment (`attempt_items_one_open_attempt`).
        guard installment.heldUntil != nil, own?.holds(installment.id) != true else { return }
        widen(to: position.creditor)
        for attempt in try await ask(PaymentAttempts.lock(holding: installment.id)) {
            guard let next = attempt.status.after(attempt.event(ending: .paidElsewhere)) else {
                setOutcome(.paidElsewhere, of: installment.id, in: attempt.id)
                continue
            }
            setStatus(next, of: attempt.id, item: (.paidElsewhere, installment.id), at: now)
            journal(attempt, from: attempt.status, to: next, by: actor, at: now)
        }
    }

    func journal(
        _ attempt: PaymentAttempt, from: AttemptStatus, to: AttemptStatus, by actor: Actor,
        at now: Instant
    ) {
        journal(
            JournalEntry(
                .attemptState, by: actor, creditor: attempt.creditor, attempt: attempt.id, from: from.rawValue,
                to: to.rawValue), at: now)
    }
}
