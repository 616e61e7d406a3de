import Accounts
import Documents
import Logging
import PagoPA
import Requests
import Storage
import Text

extension Intermediary {
    /// Stores a signed body that cannot be read as an RT, and opens an anomaly for it, in one transaction. The same bytes from the same PSP
    /// map to the same anomaly and change nothing.
    /// - Returns: `nil` if the PSP has exceeded its daily limit: the body is then counted and logged, but not stored.
    package func storeUnreadableRT(_ unreadable: UnreadableRT, _ body: RTBody) async throws -> Identifier<Anomaly>? {
        let stored: Stored
        do { stored = try await store(unreadable, body) } catch StorageError.constraint(.unreadableRTsBody) {
            // Another transaction stored the same bytes at the same time: the next read finds them.
            stored = try await store(unreadable, body)
        }
        switch stored {
        case .first(let anomaly):
            countRT("unreadable")
            return anomaly
        case .again(let anomaly):
            countRT("unreadable_again")
            return anomaly
        case .overLimit:
            countRT("unreadable_over_limit")
            logger.error(
                "an unreadable RT was not stored: its PSP has reached its daily limit",
                metadata: [
                    "psp": "\(body.psp)", "sha256": "\(Hex.encode(body.sha256))", "bytes": "\(body.bytes.count)",
                ])
            return nil
        }
    }

    private enum Stored: Sendable {
        case first(Identifier<Anomaly>)
        case again(Identifier<Anomaly>)
        case overLimit
    }

    private func store(_ unreadable: UnreadableRT, _ body: RTBody) async throws -> Stored {
        let now = clock()
        return try await store.transaction(within: .psp(body.psp)) { tx in
            let (known, used) = try await tx.ask(
                UnreadableRTs.known(body),
                UnreadableRTs.stored(of: body.psp, since: now.adding(seconds: -UnreadableRT.limitSeconds)))
            if let known { return .again(known) }
            guard used.bodies < UnreadableRT.maximumBodies,
                used.bytes <= UnreadableRT.maximumBytes - body.bytes.count
            else { return .overLimit }
            let gist = unreadable.gist
            let anomaly = Anomaly(
                id: newID(), kind: .unreadableRT, isOpen: true, receipt: nil, position: nil, creditor: gist.creditor,
                iuv: gist.iuv, psp: body.psp, amount: gist.amount, isPayerKnown: false, openedAt: now)
            tx.insert(anomaly)
            tx.insert(unreadable, body, of: anomaly.id, at: now)
            tx.journal(
                JournalEntry(
                    .rtRefused, by: .psp(body.psp), creditor: gist.creditor, note: "sha256:" + Hex.encode(body.sha256)),
                at: now)
            tx.journal(
                JournalEntry(
                    .anomalyOpened, by: .psp(body.psp), creditor: gist.creditor, to: anomaly.kind.rawValue,
                    note: "anomaly:\(anomaly.id)"), at: now)
            return .first(anomaly.id)
        }
    }

    /// Extracts creditor, IUV and amount from an XML document that cannot be read as an RT.
    package func gist(xml bytes: [UInt8]) -> RTGist { RTDocument.gist(bytes) }

    /// Returns the bytes of an anomaly as received: the unreadable or conflicting body, or the body of its receipt.
    /// - Throws: `Refusal.notFound`, also when there are no bytes or retention has deleted them.
    package func showEvidence(of id: Identifier<Anomaly>, for caller: Caller) async throws -> Evidence {
        let anomaly = try await showAnomaly(id, for: caller)
        guard let evidence = try await findEvidence(of: anomaly, for: caller) else { throw Refusal.notFound }
        return evidence
    }

    /// Returns `nil` for a payment without a document, or whose document retention has deleted.
    package func findEvidence(of anomaly: Anomaly, for caller: Caller) async throws -> Evidence? {
        return try await store.read(within: caller.tenancy, Evidences.of(anomaly))
    }
}
