import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Changes a position that is neither paid nor being paid.
    /// - Parameters:
    ///   - wanted: the new content, or the error of the request's body, which is reported after the errors of the position's state.
    ///   - precondition: checked against the locked position with its attempts and receipts (`If-Match`).
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.positionNotEditable`, `.paymentInProgress`, `.invalid`.
    package func change(
        _ id: Identifier<Position>, to wanted: Result<PositionDraft, any Error>, by caller: Caller,
        demanding precondition: Precondition<PositionDetail> = .none
    ) async throws -> PositionDetail {
        var tries = 0
        while true {
            do {
                return try await change(id, to: wanted, by: caller, demanding: precondition, afterTries: tries)
            } catch StorageError.constraint(.usedIUVs), StorageError.constraint(.installmentsIUV) {
                // The IUV of an added installment is already used: the next try looks for a free one.
                guard tries < NumberDraw.maximumTries else { throw Refusal.noticeNumbersExhausted }
                tries += 1
            }
        }
    }

    private func change(
        _ id: Identifier<Position>, to wanted: Result<PositionDraft, any Error>, by caller: Caller,
        demanding precondition: Precondition<PositionDetail>, afterTries tries: Int
    ) async throws -> PositionDetail {
        let now = clock()
        return try await refusingUsedInstallments {
            try await store.transaction(within: caller.tenancy) { tx in
                guard let detail = try await tx.ask(detail(of: id, within: caller.tenancy, locking: true)) else {
                    throw Refusal.notFound
                }
                try precondition.demand(detail)
                if let obstacle = detail.position.obstacleToChange(now: now) { throw Refusal(obstacle) }
                return try await change(detail, to: try wanted.get(), by: caller, afterTries: tries, in: tx, at: now)
            }
        }
    }

    /// Rejects a change that removes an installment with a payment attempt or a receipt.
    func refusingUsedInstallments<Changed: Sendable>(_ change: () async throws -> Changed) async throws -> Changed {
        do { return try await change() } catch StorageError.constraint(.attemptItemsInstallment),
            StorageError.constraint(.receiptsInstallment), StorageError.constraint(.receiptsCopyOf)
        {
            throw Refusal.invalid([
                Fault(
                    "/installments", .notAllowed, "cannot be removed while they have a payment attempt or a receipt"
                )
            ])
        }
    }

    /// - Parameter detail: locked, and without an obstacle to changes.
    func change(
        _ detail: PositionDetail, to draft: PositionDraft, by caller: Caller, afterTries tries: Int,
        in tx: Transaction, at now: Instant
    ) async throws -> PositionDetail {
        let old = detail.position
        let new = try await changed(old, to: draft, by: caller, afterTries: tries, in: tx, at: now)
        tx.claimIUVs(of: Array(new.installments.dropFirst(old.installments.count)), creditor: new.creditor)
        tx.update(new, replacingParts: new.replacesParts(of: old))
        tx.journal(
            JournalEntry(.positionChanged, by: caller.actor, creditor: new.creditor, position: new.id), at: now)
        return PositionDetail(position: new, attempts: detail.attempts, receipts: detail.receipts)
    }

    private func changed(
        _ old: Position, to draft: PositionDraft, by caller: Caller, afterTries tries: Int, in tx: Transaction,
        at now: Instant
    ) async throws -> Position {
        let faults = draft.faults()
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        let extra = draft.installments.dropFirst(old.installments.count).count(where: \.isNumberedByUs)
        let draw = NumberDraw(extra, afterTries: tries, cached: Positions.cachedIUVBases)
        let today = CalendarDate(romeDayOf: now)
        let (creditor, debtType, accounts, bases, suspensions) = try await tx.ask(
            Creditors.show(old.creditor, within: caller.tenancy),
            Creditors.debtType(draft.debtTypeKey, of: old.creditor, within: caller.tenancy),
            Accounts.of(draft.payees), Positions.nextIUVBases(extra, of: old.creditor), Suspensions.of(old.creditor))
        guard let creditor else { throw Refusal.notFound }
        guard let debtType else {
            throw Refusal.invalid([Fault("/debt_type", .unknownReference, "is not a debt type of this creditor")])
        }
        if debtType.key != old.debtTypeKey,
            let suspension = ActiveSuspensions(suspensions, at: now).of(old.creditor, debtType: debtType.key)
        {
            throw Refusal.suspended(suspension)
        }
        let notices = try await tx.notices(draw, from: bases, of: creditor)
        let source = InstallmentSource(
            creditor: creditor, debtType: debtType,
            account: accounts.account(for: debtType.key, of: creditor.taxCode, on: today), notices: notices)
        let installments: [Installment]
        do { installments = try draft.installments(replacing: old.installments, from: source) { newID() } } catch {
            throw Refusal(error)
        }
        let new = Position(
            id: old.id, creditor: old.creditor, externalID: old.externalID, debtTypeKey: debtType.key,
            payableAfterDue: debtType.key == old.debtTypeKey ? old.payableAfterDue : debtType.payableAfterDue,
            document: draft.document, description: draft.description, debtor: draft.debtor, lines: draft.lines,
            installments: installments, metadata: draft.metadata, state: old.state, version: old.version + 1,
            createdAt: old.createdAt,
            updatedAt: now, publishedAt: old.publishedAt, cancelledAt: old.cancelledAt,
            alternativeGroup: draft.alternativeGroup,
            // A debt type that is suspended now was refused above.
            suspensions: debtType.key == old.debtTypeKey ? old.suspensions : [])
        // Unchanged lines and installments retain their accounts.
        if new.replacesParts(of: old) {
            let faults = accounts.faults(of: new.installments.map(\.transfers), on: today)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
        }
        return new
    }
}
