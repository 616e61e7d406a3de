import Logging
import PagoPA
import Storage

/// Intake of RTs, from the webhook or an operator.
package struct RTOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let outbox: Outbox
    let logger: Logger
}
