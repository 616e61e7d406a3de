/// An e-mail that is to go out, or went.
package struct Notification: Sendable, Equatable {
    package let id: Identifier<Notification>
    package let kind: NotificationKind
    package let receipt: Identifier<Receipt>?
    package let position: Identifier<Position>?
    /// Whose receipt it is about.
    package let creditor: OrganizationTaxCode?
    package let refund: Identifier<Refund>?
    /// Which version of the receipt it brings. `nil`: one that shows no tax code but of a debtor who paid.
    package let audience: ReceiptAudience?
    package let citizen: CitizenID?
    /// Where a citizen's mail sends its reader; the code is added when it is written.
    package let link: String?
    /// `nil` when there was nobody to write to.
    package let recipient: EmailAddress?
    package let language: Language
    package let state: NotificationState
    package let attempts: Int
    package let nextAttemptAt: Instant?
    package let sentAt: Instant?
    package let lastError: String?
    package let messageID: String
    package let createdAt: Instant

    package init(
        id: Identifier<Notification>, kind: NotificationKind, receipt: Identifier<Receipt>?,
        position: Identifier<Position>?, creditor: OrganizationTaxCode? = nil, refund: Identifier<Refund>? = nil,
        audience: ReceiptAudience? = nil, citizen: CitizenID? = nil, link: String? = nil,
        recipient: EmailAddress?, language: Language, state: NotificationState, attempts: Int, nextAttemptAt: Instant?,
        sentAt: Instant?, lastError: String?, messageID: String, createdAt: Instant
    ) {
        self.id = id
        self.kind = kind
        self.receipt = receipt
        self.position = position
        self.creditor = creditor
        self.refund = refund
        self.audience = audience
        self.citizen = citizen
        self.link = link
        self.recipient = recipient
        self.language = language
        self.state = state
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.sentAt = sentAt
        self.lastError = lastError
        self.messageID = messageID
        self.createdAt = createdAt
    }
}

package enum NotificationKind: String, Sendable, CaseIterable {
    case receiptReady = "receipt_ready"
    /// Money arrived and people look at it before it counts.
    case paymentUnderReview = "payment_under_review"
    /// Money arrived for a debt that had been paid before.
    case doublePayment = "double_payment"
    case paymentFailed = "payment_failed"
    /// Money of the receipt goes back to its payer.
    case refundDecided = "refund_decided"
    case verifyEmail = "verify_email"
    case passwordReset = "password_reset"
    /// Somebody wanted an account for whom there is one.
    case registrationAttempt = "registration_attempt"
    /// A code for the mailbox that an account is to have.
    case changeEmail = "change_email"
    /// To the mailbox that an account had before.
    case emailChanged = "email_changed"
    /// To the mailbox of an account that a smart card has proved and taken from it.
    case smartCardProved = "smart_card_proved"
    case test
}

extension NotificationKind {
    /// What the payer is told when money arrived: that it paid, or why people look at it.
    package init(whenMoneyCameWith anomaly: AnomalyKind?) {
        switch anomaly {
        case nil: self = .receiptReady
        case .alreadyPaid: self = .doublePayment
        case .receiptConflict, .amountMismatch, .partialPayment, .positionCancelled, .positionExpired, .positionDraft,
            .unknownIUV, .unknownCreditor, .unreadableRT, .contradictoryRT, .unexpectedBeneficiary:
            self = .paymentUnderReview
        }
    }

    /// Whether the receipt as it stands is attached.
    package var bringsReceipt: Bool {
        switch self {
        case .receiptReady, .paymentUnderReview, .doublePayment, .refundDecided: true
        case .paymentFailed, .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail, .emailChanged,
            .smartCardProved, .test:
            false
        }
    }
}

package enum NotificationState: String, Sendable, CaseIterable {
    case queued
    case sending
    case sent
    case retrying
    case dead
    case skipped
}

package enum NotificationEvent: Sendable, CaseIterable {
    case claimed
    case delivered
    case failedForNow
    case failedForGood
    /// The sender gives a claimed mail back untried, as when the service stops.
    case released
    case retriedByOps
}

extension NotificationState: TransitionTable {
    /// The one transition table of notifications. `nil`: the event does not fit.
    package func after(_ event: NotificationEvent) -> NotificationState? {
        switch (self, event) {
        case (.queued, .claimed), (.retrying, .claimed), (.sending, .claimed): .sending
        case (.sending, .delivered): .sent
        case (.sending, .failedForNow): .retrying
        case (.sending, .failedForGood): .dead
        case (.sending, .released): .queued
        case (.dead, .retriedByOps), (.retrying, .retriedByOps): .queued
        case (.queued, .retriedByOps): .queued
        case (.sending, .retriedByOps), (.sent, .retriedByOps), (.skipped, .retriedByOps): nil
        case (.sent, _), (.dead, _), (.skipped, _): nil
        case (.queued, .delivered), (.queued, .failedForNow), (.queued, .failedForGood), (.queued, .released): nil
        case (.retrying, .delivered), (.retrying, .failedForNow), (.retrying, .failedForGood), (.retrying, .released):
            nil
        }
    }
}

/// When to try again: eight tries over a day, with jitter.
package enum RetryPlan {
    /// Seconds to wait after the first, second, … failed try.
    package static let waitsSeconds = [10, 60, 300, 1_800, 7_200, 21_600, 28_800]
    package static let maximumAttempts = waitsSeconds.count + 1

    /// - Parameters:
    ///   - failures: tries that failed so far, the last one included; from 1.
    ///   - jitter: −1…1; ±20 % of the wait.
    /// - Returns: seconds to wait, or `nil` when no try is left.
    package static func waitSeconds(afterFailures failures: Int, jitter: Double) -> Int? {
        guard failures >= 1, failures <= waitsSeconds.count else { return nil }
        let wait = Double(waitsSeconds[failures - 1])
        return Int(wait + wait * 0.2 * max(-1, min(1, jitter)))
    }
}

extension Notification {
    /// The recipients of the e-mail about a receipt: the address given at payment, the payer, the debtor. Addresses that differ only in
    /// case count once.
    package static func recipients(_ addresses: [EmailAddress?]) -> [EmailAddress] {
        var seen: Set<String> = []
        return addresses.compactMap(\.self).filter { seen.insert($0.value.lowercased()).inserted }
    }
}
