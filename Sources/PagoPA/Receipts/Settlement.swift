/// How an RT was taken.
package enum Disposition: String, Sendable, CaseIterable {
    /// It paid its installment.
    case settled
    /// It changes nothing: it says that nothing was paid, is the copy of a payment that another creditor's RT tells, or was replaced by a
    /// later body of its key; kept.
    case recorded
    /// Money moved but does not fit; kept and listed for people.
    case anomaly
    /// Nothing of ours bears its IUV; kept until it can be matched.
    case quarantined
    /// A counter payment that was recorded by mistake; it pays nothing.
    case voided
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

    private static let recorded = Settlement(disposition: .recorded, anomaly: nil, itemOutcome: nil)

    package static func quarantined(_ kind: AnomalyKind) -> Settlement {
        Settlement(disposition: .quarantined, anomaly: kind, itemOutcome: nil)
    }

    /// The decision table; total: money never hears "no".
    /// - Parameters:
    ///   - position: the position with this IUV, if there is one.
    ///   - installment: its installment with this IUV.
    ///   - share: where the creditor has no installment with this IUV: what it gets out of another creditor's.
    ///   - startedAt: when the attempt of this RT began, if it has one: a payment begun in time counts as in time.
    package static func of(
        _ rt: RT, position: Position?, installment: Installment?, share: Share?, startedAt: Instant?,
        creditorIsKnown: Bool
    ) -> Settlement {
        of(
            rt.outcome, rt.amount, paidAt: rt.paidAt, transfers: rt.transfers, position: position,
            installment: installment, share: share,
            startedAt: startedAt, creditorIsKnown: creditorIsKnown, contradictsItself: rt.notes.contradictMoney)
    }

    /// The same for a receipt that was kept before.
    /// - Parameter contradictsItself: whether its RT contradicts itself about money; then nothing settles before people have looked at it.
    package static func of(
        _ outcome: RTOutcome, _ amount: Amount, paidAt: Instant, transfers: [RTTransfer], position: Position?,
        installment: Installment?,
        share: Share?, startedAt: Instant?, creditorIsKnown: Bool, contradictsItself: Bool = false
    ) -> Settlement {
        let fitting = byTable(
            outcome, amount, paidAt: paidAt, transfers: transfers, position: position, installment: installment,
            share: share,
            startedAt: startedAt, creditorIsKnown: creditorIsKnown)
        guard contradictsItself, fitting.anomaly == nil else { return fitting }
        guard outcome.movedMoney else {
            // Whether money moved is what people must find out, so the attempt is left as it is.
            return Settlement(disposition: .recorded, anomaly: .contradictoryRT, itemOutcome: nil)
        }
        return Settlement(
            disposition: .anomaly, anomaly: .contradictoryRT, itemOutcome: installment == nil ? nil : .paid)
    }

    private static func byTable(
        _ outcome: RTOutcome, _ amount: Amount, paidAt: Instant, transfers: [RTTransfer], position: Position?,
        installment: Installment?,
        share: Share?, startedAt: Instant?, creditorIsKnown: Bool
    ) -> Settlement {
        guard let position, let installment else {
            guard outcome.movedMoney else { return .recorded }
            if let share { return copy(outcome, amount, of: share) }
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
        if !installment.isPaid(by: transfers) { return .anomaly(.unexpectedBeneficiary) }
        let begun = min(startedAt ?? paidAt, paidAt)
        if !position.payableAfterDue, CalendarDate(romeDayOf: begun) > installment.dueDate {
            return .anomaly(.positionExpired)
        }
        return .settled
    }

    /// The RT of the notice's creditor pays the installment; the other beneficiaries' tell of the same money.
    private static func copy(_ outcome: RTOutcome, _ amount: Amount, of share: Share) -> Settlement {
        if outcome.isPartial { return Settlement(disposition: .anomaly, anomaly: .partialPayment, itemOutcome: nil) }
        guard amount == share.whole || amount == share.part else {
            return Settlement(disposition: .anomaly, anomaly: .amountMismatch, itemOutcome: nil)
        }
        return .recorded
    }
}

/// What a creditor gets out of an installment of another one. pagoPA sends the RT of such a payment to each of them: with the whole
/// amount in the newer interface, with its own part in a cart of several beneficiaries.
package struct Share: Sendable, Equatable {
    package let installment: Identifier<Installment>
    package let whole: Amount
    package let part: Amount

    package init(installment: Identifier<Installment>, whole: Amount, part: Amount) {
        self.installment = installment
        self.whole = whole
        self.part = part
    }
}

extension Installment {
    /// Whether the money went to the bodies that the debt names, each with its part. Only bodies and sums are compared: an RT may tell
    /// one body's part in several transfers, and often leaves the IBAN out. An RT without transfers says nothing else.
    func isPaid(by told: [RTTransfer]) -> Bool {
        guard !told.isEmpty, !transfers.isEmpty else { return true }
        // Transfers that do not add up contradict the RT itself, which is another anomaly.
        guard (try? Amount.sum(told.map(\.amount))) == amount else { return true }
        func parts(_ pairs: [(OrganizationTaxCode, Int64)]) -> [OrganizationTaxCode: Int64] {
            Dictionary(pairs.filter { $0.1 != 0 }) { $0.addingReportingOverflow($1).partialValue }
        }
        return parts(transfers.map { ($0.creditor, $0.amount.cents) })
            == parts(told.map { ($0.creditor, $0.amount.cents) })
    }
}

extension Position {
    /// What paying this installment makes of the position.
    package func event(paying installment: Identifier<Installment>) -> PositionEvent {
        installments.allSatisfy { $0.paidAt != nil || $0.id == installment } ? .fullyPaid : .partPaid
    }

    /// What voiding the payment of this installment makes of the position.
    package func event(voiding installment: Identifier<Installment>) -> PositionEvent {
        installments.contains { $0.paidAt != nil && $0.id != installment } ? .partVoided : .fullyVoided
    }
}
