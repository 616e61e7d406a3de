import Accounts
import PagoPA
import Requests
import Storage

extension SandboxOperations {
    /// Records that the browser returned from the PSP. The redirect URL of a PSP of trials is this address, so that everyone who opens it pays.
    /// - Returns: the front end's return URL.
    package func comeBack(_ id: Identifier<PaymentAttempt>) async throws -> String {
        let attempt = try await attempts.comeBack(id)
        if !attempt.status.isFinal, let psp = TrialPSP(attempt.psp), let outcome = psp.outcomeOnReturn {
            try await post(outcome, for: attempt)
        }
        return attempt.returnURL
    }

    /// Ends an attempt at a test creditor as its deadline would. An attempt that has ended does not change. The RT of a late PSP arrives then.
    /// - Throws: `Refusal.notFound`, also for an attempt at another creditor.
    package func expire(_ id: Identifier<PaymentAttempt>, by caller: Caller) async throws -> AttemptDetail {
        let now = clock()
        let ended = try await store.transaction(within: caller.tenancy) { tx in
            guard
                let attempt = try await tx.ask(PaymentAttempts.show(id, within: caller.tenancy, locking: true)),
                try await tx.ask(Creditors.show(attempt.creditor, within: caller.tenancy))?.isTest == true
            else { throw Refusal.notFound }
            guard !attempt.status.isFinal, let next = attempt.status.after(attempt.event(ending: .deadlinePassed))
            else {
                return attempt
            }
            tx.setStatus(next, of: id, at: now)
            tx.journal(attempt, from: attempt.status, to: next, by: caller.actor, at: now)
            return attempt.with(status: next, at: now)
        }
        if ended.psp.value == TrialPSP.late.rawValue, ended.status == .expired { try await post(.pay, for: ended) }
        return try await attempts.show(id, for: caller)
    }

    /// Posts the RTs of late PSPs whose attempts have expired. Repeating it changes nothing.
    /// - Returns: how many attempts got an RT. If the number equals `limit`, there may be more.
    package func postLateRTs(limit: Int = 20) async throws -> Int {
        let late = try await store.read(
            within: .everyCreditor, PaymentAttempts.expiredWithoutReceipt(of: TrialPSP.late, limit: limit))
        for attempt in late { try await post(.pay, for: attempt) }
        return late.count
    }

    /// One RT for each installment of the attempt, with ids that are always the same.
    private func post(_ outcome: ForcedOutcome, for attempt: PaymentAttempt) async throws {
        for (index, item) in attempt.items.enumerated() {
            let id = attempt.id.description.filter { $0 != "-" } + "\(index)"
            _ = try await post(
                outcome,
                of: TestPayment(
                    receiptID: id, creditor: attempt.creditor, noticeNumber: item.noticeNumber, amount: item.amount,
                    psp: attempt.psp, attempt: attempt.id), render: { _ in [] })
        }
    }
}

extension TrialPSP {
    /// `nil` if no RT arrives when the payer returns.
    fileprivate var outcomeOnReturn: ForcedOutcome? {
        switch self {
        case .pay: .pay
        case .refuse: .refuse
        case .twice: .twice
        case .wrongAmount: .wrongAmount
        case .conflict: .conflict
        case .late, .silent: nil
        }
    }
}
