import Accounts
import PagoPA
import Requests
import Storage

package struct AttemptDetail: Sendable {
    package let attempt: PaymentAttempt
    package let receipts: [ReceiptSummary]

    package init(attempt: PaymentAttempt, receipts: [ReceiptSummary] = []) {
        self.attempt = attempt
        self.receipts = receipts
    }
}

extension AttemptOperations {
    package static let maximumWaitSeconds = 25

    /// Returns the attempt immediately, or waits up to `waitSeconds` until it is final.
    package func show(_ id: Identifier<PaymentAttempt>, waitSeconds: Int = 0, for caller: Caller)
        async throws
        -> AttemptDetail
    {
        let first = try await attemptDetail(id, for: caller)
        guard waitSeconds > 0, !first.attempt.status.isFinal,
            let changes = await watch.changes(of: id, for: caller)
        else { return first }
        // The attempt may have changed before the watch began, so it is read again.
        let second = try await attemptDetail(id, for: caller)
        if second.attempt.status.isFinal { return second }
        let wait = min(waitSeconds, Self.maximumWaitSeconds)
        let ended = try await withThrowingTaskGroup(of: AttemptDetail?.self) { group in
            group.addTask {
                for await _ in changes {
                    let now = try await attemptDetail(id, for: caller)
                    if now.attempt.status.isFinal { return now }
                }
                return nil
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(wait))
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            return first
        }
        if let ended { return ended }
        return try await attemptDetail(id, for: caller)
    }

    private func attemptDetail(_ id: Identifier<PaymentAttempt>, for caller: Caller) async throws -> AttemptDetail {
        let (attempt, receipts) = try await store.read(
            within: caller.tenancy, PaymentAttempts.show(id, within: caller.tenancy),
            Receipts.summaries(of: id, within: caller.tenancy))
        guard let attempt else { throw Refusal.notFound }
        return AttemptDetail(attempt: attempt, receipts: receipts)
    }

    package func list(
        _ filter: AttemptFilter, creditor: OrganizationTaxCode? = nil, page: PageRequest, for caller: Caller
    ) async throws -> Page<AttemptDetail> {
        try caller.demandNamed(filter.payer, at: "/payer_tax_code")
        let tenancy = caller.tenancy.narrowed(to: creditor)
        let (found, receipts) = try await store.read(
            within: caller.tenancy, PaymentAttempts.list(filter, within: tenancy, page: page),
            Receipts.summaries(of: filter, within: tenancy, page: page))
        return found.map { attempt in
            AttemptDetail(attempt: attempt, receipts: receipts.filter { $0.attempt == attempt.id })
        }
    }

    /// Cancels an attempt before the payment. Repeating the request is a no-op. After the payer has returned from the portal, only the RT
    /// decides.
    package func cancel(
        _ id: Identifier<PaymentAttempt>, by caller: Caller, repeating: Repeating<AttemptDetail>? = nil
    ) async throws -> Once<AttemptDetail> {
        return try await once(repeating, within: caller.tenancy) { tx, now in
            let (found, receipts) = try await tx.ask(
                PaymentAttempts.show(id, within: caller.tenancy, locking: true),
                Receipts.summaries(of: id, within: caller.tenancy))
            guard let attempt = found else { throw Refusal.notFound }
            if attempt.status == .cancelled { return AttemptDetail(attempt: attempt, receipts: receipts) }
            guard attempt.status.after(.cancel) != nil, let next = attempt.status.after(attempt.event(ending: .cancel))
            else { throw Refusal.attemptNotCancellable(attempt.status) }
            tx.setStatus(next, of: id, at: now)
            tx.journal(attempt, from: attempt.status, to: next, by: caller.actor, at: now)
            return AttemptDetail(attempt: attempt.with(status: next, at: now), receipts: receipts)
        }
    }

    /// Records that the browser returned from the PSP. The URL does not decide the outcome: the attempt waits for its RT.
    package func comeBack(_ id: Identifier<PaymentAttempt>) async throws -> PaymentAttempt {
        try await cameBack(id, from: nil)
    }

    /// Records the outcome that the PSP's page reported. It is only displayed: the RT decides.
    package func receiveOutcome(of id: Identifier<PaymentAttempt>, from psp: PSPID) async throws -> PaymentAttempt {
        try await cameBack(id, from: psp)
    }

    private func cameBack(_ id: Identifier<PaymentAttempt>, from psp: PSPID?) async throws -> PaymentAttempt {
        let now = clock()
        let tenancy = psp.map(Tenancy.psp) ?? .everyCreditor
        return try await store.transaction(within: tenancy) { tx in
            guard let attempt = try await tx.ask(PaymentAttempts.show(id, within: tenancy, locking: true)) else {
                throw Refusal.notFound
            }
            guard let next = attempt.status.after(.cameBack) else { return attempt }
            tx.setStatus(next, of: id, at: now)
            tx.journal(attempt, from: attempt.status, to: next, by: .psp(attempt.psp), at: now)
            return attempt.with(status: next, at: now)
        }
    }

    /// Expires attempts after their deadline, so that their installments can be paid again. A later RT is still accepted.
    /// - Returns: how many attempts expired. If the number equals `limit`, there may be more.
    package func expire(limit: Int = 100) async throws -> Int {
        let now = clock()
        return try await store.transaction(within: .everyCreditor) { tx in
            let overdue = try await tx.lockOverdueAttempts(limit: limit)
            for attempt in overdue {
                guard let next = attempt.status.afterDeadline(isPartlyPaid: attempt.isPartlyPaid) else { continue }
                tx.setStatus(next, of: attempt.id, at: now)
                tx.journal(
                    JournalEntry(
                        .attemptState, by: .loop, creditor: attempt.creditor, attempt: attempt.id,
                        from: attempt.status.rawValue, to: next.rawValue), at: now)
            }
            return overdue.count
        }
    }
}
