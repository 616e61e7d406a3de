-- key
SELECT id, kind, scopes, creditors, expires_at, revoked_at FROM api_keys WHERE digest = :digest;
-- begin
BEGIN;
-- creditor
SELECT c.tax_code, c.aux_digit, c.notice_code, c.iban, c.postal_iban, t.taxonomy_code, t.payable_after_due, t.service
FROM creditors c JOIN debt_types t ON t.creditor_tax_code = c.tax_code AND t.key = :debt_type WHERE c.tax_code = :creditor;
-- accounts
SELECT a.iban, a.is_default, a.valid_from, a.valid_to,
    ARRAY(SELECT d.debt_type FROM creditor_account_debt_types d
        WHERE d.creditor_tax_code = a.creditor_tax_code AND d.iban = a.iban ORDER BY d.debt_type)
FROM creditor_accounts a WHERE a.creditor_tax_code = :creditor AND a.removed_at IS NULL ORDER BY a.iban;
-- known
SELECT id, fingerprint FROM positions WHERE creditor_tax_code = :creditor AND external_id = :external_id;
-- number
SELECT nextval('iuv_bases');
-- position
INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due, document_year, document_number,
    description, debtor_kind, debtor_tax_code, debtor_full_name, debtor_email, metadata, state, total_cents, due_date, version,
    created_at, updated_at, published_at)
VALUES (:position, :creditor, :external_id, :fingerprint, :debt_type, :late, :year, :number, :description, :kind, :tax_code,
    :full_name, :email, '{}', 'open', :amount, :due, 1, :now, :now, :now);
-- line
INSERT INTO position_lines (position_id, number, description, quantity, amount_cents) VALUES (:position, 1, :line, NULL, :amount);
-- installment
INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date, iuv_generated)
VALUES (:installment, :position, :creditor, 1, :iuv, :notice, :amount, :due, true);
-- transfer
INSERT INTO transfers (installment_id, number, creditor_tax_code, iban, amount_cents, taxonomy_code, remittance)
VALUES (:installment, 1, :creditor, :iban, :amount, :taxonomy_code, :remittance);
-- journal
INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, to_state)
VALUES (:now, 'position_created', :actor, :correlation_id, :creditor, :position, 'open');
-- commit
COMMIT;
