import PagoPA
import Postgres

extension Transaction {
    /// Queues that a counter payment was recorded by mistake, so that its receipt no longer pays an installment.
    package func void(_ receipt: Identifier<Receipt>, _ void: ReceiptVoid, by actor: Actor) {
        send(
            """
            UPDATE receipts SET status = \(Disposition.voided.rawValue), voided_at = \(void.at.sql),
                void_reason = \(void.reason), voided_by = \(actor.description)
            WHERE id = \(receipt.uuid) AND status = 'settled' AND origin = 'counter'
            """)
    }
}
