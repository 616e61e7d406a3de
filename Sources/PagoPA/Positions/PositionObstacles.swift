/// Why a position cannot be changed now.
package enum ChangeObstacle: Sendable, Equatable {
    /// It is paid, in whole or in part, or cancelled.
    case status(PositionStatus)
    /// A payment attempt reserves one of its installments.
    case paymentInProgress(secondsLeft: Int)
}

/// Why the payment of an installment cannot start now.
package enum PaymentObstacle: Sendable, Equatable {
    case status(InstallmentStatus)
    /// Money that does not fit has arrived, and an operator has not reviewed it yet.
    case underReview([AnomalyKind])
    /// A payment attempt reserves the installment or another alternative of the debt.
    case paymentInProgress(secondsLeft: Int)
}

/// Why a payment of an installment cannot start now, as callers read it. Permanent reasons come first.
package enum DisabledCode: String, Sendable, CaseIterable {
    case draft, paid, cancelled
    /// The creditor wrote the installment off.
    case writtenOff = "written_off"
    /// Its due date has passed, and the debt may not be paid late.
    case overdue
    /// The end of its validity has passed.
    case validityEnded = "validity_ended"
    case underReview = "under_review"
    case paymentInProgress = "payment_in_progress"
    /// Another alternative of the debt is being paid.
    case alternativeInProgress = "alternative_in_progress"
    /// Its creditor or its debt type is suspended.
    case suspended
}

extension Position {
    /// Only a position that is a draft or open, without a payment in progress, can be changed. `nil` if it can.
    package func obstacleToChange(now: Instant) -> ChangeObstacle? {
        switch state {
        case .draft, .open: secondsReserved(now: now).map { .paymentInProgress(secondsLeft: $0) }
        case .partiallyPaid, .paid, .cancelled: .status(status(today: CalendarDate(romeDayOf: now)))
        }
    }

    /// The seconds until the last reservation of its installments ends; `nil` if none is reserved.
    package func secondsReserved(now: Instant) -> Int? {
        installments.compactMap(\.heldUntil).max().map { max(0, now.seconds(until: $0)) }
    }

    /// - Parameter day: the day of the payment. An installment may have been open on an earlier day and be expired now.
    /// - Returns: `nil` if the installment can be paid.
    package func obstacle(paying installment: Installment, on day: CalendarDate, now: Instant) -> PaymentObstacle? {
        let status = status(of: installment, today: day)
        guard status == .open else { return .status(status) }
        if isPaymentBlocked { return .underReview(reviewReasons) }
        return (installment.heldUntil ?? alternativeHeldUntil).map {
            .paymentInProgress(secondsLeft: max(0, now.seconds(until: $0)))
        }
    }

    /// Why a payment of this installment cannot start now; `nil` if it can.
    package func disabledCode(of installment: Installment, now: Instant) -> DisabledCode? {
        let today = CalendarDate(romeDayOf: now)
        return switch obstacle(paying: installment, on: today, now: now) {
        case .status(.draft): .draft
        case .status(.paid): .paid
        case .status(.cancelled): .cancelled
        case .status(.writtenOff): .writtenOff
        case .status(.expired): installment.validUntil.map { $0 < today } ?? false ? .validityEnded : .overdue
        case .underReview: .underReview
        case .paymentInProgress: installment.heldUntil == nil ? .alternativeInProgress : .paymentInProgress
        case .status(.open), nil: isSuspended(at: now) ? .suspended : nil
        }
    }

    /// The installment to which an operator assigns a receipt: the one with this number, or the only one that is still owed.
    /// - Throws: `Fault` for an unknown number, or if a number is needed to decide.
    package func installment(matching number: Int?) throws(Fault) -> Installment {
        if let number {
            guard let found = installments.first(where: { $0.number == number }) else {
                throw Fault("/installment", .unknownReference, "is not an installment of this position")
            }
            return found
        }
        let owed = installments.filter(\.isOwed)
        let candidates = owed.isEmpty ? installments : owed
        guard candidates.count == 1, let only = candidates.first else {
            throw Fault("/installment", .required, "is required: several installments are owed")
        }
        return only
    }
}
