/// Ricevuta telematica: the PSP's evidence of the outcome of a payment, as `RTReader` parsed it. Source: PagInf_RPT_RT 6.2 and
/// the receipt of `paSendRT`.
///
/// Receipt id, outcome, creditor, IUV, amount and instant are required. All other members are for display: `RTReader` sanitizes
/// an invalid one or omits it, with a note, because the service must not reject an executed payment for a misspelt name.
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
    /// The outcome of each single payment of an official RT, in the PSP's words.
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

    /// The maximum difference between the clocks of correctly configured systems. A payment with a later time is in the future.
    package static let futureToleranceSeconds = 3_600
    /// A value date is at most a few days ahead because of holidays; a later time is a contradiction that an operator must
    /// review.
    package static let futureLimitSeconds = 7 * 86_400
    /// The maximum length of `receiptID`, in Unicode scalars. Official RTs allow only 35: `officialID(_:)`.
    package static let maximumReceiptIDLength = 140

    /// The precision of the time of the payment in the RT.
    package enum Time: Sendable, Equatable {
        case instant
        /// Only the day is known; `paidAt` is an instant on this day, or before it if the value date is later than the document.
        case day(CalendarDate)
        /// The time is unknown: `paidAt` is the time of the document, which differs each time the PSP writes the document again.
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

    /// The values of the newer interface.
    package var word: String { movedMoney ? "OK" : "KO" }
}

/// Istituto attestante and its channel, as written in the RT.
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
    /// From 1 to 5, as in the payment.
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

/// Soggetto versante or pagatore, as written in the RT.
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
