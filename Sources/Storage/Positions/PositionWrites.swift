import Accounts
import Foundation
import JSON
import PagoPA
import Postgres

extension Transaction {
    /// Queues the whole position. The next statement or the commit throws the violation of a constraint.
    package func insert(_ position: Position, fingerprint: [UInt8]) {
        let debtor = position.debtor
        send(
            """
            INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                document_year,
                document_number, description, debtor_kind, debtor_tax_code, debtor_full_name, debtor_email,
                debtor_address, metadata, state, total_cents, due_date, payable_until, version, created_at, updated_at,
                published_at, alternative_group)
            VALUES (\(position.id.uuid), \(position.creditor.value), \(position.externalID), \(fingerprint),
                \(position.debtTypeKey), \(position.payableAfterDue), \(position.document.year),
                \(position.document.number), \(position.description), \(debtor.kind.rawValue), \(debtor.taxCode.value), \(debtor.fullName), \(debtor.email?.value),
                \(debtor.address.map(addressText))::jsonb, \(jsonText(position.metadata))::jsonb,
                \(position.state.rawValue), \(position.totalCents), \(position.owedDueDate.sql),
                \(position.payableUntil?.sql), \(position.version), \(position.createdAt.sql), \(position.updatedAt.sql),
                \(position.publishedAt?.sql), \(position.alternativeGroup))
            """)
        insertParts(of: [position])
    }

    /// Queues the claim of the generated IUVs of new installments, for their creditor and for each creditor that receives a share.
    /// `used_iuvs_pkey` rejects an IUV that one of them has used, even in a concurrent transaction.
    package func claimIUVs(of installments: [Installment], creditor: OrganizationTaxCode) {
        let claims = installments.filter(\.isIUVGenerated).flatMap { part in
            Set(part.transfers.map(\.creditor)).union([creditor]).map { ($0.value, part.iuv.value) }
        }.sorted { $0 < $1 }
        guard !claims.isEmpty else { return }
        send(
            """
            INSERT INTO used_iuvs (creditor_tax_code, iuv)
            SELECT * FROM unnest(\(claims.map(\.0))::text[], \(claims.map(\.1))::text[])
            """)
    }

    /// Queues the lines, installments and transfers of these positions.
    func insertParts(of positions: [Position]) {
        insertLines(of: positions)
        insert(positions.flatMap { position in position.installments.map { (position, $0) } })
    }

    private func insertLines(of positions: [Position]) {
        let lines = positions.flatMap { position in
            position.lines.enumerated().map { (position.id.uuid, $0.offset + 1, $0.element) }
        }
        if !lines.isEmpty {
            send(
                """
                INSERT INTO position_lines (position_id, number, description, quantity, amount_cents)
                SELECT line.position_id, line.number, line.description, NULLIF(line.quantity, 0), line.amount_cents
                FROM unnest(\(lines.map(\.0))::uuid[], \(lines.map { Int64($0.1) })::integer[],
                    \(lines.map(\.2.description))::text[], \(lines.map { Int64($0.2.quantity ?? 0) })::integer[],
                    \(lines.map(\.2.amount.cents))::bigint[])
                    AS line(position_id, number, description, quantity, amount_cents)
                """)
        }
    }

    /// Queues installments with their transfers. An installment that exists gets the amount and the days.
    private func insert(_ parts: [(Position, Installment)]) {
        send(
            """
            INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date,
                iuv_generated, valid_until)
            SELECT part.id, part.position_id, part.creditor, part.number, part.iuv, part.notice_number,
                part.amount_cents, part.due_date, part.iuv_generated, NULLIF(part.valid_until, '')::date
            FROM unnest(\(parts.map(\.1.id.uuid))::uuid[], \(parts.map(\.0.id.uuid))::uuid[],
                \(parts.map(\.0.creditor.value))::text[], \(parts.map { Int64($0.1.number) })::integer[],
                \(parts.map(\.1.iuv.value))::text[], \(parts.map(\.1.noticeNumber.value))::text[],
                \(parts.map(\.1.amount.cents))::bigint[], \(parts.map(\.1.dueDate.sql))::date[],
                \(parts.map(\.1.isIUVGenerated))::boolean[],
                \(parts.map { $0.1.validUntil?.description ?? "" })::text[])
                AS part(id, position_id, creditor, number, iuv, notice_number, amount_cents, due_date, iuv_generated,
                    valid_until)
            ON CONFLICT ON CONSTRAINT installments_number_key
            DO UPDATE SET amount_cents = EXCLUDED.amount_cents, due_date = EXCLUDED.due_date,
                valid_until = EXCLUDED.valid_until
            """)
        let transfers = parts.flatMap { _, part in
            part.transfers.enumerated().map { (part.id.uuid, $0.offset + 1, $0.element) }
        }
        send(
            """
            INSERT INTO transfers (installment_id, number, creditor_tax_code, iban, amount_cents, taxonomy_code, remittance)
            SELECT * FROM unnest(\(transfers.map(\.0))::uuid[], \(transfers.map { Int64($0.1) })::smallint[],
                \(transfers.map(\.2.creditor.value))::text[], \(transfers.map(\.2.iban.value))::text[],
                \(transfers.map(\.2.amount.cents))::bigint[], \(transfers.map(\.2.taxonomyCode.value))::text[],
                \(transfers.map(\.2.remittance))::text[])
            """)
    }

    /// Queues the changes of the creditor. With `replacingParts`, lines and transfers are replaced. Installments keep their id and
    /// numbers, and an installment that an attempt or a receipt references cannot be removed.
    package func update(_ position: Position, replacingParts: Bool) {
        let debtor = position.debtor
        send(
            """
            UPDATE positions SET debt_type = \(position.debtTypeKey),
                payable_after_due = \(position.payableAfterDue), document_year = \(position.document.year),
                document_number = \(position.document.number), description = \(position.description),
                debtor_kind = \(debtor.kind.rawValue), debtor_tax_code = \(debtor.taxCode.value),
                debtor_full_name = \(debtor.fullName), debtor_email = \(debtor.email?.value),
                debtor_address = \(debtor.address.map(addressText))::jsonb, metadata = \(jsonText(position.metadata))::jsonb,
                alternative_group = \(position.alternativeGroup),
                total_cents = \(position.totalCents), due_date = \(position.owedDueDate.sql),
                payable_until = \(position.payableUntil?.sql), version = \(position.version),
                updated_at = \(position.updatedAt.sql)
            WHERE id = \(position.id.uuid)
            """)
        guard replacingParts else { return }
        send("DELETE FROM position_lines WHERE position_id = \(position.id.uuid)")
        send(
            "DELETE FROM transfers WHERE installment_id IN (SELECT id FROM installments WHERE position_id = \(position.id.uuid))"
        )
        send(
            "DELETE FROM installments WHERE position_id = \(position.id.uuid) AND number > \(position.installments.count)"
        )
        insertParts(of: [position])
    }

    /// Queues another plan of the rest: amounts, days and transfers of the owed installments, and new installments. Paid installments and
    /// the accounts to which they were paid do not change.
    package func updateRest(of position: Position) {
        let owed = position.owed
        send("DELETE FROM transfers WHERE installment_id = ANY(\(owed.map(\.id.uuid))::uuid[])")
        insert(owed.map { (position, $0) })
        send(
            """
            UPDATE positions SET due_date = \(position.owedDueDate.sql), payable_until = \(position.payableUntil?.sql),
                version = \(position.version), updated_at = \(position.updatedAt.sql)
            WHERE id = \(position.id.uuid)
            """)
    }

    /// Queues that these owed installments are no longer claimed, and the new totals and state of the position.
    package func writeOff(
        _ parts: [Installment], of position: Position, becoming state: PositionState, at now: Instant
    ) {
        send(
            """
            UPDATE installments SET written_off_cents = amount_cents, written_off_version = \(position.version + 1)
            WHERE id = ANY(\(parts.map(\.id.uuid))::uuid[]) AND paid_at IS NULL
            """)
        move(
            position, to: state, paid: 0, writtenOff: Amount.cents(of: parts.map(\.amount)),
            owed: position.owed.filter { !parts.contains($0) }, at: now)
    }

    /// Queues that these installments, which the last change of the position wrote off, are owed again, and the new totals and state of the
    /// position. If the change before was a write-off too, it can be undone next.
    package func undoWriteOff(
        of parts: [Installment], of position: Position, becoming state: PositionState, at now: Instant
    ) {
        send(
            """
            UPDATE installments SET
                written_off_cents = CASE written_off_version WHEN \(position.version) THEN 0 ELSE written_off_cents END,
                written_off_version = CASE written_off_version WHEN \(position.version) THEN NULL::integer
                    ELSE \(position.version + 1)::integer END
            WHERE position_id = \(position.id.uuid) AND written_off_version IN (\(position.version - 1), \(position.version))
            """)
        let again = 0 - Amount.cents(of: parts.map(\.amount))  // a sum of amounts can be negated
        move(
            position, to: state, paid: 0, writtenOff: again,
            owed: position.installments.filter { $0.isOwed || parts.contains($0) }, at: now)
    }

    /// Queues a change of state that a person requested; `pay` handles changes by payments.
    package func setState(_ state: PositionState, of position: Position, at now: Instant) {
        let cancelledAt = state == .cancelled ? position.cancelledAt ?? now : nil
        let publishedAt = state == .open ? position.publishedAt ?? now : position.publishedAt
        send(
            """
            UPDATE positions SET state = \(state.rawValue), cancelled_at = \(cancelledAt?.sql),
                published_at = \(publishedAt?.sql), updated_at = \(now.sql), version = version + 1,
                replaced_by = CASE WHEN \(state == .cancelled) THEN replaced_by END
            WHERE id = \(position.id.uuid)
            """)
    }

    /// Queues that this installment is paid, and the new totals and state of the position.
    /// - Parameter writtenOff: the unpaid part of the installment that is no longer owed.
    package func pay(
        _ installment: Installment, of position: Position, becoming state: PositionState, paidAt: Instant,
        writtenOff: Amount, at now: Instant
    ) {
        send(
            """
            UPDATE installments SET paid_at = \(paidAt.sql), written_off_cents = \(writtenOff.cents)
            WHERE id = \(installment.id.uuid) AND paid_at IS NULL
            """)
        let paid = installment.amount.cents - writtenOff.cents  // neither is negative
        move(
            position, to: state, paid: paid, writtenOff: writtenOff.cents,
            owed: position.installments.filter { $0.isOwed && $0.id != installment.id }, at: now)
    }

    /// Queues that the payment of this installment was voided, so that it is owed again, and the new totals and state of the position.
    /// Void the receipt first, because otherwise `installments_unpaid_by_void` rejects the change.
    package func unpay(
        _ installment: Installment, of position: Position, becoming state: PositionState, at now: Instant
    ) {
        send(
            """
            UPDATE installments SET paid_at = NULL, written_off_cents = 0
            WHERE id = \(installment.id.uuid) AND paid_at IS NOT NULL
            """)
        let paid = installment.writtenOff.cents - installment.amount.cents  // neither is negative
        let writtenOff = 0 - installment.writtenOff.cents  // not negative, so that it can be negated
        move(
            position, to: state, paid: paid, writtenOff: writtenOff,
            owed: position.installments.filter { $0.isOwed || $0.id == installment.id }, at: now)
    }

    /// - Parameters:
    ///   - paid: the cents to add to the paid amount; negative after a void.
    ///   - owed: the installments that are owed after this change.
    private func move(
        _ position: Position, to state: PositionState, paid: Int64, writtenOff: Int64, owed: [Installment],
        at now: Instant
    ) {
        let dueDate = owed.map(\.dueDate).min() ?? position.installments.map(\.dueDate).max() ?? position.owedDueDate
        let payableUntil = position.payableUntil(owing: owed)
        send(
            """
            UPDATE positions SET state = \(state.rawValue), paid_cents = paid_cents + \(paid),
                written_off_cents = written_off_cents + \(writtenOff), due_date = \(dueDate.sql),
                payable_until = \(payableUntil?.sql), updated_at = \(now.sql), version = version + 1
            WHERE id = \(position.id.uuid)
            """)
    }
}
