/// The stored status of a position; `expired` is computed and never stored.
package enum PositionState: String, Sendable, CaseIterable {
    case draft
    case open
    case partiallyPaid = "partially_paid"
    case paid
    case cancelled
}

/// The status that a caller reads: the stored status, with expiry computed in Rome time.
package enum PositionStatus: String, Sendable, CaseIterable {
    case draft
    case open
    case partiallyPaid = "partially_paid"
    case paid
    case expired
    case cancelled
}

package enum PositionEvent: Sendable, Equatable, CaseIterable {
    case publish
    case cancel
    case restore
    /// An installment was paid and others are still owed.
    case partPaid
    /// The last installment owed was paid.
    case fullyPaid
    /// A counter payment was voided, and another installment is still paid.
    case partVoided
    /// The only counter payment was voided, so that no installment is paid.
    case fullyVoided
    /// A part of the rest was written off, and another part is still owed.
    case partWrittenOff
    /// The whole rest was written off.
    case fullyWrittenOff
    /// A write-off was undone, so that its installments are owed again.
    case writeOffUndone
}

extension PositionState {
    /// The transition table of positions. `nil`: the event does not fit the state.
    /// Events are idempotent: repeating one is a no-op.
    package func after(_ event: PositionEvent, wasPublished: Bool) -> PositionState? {
        switch (self, event) {
        case (.draft, .publish), (.open, .publish): .open
        case (.partiallyPaid, .publish): .partiallyPaid
        case (.paid, .publish): .paid
        case (.cancelled, .publish): nil
        case (.draft, .cancel), (.open, .cancel), (.cancelled, .cancel): .cancelled
        case (.partiallyPaid, .cancel), (.paid, .cancel): nil
        case (.cancelled, .restore): wasPublished ? .open : .draft
        case (.draft, .restore): .draft
        case (.open, .restore): .open
        case (.partiallyPaid, .restore), (.paid, .restore): nil
        case (.open, .partPaid), (.partiallyPaid, .partPaid): .partiallyPaid
        case (.open, .fullyPaid), (.partiallyPaid, .fullyPaid): .paid
        case (.draft, .partPaid), (.draft, .fullyPaid), (.cancelled, .partPaid), (.cancelled, .fullyPaid): nil
        case (.paid, .partPaid), (.paid, .fullyPaid): nil
        case (.paid, .partVoided), (.partiallyPaid, .partVoided): .partiallyPaid
        case (.paid, .fullyVoided), (.partiallyPaid, .fullyVoided): .open
        case (.draft, .partVoided), (.open, .partVoided), (.cancelled, .partVoided): nil
        case (.draft, .fullyVoided), (.open, .fullyVoided), (.cancelled, .fullyVoided): nil
        case (.partiallyPaid, .partWrittenOff): .partiallyPaid
        case (.partiallyPaid, .fullyWrittenOff): .paid
        case (.partiallyPaid, .writeOffUndone), (.paid, .writeOffUndone): .partiallyPaid
        case (.draft, .writeOffUndone), (.open, .writeOffUndone), (.cancelled, .writeOffUndone): nil
        // A position of which nothing is paid is cancelled instead.
        case (.draft, .partWrittenOff), (.open, .partWrittenOff), (.paid, .partWrittenOff),
            (.cancelled, .partWrittenOff):
            nil
        case (.draft, .fullyWrittenOff), (.open, .fullyWrittenOff), (.paid, .fullyWrittenOff),
            (.cancelled, .fullyWrittenOff):
            nil
        }
    }

    /// `payableUntil`: the last day on which something can be paid; `nil` if there is none.
    package func status(payableUntil: CalendarDate?, today: CalendarDate) -> PositionStatus {
        switch self {
        case .draft: .draft
        case .paid: .paid
        case .cancelled: .cancelled
        case .open: isPast(payableUntil, today) ? .expired : .open
        case .partiallyPaid: isPast(payableUntil, today) ? .expired : .partiallyPaid
        }
    }

    private func isPast(_ day: CalendarDate?, _ today: CalendarDate) -> Bool {
        day.map { $0 < today } ?? false
    }
}

package enum InstallmentStatus: String, Sendable, CaseIterable {
    case draft
    case open
    case paid
    /// The creditor no longer claims it.
    case writtenOff = "written_off"
    case expired
    case cancelled
}
