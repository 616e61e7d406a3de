import Accounts
import Documents
import Logging
import PagoPA
import Requests
import Storage
import Text

extension RTOperations {
    /// Stores a signed body that cannot be read as an RT, and opens an anomaly for it, in one transaction. The same bytes from the same PSP
    /// map to the same anomaly and change nothing.
    /// - Returns: `nil` if the PSP has exceeded its daily limit: the body is then counted and logged, but not stored.
    package func storeUnreadable(_ unreadable: UnreadableRT, _ body: RTBody) async throws -> Identifier<Anomaly>? {
        let stored: Stored
        do { stored = try await store(unreadable, body) } catch StorageError.constraint(.unreadableRTsBody) {
            // Another transaction stored the same bytes at the same time: the next read finds them.
            stored = try await store(unreadable, body)
        }
        switch stored {
        case .first(let anomaly):
            count("unreadable")
            return anomaly
        case .again(let anomaly):
            count("unreadable_again")
            return anomaly
        case .overLimit:
            count("unreadable_over_limit")
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
}
