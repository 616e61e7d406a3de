import PagoPA
import Storage

/// The PSP list, and the senders that may post RTs of other PSPs.
package struct PSPOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let externalServices: ExternalServices
    let cache = PSPListCache()
}
