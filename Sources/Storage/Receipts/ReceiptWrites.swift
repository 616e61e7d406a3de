import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

extension Transaction {
    // MARK: Writing

    /// Queues a receipt with its transfers. `receipts_key` rejects a second one with the same RT key.
    package func insert(_ receipt: Receipt, installment: Identifier<Installment>?) {
        let psp = receipt.psp
        send(
            """
            INSERT INTO receipts (id, receipt_id, origin, status, outcome_code, creditor_tax_code, position_id,
                installment_id, attempt_id, debt_type, description, iuv, notice_number, payment_context, amount_cents,
                fee_cents, paid_at, psp_id, psp_business_name, psp_tax_code, psp_channel_id, payment_method, payer_kind,
                payer_tax_code, payer_full_name, debtor_kind, debtor_tax_code, debtor_full_name, failure_reason, till,
                reference, received_at, copy_of_installment_id, payer_email, notes)
            VALUES (\(receipt.id.uuid), \(receipt.receiptID), \(receipt.origin.rawValue), \(receipt.status.rawValue),
                \(receipt.outcome.rawValue), \(receipt.creditor.value), \(receipt.position?.uuid), \(installment?.uuid),
                \(receipt.attempt?.uuid), \(receipt.debtTypeKey), \(receipt.description), \(receipt.iuv.value),
                \(receipt.noticeNumber?.value), \(receipt.paymentContext), \(receipt.amount.cents),
                \(receipt.fee?.cents), \(receipt.paidAt.sql), \(psp?.id.value), \(psp?.businessName), \(psp?.taxCode),
                \(psp?.channel), \(receipt.method?.code), \(receipt.payer?.kind?.rawValue), \(receipt.payer?.taxCode),
                \(receipt.payer?.fullName), \(receipt.debtor?.kind?.rawValue), \(receipt.debtor?.taxCode),
                \(receipt.debtor?.fullName), \(receipt.failureReason), \(receipt.till), \(receipt.reference),
                \(receipt.receivedAt.sql), \(receipt.copyOf?.uuid),
                \(receipt.status == .quarantined ? receipt.payer?.email?.value : nil), \(notesText(receipt.notes))::jsonb)
            """)
        guard !receipt.transfers.isEmpty else { return }
        let transfers: [SQL] = receipt.transfers.map { transfer in
            """
            (\(receipt.id.uuid), \(transfer.index), \(transfer.creditor.value), \(transfer.iban), \(transfer.amount.cents),
                \(transfer.remittance))
            """
        }
        send(
            """
            INSERT INTO receipt_transfers (receipt_id, number, creditor_tax_code, iban, amount_cents, remittance)
            VALUES \(transfers.joined(separator: ", "))
            """)
    }

    /// Queues the evidence and the response that was sent for it.
    package func insert(
        _ body: RTBody, id: Identifier<RT>, of receipt: Identifier<Receipt>, isFirst: Bool, answer: [UInt8],
        at now: Instant
    ) {
        send(
            """
            INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256, fingerprint,
                answer, received_at)
            VALUES (\(id.uuid), \(receipt.uuid), \(isFirst), \(body.psp.value), \(body.messageID), \(body.contentType),
                \(body.bytes), \(body.sha256), \(body.fingerprint), \(answer), \(now.sql))
            """)
    }
}

extension Transaction {
    /// The state of a receipt, locked until the transaction ends; lock its position first.
    package func lock(_ receipt: Identifier<Receipt>) async throws -> Disposition? {
        let rows = try await query("SELECT status FROM receipts WHERE id = \(receipt.uuid) FOR UPDATE")
        guard var row = rows.first else { return nil }
        return try row.word()
    }

    /// Queues the new state of a stored receipt. `receipts_one_per_installment` rejects a second payment.
    package func settle(
        _ receipt: Identifier<Receipt>, as disposition: Disposition, on installment: Installment, of position: Position
    ) {
        send(
            """
            UPDATE receipts SET status = \(disposition.rawValue), position_id = \(position.id.uuid),
                installment_id = \(installment.id.uuid), debt_type = \(position.debtTypeKey),
                description = \(position.description),
                notice_number = coalesce(notice_number, \(installment.noticeNumber.value)),
                debtor_kind = \(position.debtor.kind.rawValue), debtor_tax_code = \(position.debtor.taxCode.value),
                debtor_full_name = \(position.debtor.fullName), payer_email = NULL, copy_of_installment_id = NULL
            WHERE id = \(receipt.uuid)
            """)
    }
}

extension Transaction {
    /// Queues that a stored receipt belongs to an installment of another creditor.
    package func settle(_ receipt: Identifier<Receipt>, as disposition: Disposition, copyOf share: Share) {
        send(
            """
            UPDATE receipts SET status = \(disposition.rawValue), copy_of_installment_id = \(share.installment.uuid),
                payer_email = NULL
            WHERE id = \(receipt.uuid)
            """)
    }
}

extension Transaction {
    /// Replaces this locked receipt by another one with the same key, which the caller inserts later in this transaction. The old
    /// receipt and its evidence remain stored. If it paid an installment, mark that as unpaid next. The commit checks the foreign key
    /// `receipts_superseded_by_fkey`.
    /// - Returns: `false` when the receipt was replaced before.
    package func supersede(_ first: Identifier<Receipt>, by other: Identifier<Receipt>) async throws -> Bool {
        let rows = try await query(
            """
            UPDATE receipts SET status = \(Disposition.recorded.rawValue), superseded_by = \(other.uuid), payer_email = NULL,
                copy_of_installment_id = NULL
            WHERE id = \(first.uuid) AND superseded_by IS NULL RETURNING id
            """)
        return !rows.isEmpty
    }
}
