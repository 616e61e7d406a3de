import PagoPA

package struct AnomalyFilter: Sendable, Equatable {
    package var isOpen: Bool?
    package var kinds: [AnomalyKind] = []
    package var iuv: IUV?
    /// The PSP of the receipt, or the sender of an unreadable body.
    package var psp: PSPID?
    /// The amount of the receipt, or of an unreadable body.
    package var amount: Amount?
    package var receipt: Identifier<Receipt>?
    package var position: Identifier<Position>?
    /// Days in Rome, both inclusive.
    package var openedFrom: CalendarDate?
    package var openedTo: CalendarDate?

    package init() {}
}
