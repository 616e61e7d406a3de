import PagoPA

package struct NotificationFilter: Sendable, Equatable {
    package var states: [NotificationState] = []
    package var receipt: Identifier<Receipt>?
    package var position: Identifier<Position>?

    package init() {}
}
