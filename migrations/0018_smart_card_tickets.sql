-- A front end's ticket, and the code that a browser brings back when a smart card was shown for it: digests only.
CREATE TABLE smart_card_tickets (
    digest bytea NOT NULL CONSTRAINT smart_card_tickets_pkey PRIMARY KEY
        CONSTRAINT smart_card_tickets_digest_check CHECK (octet_length(digest) = 32),
    api_key_id uuid NOT NULL CONSTRAINT smart_card_tickets_key_fkey REFERENCES api_keys,
    return_url text NOT NULL
        CONSTRAINT smart_card_tickets_return_url_check CHECK (char_length(return_url) BETWEEN 1 AND 2048),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    citizen_id uuid CONSTRAINT smart_card_tickets_citizen_fkey REFERENCES citizens ON DELETE CASCADE,
    code_digest bytea CONSTRAINT smart_card_tickets_code_digest_check CHECK (octet_length(code_digest) = 32),
    code_expires_at timestamptz,
    CONSTRAINT smart_card_tickets_code_key UNIQUE (code_digest),
    CONSTRAINT smart_card_tickets_code_check CHECK (
        num_nonnulls(citizen_id, code_digest, code_expires_at) = CASE WHEN code_digest IS NULL THEN 0 ELSE 3 END
        AND (code_digest IS NULL OR used_at IS NOT NULL))
);
CREATE INDEX smart_card_tickets_expiry_idx ON smart_card_tickets (expires_at);
CREATE INDEX smart_card_tickets_citizen_idx ON smart_card_tickets (citizen_id) WHERE citizen_id IS NOT NULL;
ALTER TABLE smart_card_tickets ENABLE ROW LEVEL SECURITY;
CREATE POLICY smart_card_tickets_tenancy ON smart_card_tickets TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
