/// A payment that does not match the stored data and that an operator must review.
package struct Anomaly: Sendable, Equatable {
    package let id: Identifier<Anomaly>
    package let kind: AnomalyKind
    package let isOpen: Bool
    /// `nil` if the body is not readable as an RT, until an operator enters its content.
    package let receipt: Identifier<Receipt>?
    package let position: Identifier<Position>?
    /// `nil` if the body is unreadable and the value cannot be extracted.
    package let creditor: OrganizationTaxCode?
    /// `nil` if the body is unreadable and the value cannot be extracted.
    package let iuv: IUV?
    /// The PSP of the receipt, or the sender of an unreadable body.
    package let psp: PSPID?
    /// The amount paid; `nil` if the body is unreadable and the amount cannot be extracted.
    package let amount: Amount?
    /// Whether the receipt identifies the payer.
    package let isPayerKnown: Bool
    /// For a `receipt_conflict`: the body that is not in effect.
    package let conflictingBody: Identifier<RT>?
    package let openedAt: Instant
    /// `nil` while the anomaly is open.
    package let resolution: Resolution?
    /// While the receipt is in quarantine: the installment with the same IUV, if one was created later.
    package var candidate: MatchCandidate?
    /// Why an unreadable body is not readable: the first ten faults. Empty when retention has deleted the body.
    package var firstFaults: [Fault] = []

    package init(
        id: Identifier<Anomaly>, kind: AnomalyKind, isOpen: Bool, receipt: Identifier<Receipt>?,
        position: Identifier<Position>?, creditor: OrganizationTaxCode?, iuv: IUV?, psp: PSPID?, amount: Amount?,
        isPayerKnown: Bool, conflictingBody: Identifier<RT>? = nil, openedAt: Instant, resolution: Resolution? = nil
    ) {
        self.id = id
        self.kind = kind
        self.isOpen = isOpen
        self.receipt = receipt
        self.position = position
        self.creditor = creditor
        self.iuv = iuv
        self.psp = psp
        self.amount = amount
        self.isPayerKnown = isPayerKnown
        self.conflictingBody = conflictingBody
        self.openedAt = openedAt
        self.resolution = resolution
    }

    /// Creates an open anomaly of this receipt.
    package init(
        id: Identifier<Anomaly>, _ kind: AnomalyKind, of receipt: Receipt, on position: Identifier<Position>?,
        openedAt: Instant
    ) {
        self.init(
            id: id, kind: kind, isOpen: true, receipt: receipt.id, position: position, creditor: receipt.creditor,
            iuv: receipt.iuv, psp: receipt.psp?.id, amount: receipt.amount,
            isPayerKnown: receipt.payer?.namesSomebody ?? false, openedAt: openedAt)
    }
}

extension RTSubject {
    /// Whether the name or the tax code is known; an e-mail address alone does not identify a person.
    package var namesSomebody: Bool { taxCode != nil || fullName != nil }
}

/// The installment with the creditor and the IUV of a receipt in quarantine. An operator confirms that the payment belongs to it.
package struct MatchCandidate: Sendable, Equatable {
    package let position: Identifier<Position>
    package let installmentNumber: Int
    package let amount: Amount
    package let paidAt: Instant?
    /// The service generated the IUV at the time of the RT or later, so the payer may have intended to pay another debt.
    package let isIUVGenerated: Bool

    package init(
        position: Identifier<Position>, installmentNumber: Int, amount: Amount, paidAt: Instant?, isIUVGenerated: Bool
    ) {
        self.position = position
        self.installmentNumber = installmentNumber
        self.amount = amount
        self.paidAt = paidAt
        self.isIUVGenerated = isIUVGenerated
    }
}

package enum AnomalyKind: String, Sendable, CaseIterable {
    /// Another RT with the same key and different content was received.
    case receiptConflict = "receipt_conflict"
    case amountMismatch = "amount_mismatch"
    /// The PSP executed only a part of the payment.
    case partialPayment = "partial_payment"
    /// Pagamento duplicato: an earlier receipt has already paid this installment.
    case alreadyPaid = "already_paid"
    case positionCancelled = "position_cancelled"
    case positionExpired = "position_expired"
    case positionDraft = "position_draft"
    case unknownIUV = "unknown_iuv"
    case unknownCreditor = "unknown_creditor"
    /// A PSP sent a body that is not readable as an RT; the service stores the complete body.
    case unreadableRT = "unreadable_rt"
    /// The amounts, the outcome or the dates in the RT contradict each other.
    case contradictoryRT = "contradictory_rt"
    /// The transfers differ from those of the debt in beneficiary or amount.
    case unexpectedBeneficiary = "unexpected_beneficiary"

    package var detail: String {
        switch self {
        case .receiptConflict:
            "The same RT arrived again with different content. Both bodies are stored; the first one is in effect unless an operator accepts the second one."
        case .amountMismatch: "The amount paid is not the amount owed."
        case .partialPayment: "The PSP reports that only a part of the payment was executed."
        case .alreadyPaid: "Another receipt had already paid this installment: the payer has paid twice."
        case .positionCancelled: "The position had been cancelled when it was paid."
        case .positionExpired: "The installment was paid after its due date, which its debt type does not allow."
        case .positionDraft: "The position had not been published when it was paid."
        case .unknownIUV: "No position of this creditor has this IUV."
        case .unknownCreditor: "The creditor is not registered."
        case .unreadableRT:
            "A PSP sent a body that is not readable as an RT. The complete body is stored; the payment may have been executed."
        case .contradictoryRT: "The RT contradicts itself about the payment; see the notes of the receipt."
        case .unexpectedBeneficiary:
            "The transfers of the RT differ from those of the debt in beneficiary or amount."
        }
    }
}
