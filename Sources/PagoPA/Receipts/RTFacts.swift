import Text

/// The origin of an RT.
package struct RTOrigin: Sendable {
    package let receipt: ReceiptOrigin
    package let actor: Actor
    /// The reason that an operator gave when entering the RT; for the journal.
    package let reason: String?

    package init(receipt: ReceiptOrigin, actor: Actor, reason: String?) {
        self.receipt = receipt
        self.actor = actor
        self.reason = reason
    }
}

/// All facts that determine how an RT is stored.
package struct RTFacts: Sendable {
    package let rt: RT
    package let body: RTBody
    package let origin: RTOrigin
    package let position: Position?
    package let installment: Installment?
    package let copyOf: Identifier<Installment>?
    package let attempt: PaymentAttempt?
    package let settlement: Settlement
    package let creditor: Creditor?
    /// When the body arrived. It is earlier than `now` if an operator accepts the body later.
    package let arrivedAt: Instant
    package let now: Instant

    /// - Parameter share: the share of another creditor's installment that the RT may report.
    package init(
        rt: RT, body: RTBody, origin: RTOrigin, position: Position?, installment: Installment?, share: Share?,
        attempt: PaymentAttempt?, settlement: Settlement, creditor: Creditor?, arrivedAt: Instant, now: Instant
    ) {
        self.rt = rt
        self.body = body
        self.origin = origin
        self.position = position
        self.installment = installment
        self.copyOf = installment == nil && rt.outcome.movedMoney ? share?.installment : nil
        self.attempt = attempt
        self.settlement = settlement
        self.creditor = creditor
        self.arrivedAt = arrivedAt
        self.now = now
    }

    /// Whether the attempt is still open and this RT is the first to report that the installment was not paid.
    package var isFirstRefusal: Bool {
        guard let attempt, !attempt.status.isFinal, settlement.itemOutcome == .failed else { return false }
        return attempt.items.contains { $0.installment == installment?.id && $0.outcome == .pending }
    }

    /// The remittance text of the transfer to the RT's creditor.
    private var remittance: String? {
        (rt.transfers.first { $0.creditor == rt.creditor } ?? rt.transfers.first)?.remittance
    }

    /// The receipt of the RT. What the RT omits comes from the position and the attempt.
    package func receipt(id: Identifier<Receipt>) -> Receipt {
        Receipt(
            id: id, receiptID: rt.receiptID, origin: origin.receipt, status: settlement.disposition,
            outcome: rt.outcome,
            creditor: rt.creditor, creditorName: creditor?.name, position: position?.id,
            installmentNumber: installment?.number, attempt: attempt?.id, debtTypeKey: position?.debtTypeKey,
            description: position?.description ?? remittance ?? "Pagamento \(rt.iuv)",
            document: position?.document, iuv: rt.iuv, noticeNumber: rt.noticeNumber ?? installment?.noticeNumber,
            paymentContext: rt.paymentContext, amount: rt.amount, fee: rt.fee, paidAt: rt.paidAt, psp: rt.psp,
            method: rt.method ?? attempt?.method, transfers: rt.transfers,
            payer: rt.payer ?? attempt?.payer.map(RTSubject.init),
            debtor: position.map { RTSubject($0.debtor) } ?? rt.debtor, failureReason: rt.failureReason, till: nil,
            reference: nil, rtSHA256: Hex.encode(body.sha256), receivedAt: arrivedAt, copyOf: copyOf,
            notes: rt.notes)
    }
}

extension RTSubject {
    package init(_ debtor: Debtor) {
        self.init(kind: debtor.kind, taxCode: debtor.taxCode.value, fullName: debtor.fullName, email: debtor.email)
    }

    package init(_ payer: Payer) {
        self.init(kind: payer.kind, taxCode: payer.taxCode.value, fullName: payer.fullName, email: payer.email)
    }
}
