/// How an RT was taken.
package enum Disposition: String, Sendable, CaseIterable {
    /// It paid its installment.
    case settled
    /// It says that nothing was paid; kept.
    case recorded
    /// Money moved but does not fit; kept and listed for people.
    case anomaly
    /// Nothing of ours bears its IUV; kept until it can be matched.
    case quarantined
}

/// What an RT changes, decided in one place from facts alone.
package struct Settlement: Sendable, Equatable {
    package let disposition: Disposition
    package let anomaly: AnomalyKind?
    /// What became of the installment in the attempt that the RT belongs to; `nil` leaves it as it is.
    package let itemOutcome: ItemOutcome?

    package static let settled = Settlement(disposition: .settled, anomaly: nil, itemOutcome: .paid)

    package static func anomaly(_ kind: AnomalyKind) -> Settlement {
        // The PSP did take the money, so the attempt succeeded although the position is not paid by it.
        Settlement(disposition: .anomaly, anomaly: kind, itemOutcome: .paid)
    }

    package static func quarantined(_ kind: AnomalyKind) -> Settlement {
        Settlement(disposition: .quarantined, anomaly: kind, itemOutcome: nil)
    }

    /// The decision table; total: money never hears "no".
    /// - Parameters:
    ///   - position: the position with this IUV, if there is one.
    ///   - installment: its installment with this IUV.
    ///   - startedAt: when the attempt of this RT began, if it has one: a payment begun in time counts as in time.
    package static func of(
        _ rt: RT, position: Position?, installment: Installment?, startedAt: Instant?, creditorIsKnown: Bool
    ) -> Settlement {
        of(
            rt.outcome, rt.amount, paidAt: rt.paidAt, position: position, installment: installment,
            startedAt: startedAt, creditorIsKnown: creditorIsKnown)
    }

    /// The same for a receipt that was kept before.
    package static func of(
        _ outcome: RTOutcome, _ amount: Amount, paidAt: Instant, position: Position?, installment: Installment?,
        startedAt: Instant?, creditorIsKnown: Bool
    ) -> Settlement {
        guard let position, let installment else {
            guard outcome.movedMoney else {
                return Settlement(disposition: .recorded, anomaly: nil, itemOutcome: nil)
            }
            return .quarantined(creditorIsKnown ? .unknownIUV : .unknownCreditor)
        }
        guard outcome.movedMoney else {
            return Settlement(disposition: .recorded, anomaly: nil, itemOutcome: .failed)
        }
        if installment.paidAt != nil { return .anomaly(.alreadyPaid) }
        switch position.state {
        case .draft: return .anomaly(.positionDraft)
        case .cancelled: return .anomaly(.positionCancelled)
        case .open, .partiallyPaid, .paid: break
        }
        if outcome.isPartial { return .anomaly(.partialPayment) }
        if amount != installment.amount { return .anomaly(.amountMismatch) }
        let begun = min(startedAt ?? paidAt, paidAt)
        if !position.payableAfterDue, CalendarDate(romeDayOf: begun) > installment.dueDate {
            return .anomaly(.positionExpired)
        }
        return .settled
    }
}

extension Position {
    /// What paying this installment makes of the position.
    package func event(paying installment: Identifier<Installment>) -> PositionEvent {
        installments.allSatisfy { $0.paidAt != nil || $0.id == installment } ? .fullyPaid : .partPaid
    }
}
