import Accounts
import PagoPA
import Requests
import Storage

/// A request to refund a receipt.
package struct RefundRequest: Sendable, Equatable {
    package let receipt: Identifier<Receipt>
    /// `nil` means the part of the receipt that is not yet refunded.
    package let amount: Amount?
    package let status: RefundStatus
    /// `nil` means today in Rome.
    package let day: CalendarDate?
    package let reference: String?
    package let reason: String?

    package init(
        receipt: Identifier<Receipt>, amount: Amount?, status: RefundStatus = .decided, day: CalendarDate? = nil,
        reference: String? = nil, reason: String? = nil
    ) {
        self.receipt = receipt
        self.amount = amount
        self.status = status
        self.day = day
        self.reference = reference
        self.reason = reason
    }
}

package struct RefundOperations: OperationGroup {
    package let store: Store
    package let clock: @Sendable () -> Instant
    let outbox: Outbox

    package func list(
        _ filter: RefundFilter, creditor: OrganizationTaxCode?, page: PageRequest, for caller: Caller
    ) async throws -> Page<Refund> {
        return try await store.read(
            within: caller.tenancy, Refunds.list(filter, within: caller.tenancy.narrowed(to: creditor), page: page))
    }

    package func show(_ id: Identifier<Refund>, for caller: Caller) async throws -> Refund {
        guard let refund = try await store.read(within: caller.tenancy, Refunds.show(id, within: caller.tenancy)) else {
            throw Refusal.notFound
        }
        return refund
    }

    /// Records a refund of a receipt and notifies the payer.
    /// - Throws: `Refusal.invalid` for a receipt that the caller cannot see, or for an amount above the part that is not yet refunded,
    ///   `.refundNotPossible`.
    package func decide(_ request: RefundRequest, by caller: Caller, repeating: Repeating<Refund>? = nil)
        async throws -> Once<Refund>
    {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            guard try await tx.lock(request.receipt) != nil,
                let receipt = try await tx.ask(Receipts.show(request.receipt, within: caller.tenancy))
            else { throw Refusal.invalid([Fault("/receipt_id", .unknownReference, "is not a receipt")]) }
            if let why = receipt.obstacleToRefund { throw Refusal.refundNotPossible(why) }
            let day = request.day ?? CalendarDate(romeDayOf: now)
            guard day <= CalendarDate(romeDayOf: now) else {
                throw Refusal.invalid([Fault("/date", .inTheFuture, "is in the future")])
            }
            return try await record(
                receipt, amount: request.amount, status: request.status, day: day, reference: request.reference,
                reason: request.reason, anomaly: nil, by: caller.actor, in: tx, at: now)
        }
    }

    /// Records the progress of a refund. Repeating the same request is a no-op.
    /// - Parameter precondition: checked against the locked refund (`If-Match`).
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.refundNotChangeable`, `.invalid` for a day in the future.
    package func change(
        _ id: Identifier<Refund>, _ event: RefundEvent, on day: CalendarDate?, reference: String?, by caller: Caller,
        demanding precondition: Precondition<Refund> = .none
    ) async throws -> Refund {
        let now = clock()
        let today = CalendarDate(romeDayOf: now)
        return try await store.transaction(within: caller.tenancy) { tx in
            guard let seen = try await tx.ask(Refunds.show(id, within: caller.tenancy)) else { throw Refusal.notFound }
            // Lock the receipt first, as all operations do, because its sum of refunds changes.
            guard try await tx.lock(seen.receipt) != nil,
                let refund = try await tx.ask(Refunds.show(id, within: caller.tenancy, locking: true))
            else { throw Refusal.notFound }
            try precondition.demand(refund)
            guard let next = refund.status.after(event) else { throw Refusal.refundNotChangeable(refund.status) }
            let day = day ?? (next == refund.status ? refund.day : today)
            guard day <= today else { throw Refusal.invalid([Fault("/date", .inTheFuture, "is in the future")]) }
            if next == refund.status, day == refund.day, reference == nil || reference == refund.reference {
                return refund
            }
            tx.setStatus(next, of: refund, on: day, reference: reference, at: now)
            tx.journal(
                JournalEntry(
                    .refundState, by: caller.actor, creditor: refund.creditor, receipt: refund.receipt,
                    subject: id.uuid, from: refund.status.rawValue, to: next.rawValue, note: "refund:\(id)"), at: now)
            guard let changed = try await tx.ask(Refunds.show(id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return changed
        }
    }

    /// Queues a refund with its journal entry and e-mails. The caller has locked the receipt.
    func record(
        _ receipt: Receipt, amount: Amount?, status: RefundStatus = .decided, day: CalendarDate,
        reference: String? = nil, reason: String?, anomaly: Identifier<Anomaly>?, by actor: Actor, in tx: Transaction,
        at now: Instant
    ) async throws -> Refund {
        let refunded: Amount
        do { refunded = try receipt.refundAmount(requested: amount) } catch { throw Refusal.invalid([error]) }
        let refund = Refund(
            id: newID(), receipt: receipt.id, anomaly: anomaly, creditor: receipt.creditor,
            amount: refunded, status: status, day: day, reference: reference, reason: reason,
            decidedBy: actor.description, version: 1, createdAt: now, updatedAt: now)
        tx.insert(refund)
        tx.journal(
            JournalEntry(
                .refundState, by: actor, creditor: receipt.creditor, position: receipt.position, receipt: receipt.id,
                subject: refund.id.uuid, to: status.rawValue, note: "refund:\(refund.id)"), at: now)
        tx.insert(try await mails(of: refund, of: receipt, in: tx, at: now))
        return refund
    }

    /// Creates e-mails to the payer, and to the debtor only if no other payer is known.
    private func mails(of refund: Refund, of receipt: Receipt, in tx: Transaction, at now: Instant) async throws
        -> [PagoPA.Notification]
    {
        let known = try await tx.payerAddresses(of: receipt.id)
        let creditor = try await tx.ask(Creditors.show(receipt.creditor, within: .everyCreditor))
        var attempt: PaymentAttempt?
        if let id = receipt.attempt { attempt = try await tx.ask(PaymentAttempts.show(id, within: .everyCreditor)) }
        var debtor: EmailAddress?
        if receipt.payer?.taxCode == nil || receipt.isPaidByDebtor, let id = receipt.position {
            debtor = try await tx.ask(Positions.show(id, within: .everyCreditor))?.debtor.email
        }
        return outbox.mails(
            .refundDecided, about: receipt, for: refund.id,
            toPayer: known + [attempt?.email, attempt?.payer?.email, receipt.payer?.email], toDebtor: debtor,
            in: attempt?.language ?? creditor?.languages.first ?? .it, at: now)
    }
}
