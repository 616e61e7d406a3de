import PagoPA

/// What 'Archivio' narrows by.
package struct ReceiptFilter: Sendable, Equatable {
    /// Empty: payments that count or must be looked at, `settled` and `anomaly`.
    package var statuses: [Disposition] = []
    package var origins: [ReceiptOrigin] = []
    package var debtTypeKey: String?
    package var iuv: IUV?
    package var noticeNumber: NoticeNumber?
    package var documentYear: Int?
    package var documentNumber: String?
    package var paidFrom: CalendarDate?
    package var paidTo: CalendarDate?
    package var position: Identifier<Position>?
    /// The debtor's or the payer's.
    package var taxCode: TaxCode?

    package init() {}
}
