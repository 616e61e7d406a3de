import Accounts
import Documents
import Metrics
import PagoPA
import Requests
import Storage
import Text

/// How an RT was processed, with the response that every replay gets.
package struct ReceivedRT: Sendable, Equatable {
    package let isReplay: Bool
    package let answer: [UInt8]
    package let disposition: Disposition?
    package let receipt: Identifier<Receipt>
}

/// The origin of an RT.
struct RTOrigin: Sendable {
    let receipt: ReceiptOrigin
    let actor: Actor
    /// The reason that an operator gave when entering the RT; for the journal.
    let reason: String?
}

/// The result of processing an RT in its transaction.
enum RTResult: Sendable {
    case first(ReceivedRT)
    case conflict(Identifier<Anomaly>)
}

/// The content of the response to an RT.
package struct RTAcknowledgement: Sendable, Equatable {
    package let receipt: Identifier<Receipt>
    package let receiptID: String
    package let disposition: Disposition
    package let anomaly: (id: Identifier<Anomaly>, kind: AnomalyKind)?
    package let position: Identifier<Position>?
    package let receivedAt: Instant
    package let sha256: [UInt8]
    package let notes: [RTNote]

    package static func == (left: RTAcknowledgement, right: RTAcknowledgement) -> Bool {
        left.receipt == right.receipt && left.disposition == right.disposition && left.anomaly?.id == right.anomaly?.id
    }
}

extension Intermediary {
    /// Reads an RT of either syntax.
    /// - Throws: `Refusal.rtUnreadable`, `.rtRefused` with every required member that is missing or invalid.
    package func readRT(_ bytes: [UInt8], as syntax: RTSyntax, from sender: PSPID) throws -> RT {
        do { return try RTDocument.read(bytes, as: syntax, from: sender, receivedAt: clock()) } catch {
            switch error {
            case .unreadable(let detail): throw Refusal.rtUnreadable(syntax, detail)
            case .refused(let faults): throw Refusal.rtRefused(syntax, faults)
            }
        }
    }

    /// Processes an RT: stores evidence, receipt, states, journal entries and e-mails in one transaction before the service responds. A
    /// replay changes nothing and gets the first response.
    /// - Parameter render: renders the body of the response.
    /// - Throws: `Refusal.invalid` when another PSP sent it, `.receiptConflict` for other content under the same key.
    package func receiveRT(
        _ rt: RT, body: RTBody, render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> ReceivedRT {
        let now = clock()
        do {
            return try await process(rt, body: body, at: now, render: render)
        } catch StorageError.constraint(.receiptsKey), StorageError.constraint(.rtsFingerprint) {
            // Another transaction stored the same RT at the same time, and there was no position to lock: now it is a replay.
            return try await process(rt, body: body, at: now, render: render)
        }
    }

    private func process(_ rt: RT, body: RTBody, at now: Instant, render: Renderer<RTAcknowledgement, [UInt8]>)
        async throws
        -> ReceivedRT
    {
        let result: RTResult = try await store.transaction(within: .psp(body.psp)) { tx in
            let rt = try await attributed(rt, sentBy: body.psp, in: tx)
            let origin = RTOrigin(receipt: .pagopa, actor: .psp(body.psp), reason: nil)
            return try await process(rt, body: body, from: origin, in: tx, at: now, render: render)
        }
        return try finish(result)
    }

    /// Decides whether the RT is a replay, a conflict, or a new receipt by the decision table. `rt.psp` has already been determined.
    func process(
        _ rt: RT, body: RTBody, from origin: RTOrigin, in tx: Transaction, at now: Instant,
        render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> RTResult {
        let (position, candidates, creditorIsKnown, creditor, attempt, share) = try await tx.ask(
            Positions.lock(creditor: rt.creditor, iuv: rt.iuv), Receipts.known(rt, fingerprint: body.fingerprint),
            Creditors.isKnown(rt.creditor), Creditors.show(rt.creditor, within: .everyCreditor),
            PaymentAttempts.lock(for: rt), Receipts.share(of: rt.creditor, iuv: rt.iuv))
        let known = known(rt, among: candidates)
        if let same = known.first(where: { isSame(rt, body, as: $0) }) {
            return .first(
                ReceivedRT(isReplay: true, answer: same.answer, disposition: nil, receipt: same.receipt))
        }
        if let rival = known.rival(of: rt.outcome) {
            return .conflict(
                try await recordConflict(rt, body: body, with: rival, by: origin.actor, in: tx, at: now))
        }
        let installment = position?.installments.first { $0.iuv == rt.iuv }
        let settlement = Settlement.of(
            rt, position: position, installment: installment, share: share,
            // The payment cannot be later than now, regardless of the time in the RT.
            startedAt: attempt?.createdAt ?? now, creditorIsKnown: creditorIsKnown)
        let facts = RTFacts(
            rt: rt, body: body, origin: origin, position: position, installment: installment,
            copyOf: installment == nil && rt.outcome.movedMoney ? share?.installment : nil, attempt: attempt,
            settlement: settlement, creditor: creditor, arrivedAt: now, now: now)
        return .first(try await recordRT(facts, as: newID(), in: tx, render: render))
    }

    func finish(_ result: RTResult) throws -> ReceivedRT {
        switch result {
        case .first(let answer):
            countRT(answer.isReplay ? "replayed" : answer.disposition?.rawValue ?? "unknown")
            return answer
        case .conflict(let anomaly):
            countRT("conflict")
            throw Refusal.receiptConflict(anomaly: anomaly)
        }
    }

    /// The receipts with the RT's own ID, else those that describe the same payment in the other syntax.
    private func known(_ rt: RT, among candidates: [KnownRT]) -> [KnownRT] {
        let own = candidates.filter { $0.receiptID == rt.receiptID }
        return own.isEmpty ? candidates.filter { first($0)?.isSamePayment(as: rt) == true } : own
    }

    /// Whether the RT has the same meaning as the first body, in any formatting or syntax.
    private func isSame(_ rt: RT, _ body: RTBody, as known: KnownRT) -> Bool {
        known.fingerprint == body.fingerprint || first(known)?.differences(from: rt).isEmpty == true
    }

    /// Reads the first body again, with the current parser. `nil` when it is not an RT in a supported syntax.
    private func first(_ known: KnownRT) -> RT? {
        guard let syntax = RTSyntax(rawValue: known.first.contentType) else { return nil }
        return try? RTDocument.read(known.first.bytes, as: syntax, from: known.psp, receivedAt: known.receivedAt)
    }

    func countRT(_ result: String) {
        Counter(label: "rt_received_total", dimensions: [("result", result)]).increment()
    }

    /// Queues all changes of a new RT, and ends the attempts that can no longer pay.
    func recordRT(
        _ facts: RTFacts, as id: Identifier<Receipt>, in tx: Transaction, render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> ReceivedRT {
        let result = try queueChanges(facts, as: id, in: tx, render: render)
        if facts.settlement.disposition == .settled, let position = facts.position,
            let installment = facts.installment
        {
            try await endAttempts(
                holding: installment, of: position, paidBy: facts.attempt, by: facts.origin.actor, in: tx,
                at: facts.now)
        }
        return result
    }

    /// Queues the changes of the RT itself, for one flush.
    private func queueChanges(
        _ facts: RTFacts, as id: Identifier<Receipt>, in tx: Transaction, render: Renderer<RTAcknowledgement, [UInt8]>
    ) throws -> ReceivedRT {
        let receipt = facts.receipt(id: id)
        let actor = facts.origin.actor
        tx.insert(receipt, installment: facts.installment?.id)
        var anomaly: Anomaly?
        if let kind = facts.settlement.anomaly {
            let opened = Anomaly(id: newID(), kind, of: receipt, on: receipt.position, openedAt: facts.now)
            tx.insert(opened)
            tx.journal(
                JournalEntry(
                    .anomalyOpened, by: actor, creditor: receipt.creditor, position: receipt.position,
                    receipt: receipt.id, to: kind.rawValue), at: facts.now)
            anomaly = opened
        }
        let answer = render(
            RTAcknowledgement(
                receipt: receipt.id, receiptID: receipt.receiptID, disposition: receipt.status,
                anomaly: anomaly.map { ($0.id, $0.kind) }, position: receipt.position, receivedAt: facts.arrivedAt,
                sha256: facts.body.sha256, notes: receipt.notes))
        tx.insert(facts.body, id: newID(), of: receipt.id, isFirst: true, answer: answer, at: facts.arrivedAt)
        tx.journal(
            JournalEntry(
                .rtReceived, by: actor, creditor: receipt.creditor, position: receipt.position,
                attempt: receipt.attempt,
                receipt: receipt.id, to: receipt.status.rawValue, note: facts.origin.reason), at: facts.now)
        if receipt.status == .settled, let position = facts.position, let installment = facts.installment {
            try pay(installment, of: position, paidAt: facts.rt.paidAt, by: actor, in: tx, at: facts.now)
        }
        move(facts, by: actor, in: tx)
        if receipt.hasPDF { tx.insert(mailsOfReceipt(receipt, facts)) }
        if let attempt = facts.attempt, attempt.notifiesFailure, facts.isFirstRefusal {
            tx.insert(
                mails(
                    .paymentFailed, about: receipt, toPayer: [attempt.email], toDebtor: nil, in: attempt.language,
                    at: facts.now))
        }
        return ReceivedRT(isReplay: false, answer: answer, disposition: receipt.status, receipt: receipt.id)
    }

    /// Updates the payment attempt of the RT.
    private func move(_ facts: RTFacts, by actor: Actor, in tx: Transaction) {
        guard let attempt = facts.attempt, let installment = facts.installment,
            let outcome = facts.settlement.itemOutcome,
            let item = attempt.items.first(where: { $0.installment == installment.id }), item.outcome != .paid
        else { return }
        tx.setOutcome(item.outcome.after(outcome), of: installment.id, in: attempt.id)
        guard let event = attempt.event(after: outcome, of: installment.id),
            let next = attempt.status.after(event)
        else { return }
        let reason = facts.rt.failureReason ?? "the PSP reports that nothing was paid"
        tx.setStatus(next, of: attempt.id, failureReason: event == .refused ? reason : nil, at: facts.now)
        journal(attempt, from: attempt.status, to: next, by: actor, in: tx, at: facts.now)
    }

    private func mailsOfReceipt(_ receipt: Receipt, _ facts: RTFacts) -> [PagoPA.Notification] {
        mails(
            NotificationKind(whenMoneyCameWith: facts.settlement.anomaly), about: receipt,
            toPayer: [facts.attempt?.email, facts.attempt?.payer?.email, facts.rt.payer?.email],
            toDebtor: facts.position?.debtor.email,
            in: facts.attempt?.language ?? facts.creditor?.languages.first ?? .it, at: facts.now)
    }

    /// Stores the second body and opens an anomaly; the first body continues to count. A repeat of the second body adds nothing.
    private func recordConflict(
        _ rt: RT, body: RTBody, with known: KnownRT, by actor: Actor, in tx: Transaction, at now: Instant
    ) async throws -> Identifier<Anomaly> {
        if let earlier = try await tx.ask(
            Receipts.conflict(of: known.receipt, fingerprint: body.fingerprint, orAny: known.holdsFingerprint))
        {
            return earlier
        }
        let bodyID: Identifier<RT> = newID()
        let anomaly = Anomaly(
            id: newID(), kind: .receiptConflict, isOpen: true, receipt: known.receipt, position: known.position,
            creditor: rt.creditor, iuv: rt.iuv, psp: rt.psp.id, amount: rt.amount,
            isPayerKnown: rt.payer?.namesSomebody ?? false, conflictingBody: bodyID, openedAt: now)
        tx.insert(body, id: bodyID, of: known.receipt, isFirst: false, answer: [], at: now)
        tx.insert(anomaly)
        tx.journal(
            JournalEntry(
                .anomalyOpened, by: actor, creditor: rt.creditor, position: known.position,
                receipt: known.receipt, to: anomaly.kind.rawValue), at: now)
        return anomaly.id
    }
}

/// All facts that determine how an RT is stored.
struct RTFacts {
    let rt: RT
    let body: RTBody
    let origin: RTOrigin
    let position: Position?
    let installment: Installment?
    let copyOf: Identifier<Installment>?
    let attempt: PaymentAttempt?
    let settlement: Settlement
    let creditor: Creditor?
    /// When the body arrived. It is earlier than `now` if an operator accepts the body later.
    let arrivedAt: Instant
    let now: Instant

    /// Whether the attempt is still open and this RT is the first to report that the installment was not paid.
    var isFirstRefusal: Bool {
        guard let attempt, !attempt.status.isFinal, settlement.itemOutcome == .failed else { return false }
        return attempt.items.contains { $0.installment == installment?.id && $0.outcome == .pending }
    }

    /// The remittance text of the transfer to the RT's creditor.
    private var remittance: String? {
        (rt.transfers.first { $0.creditor == rt.creditor } ?? rt.transfers.first)?.remittance
    }

    func receipt(id: Identifier<Receipt>) -> Receipt {
        Receipt(
            id: id, receiptID: rt.receiptID, origin: origin.receipt, status: settlement.disposition,
            outcome: rt.outcome,
            creditor: rt.creditor, creditorName: creditor?.name, position: position?.id,
            installmentNumber: installment?.number, attempt: attempt?.id, debtTypeKey: position?.debtTypeKey,
            description: position?.description ?? remittance ?? "Pagamento \(rt.iuv)",
            document: position?.document, iuv: rt.iuv, noticeNumber: rt.noticeNumber ?? installment?.noticeNumber,
            paymentContext: rt.paymentContext, amount: rt.amount, fee: rt.fee, paidAt: rt.paidAt, psp: rt.psp,
            method: rt.method ?? attempt?.method, transfers: rt.transfers,
            payer: rt.payer ?? attempt?.payer.map(RTSubject.init),
            debtor: position.map { RTSubject($0.debtor) } ?? rt.debtor, failureReason: rt.failureReason, till: nil,
            reference: nil, rtSHA256: Hex.encode(body.sha256), receivedAt: arrivedAt, copyOf: copyOf,
            notes: rt.notes)
    }
}

extension RTSubject {
    init(_ payer: Payer) {
        self.init(kind: payer.kind, taxCode: payer.taxCode.value, fullName: payer.fullName, email: payer.email)
    }
}
