import Foundation

/// Giornale degli eventi: one entry for each change of state; entries are immutable.
package struct JournalEntry: Sendable, Equatable {
    package let kind: JournalKind
    package let actor: Actor
    package let creditor: OrganizationTaxCode?
    package let position: Identifier<Position>?
    package let attempt: Identifier<PaymentAttempt>?
    package let receipt: Identifier<Receipt>?
    /// The anomaly, refund, import or delegation that the entry is about.
    package let subject: UUID?
    package let from: String?
    package let to: String?
    /// A reason or a hash, without personal data.
    package let note: String?

    package init(
        _ kind: JournalKind, by actor: Actor, creditor: OrganizationTaxCode? = nil,
        position: Identifier<Position>? = nil, attempt: Identifier<PaymentAttempt>? = nil,
        receipt: Identifier<Receipt>? = nil, subject: UUID? = nil, from: String? = nil, to: String? = nil,
        note: String? = nil
    ) {
        self.kind = kind
        self.actor = actor
        self.creditor = creditor
        self.position = position
        self.attempt = attempt
        self.receipt = receipt
        self.subject = subject
        self.from = from
        self.to = to
        self.note = note
    }

    /// The event of the feed that the entry is; `nil` for an entry of no interest to creditors, or without a creditor.
    package var event: EventType? { creditor == nil ? nil : EventType(of: kind, to: to) }
}

package enum JournalKind: String, Sendable, CaseIterable {
    case positionCreated = "position_created"
    case positionChanged = "position_changed"
    case positionState = "position_state"
    /// The creditor answered with another amount when a payment started; the note contains both.
    case amountChanged = "amount_changed"
    /// A draft that was never published was deleted.
    case positionDeleted = "position_deleted"
    case attemptState = "attempt_state"
    case rtReceived = "rt_received"
    case rtRefused = "rt_refused"
    case counterPayment = "counter_payment"
    case counterPaymentVoided = "counter_payment_voided"
    case anomalyOpened = "anomaly_opened"
    case anomalyResolved = "anomaly_resolved"
    case receiptMatched = "receipt_matched"
    case writtenOff = "written_off"
    /// Installments that were written off are owed again.
    case writeOffUndone = "write_off_undone"
    case importEnded = "import_ended"
    case refundState = "refund_state"
    case notificationRetried = "notification_retried"
    /// The note contains the id of the new e-mail, never its address.
    case notificationResent = "notification_resent"
    /// The payment notices of a position were mailed; the note contains the id of the e-mail, never its address, and the reason.
    case noticeMailed = "notice_mailed"
    /// The note contains the enhanced status code.
    case notificationBounced = "notification_bounced"
    case creditorSaved = "creditor_saved"
    case accountSaved = "account_saved"
    case mailWordingsSaved = "mail_wordings_saved"
    case debtTypeSaved = "debt_type_saved"
    /// The note contains what was switched off, and the reason.
    case suspended
    case suspensionLifted = "suspension_lifted"
    case pspListReplaced = "psp_list_replaced"
    case keyMade = "key_made"
    /// The note contains the prefix of the key and the names of the changed members.
    case keyChanged = "key_changed"
    case keyRevoked = "key_revoked"
    case secretMade = "secret_made"
    case secretRevoked = "secret_revoked"
    /// Stored secrets were encrypted with the first key of `SECRETS_KEY`; the note contains their number.
    case secretsEncrypted = "secrets_encrypted"
    case relayRegistered = "relay_registered"
    case relayEnded = "relay_ended"
    case citizenRegistered = "citizen_registered"
    case registrationAttempt = "registration_attempt"
    case citizenVerified = "citizen_verified"
    case citizenChanged = "citizen_changed"
    case citizenErased = "citizen_erased"
    case citizenProved = "citizen_proved"
    case emailChanged = "email_changed"
    case passwordChanged = "password_changed"
    case passwordReset = "password_reset"
    case sessionOpened = "session_opened"
    case sessionClosed = "session_closed"
    case sessionReuseDetected = "session_reuse_detected"
    /// The note of the three contains the id of the delegation; that of a use also the operation.
    case delegationGiven = "delegation_given"
    case delegationWithdrawn = "delegation_withdrawn"
    case delegationUsed = "delegation_used"
    /// The data of a test creditor were deleted; the note contains how many.
    case sandboxReset = "sandbox_reset"
    /// Days passed for a test creditor; the note contains their number.
    case sandboxDaysPassed = "sandbox_days_passed"
}
