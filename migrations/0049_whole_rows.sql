-- A position, a payment attempt or a receipt with its parts in one row. A view reads with the rights of the owner, so it applies the policy
-- of its first table itself, once; a part is visible with the row that contains it. Before, the policy of each part looked its parent
-- up again, and each statement initialized those plans: two thirds of PostgreSQL's time for one position.
-- security_barrier: a condition of a statement is evaluated only on rows that the policy shows, as with row level security.
CREATE TYPE position_line AS (description text, quantity integer, amount_cents bigint);
CREATE TYPE transfer AS (creditor_tax_code text, iban text, amount_cents bigint, taxonomy_code text, remittance text);
CREATE TYPE installment AS (
    id uuid, number integer, iuv text, notice_number text, amount_cents bigint, due_date date, transfers transfer[],
    paid_at timestamptz, written_off_cents bigint, held_until timestamptz, iuv_generated boolean);
CREATE TYPE attempt_item AS (
    installment_id uuid, position_id uuid, iuv text, notice_number text, amount_cents bigint, remittance text, outcome text);
CREATE TYPE receipt_transfer AS (
    number smallint, creditor_tax_code text, iban text, amount_cents bigint, remittance text);
CREATE TYPE refund AS (
    id uuid, receipt_id uuid, anomaly_id uuid, creditor_tax_code text, amount_cents bigint, status text, day date,
    reference text, reason text, decided_by text, version bigint, created_at timestamptz, updated_at timestamptz);

CREATE VIEW whole_positions WITH (security_barrier) AS
SELECT p.id, p.creditor_tax_code, p.external_id, p.debt_type, p.payable_after_due, p.document_year, p.document_number,
    p.description, p.debtor_kind, p.debtor_tax_code, p.debtor_full_name, p.debtor_email, p.debtor_address, p.metadata,
    p.state, p.total_cents, p.paid_cents, p.written_off_cents, p.due_date, p.payable_until, p.version, p.created_at,
    p.updated_at, p.published_at, p.cancelled_at, p.alternative_group, p.replaced_by,
    ARRAY(SELECT DISTINCT a.kind FROM anomalies a
        WHERE a.position_id = p.id AND a.creditor_tax_code = p.creditor_tax_code AND a.is_open ORDER BY a.kind) AS review_reasons,
    -- The deadline of a payment in progress of another alternative of the debt.
    CASE WHEN p.alternative_group IS NOT NULL THEN (
        SELECT max(h.held_until) FROM positions s JOIN attempt_items h ON h.position_id = s.id AND h.is_holding
        WHERE s.creditor_tax_code = p.creditor_tax_code AND s.alternative_group = p.alternative_group
            AND s.debtor_tax_code = p.debtor_tax_code AND s.id <> p.id) END AS alternative_held_until,
    ARRAY(SELECT ROW (l.description, l.quantity, l.amount_cents)::position_line
        FROM position_lines l WHERE l.position_id = p.id ORDER BY l.number) AS lines,
    ARRAY(SELECT ROW (i.id, i.number, i.iuv, i.notice_number, i.amount_cents, i.due_date,
            ARRAY(SELECT ROW (t.creditor_tax_code, t.iban, t.amount_cents, t.taxonomy_code, t.remittance)::transfer
                FROM transfers t WHERE t.installment_id = i.id ORDER BY t.number),
            i.paid_at, i.written_off_cents,
            (SELECT h.held_until FROM attempt_items h WHERE h.installment_id = i.id AND h.is_holding), i.iuv_generated)::installment
        FROM installments i WHERE i.position_id = p.id ORDER BY i.number) AS installments
FROM positions p
WHERE (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR p.debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''));

CREATE VIEW whole_attempts WITH (security_barrier) AS
SELECT a.id, a.creditor_tax_code, a.status, a.payment_method, a.psp_id, a.psp_business_name, a.channel_id, a.amount_cents,
    a.fee_cents, a.payer_kind, a.payer_tax_code, a.payer_full_name, a.payer_email, a.email, a.notifies_failure,
    a.return_url, a.language, a.redirect_url, a.failure_reason, a.created_at, a.expires_at, a.finished_at,
    ARRAY(SELECT ROW (m.installment_id, m.position_id, m.iuv, m.notice_number, m.amount_cents, m.remittance, m.outcome)::attempt_item
        FROM attempt_items m WHERE m.attempt_id = a.id ORDER BY m.ordinal) AS items
FROM payment_attempts a
WHERE (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR a.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR a.payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
    OR a.psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR (SELECT EXISTS (SELECT FROM psp_relays r WHERE r.psp_id = nullif(current_setting('quietanza.psp', true), '')));

-- A payer sees the receipt of a debt that they paid for somebody else, but not the position.
CREATE VIEW whole_receipts WITH (security_barrier) AS
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
            OR r.payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))));

-- The service writes to the tables only, where the policies check what is written.
REVOKE ALL ON whole_positions, whole_attempts, whole_receipts FROM quietanza_app;
GRANT SELECT ON whole_positions, whole_attempts, whole_receipts TO quietanza_app;
