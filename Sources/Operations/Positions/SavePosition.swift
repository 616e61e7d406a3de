import Accounts
import Cryptography
import PagoPA
import Requests
import Storage

package enum SavedPosition: Sendable {
    case created(Position)
    case changed(PositionDetail)
    /// It had this content already. Nothing was written.
    case unchanged(PositionDetail)
}

extension PositionOperations {
    /// Stores a position under the creditor's own key: creates it, or gives the stored one this content, by the rules of a creation and of
    /// a change. It also publishes a stored draft if the content is not marked as a draft. Repeating the request is a no-op in every status
    /// of the position.
    /// - Parameters:
    ///   - wanted: the content, or the error of the request's body, which is reported after a failed precondition.
    ///   - precondition: checked against the locked position with its attempts and receipts (`If-Match`, `If-None-Match`).
    /// - Throws: `Refusal.notFound` for a creditor that the caller may not act for, `.preconditionFailed`, `.invalid`,
    ///   `.positionNotEditable`, `.paymentInProgress`, `.noticeNumberTaken`, `.noticeNumbersExhausted`.
    package func save(
        _ wanted: Result<PositionDraft, any Error>, as externalID: String, of creditor: OrganizationTaxCode,
        by caller: Caller, demanding precondition: Precondition<PositionDetail> = .none
    ) async throws -> SavedPosition {
        let draft: PositionDraft
        do {
            draft = try wanted.get()
            let faults = draft.faults()
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
        } catch {
            if !precondition.isEmpty {
                try precondition.demand(try await find(externalID, of: creditor, for: caller))
            }
            throw error
        }
        let saved = try await retryingNumbers(of: draft) { tries in
            try await refusingUsedInstallments {
                try await save(draft, by: caller, demanding: precondition, afterTries: tries)
            }
        }
        switch saved {
        case .created(let position): await settleWaitingReceipts(for: position, draft)
        case .changed(let detail): await settleWaitingReceipts(for: detail.position, draft)
        case .unchanged: break
        }
        return saved
    }

    private func save(
        _ draft: PositionDraft, by caller: Caller, demanding precondition: Precondition<PositionDetail>,
        afterTries tries: Int
    ) async throws -> SavedPosition {
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let outcome = try await createUnlessStored(
                draft, fingerprint: SHA256.digest(draft.meaning), by: caller, demanding: precondition,
                afterTries: tries, in: tx, at: now)
            switch outcome {
            case .unknownCreditor: throw Refusal.notFound
            case .created(let position): return .created(position)
            case .stored(let stored):
                guard let found = try await tx.ask(detail(of: stored.id, within: caller.tenancy, locking: true)) else {
                    throw Refusal.notFound
                }
                try precondition.demand(found)
                return try await update(found, to: draft, by: caller, afterTries: tries, in: tx, at: now)
            }
        }
    }

    /// - Parameter found: locked.
    private func update(
        _ found: PositionDetail, to draft: PositionDraft, by caller: Caller, afterTries tries: Int, in tx: Transaction,
        at now: Instant
    ) async throws -> SavedPosition {
        let isSame = draft.isContent(of: found.position)
        let isToPublish = found.position.state == .draft && !draft.isDraft
        if isSame, !isToPublish { return .unchanged(found) }
        if let obstacle = found.position.obstacleToChange(now: now) { throw Refusal(obstacle) }
        var updated = found
        if !isSame {
            updated = try await change(found, to: draft, by: caller, afterTries: tries, in: tx, at: now)
        }
        if isToPublish { updated = try await move(updated, .publish, by: caller, in: tx, at: now) }
        return .changed(updated)
    }
}
