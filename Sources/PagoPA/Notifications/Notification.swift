/// An e-mail to be sent, or already sent.
package struct Notification: Sendable, Equatable {
    package let id: Identifier<Notification>
    package let kind: NotificationKind
    package let receipt: Identifier<Receipt>?
    package let position: Identifier<Position>?
    /// The creditor of the receipt.
    package let creditor: OrganizationTaxCode?
    package let refund: Identifier<Refund>?
    /// The installment that a reminder is about; `nil` for every other kind.
    package let installmentNumber: Int?
    /// The version of the attached receipt. `nil`: a version whose only tax code is that of a debtor who paid.
    package let audience: ReceiptAudience?
    package let citizen: CitizenID?
    /// The page that a citizen's e-mail links to; the code is added when the e-mail is generated.
    package let link: String?
    /// `nil` if no address was known.
    package let recipient: EmailAddress?
    package let language: Language
    package let state: NotificationState
    package let attempts: Int
    package let nextAttemptAt: Instant?
    package let sentAt: Instant?
    package let lastError: String?
    package let messageID: String
    package let createdAt: Instant
    /// The e-mail that this one sends again.
    package let resentOf: Identifier<Notification>?
    /// `nil` unless the e-mail is skipped.
    package let skipReason: SkipReason?
    /// `nil` unless the e-mail has bounced.
    package let bounce: Bounce?
    /// Whether the environment allows e-mails about payments to test creditors to the recipient. It is set for a new e-mail only.
    package var isAllowedForTrials = false

    /// The report of the recipient's mail server.
    package struct Bounce: Sendable, Equatable {
        package let at: Instant
        /// The enhanced status code (RFC 3463), such as `5.1.1`.
        package let code: String

        package init(at: Instant, code: String) {
            self.at = at
            self.code = code
        }
    }

    package init(
        id: Identifier<Notification>, kind: NotificationKind, receipt: Identifier<Receipt>?,
        position: Identifier<Position>?, creditor: OrganizationTaxCode? = nil, refund: Identifier<Refund>? = nil,
        audience: ReceiptAudience? = nil, citizen: CitizenID? = nil, link: String? = nil,
        recipient: EmailAddress?, language: Language, state: NotificationState, attempts: Int, nextAttemptAt: Instant?,
        sentAt: Instant?, lastError: String?, messageID: String, createdAt: Instant,
        resentOf: Identifier<Notification>? = nil, skipReason: SkipReason? = nil,
        bounce: Bounce? = nil, installmentNumber: Int? = nil
    ) {
        self.id = id
        self.kind = kind
        self.receipt = receipt
        self.position = position
        self.creditor = creditor
        self.refund = refund
        self.installmentNumber = installmentNumber
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
        self.resentOf = resentOf
        self.skipReason = skipReason
        self.bounce = bounce
    }
}

/// Why an e-mail is not sent.
package enum SkipReason: String, Sendable, CaseIterable {
    /// No address was known.
    case noAddress = "no_address"
    /// This environment may not send e-mails to the address. The address was deleted.
    case recipientNotAllowed = "recipient_not_allowed"
    /// The e-mail is about a payment to a test creditor. The address was deleted.
    case testCreditor = "test_creditor"
    /// The reader has unsubscribed from e-mails of this kind. The address was deleted.
    case unsubscribed
}

package enum NotificationKind: String, Sendable, CaseIterable {
    case receiptReady = "receipt_ready"
    /// A payment was recorded at the creditor's counter.
    case counterPayment = "counter_payment"
    /// Money arrived, and an operator must decide before it counts.
    case paymentUnderReview = "payment_under_review"
    /// Money arrived for a debt that was already paid.
    case doublePayment = "double_payment"
    case paymentFailed = "payment_failed"
    /// Money of the receipt is refunded to its payer.
    case refundDecided = "refund_decided"
    /// A debt was published.
    case newNotice = "new_notice"
    /// An installment is due soon.
    case dueReminder = "due_reminder"
    case verifyEmail = "verify_email"
    case passwordReset = "password_reset"
    /// A registration for a person who already has an account.
    case registrationAttempt = "registration_attempt"
    /// A code that confirms the new mailbox of an account.
    case changeEmail = "change_email"
    /// To the former mailbox of an account whose mailbox has changed.
    case emailChanged = "email_changed"
    /// To the former mailbox of an account that its owner has proved with a smart card.
    case smartCardProved = "smart_card_proved"
    /// To the former mailbox of an account that its owner has proved with an identity provider.
    case identityProved = "identity_proved"
    /// To the contact of a webhook subscription that the service has paused.
    case webhookPaused = "webhook_paused"
    /// The payment notices of a position, when the creditor asks for it.
    case paymentNotice = "payment_notice"
    case test
}

extension NotificationKind {
    /// The kind of the payer's e-mail when money arrived: the debt is paid, or the payment is under review.
    package init(whenMoneyCameWith anomaly: AnomalyKind?) {
        switch anomaly {
        case nil: self = .receiptReady
        case .alreadyPaid: self = .doublePayment
        case .receiptConflict, .amountMismatch, .partialPayment, .positionCancelled, .positionExpired, .positionDraft,
            .unknownIUV, .unknownCreditor, .unreadableRT, .contradictoryRT, .unexpectedBeneficiary:
            self = .paymentUnderReview
        }
    }

    /// Whether the current receipt is attached.
    package var attachesReceipt: Bool {
        switch self {
        case .receiptReady, .counterPayment, .paymentUnderReview, .doublePayment, .refundDecided: true
        case .paymentFailed, .newNotice, .dueReminder, .verifyEmail, .passwordReset, .registrationAttempt, .changeEmail,
            .emailChanged, .smartCardProved, .identityProved, .webhookPaused, .paymentNotice, .test:
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
    /// The recipient's mail server returned it after it was sent. The address was deleted.
    case bounced
}

package enum NotificationEvent: Sendable, CaseIterable {
    case claimed
    case delivered
    case failedForNow
    case failedForGood
    /// The sender releases a claimed e-mail without an attempt, for example when the service stops.
    case released
    case retriedByOps
    /// This environment may not send e-mails to the recipient, or the reader has unsubscribed from them.
    case recipientRefused
    /// The recipient's mail server reported that it could not deliver the e-mail.
    case returned
}

extension NotificationState: TransitionTable {
    /// The only transition table of notifications. `nil`: the event is not allowed in this state.
    package func after(_ event: NotificationEvent) -> NotificationState? {
        switch (self, event) {
        case (.queued, .claimed), (.retrying, .claimed), (.sending, .claimed): .sending
        case (.sending, .delivered): .sent
        case (.sending, .failedForNow): .retrying
        case (.sending, .failedForGood): .dead
        case (.sending, .released): .queued
        case (.sending, .recipientRefused): .skipped
        case (.sent, .returned): .bounced
        case (.dead, .retriedByOps), (.retrying, .retriedByOps): .queued
        case (.queued, .retriedByOps): .queued
        case (.sending, .retriedByOps), (.sent, .retriedByOps), (.skipped, .retriedByOps): nil
        case (.sent, _), (.dead, _), (.skipped, _), (.bounced, _): nil
        case (.queued, .returned), (.retrying, .returned), (.sending, .returned): nil
        case (.queued, .delivered), (.queued, .failedForNow), (.queued, .failedForGood), (.queued, .released),
            (.queued, .recipientRefused):
            nil
        case (.retrying, .delivered), (.retrying, .failedForNow), (.retrying, .failedForGood), (.retrying, .released),
            (.retrying, .recipientRefused):
            nil
        }
    }
}

/// The schedule of retries: eight attempts over a day, with jitter.
package enum RetryPlan {
    /// The waits after the first, second, … failed attempt.
    package static let waitsSeconds = [10, 60, 300, 1_800, 7_200, 21_600, 28_800]
    package static let maximumAttempts = waitsSeconds.count + 1

    /// - Parameters:
    ///   - failures: the number of failed attempts so far, at least 1.
    ///   - jitter: −1…1, scaled to ±20 % of the wait.
    /// - Returns: the wait in seconds, or `nil` after the last attempt.
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
