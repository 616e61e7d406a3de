/// Where a payment attempt stands. `succeeded` never reverts; a positive RT moves any of the others to it.
package enum AttemptStatus: String, Sendable, CaseIterable {
    /// Kept, the PSP not yet asked.
    case created
    /// The PSP gave its portal's address.
    case redirected
    /// The payer came back, or the PSP told how its page ended; the RT decides and has not arrived.
    case inProgress = "in_progress"
    case succeeded
    case failed
    case cancelled
    case expired

    /// No further change is expected, though a late positive RT may still come.
    package var isFinal: Bool {
        switch self {
        case .created, .redirected, .inProgress: false
        case .succeeded, .failed, .cancelled, .expired: true
        }
    }
}

extension AttemptStatus {
    /// Whether the PSP is told, when an attempt comes to this state, that its portal must take no money for it any more. Not where
    /// the PSP itself has ended the payment.
    package var endsPortal: Bool {
        switch self {
        case .cancelled, .expired: true
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
    /// A negative RT.
    case refused
}

extension AttemptStatus {
    /// The one transition table of attempts. `nil`: the event changes nothing here.
    package func after(_ event: AttemptEvent) -> AttemptStatus? {
        switch (self, event) {
        case (.succeeded, _): nil
        case (_, .paid): .succeeded
        case (.created, .pspAccepted): .redirected
        case (.created, .pspFailed): .failed
        case (.redirected, .cameBack), (.created, .cameBack): .inProgress
        case (.created, .cancel), (.redirected, .cancel): .cancelled
        case (.created, .deadlinePassed), (.redirected, .deadlinePassed), (.inProgress, .deadlinePassed): .expired
        case (.created, .refused), (.redirected, .refused), (.inProgress, .refused): .failed
        case (.redirected, .pspAccepted), (.inProgress, .pspAccepted), (.failed, .pspAccepted),
            (.cancelled, .pspAccepted), (.expired, .pspAccepted):
            nil
        case (.redirected, .pspFailed), (.inProgress, .pspFailed), (.failed, .pspFailed), (.cancelled, .pspFailed),
            (.expired, .pspFailed):
            nil
        case (.inProgress, .cameBack), (.failed, .cameBack), (.cancelled, .cameBack), (.expired, .cameBack): nil
        case (.inProgress, .cancel), (.failed, .cancel), (.cancelled, .cancel), (.expired, .cancel): nil
        case (.failed, .deadlinePassed), (.cancelled, .deadlinePassed), (.expired, .deadlinePassed): nil
        case (.failed, .refused), (.cancelled, .refused), (.expired, .refused): nil
        }
    }

    /// The states an event changes, for a statement's guard.
    package static func changed(by event: AttemptEvent) -> [AttemptStatus] {
        allCases.filter { $0.after(event) != nil }
    }
}
