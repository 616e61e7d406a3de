import PagoPA

/// The filters of the position search and list; empty means all positions.
package struct PositionFilter: Sendable, Equatable {
    package var statuses: [PositionStatus] = []
    package var externalID: String?
    package var debtTypeKey: String?
    /// The alternatives of one debt, of a creditor and a debtor, have the same group.
    package var alternativeGroup: String?
    package var service: String?
    package var documentYear: Int?
    package var documentNumber: String?
    package var iuv: IUV?
    package var noticeNumber: NoticeNumber?
    package var dueFrom: CalendarDate?
    package var dueTo: CalendarDate?
    /// The last day of payment of an installment, in both directions.
    package var validUntilFrom: CalendarDate?
    package var validUntilTo: CalendarDate?
    package var paidFrom: CalendarDate?
    package var paidTo: CalendarDate?
    package var updatedSince: Instant?
    package var debtor: TaxCode?
    /// Whether the position has an open anomaly.
    package var isUnderReview: Bool?
    /// Words in the description, or a complete document number, external id, IUV or notice number.
    package var words: String?
    /// Beginnings of words of the debtor's name, in any order, without regard to accents and case.
    package var debtorName: String?
    /// The position's metadata has this pair.
    package var metadata: MetadataPair?
    /// The last digits of a notice number, and so of its IUV.
    package var noticeNumberEnd: String?
    /// Digits anywhere in a notice number, and so in its IUV.
    package var noticeNumberPart: String?

    package init() {}
}

package struct MetadataPair: Sendable, Equatable {
    package let key: String
    package let value: String

    package init(key: String, value: String) {
        self.key = key
        self.value = value
    }
}
