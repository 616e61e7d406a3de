import PagoPA

package struct AttemptFilter: Sendable, Equatable {
    package var statuses: [AttemptStatus] = []
    package var position: Identifier<Position>?
    package var installment: Identifier<Installment>?
    /// Of an installment, at the start of the payment.
    package var iuv: IUV?
    package var noticeNumber: NoticeNumber?
    package var psp: PSPID?
    package var payer: TaxCode?
    /// Days in Rome, both inclusive.
    package var createdFrom: CalendarDate?
    package var createdTo: CalendarDate?

    package init() {}
}
