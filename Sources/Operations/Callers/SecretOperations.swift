import Cryptography
import PagoPA
import Storage

/// The webhook secrets of PSPs, and the key that encrypts them.
package struct SecretOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    /// Encrypts with `SECRETS_KEY` the secrets that must be recoverable.
    let secretBox: SecretBox
    let uses = SecretUses()
}
