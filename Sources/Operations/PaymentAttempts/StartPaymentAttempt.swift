import Accounts
import Cryptography
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

    package init(
        installments: [InstallmentReference], method: PaymentMethod, psp: PSPID, channel: ChannelID, payer: Payer?,
        email: EmailAddress?, notifiesFailure: Bool, returnURL: ReturnURL, language: Language
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
    }
}

package enum InstallmentReference: Sendable, Hashable {
    case id(Identifier<Installment>)
    case notice(OrganizationTaxCode, NoticeNumber)
}

/// The result of a start. A failure is also a response, and repeats of the request get the same one.
package enum StartedAttempt: Sendable {
    /// The current attempt. It has no portal if an RT, the deadline or the caller ended it in the meantime.
    case redirected(PaymentAttempt)
    case failed(PaymentAttempt, Refusal)
}

extension Intermediary {
    /// How long a start may run before a repeated request takes it over. The call to the PSP has ended by then: its deadline is
    /// `PSPPortal.startSeconds` after a time that precedes the creation of the attempt.
    package static let startGraceSeconds = 30

    /// Reserves the installments, calls the PSP, and returns the URL of its portal. There are three steps, because a transaction never
    /// waits for an external service: reserve and commit; call; store the result.
    /// - Throws: `Refusal`. An unreachable PSP is not an error: the result is `StartedAttempt.failed` and nothing is reserved.
    package func startPaymentAttempt(
        _ request: AttemptRequest, by caller: Caller, repeating: Repeating<StartedAttempt>
    ) async throws -> Once<StartedAttempt> {
        let deadline = ContinuousClock.now + .seconds(PSPPortal.startSeconds)
        switch try await hold(request, by: caller, repeating: repeating) {
        case .replayed(let answer): return .replayed(answer)
        case .taken(let started): return .done(started)
        case .held(let attempt, let call):
            let outcome: Result<PSPPortalPage, any Error>
            do { outcome = .success(try await externalServices.startPayment(call, deadline)) } catch {
                outcome = .failure(error)
            }
            return try await finish(attempt, outcome, by: caller, repeating: repeating)
        }
    }

    private enum Held: Sendable {
        case held(PaymentAttempt, PSPStart)
        /// A repeat of an interrupted start, answered from the current state of the attempt.
        case taken(StartedAttempt)
        case replayed(StoredAnswer)
    }

    private func hold(_ request: AttemptRequest, by caller: Caller, repeating: Repeating<StartedAttempt>) async throws
        -> Held
    {
        let now = clock()
        let secrets = try await signingSecrets(of: request.psp)
        do {
            return try await store.transaction(within: caller.tenancy) { tx in
                // One flush locks and reads all rows that the start needs.
                let wanted = InstallmentSet(request.installments)
                let (earlier, positions, creditors, version) = try await tx.ask(
                    IdempotencyKeys.claim(repeating.key), Positions.lock(holding: wanted, within: caller.tenancy),
                    Positions.creditors(holding: wanted, within: caller.tenancy), PSPLists.currentVersion)
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
                    request, for: positions, of: creditors, from: try await pspList(version: version, in: tx),
                    signedWith: secrets, by: caller, at: now)
                tx.insert(plan.attempt, caller: caller.key.id)
                tx.journal(
                    JournalEntry(
                        .attemptState, by: caller.actor, creditor: plan.attempt.creditor, attempt: plan.attempt.id,
                        to: AttemptStatus.created.rawValue), at: now)
                tx.save(nil, for: repeating.key, attempt: plan.attempt.id)
                return .held(plan.attempt, plan.call)
            }
        } catch StorageError.constraint(.attemptItemsOneOpenAttempt) {
            throw Refusal.paymentInProgress(secondsLeft: settings.attemptLifeSeconds)
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
            let reason = "the start was interrupted"
            tx.setStatus(failed, of: id, failureReason: reason, at: now)
            journal(attempt, from: attempt.status, to: failed, by: caller.actor, in: tx, at: now)
            started = .failed(attempt.with(status: failed, failureReason: reason, at: now), .pspUnreachable)
        }
        tx.save(repeating.render(started), for: repeating.key)
        return started
    }

    private struct Plan {
        let attempt: PaymentAttempt
        let call: PSPStart
    }

    private func plan(
        _ request: AttemptRequest, for positions: [Position], of creditors: [Creditor], from list: PSPList?,
        signedWith secrets: [WebhookSecret], by caller: Caller, at now: Instant
    ) throws -> Plan {
        let wanted = try installmentIDs(request.installments, in: positions)
        let (items, creditorCode) = try items(wanted, in: positions, at: now)
        guard let creditor = creditors.first(where: { $0.taxCode == creditorCode }) else { throw Refusal.notFound }
        var faults: [Fault] = []
        // A signed-in citizen pays in their own name, because the payer's tax code gives access to the attempt and its receipt.
        let payer = request.payer ?? caller.citizen?.payer
        if let citizen = caller.citizen, payer?.taxCode != citizen.taxCode {
            faults.append(Fault("/payer/tax_code", .mismatch, "is not the signed-in citizen's"))
        }
        if !creditor.returnURLOrigins.contains(request.returnURL.origin) {
            faults.append(Fault("/return_url", .notAllowed, "is not on an origin that the creditor allows"))
        }
        guard let amount = try? Amount.sum(items.map(\.amount)) else {
            let detail = "add up to more than \(Amount.maximum.cents) cents, the most that one payment may be"
            throw Refusal.invalid(faults + [Fault("/installments", .outOfRange, detail)])
        }
        let choice = list?
            .choice(psp: request.psp, channel: request.channel, method: request.method, amount: amount)
        if choice == nil {
            faults.append(
                Fault("/psp_id", .notAllowed, "does not offer this channel and payment method for this amount"))
        } else if secrets.isEmpty {
            faults.append(Fault("/psp_id", .notAllowed, "cannot take payments yet: it has no signing secret"))
        }
        guard faults.isEmpty, let choice else { throw Refusal.invalid(faults) }
        let attempt = PaymentAttempt(
            id: newID(), creditor: creditor.taxCode, status: .created, method: request.method, psp: choice.psp.id,
            pspBusinessName: choice.psp.businessName, channel: choice.channel.id, amount: amount, fee: choice.fee,
            items: items, payer: payer, email: request.email,
            notifiesFailure: request.notifiesFailure, returnURL: request.returnURL.text,
            language: request.language, redirectURL: nil, failureReason: nil, createdAt: now,
            expiresAt: now.adding(seconds: settings.attemptLifeSeconds), finishedAt: nil)
        let installments = positions.flatMap(\.installments)
        return Plan(
            attempt: attempt,
            call: call(attempt, for: installments, creditor: creditor, to: choice, signedBy: secrets))
    }

    private func installmentIDs(_ references: [InstallmentReference], in positions: [Position]) throws
        -> [Identifier<Installment>]
    {
        var ids: [Identifier<Installment>] = []
        var faults: [Fault] = []
        for (index, reference) in references.enumerated() {
            switch reference {
            case .id(let id): ids.append(id)
            case .notice(let creditor, let notice):
                let found = positions.lazy.filter { $0.creditor == creditor }.flatMap(\.installments)
                    .first { $0.noticeNumber == notice }
                if let found {
                    ids.append(found.id)
                } else {
                    faults.append(Fault("/installments/\(index)", .unknownReference, "is not known"))
                }
            }
        }
        guard faults.isEmpty else { throw Refusal.invalid(faults) }
        return ids
    }

    /// Checks that every installment exists, is payable and belongs to one creditor.
    private func items(_ wanted: [Identifier<Installment>], in positions: [Position], at now: Instant) throws
        -> ([AttemptItem], OrganizationTaxCode)
    {
        var items: [AttemptItem] = []
        var faults: [Fault] = []
        for (index, id) in wanted.enumerated() {
            let pointer = "/installments/\(index)"
            let holder = positions.lazy.compactMap { position in
                position.installments.first { $0.id == id }.map { (position, $0) }
            }.first
            guard let (position, installment) = holder else {
                faults.append(Fault(pointer, .unknownReference, "is not known"))
                continue
            }
            let status = position.status(of: installment, today: today)
            guard status == .open else { throw Refusal.installmentNotPayable(status, pointer: pointer) }
            guard !position.isPaymentBlocked else {
                throw Refusal.positionUnderReview(position.reviewReasons, pointer: pointer)
            }
            if let until = installment.heldUntil ?? position.alternativeHeldUntil {
                throw Refusal.paymentInProgress(secondsLeft: max(0, now.seconds(until: until)))
            }
            if position.creditor != positions.first?.creditor {
                faults.append(
                    Fault(
                        pointer, .mismatch,
                        "belongs to another creditor than the first one: an attempt can pay one creditor only")
                )
            }
            if items.contains(where: { $0.installment == id }) {
                faults.append(Fault(pointer, .duplicate, "is given twice"))
            }
            items.append(
                AttemptItem(
                    installment: id, position: position.id, iuv: installment.iuv,
                    noticeNumber: installment.noticeNumber,
                    amount: installment.amount, remittance: position.description, outcome: .pending))
        }
        guard faults.isEmpty, let creditor = positions.first?.creditor else { throw Refusal.invalid(faults) }
        return (items, creditor)
    }

    private func call(
        _ attempt: PaymentAttempt, for installments: [Installment], creditor: Creditor, to choice: PSPChoice,
        signedBy secrets: [WebhookSecret]
    )
        -> PSPStart
    {
        let base = "\(settings.publicURL)/v1/psps/\(choice.psp.id)"
        return PSPStart(
            psp: choice.psp.id.value, startURL: choice.channel.startURL, secrets: secrets,
            attemptID: attempt.id.description,
            creditorTaxCode: creditor.taxCode.value, creditorName: creditor.name,
            installments: attempt.items.map { item in
                PSPStart.Installment(
                    iuv: item.iuv.value, noticeNumber: item.noticeNumber.value, amountCents: item.amount.cents,
                    description: item.remittance,
                    transfers: (installments.first { $0.id == item.installment }?.transfers ?? []).map {
                        PSPStart.Transfer(
                            creditorTaxCode: $0.creditor.value, iban: $0.iban.value, amountCents: $0.amount.cents,
                            remittance: $0.remittance)
                    })
            }, amountCents: attempt.amount.cents, feeCents: attempt.fee.cents,
            payer: attempt.payer.map {
                PSPStart.Payer(
                    kind: $0.kind.rawValue, taxCode: $0.taxCode.value, fullName: $0.fullName, email: $0.email?.value)
            }, returnURL: "\(settings.publicURL)/return/\(attempt.id)", receiptsURL: "\(base)/receipts",
            outcomesURL: "\(base)/outcomes", expiresAt: attempt.expiresAt.rfc3339, language: attempt.language.rawValue)
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
        tx.setPortal(redirectURL: page.redirectURL, cancelURL: page.cancelURL, of: current.id)
        let next = current.status.after(.pspAccepted) ?? current.status
        if next != current.status {
            tx.setStatus(next, of: current.id, at: now)
            journal(current, from: current.status, to: next, by: .psp(current.psp), in: tx, at: now)
        }
        return .redirected(current.with(status: next, redirectURL: page.redirectURL, at: now))
    }

    private func refused(_ current: PaymentAttempt, _ error: any Error, in tx: Transaction, _ now: Instant)
        -> StartedAttempt
    {
        let (refusal, reason) = startRefusal(for: error)
        guard let next = current.status.after(.pspFailed) else { return .redirected(current) }
        tx.setStatus(next, of: current.id, failureReason: reason, at: now)
        journal(current, from: current.status, to: next, by: .psp(current.psp), in: tx, at: now)
        return .failed(current.with(status: next, failureReason: reason, at: now), refusal)
    }

    func journal(
        _ attempt: PaymentAttempt, from: AttemptStatus, to: AttemptStatus, by actor: Actor, in tx: Transaction,
        at now: Instant
    ) {
        tx.journal(
            JournalEntry(
                .attemptState, by: actor, creditor: attempt.creditor, attempt: attempt.id, from: from.rawValue,
                to: to.rawValue), at: now)
    }

    /// Returns the kind of failure for the caller, and logs the details.
    private func startRefusal(for error: any Error) -> (Refusal, String) {
        logger.warning("a PSP could not start a payment", metadata: ["failure": "\(error)"])
        guard let failure = error as? PSPPortalFailure else { return (.pspUnreachable, "the PSP could not be reached") }
        switch failure {
        case .timedOut: return (.pspTimedOut, "the PSP did not answer in time")
        case .unreachable, .notAllowed, .busy: return (.pspUnreachable, "the PSP could not be reached")
        case .refused, .malformedAnswer: return (.pspRefused, "the PSP did not accept the payment")
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

extension PaymentAttempt {
    func with(status: AttemptStatus, redirectURL: String? = nil, failureReason: String? = nil, at now: Instant)
        -> PaymentAttempt
    {
        PaymentAttempt(
            id: id, creditor: creditor, status: status, method: method, psp: psp, pspBusinessName: pspBusinessName,
            channel: channel, amount: amount, fee: fee, items: items, payer: payer, email: email,
            notifiesFailure: notifiesFailure, returnURL: returnURL, language: language,
            redirectURL: redirectURL ?? self.redirectURL,
            failureReason: failureReason ?? self.failureReason, createdAt: createdAt, expiresAt: expiresAt,
            finishedAt: status.isFinal ? finishedAt ?? now : nil)
    }
}
