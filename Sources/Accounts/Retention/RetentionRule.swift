import PagoPA

/// Data that expires and is then deleted. Payment records (positions, attempts, receipts, RTs, the journal) have no rule, because
/// the law requires them until prescription. Mail bodies are not stored, they are rendered when they are sent. Requests are
/// logged to standard output, and the operator decides how long to keep those logs.
package enum RetentionRule: String, Sendable, CaseIterable {
    case idempotencyKeys = "idempotency_keys"
    case mailCodes = "mail_codes"
    case smartCardTickets = "smart_card_tickets"
    case usedIDTokens = "used_id_tokens"
    case registrations
    case sessions
    case throttles
    case knownAddresses = "known_addresses"
    case mailAddresses = "mail_addresses"
    case payerAddresses = "payer_addresses"
    case quarantineAddresses = "quarantine_addresses"
    case debtorAddresses = "debtor_addresses"
    case unreadableRTs = "unreadable_rts"
    case importRows = "import_rows"
    case imports
    case webhookDeliveries = "webhook_deliveries"
    case noticeBatches = "notice_batches"

    /// The default lifetime, counted from the instant that `detail` names.
    package var lifeSeconds: Int {
        switch self {
        case .idempotencyKeys: 2 * Self.daySeconds
        case .mailCodes: 0
        case .smartCardTickets: SmartCardTicket.codeLifeSeconds
        // Another instance, whose clock is behind, may accept a token that has expired here.
        case .usedIDTokens: DigitalIdentity.maximumAgeSeconds
        case .registrations: 2 * Self.daySeconds
        case .throttles, .noticeBatches: Self.daySeconds
        case .unreadableRTs: 365 * Self.daySeconds
        case .sessions, .knownAddresses, .importRows, .imports, .webhookDeliveries: 30 * Self.daySeconds
        case .mailAddresses, .payerAddresses, .quarantineAddresses, .debtorAddresses:
            Self.addressLifeDays * Self.daySeconds
        }
    }

    /// Data of this rule that ended before this instant has expired.
    /// - Parameter addressLifeDays: the configured lifetime of addresses.
    package func end(at now: Instant, addressLifeDays: Int) -> Instant {
        now.adding(seconds: -(isAddress ? addressLifeDays * Self.daySeconds : lifeSeconds))
    }

    package static let daySeconds = 86_400
    package static let addressLifeDays = 90

    /// Whether the operator configures the lifetime.
    package var isAddress: Bool {
        switch self {
        case .mailAddresses, .payerAddresses, .quarantineAddresses, .debtorAddresses: true
        case .idempotencyKeys, .mailCodes, .smartCardTickets, .usedIDTokens, .registrations, .sessions, .throttles,
            .knownAddresses, .unreadableRTs, .importRows, .imports, .webhookDeliveries, .noticeBatches:
            false
        }
    }

    package var detail: String {
        switch self {
        case .idempotencyKeys: "first answers to Idempotency-Keys, from their first use"
        case .mailCodes: "codes in mails to citizens, from their expiry"
        case .smartCardTickets: "tickets for smart cards, from their expiry"
        case .usedIDTokens: "digests of the nonces of accepted ID tokens, from the expiry of the token"
        case .registrations: "accounts that were not verified, from their registration"
        case .sessions: "sessions, from the expiry of their refresh token"
        case .throttles: "sign-in attempts, from the last one"
        case .knownAddresses: "digests of IP addresses with a successful sign-in, from the last one"
        case .mailAddresses: "addresses of mails sent or abandoned, from their creation"
        case .payerAddresses: "addresses given at a payment, from its end"
        case .quarantineAddresses: "payers' addresses on receipts in quarantine, from their arrival"
        case .debtorAddresses: "debtors' addresses on positions paid or cancelled, from their last change"
        case .importRows: "rows of imports, from the end of their import"
        case .imports: "imports, from their end"
        case .noticeBatches: "batches of payment notices, from their end"
        case .webhookDeliveries: "tries to deliver events to webhooks, from the try"
        case .unreadableRTs: "bodies that could not be parsed as an RT, from the resolution of their anomaly"
        }
    }
}
