-- The PSP is part of an RT's key: two PSPs may use the same receipt id. "Not paid" (1, 3) and "paid" (0, 2, 4) have a key each, so that a
-- KO never blocks a later OK. A body that an operator replaced by a later one of its key keeps its row beside the new one.
ALTER TABLE receipts
    -- Checked at the commit: the old row gives its place to the new one before that is written.
    ADD COLUMN superseded_by uuid CONSTRAINT receipts_superseded_by_fkey REFERENCES receipts
        DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT receipts_superseded_check
        CHECK (superseded_by IS NULL OR (status = 'recorded' AND superseded_by <> id)),
    DROP CONSTRAINT receipts_key,
    -- An operator may accept a payment that was executed in part.
    DROP CONSTRAINT receipts_settled_check,
    ADD CONSTRAINT receipts_settled_check
        CHECK (status <> 'settled' OR (installment_id IS NOT NULL AND outcome_code IN (0, 2, 4)));
CREATE UNIQUE INDEX receipts_key
    ON receipts (creditor_tax_code, iuv, receipt_id, psp_id, (outcome_code IN (0, 2, 4)), superseded_by)
    NULLS NOT DISTINCT;
CREATE INDEX receipts_superseded_by_idx ON receipts (superseded_by) WHERE superseded_by IS NOT NULL;
