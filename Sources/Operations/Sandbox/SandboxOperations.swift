import PagoPA
import Storage

/// Trials at test creditors.
package struct SandboxOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let positions: PositionOperations
    let attempts: AttemptOperations
    let rts: RTOperations
}
