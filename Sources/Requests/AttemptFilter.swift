import PagoPA

package struct AttemptFilter: Sendable, Equatable {
    package var statuses: [AttemptStatus] = []
    package var position: Identifier<Position>?
    package var installment: Identifier<Installment>?

    package init() {}
}
