-- Receipts, the RTs they were read from, and what people must look at.
CREATE TABLE receipts (
    id uuid NOT NULL CONSTRAINT receipts_pkey PRIMARY KEY,
    -- Of an RT: (creditor, IUV, receipt id) is its key.
    receipt_id text NOT NULL CONSTRAINT receipts_receipt_id_check CHECK (char_length(receipt_id) BETWEEN 1 AND 35),
    origin text NOT NULL CONSTRAINT receipts_origin_check CHECK (origin IN ('pagopa', 'counter', 'file', 'reporting')),
    status text NOT NULL CONSTRAINT receipts_status_check
        CHECK (status IN ('settled', 'recorded', 'anomaly', 'quarantined')),
    outcome_code smallint NOT NULL CONSTRAINT receipts_outcome_check CHECK (outcome_code BETWEEN 0 AND 4),
    -- No foreign key: money for a creditor that is not ours is kept too.
    creditor_tax_code text NOT NULL,
    position_id uuid CONSTRAINT receipts_position_fkey REFERENCES positions,
    installment_id uuid CONSTRAINT receipts_installment_fkey REFERENCES installments,
    attempt_id uuid CONSTRAINT receipts_attempt_fkey REFERENCES payment_attempts,
    debt_type text,
    description text NOT NULL,
    iuv text NOT NULL,
    notice_number text,
    payment_context text,
    amount_cents bigint NOT NULL CONSTRAINT receipts_amount_check CHECK (amount_cents BETWEEN 0 AND 99999999999),
    fee_cents bigint CONSTRAINT receipts_fee_check CHECK (fee_cents BETWEEN 0 AND 99999999999),
    paid_at timestamptz NOT NULL,
    psp_id text,
    psp_business_name text,
    psp_tax_code text,
    psp_channel_id text,
    payment_method text,
    payer_kind text,
    payer_tax_code text,
    payer_full_name text,
    debtor_kind text,
    debtor_tax_code text,
    debtor_full_name text,
    failure_reason text,
    till text,
    reference text,
    received_at timestamptz NOT NULL,
    CONSTRAINT receipts_key UNIQUE (creditor_tax_code, iuv, receipt_id),
    CONSTRAINT receipts_settled_check CHECK (status <> 'settled' OR (installment_id IS NOT NULL AND outcome_code = 0)),
    CONSTRAINT receipts_quarantined_check CHECK (status <> 'quarantined' OR position_id IS NULL)
);
-- An installment is paid by one receipt, whatever else arrives.
CREATE UNIQUE INDEX receipts_one_per_installment ON receipts (installment_id) WHERE status = 'settled';
CREATE INDEX receipts_position_idx ON receipts (position_id);
CREATE INDEX receipts_attempt_idx ON receipts (attempt_id);
CREATE INDEX receipts_paid_idx ON receipts (creditor_tax_code, paid_at DESC, id DESC);
CREATE INDEX receipts_every_paid_idx ON receipts (paid_at DESC, id DESC);
CREATE INDEX receipts_debtor_idx ON receipts (debtor_tax_code, paid_at DESC, id DESC);
CREATE INDEX receipts_payer_idx ON receipts (payer_tax_code, paid_at DESC, id DESC);
CREATE INDEX receipts_quarantined_idx ON receipts (creditor_tax_code, iuv) WHERE status = 'quarantined';

CREATE TABLE receipt_transfers (
    receipt_id uuid NOT NULL CONSTRAINT receipt_transfers_receipt_fkey REFERENCES receipts,
    number smallint NOT NULL CONSTRAINT receipt_transfers_number_check CHECK (number BETWEEN 1 AND 5),
    creditor_tax_code text NOT NULL,
    iban text,
    amount_cents bigint NOT NULL CONSTRAINT receipt_transfers_amount_check CHECK (amount_cents BETWEEN 0 AND 99999999999),
    remittance text,
    CONSTRAINT receipt_transfers_pkey PRIMARY KEY (receipt_id, number)
);

-- The evidence: bytes as received, the first body and every different one that claimed the same key.
CREATE TABLE rts (
    id uuid NOT NULL CONSTRAINT rts_pkey PRIMARY KEY,
    receipt_id uuid NOT NULL CONSTRAINT rts_receipt_fkey REFERENCES receipts,
    -- The first body counts; the others are conflicts.
    is_first boolean NOT NULL,
    psp_id text NOT NULL,
    message_id text NOT NULL,
    content_type text NOT NULL,
    body bytea NOT NULL,
    sha256 bytea NOT NULL CONSTRAINT rts_sha256_check CHECK (sha256 = sha256(body)),
    -- SHA-256 of what was understood: equal for two spellings of the same RT.
    fingerprint bytea NOT NULL CONSTRAINT rts_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    -- The answer given, repeated to every replay.
    answer bytea NOT NULL,
    received_at timestamptz NOT NULL,
    CONSTRAINT rts_fingerprint_key UNIQUE (receipt_id, fingerprint)
);
CREATE UNIQUE INDEX rts_one_first ON rts (receipt_id) WHERE is_first;

CREATE TABLE anomalies (
    id uuid NOT NULL CONSTRAINT anomalies_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT anomalies_kind_check CHECK (kind IN (
        'receipt_conflict', 'amount_mismatch', 'partial_payment', 'already_paid', 'position_cancelled',
        'position_expired', 'position_draft', 'unknown_iuv', 'unknown_creditor')),
    is_open boolean NOT NULL DEFAULT true,
    receipt_id uuid NOT NULL CONSTRAINT anomalies_receipt_fkey REFERENCES receipts,
    position_id uuid CONSTRAINT anomalies_position_fkey REFERENCES positions,
    creditor_tax_code text NOT NULL,
    iuv text NOT NULL,
    opened_at timestamptz NOT NULL
);
CREATE INDEX anomalies_opened_idx ON anomalies (opened_at DESC, id DESC);
CREATE INDEX anomalies_open_idx ON anomalies (opened_at DESC, id DESC) WHERE is_open;
CREATE INDEX anomalies_creditor_idx ON anomalies (creditor_tax_code, opened_at DESC, id DESC);
CREATE INDEX anomalies_receipt_idx ON anomalies (receipt_id);
CREATE INDEX anomalies_position_idx ON anomalies (position_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER rts_append_only BEFORE UPDATE OR DELETE ON rts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rts_never_truncated BEFORE TRUNCATE ON rts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
