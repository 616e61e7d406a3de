-- key
SELECT id, kind, scopes, creditors, expires_at, revoked_at FROM api_keys WHERE digest = :digest;
-- position
SELECT p.id, p.creditor_tax_code, p.external_id, p.debt_type, p.payable_after_due, p.document_year, p.document_number, p.description,
    p.debtor_kind, p.debtor_tax_code, p.debtor_full_name, p.debtor_email, p.debtor_address::text, p.metadata::text, p.state,
    p.total_cents, p.paid_cents, p.written_off_cents, p.payable_until, p.version, p.created_at, p.updated_at, p.published_at,
    p.cancelled_at, ARRAY(SELECT DISTINCT a.kind FROM anomalies a WHERE a.position_id = p.id AND a.is_open ORDER BY a.kind),
    p.alternative_group, p.replaced_by,
    EXISTS (SELECT FROM suspensions s WHERE s.creditor_tax_code = p.creditor_tax_code AND s.lifted_at IS NULL
        AND (s.debt_type IS NULL OR s.debt_type = p.debt_type) AND s.starts_at <= now() AND (s.ends_at IS NULL OR s.ends_at > now()))
FROM positions p WHERE p.id = :position;
-- lines
SELECT description, quantity, amount_cents FROM position_lines WHERE position_id = :position ORDER BY number;
-- installments
SELECT i.id, i.number, i.iuv, i.notice_number, i.amount_cents, i.due_date, i.paid_at, i.written_off_cents, h.held_until
FROM installments i LEFT JOIN attempt_items h ON h.installment_id = i.id AND h.is_holding
WHERE i.position_id = :position ORDER BY i.number;
-- transfers
SELECT t.installment_id, t.creditor_tax_code, t.iban, t.amount_cents, t.taxonomy_code, t.remittance
FROM transfers t JOIN installments i ON i.id = t.installment_id WHERE i.position_id = :position ORDER BY i.number, t.number;
-- attempts
SELECT a.id, a.status, a.created_at, m.installment_id
FROM attempt_items m JOIN payment_attempts a ON a.id = m.attempt_id
WHERE m.position_id = :position ORDER BY a.created_at DESC, a.id DESC, m.ordinal;
-- receipts
SELECT r.id, r.status, r.amount_cents, r.paid_at, r.outcome_code, r.superseded_by,
    EXISTS (SELECT FROM anomalies a WHERE a.receipt_id = r.id AND a.is_open)
FROM receipts r WHERE r.position_id = :position AND r.status <> 'quarantined' ORDER BY r.paid_at DESC, r.id DESC;
