-- Creditors read and retry the e-mails about their own receipts, and the payer is told of each refund.
ALTER TABLE notifications
    ADD COLUMN creditor_tax_code text,
    ADD COLUMN refund_id uuid CONSTRAINT notifications_refund_fkey REFERENCES refunds;
UPDATE notifications n SET creditor_tax_code = r.creditor_tax_code FROM receipts r WHERE r.id = n.receipt_id;
CREATE INDEX notifications_creditor_idx ON notifications (creditor_tax_code, created_at DESC, id DESC);

-- Once for each receipt, address and kind; of a refund once for each refund.
ALTER TABLE notifications DROP CONSTRAINT notifications_once_key;
CREATE UNIQUE INDEX notifications_once_key ON notifications (receipt_id, recipient, kind) WHERE refund_id IS NULL;
CREATE UNIQUE INDEX notifications_refund_key ON notifications (refund_id, recipient) WHERE refund_id IS NOT NULL;
CREATE INDEX notifications_receipt_idx ON notifications (receipt_id);

-- The kinds that there are already, and one more.
DO $$
DECLARE
    kinds text[] := (
        SELECT array_agg(m[1]) FROM pg_constraint c,
            regexp_matches(pg_get_constraintdef(c.oid), '''([a-z_]+)''::text', 'g') AS m
        WHERE c.conname = 'notifications_kind_check' AND c.conrelid = 'notifications'::regclass);
BEGIN
    ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
    EXECUTE format(
        'ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check CHECK (kind = ANY (%L::text[]))',
        kinds || ARRAY['refund_decided']);
END
$$;
-- Each e-mail is about a receipt or about an account, whatever its kind; a test is about neither.
ALTER TABLE notifications
    DROP CONSTRAINT notifications_receipt_check,
    ADD CONSTRAINT notifications_receipt_check
        CHECK (num_nonnulls(receipt_id, citizen_id) = CASE kind WHEN 'test' THEN 0 ELSE 1 END),
    ADD CONSTRAINT notifications_refund_check CHECK ((kind = 'refund_decided') = (refund_id IS NOT NULL));

CREATE POLICY notifications_own_read ON notifications FOR SELECT TO quietanza_app USING (
    creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
CREATE POLICY notifications_own_insert ON notifications FOR INSERT TO quietanza_app WITH CHECK (
    creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
CREATE POLICY notifications_own_update ON notifications FOR UPDATE TO quietanza_app USING (
    creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
