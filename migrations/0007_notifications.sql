-- The outbox: e-mails to send, written in the transaction of what they tell of.
CREATE TABLE notifications (
    id uuid NOT NULL CONSTRAINT notifications_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT notifications_kind_check CHECK (kind IN ('receipt_ready', 'payment_failed', 'test')),
    receipt_id uuid CONSTRAINT notifications_receipt_fkey REFERENCES receipts,
    position_id uuid CONSTRAINT notifications_position_fkey REFERENCES positions,
    recipient text,
    language text NOT NULL,
    state text NOT NULL CONSTRAINT notifications_state_check
        CHECK (state IN ('queued', 'sending', 'sent', 'retrying', 'dead', 'skipped')),
    attempts integer NOT NULL DEFAULT 0 CONSTRAINT notifications_attempts_check CHECK (attempts >= 0),
    next_attempt_at timestamptz,
    -- While in the future by the database's clock, one instance is sending it.
    leased_until timestamptz,
    last_error text,
    message_id text NOT NULL,
    sent_at timestamptz,
    created_at timestamptz NOT NULL,
    CONSTRAINT notifications_message_id_key UNIQUE (message_id),
    CONSTRAINT notifications_once_key UNIQUE (receipt_id, recipient, kind),
    CONSTRAINT notifications_skipped_check CHECK ((state = 'skipped') = (recipient IS NULL)),
    CONSTRAINT notifications_sent_check CHECK ((state = 'sent') = (sent_at IS NOT NULL)),
    CONSTRAINT notifications_lease_check CHECK ((state = 'sending') = (leased_until IS NOT NULL)),
    CONSTRAINT notifications_receipt_check CHECK (kind = 'test' OR receipt_id IS NOT NULL)
);
CREATE INDEX notifications_due_idx ON notifications (next_attempt_at, id) WHERE state IN ('queued', 'retrying');
CREATE INDEX notifications_leased_idx ON notifications (leased_until) WHERE state = 'sending';
CREATE INDEX notifications_created_idx ON notifications (created_at DESC, id DESC);
CREATE INDEX notifications_position_idx ON notifications (position_id, created_at DESC);
