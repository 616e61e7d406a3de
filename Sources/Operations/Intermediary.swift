import Accounts
import Cryptography
import Logging
import PagoPA
import Storage

/// The entry point of the application: every operation is a method of this type, in its own file. It does not depend on HTTP.
package struct Intermediary: Sendable {
    package let store: Store
    /// Tests replace these.
    package let externalServices: ExternalServices
    package let settings: Settings
    package let logger: Logger
    /// The system clock, or a test clock.
    package let clock: @Sendable () -> Instant
    package let pspLists: PSPListCache
    package let attemptWatch: AttemptWatch
    package let passwords: PasswordHashing
    let knownCredentials: KnownCredentials
    /// Encrypts with `SECRETS_KEY` the secrets that must be recoverable.
    let secretBox: SecretBox

    package init(
        store: Store, externalServices: ExternalServices, settings: Settings, secrets: SecretsKeys, logger: Logger,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.externalServices = externalServices
        self.settings = settings
        self.logger = logger
        self.clock = clock
        self.pspLists = PSPListCache()
        self.attemptWatch = AttemptWatch()
        self.passwords = PasswordHashing()
        self.knownCredentials = KnownCredentials()
        self.secretBox = SecretBox(secrets)
    }

    package struct Settings: Sendable {
        /// The base of every link in responses and mails, without a trailing slash.
        package var publicURL: String
        package var mailFrom: EmailAddress
        /// How long a payment attempt may reserve its installments.
        package var attemptLifeSeconds: Int
        /// Whether a creditor's tax code must have a valid check digit. The codes of pagoPA's test creditors do not.
        package var checksCreditorTaxCodes: Bool
        /// The versions of the documents that citizens accept, as front ends display them.
        package var privacyVersion: String
        package var termsVersion: String
        /// How long an e-mail address is retained after its last use.
        package var addressLifeDays: Int

        package init(
            publicURL: String, mailFrom: EmailAddress, attemptLifeSeconds: Int = PaymentAttempt.defaultLifeSeconds,
            checksCreditorTaxCodes: Bool = true, privacyVersion: String = "1", termsVersion: String = "1",
            addressLifeDays: Int = RetentionRule.addressLifeDays
        ) {
            self.publicURL = publicURL
            self.mailFrom = mailFrom
            self.attemptLifeSeconds = attemptLifeSeconds
            self.checksCreditorTaxCodes = checksCreditorTaxCodes
            self.privacyVersion = privacyVersion
            self.termsVersion = termsVersion
            self.addressLifeDays = addressLifeDays
        }
    }

    func newID<Noun>(_: Noun.Type = Noun.self) -> Identifier<Noun> {
        var random = SystemRandomNumberGenerator()
        return Identifier.make(at: clock(), random: &random)
    }
}
