import PagoPA
import Storage

/// What one person lets another do.
package struct DelegationOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
}
