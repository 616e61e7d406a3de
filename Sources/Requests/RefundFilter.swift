import PagoPA

package struct RefundFilter: Sendable, Equatable {
    package var statuses: [RefundStatus] = []
    package var receipt: Identifier<Receipt>?

    package init() {}
}
