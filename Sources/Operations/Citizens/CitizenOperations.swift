import Accounts
import Cryptography
import Logging
import PagoPA
import Storage

/// Citizens' accounts and sessions.
package struct CitizenOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let outbox: Outbox
    let codes: MailCodes
    let externalServices: ExternalServices
    let logger: Logger
    /// The versions of the documents that citizens accept, as front ends display them.
    let privacyVersion: String
    let termsVersion: String
    /// The issuers whose ID tokens sign citizens in.
    let identityProviders: [IdentityProvider]
    package let passwords = PasswordHashing()
}
