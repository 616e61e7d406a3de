/// The status of a payment attempt. `succeeded` is final; a positive RT changes any other status to it.
package enum AttemptStatus: String, Sendable, CaseIterable {
    /// The attempt is stored, and the PSP has not been called yet.
    case created
    /// The PSP returned the address of its portal.
    case redirected
    /// The payer returned, or the PSP reported the outcome of its page; the service waits for the RT, which decides.
    case inProgress = "in_progress"
    case succeeded
    /// The attempt paid some of its installments, and no further RT is expected for the others.
    case partiallySucceeded = "partially_succeeded"
    case failed
    case cancelled
    case expired
    /// Another PSP or another channel reported the payment of its installments.
    case paidElsewhere = "paid_elsewhere"

    /// No further change is expected, although a late positive RT may still arrive.
    package var isFinal: Bool {
        switch self {
        case .created, .redirected, .inProgress: false
        case .succeeded, .partiallySucceeded, .failed, .cancelled, .expired, .paidElsewhere: true
        }
    }
}

extension AttemptStatus {
    /// Whether the service notifies the PSP, when an attempt enters this status, that its portal must not accept the payment any
    /// more. It does not if the PSP itself ended the payment.
    package var endsPortal: Bool {
        switch self {
        case .cancelled, .expired, .paidElsewhere, .partiallySucceeded: true
        case .created, .redirected, .inProgress, .succeeded, .failed: false
        }
    }
}

package enum AttemptEvent: String, Sendable, CaseIterable {
    case pspAccepted
    /// The PSP rejected the call or was not reachable.
    case pspFailed
    /// The browser returned, or the PSP reported its outcome. For display only.
    case cameBack
    case cancel
    case deadlinePassed
    /// Positive RTs have arrived for all installments.
    case paid
    /// A positive RT has arrived for at least one installment, and none is expected for the others.
    case partlyPaid
    /// A negative RT has arrived.
    case refused
    /// An RT that does not belong to this attempt has paid one of its installments.
    case paidElsewhere
}

extension AttemptStatus {
    /// The status after the deadline. An attempt that has paid some of its installments does not expire as a whole.
    package func afterDeadline(isPartlyPaid: Bool) -> AttemptStatus? {
        after(isPartlyPaid ? .partlyPaid : .deadlinePassed)
    }

    /// The transition table of attempts. `nil`: the event changes nothing in this status.
    package func after(_ event: AttemptEvent) -> AttemptStatus? {
        switch (self, event) {
        case (.succeeded, _): nil
        case (_, .paid): .succeeded
        case (.partiallySucceeded, _): nil
        case (_, .partlyPaid): .partiallySucceeded
        case (.created, .pspAccepted): .redirected
        case (.created, .pspFailed): .failed
        case (.redirected, .cameBack), (.created, .cameBack): .inProgress
        case (.created, .cancel), (.redirected, .cancel): .cancelled
        case (.created, .deadlinePassed), (.redirected, .deadlinePassed), (.inProgress, .deadlinePassed): .expired
        case (.created, .refused), (.redirected, .refused), (.inProgress, .refused): .failed
        case (.created, .paidElsewhere), (.redirected, .paidElsewhere), (.inProgress, .paidElsewhere): .paidElsewhere
        case (.redirected, .pspAccepted), (.inProgress, .pspAccepted): nil
        case (.redirected, .pspFailed), (.inProgress, .pspFailed): nil
        case (.inProgress, .cameBack), (.inProgress, .cancel): nil
        case (.failed, _), (.cancelled, _), (.expired, _), (.paidElsewhere, _): nil
        }
    }
}
