import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Records a payment at the creditor's counter. It counts like any other payment and appears in 'Archivio'.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.invalid`, `.installmentNotPayable`, `.paymentInProgress`.
    package func recordCounterPayment(
        _ payment: CounterPayment, on id: Identifier<Position>, by caller: Caller,
        demanding precondition: Precondition<PositionDetail> = .none, repeating: Repeating<Receipt>? = nil
    ) async throws -> Once<Receipt> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            guard let found = try await tx.ask(detail(of: id, within: caller.tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            try precondition.demand(found)
            let position = found.position
            let installment = try payable(payment, on: position, at: now)
            let (creditor, debtType) = try await tx.ask(
                Creditors.show(position.creditor, within: caller.tenancy),
                Creditors.debtType(position.debtTypeKey, of: position.creditor, within: caller.tenancy))
            guard let creditor, debtType != nil else { throw Refusal.notFound }
            let receipt = payment.receipt(
                id: newID(), for: installment, of: position, creditor: creditor, at: now)
            tx.insert(receipt, installment: installment.id)
            try tx.applyPayment(to: installment, of: position, paidAt: payment.paidAt, by: caller.actor, at: now)
            tx.journal(
                JournalEntry(
                    .counterPayment, by: caller.actor, creditor: position.creditor, position: id,
                    receipt: receipt.id), at: now)
            tx.insert(
                outbox.mails(
                    NotificationKind.counterPayment, about: receipt, toPayer: [], toDebtor: position.debtor.email,
                    in: creditor.languages.first ?? .it, at: now))
            return receipt
        }
    }

    private func payable(_ payment: CounterPayment, on position: Position, at now: Instant) throws -> Installment {
        guard let installment = position.installments.first(where: { $0.number == payment.installmentNumber }) else {
            throw Refusal.invalid([Fault("/installment", .unknownReference, "is not an installment of this position")])
        }
        let day = CalendarDate(romeDayOf: payment.paidAt)
        if let obstacle = position.obstacle(paying: installment, on: day, now: now) {
            throw Refusal(obstacle, pointer: "/installment")
        }
        let faults = payment.faults(paying: installment, now: now)
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        return installment
    }
}
