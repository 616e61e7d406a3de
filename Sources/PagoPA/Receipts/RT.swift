/// Ricevuta telematica: the PSP's evidence of how a payment ended, as `RTReader` read it. Source: PagInf_RPT_RT 6.2 and `paSendRT`'s
/// receipt.
///
/// Receipt id, outcome, creditor, IUV, amount and instant decide. Every other member is for display: sanitized or left out where it
/// breaks a rule, with a note, because money that has moved is never refused for a misspelt name.
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
    package var psp: RTPSP
    package let method: PaymentMethod?
    package let paidAt: Instant
    package let transfers: [RTTransfer]
    package let payer: RTSubject?
    package let debtor: RTSubject?
    package let failureReason: String?
    package let syntax: RTSyntax
    package let time: Time
    /// Identificativi univoci riscossione of an official RT.
    package let collectionIDs: [String]
    /// How each single payment of an official RT ended, in the PSP's words.
    package let singleOutcomes: [String]
    package var notes: [RTNote]

    package init(
        receiptID: String, outcome: RTOutcome, creditor: OrganizationTaxCode, iuv: IUV, noticeNumber: NoticeNumber?,
        paymentContext: String?, attempt: Identifier<PaymentAttempt>?, amount: Amount, fee: Amount?, psp: RTPSP,
        method: PaymentMethod?, paidAt: Instant, transfers: [RTTransfer], payer: RTSubject?, debtor: RTSubject?,
        failureReason: String?, syntax: RTSyntax = .json, time: Time = .instant, collectionIDs: [String] = [],
        singleOutcomes: [String] = [],
        notes: [RTNote] = []
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
        self.syntax = syntax
        self.time = time
        self.collectionIDs = collectionIDs
        self.singleOutcomes = singleOutcomes
        self.notes = notes
    }

    /// A payment cannot have happened later than the clocks of honest systems differ.
    package static let futureToleranceSeconds = 3_600
    /// Value dates lie after the next holidays at most; what is told of a later time is a contradiction that people must look at.
    package static let futureLimitSeconds = 7 * 86_400
    /// Of `receiptID`, in Unicode scalars. Official RTs have room for 35: `officialID(_:)`.
    package static let maximumReceiptIDLength = 140

    /// How exactly the RT tells the time of the payment.
    package enum Time: Sendable, Equatable {
        case instant
        /// This day alone; `paidAt` is a moment of it, or before it when the value date lies after the document.
        case day(CalendarDate)
        /// Not at all: `paidAt` is when the document was written, which changes each time it is written anew.
        case document
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
