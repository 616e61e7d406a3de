-- Where the PSP of an attempt is told that the payment is over, as its answer to the start said.
ALTER TABLE payment_attempts ADD COLUMN cancel_url text
    CONSTRAINT payment_attempts_cancel_url_check CHECK (octet_length(cancel_url) BETWEEN 1 AND 2048);

-- Calls that tell PSPs that a payment is over, written in the transaction that ends the attempt. One for each attempt.
CREATE TABLE psp_cancellations (
    attempt_id uuid NOT NULL CONSTRAINT psp_cancellations_pkey PRIMARY KEY
        CONSTRAINT psp_cancellations_attempt_fkey REFERENCES payment_attempts,
    psp_id text NOT NULL,
    cancel_url text NOT NULL CONSTRAINT psp_cancellations_url_check CHECK (octet_length(cancel_url) BETWEEN 1 AND 2048),
    tries integer NOT NULL DEFAULT 0 CONSTRAINT psp_cancellations_tries_check CHECK (tries >= 0),
    -- When the next call is due by the database's clock; while one runs, when its lease ends. Null: no further call.
    next_try_at timestamptz,
    delivered_at timestamptz,
    last_error text CONSTRAINT psp_cancellations_error_check CHECK (char_length(last_error) <= 500),
    created_at timestamptz NOT NULL,
    CONSTRAINT psp_cancellations_delivered_check CHECK (delivered_at IS NULL OR next_try_at IS NULL)
);
CREATE INDEX psp_cancellations_due_idx ON psp_cancellations (next_try_at) WHERE next_try_at IS NOT NULL;

REVOKE DELETE ON psp_cancellations FROM quietanza_app;
-- Whoever ends an attempt queues the call; only the background jobs read the calls.
ALTER TABLE psp_cancellations ENABLE ROW LEVEL SECURITY;
CREATE POLICY psp_cancellations_all ON psp_cancellations TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY psp_cancellations_write ON psp_cancellations FOR INSERT TO quietanza_app WITH CHECK (
    EXISTS (SELECT FROM payment_attempts a WHERE a.id = psp_cancellations.attempt_id));
