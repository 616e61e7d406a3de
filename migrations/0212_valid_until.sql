-- The last day on which an installment can be paid. Without it, the debt type decides by the due date.
ALTER TABLE installments
    ADD COLUMN valid_until date,
    ADD CONSTRAINT installments_valid_until_check CHECK (valid_until >= due_date);
ALTER TYPE installment ADD ATTRIBUTE valid_until date;

CREATE OR REPLACE VIEW whole_positions WITH (security_barrier) AS
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
            (SELECT h.held_until FROM attempt_items h WHERE h.installment_id = i.id AND h.is_holding), i.iuv_generated,
            i.valid_until)::installment
        FROM installments i WHERE i.position_id = p.id ORDER BY i.number) AS installments,
    ARRAY(SELECT ROW (s.starts_at, s.ends_at)::suspension_period FROM suspensions s
        WHERE s.creditor_tax_code = p.creditor_tax_code AND s.lifted_at IS NULL
            AND (s.debt_type IS NULL OR s.debt_type = p.debt_type)) AS suspensions
FROM positions p
WHERE (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR p.debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''));
