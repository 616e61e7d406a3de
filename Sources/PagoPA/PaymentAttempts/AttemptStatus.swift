/// Where a payment attempt stands. `succeeded` never reverts; a positive RT moves any of the others to it.
package enum AttemptStatus: String, Sendable, CaseIterable {
    /// Kept, the PSP not yet asked.
    case created
    /// The PSP gave its portal's address.
    case redirected
    /// The payer came back, or the PSP told how its page ended; the RT decides and has not arrived.
    case inProgress = "in_progress"
    case succeeded
    /// Some of its installments are paid by it, and no more RT is expected for the others.
    case partiallySucceeded = "partially_succeeded"
    case failed
    case cancelled
    case expired
    /// Another PSP or another channel reported the payment of what it was to pay.
    case paidElsewhere = "paid_elsewhere"

    /// No further change is expected, though a late positive RT may still come.
    package var isFinal: Bool {
        switch self {
        case .created, .redirected, .inProgress: false
        case .succeeded, .partiallySucceeded, .failed, .cancelled, .expired, .paidElsewhere: true
        }
    }
}

extension AttemptStatus {
    /// Whether the PSP is told, when an attempt comes to this state, that its portal must take no money for it any more. Not where
    /// the PSP itself has ended the payment.
    package var endsPortal: Bool {
        switch self {
        case .cancelled, .expired, .paidElsewhere, .partiallySucceeded: true
        case .created, .redirected, .inProgress, .succeeded, .failed: false
        }
    }
}

package enum AttemptEvent: String, Sendable, CaseIterable {
    case pspAccepted
    /// The PSP said no or could not be reached.
    case pspFailed
    /// The browser came back, or the PSP told its outcome. Display only.
    case cameBack
    case cancel
    case deadlinePassed
    /// Positive RTs for every installment.
    case paid
    /// A positive RT for at least one installment, and none is expected for the others.
    case partlyPaid
    /// A negative RT.
    case refused
    /// An RT that is not of this attempt has paid one of its installments.
    case paidElsewhere
}

extension AttemptStatus {
    /// The one transition table of attempts. `nil`: the event changes nothing here.
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
