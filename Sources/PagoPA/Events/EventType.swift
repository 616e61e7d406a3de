/// The kind of an event. The wire names are `rawValue`: the kind of the subject and what happened to it, often its new status.
package enum EventType: String, Sendable, CaseIterable {
    case positionCreated = "position.created"
    case positionChanged = "position.changed"
    case positionPaid = "position.paid"
    case positionDeleted = "position.deleted"
    case attemptCreated = "attempt.created"
    case attemptRedirected = "attempt.redirected"
    case attemptInProgress = "attempt.in_progress"
    case attemptSucceeded = "attempt.succeeded"
    case attemptPartiallySucceeded = "attempt.partially_succeeded"
    case attemptFailed = "attempt.failed"
    case attemptCancelled = "attempt.cancelled"
    case attemptExpired = "attempt.expired"
    case attemptPaidElsewhere = "attempt.paid_elsewhere"
    case receiptSettled = "receipt.settled"
    case receiptRecorded = "receipt.recorded"
    case receiptAnomaly = "receipt.anomaly"
    case receiptQuarantined = "receipt.quarantined"
    case receiptVoided = "receipt.voided"
    case anomalyResolved = "anomaly.resolved"
    case refundDecided = "refund.decided"
    case refundPaid = "refund.paid"
    case refundFailed = "refund.failed"
    case importDone = "import.done"

    /// The kind of object that the event is about.
    package var subject: EventSubject {
        switch self {
        case .positionCreated, .positionChanged, .positionPaid, .positionDeleted: .position
        case .attemptCreated, .attemptRedirected, .attemptInProgress, .attemptSucceeded, .attemptPartiallySucceeded,
            .attemptFailed, .attemptCancelled, .attemptExpired, .attemptPaidElsewhere:
            .attempt
        case .receiptSettled, .receiptRecorded, .receiptAnomaly, .receiptQuarantined, .receiptVoided: .receipt
        case .anomalyResolved: .anomaly
        case .refundDecided, .refundPaid, .refundFailed: .refund
        case .importDone: .positionImport
        }
    }

    /// The event of a journal entry; `nil` for entries without one.
    /// - Parameter to: the state after the change, if the entry has one.
    package init?(of kind: JournalKind, to: String?) {
        switch kind {
        case .positionCreated: self = .positionCreated
        case .positionChanged, .amountChanged: self = .positionChanged
        case .positionState: self = to == PositionState.paid.rawValue ? .positionPaid : .positionChanged
        case .positionDeleted: self = .positionDeleted
        case .attemptState: self.init(.attempt, to)
        case .rtReceived, .receiptMatched, .counterPaymentVoided: self.init(.receipt, to)
        case .counterPayment: self = .receiptSettled
        case .anomalyResolved: self = .anomalyResolved
        case .refundState: self.init(.refund, to)
        case .importEnded: self = .importDone
        case .rtRefused, .anomalyOpened, .writtenOff, .writeOffUndone, .notificationRetried, .notificationResent,
            .notificationBounced, .noticeMailed, .creditorSaved,
            .accountSaved, .mailWordingsSaved,
            .debtTypeSaved, .pspListReplaced, .keyMade, .keyChanged, .keyRevoked, .suspended, .suspensionLifted,
            .secretMade, .secretRevoked, .secretsEncrypted,
            .relayRegistered, .relayEnded, .citizenRegistered, .registrationAttempt, .citizenVerified, .citizenChanged,
            .citizenErased, .citizenProved, .emailChanged, .passwordChanged, .passwordReset, .sessionOpened,
            .sessionClosed, .sessionReuseDetected, .delegationGiven, .delegationWithdrawn, .delegationUsed,
            .sandboxReset,
            .sandboxDaysPassed:
            return nil
        }
    }

    /// The event of an object that now has this status.
    private init?(_ subject: EventSubject, _ status: String?) {
        guard let status else { return nil }
        self.init(rawValue: "\(subject.rawValue).\(status)")
    }
}

/// What an event is about. The wire names are `rawValue`.
package enum EventSubject: String, Sendable, CaseIterable {
    case position
    case attempt
    case receipt
    case anomaly
    case refund
    case positionImport = "import"
}
