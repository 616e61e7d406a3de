-- Indexes for filters that few rows match: without them, a page read all rows of the creditor to find fifty of them.
-- docs/performance.md has the cost of each list on databases of different sizes.
CREATE INDEX positions_type_idx ON positions (creditor_tax_code, debt_type, created_at DESC, id DESC);
CREATE INDEX positions_year_idx ON positions (creditor_tax_code, document_year, created_at DESC, id DESC);
-- Status "expired": a position has the column only while something is owed that may not be paid after its due date.
CREATE INDEX positions_payable_until_idx ON positions (creditor_tax_code, created_at DESC, id DESC, payable_until)
    WHERE payable_until IS NOT NULL;
-- Few positions are in these states, so that the order of due dates alone finds them late.
CREATE INDEX positions_rare_due_idx ON positions (creditor_tax_code, state, due_date, id)
    WHERE state IN ('draft', 'partially_paid');
CREATE INDEX installments_paid_idx ON installments (creditor_tax_code, paid_at) WHERE paid_at IS NOT NULL;

CREATE INDEX receipts_type_idx ON receipts (creditor_tax_code, debt_type, paid_at DESC, id DESC);
-- Nearly all receipts are settled and came through pagoPA.
CREATE INDEX receipts_rare_idx ON receipts (creditor_tax_code, paid_at DESC, id DESC)
    WHERE status <> 'settled' OR origin <> 'pagopa';
CREATE INDEX receipts_every_rare_idx ON receipts (paid_at DESC, id DESC) WHERE status <> 'settled' OR origin <> 'pagopa';
-- The same constraint; its index now also finds an IUV without a creditor.
DROP INDEX receipts_key;
CREATE UNIQUE INDEX receipts_key
    ON receipts (iuv, creditor_tax_code, receipt_id, psp_id, (outcome_code IN (0, 2, 4)), superseded_by)
    NULLS NOT DISTINCT;

CREATE INDEX payment_attempts_status_idx ON payment_attempts (creditor_tax_code, status, created_at DESC, id DESC);
-- For operators, who see those of every creditor; most attempts succeed.
CREATE INDEX payment_attempts_every_status_idx ON payment_attempts (status, created_at DESC, id DESC)
    WHERE status <> 'succeeded';
-- Dead letters, for operators. The indexes for senders contain the other e-mails that were not sent.
CREATE INDEX notifications_unsent_idx ON notifications (created_at DESC, id DESC) WHERE state IN ('dead', 'skipped');
