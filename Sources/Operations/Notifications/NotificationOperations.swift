import Logging
import PagoPA
import Storage

/// Queued e-mails: administration and sending. Other operations queue them through `Outbox`.
package struct NotificationOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let outbox: Outbox
    let codes: MailCodes
    let unsubscribeLinks: UnsubscribeLinks
    let receipts: ReceiptOperations
    let externalServices: ExternalServices
    let logger: Logger
}
