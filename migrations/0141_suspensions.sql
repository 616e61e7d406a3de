-- Creditors, debt types, PSPs and channels that operations switch off. A row remains after it was lifted, for the record.
CREATE TABLE suspensions (
    id uuid NOT NULL CONSTRAINT suspensions_pkey PRIMARY KEY,
    creditor_tax_code text CONSTRAINT suspensions_creditor_fkey REFERENCES creditors,
    debt_type text,
    -- PSPs and channels are replaced with each list, so they are not referenced.
    psp_id text CONSTRAINT suspensions_psp_check CHECK (char_length(psp_id) BETWEEN 1 AND 35),
    channel_id text CONSTRAINT suspensions_channel_check CHECK (char_length(channel_id) BETWEEN 1 AND 35),
    reason text NOT NULL CONSTRAINT suspensions_reason_check CHECK (char_length(reason) BETWEEN 1 AND 200),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    created_at timestamptz NOT NULL,
    lifted_at timestamptz,
    CONSTRAINT suspensions_subject_check CHECK (
        (creditor_tax_code IS NULL) <> (psp_id IS NULL) AND (debt_type IS NULL OR creditor_tax_code IS NOT NULL)
        AND (channel_id IS NULL OR psp_id IS NOT NULL)),
    CONSTRAINT suspensions_end_check CHECK (ends_at > starts_at),
    CONSTRAINT suspensions_debt_type_fkey FOREIGN KEY (creditor_tax_code, debt_type) REFERENCES debt_types
);
CREATE INDEX suspensions_creditor_idx ON suspensions (creditor_tax_code)
    WHERE lifted_at IS NULL AND creditor_tax_code IS NOT NULL;
CREATE INDEX suspensions_psp_idx ON suspensions (psp_id) WHERE lifted_at IS NULL AND psp_id IS NOT NULL;
CREATE INDEX suspensions_created_idx ON suspensions (created_at DESC, id DESC);

REVOKE DELETE, TRUNCATE ON suspensions FROM quietanza_app;
ALTER TABLE suspensions ENABLE ROW LEVEL SECURITY;
CREATE POLICY suspensions_all ON suspensions TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
-- Everyone who creates positions or pays reads what is switched off, as everyone reads the registry and the PSP list.
CREATE POLICY suspensions_read ON suspensions FOR SELECT TO quietanza_app USING (
    creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (SELECT current_setting('quietanza.tenancy', true) = 'citizen')
    OR (psp_id IS NOT NULL AND (SELECT current_setting('quietanza.tenancy', true) = 'creditors')));
