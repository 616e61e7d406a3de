import Accounts
import Cryptography
import Logging
import PagoPA
import Storage

/// Quietanza at work: every operation is a method of this type, one file each. It knows no HTTP.
package struct Intermediary: Sendable {
    package let store: Store
    /// Whom we call; swapped in tests.
    package let externalServices: ExternalServices
    package let settings: Settings
    package let logger: Logger
    /// The real clock, or a test's.
    package let clock: @Sendable () -> Instant
    package let pspLists: PSPListCache
    package let attemptWatch: AttemptWatch
    package let passwords: PasswordHashing
    let knownCredentials: KnownCredentials
    /// Encrypts what must be recoverable, under `SECRETS_KEY`.
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
        /// Base of every link that we hand out, without a slash at its end.
        package var publicURL: String
        package var mailFrom: EmailAddress
        /// How long an attempt may hold its installments.
        package var attemptLifeSeconds: Int
        /// Whether a creditor's tax code must pass its check digit; pagoPA's own test creditors do not.
        package var checksCreditorTaxCodes: Bool
        /// The versions of the documents that citizens agree to, as front ends show them.
        package var privacyVersion: String
        package var termsVersion: String
        /// How long an e-mail address stays where nobody needs it any more.
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
