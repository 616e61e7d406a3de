-- Who may call: API keys (only their digest) and the secrets that PSPs sign with.
CREATE TABLE api_keys (
    id uuid NOT NULL CONSTRAINT api_keys_pkey PRIMARY KEY,
    name text NOT NULL CONSTRAINT api_keys_name_check CHECK (char_length(name) BETWEEN 1 AND 70),
    kind text NOT NULL CONSTRAINT api_keys_kind_check CHECK (kind IN ('frontend', 'creditor', 'ops')),
    prefix text NOT NULL,
    digest bytea NOT NULL CONSTRAINT api_keys_digest_check CHECK (octet_length(digest) = 32),
    scopes text[] NOT NULL,
    creditors text[] NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz,
    revoked_at timestamptz,
    last_used_at timestamptz,
    rotated_from uuid CONSTRAINT api_keys_rotated_from_fkey REFERENCES api_keys,
    CONSTRAINT api_keys_digest_key UNIQUE (digest)
);
CREATE INDEX api_keys_created_idx ON api_keys (created_at DESC, id DESC);

CREATE TABLE webhook_secrets (
    id uuid NOT NULL CONSTRAINT webhook_secrets_pkey PRIMARY KEY,
    psp_id text NOT NULL CONSTRAINT webhook_secrets_psp_check CHECK (char_length(psp_id) BETWEEN 6 AND 35),
    -- The secret itself: an HMAC can not be checked against a digest of its key.
    secret bytea NOT NULL CONSTRAINT webhook_secrets_length_check CHECK (octet_length(secret) BETWEEN 24 AND 64),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX webhook_secrets_valid_idx ON webhook_secrets (psp_id, created_at DESC) WHERE revoked_at IS NULL;
CREATE INDEX webhook_secrets_psp_idx ON webhook_secrets (psp_id, created_at DESC, id DESC);
