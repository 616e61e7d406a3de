-- Citizens' own accounts, their sessions, and what slows down those who guess passwords.
CREATE TABLE citizens (
    id uuid NOT NULL CONSTRAINT citizens_pkey PRIMARY KEY,
    kind text NOT NULL CONSTRAINT citizens_kind_check CHECK (kind IN ('resident', 'aire', 'non_resident')),
    status text NOT NULL CONSTRAINT citizens_status_check CHECK (status IN ('pending', 'active', 'erased')),
    tax_code text CONSTRAINT citizens_tax_code_check CHECK (tax_code ~ '^[0-9A-Z]{16}$'),
    given_name text CONSTRAINT citizens_given_name_check CHECK (char_length(given_name) BETWEEN 1 AND 70),
    family_name text CONSTRAINT citizens_family_name_check CHECK (char_length(family_name) BETWEEN 1 AND 70),
    birth_date date,
    birth_place text CONSTRAINT citizens_birth_place_check CHECK (char_length(birth_place) BETWEEN 1 AND 70),
    address jsonb,
    email text CONSTRAINT citizens_email_check CHECK (char_length(email) BETWEEN 3 AND 254),
    -- Row level security lets only leakproof functions use an index, and lower() is none: so the column, not the index, is in small letters.
    mailbox text GENERATED ALWAYS AS (lower(email)) STORED,
    language text NOT NULL CONSTRAINT citizens_language_check CHECK (language IN ('it', 'en', 'de', 'fr', 'sl')),
    -- A PHC string with salt and cost.
    password_hash text CONSTRAINT citizens_password_check CHECK (password_hash LIKE '$argon2id$%'),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    verified_at timestamptz,
    erased_at timestamptz,
    CONSTRAINT citizens_address_check CHECK (
        CASE kind
            WHEN 'resident' THEN address ->> 'country' = 'IT' AND address ->> 'postal_code' ~ '^[0-9]{5}$'
                AND address ->> 'province' ~ '^[A-Z]{2}$'
            ELSE address ->> 'country' <> 'IT'
        END),
    CONSTRAINT citizens_verified_check CHECK ((status = 'pending') = (verified_at IS NULL)),
    -- Whole, or gone: an erased account has nothing of the person left.
    CONSTRAINT citizens_erased_check CHECK (
        (status = 'erased') = (erased_at IS NOT NULL)
        AND num_nonnulls(tax_code, given_name, family_name, birth_date, birth_place, address, email, password_hash)
            = CASE status WHEN 'erased' THEN 0 ELSE 8 END)
);
-- Of registrations nobody has verified there may be several: the first to prove its mailbox gets the account, so that
-- nobody can keep another's tax code or address out by registering it.
CREATE UNIQUE INDEX citizens_tax_code_key ON citizens (tax_code) WHERE status = 'active';
CREATE UNIQUE INDEX citizens_email_key ON citizens (mailbox) WHERE status = 'active';
CREATE INDEX citizens_pending_idx ON citizens (created_at) WHERE status = 'pending';

CREATE TABLE consents (
    citizen_id uuid NOT NULL CONSTRAINT consents_citizen_fkey REFERENCES citizens ON DELETE CASCADE,
    document text NOT NULL CONSTRAINT consents_document_check CHECK (document IN ('privacy', 'terms')),
    version text NOT NULL CONSTRAINT consents_version_check CHECK (char_length(version) BETWEEN 1 AND 35),
    given_at timestamptz NOT NULL,
    CONSTRAINT consents_pkey PRIMARY KEY (citizen_id, document, version)
);

CREATE TABLE citizen_sessions (
    id uuid NOT NULL CONSTRAINT citizen_sessions_pkey PRIMARY KEY,
    citizen_id uuid NOT NULL CONSTRAINT citizen_sessions_citizen_fkey REFERENCES citizens,
    api_key_id uuid NOT NULL CONSTRAINT citizen_sessions_key_fkey REFERENCES api_keys,
    access_digest bytea NOT NULL CONSTRAINT citizen_sessions_access_check CHECK (octet_length(access_digest) = 32),
    access_expires_at timestamptz NOT NULL,
    refresh_digest bytea NOT NULL CONSTRAINT citizen_sessions_refresh_check CHECK (octet_length(refresh_digest) = 32),
    refresh_expires_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    ended_by text CONSTRAINT citizen_sessions_ended_by_check
        CHECK (ended_by IN ('closed', 'reused', 'password_reset', 'erased')),
    CONSTRAINT citizen_sessions_access_key UNIQUE (access_digest),
    CONSTRAINT citizen_sessions_refresh_key UNIQUE (refresh_digest),
    CONSTRAINT citizen_sessions_ended_check CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX citizen_sessions_open_idx ON citizen_sessions (citizen_id) WHERE ended_at IS NULL;
CREATE INDEX citizen_sessions_expiry_idx ON citizen_sessions (refresh_expires_at);

-- Used once; seen again, they end their session.
CREATE TABLE spent_refresh_tokens (
    digest bytea NOT NULL CONSTRAINT spent_refresh_tokens_pkey PRIMARY KEY
        CONSTRAINT spent_refresh_tokens_digest_check CHECK (octet_length(digest) = 32),
    session_id uuid NOT NULL CONSTRAINT spent_refresh_tokens_session_fkey REFERENCES citizen_sessions ON DELETE CASCADE
);
CREATE INDEX spent_refresh_tokens_session_idx ON spent_refresh_tokens (session_id);

-- Codes in mails: made when the mail is written, so that no code ever lies here or in the outbox.
CREATE TABLE mail_tokens (
    digest bytea NOT NULL CONSTRAINT mail_tokens_pkey PRIMARY KEY
        CONSTRAINT mail_tokens_digest_check CHECK (octet_length(digest) = 32),
    citizen_id uuid NOT NULL CONSTRAINT mail_tokens_citizen_fkey REFERENCES citizens ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT mail_tokens_kind_check CHECK (kind IN ('verify_email', 'password_reset')),
    expires_at timestamptz NOT NULL
);
CREATE INDEX mail_tokens_citizen_idx ON mail_tokens (citizen_id, kind);
CREATE INDEX mail_tokens_expiry_idx ON mail_tokens (expires_at);

-- Tries by digest of what they were made on: an account's name, alone or with an address, or a mailbox.
CREATE TABLE throttles (
    subject bytea NOT NULL CONSTRAINT throttles_pkey PRIMARY KEY
        CONSTRAINT throttles_subject_check CHECK (octet_length(subject) = 32),
    tries integer NOT NULL CONSTRAINT throttles_tries_check CHECK (tries >= 0),
    last_at timestamptz NOT NULL,
    -- When somebody last got in so.
    succeeded_at timestamptz
);
CREATE INDEX throttles_last_idx ON throttles (last_at) WHERE succeeded_at IS NULL;
CREATE INDEX throttles_succeeded_idx ON throttles (succeeded_at) WHERE succeeded_at IS NOT NULL;

ALTER TABLE notifications
    ADD COLUMN citizen_id uuid CONSTRAINT notifications_citizen_fkey REFERENCES citizens ON DELETE CASCADE,
    ADD COLUMN link text,
    DROP CONSTRAINT notifications_kind_check,
    ADD CONSTRAINT notifications_kind_check CHECK (kind IN (
        'receipt_ready', 'payment_failed', 'test', 'verify_email', 'password_reset', 'registration_attempt')),
    DROP CONSTRAINT notifications_receipt_check,
    ADD CONSTRAINT notifications_receipt_check CHECK (
        (receipt_id IS NOT NULL) = (kind IN ('receipt_ready', 'payment_failed'))),
    ADD CONSTRAINT notifications_citizen_check CHECK (
        (citizen_id IS NOT NULL) = (kind IN ('verify_email', 'password_reset', 'registration_attempt')));
CREATE INDEX notifications_citizen_idx ON notifications (citizen_id) WHERE citizen_id IS NOT NULL;

-- Accounts are read and written by what opens and checks sessions, never in the name of a creditor, a PSP or a citizen.
ALTER TABLE citizens ENABLE ROW LEVEL SECURITY;
CREATE POLICY citizens_tenancy ON citizens TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
ALTER TABLE consents ENABLE ROW LEVEL SECURITY;
CREATE POLICY consents_tenancy ON consents TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
ALTER TABLE citizen_sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY citizen_sessions_tenancy ON citizen_sessions TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
ALTER TABLE spent_refresh_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY spent_refresh_tokens_tenancy ON spent_refresh_tokens TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
ALTER TABLE mail_tokens ENABLE ROW LEVEL SECURITY;
CREATE POLICY mail_tokens_tenancy ON mail_tokens TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
ALTER TABLE throttles ENABLE ROW LEVEL SECURITY;
CREATE POLICY throttles_tenancy ON throttles TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
