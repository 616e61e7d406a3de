import Logging
import PagoPA
import Storage

extension Intermediary {
    /// What a kept receipt does on the installment that it turned out to belong to. Position, receipt and anomaly are locked.
    /// - Returns: how the receipt stands now.
    func place(
        _ receipt: Receipt, on installment: Installment, of position: Position, by actor: Actor, in tx: Transaction,
        at now: Instant
    ) async throws -> Disposition {
        let creditor = try await tx.ask(Creditors.show(position.creditor, within: .everyCreditor))
        let settlement = Settlement.of(
            receipt.outcome, receipt.amount, paidAt: receipt.paidAt, position: position, installment: installment,
            share: nil, startedAt: nil, creditorIsKnown: true)
        tx.place(receipt.id, as: settlement.disposition, on: installment, of: position)
        tell(settlement, of: receipt, on: position.id, by: actor, in: tx, at: now)
        if settlement.disposition == .settled {
            try pay(installment, of: position, paidAt: receipt.paidAt, by: actor, in: tx, at: now)
        }
        // In quarantine there was nobody to tell.
        if receipt.outcome.movedMoney {
            tx.insert(
                mails(
                    .receiptReady, about: receipt, on: position.id, to: [receipt.payer?.email, position.debtor.email],
                    in: creditor?.languages.first ?? .it, at: now))
        }
        return settlement.disposition
    }

    /// Journals where a kept receipt went, and opens what does not fit there.
    private func tell(
        _ settlement: Settlement, of receipt: Receipt, on position: Identifier<Position>?, by actor: Actor,
        in tx: Transaction, at now: Instant
    ) {
        tx.journal(
            JournalEntry(
                .receiptMatched, by: actor, creditor: receipt.creditor, position: position, receipt: receipt.id,
                from: receipt.status.rawValue, to: settlement.disposition.rawValue), at: now)
        guard let kind = settlement.anomaly else { return }
        tx.insert(
            Anomaly(
                id: newID(), kind: kind, isOpen: true, receipt: receipt.id, position: position,
                creditor: receipt.creditor, iuv: receipt.iuv, openedAt: now))
        tx.journal(
            JournalEntry(
                .anomalyOpened, by: actor, creditor: receipt.creditor, position: position, receipt: receipt.id,
                to: kind.rawValue), at: now)
    }

    /// Settles receipts in quarantine whose position has appeared; each in a transaction of its own.
    /// - Returns: how many were placed.
    package func settleQuarantined(_ receipts: [Identifier<Receipt>]) async throws -> Int {
        var placed = 0
        for id in receipts {
            do { if try await settleQuarantined(id) { placed += 1 } } catch let fault as StorageError {
                // The database is away, or this one receipt makes trouble: it must not keep the others waiting.
                if case .unavailable = fault { throw fault }
                logger.error("a receipt stays in quarantine", metadata: ["receipt_id": "\(id)", "error": "\(fault)"])
            }
        }
        return placed
    }

    /// The sweep: finds what the moment of creation missed, such as an RT that came in the same instant.
    package func settleQuarantine() async throws -> Int {
        let found = try await store.transaction(within: .everyCreditor) { tx in
            try await tx.ask(Receipts.matchable(limit: Self.sweepLimit))
        }
        return try await settleQuarantined(found)
    }

    package static let sweepLimit = 100

    /// Beside the caller's answer: whatever goes wrong here, the sweep does again.
    func settleQuarantine(for position: Position, _ installments: [Installment]) async {
        do {
            let waiting = try await store.transaction(within: .everyCreditor) { tx in
                let creditors = Set(installments.flatMap(\.transfers).map(\.creditor)).union([position.creditor])
                return try await tx.ask(
                    Receipts.quarantined(creditors: creditors.sorted(), iuvs: installments.map(\.iuv)))
            }
            if !waiting.isEmpty { _ = try await settleQuarantined(waiting) }
        } catch {
            logger.warning("quarantine waits for the sweep", metadata: ["error": "\(error)"])
        }
    }

    private func settleQuarantined(_ id: Identifier<Receipt>) async throws -> Bool {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            guard let kept = try await tx.ask(Receipts.show(id, within: .everyCreditor)) else { return false }
            let (position, share) = try await tx.ask(
                Positions.lock(creditor: kept.creditor, iuv: kept.iuv), Receipts.share(of: kept.creditor, iuv: kept.iuv)
            )
            guard position?.state != .draft, try await tx.lock(id) == .quarantined,
                // People may have refunded or rejected it: then its money is nobody's any more.
                let anomaly = try await tx.quarantine(of: id)
            else { return false }
            if let position, let installment = position.installments.first(where: { $0.iuv == kept.iuv }) {
                _ = try await place(kept, on: installment, of: position, by: .loop, in: tx, at: now)
            } else if let share {
                let settlement = Settlement.of(
                    kept.outcome, kept.amount, paidAt: kept.paidAt, position: nil, installment: nil, share: share,
                    startedAt: nil, creditorIsKnown: true)
                tx.place(id, as: settlement.disposition, copyOf: share)
                tell(settlement, of: kept, on: nil, by: .loop, in: tx, at: now)
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
        tx.resolve(anomaly.id, resolution, position: position)
        tx.journal(
            JournalEntry(
                .anomalyResolved, by: actor, creditor: anomaly.creditor, position: position ?? anomaly.position,
                receipt: anomaly.receipt, from: anomaly.kind.rawValue, to: resolution.kind.rawValue,
                note: resolution.reason), at: resolution.resolvedAt)
    }
}
