import Accounts
import PagoPA
import Requests
import Storage

package enum CreatedPosition: Sendable {
    case created(Position)
    /// The same position was stored by an earlier request.
    case existing(PositionDetail)
}

extension PositionOperations {
    /// Stores a position. A repeat with the same external ID and the same content returns the stored position.
    /// - Parameters:
    ///   - fingerprint: SHA-256 of the draft's meaning.
    ///   - formerFingerprint: the fingerprint as builds before migration 0020 computed it, so that their positions are also recognized as
    ///     repeats.
    /// - Throws: `Refusal.invalid`, `.externalIDTaken`, `.noticeNumberTaken`, `.forbidden`.
    package func create(
        _ draft: PositionDraft, fingerprint: [UInt8], formerFingerprint: [UInt8]? = nil, by caller: Caller,
        repeating: Repeating<CreatedPosition>? = nil
    ) async throws -> Once<CreatedPosition> {
        let faults = draft.faults()
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        let created = try await retryingNumbers(of: draft) { tries in
            try await once(repeating, within: caller.tenancy) { tx, now in
                try await create(
                    draft, fingerprint: fingerprint, formerFingerprint: formerFingerprint, by: caller,
                    afterTries: tries, in: tx, at: now)
            }
        }
        if case .done(.created(let position)) = created { await settleWaitingReceipts(for: position, draft) }
        return created
    }

    /// Tries again when another request uses the external ID or a number of the draft at the same time.
    /// - Parameters:
    ///   - draft: `nil`: one without numbers.
    ///   - store: gets the number of earlier tries.
    /// - Throws: `Refusal.noticeNumberTaken`, `.noticeNumbersExhausted`.
    func retryingNumbers<Stored: Sendable>(of draft: PositionDraft?, _ store: (Int) async throws -> Stored) async throws
        -> Stored
    {
        var tries = 0
        while true {
            do {
                return try await store(tries)
            } catch StorageError.constraint(.positionsExternalID) where tries < NumberDraw.maximumTries {
                // Another request stored the same external ID in the meantime: the next try finds it.
            } catch StorageError.constraint(.usedIUVs) {
                // A generated IUV is already used, perhaps by an RT that arrived at the same time: the next try looks for a free one.
                guard tries < NumberDraw.maximumTries else { throw Refusal.noticeNumbersExhausted }
            } catch StorageError.constraint(.installmentsIUV), StorageError.constraint(.installmentsNoticeNumber) {
                // The creditor may have supplied the generated number at the same time: the next try draws another one.
                let isOurs = draft?.installments.contains(where: \.isNumberedByUs) ?? true
                guard isOurs, tries < NumberDraw.maximumTries else {
                    throw Refusal.noticeNumberTaken(pointer: draft?.firstGivenNumber ?? "/installments/0")
                }
            }
            tries += 1
        }
    }

    /// Settles receipts that arrived before their position. Generated numbers are new, so no receipt can wait for them.
    func settleWaitingReceipts(for position: Position, _ draft: PositionDraft) async {
        guard !draft.isDraft, draft.installments.contains(where: { !$0.isNumberedByUs }) else { return }
        await receipts.settleQuarantine(for: position, position.installments)
    }

    private func create(
        _ draft: PositionDraft, fingerprint: [UInt8], formerFingerprint: [UInt8]?, by caller: Caller,
        afterTries tries: Int, in tx: Transaction, at now: Instant
    ) async throws -> CreatedPosition {
        let outcome = try await createUnlessStored(
            draft, fingerprint: fingerprint, by: caller, afterTries: tries, in: tx, at: now)
        switch outcome {
        case .unknownCreditor:
            throw Refusal.invalid([
                Fault("/creditor_tax_code", .unknownReference, "is not a creditor that this key may act for")
            ])
        case .created(let position): return .created(position)
        case .stored(let existing):
            guard existing.fingerprint == fingerprint || existing.fingerprint == formerFingerprint else {
                throw Refusal.externalIDTaken
            }
            guard let detail = try await tx.ask(detail(of: existing.id, within: caller.tenancy)) else {
                throw Refusal.notFound
            }
            return .existing(detail)
        }
    }

    /// Creates the position, unless the creditor has one with its external ID.
    /// - Parameters:
    ///   - tenancy: `nil`: the caller's.
    ///   - precondition: checked before a position is created, on the position that does not exist.
    /// - Throws: `Refusal.invalid`, `.preconditionFailed`, `.noticeNumbersExhausted`.
    func createUnlessStored(
        _ draft: PositionDraft, fingerprint: [UInt8], by caller: Caller, within tenancy: Tenancy? = nil,
        demanding precondition: Precondition<PositionDetail> = .none, afterTries tries: Int, in tx: Transaction,
        at now: Instant
    ) async throws -> CreationOutcome {
        let draw = NumberDraw(
            draft.installments.count(where: \.isNumberedByUs), afterTries: tries, cached: Positions.cachedIUVBases)
        let (creditor, debtType, existing, accounts, bases, suspensions) = try await tx.ask(
            Creditors.show(draft.creditor, within: tenancy ?? caller.tenancy),
            Creditors.debtType(draft.debtTypeKey, of: draft.creditor, within: tenancy ?? caller.tenancy),
            Positions.by(externalID: draft.externalID, of: draft.creditor), Accounts.of(draft.payees),
            Positions.nextIUVBases(draw.count, of: draft.creditor), Suspensions.of(draft.creditor))
        guard let creditor else { return .unknownCreditor }
        if let existing { return .stored(existing) }
        try precondition.demand(nil)
        let position: Position
        do {
            let debtType = try draft.checked(debtType, accounts, suspensions, at: now)
            let notices = try await tx.notices(draw, from: bases, of: creditor)
            position = try draft.position(of: creditor, debtType, accounts, notices: notices, at: now)
        } catch let failure as CreationFailure { throw Refusal(failure) }
        tx.claimIUVs(of: position.installments, creditor: creditor.taxCode)
        tx.insert(position, fingerprint: fingerprint)
        tx.journal(
            JournalEntry(
                .positionCreated, by: caller.actor, creditor: creditor.taxCode, position: position.id,
                to: position.state.rawValue), at: now)
        return .created(position)
    }
}

/// What the creation of a position found.
enum CreationOutcome {
    case created(Position)
    /// The creditor has a position with this external ID.
    case stored(PositionByExternalID)
    /// There is no such creditor, or the caller may not act for it.
    case unknownCreditor
}
