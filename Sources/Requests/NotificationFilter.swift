import PagoPA

package struct NotificationFilter: Sendable, Equatable {
    package var states: [NotificationState] = []
    /// Only e-mails that were skipped for this reason.
    package var skipReason: SkipReason?
    package var receipt: Identifier<Receipt>?
    package var position: Identifier<Position>?
    /// The IUV of the receipt.
    package var iuv: IUV?
    /// In any case of its letters.
    package var recipient: EmailAddress?
    /// Days in Rome, both inclusive.
    package var createdFrom: CalendarDate?
    package var createdTo: CalendarDate?

    package init() {}
}
