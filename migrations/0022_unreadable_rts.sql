-- A body with a valid signature that is not readable as an RT is stored whole: it may be the only evidence that money moved.
-- Its anomaly has no receipt, and a creditor and an IUV only if these could be read.
ALTER TABLE anomalies
    ALTER COLUMN receipt_id DROP NOT NULL,
    ALTER COLUMN creditor_tax_code DROP NOT NULL,
    ALTER COLUMN iuv DROP NOT NULL,
    -- Of an unreadable body; of any other anomaly the receipt has them.
    ADD COLUMN psp_id text CONSTRAINT anomalies_psp_check CHECK (char_length(psp_id) BETWEEN 1 AND 35),
    ADD COLUMN amount_cents bigint CONSTRAINT anomalies_amount_check CHECK (amount_cents BETWEEN 0 AND 99999999999),
    -- Of a receipt_conflict: the body that does not count.
    ADD COLUMN rt_id uuid CONSTRAINT anomalies_rt_fkey REFERENCES rts,
    DROP CONSTRAINT anomalies_kind_check,
    ADD CONSTRAINT anomalies_kind_check CHECK (kind IN (
        'receipt_conflict', 'amount_mismatch', 'partial_payment', 'already_paid', 'position_cancelled',
        'position_expired', 'position_draft', 'unknown_iuv', 'unknown_creditor',
        'contradictory_rt', 'unreadable_rt')),
    DROP CONSTRAINT anomalies_resolution_check,
    ADD CONSTRAINT anomalies_resolution_check
        CHECK (resolution IN ('accept', 'refund', 'reject', 'match', 'appeared', 'entered')),
    ADD CONSTRAINT anomalies_receipt_check CHECK (
        CASE WHEN kind = 'unreadable_rt' THEN psp_id IS NOT NULL AND (receipt_id IS NULL OR NOT is_open)
            ELSE receipt_id IS NOT NULL AND creditor_tax_code IS NOT NULL AND iuv IS NOT NULL END);
CREATE INDEX anomalies_kind_idx ON anomalies (kind, opened_at DESC, id DESC) WHERE is_open;
-- Conflicts opened before this migration were written in the instant of their body.
UPDATE anomalies a SET rt_id = r.id FROM rts r
    WHERE a.kind = 'receipt_conflict' AND r.receipt_id = a.receipt_id AND NOT r.is_first AND r.received_at = a.opened_at;

CREATE TABLE unreadable_rts (
    anomaly_id uuid NOT NULL CONSTRAINT unreadable_rts_pkey PRIMARY KEY
        CONSTRAINT unreadable_rts_anomaly_fkey REFERENCES anomalies,
    -- The sender, by its signature.
    psp_id text NOT NULL CONSTRAINT unreadable_rts_psp_check CHECK (char_length(psp_id) BETWEEN 1 AND 35),
    message_id text NOT NULL,
    content_type text NOT NULL,
    body bytea NOT NULL CONSTRAINT unreadable_rts_body_check CHECK (octet_length(body) <= 1048576),
    sha256 bytea NOT NULL CONSTRAINT unreadable_rts_sha256_check CHECK (sha256 = sha256(body)),
    -- Why it is not readable: [{"pointer", "code", "detail"}], as it was answered.
    violations jsonb NOT NULL CONSTRAINT unreadable_rts_violations_check CHECK (jsonb_typeof(violations) = 'array'),
    received_at timestamptz NOT NULL,
    -- The same bytes again from the same PSP are the same anomaly.
    CONSTRAINT unreadable_rts_body_key UNIQUE (psp_id, sha256)
);
-- For the limit per PSP and day, and for retention.
CREATE INDEX unreadable_rts_psp_idx ON unreadable_rts (psp_id, received_at);
CREATE INDEX unreadable_rts_received_idx ON unreadable_rts (received_at);

-- Append-only, but for retention, which deletes what people have dealt with.
CREATE FUNCTION refuse_deletion_of_open_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM anomalies a WHERE a.id = OLD.anomaly_id AND a.is_open) THEN
        RAISE EXCEPTION 'the evidence of an open anomaly is not deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
CREATE TRIGGER unreadable_rts_unchanged BEFORE UPDATE ON unreadable_rts
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER unreadable_rts_kept_while_open BEFORE DELETE ON unreadable_rts
    FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_open_evidence();
CREATE TRIGGER unreadable_rts_never_truncated BEFORE TRUNCATE ON unreadable_rts
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
REVOKE UPDATE ON unreadable_rts FROM quietanza_app;

ALTER TABLE unreadable_rts ENABLE ROW LEVEL SECURITY;
-- A PSP finds its own bodies again and adds its own; a creditor sees those that name it.
CREATE POLICY unreadable_rts_read ON unreadable_rts FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR ((SELECT current_setting('quietanza.tenancy', true) = 'creditors')
        AND EXISTS (SELECT FROM anomalies a WHERE a.id = unreadable_rts.anomaly_id)));
CREATE POLICY unreadable_rts_write ON unreadable_rts FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));
CREATE POLICY unreadable_rts_forget ON unreadable_rts FOR DELETE TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
