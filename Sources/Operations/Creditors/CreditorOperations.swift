import PagoPA
import Storage

/// Creditors with their accounts and debt types.
package struct CreditorOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let checksTaxCodes: Bool
    let externalServices: ExternalServices
}
