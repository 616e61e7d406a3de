import Accounts
import Cryptography
import Documents
import PagoPA
import Requests
import Storage

/// An RT that an operator enters, because it arrived by PEC or on paper, or because the webhook could not read it.
package struct EnteredRT: Sendable {
    /// The RT in our JSON form.
    package let text: [UInt8]
    /// The PSP named in the RT.
    package let psp: PSPID
    package let source: Source
    package let reason: String

    package enum Source: Sendable {
        /// The document from which the operator transcribed the RT.
        case document(bytes: [UInt8], mediaType: String)
        /// The unreadable body of this anomaly. Entering the RT resolves the anomaly.
        case anomaly(Identifier<Anomaly>)
    }

    /// The largest document in bytes. In base64, with the RT, it fits into a request of 256 KiB.
    package static let maximumEvidenceBytes = 180 * 1_024

    package init(text: [UInt8], psp: PSPID, source: Source, reason: String) {
        self.text = text
        self.psp = psp
        self.source = source
        self.reason = reason
    }
}

extension RTOperations {
    /// Accepts an RT that an operator entered, under the same rules and the same key as the webhook. Its origin is `file`. The source
    /// anomaly is resolved. The same RT again, entered or sent by the PSP, is a replay.
    /// - Throws: `Refusal.invalid` for an unreadable RT or an unknown PSP, `.notFound` for an anomaly without a stored body,
    ///   `.anomalyNotOpen`, `.receiptConflict`.
    package func enter(
        _ entered: EnteredRT, by caller: Caller, render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> ReceivedRT {
        let rt: RT
        do { rt = try read(entered.text, as: .json, from: entered.psp) } catch Refusal.rtRefused(_, let faults) {
            throw Refusal.invalid(faults.map { Fault("/rt" + $0.pointer, $0.code, $0.detail) })
        } catch Refusal.rtUnreadable(_, let detail) {
            throw Refusal.invalid([Fault("/rt", .badFormat, detail)])
        }
        let now = clock()
        do {
            return try await enter(rt, entered, by: caller, at: now, render: render)
        } catch StorageError.constraint(.receiptsKey), StorageError.constraint(.rtsFingerprint) {
            // Another transaction stored the same RT at the same time: now it is a replay.
            return try await enter(rt, entered, by: caller, at: now, render: render)
        }
    }

    private func enter(
        _ rt: RT, _ entered: EnteredRT, by caller: Caller, at now: Instant,
        render: Renderer<RTAcknowledgement, [UInt8]>
    ) async throws -> ReceivedRT {
        let result: RTResult = try await store.transaction(within: caller.tenancy) { tx in
            let (body, anomaly) = try await evidence(of: entered, for: rt, caller, in: tx)
            let origin = RTOrigin(receipt: .file, actor: caller.actor, reason: entered.reason)
            let result = try await process(rt, body: body, from: origin, in: tx, at: now, render: render)
            if let anomaly, case .first(let first) = result {
                tx.close(
                    anomaly, Resolution(kind: .entered, reason: entered.reason, resolvedAt: now), position: nil,
                    by: caller.actor)
                tx.enter(anomaly.id, as: first.receipt, creditor: rt.creditor, iuv: rt.iuv)
            }
            return result
        }
        return try finish(result, amount: rt.amount)
    }

    private func evidence(of entered: EnteredRT, for rt: RT, _ caller: Caller, in tx: Transaction) async throws -> (
        RTBody, Anomaly?
    ) {
        func body(_ bytes: [UInt8], _ mediaType: String, sender: PSPID) -> RTBody {
            RTBody(
                psp: sender, messageID: "", contentType: mediaType, bytes: bytes, sha256: SHA256.digest(bytes),
                fingerprint: SHA256.digest(rt.meaning))
        }
        switch entered.source {
        case .document(let bytes, let mediaType):
            try await demandKnown(rt.psp.id, in: tx)
            return (body(bytes, mediaType, sender: rt.psp.id), nil)
        case .anomaly(let id):
            guard let anomaly = try await tx.ask(Anomalies.show(id, within: caller.tenancy, locking: true)) else {
                throw Refusal.invalid([Fault("/anomaly_id", .unknownReference, "is not an anomaly")])
            }
            guard anomaly.kind == .unreadableRT else {
                throw Refusal.invalid([Fault("/anomaly_id", .mismatch, "is not an anomaly of an unreadable RT")])
            }
            guard anomaly.isOpen else { throw Refusal.anomalyNotOpen }
            guard let found = try await tx.ask(Evidences.of(anomaly)) else { throw Refusal.notFound }
            if rt.psp.id != found.sender, try await tx.ask(PSPRelays.show(found.sender)) == nil {
                throw Refusal.invalid([
                    Fault("/rt/psp/id", .mismatch, "is not the sender of the body, which is not registered as a relay")
                ])
            }
            return (body(found.bytes, found.mediaType, sender: found.sender), anomaly)
        }
    }

    /// Rejects unknown PSPs, because a mistyped PSP would be another key and the same RT would count twice.
    private func demandKnown(_ psp: PSPID, in tx: Transaction) async throws {
        guard try await tx.ask(PSPRelays.isKnown(psp)) else {
            throw Refusal.invalid([
                Fault(
                    "/rt/psp/id", .unknownReference,
                    "is not a known PSP: it has never had a webhook secret and was never in the PSP list")
            ])
        }
    }
}
