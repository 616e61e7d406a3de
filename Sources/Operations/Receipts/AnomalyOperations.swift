import PagoPA
import Storage

/// Anomalies of receipts and RTs, and their resolution.
package struct AnomalyOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let receipts: ReceiptOperations
    let rts: RTOperations
    let refunds: RefundOperations
    let outbox: Outbox
}
