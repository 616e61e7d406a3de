import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension Transaction {
    /// Queues a refund. `receipts_refunded_check` rejects more than the receipt's amount, and `refunds_anomaly_key` rejects a second
    /// refund for one resolution.
    package func insert(_ refund: Refund) {
        send(
            """
            INSERT INTO refunds (id, receipt_id, anomaly_id, creditor_tax_code, amount_cents, status, day, reference,
                reason, decided_by, version, created_at, updated_at)
            VALUES (\(refund.id.uuid), \(refund.receipt.uuid), \(refund.anomaly?.uuid), \(refund.creditor.value),
                \(refund.amount.cents), \(refund.status.rawValue), \(refund.day.sql), \(refund.reference),
                \(refund.reason), \(refund.decidedBy), \(refund.version), \(refund.createdAt.sql),
                \(refund.updatedAt.sql))
            """)
    }

    /// Queues the outcome of a refund; lock the refund first.
    package func setStatus(
        _ status: RefundStatus, of refund: Refund, on day: CalendarDate, reference: String?, at now: Instant
    ) {
        send(
            """
            UPDATE refunds SET status = \(status.rawValue), day = \(day.sql),
                reference = coalesce(\(reference), reference), version = version + 1, updated_at = \(now.sql)
            WHERE id = \(refund.id.uuid)
            """)
    }

}
