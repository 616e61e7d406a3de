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

    /// A counter payment pays exactly the amount owed, and not in the future.
    package func faults(paying installment: Installment, now: Instant) -> [Fault] {
        var faults: [Fault] = []
        if amount != installment.amount {
            faults.append(
                Fault("/amount_cents", .mismatch, "must be the amount owed, \(installment.amount.cents) cents"))
        }
        if paidAt > now.adding(seconds: RT.futureToleranceSeconds) {
            faults.append(Fault("/paid_at", .inTheFuture, "is in the future"))
        }
        return faults
    }

    /// The receipt of this payment. Its receipt ID is made of `id`, because a till has none.
    package func receipt(
        id: Identifier<Receipt>, for installment: Installment, of position: Position, creditor: Creditor,
        at now: Instant
    ) -> Receipt {
        Receipt(
            id: id, receiptID: "C" + id.withoutHyphens, origin: .counter, status: .settled, outcome: .executed,
            creditor: position.creditor, creditorName: creditor.name, position: position.id,
            installmentNumber: installment.number, attempt: nil, debtTypeKey: position.debtTypeKey,
            description: position.description, document: position.document, iuv: installment.iuv,
            noticeNumber: installment.noticeNumber, paymentContext: nil, amount: amount, fee: nil, paidAt: paidAt,
            psp: nil, method: nil,
            transfers: installment.transfers.enumerated().map { index, transfer in
                RTTransfer(
                    index: index + 1, creditor: transfer.creditor, iban: transfer.iban.value, amount: transfer.amount,
                    remittance: transfer.remittance)
            }, payer: nil, debtor: RTSubject(position.debtor), failureReason: nil, till: till, reference: reference,
            rtSHA256: nil, receivedAt: now)
    }
}
