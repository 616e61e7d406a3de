import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension Transaction {
    /// Queues an anomaly. The trigger `anomalies_psp` sets its PSP to the PSP of its receipt.
    package func insert(_ anomaly: Anomaly) {
        send(
            """
            INSERT INTO anomalies (id, kind, receipt_id, position_id, creditor_tax_code, iuv, psp_id, amount_cents, rt_id,
                opened_at)
            VALUES (\(anomaly.id.uuid), \(anomaly.kind.rawValue), \(anomaly.receipt?.uuid), \(anomaly.position?.uuid),
                \(anomaly.creditor?.value), \(anomaly.iuv?.value), \(anomaly.psp?.value),
                \(anomaly.receipt == nil ? anomaly.amount?.cents : nil), \(anomaly.conflictingBody?.uuid), \(anomaly.openedAt.sql))
            """)
    }

    /// Queues the receipt that an operator entered for an unreadable body; resolve the anomaly first.
    package func enter(
        _ id: Identifier<Anomaly>, as receipt: Identifier<Receipt>, creditor: OrganizationTaxCode, iuv: IUV
    ) {
        send(
            """
            UPDATE anomalies SET receipt_id = \(receipt.uuid),
                creditor_tax_code = coalesce(creditor_tax_code, \(creditor.value)), iuv = coalesce(iuv, \(iuv.value))
            WHERE id = \(id.uuid) AND NOT is_open
            """)
    }

    /// Queues that conflicts with the first receipt now refer to the receipt that replaced it; resolve the accepted conflict first.
    package func moveConflicts(of first: Identifier<Receipt>, to other: Identifier<Receipt>) {
        send(
            """
            UPDATE anomalies SET receipt_id = \(other.uuid)
            WHERE receipt_id = \(first.uuid) AND kind = 'receipt_conflict'
            """)
    }

    /// Queues the resolution of an open anomaly.
    package func resolve(
        _ id: Identifier<Anomaly>, _ resolution: Resolution, position: Identifier<Position>?, by actor: Actor
    ) {
        send(
            """
            UPDATE anomalies SET is_open = false, resolution = \(resolution.kind.rawValue), reason = \(resolution.reason),
                resolved_at = \(resolution.resolvedAt.sql), resolved_by = \(actor.description),
                written_off_cents = \(resolution.writtenOff?.cents),
                position_id = coalesce(\(position?.uuid), position_id)
            WHERE id = \(id.uuid) AND is_open
            """)
    }
}
