import Accounts
import Logging
import PagoPA
import Requests
import Storage

extension Intermediary {
    /// What a kept receipt does on the installment that it turned out to belong to. Position, receipt and anomaly are locked.
    /// - Returns: how the receipt stands now.
    func settle(
        _ receipt: Receipt, on installment: Installment, of position: Position, by actor: Actor, in tx: Transaction,
        at now: Instant
    ) async throws -> Disposition {
        let creditor = try await tx.ask(Creditors.show(position.creditor, within: .everyCreditor))
        let settlement = Settlement.of(
            receipt.outcome, receipt.amount, paidAt: receipt.paidAt, transfers: receipt.transfers, position: position,
            installment: installment,
            share: nil, startedAt: receipt.receivedAt, creditorIsKnown: true,
            contradictsItself: receipt.notes.contradictMoney)
        tx.settle(receipt.id, as: settlement.disposition, on: installment, of: position)
        recordSettlement(settlement, of: receipt, on: position.id, by: actor, in: tx, at: now)
        if settlement.disposition == .settled {
            try pay(installment, of: position, paidAt: receipt.paidAt, by: actor, in: tx, at: now)
            try await endAttempts(holding: installment, of: position, paidBy: nil, by: actor, in: tx, at: now)
        }
        // In quarantine there was nobody to tell; on another position the payer was told, but not this debtor.
        let isNews = receipt.status == .quarantined || position.debtor.email != nil
        if receipt.outcome.movedMoney, isNews {
            tx.insert(
                mails(
                    NotificationKind(whenMoneyCameWith: settlement.anomaly), about: receipt, on: position.id,
                    toPayer: [receipt.payer?.email],
                    toDebtor: position.debtor.email, in: creditor?.languages.first ?? .it, at: now))
        }
        return settlement.disposition
    }

    /// The e-mails to everybody who is known to care about a stored receipt: who started the payment, and the debtor. What its RT told of
    /// the payer's mailbox is not stored.
    func mails(
        _ kind: NotificationKind, toThoseOf receipt: Receipt, on position: Position?, in tx: Transaction,
        at now: Instant
    ) async throws -> [PagoPA.Notification] {
        let creditor = try await tx.ask(Creditors.show(receipt.creditor, within: .everyCreditor))
        var attempt: PaymentAttempt?
        if let id = receipt.attempt { attempt = try await tx.ask(PaymentAttempts.show(id, within: .everyCreditor)) }
        return mails(
            kind, about: receipt, on: position?.id, toPayer: [attempt?.email, attempt?.payer?.email],
            toDebtor: position?.debtor.email,
            in: attempt?.language ?? creditor?.languages.first ?? .it, at: now)
    }

    /// Journals where a kept receipt went, and opens what does not fit there.
    private func recordSettlement(
        _ settlement: Settlement, of receipt: Receipt, on position: Identifier<Position>?, by actor: Actor,
        in tx: Transaction, at now: Instant
    ) {
        tx.journal(
            JournalEntry(
                .receiptMatched, by: actor, creditor: receipt.creditor, position: position, receipt: receipt.id,
                from: receipt.status.rawValue, to: settlement.disposition.rawValue), at: now)
        guard let kind = settlement.anomaly else { return }
        tx.insert(
            Anomaly(id: newID(), kind, of: receipt, on: position, openedAt: now))
        tx.journal(
            JournalEntry(
                .anomalyOpened, by: actor, creditor: receipt.creditor, position: position, receipt: receipt.id,
                to: kind.rawValue), at: now)
    }

    /// Settles receipts in quarantine whose position has appeared, each in a transaction of its own, so that one that fails keeps
    /// none of the others waiting.
    /// - Returns: how many were settled.
    /// - Throws: `DatabaseUnavailable` and cancellation alone.
    package func settleQuarantined(_ receipts: [Identifier<Receipt>]) async throws -> Int {
        var settled = 0
        for id in receipts {
            do { if try await settleQuarantined(id) { settled += 1 } } catch let fault {
                if fault is CancellationError { throw fault }
                if fault is DatabaseUnavailable { throw fault }
                logger.error("a receipt stays in quarantine", metadata: ["receipt_id": "\(id)", "error": "\(fault)"])
            }
        }
        return settled
    }

    /// The sweep: finds what the moment of creation missed, such as an RT that came in the same instant. It looks at every receipt
    /// that may settle, also behind those that fail.
    package func settleQuarantine() async throws -> Int {
        var settled = 0
        var last: QuarantinedReceipt?
        repeat {
            let found = try await store.read(
                within: .everyCreditor, Receipts.matchable(after: last, limit: Self.sweepLimit))
            settled += try await settleQuarantined(found.map(\.id))
            last = found.count == Self.sweepLimit ? found.last : nil
        } while last != nil
        return settled
    }

    /// Receipts read at a time.
    package static let sweepLimit = 100

    /// Beside the caller's answer: whatever goes wrong here, the sweep does again.
    func settleQuarantine(for position: Position, _ installments: [Installment]) async {
        do {
            let creditors = Set(installments.flatMap(\.transfers).map(\.creditor)).union([position.creditor])
            let waiting = try await store.read(
                within: .everyCreditor,
                Receipts.quarantined(creditors: creditors.sorted(), iuvs: installments.map(\.iuv)))
            if !waiting.isEmpty { _ = try await settleQuarantined(waiting) }
        } catch {
            logger.warning("quarantine waits for the sweep", metadata: ["error": "\(error)"])
        }
    }

    /// Settles by itself only onto an installment whose creditor brought the IUV, and only where the whole amount fits: everything
    /// else waits for a person, who sees the candidate in the anomaly.
    private func settleQuarantined(_ id: Identifier<Receipt>) async throws -> Bool {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            guard let receipt = try await tx.ask(Receipts.show(id, within: .everyCreditor)) else { return false }
            let (position, share) = try await tx.ask(
                Positions.lock(creditor: receipt.creditor, iuv: receipt.iuv),
                Receipts.share(of: receipt.creditor, iuv: receipt.iuv, broughtOnly: true))
            guard position?.state != .draft, try await tx.lock(id) == .quarantined,
                // People may have refunded or rejected it: then its money is nobody's any more.
                let anomaly = try await tx.ask(Anomalies.quarantine(of: id))
            else { return false }
            let installment = position?.installments.first { $0.iuv == receipt.iuv }
            let settlement = Settlement.of(
                receipt.outcome, receipt.amount, paidAt: receipt.paidAt, transfers: receipt.transfers,
                position: position,
                installment: installment,
                share: share, startedAt: receipt.receivedAt, creditorIsKnown: true,
                contradictsItself: receipt.notes.contradictMoney)
            if let position, let installment {
                guard !installment.isIUVGenerated, settlement.disposition == .settled else { return false }
                _ = try await settle(receipt, on: installment, of: position, by: .loop, in: tx, at: now)
            } else if let share, settlement.disposition == .recorded {
                tx.settle(id, as: settlement.disposition, copyOf: share)
                recordSettlement(settlement, of: receipt, on: nil, by: .loop, in: tx, at: now)
            } else {
                return false
            }
            let resolution = Resolution(
                kind: .appeared, reason: "The position with this IUV appeared.", resolvedAt: now)
            close(anomaly, resolution, position: position?.id, by: .loop, in: tx)
            return true
        }
    }

    func close(
        _ anomaly: Anomaly, _ resolution: Resolution, position: Identifier<Position>?, by actor: Actor,
        in tx: Transaction
    ) {
        tx.resolve(anomaly.id, resolution, position: position, by: actor)
        tx.journal(
            JournalEntry(
                .anomalyResolved, by: actor, creditor: anomaly.creditor, position: position ?? anomaly.position,
                receipt: anomaly.receipt, from: anomaly.kind.rawValue, to: resolution.kind.rawValue,
                note: resolution.reason), at: resolution.resolvedAt)
    }
}
