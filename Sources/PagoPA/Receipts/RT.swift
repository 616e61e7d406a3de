/// Ricevuta telematica: the PSP's evidence of how a payment ended, read at the door. Source: PagInf_RPT_RT 6.2 and `paSendRT`'s receipt.
///
/// Descriptive fields stay plain bounded text, because the node itself is not strict about them and money that has moved is
/// never refused for a misspelt name.
package struct RT: Sendable, Equatable {
    package let receiptID: String
    package let outcome: RTOutcome
    package let creditor: OrganizationTaxCode
    package let iuv: IUV
    package let noticeNumber: NoticeNumber?
    package let paymentContext: String?
    package let attempt: Identifier<PaymentAttempt>?
    package let amount: Amount
    package let fee: Amount?
    package let psp: RTPSP
    package let method: PaymentMethod?
    package let paidAt: Instant
    package let transfers: [RTTransfer]
    package let payer: RTSubject?
    package let debtor: RTSubject?
    package let failureReason: String?

    package init(
        receiptID: String, outcome: RTOutcome, creditor: OrganizationTaxCode, iuv: IUV, noticeNumber: NoticeNumber?,
        paymentContext: String?, attempt: Identifier<PaymentAttempt>?, amount: Amount, fee: Amount?, psp: RTPSP,
        method: PaymentMethod?, paidAt: Instant, transfers: [RTTransfer], payer: RTSubject?, debtor: RTSubject?,
        failureReason: String?
    ) {
        self.receiptID = receiptID
        self.outcome = outcome
        self.creditor = creditor
        self.iuv = iuv
        self.noticeNumber = noticeNumber
        self.paymentContext = paymentContext
        self.attempt = attempt
        self.amount = amount
        self.fee = fee
        self.psp = psp
        self.method = method
        self.paidAt = paidAt
        self.transfers = transfers
        self.payer = payer
        self.debtor = debtor
        self.failureReason = failureReason
    }

    /// A payment can not have happened later than the clocks of honest systems differ.
    package static let futureToleranceSeconds = 3_600

    /// Where the document contradicts itself.
    package func faults(receivedAt: Instant) -> [Fault] {
        var faults: [Fault] = []
        if outcome.movedMoney, amount == .zero {
            faults.append(Fault("/amount_cents", "must be at least 1 when money was paid"))
        }
        if outcome.movedMoney, transfers.isEmpty {
            faults.append(Fault("/transfers", "must hold 1 to 5 transfers when money was paid"))
        }
        let parts = Amount.cents(of: transfers.map(\.amount))
        if !transfers.isEmpty, parts != amount.cents {
            faults.append(Fault("/transfers", "add up to \(parts) cents, amount_cents is \(amount.cents)"))
        }
        var seen: Set<Int> = []
        for (position, transfer) in transfers.enumerated() where !seen.insert(transfer.index).inserted {
            faults.append(Fault("/transfers/\(position)/index", "is given to another transfer"))
        }
        if let noticeNumber, noticeNumber.iuv != iuv {
            faults.append(Fault("/iuv", "is not the IUV of notice_number"))
        }
        if paidAt > receivedAt.adding(seconds: Self.futureToleranceSeconds) {
            faults.append(Fault("/paid_at", "lies in the future"))
        }
        return faults
    }
}

/// codiceEsitoPagamento.
package enum RTOutcome: Int, Sendable, CaseIterable {
    case executed = 0
    case notExecuted = 1
    case partlyExecuted = 2
    case timePassed = 3
    case timePassedPartlyExecuted = 4

    package var movedMoney: Bool {
        switch self {
        case .executed, .partlyExecuted, .timePassedPartlyExecuted: true
        case .notExecuted, .timePassed: false
        }
    }

    package var isPartial: Bool {
        switch self {
        case .partlyExecuted, .timePassedPartlyExecuted: true
        case .executed, .notExecuted, .timePassed: false
        }
    }

    /// The words of the newer interface.
    package var word: String { movedMoney ? "OK" : "KO" }
}

/// Istituto attestante and its channel, as the RT names them.
package struct RTPSP: Sendable, Equatable {
    package let id: PSPID
    package let businessName: String
    package let taxCode: String?
    package let channel: String?

    package init(id: PSPID, businessName: String, taxCode: String?, channel: String?) {
        self.id = id
        self.businessName = businessName
        self.taxCode = taxCode
        self.channel = channel
    }
}

package struct RTTransfer: Sendable, Equatable {
    /// 1…5, as in the payment.
    package let index: Int
    package let creditor: OrganizationTaxCode
    package let iban: String?
    package let amount: Amount
    package let remittance: String?

    package init(index: Int, creditor: OrganizationTaxCode, iban: String?, amount: Amount, remittance: String?) {
        self.index = index
        self.creditor = creditor
        self.iban = iban
        self.amount = amount
        self.remittance = remittance
    }
}

/// Soggetto versante or pagatore as the RT names it.
package struct RTSubject: Sendable, Equatable {
    package let kind: SubjectKind?
    package let taxCode: String?
    package let fullName: String?
    package let email: EmailAddress?

    package init(kind: SubjectKind?, taxCode: String?, fullName: String?, email: EmailAddress?) {
        self.kind = kind
        self.taxCode = taxCode
        self.fullName = fullName
        self.email = email
    }
}
