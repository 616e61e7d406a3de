import PagoPA
import Storage

/// Authentication of callers, and their API keys.
package struct CallerOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let knownCredentials = KnownCredentials()
}
