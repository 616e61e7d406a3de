-- The first answer to each Idempotency-Key, written in the transaction of its effect.
CREATE TABLE idempotency_keys (
    caller text NOT NULL,
    key text NOT NULL CONSTRAINT idempotency_keys_key_check CHECK (char_length(key) BETWEEN 1 AND 255),
    fingerprint bytea NOT NULL CONSTRAINT idempotency_keys_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    -- Null while the first request runs.
    status smallint,
    headers jsonb,
    body bytea,
    attempt_id uuid,
    created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);
