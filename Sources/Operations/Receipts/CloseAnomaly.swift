import Accounts
import PagoPA
import Storage

extension Transaction {
    /// Closes an anomaly and journals its resolution.
    func close(
        _ anomaly: Anomaly, _ resolution: Resolution, position: Identifier<Position>?, by actor: Actor
    ) {
        resolve(anomaly.id, resolution, position: position, by: actor)
        journal(
            JournalEntry(
                .anomalyResolved, by: actor, creditor: anomaly.creditor, position: position ?? anomaly.position,
                receipt: anomaly.receipt, subject: anomaly.id.uuid, from: anomaly.kind.rawValue,
                to: resolution.kind.rawValue, note: resolution.reason), at: resolution.resolvedAt)
    }
}
