-- Payment attempts; the database itself allows one open attempt per installment.
CREATE TABLE payment_attempts (
    id uuid NOT NULL CONSTRAINT payment_attempts_pkey PRIMARY KEY,
    creditor_tax_code text NOT NULL CONSTRAINT payment_attempts_creditor_fkey REFERENCES creditors,
    caller_id uuid NOT NULL CONSTRAINT payment_attempts_caller_fkey REFERENCES api_keys,
    status text NOT NULL CONSTRAINT payment_attempts_status_check CHECK (
        status IN ('created', 'redirected', 'in_progress', 'succeeded', 'failed', 'cancelled', 'expired')),
    payment_method text NOT NULL,
    psp_id text NOT NULL,
    psp_business_name text NOT NULL,
    channel_id text NOT NULL,
    amount_cents bigint NOT NULL CONSTRAINT payment_attempts_amount_check CHECK (amount_cents BETWEEN 1 AND 99999999999),
    fee_cents bigint NOT NULL CONSTRAINT payment_attempts_fee_check CHECK (fee_cents BETWEEN 0 AND 99999999999),
    payer_kind text,
    payer_tax_code text,
    payer_full_name text,
    payer_email text,
    email text,
    return_url text NOT NULL,
    language text NOT NULL,
    redirect_url text,
    failure_reason text,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT payment_attempts_finished_check CHECK (
        (status IN ('succeeded', 'failed', 'cancelled', 'expired')) = (finished_at IS NOT NULL))
);
CREATE INDEX payment_attempts_created_idx ON payment_attempts (creditor_tax_code, created_at DESC, id DESC);
CREATE INDEX payment_attempts_every_created_idx ON payment_attempts (created_at DESC, id DESC);
CREATE INDEX payment_attempts_deadline_idx ON payment_attempts (expires_at)
    WHERE status IN ('created', 'redirected', 'in_progress');

CREATE TABLE attempt_items (
    attempt_id uuid NOT NULL CONSTRAINT attempt_items_attempt_fkey REFERENCES payment_attempts,
    ordinal smallint NOT NULL CONSTRAINT attempt_items_ordinal_check CHECK (ordinal BETWEEN 1 AND 5),
    installment_id uuid NOT NULL CONSTRAINT attempt_items_installment_fkey REFERENCES installments,
    position_id uuid NOT NULL CONSTRAINT attempt_items_position_fkey REFERENCES positions,
    iuv text NOT NULL,
    notice_number text NOT NULL,
    amount_cents bigint NOT NULL,
    remittance text NOT NULL,
    outcome text NOT NULL CONSTRAINT attempt_items_outcome_check CHECK (outcome IN ('pending', 'paid', 'failed')),
    -- While true, nobody else may try to pay this installment.
    is_holding boolean NOT NULL,
    held_until timestamptz NOT NULL,
    CONSTRAINT attempt_items_pkey PRIMARY KEY (attempt_id, ordinal),
    CONSTRAINT attempt_items_installment_key UNIQUE (attempt_id, installment_id)
);
CREATE UNIQUE INDEX attempt_items_one_open_attempt ON attempt_items (installment_id) WHERE is_holding;
CREATE INDEX attempt_items_installment_idx ON attempt_items (installment_id);
CREATE INDEX attempt_items_position_idx ON attempt_items (position_id);
