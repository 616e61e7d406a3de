-- breaks older builds
-- The service encrypts webhook secrets (AES-256-GCM under SECRETS_KEY) before it stores them. SQL has no key: after this file,
-- `quietanza migrate` encrypts the rows that are still in plain, and then validates the constraint that forbids such rows.
ALTER TABLE webhook_secrets ALTER COLUMN secret DROP NOT NULL;
ALTER TABLE webhook_secrets ADD COLUMN sealed bytea
    -- 33 bytes of version, key id, nonce and tag around the 24 to 64 bytes of the secret.
    CONSTRAINT webhook_secrets_sealed_check CHECK (octet_length(sealed) BETWEEN 57 AND 97);
ALTER TABLE webhook_secrets ADD CONSTRAINT webhook_secrets_form_check CHECK (num_nonnulls(secret, sealed) = 1);
-- Not valid: it binds every row that is written from now on, and leaves the old ones to `migrate`.
ALTER TABLE webhook_secrets ADD CONSTRAINT webhook_secrets_encrypted_check CHECK (secret IS NULL) NOT VALID;

-- Only a PSP's own verification, the signing of calls to it, operations and the command line read secrets: no transaction of a front
-- end, a creditor or a citizen does.
DROP POLICY webhook_secrets_read ON webhook_secrets;
CREATE POLICY webhook_secrets_read ON webhook_secrets FOR SELECT TO quietanza_app USING (
    psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));

-- A known text under the first key of SECRETS_KEY: tells a wrong key at start, before a secret is needed.
CREATE TABLE secrets_key_check (
    single boolean NOT NULL DEFAULT true CONSTRAINT secrets_key_check_pkey PRIMARY KEY
        CONSTRAINT secrets_key_check_single_check CHECK (single),
    sealed bytea NOT NULL CONSTRAINT secrets_key_check_length_check CHECK (octet_length(sealed) BETWEEN 34 AND 97),
    updated_at timestamptz NOT NULL
);
REVOKE DELETE ON secrets_key_check FROM quietanza_app;
ALTER TABLE secrets_key_check ENABLE ROW LEVEL SECURITY;
CREATE POLICY secrets_key_check_all ON secrets_key_check TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
