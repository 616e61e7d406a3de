-- Citizens who sign in with an ID token of an identity provider (SPID, CIE). It proves the person, like a smart card.
ALTER TABLE citizens
    DROP CONSTRAINT citizens_proved_by_check,
    ADD CONSTRAINT citizens_proved_by_check CHECK (proved_by IN ('mailbox', 'smart_card', 'identity_provider')),
    DROP CONSTRAINT citizens_erased_check,
    ADD CONSTRAINT citizens_erased_check CHECK (
        (status = 'erased') = (erased_at IS NOT NULL)
        AND CASE
            WHEN status = 'erased' THEN num_nonnulls(
                tax_code, given_name, family_name, birth_date, birth_place, address, email, password_hash) = 0
            -- The owner sets mailbox and password; birth and address may be unknown too.
            WHEN proved_by IN ('smart_card', 'identity_provider') THEN status = 'active' AND tax_code IS NOT NULL
            ELSE num_nonnulls(
                tax_code, given_name, family_name, birth_date, birth_place, address, email, password_hash) = 8
        END);

ALTER TABLE citizen_sessions
    DROP CONSTRAINT citizen_sessions_ended_by_check,
    ADD CONSTRAINT citizen_sessions_ended_by_check CHECK (ended_by IN (
        'closed', 'reused', 'password_reset', 'password_changed', 'smart_card', 'identity_provider', 'erased'));

-- The nonces of accepted ID tokens, as digests, so that a token opens one session. A row is needed until its token expires.
CREATE TABLE used_id_tokens (
    digest bytea NOT NULL CONSTRAINT used_id_tokens_pkey PRIMARY KEY
        CONSTRAINT used_id_tokens_digest_check CHECK (octet_length(digest) = 32),
    expires_at timestamptz NOT NULL
);
CREATE INDEX used_id_tokens_expiry_idx ON used_id_tokens (expires_at);
ALTER TABLE used_id_tokens SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
ALTER TABLE used_id_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY used_id_tokens_tenancy ON used_id_tokens TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
REVOKE UPDATE ON used_id_tokens FROM quietanza_app;

-- The kinds that are allowed by now, and one more.
DO $$
DECLARE
    present text := (
        SELECT substring(pg_get_constraintdef(oid) FROM '^CHECK (.*)$') FROM pg_constraint
        WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_kind_check');
BEGIN
    EXECUTE 'ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check,
        ADD CONSTRAINT notifications_kind_check CHECK (' || present || ' OR kind = ''identity_proved'')';
END
$$;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_citizen_check,
    ADD CONSTRAINT notifications_citizen_check CHECK (
        (citizen_id IS NOT NULL) = (kind IN (
            'verify_email', 'password_reset', 'registration_attempt', 'change_email', 'email_changed',
            'smart_card_proved', 'identity_proved')));
