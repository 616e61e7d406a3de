import PagoPA
import Storage

extension RTOperations {
    /// Queues all changes of a new RT, and ends the attempts that can no longer pay.
    func record(
        _ facts: RTFacts, as id: Identifier<Receipt>, in tx: Transaction, render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> ReceivedRT {
        let result = try queueChanges(facts, as: id, in: tx, render: render)
        if facts.settlement.disposition == .settled, let position = facts.position,
            let installment = facts.installment
        {
            try await tx.endAttempts(
                holding: installment, of: position, paidBy: facts.attempt, by: facts.origin.actor, at: facts.now)
        }
        return result
    }

    /// Queues the changes of the RT itself, for one flush.
    private func queueChanges(
        _ facts: RTFacts, as id: Identifier<Receipt>, in tx: Transaction, render: Renderer<RTAcknowledgement, [UInt8]>
    ) throws -> ReceivedRT {
        let receipt = facts.receipt(id: id)
        let actor = facts.origin.actor
        tx.insert(receipt, installment: facts.installment?.id)
        var anomaly: Anomaly?
        if let kind = facts.settlement.anomaly {
            let opened = Anomaly(id: newID(), kind, of: receipt, on: receipt.position, openedAt: facts.now)
            tx.insert(opened)
            tx.journal(
                JournalEntry(
                    .anomalyOpened, by: actor, creditor: receipt.creditor, position: receipt.position,
                    receipt: receipt.id, to: kind.rawValue), at: facts.now)
            anomaly = opened
        }
        let answer = render(
            RTAcknowledgement(
                receipt: receipt.id, receiptID: receipt.receiptID, disposition: receipt.status,
                anomaly: anomaly.map { ($0.id, $0.kind) }, position: receipt.position, receivedAt: facts.arrivedAt,
                sha256: facts.body.sha256, notes: receipt.notes))
        tx.insert(facts.body, id: newID(), of: receipt.id, isFirst: true, answer: answer, at: facts.arrivedAt)
        tx.journal(
            JournalEntry(
                .rtReceived, by: actor, creditor: receipt.creditor, position: receipt.position,
                attempt: receipt.attempt,
                receipt: receipt.id, to: receipt.status.rawValue, note: facts.origin.reason), at: facts.now)
        if receipt.status == .settled, let position = facts.position, let installment = facts.installment {
            try tx.applyPayment(to: installment, of: position, paidAt: facts.rt.paidAt, by: actor, at: facts.now)
        }
        move(facts, by: actor, in: tx)
        if receipt.hasPDF { tx.insert(mailsOfReceipt(receipt, facts)) }
        if let attempt = facts.attempt, attempt.notifiesFailure, facts.isFirstRefusal {
            tx.insert(
                outbox.mails(
                    .paymentFailed, about: receipt, toPayer: [attempt.email], toDebtor: nil, in: attempt.language,
                    at: facts.now))
        }
        return ReceivedRT(isReplay: false, answer: answer, disposition: receipt.status, receipt: receipt.id)
    }

    /// Updates the payment attempt of the RT.
    private func move(_ facts: RTFacts, by actor: Actor, in tx: Transaction) {
        guard let attempt = facts.attempt, let installment = facts.installment,
            let outcome = facts.settlement.itemOutcome,
            let item = attempt.items.first(where: { $0.installment == installment.id }), item.outcome != .paid
        else { return }
        let ended = item.outcome.after(outcome)
        guard let event = attempt.event(after: outcome, of: installment.id),
            let next = attempt.status.after(event)
        else { return tx.setOutcome(ended, of: installment.id, in: attempt.id) }
        let reason = facts.rt.failureReason ?? AttemptFailure.paymentRefused.reason
        tx.setStatus(
            next, of: attempt.id, item: (ended, installment.id), failureReason: event == .refused ? reason : nil,
            at: facts.now)
        tx.journal(attempt, from: attempt.status, to: next, by: actor, at: facts.now)
    }

    private func mailsOfReceipt(_ receipt: Receipt, _ facts: RTFacts) -> [PagoPA.Notification] {
        outbox.mails(
            NotificationKind(whenMoneyCameWith: facts.settlement.anomaly), about: receipt,
            toPayer: [facts.attempt?.email, facts.attempt?.payer?.email, facts.rt.payer?.email],
            toDebtor: facts.position?.debtor.email,
            in: facts.attempt?.language ?? facts.creditor?.languages.first ?? .it, at: facts.now)
    }

    /// Stores the second body and opens an anomaly; the first body continues to count. A repeat of the second body adds nothing.
    func recordConflict(
        _ rt: RT, body: RTBody, with known: KnownRT, by actor: Actor, in tx: Transaction, at now: Instant
    ) async throws -> Identifier<Anomaly> {
        if let earlier = try await tx.ask(
            Receipts.conflict(of: known.receipt, fingerprint: body.fingerprint, orAny: known.holdsFingerprint))
        {
            return earlier
        }
        let bodyID: Identifier<RT> = newID()
        let anomaly = Anomaly(
            id: newID(), kind: .receiptConflict, isOpen: true, receipt: known.receipt, position: known.position,
            creditor: rt.creditor, iuv: rt.iuv, psp: rt.psp.id, amount: rt.amount,
            isPayerKnown: rt.payer?.namesSomebody ?? false, conflictingBody: bodyID, openedAt: now)
        tx.insert(body, id: bodyID, of: known.receipt, isFirst: false, answer: [], at: now)
        tx.insert(anomaly)
        tx.journal(
            JournalEntry(
                .anomalyOpened, by: actor, creditor: rt.creditor, position: known.position,
                receipt: known.receipt, to: anomaly.kind.rawValue), at: now)
        return anomaly.id
    }
}
