/// Something about money that a person must look at.
package struct Anomaly: Sendable, Equatable {
    package let id: Identifier<Anomaly>
    package let kind: AnomalyKind
    package let isOpen: Bool
    /// `nil` for a body that is not readable as an RT, until a person enters what it says.
    package let receipt: Identifier<Receipt>?
    package let position: Identifier<Position>?
    /// `nil` if the body is unreadable and does not say it.
    package let creditor: OrganizationTaxCode?
    /// `nil` if the body is unreadable and does not say it.
    package let iuv: IUV?
    /// The PSP of the receipt, or the sender of an unreadable body.
    package let psp: PSPID?
    /// What was paid; `nil` if the body is unreadable and does not say it.
    package let amount: Amount?
    /// Whether the receipt names who paid.
    package let isPayerKnown: Bool
    /// Of a `receipt_conflict`: the body that does not count.
    package let conflictingBody: Identifier<RT>?
    package let openedAt: Instant
    /// `nil` while it is open.
    package let resolution: Resolution?
    /// While the receipt is in quarantine: the installment with its IUV that has appeared, if there is one.
    package var candidate: MatchCandidate?

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

    /// A new anomaly of this receipt, open.
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
    /// Whether it says who they are: an address alone does not.
    package var namesSomebody: Bool { taxCode != nil || fullName != nil }
}

/// The installment that bears the creditor and the IUV of a receipt in quarantine. A person confirms that the money belongs to it.
package struct MatchCandidate: Sendable, Equatable {
    package let position: Identifier<Position>
    package let installmentNumber: Int
    package let amount: Amount
    package let paidAt: Instant?
    /// The service generated the IUV after the RT or at the same moment, so the payer may have meant another debt.
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
    /// The same RT key came again with other content.
    case receiptConflict = "receipt_conflict"
    case amountMismatch = "amount_mismatch"
    /// The PSP executed the payment in part only.
    case partialPayment = "partial_payment"
    /// Pagamento duplicato: another receipt paid this installment before.
    case alreadyPaid = "already_paid"
    case positionCancelled = "position_cancelled"
    case positionExpired = "position_expired"
    case positionDraft = "position_draft"
    case unknownIUV = "unknown_iuv"
    case unknownCreditor = "unknown_creditor"
    /// A PSP sent a body that is not readable as an RT; it is stored whole.
    case unreadableRT = "unreadable_rt"
    /// The RT contradicts itself about money.
    case contradictoryRT = "contradictory_rt"
    /// The money went to other bodies, or in other parts, than the debt says.
    case unexpectedBeneficiary = "unexpected_beneficiary"

    package var detail: String {
        switch self {
        case .receiptConflict:
            "The same RT arrived again with other content. Both bodies are kept; the first one counts unless an operator accepts the second one."
        case .amountMismatch: "The amount paid is not the amount owed."
        case .partialPayment: "The PSP reports that the payment was executed in part only."
        case .alreadyPaid: "Another receipt had paid this installment before: the payer has paid twice."
        case .positionCancelled: "The position had been cancelled when it was paid."
        case .positionExpired: "The installment was paid after its due date, which its debt type does not allow."
        case .positionDraft: "The position had not been published when it was paid."
        case .unknownIUV: "No position of this creditor bears this IUV."
        case .unknownCreditor: "The creditor is not one of ours."
        case .unreadableRT: "A PSP sent a body that is not readable as an RT. It is stored whole; money may have moved."
        case .contradictoryRT: "The RT contradicts itself about money; the notes of the receipt say where."
        case .unexpectedBeneficiary:
            "The transfers of the RT go to other bodies, or in other parts, than the debt says."
        }
    }
}
