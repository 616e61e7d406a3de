-- Endpoints to which the service sends events. The place up to which a subscription has got its events is its outbox: an event that is not
-- delivered stays behind it (ADR 0068).
CREATE TABLE webhook_subscriptions (
    id uuid NOT NULL CONSTRAINT webhook_subscriptions_pkey PRIMARY KEY,
    -- The first key of the rotations of the key that owns the subscription. Only as long as one of them is valid, events are sent.
    lineage uuid NOT NULL CONSTRAINT webhook_subscriptions_key_fkey REFERENCES api_keys,
    url text NOT NULL CONSTRAINT webhook_subscriptions_url_check CHECK (octet_length(url) BETWEEN 1 AND 2048),
    -- Empty: every type of event.
    types text[] NOT NULL,
    -- Empty: every creditor, for operators.
    creditors text[] NOT NULL,
    contact_email text NOT NULL,
    language text NOT NULL,
    status text NOT NULL CONSTRAINT webhook_subscriptions_status_check CHECK (status IN ('active', 'paused')),
    paused_reason text CONSTRAINT webhook_subscriptions_reason_check
        CHECK (paused_reason IN ('caller', 'gone', 'failing', 'key_ended')),
    -- The place in the feed behind the last event that was delivered or that the subscription does not want.
    place_order bigint NOT NULL,
    place_number bigint NOT NULL,
    -- The same for events that are sent again, up to an instant; NULL when there are none.
    again_order bigint,
    again_number bigint,
    again_before timestamptz,
    -- Failed tries of the next event.
    failures integer NOT NULL DEFAULT 0 CONSTRAINT webhook_subscriptions_failures_check CHECK (failures >= 0),
    -- When the next try is due by the database's clock; while a process sends, when its lease ends.
    next_try_at timestamptz NOT NULL,
    -- How often a process has claimed the subscription. A process that has lost its claim cannot write.
    claims bigint NOT NULL DEFAULT 0,
    delivered_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT webhook_subscriptions_paused_check CHECK ((status = 'paused') = (paused_reason IS NOT NULL)),
    CONSTRAINT webhook_subscriptions_again_check CHECK (num_nonnulls(again_order, again_number, again_before) IN (0, 3))
);
CREATE INDEX webhook_subscriptions_lineage_idx ON webhook_subscriptions (lineage, created_at DESC, id DESC);
CREATE INDEX webhook_subscriptions_created_idx ON webhook_subscriptions (created_at DESC, id DESC);
CREATE INDEX webhook_subscriptions_due_idx ON webhook_subscriptions (next_try_at) WHERE status = 'active';

-- Encrypted with SECRETS_KEY. A delivery is signed with every secret that has not ended.
CREATE TABLE webhook_subscription_secrets (
    id uuid NOT NULL CONSTRAINT webhook_subscription_secrets_pkey PRIMARY KEY,
    subscription_id uuid NOT NULL CONSTRAINT webhook_subscription_secrets_subscription_fkey
        REFERENCES webhook_subscriptions ON DELETE CASCADE,
    sealed bytea NOT NULL CONSTRAINT webhook_subscription_secrets_length_check CHECK (octet_length(sealed) BETWEEN 57 AND 97),
    created_at timestamptz NOT NULL,
    ends_at timestamptz
);
CREATE INDEX webhook_subscription_secrets_subscription_idx ON webhook_subscription_secrets (subscription_id, created_at DESC);

-- One row for each try, without the body of the answer.
CREATE TABLE webhook_deliveries (
    id uuid NOT NULL CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    subscription_id uuid NOT NULL CONSTRAINT webhook_deliveries_subscription_fkey
        REFERENCES webhook_subscriptions ON DELETE CASCADE,
    -- NULL: a test.
    event_id uuid,
    event text NOT NULL,
    try integer NOT NULL CONSTRAINT webhook_deliveries_try_check CHECK (try >= 1),
    is_again boolean NOT NULL,
    outcome text NOT NULL CONSTRAINT webhook_deliveries_outcome_check
        CHECK (outcome IN ('delivered', 'refused', 'timed_out', 'unreachable', 'not_allowed')),
    status_code integer CONSTRAINT webhook_deliveries_status_check CHECK (status_code BETWEEN 100 AND 999),
    duration_milliseconds integer NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT webhook_deliveries_answer_check CHECK ((outcome IN ('delivered', 'refused')) = (status_code IS NOT NULL))
);
CREATE INDEX webhook_deliveries_subscription_idx ON webhook_deliveries (subscription_id, at DESC, id DESC);
CREATE INDEX webhook_deliveries_at_idx ON webhook_deliveries (at);

ALTER TABLE webhook_subscriptions SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
ALTER TABLE webhook_deliveries SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

ALTER TABLE webhook_subscriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY webhook_subscriptions_tenancy ON webhook_subscriptions TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR (creditors <> '{}'
        AND creditors <@ (SELECT coalesce(nullif(current_setting('quietanza.creditors', true), ''), '{}')::text[])));
ALTER TABLE webhook_subscription_secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY webhook_subscription_secrets_tenancy ON webhook_subscription_secrets TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR EXISTS (SELECT FROM webhook_subscriptions s WHERE s.id = webhook_subscription_secrets.subscription_id));
ALTER TABLE webhook_deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY webhook_deliveries_tenancy ON webhook_deliveries TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR EXISTS (SELECT FROM webhook_subscriptions s WHERE s.id = webhook_deliveries.subscription_id));

-- The e-mail to the contact of a subscription that the service has paused. Whatever kinds there are by now, and one more.
DO $$
DECLARE
    present text := (
        SELECT substring(pg_get_constraintdef(oid) FROM '^CHECK (.*)$') FROM pg_constraint
        WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_kind_check');
BEGIN
    EXECUTE 'ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check,
        ADD CONSTRAINT notifications_kind_check CHECK (' || present || ' OR kind = ''webhook_paused'')';
END
$$;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_receipt_check,
    ADD CONSTRAINT notifications_receipt_check CHECK (
        num_nonnulls(receipt_id, citizen_id) = CASE WHEN kind IN ('test', 'webhook_paused') THEN 0 ELSE 1 END);
