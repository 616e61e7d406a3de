import Accounts
import PagoPA
import Requests
import Storage

extension AnomalyOperations {
    /// Resolves an anomaly by an operator's decision, and journals who decided, why and when. Accepting a short payment writes off the
    /// difference. Accepting an overpayment, or refunding, creates a refund. Accepting a conflict replaces the first body with the second.
    /// - Parameter acknowledge: renders the response that every replay of the second body gets from now on.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.anomalyNotOpen`, `.resolutionNotPossible`, `.invalid` for an unknown
    ///   installment.
    package func resolve(
        _ id: Identifier<Anomaly>, _ request: ResolutionRequest, reason: String, by caller: Caller,
        demanding precondition: Precondition<Anomaly> = .none, repeating: Repeating<Anomaly>? = nil,
        acknowledge: @escaping Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> Once<Anomaly> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            guard let seen = try await tx.ask(Anomalies.show(id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            // Lock in this order everywhere, to avoid deadlocks: position, receipt, anomaly.
            let position = try await positionToLock(seen, request, caller, in: tx)
            let receipt = try await lockedReceipt(of: seen, in: tx)
            guard let anomaly = try await tx.ask(Anomalies.show(id, within: caller.tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            try precondition.demand(anomaly)
            guard anomaly.isOpen else { throw Refusal.anomalyNotOpen }
            guard anomaly.receipt == receipt?.id else {
                throw Refusal.resolutionNotPossible(
                    "The receipt has just been replaced by another body of the same RT. Read the anomaly again.")
            }

            let actor = caller.actor
            var writtenOff: Amount?
            var successor: Identifier<Receipt>?
            switch request {
            case .reject: break
            case .refund(let amount):
                if let receipt {
                    try await refund(receipt, amount, anomaly, reason: reason, by: actor, in: tx, at: now)
                } else if amount != nil {
                    throw Refusal.resolutionNotPossible(Self.enterFirst)
                }
            case .accept:
                guard let receipt = receipt else { throw Refusal.resolutionNotPossible(Self.enterFirst) }
                if anomaly.kind == .receiptConflict {
                    successor = try await acceptConflict(
                        anomaly, insteadOf: receipt, on: position, reason: reason, by: caller, in: tx, at: now,
                        render: acknowledge)
                } else {
                    writtenOff = try await accept(
                        receipt, anomaly, position, reason: reason, by: actor, in: tx, at: now)
                }
            case .match(_, let number):
                guard let receipt else { throw Refusal.resolutionNotPossible(Self.enterFirst) }
                if let why = anomaly.kind.obstacle(matching: receipt) { throw Refusal.resolutionNotPossible(why) }
                guard let position else { throw Refusal.notFound }
                // A receipt of one creditor never pays a debt to another.
                guard position.creditor == receipt.creditor else {
                    throw Refusal.resolutionNotPossible("The position belongs to another creditor than the receipt.")
                }
                let installment = try installment(of: position, number: number)
                _ = try await receipts.settle(receipt, on: installment, of: position, by: actor, in: tx, at: now)
            }
            tx.close(
                anomaly, Resolution(kind: request.kind, reason: reason, resolvedAt: now, writtenOff: writtenOff),
                position: position?.id, by: actor)
            if let receipt, let successor { tx.moveConflicts(of: receipt.id, to: successor) }
            guard let resolved = try await tx.ask(Anomalies.show(id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return resolved
        }
    }

    private static let enterFirst =
        "The body is not readable as an RT. Enter its content with POST /v1/receipts and this anomaly's id."

    /// `nil` for an anomaly without a receipt.
    private func lockedReceipt(of anomaly: Anomaly, in tx: Transaction) async throws -> Receipt? {
        guard let id = anomaly.receipt else { return nil }
        guard try await tx.lock(id) != nil, let receipt = try await tx.ask(Receipts.show(id, within: .everyCreditor))
        else { throw Refusal.notFound }
        return receipt
    }

    private func positionToLock(
        _ anomaly: Anomaly, _ request: ResolutionRequest, _ caller: Caller, in tx: Transaction
    ) async throws -> Position? {
        let id: Identifier<Position>?
        switch request {
        case .match(let position, _): id = position
        case .accept where anomaly.kind == .receiptConflict:
            // If the first body paid a position, that position is decided again, even if an operator had moved the receipt there. Otherwise
            // the second body goes to the position with its IUV.
            if let first = anomaly.receipt,
                let receipt = try await tx.ask(Receipts.show(first, within: .everyCreditor)),
                receipt.status == .settled, let paid = receipt.position
            {
                return try await tx.ask(Positions.show(paid, within: .everyCreditor, locking: true))
            }
            guard let creditor = anomaly.creditor, let iuv = anomaly.iuv else { return nil }
            return try await tx.ask(Positions.lock(creditor: creditor, iuv: iuv))
        case .accept, .refund, .reject: id = anomaly.position
        }
        guard let id else { return nil }
        guard let position = try await tx.ask(Positions.show(id, within: caller.tenancy, locking: true)) else {
            throw Refusal.invalid([Fault("/position_id", .unknownReference, "is not a position")])
        }
        return position
    }

    /// - Returns: the amount that was written off, if any.
    private func accept(
        _ receipt: Receipt, _ anomaly: Anomaly, _ position: Position?, reason: String, by actor: Actor,
        in tx: Transaction, at now: Instant
    ) async throws -> Amount? {
        let installment = position?.installments.first { $0.number == receipt.installmentNumber }
        if let why = anomaly.kind.obstacle(accepting: receipt, position: position, installment: installment) {
            throw Refusal.resolutionNotPossible(why)
        }
        guard let position, let installment else { return nil }
        let difference = try AcceptedDifference(paid: receipt.amount, owed: installment.amount)
        tx.settle(receipt.id, as: .settled, on: installment, of: position)
        try tx.applyPayment(
            to: installment, of: position, paidAt: receipt.paidAt, writtenOff: difference.writtenOff, by: actor, at: now
        )
        try await tx.endAttempts(holding: installment, of: position, paidBy: nil, by: actor, at: now)
        tx.insert(try await outbox.mails(.receiptReady, toThoseOf: receipt, on: position, in: tx, at: now))
        if difference.excess > .zero {
            _ = try await refunds.record(
                receipt, amount: difference.excess, day: CalendarDate(romeDayOf: now), reason: reason,
                anomaly: anomaly.id, by: actor, in: tx, at: now)
        }
        guard difference.writtenOff > .zero else { return nil }
        tx.journal(
            JournalEntry(
                .writtenOff, by: actor, creditor: position.creditor, position: position.id, receipt: receipt.id,
                note: "\(difference.writtenOff.cents) cents. \(reason)"), at: now)
        return difference.writtenOff
    }

    /// Creates the refund. Without an amount a receipt that settled no debt is refunded in full; a receipt that settled a debt needs an
    /// amount.
    private func refund(
        _ receipt: Receipt, _ amount: Amount?, _ anomaly: Anomaly, reason: String, by actor: Actor, in tx: Transaction,
        at now: Instant
    ) async throws {
        // The receipt was refunded before the anomaly was resolved, so nothing is left to refund.
        if amount == nil, receipt.refundableCents == 0, !receipt.refunds.isEmpty { return }
        if let why = receipt.obstacleToRefund { throw Refusal.resolutionNotPossible(why) }
        if amount == nil, receipt.status == .settled {
            throw Refusal.invalid([Fault("/amount_cents", .required, "is required: the receipt has paid its debt")])
        }
        _ = try await refunds.record(
            receipt, amount: amount, day: CalendarDate(romeDayOf: now), reason: reason, anomaly: anomaly.id, by: actor,
            in: tx, at: now)
    }

    private func installment(of position: Position, number: Int?) throws(Refusal) -> Installment {
        do { return try position.installment(matching: number) } catch { throw .invalid([error]) }
    }
}
