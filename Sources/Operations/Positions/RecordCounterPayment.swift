import Accounts
import PagoPA
import Requests
import Storage

/// A payment at the creditor's counter, as the till reports it.
package struct CounterPayment: Sendable, Equatable {
    package let installmentNumber: Int
    package let amount: Amount
    package let paidAt: Instant
    package let till: String
    package let reference: String

    package init(installmentNumber: Int, amount: Amount, paidAt: Instant, till: String, reference: String) {
        self.installmentNumber = installmentNumber
        self.amount = amount
        self.paidAt = paidAt
        self.till = till
        self.reference = reference
    }
}

extension Intermediary {
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
            let receipt = receipt(of: payment, for: installment, of: position, creditor: creditor, at: now)
            tx.insert(receipt, installment: installment.id)
            try pay(installment, of: position, paidAt: payment.paidAt, by: caller.actor, in: tx, at: now)
            tx.journal(
                JournalEntry(
                    .counterPayment, by: caller.actor, creditor: position.creditor, position: id,
                    receipt: receipt.id), at: now)
            tx.insert(
                mails(
                    .receiptReady, about: receipt, toPayer: [], toDebtor: position.debtor.email,
                    in: creditor.languages.first ?? .it, at: now))
            return receipt
        }
    }

    private func payable(_ payment: CounterPayment, on position: Position, at now: Instant) throws -> Installment {
        guard let installment = position.installments.first(where: { $0.number == payment.installmentNumber }) else {
            throw Refusal.invalid([Fault("/installment", .unknownReference, "is not an installment of this position")])
        }
        let status = position.status(of: installment, today: CalendarDate(romeDayOf: payment.paidAt))
        guard status == .open else { throw Refusal.installmentNotPayable(status, pointer: "/installment") }
        guard !position.isPaymentBlocked else {
            throw Refusal.positionUnderReview(position.reviewReasons, pointer: "/installment")
        }
        if let until = installment.heldUntil ?? position.alternativeHeldUntil {
            throw Refusal.paymentInProgress(secondsLeft: max(0, now.seconds(until: until)))
        }
        var faults: [Fault] = []
        if payment.amount != installment.amount {
            faults.append(
                Fault("/amount_cents", .mismatch, "must be the amount owed, \(installment.amount.cents) cents"))
        }
        if payment.paidAt > now.adding(seconds: RT.futureToleranceSeconds) {
            faults.append(Fault("/paid_at", .inTheFuture, "is in the future"))
        }
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        return installment
    }

    private func receipt(
        of payment: CounterPayment, for installment: Installment, of position: Position, creditor: Creditor,
        at now: Instant
    ) -> Receipt {
        let id: Identifier<Receipt> = newID()
        return Receipt(
            id: id, receiptID: "C" + id.description.replacing("-", with: ""), origin: .counter, status: .settled,
            outcome: .executed, creditor: position.creditor, creditorName: creditor.name, position: position.id,
            installmentNumber: installment.number, attempt: nil, debtTypeKey: position.debtTypeKey,
            description: position.description, document: position.document, iuv: installment.iuv,
            noticeNumber: installment.noticeNumber, paymentContext: nil, amount: payment.amount, fee: nil,
            paidAt: payment.paidAt, psp: nil, method: nil,
            transfers: installment.transfers.enumerated().map { index, transfer in
                RTTransfer(
                    index: index + 1, creditor: transfer.creditor, iban: transfer.iban.value, amount: transfer.amount,
                    remittance: transfer.remittance)
            }, payer: nil, debtor: RTSubject(position.debtor), failureReason: nil, till: payment.till,
            reference: payment.reference, rtSHA256: nil, receivedAt: now)
    }

    /// Applies a payment to its position, for RTs and counter payments alike.
    /// - Parameter writtenOff: the part of the installment that was not paid and is no longer owed.
    func pay(
        _ installment: Installment, of position: Position, paidAt: Instant, writtenOff: Amount = .zero,
        by actor: Actor, in tx: Transaction, at now: Instant
    ) throws {
        let event = position.event(paying: installment.id)
        guard let next = position.state.after(event, wasPublished: true) else {
            throw Refusal.installmentNotPayable(.paid, pointer: "")
        }
        tx.pay(installment, of: position, becoming: next, paidAt: paidAt, writtenOff: writtenOff, at: now)
        tx.journal(
            JournalEntry(
                .positionState, by: actor, creditor: position.creditor, position: position.id,
                from: position.state.rawValue, to: next.rawValue), at: now)
        tx.closeAlternatives(of: position, by: actor, at: now)
    }
}

extension RTSubject {
    init(_ debtor: Debtor) {
        self.init(kind: debtor.kind, taxCode: debtor.taxCode.value, fullName: debtor.fullName, email: debtor.email)
    }
}
