import PagoPA
import Storage

/// Debt positions and payments at the creditor's counter.
package struct PositionOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let receipts: ReceiptOperations
    let outbox: Outbox
}
