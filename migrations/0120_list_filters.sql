-- Indexes for what operators ask: by time, PSP, amount, actor, address. Each returns a page in the order of its list.
DROP INDEX journal_at_idx;
CREATE INDEX journal_at_idx ON journal (at, id);
CREATE INDEX journal_kind_idx ON journal (kind, at, id);
CREATE INDEX journal_actor_idx ON journal (actor, at, id);
CREATE INDEX journal_creditor_idx ON journal (creditor_tax_code, at, id) WHERE creditor_tax_code IS NOT NULL;
CREATE INDEX journal_attempt_idx ON journal (attempt_id, id) WHERE attempt_id IS NOT NULL;
CREATE INDEX journal_receipt_idx ON journal (receipt_id, id) WHERE receipt_id IS NOT NULL;

CREATE INDEX payment_attempts_psp_idx ON payment_attempts (psp_id, created_at DESC, id DESC);
CREATE INDEX payment_attempts_creditor_psp_idx ON payment_attempts (creditor_tax_code, psp_id, created_at DESC, id DESC);
-- An attempt is found by the IUV that it had, also when the installment has another one now.
CREATE INDEX attempt_items_iuv_idx ON attempt_items (iuv);

CREATE INDEX receipts_psp_idx ON receipts (psp_id, paid_at DESC, id DESC);
CREATE INDEX receipts_creditor_psp_idx ON receipts (creditor_tax_code, psp_id, paid_at DESC, id DESC);
CREATE INDEX receipts_amount_idx ON receipts (amount_cents, paid_at DESC, id DESC);
CREATE INDEX receipts_creditor_amount_idx ON receipts (creditor_tax_code, amount_cents, paid_at DESC, id DESC);
CREATE INDEX receipts_receipt_id_idx ON receipts (receipt_id);

-- Anomalies are also searched by amount, so each has the amount of its receipt. The trigger of 0042 sets it with the PSP.
CREATE OR REPLACE FUNCTION take_psp_of_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    r record;
BEGIN
    SELECT psp_id, amount_cents INTO r FROM receipts WHERE id = NEW.receipt_id;
    NEW.psp_id := coalesce(r.psp_id, NEW.psp_id);
    NEW.amount_cents := coalesce(r.amount_cents, NEW.amount_cents);
    RETURN NEW;
END
$$;
UPDATE anomalies a SET amount_cents = r.amount_cents FROM receipts r
    WHERE r.id = a.receipt_id AND a.amount_cents IS DISTINCT FROM r.amount_cents;
CREATE INDEX anomalies_amount_idx ON anomalies (amount_cents, opened_at DESC, id DESC);
CREATE INDEX anomalies_creditor_amount_idx ON anomalies (creditor_tax_code, amount_cents, opened_at DESC, id DESC);

-- E-mails are searched by their address in any case. Row level security permits only columns in an index condition, no functions of
-- them, so the hash is a column; it disappears with the address.
ALTER TABLE notifications
    ADD COLUMN recipient_hash bigint GENERATED ALWAYS AS (hashtextextended(lower(recipient), 0)) STORED;
CREATE INDEX notifications_recipient_hash_idx ON notifications (recipient_hash, created_at DESC, id DESC)
    WHERE recipient_hash IS NOT NULL;
CREATE INDEX notifications_creditor_unsent_idx ON notifications (creditor_tax_code, created_at DESC, id DESC)
    WHERE state IN ('dead', 'skipped');
