import PagoPA

/// What 'Cerca' and the list narrow by; empty means everything.
package struct PositionFilter: Sendable, Equatable {
    package var statuses: [PositionStatus] = []
    package var debtTypeKey: String?
    package var service: String?
    package var documentYear: Int?
    package var documentNumber: String?
    package var iuv: IUV?
    package var noticeNumber: NoticeNumber?
    package var dueFrom: CalendarDate?
    package var dueTo: CalendarDate?
    package var paidFrom: CalendarDate?
    package var paidTo: CalendarDate?
    package var updatedSince: Instant?
    package var debtor: TaxCode?
    /// Whether an anomaly of the position is open.
    package var isUnderReview: Bool?
    /// Words to find in the description, or a document number, external id, IUV or notice number as a whole.
    package var words: String?

    package init() {}
}
