import Accounts
import Logging
import PagoPA
import Requests
import Storage

extension ReceiptOperations {
    /// Settles a stored receipt onto the installment that it was found to pay. The caller has locked position, receipt and anomaly.
    /// - Returns: the receipt's new disposition.
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
            try tx.applyPayment(to: installment, of: position, paidAt: receipt.paidAt, by: actor, at: now)
            try await tx.endAttempts(holding: installment, of: position, paidBy: nil, by: actor, at: now)
        }
        // A receipt in quarantine has had no e-mail. One from another position had an e-mail to its payer, but not to this debtor.
        let isNews = receipt.status == .quarantined || position.debtor.email != nil
        if receipt.outcome.movedMoney, isNews {
            tx.insert(
                outbox.mails(
                    NotificationKind(whenMoneyCameWith: settlement.anomaly), about: receipt, on: position.id,
                    toPayer: [receipt.payer?.email],
                    toDebtor: position.debtor.email, in: creditor?.languages.first ?? .it, at: now))
        }
        return settlement.disposition
    }

    /// Journals the new disposition of a stored receipt, and opens an anomaly if it does not fit.
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

    /// Settles quarantined receipts whose position now exists. Each has its own transaction, so that one failure does not block the others.
    /// - Returns: how many receipts were settled.
    /// - Throws: `DatabaseUnavailable` and cancellation alone.
    package func settleQuarantined(_ receipts: [Identifier<Receipt>]) async throws -> Int {
        var settled = 0
        for id in receipts {
            do { if try await settleQuarantined(id) { settled += 1 } } catch let fault {
                if fault is CancellationError { throw fault }
                if fault is DatabaseUnavailable { throw fault }
                logger.error(
                    "a receipt could not be settled and stays in quarantine",
                    metadata: ["receipt_id": "\(id)", "error": "\(fault)"])
            }
        }
        return settled
    }

    /// The periodic sweep. It settles receipts that the creation of their position missed, for example an RT that arrived at the same time.
    /// It tries every receipt that may settle, even after failures.
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

    /// How many receipts the sweep reads at a time.
    package static let sweepLimit = 100

    /// Settles quarantined receipts of a new position. Errors do not affect the caller's response, because the sweep retries.
    func settleQuarantine(for position: Position, _ installments: [Installment]) async {
        do {
            let creditors = Set(installments.flatMap(\.transfers).map(\.creditor)).union([position.creditor])
            let waiting = try await store.read(
                within: .everyCreditor,
                Receipts.quarantined(creditors: creditors.sorted(), iuvs: installments.map(\.iuv)))
            if !waiting.isEmpty { _ = try await settleQuarantined(waiting) }
        } catch {
            logger.warning(
                "quarantined receipts could not be settled: the sweep will retry", metadata: ["error": "\(error)"])
        }
    }

    /// Settles automatically only onto an installment whose creditor supplied the IUV, and only if the whole amount matches. In all other
    /// cases an operator decides, who sees the candidate in the anomaly.
    private func settleQuarantined(_ id: Identifier<Receipt>) async throws -> Bool {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            guard let receipt = try await tx.ask(Receipts.show(id, within: .everyCreditor)) else { return false }
            let (position, share) = try await tx.ask(
                Positions.lock(creditor: receipt.creditor, iuv: receipt.iuv),
                Receipts.share(of: receipt.creditor, iuv: receipt.iuv, broughtOnly: true))
            guard position?.state != .draft, try await tx.lock(id) == .quarantined,
                // An operator may have refunded or rejected the receipt: then it must not settle.
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
            tx.close(anomaly, resolution, position: position?.id, by: .loop)
            return true
        }
    }
}
