/// The syntaxes of RTs. `RTReader` reads both by the same rules.
package enum RTSyntax: String, Sendable, CaseIterable {
    case json = "application/json"
    /// PagInf_RPT_RT 6.2.
    case xml = "application/xml"
}

/// The members of an RT before validation: the output of the parser of one syntax and the input of `RTReader`.
package struct RTStatement: Sendable {
    package enum Value: Sendable, Equatable {
        case absent
        case null
        case text(String)
        /// A number as its original text.
        case number(String)
        /// A value that is neither text nor number, such as `an object`.
        case other(String)
    }

    package struct Member: Sendable, Equatable {
        package let pointer: String
        package let value: Value

        package init(_ pointer: String, _ value: Value) {
            self.pointer = pointer
            self.value = value
        }
    }

    package struct Transfer: Sendable {
        package let pointer: String
        /// `nil` if the syntax numbers transfers by their order.
        package let index: Member?
        package let creditor: Member
        package let amount: Member
        package let iban: Member
        package let remittance: Member
        /// The day of payment.
        package let valueDate: Member

        package init(
            pointer: String, index: Member?, creditor: Member, amount: Member, iban: Member, remittance: Member,
            valueDate: Member
        ) {
            self.pointer = pointer
            self.index = index
            self.creditor = creditor
            self.amount = amount
            self.iban = iban
            self.remittance = remittance
            self.valueDate = valueDate
        }
    }

    package struct Subject: Sendable {
        package let kind: Member
        package let taxCode: Member
        package let fullName: Member
        package let email: Member

        package init(kind: Member, taxCode: Member, fullName: Member, email: Member) {
            self.kind = kind
            self.taxCode = taxCode
            self.fullName = fullName
            self.email = email
        }
    }

    package struct PSP: Sendable {
        /// `nil` if the syntax has no such member; then the sender is the PSP.
        package let id: Member?
        package let businessName: Member
        package let taxCode: Member
        package let channel: Member

        package init(id: Member?, businessName: Member, taxCode: Member, channel: Member) {
            self.id = id
            self.businessName = businessName
            self.taxCode = taxCode
            self.channel = channel
        }
    }

    package let syntax: RTSyntax
    package let receiptID: Member
    package let outcome: Member
    package let outcomeCode: Member
    package let creditor: Member
    package let iuv: Member
    package let noticeNumber: Member
    package let amount: Member
    /// The instant of the payment; in XML the instant of the message, which `Transfer.valueDate` corrects.
    package let paidAt: Member
    package let attempt: Member
    package let context: Member
    package let fees: [Member]
    package let psp: PSP
    package let method: Member
    package let transfersPointer: String
    package let transfers: [Transfer]
    package let payer: Subject?
    package let debtor: Subject?
    package let failureReason: Member
    /// Identificativi univoci riscossione, if they differ from the receipt id.
    package let collectionIDs: [String]
    /// The outcome of each single payment, in the PSP's words.
    package let singleOutcomes: [String]
    /// Irregularities that the parser found: members that the contract does not define, and parts of another type.
    package private(set) var notes: RTNotes

    package init(
        syntax: RTSyntax, receiptID: Member, outcome: Member, outcomeCode: Member, creditor: Member, iuv: Member,
        noticeNumber: Member, amount: Member, paidAt: Member, attempt: Member, context: Member, fees: [Member],
        psp: PSP, method: Member, transfersPointer: String, transfers: [Transfer], payer: Subject?, debtor: Subject?,
        failureReason: Member, collectionIDs: [String] = [], singleOutcomes: [String] = [], notes: RTNotes
    ) {
        self.syntax = syntax
        self.receiptID = receiptID
        self.outcome = outcome
        self.outcomeCode = outcomeCode
        self.creditor = creditor
        self.iuv = iuv
        self.noticeNumber = noticeNumber
        self.amount = amount
        self.paidAt = paidAt
        self.attempt = attempt
        self.context = context
        self.fees = fees
        self.psp = psp
        self.method = method
        self.transfersPointer = transfersPointer
        self.transfers = transfers
        self.payer = payer
        self.debtor = debtor
        self.failureReason = failureReason
        self.collectionIDs = collectionIDs
        self.singleOutcomes = singleOutcomes
        self.notes = notes
    }

    package func with(_ notes: RTNotes) -> RTStatement {
        var copy = self
        copy.notes = notes
        return copy
    }
}
