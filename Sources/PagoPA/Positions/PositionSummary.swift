/// A row of the position search ('Cerca') and of the position list.
package struct PositionSummary: Sendable, Equatable {
    package let id: Identifier<Position>
    package let creditor: OrganizationTaxCode
    package let creditorName: String
    package let externalID: String
    package let debtTypeKey: String
    package let document: Document
    package let description: String
    package let state: PositionState
    package let totalCents: Int64
    package let paidCents: Int64
    package let writtenOffCents: Int64
    /// The earliest due date that is still owed; the last due date if nothing is owed.
    package let dueDate: CalendarDate
    package let payableUntil: CalendarDate?
    /// The kinds of its open anomalies, without duplicates, sorted by name.
    package let reviewReasons: [AnomalyKind]
    package let createdAt: Instant
    package let updatedAt: Instant
    /// The suspensions of its creditor and of its debt type, also those that have not begun or have ended.
    package let suspensions: [SuspensionPeriod]

    package init(
        id: Identifier<Position>, creditor: OrganizationTaxCode, creditorName: String, externalID: String,
        debtTypeKey: String, document: Document, description: String, state: PositionState, totalCents: Int64,
        paidCents: Int64, writtenOffCents: Int64, dueDate: CalendarDate, payableUntil: CalendarDate?,
        reviewReasons: [AnomalyKind], createdAt: Instant, updatedAt: Instant,
        suspensions: [SuspensionPeriod]
    ) {
        self.id = id
        self.creditor = creditor
        self.creditorName = creditorName
        self.externalID = externalID
        self.debtTypeKey = debtTypeKey
        self.document = document
        self.description = description
        self.state = state
        self.totalCents = totalCents
        self.paidCents = paidCents
        self.writtenOffCents = writtenOffCents
        self.dueDate = dueDate
        self.payableUntil = payableUntil
        self.reviewReasons = reviewReasons
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.suspensions = suspensions
    }

    /// Whether its creditor or its debt type is suspended.
    package func isSuspended(at now: Instant) -> Bool { suspensions.contains { $0.contains(now) } }
}
