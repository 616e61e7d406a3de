import PagoPA

/// What is kept for its time and then forgotten. Payment facts (positions, attempts, receipts, RTs, the journal) are no rule's: the
/// law wants them until prescription. Bodies of mails are never kept, they are drawn when they are sent; requests are logged to standard
/// output, whose keeping is the operator's.
package enum RetentionRule: String, Sendable, CaseIterable {
    case idempotencyKeys = "idempotency_keys"
    case mailCodes = "mail_codes"
    case smartCardTickets = "smart_card_tickets"
    case registrations
    case sessions
    case throttles
    case knownAddresses = "known_addresses"
    case mailAddresses = "mail_addresses"
    case payerAddresses = "payer_addresses"
    case quarantineAddresses = "quarantine_addresses"
    case debtorAddresses = "debtor_addresses"
    case unreadableRTs = "unreadable_rts"

    /// How long it is kept when nobody says otherwise, from the instant that `detail` names.
    package var lifeSeconds: Int {
        switch self {
        case .idempotencyKeys: 2 * Self.daySeconds
        case .mailCodes: 0
        case .smartCardTickets: SmartCardTicket.codeLifeSeconds
        case .registrations: 2 * Self.daySeconds
        case .throttles: Self.daySeconds
        case .unreadableRTs: 365 * Self.daySeconds
        case .sessions, .knownAddresses: 30 * Self.daySeconds
        case .mailAddresses, .payerAddresses, .quarantineAddresses, .debtorAddresses:
            Self.addressLifeDays * Self.daySeconds
        }
    }

    package static let daySeconds = 86_400
    package static let addressLifeDays = 90

    /// Whether its time is the operator's to set.
    package var isAddress: Bool {
        switch self {
        case .mailAddresses, .payerAddresses, .quarantineAddresses, .debtorAddresses: true
        case .idempotencyKeys, .mailCodes, .smartCardTickets, .registrations, .sessions, .throttles, .knownAddresses,
            .unreadableRTs:
            false
        }
    }

    package var detail: String {
        switch self {
        case .idempotencyKeys: "first answers to Idempotency-Keys, from their first use"
        case .mailCodes: "codes in mails to citizens, from their end"
        case .smartCardTickets: "tickets for smart cards, from their end"
        case .registrations: "accounts that nobody verified, from their registration"
        case .sessions: "sessions, from the end of their refresh token"
        case .throttles: "tries to sign in, from the last one"
        case .knownAddresses: "digests of addresses from which somebody signed in, from the last time"
        case .mailAddresses: "addresses of mails sent or given up, from their making"
        case .payerAddresses: "addresses given at a payment, from its end"
        case .quarantineAddresses: "payers' addresses on receipts in quarantine, from their arrival"
        case .debtorAddresses: "debtors' addresses on positions paid or cancelled, from their last change"
        case .unreadableRTs: "bodies that were not readable as an RT, from the resolution of their anomaly"
        }
    }
}
