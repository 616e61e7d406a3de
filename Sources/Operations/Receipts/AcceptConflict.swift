import Accounts
import Cryptography
import Documents
import PagoPA
import Requests
import Storage

extension AnomalyOperations {
    /// Accepts the second body of a conflict: the decision table turns it into a receipt that replaces the first one. The first receipt
    /// remains stored with its evidence. Its installment is owed again before the table decides, so that no payment counts twice. The
    /// caller has locked position, receipt and anomaly.
    /// - Parameter position: the position that the first body paid, else the one with the IUV.
    /// - Returns: the new receipt.
    /// - Throws: `Refusal.resolutionNotPossible`.
    func acceptConflict(
        _ anomaly: Anomaly, insteadOf first: Receipt, on position: Position?, reason: String, by caller: Caller,
        in tx: Transaction, at now: Instant, render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> Identifier<Receipt> {
        if let why = anomaly.kind.obstacle(accepting: first, position: nil, installment: nil) {
            throw Refusal.resolutionNotPossible(why)
        }
        guard first.copyOf == nil || caller.holds(.operations) else {
            throw Refusal.resolutionNotPossible(
                "The receipt is a copy of a payment that the creditor of the notice records. Ask operations to accept the anomaly."
            )
        }
        guard first.status != .settled || (position != nil && first.position == position?.id) else {
            throw Refusal.resolutionNotPossible(
                "The receipt has just been matched to a position. Read the anomaly again, then accept it.")
        }
        let actor = caller.actor
        let second = try await secondBody(of: anomaly, insteadOf: first, in: tx)
        let rt = second.rt
        guard rt.outcome.movedMoney || !first.outcome.movedMoney else {
            throw Refusal.resolutionNotPossible(
                "The first body says that money was paid, which discharges the payer, and a KO does not take that back. Reject the anomaly, and claim the money from the PSP if it did not arrive."
            )
        }
        let id: Identifier<Receipt> = newID()
        guard try await tx.supersede(first.id, by: id) else {
            throw Refusal.resolutionNotPossible(
                "Another body has already replaced the first one. Reject the anomaly.")
        }
        try await close(first, replacedBy: id, reason: reason, by: actor, in: tx, at: now)
        let (creditor, attempt, share) = try await tx.ask(
            Creditors.show(rt.creditor, within: .everyCreditor),
            PaymentAttempts.lock(for: rt), Receipts.share(of: rt.creditor, iuv: rt.iuv))
        var (position, installment) = (position, position?.installments.first { $0.iuv == rt.iuv })
        if first.status == .settled, let paid = position {
            (position, installment) = try await unpay(first, on: paid, by: actor, in: tx, at: now)
        }
        let settlement = Settlement.of(
            rt, position: position, installment: installment, share: share,
            startedAt: attempt?.createdAt ?? second.arrivedAt, creditorIsKnown: creditor != nil)
        let facts = RTFacts(
            rt: rt, body: second.body,
            origin: RTOrigin(receipt: second.origin, actor: actor, reason: reason), position: position,
            installment: installment, share: share, attempt: attempt, settlement: settlement, creditor: creditor,
            arrivedAt: second.arrivedAt, now: now)
        if first.status == .settled, settlement.disposition != .settled, let position, position.state == .open {
            tx.reopenAlternatives(of: position, by: actor, at: now)
        }
        return try await rts.record(facts, as: id, in: tx, render: render).receipt
    }

    /// Makes the installment owed again that the replaced receipt had paid.
    /// - Returns: the updated position and its installment.
    private func unpay(
        _ first: Receipt, on position: Position, by actor: Actor, in tx: Transaction, at now: Instant
    ) async throws -> (Position, Installment) {
        guard let paid = position.installments.first(where: { $0.number == first.installmentNumber }),
            let next = position.state.after(position.event(voiding: paid.id), wasPublished: true)
        else { throw Refusal.resolutionNotPossible("The receipt does not pay an installment of its position.") }
        tx.unpay(paid, of: position, becoming: next, at: now)
        tx.journal(
            JournalEntry(
                .positionState, by: actor, creditor: position.creditor, position: position.id,
                from: position.state.rawValue, to: next.rawValue), at: now)
        guard let owed = try await tx.ask(Positions.show(position.id, within: .everyCreditor, locking: true)),
            let installment = owed.installments.first(where: { $0.id == paid.id })
        else { throw Refusal.notFound }
        return (owed, installment)
    }

    /// Closes the open anomalies of a replaced receipt.
    private func close(
        _ first: Receipt, replacedBy other: Identifier<Receipt>, reason: String, by actor: Actor, in tx: Transaction,
        at now: Instant
    ) async throws {
        tx.journal(
            JournalEntry(
                .receiptMatched, by: actor, creditor: first.creditor, position: first.position, receipt: first.id,
                from: first.status.rawValue, to: Disposition.recorded.rawValue, note: "replaced by receipt \(other)"),
            at: now)
        var filter = AnomalyFilter()
        filter.isOpen = true
        filter.receipt = first.id
        filter.kinds = AnomalyKind.allCases.filter { $0 != .receiptConflict }
        for own in try await tx.ask(Anomalies.list(filter, within: .everyCreditor, page: PageRequest())).items {
            tx.close(own, Resolution(kind: .reject, reason: reason, resolvedAt: now), position: nil, by: actor)
        }
    }

    /// Reads the second body of a conflict again, with the current parser.
    private func secondBody(
        of anomaly: Anomaly, insteadOf first: Receipt, in tx: Transaction
    ) async throws -> SecondBody {
        guard anomaly.conflictingBody != nil, let stored = try await tx.ask(Evidences.of(anomaly)),
            let syntax = RTSyntax(rawValue: stored.mediaType),
            var rt = try? RTDocument.read(
                stored.bytes, as: syntax, from: stored.sender, receivedAt: stored.receivedAt),
            rt.creditor == first.creditor, rt.iuv == first.iuv, rt.receiptID == first.receiptID, let psp = first.psp
        else {
            throw Refusal.resolutionNotPossible(
                "The second body is not a readable RT with this key. Reject the anomaly.")
        }
        let body = RTBody(
            psp: stored.sender, messageID: stored.messageID, contentType: stored.mediaType, bytes: stored.bytes,
            sha256: stored.sha256, fingerprint: SHA256.digest(rt.meaning))
        // The PSP of the RT was determined when it arrived: the conflict is under that PSP's key.
        rt.psp = RTPSP(
            id: psp.id, businessName: rt.psp.businessName, taxCode: rt.psp.taxCode, channel: rt.psp.channel)
        return SecondBody(
            rt: rt, body: body, origin: stored.messageID.isEmpty ? .file : .pagopa, arrivedAt: stored.receivedAt)
    }
}

private struct SecondBody {
    let rt: RT
    let body: RTBody
    let origin: ReceiptOrigin
    let arrivedAt: Instant
}
