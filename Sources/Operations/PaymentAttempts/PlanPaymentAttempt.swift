import Accounts
import Cryptography
import Gateways
import PagoPA
import Requests
import Storage

/// A new attempt and the call that starts it at its PSP.
struct AttemptPlan {
    let attempt: PaymentAttempt
    let call: PSPStart
}

extension AttemptOperations {
    /// Checks the request against the locked positions, and builds the attempt and the call that starts it at the PSP.
    /// - Parameter positions: the positions that hold the installments.
    /// - Throws: `Refusal.invalid` with every violation, `.suspended`, `.installmentNotPayable`, `.positionUnderReview`, `.paymentInProgress`.
    func plan(
        _ request: AttemptRequest, for positions: [Position], of creditors: [Creditor], from list: PSPList?,
        signedWith secrets: [WebhookSecret], unless suspensions: ActiveSuspensions, by caller: Caller, at now: Instant
    ) throws -> AttemptPlan {
        let selection: AttemptSelection
        do { selection = try AttemptSelection(request.installments, in: positions, now: now) } catch {
            throw Refusal(error)
        }
        for position in positions {
            if let suspension = suspensions.of(position.creditor, debtType: position.debtTypeKey) {
                throw Refusal.suspended(suspension)
            }
        }
        if let suspension = suspensions.of(request.psp, channel: request.channel) {
            throw Refusal.suspended(suspension)
        }
        guard let creditor = creditors.first(where: { $0.taxCode == selection.creditor }) else {
            throw Refusal.notFound
        }
        var faults: [Fault] = []
        // A signed-in citizen pays in their own name, because the payer's tax code gives access to the attempt and its receipt.
        let payer = request.payer ?? caller.citizen?.payer
        if let citizen = caller.citizen, payer?.taxCode != citizen.taxCode {
            faults.append(Fault("/payer/tax_code", .mismatch, "is not the signed-in citizen's"))
        }
        if !creditor.returnURLOrigins.contains(request.returnURL.origin) {
            faults.append(Fault("/return_url", .notAllowed, "is not on an origin that the creditor allows"))
        }
        guard let amount = try? Amount.sum(selection.items.map(\.amount)) else {
            let detail = "add up to more than \(Amount.maximum.cents) cents, the most that one payment may be"
            throw Refusal.invalid(faults + [Fault("/installments", .outOfRange, detail)])
        }
        let choice = (creditor.isTest ? .ofTrials(list) : list)?
            .choice(psp: request.psp, channel: request.channel, method: request.method, amount: amount)
        if choice == nil {
            faults.append(
                Fault("/psp_id", .notAllowed, "does not offer this channel and payment method for this amount"))
        } else if secrets.isEmpty, TrialPSP(request.psp) == nil {
            faults.append(Fault("/psp_id", .notAllowed, "cannot take payments yet: it has no signing secret"))
        }
        guard faults.isEmpty, let choice else { throw Refusal.invalid(faults) }
        let attempt = PaymentAttempt(
            id: newID(), creditor: creditor.taxCode, status: .created, method: request.method, psp: choice.psp.id,
            pspBusinessName: choice.psp.businessName, channel: choice.channel.id, amount: amount, fee: choice.fee,
            items: selection.items, payer: payer, email: request.email,
            notifiesFailure: request.notifiesFailure, returnURL: request.returnURL.text,
            language: request.language, redirectURL: nil, failureReason: nil, createdAt: now,
            expiresAt: now.adding(seconds: lifeSeconds), finishedAt: nil)
        let installments = positions.flatMap(\.installments)
        return AttemptPlan(
            attempt: attempt,
            call: call(attempt, for: installments, creditor: creditor, to: choice, signedBy: secrets))
    }

    private func call(
        _ attempt: PaymentAttempt, for installments: [Installment], creditor: Creditor, to choice: PSPChoice,
        signedBy secrets: [WebhookSecret]
    )
        -> PSPStart
    {
        let base = "\(publicURL)/v1/psps/\(choice.psp.id)"
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
            }, returnURL: "\(publicURL)/return/\(attempt.id)", receiptsURL: "\(base)/receipts",
            outcomesURL: "\(base)/outcomes", expiresAt: attempt.expiresAt.rfc3339, language: attempt.language.rawValue,
            traceparent: TraceContext.current?.traceparent())
    }
}
