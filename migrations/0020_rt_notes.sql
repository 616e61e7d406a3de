-- What was unusual in an RT that was accepted all the same; RTs that contradict themselves about money; receipt ids such as UUIDs
-- with hyphens, which other systems use.
ALTER TABLE receipts
    ADD COLUMN notes jsonb NOT NULL DEFAULT '[]' CONSTRAINT receipts_notes_check
        CHECK (CASE WHEN jsonb_typeof(notes) = 'array' THEN jsonb_array_length(notes) <= 100 ELSE false END),
    DROP CONSTRAINT receipts_receipt_id_check,
    ADD CONSTRAINT receipts_receipt_id_check CHECK (char_length(receipt_id) BETWEEN 1 AND 140);

ALTER TABLE anomalies
    DROP CONSTRAINT anomalies_kind_check,
    ADD CONSTRAINT anomalies_kind_check CHECK (kind IN (
        'receipt_conflict', 'amount_mismatch', 'partial_payment', 'already_paid', 'position_cancelled',
        'position_expired', 'position_draft', 'unknown_iuv', 'unknown_creditor', 'contradictory_rt'));
