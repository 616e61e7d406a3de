/// The result of processing an RT.
package enum Disposition: String, Sendable, CaseIterable {
    /// The RT paid its installment.
    case settled
    /// The RT is stored but changes nothing: it reports a failed payment, is a copy of a payment that another creditor's RT
    /// reports, or was replaced by a later body with the same key.
    case recorded
    /// The payment was executed but does not match the position; the service stores it and lists it for operators.
    case anomaly
    /// No position has its IUV; the service stores the RT until it can be matched.
    case quarantined
    /// A counter payment that was recorded by mistake; it pays no installment.
    case voided
}

/// The changes that an RT causes, as a pure function of the RT and the stored data.
package struct Settlement: Sendable, Equatable {
    package let disposition: Disposition
    package let anomaly: AnomalyKind?
    /// The new outcome of the installment in the payment attempt of the RT; `nil`: no change.
    package let itemOutcome: ItemOutcome?

    package static let settled = Settlement(disposition: .settled, anomaly: nil, itemOutcome: .paid)

    package static func anomaly(_ kind: AnomalyKind) -> Settlement {
        // The PSP executed the payment, so the attempt succeeded although it does not pay the position.
        Settlement(disposition: .anomaly, anomaly: kind, itemOutcome: .paid)
    }

    private static let recorded = Settlement(disposition: .recorded, anomaly: nil, itemOutcome: nil)

    package static func quarantined(_ kind: AnomalyKind) -> Settlement {
        Settlement(disposition: .quarantined, anomaly: kind, itemOutcome: nil)
    }

    /// The decision table. It has a result for every input, because the service must never reject an executed payment.
    /// - Parameters:
    ///   - position: the position with this IUV, if there is one.
    ///   - installment: its installment with this IUV.
    ///   - share: its share of another creditor's installment, if the creditor has no installment with this IUV.
    ///   - startedAt: the start of this RT's attempt, if there is one: a payment that began by the due date is on time.
    package static func of(
        _ rt: RT, position: Position?, installment: Installment?, share: Share?, startedAt: Instant?,
        creditorIsKnown: Bool
    ) -> Settlement {
        of(
            rt.outcome, rt.amount, paidAt: rt.paidAt, transfers: rt.transfers, position: position,
            installment: installment, share: share,
            startedAt: startedAt, creditorIsKnown: creditorIsKnown, contradictsItself: rt.notes.contradictMoney)
    }

    /// Applies the same table to a stored receipt.
    /// - Parameter contradictsItself: whether its RT contradicts itself about the payment; then it does not settle before an
    /// operator has reviewed it.
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
            // It is unknown whether the payment was executed, so the attempt does not change until an operator has reviewed it.
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
        // The creditor no longer claims the amount, as if it had cancelled a position of this installment alone.
        if installment.isWrittenOff { return .anomaly(.positionCancelled) }
        switch position.state {
        case .draft: return .anomaly(.positionDraft)
        case .cancelled: return .anomaly(.positionCancelled)
        case .open, .partiallyPaid, .paid: break
        }
        if outcome.isPartial { return .anomaly(.partialPayment) }
        if amount != installment.amount { return .anomaly(.amountMismatch) }
        if !installment.isPaid(by: transfers) { return .anomaly(.unexpectedBeneficiary) }
        let begun = min(startedAt ?? paidAt, paidAt)
        if let last = position.lastDay(of: installment), CalendarDate(romeDayOf: begun) > last {
            return .anomaly(.positionExpired)
        }
        return .settled
    }

    /// The RT of the notice's creditor pays the installment; the RTs of the other beneficiaries report the same payment.
    private static func copy(_ outcome: RTOutcome, _ amount: Amount, of share: Share) -> Settlement {
        if outcome.isPartial { return Settlement(disposition: .anomaly, anomaly: .partialPayment, itemOutcome: nil) }
        guard amount == share.whole || amount == share.part else {
            return Settlement(disposition: .anomaly, anomaly: .amountMismatch, itemOutcome: nil)
        }
        return .recorded
    }
}

/// A creditor's share of another creditor's installment. pagoPA sends the RT of such a payment to each of them: with the whole
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
    /// Whether the transfers pay the beneficiaries of the debt, each with its amount. Only beneficiaries and sums are compared:
    /// an RT may split one amount into several transfers, and often omits the IBAN. An RT without transfers contradicts nothing.
    func isPaid(by sent: [RTTransfer]) -> Bool {
        guard !sent.isEmpty, !transfers.isEmpty else { return true }
        // If the transfers do not add up, the RT contradicts itself, which is a different anomaly.
        guard (try? Amount.sum(sent.map(\.amount))) == amount else { return true }
        func parts(_ pairs: [(OrganizationTaxCode, Int64)]) -> [OrganizationTaxCode: Int64] {
            Dictionary(pairs.filter { $0.1 != 0 }) { $0.addingReportingOverflow($1).partialValue }
        }
        return parts(transfers.map { ($0.creditor, $0.amount.cents) })
            == parts(sent.map { ($0.creditor, $0.amount.cents) })
    }
}

extension Installment {
    /// The taxonomy codes of its transfers that these transfers of an RT pay, by their index: the one in the same place if it is of the same
    /// creditor, else the first one of the creditor.
    package func taxonomyCodes(of paid: [RTTransfer]) -> [Int: TaxonomyCode] {
        var codes: [Int: TaxonomyCode] = [:]
        for transfer in paid {
            let own = transfers.indices.contains(transfer.index - 1) ? transfers[transfer.index - 1] : nil
            let found = own?.creditor == transfer.creditor ? own : transfers.first { $0.creditor == transfer.creditor }
            codes[transfer.index] = found?.taxonomyCode
        }
        return codes
    }
}

extension Position {
    /// The event of the position when this installment is paid.
    package func event(paying installment: Identifier<Installment>) -> PositionEvent {
        installments.allSatisfy { !$0.isOwed || $0.id == installment } ? .fullyPaid : .partPaid
    }

    /// The event of the position when the payment of this installment is voided.
    package func event(voiding installment: Identifier<Installment>) -> PositionEvent {
        installments.contains { !$0.isOwed && $0.id != installment } ? .partVoided : .fullyVoided
    }
}
