-- secret
SELECT id, psp_id, sealed FROM webhook_secrets WHERE psp_id = :psp AND revoked_at IS NULL ORDER BY created_at DESC, id DESC;
-- begin
BEGIN;
-- position
SELECT p.id, p.debt_type, p.description, p.state, p.debtor_kind, p.debtor_tax_code, p.debtor_full_name, p.debtor_email,
    p.total_cents, p.paid_cents, p.written_off_cents, p.alternative_group
FROM positions p WHERE p.id = (SELECT position_id FROM installments WHERE creditor_tax_code = :creditor AND iuv = :iuv)
FOR UPDATE OF p;
-- installments
SELECT i.id, i.number, i.iuv, i.notice_number, i.amount_cents, i.due_date, i.paid_at, h.held_until
FROM installments i LEFT JOIN attempt_items h ON h.installment_id = i.id AND h.is_holding
WHERE i.position_id = (SELECT position_id FROM installments WHERE creditor_tax_code = :creditor AND iuv = :iuv) ORDER BY i.number;
-- transfers
SELECT t.creditor_tax_code, t.iban, t.amount_cents, t.remittance
FROM transfers t JOIN installments i ON i.id = t.installment_id WHERE i.creditor_tax_code = :creditor AND i.iuv = :iuv ORDER BY t.number;
-- known
SELECT r.id, f.fingerprint, f.answer
FROM receipts r JOIN rts f ON f.receipt_id = r.id AND f.is_first
WHERE r.creditor_tax_code = :creditor AND r.iuv = :iuv AND r.psp_id = :psp AND r.receipt_id = :name;
-- creditor
SELECT tax_code, languages FROM creditors WHERE tax_code = :creditor;
-- attempt
SELECT a.id, a.status, a.email, a.language FROM attempt_items m
    JOIN installments i ON i.id = m.installment_id JOIN payment_attempts a ON a.id = m.attempt_id
WHERE i.creditor_tax_code = :creditor AND i.iuv = :iuv AND a.psp_id = :psp AND a.status <> 'succeeded'
ORDER BY m.is_holding DESC, a.created_at DESC LIMIT 1 FOR UPDATE OF a;
-- receipt
INSERT INTO receipts (id, receipt_id, origin, status, outcome_code, creditor_tax_code, position_id, installment_id, debt_type,
    description, iuv, notice_number, amount_cents, paid_at, psp_id, psp_business_name, payment_method, payer_kind, payer_tax_code,
    payer_full_name, debtor_kind, debtor_tax_code, debtor_full_name, received_at, notes)
VALUES (:receipt, :name, 'pagopa', 'settled', 0, :creditor, :position, :installment, :debt_type, :description, :iuv, :notice, :amount,
    :paid_at, :psp, :psp_name, :method, :payer_kind, :payer_tax_code, :payer_name, :debtor_kind, :debtor_tax_code, :debtor_name, :now,
    '[]');
-- receipt_transfer
INSERT INTO receipt_transfers (receipt_id, number, creditor_tax_code, iban, amount_cents, remittance)
VALUES (:receipt, 1, :creditor, NULL, :amount, NULL);
-- rt
INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256, fingerprint, answer, received_at)
VALUES (:rt, :receipt, true, :psp, :name, 'application/json', :body, :sha256, :fingerprint, :answer, :now);
-- received
INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, receipt_id, to_state)
VALUES (:now, 'rt_received', :actor, :correlation_id, :creditor, :position, :receipt, 'settled');
-- pay_installment
UPDATE installments SET paid_at = :paid_at, written_off_cents = 0 WHERE id = :installment AND paid_at IS NULL;
-- pay_position
UPDATE positions SET state = :state, paid_cents = paid_cents + :amount, due_date = :due, payable_until = NULL, updated_at = :now,
    version = version + 1 WHERE id = :position;
-- paid
INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, from_state, to_state)
VALUES (:now, 'position_state', :actor, :correlation_id, :creditor, :position, 'open', :state);
-- mail
INSERT INTO notifications (id, kind, receipt_id, position_id, creditor_tax_code, audience, recipient, language, state,
    next_attempt_at, message_id, created_at)
VALUES (:mail, 'receipt_ready', :receipt, :position, :creditor, 'payer', :recipient, 'it', 'queued', clock_timestamp(), :message_id,
    :now) ON CONFLICT DO NOTHING;
-- commit
COMMIT;
-- notify
SELECT pg_notify('notifications', '');
