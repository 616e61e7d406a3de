import Accounts
import Gateways
import Logging
import PagoPA
import Requests
import Storage

/// A payer's request: the installments, the payment method and the PSP.
package struct AttemptRequest: Sendable {
    package let installments: [InstallmentReference]
    package let method: PaymentMethod
    package let psp: PSPID
    package let channel: ChannelID
    package let payer: Payer?
    package let email: EmailAddress?
    package let notifiesFailure: Bool
    package let returnURL: ReturnURL
    package let language: Language
    /// The sum of the installments that the payer accepts; `nil`: the one that is stored when the request arrives.
    package let acceptedAmount: Amount?

    package init(
        installments: [InstallmentReference], method: PaymentMethod, psp: PSPID, channel: ChannelID, payer: Payer?,
        email: EmailAddress?, notifiesFailure: Bool, returnURL: ReturnURL, language: Language,
        acceptedAmount: Amount? = nil
    ) {
        self.installments = installments
        self.method = method
        self.psp = psp
        self.channel = channel
        self.payer = payer
        self.email = email
        self.notifiesFailure = notifiesFailure
        self.returnURL = returnURL
        self.language = language
        self.acceptedAmount = acceptedAmount
    }
}

/// The result of a start. A failure is also a response, and repeats of the request get the same one.
package enum StartedAttempt: Sendable {
    /// The current attempt. It has no portal if an RT, the deadline or the caller ended it in the meantime.
    case redirected(PaymentAttempt)
    case failed(PaymentAttempt, Refusal)
}

extension AttemptOperations {
    /// How long a start may run before a repeated request takes it over. The call to the PSP has ended by then: its deadline is
    /// `PSPPortal.startSeconds` after a time that precedes the creation of the attempt.
    package static let startGraceSeconds = 30

    /// Reserves the installments, calls the PSP, and returns the URL of its portal. There are three steps, because a transaction never
    /// waits for an external service: reserve and commit; call; store the result.
    /// If the debt type of an installment has a source of amounts, the creditor is asked before, and the present amounts are stored.
    /// - Throws: `Refusal`. An unreachable PSP is not an error: the result is `StartedAttempt.failed` and nothing is reserved.
    package func start(
        _ request: AttemptRequest, by caller: Caller, repeating: Repeating<StartedAttempt>
    ) async throws -> Once<StartedAttempt> {
        let deadline = ContinuousClock.now + .seconds(PSPPortal.startSeconds)
        var held = try await hold(request, by: caller, repeating: repeating)
        if case .unasked(let questions, let attempt) = held {
            try await refreshAmounts(questions, of: attempt, accepted: request.acceptedAmount, by: caller)
            held = try await hold(request, after: attempt, by: caller, repeating: repeating)
        }
        switch held {
        case .unasked: throw Refusal.amountUnavailable
        case .replayed(let answer): return .replayed(answer)
        case .taken(let started): return .done(started)
        case .held(let attempt, let call):
            let outcome: Result<PSPPortalPage, any Error>
            if TrialPSP(attempt.psp) != nil {
                // A PSP of trials has no portal: the payer pays by coming back.
                outcome = .success(PSPPortalPage(redirectURL: call.returnURL, cancelURL: nil))
            } else {
                do { outcome = .success(try await externalServices.startPayment(call, deadline)) } catch {
                    outcome = .failure(error)
                }
            }
            return try await finish(attempt, outcome, by: caller, repeating: repeating)
        }
    }

    private enum Held: Sendable {
        case held(PaymentAttempt, PSPStart)
        /// The request can be accepted, but the creditor says what is owed now. Nothing was reserved.
        case unasked([AmountQuestion], PaymentAttempt)
        /// A repeat of an interrupted start, answered from the current state of the attempt.
        case taken(StartedAttempt)
        case replayed(StoredAnswer)
    }

    /// - Parameter first: the attempt as it was before the creditor was asked for present amounts; `nil`: it was not asked yet.
    private func hold(
        _ request: AttemptRequest, after first: PaymentAttempt? = nil, by caller: Caller,
        repeating: Repeating<StartedAttempt>
    ) async throws -> Held {
        let now = clock()
        let secrets = try await self.secrets.valid(of: request.psp)
        let wanted = InstallmentSet(request.installments)
        // An id is known from the debt itself; a notice number from a notice, which anybody may pay.
        let tenancy = wanted.payees.map { caller.tenancy(payingNoticesOf: $0) } ?? caller.tenancy
        do {
            return try await store.transaction(within: tenancy) { tx in
                // One flush locks and reads all rows that the start needs.
                let (earlier, positions, creditors, version, suspensions, sources) = try await tx.ask(
                    IdempotencyKeys.claim(repeating.key), Positions.lock(holding: wanted, within: tenancy),
                    Positions.creditors(holding: wanted, within: tenancy), PSPLists.currentVersion,
                    Suspensions.of(request.psp, holding: wanted, within: tenancy),
                    AmountSources.of(wanted, within: tenancy, at: now))
                switch earlier {
                case .answered(let answer): return .replayed(answer)
                case .running(let attempt, let age):
                    guard let attempt, age >= Self.startGraceSeconds else {
                        throw Refusal.idempotencyKeyInUse
                    }
                    return .taken(try await takeOver(attempt, by: caller, repeating: repeating, in: tx, at: now))
                case .none: break
                }
                let plan = try plan(
                    request, for: positions, of: creditors, from: try await psps.version(version, in: tx),
                    signedWith: secrets, unless: ActiveSuspensions(suspensions, at: now), by: caller, at: now)
                if first == nil {
                    let questions = questions(plan.attempt, positions, sources)
                    if !questions.isEmpty { return .unasked(questions, plan.attempt) }
                }
                if let accepted = request.acceptedAmount ?? first?.amount, accepted != plan.attempt.amount {
                    throw Refusal.amountChanged(from: accepted, to: plan.attempt.amount)
                }
                tx.insert(plan.attempt, caller: caller.key.id)
                tx.journal(
                    JournalEntry(
                        .attemptState, by: caller.actor, creditor: plan.attempt.creditor, attempt: plan.attempt.id,
                        to: AttemptStatus.created.rawValue), at: now)
                tx.save(nil, for: repeating.key, attempt: plan.attempt.id)
                return .held(plan.attempt, plan.call)
            }
        } catch StorageError.constraint(.attemptItemsOneOpenAttempt) {
            throw Refusal.paymentInProgress(secondsLeft: lifeSeconds)
        }
    }

    /// Finishes a start whose process has ended: the response reports the state that it reached.
    private func takeOver(
        _ id: Identifier<PaymentAttempt>, by caller: Caller, repeating: Repeating<StartedAttempt>, in tx: Transaction,
        at now: Instant
    ) async throws -> StartedAttempt {
        guard let attempt = try await tx.ask(PaymentAttempts.show(id, within: caller.tenancy, locking: true)) else {
            throw Refusal.notFound
        }
        var started = StartedAttempt.redirected(attempt)
        if let failed = attempt.status.after(.pspFailed) {
            let reason = AttemptFailure.startInterrupted.reason
            tx.setStatus(failed, of: id, failureReason: reason, at: now)
            tx.journal(attempt, from: attempt.status, to: failed, by: caller.actor, at: now)
            started = .failed(attempt.with(status: failed, failureReason: reason, at: now), .pspUnreachable)
        }
        tx.save(repeating.render(started), for: repeating.key)
        return started
    }

    /// Stores the PSP's response together with the response to the caller, under the request's Idempotency-Key. If a repeat has taken the
    /// start over, its response remains the only one. The status of an attempt that has changed in the meantime is not overwritten; an
    /// attempt that has ended gets no portal, and the PSP gets a cancellation.
    private func finish(
        _ attempt: PaymentAttempt, _ outcome: Result<PSPPortalPage, any Error>, by caller: Caller,
        repeating: Repeating<StartedAttempt>
    ) async throws -> Once<StartedAttempt> {
        let now = clock()
        return try await store.transaction(within: caller.tenancy) { tx in
            let (earlier, found) = try await tx.ask(
                IdempotencyKeys.claim(repeating.key, waiting: true),
                PaymentAttempts.show(attempt.id, within: caller.tenancy, locking: true))
            guard let current = found else { throw Refusal.notFound }
            if case .success(let page) = outcome, current.status.isFinal, current.status != .succeeded {
                tx.queueCancellation(of: attempt.id, at: page.cancelURL, createdAt: now)
            }
            if case .answered(let answer) = earlier { return .replayed(answer) }
            let started: StartedAttempt
            switch outcome {
            case .success(let page): started = accepted(current, at: page, in: tx, now)
            case .failure(let error): started = refused(current, error, in: tx, now)
            }
            tx.save(repeating.render(started), for: repeating.key)
            return .done(started)
        }
    }

    private func accepted(_ current: PaymentAttempt, at page: PSPPortalPage, in tx: Transaction, _ now: Instant)
        -> StartedAttempt
    {
        guard !current.status.isFinal else { return .redirected(current) }
        let opened = PaymentPage(redirectURL: page.redirectURL, cancelURL: page.cancelURL)
        let next = current.status.after(.pspAccepted) ?? current.status
        if next == current.status {
            tx.setPage(opened, of: current.id)
        } else {
            tx.setStatus(next, of: current.id, page: opened, at: now)
            tx.journal(current, from: current.status, to: next, by: .psp(current.psp), at: now)
        }
        return .redirected(current.with(status: next, redirectURL: page.redirectURL, at: now))
    }

    private func refused(_ current: PaymentAttempt, _ error: any Error, in tx: Transaction, _ now: Instant)
        -> StartedAttempt
    {
        let (refusal, reason) = startRefusal(for: error)
        guard let next = current.status.after(.pspFailed) else { return .redirected(current) }
        tx.setStatus(next, of: current.id, failureReason: reason, at: now)
        tx.journal(current, from: current.status, to: next, by: .psp(current.psp), at: now)
        return .failed(current.with(status: next, failureReason: reason, at: now), refusal)
    }

    /// Returns the kind of failure for the caller, and logs the details.
    private func startRefusal(for error: any Error) -> (Refusal, String) {
        logger.warning("a PSP could not start a payment", metadata: ["failure": "\(error)"])
        guard let failure = error as? PSPPortalFailure else {
            return (.pspUnreachable, AttemptFailure.pspUnreachable.reason)
        }
        switch failure {
        case .timedOut: return (.pspTimedOut, AttemptFailure.pspTimedOut.reason)
        case .unreachable, .notAllowed, .busy: return (.pspUnreachable, AttemptFailure.pspUnreachable.reason)
        case .refused, .malformedAnswer: return (.pspRefused, AttemptFailure.pspRefused.reason)
        }
    }
}

extension InstallmentSet {
    fileprivate init(_ references: [InstallmentReference]) {
        var ids: [Identifier<Installment>] = []
        var notices: [(creditor: OrganizationTaxCode, number: NoticeNumber)] = []
        for reference in references {
            switch reference {
            case .id(let id): ids.append(id)
            case .notice(let creditor, let number): notices.append((creditor, number))
            }
        }
        self.init(ids: ids, notices: notices)
    }
}
