import Accounts
import PagoPA
import Requests
import Storage

extension PositionOperations {
    /// Writes off owed installments of a partly paid position.
    /// - Parameter numbers: `nil`: all that are owed.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.positionNotEditable`, `.positionUnderReview`, `.paymentInProgress`, `.invalid`.
    package func writeOffRest(
        _ numbers: [Int]?, of id: Identifier<Position>, reason: String, by caller: Caller,
        demanding precondition: Precondition<PositionDetail> = .none, repeating: Repeating<PositionDetail>? = nil
    ) async throws -> Once<PositionDetail> {
        try await once(repeating, within: caller.tenancy) { tx, now in
            let found = try await lockRest(of: id, by: caller, demanding: precondition, in: tx, at: now)
            let position = found.position
            let parts: [Installment]
            do throws(Fault) { parts = try position.owed(numbers) } catch { throw Refusal.invalid([error]) }
            guard let next = position.state.after(position.event(writingOff: parts), wasPublished: true) else {
                throw Refusal.positionNotEditable(position.status(today: CalendarDate(romeDayOf: now)))
            }
            tx.writeOff(parts, of: position, becoming: next, at: now)
            tx.journal(.writtenOff, of: parts, of: position, becoming: next, reason: reason, by: caller, at: now)
            return try await changed(found, by: caller, in: tx)
        }
    }

    /// Undoes the last write-off of installments: they are owed again, with their notice numbers. Nothing may have happened since.
    /// - Throws: `Refusal.notFound`, `.preconditionFailed`, `.positionNotEditable`, `.positionUnderReview`, `.paymentInProgress`,
    ///   `.undoNotPossible`.
    package func undoWriteOff(
        of id: Identifier<Position>, reason: String, by caller: Caller,
        demanding precondition: Precondition<PositionDetail> = .none, repeating: Repeating<PositionDetail>? = nil
    ) async throws -> Once<PositionDetail> {
        try await once(repeating, within: caller.tenancy) { tx, now in
            let found = try await lock(id, by: caller, demanding: precondition, in: tx)
            let position = found.position
            if let obstacle = position.obstacleToUndoingWriteOff(now: now) { throw Refusal(obstacle) }
            let numbers = try await tx.ask(Positions.writtenOffLast(of: id))
            guard !numbers.isEmpty else { throw Refusal.undoNotPossible(Self.nothingToUndo) }
            guard let next = position.state.after(.writeOffUndone, wasPublished: true) else {
                throw Refusal.positionNotEditable(position.status(today: CalendarDate(romeDayOf: now)))
            }
            let parts = position.installments.filter { numbers.contains($0.number) }
            tx.undoWriteOff(of: parts, of: position, becoming: next, at: now)
            tx.journal(.writeOffUndone, of: parts, of: position, becoming: next, reason: reason, by: caller, at: now)
            return try await changed(found, by: caller, in: tx)
        }
    }

    private static let nothingToUndo =
        "The last change of the position is no write-off of its rest, or it was made before write-offs could be undone."

    /// Gives the rest of a partly paid position other days, other amounts with the same sum, or more installments.
    /// - Throws: as `writeOffRest`; `Refusal.noticeNumbersExhausted`.
    package func planRest(
        _ parts: [RestPart], of id: Identifier<Position>, reason: String, by caller: Caller,
        demanding precondition: Precondition<PositionDetail> = .none, repeating: Repeating<PositionDetail>? = nil
    ) async throws -> Once<PositionDetail> {
        var tries = 0
        while true {
            do {
                return try await planRest(
                    parts, of: id, reason: reason, by: caller, demanding: precondition, repeating: repeating,
                    afterTries: tries)
            } catch StorageError.constraint(.usedIUVs), StorageError.constraint(.installmentsIUV) {
                // The IUV of an added installment is already used: the next try looks for a free one.
                guard tries < NumberDraw.maximumTries else { throw Refusal.noticeNumbersExhausted }
                tries += 1
            }
        }
    }

    private func planRest(
        _ parts: [RestPart], of id: Identifier<Position>, reason: String, by caller: Caller,
        demanding precondition: Precondition<PositionDetail>, repeating: Repeating<PositionDetail>?,
        afterTries tries: Int
    ) async throws -> Once<PositionDetail> {
        try await once(repeating, within: caller.tenancy) { tx, now in
            let found = try await lockRest(of: id, by: caller, demanding: precondition, in: tx, at: now)
            let old = found.position
            let faults = old.faults(ofRest: parts)
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            let draw = NumberDraw(
                parts.count { $0.number == nil }, afterTries: tries, cached: Positions.cachedIUVBases)
            let (creditor, debtType, accounts, bases) = try await tx.ask(
                Creditors.show(old.creditor, within: caller.tenancy),
                Creditors.debtType(old.debtTypeKey, of: old.creditor, within: caller.tenancy),
                Accounts.of([old.creditor]), Positions.nextIUVBases(draw.count, of: old.creditor))
            guard let creditor, let debtType else { throw Refusal.notFound }
            let source = InstallmentSource(
                creditor: creditor, debtType: debtType,
                account: accounts.account(
                    for: debtType.key, of: creditor.taxCode, on: CalendarDate(romeDayOf: now)),
                notices: try await tx.notices(draw, from: bases, of: creditor))
            let new: Position
            do throws(InstallmentFailure) {
                new = try old.planningRest(as: parts, from: source, at: now) { newID() }
            } catch {
                throw Refusal(error)
            }
            tx.claimIUVs(of: Array(new.installments.dropFirst(old.installments.count)), creditor: new.creditor)
            tx.updateRest(of: new)
            tx.journal(
                JournalEntry(
                    .positionChanged, by: caller.actor, creditor: new.creditor, position: id, note: reason), at: now)
            return try await changed(found, by: caller, in: tx)
        }
    }

    private func lockRest(
        of id: Identifier<Position>, by caller: Caller, demanding precondition: Precondition<PositionDetail>,
        in tx: Transaction, at now: Instant
    ) async throws -> PositionDetail {
        let found = try await lock(id, by: caller, demanding: precondition, in: tx)
        if let obstacle = found.position.obstacleToChangingRest(now: now) { throw Refusal(obstacle) }
        return found
    }

    private func lock(
        _ id: Identifier<Position>, by caller: Caller, demanding precondition: Precondition<PositionDetail>,
        in tx: Transaction
    ) async throws -> PositionDetail {
        guard let found = try await tx.ask(detail(of: id, within: caller.tenancy, locking: true)) else {
            throw Refusal.notFound
        }
        try precondition.demand(found)
        return found
    }

    private func changed(_ found: PositionDetail, by caller: Caller, in tx: Transaction) async throws -> PositionDetail
    {
        guard let position = try await tx.ask(Positions.show(found.position.id, within: caller.tenancy)) else {
            throw Refusal.notFound
        }
        return PositionDetail(position: position, attempts: found.attempts, receipts: found.receipts)
    }
}

extension Transaction {
    /// Queues the entries of a write-off or of its end: what it was, and the state that it led to.
    fileprivate func journal(
        _ kind: JournalKind, of parts: [Installment], of position: Position, becoming state: PositionState,
        reason: String, by caller: Caller, at now: Instant
    ) {
        journal(
            JournalEntry(
                kind, by: caller.actor, creditor: position.creditor, position: position.id,
                note: "\(Amount.cents(of: parts.map(\.amount))) cents. \(reason)"), at: now)
        journal(
            JournalEntry(
                .positionState, by: caller.actor, creditor: position.creditor, position: position.id,
                from: position.state.rawValue, to: state.rawValue), at: now)
    }
}
