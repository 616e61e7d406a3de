import PagoPA

/// The filters of the receipt archive ('Archivio').
package struct ReceiptFilter: Sendable, Equatable {
    /// Empty means the statuses that count as payment or need review: `settled` and `anomaly`.
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
    package var psp: PSPID?
    /// The id that the PSP gave the receipt.
    package var receiptID: String?
    package var amount: Amount?
    /// The tax code of the debtor or the payer.
    package var taxCode: TaxCode?

    package init() {}
}
