import Logging
import PagoPA
import Storage

/// Payment attempts, and the calls to PSPs that start and cancel payments.
package struct AttemptOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let psps: PSPOperations
    let secrets: SecretOperations
    let externalServices: ExternalServices
    let logger: Logger
    let publicURL: String
    /// How long an attempt may reserve its installments.
    let lifeSeconds: Int
    package let watch = AttemptWatch()
}
