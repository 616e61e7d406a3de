import Accounts
import Cryptography
import Logging
import PagoPA
import Storage

/// All operations of the application, grouped by noun. It does not depend on HTTP.
package struct Intermediary: Sendable {
    package let store: Store
    package let clock: @Sendable () -> Instant
    package let callers: CallerOperations
    package let secrets: SecretOperations
    package let citizens: CitizenOperations
    package let delegations: DelegationOperations
    package let creditors: CreditorOperations
    package let help: HelpOperations
    package let psps: PSPOperations
    package let suspensions: SuspensionOperations
    package let attempts: AttemptOperations
    package let receipts: ReceiptOperations
    package let rts: RTOperations
    package let refunds: RefundOperations
    package let anomalies: AnomalyOperations
    package let positions: PositionOperations
    package let imports: ImportOperations
    package let notifications: NotificationOperations
    package let journal: JournalOperations
    package let summaries: SummaryOperations
    package let events: EventOperations
    package let subscriptions: SubscriptionOperations
    package let retention: RetentionOperations
    package let sandbox: SandboxOperations

    /// The order of the statements is the order of the dependencies: each type uses only types above it.
    package init(
        store: Store, externalServices: ExternalServices, settings: Settings, secrets: SecretsKeys, logger: Logger,
        clock: @escaping @Sendable () -> Instant
    ) {
        self.store = store
        self.clock = clock
        let outbox = Outbox(
            mailFrom: settings.mailFrom, senderName: settings.mailSenderName,
            returnPath: settings.mailReturnPath ?? ReturnPath(settings.mailFrom),
            allowedRecipients: settings.allowedRecipients, testRecipients: settings.testRecipients)
        let codes = MailCodes(secrets)
        callers = CallerOperations(store: store, clock: clock)
        self.secrets = SecretOperations(store: store, clock: clock, secretBox: SecretBox(secrets))
        citizens = CitizenOperations(
            store: store, clock: clock, outbox: outbox, codes: codes, externalServices: externalServices,
            logger: logger, privacyVersion: settings.privacyVersion, termsVersion: settings.termsVersion,
            identityProviders: settings.identityProviders)
        delegations = DelegationOperations(store: store, clock: clock)
        creditors = CreditorOperations(
            store: store, clock: clock, checksTaxCodes: settings.checksCreditorTaxCodes,
            externalServices: externalServices)
        help = HelpOperations(creditors: creditors)
        psps = PSPOperations(store: store, clock: clock, externalServices: externalServices)
        suspensions = SuspensionOperations(store: store, clock: clock, psps: psps)
        attempts = AttemptOperations(
            store: store, clock: clock, psps: psps, secrets: self.secrets, externalServices: externalServices,
            logger: logger, publicURL: settings.publicURL, lifeSeconds: settings.attemptLifeSeconds)
        receipts = ReceiptOperations(
            store: store, clock: clock, outbox: outbox, externalServices: externalServices,
            verificationCodes: VerificationCodes(secrets, publicURL: settings.publicURL),
            links: ReceiptLinks(secrets, publicURL: settings.publicURL), logger: logger)
        rts = RTOperations(store: store, clock: clock, outbox: outbox, logger: logger)
        refunds = RefundOperations(store: store, clock: clock, outbox: outbox)
        anomalies = AnomalyOperations(
            store: store, clock: clock, receipts: receipts, rts: rts, refunds: refunds, outbox: outbox)
        positions = PositionOperations(store: store, clock: clock, receipts: receipts, outbox: outbox)
        sandbox = SandboxOperations(
            store: store, clock: clock, positions: positions, attempts: attempts, rts: rts)
        imports = ImportOperations(store: store, clock: clock, logger: logger)
        notifications = NotificationOperations(
            store: store, clock: clock, outbox: outbox, codes: codes,
            unsubscribeLinks: UnsubscribeLinks(secrets, publicURL: settings.publicURL), receipts: receipts,
            externalServices: externalServices, logger: logger)
        journal = JournalOperations(store: store, clock: clock)
        summaries = SummaryOperations(store: store, clock: clock)
        events = EventOperations(store: store, clock: clock)
        subscriptions = SubscriptionOperations(
            store: store, clock: clock, secretBox: self.secrets.secretBox, outbox: outbox,
            externalServices: externalServices, logger: logger, publicURL: settings.publicURL)
        retention = RetentionOperations(
            store: store, clock: clock, logger: logger, addressLifeDays: settings.addressLifeDays)
    }

    /// Checks that the application's role can be used and that the database has every recorded policy and grant.
    /// - Throws: `StorageError` or `DatabaseUnavailable` when the role cannot be set; `DatabaseAccessError.incomplete`.
    package func verifyDatabaseAccess() async throws { try await store.verifyAccess() }

    /// Whether the read replica runs lists; nil when none is configured.
    package var isReplicaServing: Bool? { store.replica.map { $0.state == .serving } }

    package struct Settings: Sendable {
        /// The base of every link in responses and mails, without a trailing slash.
        package var publicURL: String
        package var mailFrom: EmailAddress
        /// The display name of the sender of e-mails that concern no creditor.
        package var mailSenderName: String?
        /// The envelope sender of all e-mails; `nil`: `mailFrom`.
        package var mailReturnPath: ReturnPath?
        /// The only recipients that get e-mails, in a test environment; `nil`: every recipient.
        package var allowedRecipients: AllowedRecipients?
        /// The only recipients that get e-mails about payments to test creditors; `nil`: nobody.
        package var testRecipients: AllowedRecipients?
        /// How long a payment attempt may reserve its installments.
        package var attemptLifeSeconds: Int
        /// Whether a creditor's tax code must have a valid check digit. The codes of pagoPA's test creditors do not.
        package var checksCreditorTaxCodes: Bool
        /// The versions of the documents that citizens accept, as front ends display them.
        package var privacyVersion: String
        package var termsVersion: String
        /// How long an e-mail address is retained after its last use.
        package var addressLifeDays: Int
        /// The issuers whose ID tokens sign citizens in.
        package var identityProviders: [IdentityProvider]

        package init(
            publicURL: String, mailFrom: EmailAddress, attemptLifeSeconds: Int = PaymentAttempt.defaultLifeSeconds,
            checksCreditorTaxCodes: Bool = true, privacyVersion: String = "1", termsVersion: String = "1",
            addressLifeDays: Int = RetentionRule.addressLifeDays, allowedRecipients: AllowedRecipients? = nil,
            identityProviders: [IdentityProvider] = [], mailSenderName: String? = nil,
            mailReturnPath: ReturnPath? = nil, testRecipients: AllowedRecipients? = nil
        ) {
            self.publicURL = publicURL
            self.mailFrom = mailFrom
            self.mailSenderName = mailSenderName
            self.mailReturnPath = mailReturnPath
            self.attemptLifeSeconds = attemptLifeSeconds
            self.checksCreditorTaxCodes = checksCreditorTaxCodes
            self.privacyVersion = privacyVersion
            self.termsVersion = termsVersion
            self.addressLifeDays = addressLifeDays
            self.allowedRecipients = allowedRecipients
            self.testRecipients = testRecipients
            self.identityProviders = identityProviders
        }
    }
}
