-- The views of whole attempts and receipts have the conditions of their tables' policies, so trials are left out of them as well.
CREATE OR REPLACE VIEW whole_attempts WITH (security_barrier) AS
SELECT a.id, a.creditor_tax_code, a.status, a.payment_method, a.psp_id, a.psp_business_name, a.channel_id, a.amount_cents,
    a.fee_cents, a.payer_kind, a.payer_tax_code, a.payer_full_name, a.payer_email, a.email, a.notifies_failure,
    a.return_url, a.language, a.redirect_url, a.failure_reason, a.created_at, a.expires_at, a.finished_at,
    ARRAY(SELECT ROW (m.installment_id, m.position_id, m.iuv, m.notice_number, m.amount_cents, m.remittance, m.outcome)::attempt_item
        FROM attempt_items m WHERE m.attempt_id = a.id ORDER BY m.ordinal) AS items
FROM payment_attempts a
WHERE (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR a.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (a.payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
        AND NOT (a.creditor_tax_code = ANY ((SELECT test_creditors())::text[])))
    OR a.psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR (SELECT EXISTS (SELECT FROM psp_relays r WHERE r.psp_id = nullif(current_setting('quietanza.psp', true), '')));

-- A payer sees the receipt of a debt that they paid for somebody else, but not the position.
CREATE OR REPLACE VIEW whole_receipts WITH (security_barrier) AS
SELECT r.id, r.receipt_id, r.origin, r.status, r.outcome_code, r.creditor_tax_code, c.name AS creditor_name, r.position_id,
    CASE WHEN p.id IS NOT NULL THEN (SELECT i.number FROM installments i WHERE i.id = r.installment_id) END AS installment_number,
    r.attempt_id, r.debt_type, r.description, p.document_year, p.document_number, r.iuv, r.notice_number,
    r.payment_context, r.amount_cents, r.fee_cents, r.paid_at, r.psp_id, r.psp_business_name, r.psp_tax_code,
    r.psp_channel_id, r.payment_method, r.payer_kind, r.payer_tax_code, r.payer_full_name, r.payer_email, r.debtor_kind,
    r.debtor_tax_code, r.debtor_full_name, r.failure_reason, r.till, r.reference, f.sha256 AS rt_sha256, r.received_at,
    r.copy_of_installment_id, r.notes, r.voided_at, r.void_reason,
    ARRAY(SELECT DISTINCT a.kind FROM anomalies a
        WHERE a.receipt_id = r.id AND a.creditor_tax_code = r.creditor_tax_code AND a.is_open ORDER BY a.kind) AS review_reasons,
    f.psp_id AS sender, r.superseded_by,
    (SELECT s.id FROM receipts s
        WHERE s.superseded_by = r.id AND s.creditor_tax_code = r.creditor_tax_code
            AND (current_setting('quietanza.tenancy', true) <> 'citizen'
                OR current_setting('quietanza.tax_code', true) IN (s.debtor_tax_code, s.payer_tax_code))) AS supersedes,
    ARRAY(SELECT ROW (t.number, t.creditor_tax_code, t.iban, t.amount_cents, t.remittance)::receipt_transfer
        FROM receipt_transfers t WHERE t.receipt_id = r.id ORDER BY t.number) AS transfers,
    ARRAY(SELECT ROW (f.id, f.receipt_id, f.anomaly_id, f.creditor_tax_code, f.amount_cents, f.status, f.day, f.reference,
            f.reason, f.decided_by, f.version, f.created_at, f.updated_at)::refund
        FROM refunds f WHERE f.receipt_id = r.id ORDER BY f.created_at, f.id) AS refunds
FROM receipts r
LEFT JOIN creditors c ON c.tax_code = r.creditor_tax_code
LEFT JOIN positions p ON p.id = r.position_id AND p.creditor_tax_code = r.creditor_tax_code
    AND (current_setting('quietanza.tenancy', true) <> 'citizen'
        OR p.debtor_tax_code = current_setting('quietanza.tax_code', true))
LEFT JOIN rts f ON f.receipt_id = r.id AND f.is_first
WHERE (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR (r.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
        AND (r.status <> 'quarantined' OR (SELECT current_setting('quietanza.quarantine', true) = 'on')))
    OR (r.status <> 'quarantined'
        AND (r.debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
            OR r.payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')))
        AND NOT (r.creditor_tax_code = ANY ((SELECT test_creditors())::text[])));
