/// Ricevuta, quietanza: the stored record of a payment, which an RT or a counter payment reported.
package struct Receipt: Sendable, Equatable {
    package let id: Identifier<Receipt>
    /// Identificativo univoco riscossione (IUR): the PSP's own number of the payment.
    package let receiptID: String
    package let origin: ReceiptOrigin
    package let status: Disposition
    package let outcome: RTOutcome
    package let creditor: OrganizationTaxCode
    package let creditorName: String?
    package let position: Identifier<Position>?
    package let installmentNumber: Int?
    package let attempt: Identifier<PaymentAttempt>?
    package let debtTypeKey: String?
    package let description: String
    package let document: Document?
    package let iuv: IUV
    package let noticeNumber: NoticeNumber?
    package let paymentContext: String?
    package let amount: Amount
    package let fee: Amount?
    package let paidAt: Instant
    package let psp: RTPSP?
    package let method: PaymentMethod?
    package let transfers: [RTTransfer]
    package private(set) var payer: RTSubject?
    package private(set) var debtor: RTSubject?
    package let failureReason: String?
    package let till: String?
    package let reference: String?
    /// SHA-256 of the RT's bytes as received, in hex; absent for a counter payment.
    package let rtSHA256: String?
    package let receivedAt: Instant
    /// The installment of another creditor of which this creditor receives a share, if this receipt is a copy of its payment.
    package let copyOf: Identifier<Installment>?
    /// The irregularities of the RT.
    package let notes: [RTNote]
    package let voided: ReceiptVoid?
    /// The refunds of this receipt, oldest first.
    package let refunds: [Refund]
    /// The kinds of its open anomalies, without duplicates, sorted by name.
    package let reviewReasons: [AnomalyKind]
    /// The sender that signed the RT: the PSP itself or a relay. Only operators see it.
    package private(set) var sender: PSPID?
    /// The receipt that replaces this one, after an operator accepted another body of the same RT.
    package let supersededBy: Identifier<Receipt>?
    /// The receipt that this one replaces.
    package let supersedes: Identifier<Receipt>?

    package init(
        id: Identifier<Receipt>, receiptID: String, origin: ReceiptOrigin, status: Disposition, outcome: RTOutcome,
        creditor: OrganizationTaxCode, creditorName: String?, position: Identifier<Position>?, installmentNumber: Int?,
        attempt: Identifier<PaymentAttempt>?, debtTypeKey: String?, description: String, document: Document?, iuv: IUV,
        noticeNumber: NoticeNumber?, paymentContext: String?, amount: Amount, fee: Amount?, paidAt: Instant,
        psp: RTPSP?, method: PaymentMethod?, transfers: [RTTransfer], payer: RTSubject?, debtor: RTSubject?,
        failureReason: String?, till: String?, reference: String?, rtSHA256: String?, receivedAt: Instant,
        copyOf: Identifier<Installment>? = nil, notes: [RTNote] = [], voided: ReceiptVoid? = nil,
        refunds: [Refund] = [], reviewReasons: [AnomalyKind] = [], sender: PSPID? = nil,
        supersededBy: Identifier<Receipt>? = nil, supersedes: Identifier<Receipt>? = nil
    ) {
        self.id = id
        self.receiptID = receiptID
        self.origin = origin
        self.status = status
        self.outcome = outcome
        self.creditor = creditor
        self.creditorName = creditorName
        self.position = position
        self.installmentNumber = installmentNumber
        self.attempt = attempt
        self.debtTypeKey = debtTypeKey
        self.description = description
        self.document = document
        self.iuv = iuv
        self.noticeNumber = noticeNumber
        self.paymentContext = paymentContext
        self.amount = amount
        self.fee = fee
        self.paidAt = paidAt
        self.psp = psp
        self.method = method
        self.transfers = transfers
        self.payer = payer
        self.debtor = debtor
        self.failureReason = failureReason
        self.till = till
        self.reference = reference
        self.rtSHA256 = rtSHA256
        self.receivedAt = receivedAt
        self.copyOf = copyOf
        self.notes = notes
        self.voided = voided
        self.refunds = refunds
        self.reviewReasons = reviewReasons
        self.sender = sender
        self.supersededBy = supersededBy
        self.supersedes = supersedes
    }

    /// The relay that sent the RT for its PSP; `nil` if the PSP sent it itself.
    package var relay: PSPID? { sender == psp?.id ? nil : sender }

    /// A copy of this receipt without the sender.
    package var withoutSender: Receipt {
        var copy = self
        copy.sender = nil
        return copy
    }

    /// A copy of this receipt with only the kind and the code of payer and debtor.
    package var withoutContactData: Receipt {
        var copy = self
        copy.payer = payer?.withoutContactData
        copy.debtor = debtor?.withoutContactData
        return copy
    }

    /// Whether an operator replaced this receipt with another body of the same RT.
    package var isReplaced: Bool { supersededBy != nil }

    /// Whether a PDF exists: it certifies a payment for a known position, or states that the payment was voided.
    package var hasPDF: Bool { Self.hasPDF(outcome, status, hasPosition: position != nil) }

    static func hasPDF(_ outcome: RTOutcome, _ status: Disposition, hasPosition: Bool) -> Bool {
        guard outcome.movedMoney else { return false }
        switch status {
        case .settled, .anomaly, .voided: return hasPosition
        case .recorded, .quarantined: return false
        }
    }
}

package enum ReceiptOrigin: String, Sendable, CaseIterable {
    case pagopa
    case counter
    case file
    case reporting
}

extension RTSubject {
    fileprivate var withoutContactData: RTSubject {
        RTSubject(kind: kind, taxCode: taxCode, fullName: nil, email: nil)
    }
}
