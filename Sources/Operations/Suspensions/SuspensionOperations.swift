import PagoPA
import Storage

/// What operations switch off and on.
package struct SuspensionOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let psps: PSPOperations
}
