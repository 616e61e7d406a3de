import Accounts
import Documents
import Metrics
import PagoPA
import Requests
import Storage

/// How an RT was processed, with the response that every replay gets.
package struct ReceivedRT: Sendable, Equatable {
    package let isReplay: Bool
    package let answer: [UInt8]
    package let disposition: Disposition?
    package let receipt: Identifier<Receipt>
}

extension RTBody {
    /// A PSP of trials moves no money, so nothing that it reports reaches a real creditor, nor the quarantine.
    fileprivate func demandTestCreditor(_ creditor: Creditor?) throws {
        guard TrialPSP.isReserved(psp), creditor?.isTest != true else { return }
        throw Refusal.invalid([
            Fault("/creditor_tax_code", .notAllowed, "is not a test creditor, and the PSP is one of trials")
        ])
    }
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

extension RTOperations {
    /// Reads an RT of either syntax.
    /// - Throws: `Refusal.rtUnreadable`, `.rtRefused` with every required member that is missing or invalid.
    package func read(_ bytes: [UInt8], as syntax: RTSyntax, from sender: PSPID) throws -> RT {
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
    /// - Throws: `Refusal.invalid` when a PSP of trials sent it for a creditor that is not a test creditor, `.receiptConflict` for other
    /// content under the same key.
    package func receive(
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
        return try finish(result, amount: rt.amount)
    }

    /// Decides whether the RT is a replay, a conflict, or a new receipt by the decision table. `rt.psp` has already been determined.
    func process(
        _ rt: RT, body: RTBody, from origin: RTOrigin, in tx: Transaction, at now: Instant,
        render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> RTResult {
        let (position, candidates, creditor, attempt, share) = try await tx.ask(
            Positions.lock(creditor: rt.creditor, iuv: rt.iuv), Receipts.known(rt, fingerprint: body.fingerprint),
            Creditors.show(rt.creditor, within: .everyCreditor),
            PaymentAttempts.lock(for: rt), Receipts.share(of: rt.creditor, iuv: rt.iuv))
        try body.demandTestCreditor(creditor)
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
            startedAt: attempt?.createdAt ?? now, creditorIsKnown: creditor != nil)
        let facts = RTFacts(
            rt: rt, body: body, origin: origin, position: position, installment: installment,
            share: share, attempt: attempt, settlement: settlement, creditor: creditor, arrivedAt: now, now: now)
        return .first(try await record(facts, as: newID(), in: tx, render: render))
    }

    /// - Parameter amount: that of the RT, for the metrics.
    func finish(_ result: RTResult, amount: Amount) throws -> ReceivedRT {
        switch result {
        case .first(let answer):
            let result = answer.isReplay ? "replayed" : answer.disposition?.rawValue ?? "unknown"
            count(result)
            if !answer.isReplay {
                Counter(label: "rt_cents_total", dimensions: [("result", result)]).increment(by: amount.cents)
            }
            return answer
        case .conflict(let anomaly):
            count("conflict")
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

    func count(_ result: String) {
        Counter(label: "rt_received_total", dimensions: [("result", result)]).increment()
    }
}
