/// Posizione debitoria: what one debtor owes one creditor for one reason, in one or more installments.
package struct Position: Sendable, Equatable {
    package let id: Identifier<Position>
    package let creditor: OrganizationTaxCode
    /// The creditor's own key, unique per creditor.
    package let externalID: String
    package let debtTypeKey: String
    package let payableAfterDue: Bool
    package let document: Document
    /// Causale, up to 140 characters.
    package let description: String
    package let debtor: Debtor
    package let lines: [PositionLine]
    package let installments: [Installment]
    package let metadata: [String: String]
    package let state: PositionState
    /// Increases by one with each change; used as the entity tag.
    package let version: Int
    package let createdAt: Instant
    package let updatedAt: Instant
    package let publishedAt: Instant?
    package let cancelledAt: Instant?
    /// The kinds of its open anomalies, without duplicates, sorted by name.
    package let reviewReasons: [AnomalyKind]
    /// The other positions of this creditor and debtor with the same group are alternatives of one debt (opzioni di pagamento).
    package let alternativeGroup: String?
    /// The alternative whose payment closed this position.
    package let replacedBy: Identifier<Position>?
    /// A payment of another alternative is in progress until this instant.
    package let alternativeHeldUntil: Instant?
    /// The suspensions of its creditor and of its debt type, also those that have not begun or have ended.
    package let suspensions: [SuspensionPeriod]

    package init(
        id: Identifier<Position>, creditor: OrganizationTaxCode, externalID: String, debtTypeKey: String,
        payableAfterDue: Bool, document: Document, description: String, debtor: Debtor, lines: [PositionLine],
        installments: [Installment], metadata: [String: String], state: PositionState, version: Int, createdAt: Instant,
        updatedAt: Instant, publishedAt: Instant?, cancelledAt: Instant?, reviewReasons: [AnomalyKind] = [],
        alternativeGroup: String? = nil, replacedBy: Identifier<Position>? = nil, alternativeHeldUntil: Instant? = nil,
        suspensions: [SuspensionPeriod] = []
    ) {
        self.id = id
        self.creditor = creditor
        self.externalID = externalID
        self.debtTypeKey = debtTypeKey
        self.payableAfterDue = payableAfterDue
        self.document = document
        self.description = description
        self.debtor = debtor
        self.lines = lines
        self.installments = installments
        self.metadata = metadata
        self.state = state
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.publishedAt = publishedAt
        self.cancelledAt = cancelledAt
        self.reviewReasons = reviewReasons
        self.alternativeGroup = alternativeGroup
        self.replacedBy = replacedBy
        self.alternativeHeldUntil = alternativeHeldUntil
        self.suspensions = suspensions
    }

    package var totalCents: Int64 { Amount.cents(of: installments.map(\.amount)) }
    /// The amount paid for this debt, without amounts written off and without overpayments.
    package var paidCents: Int64 {
        Amount.cents(of: installments.filter { !$0.isOwed }.map(\.amount)) - writtenOffCents
    }
    /// The amount that the creditor wrote off: what accepted short payments lacked, and whole installments.
    package var writtenOffCents: Int64 { Amount.cents(of: installments.map(\.writtenOff)) }
    package var residualCents: Int64 { totalCents - paidCents - writtenOffCents }

    /// The last day on which an installment that is still owed can be paid; `nil` if nothing is owed or there is no such day.
    package var payableUntil: CalendarDate? { payableUntil(owing: installments.filter(\.isOwed)) }

    /// - Parameter owed: the installments that are owed.
    package func payableUntil(owing owed: [Installment]) -> CalendarDate? {
        let days = owed.compactMap(lastDay(of:))
        return days.count == owed.count ? days.max() : nil
    }

    /// The last day on which the installment can be paid: its due date, unless the debt may be paid late, or the end of its validity.
    package func lastDay(of installment: Installment) -> CalendarDate? {
        [payableAfterDue ? nil : installment.dueDate, installment.validUntil].compactMap(\.self).min()
    }

    /// A payment arrived that may cover the amount still owed. Further payments are blocked until an operator has reviewed it.
    package var isPaymentBlocked: Bool { reviewReasons.contains(where: \.blocksPayment) }

    /// Whether its creditor or its debt type is suspended.
    package func isSuspended(at now: Instant) -> Bool { suspensions.contains { $0.contains(now) } }

    package func status(today: CalendarDate) -> PositionStatus {
        state.status(payableUntil: payableUntil, today: today)
    }

    package func status(of installment: Installment, today: CalendarDate) -> InstallmentStatus {
        if installment.paidAt != nil { return .paid }
        if installment.isWrittenOff { return .writtenOff }
        switch state {
        case .draft: return .draft
        case .cancelled: return .cancelled
        case .open, .partiallyPaid, .paid:
            return lastDay(of: installment).map { $0 < today } ?? false ? .expired : .open
        }
    }
}

/// Documento: the bill of the debt, with the creditor's number.
package struct Document: Sendable, Equatable {
    package let year: Int
    package let number: String

    package init(year: Int, number: String) {
        self.year = year
        self.number = number
    }
}

package enum SubjectKind: String, Sendable, CaseIterable {
    case person
    case company
}

package struct PostalAddress: Sendable, Equatable {
    package let street: String
    package let civicNumber: String?
    package let postalCode: String
    package let city: String
    package let province: String?
    /// ISO 3166-1 alpha-2.
    package let country: String

    package init(
        street: String, civicNumber: String?, postalCode: String, city: String, province: String?, country: String
    ) {
        self.street = street
        self.civicNumber = civicNumber
        self.postalCode = postalCode
        self.city = city
        self.province = province
        self.country = country
    }
}

/// Soggetto pagatore: the debtor.
package struct Debtor: Sendable, Equatable {
    package let kind: SubjectKind
    package let taxCode: TaxCode
    package let fullName: String
    package let email: EmailAddress?
    package let address: PostalAddress?

    package init(kind: SubjectKind, taxCode: TaxCode, fullName: String, email: EmailAddress?, address: PostalAddress?) {
        self.kind = kind
        self.taxCode = taxCode
        self.fullName = fullName
        self.email = email
        self.address = address
    }
}

/// A line of the bill; `amount` is the total of the line, independent of the quantity.
package struct PositionLine: Sendable, Equatable {
    package let description: String
    package let quantity: Int?
    package let amount: Amount

    package init(description: String, quantity: Int?, amount: Amount) {
        self.description = description
        self.quantity = quantity
        self.amount = amount
    }
}

/// Rata: an amount paid in one payment, under one notice number.
package struct Installment: Sendable, Equatable {
    package let id: Identifier<Installment>
    /// From 1, in the order of the position.
    package let number: Int
    package let iuv: IUV
    package let noticeNumber: NoticeNumber
    package let amount: Amount
    package let dueDate: CalendarDate
    /// The last day of payment, not before the due date; `nil`: the debt type decides.
    package let validUntil: CalendarDate?
    package let transfers: [Transfer]
    package let paidAt: Instant?
    /// The amount that the creditor wrote off: what an accepted short payment lacked, or the whole amount of an unpaid installment.
    package let writtenOff: Amount
    /// If a payment attempt has reserved this installment: the end of the reservation.
    package let heldUntil: Instant?
    /// Whether the service generated the IUV; `false`: the creditor supplied it.
    package let isIUVGenerated: Bool

    package init(
        id: Identifier<Installment>, number: Int, iuv: IUV, noticeNumber: NoticeNumber, amount: Amount,
        dueDate: CalendarDate, validUntil: CalendarDate? = nil, transfers: [Transfer], paidAt: Instant?,
        writtenOff: Amount = .zero,
        heldUntil: Instant?, isIUVGenerated: Bool = false
    ) {
        self.id = id
        self.number = number
        self.iuv = iuv
        self.noticeNumber = noticeNumber
        self.amount = amount
        self.dueDate = dueDate
        self.validUntil = validUntil
        self.transfers = transfers
        self.paidAt = paidAt
        self.writtenOff = writtenOff
        self.heldUntil = heldUntil
        self.isIUVGenerated = isIUVGenerated
    }
}

extension Installment {
    /// Whether it was paid after its due date.
    package var isPaidLate: Bool { paidAt.map { CalendarDate(romeDayOf: $0) > dueDate } ?? false }
    package var isWrittenOff: Bool { paidAt == nil && writtenOff > .zero }
    package var isOwed: Bool { paidAt == nil && writtenOff == .zero }
}

/// Versamento to one beneficiary; at most five per installment (pagoPA's limit of a payment).
package struct Transfer: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    package let iban: IBAN
    package let amount: Amount
    package let taxonomyCode: TaxonomyCode
    package let remittance: String

    package init(
        creditor: OrganizationTaxCode, iban: IBAN, amount: Amount, taxonomyCode: TaxonomyCode, remittance: String
    ) {
        self.creditor = creditor
        self.iban = iban
        self.amount = amount
        self.taxonomyCode = taxonomyCode
        self.remittance = remittance
    }
}
