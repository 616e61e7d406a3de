import Logging
import PagoPA
import Storage

/// Stored receipts, and their settlement onto positions that appear after them.
package struct ReceiptOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let outbox: Outbox
    let externalServices: ExternalServices
    let verificationCodes: VerificationCodes
    let links: ReceiptLinks
    let logger: Logger
}
