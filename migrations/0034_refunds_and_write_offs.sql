-- What an accepted short payment leaves unpaid is written off; what goes back to a payer is a refund.
ALTER TABLE installments
    ADD COLUMN written_off_cents bigint NOT NULL DEFAULT 0,
    -- Something was paid, and only what was paid can leave a difference.
    ADD CONSTRAINT installments_written_off_check CHECK (
        written_off_cents >= 0 AND written_off_cents < amount_cents AND (written_off_cents = 0 OR paid_at IS NOT NULL));

ALTER TABLE positions
    ADD COLUMN written_off_cents bigint NOT NULL DEFAULT 0,
    DROP CONSTRAINT positions_paid_check,
    DROP CONSTRAINT positions_paid_state_check,
    ADD CONSTRAINT positions_paid_check
        CHECK (paid_cents >= 0 AND written_off_cents >= 0 AND paid_cents + written_off_cents <= total_cents),
    ADD CONSTRAINT positions_paid_state_check CHECK (
        (state = 'paid') = (paid_cents + written_off_cents = total_cents)
        AND (state = 'partially_paid')
            = (paid_cents + written_off_cents > 0 AND paid_cents + written_off_cents < total_cents));

ALTER TABLE anomalies
    ADD COLUMN resolved_by text,
    ADD COLUMN written_off_cents bigint
        CONSTRAINT anomalies_written_off_check CHECK (written_off_cents BETWEEN 1 AND 99999999999),
    ADD CONSTRAINT anomalies_written_off_resolution_check
        CHECK (written_off_cents IS NULL OR (resolution IS NOT NULL AND resolution = 'accept')),
    ADD CONSTRAINT anomalies_resolved_by_check CHECK (NOT is_open OR resolved_by IS NULL);

-- The sum of a receipt's refunds that did not fail; a trigger keeps it, so that two refunds at once cannot exceed the receipt.
ALTER TABLE receipts
    ADD COLUMN refunded_cents bigint NOT NULL DEFAULT 0,
    ADD CONSTRAINT receipts_refunded_check CHECK (refunded_cents BETWEEN 0 AND amount_cents),
    -- Only money that moved goes back, and a voided payment is not refunded.
    ADD CONSTRAINT receipts_refunded_outcome_check
        CHECK (refunded_cents = 0 OR (outcome_code IN (0, 2, 4) AND voided_at IS NULL));

CREATE TABLE refunds (
    id uuid NOT NULL CONSTRAINT refunds_pkey PRIMARY KEY,
    receipt_id uuid NOT NULL CONSTRAINT refunds_receipt_fkey REFERENCES receipts,
    -- The anomaly whose resolution decided it.
    anomaly_id uuid CONSTRAINT refunds_anomaly_fkey REFERENCES anomalies,
    creditor_tax_code text NOT NULL,
    amount_cents bigint NOT NULL CONSTRAINT refunds_amount_check CHECK (amount_cents BETWEEN 1 AND 99999999999),
    status text NOT NULL CONSTRAINT refunds_status_check CHECK (status IN ('decided', 'paid', 'failed')),
    -- The day of the decision; then the day on which it was paid or failed.
    day date NOT NULL,
    -- Of the transfer that pays it, as the creditor's bank or treasury calls it.
    reference text CONSTRAINT refunds_reference_check CHECK (char_length(reference) BETWEEN 1 AND 70),
    reason text CONSTRAINT refunds_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
    decided_by text NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX refunds_anomaly_key ON refunds (anomaly_id) WHERE anomaly_id IS NOT NULL;
CREATE INDEX refunds_receipt_idx ON refunds (receipt_id);
CREATE INDEX refunds_creditor_idx ON refunds (creditor_tax_code, created_at DESC, id DESC);
CREATE INDEX refunds_every_idx ON refunds (created_at DESC, id DESC);
CREATE INDEX refunds_decided_idx ON refunds (creditor_tax_code, created_at DESC, id DESC) WHERE status = 'decided';

CREATE FUNCTION add_up_refunds() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    difference bigint := CASE WHEN NEW.status = 'failed' THEN 0 ELSE NEW.amount_cents END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        difference := difference - CASE WHEN OLD.status = 'failed' THEN 0 ELSE OLD.amount_cents END;
    END IF;
    UPDATE receipts SET refunded_cents = refunded_cents + difference
    WHERE id = NEW.receipt_id AND creditor_tax_code = NEW.creditor_tax_code;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a refund has the creditor of its receipt'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refunds_creditor_check';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER refunds_add_up AFTER INSERT OR UPDATE OF status ON refunds FOR EACH ROW EXECUTE FUNCTION add_up_refunds();

-- How much goes back for which receipt never changes; how it went does.
REVOKE UPDATE, DELETE ON refunds FROM quietanza_app;
GRANT UPDATE (status, day, reference, version, updated_at) ON refunds TO quietanza_app;

ALTER TABLE refunds ENABLE ROW LEVEL SECURITY;
-- Seen with the receipt, so by its payer and debtor too; written by the creditor and by operations.
CREATE POLICY refunds_read ON refunds FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR EXISTS (SELECT FROM receipts r WHERE r.id = refunds.receipt_id));
CREATE POLICY refunds_insert ON refunds FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
CREATE POLICY refunds_update ON refunds FOR UPDATE TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
