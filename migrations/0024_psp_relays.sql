-- Senders that relay RTs of other PSPs, as pagoPA's node does: of them the PSP that the RT names counts. Registered by operations.
CREATE TABLE psp_relays (
    psp_id text NOT NULL CONSTRAINT psp_relays_pkey PRIMARY KEY
        CONSTRAINT psp_relays_psp_check CHECK (char_length(psp_id) BETWEEN 1 AND 35),
    registered_at timestamptz NOT NULL
);
REVOKE UPDATE ON psp_relays FROM quietanza_app;
ALTER TABLE psp_relays ENABLE ROW LEVEL SECURITY;
CREATE POLICY psp_relays_all ON psp_relays TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY psp_relays_read ON psp_relays FOR SELECT TO quietanza_app USING (
    psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));
-- Whether a PSP has ever been in the list.
CREATE INDEX psps_psp_idx ON psps (psp_id);

-- A relay finds the attempts of the PSPs whose RTs it sends.
DROP POLICY payment_attempts_tenancy ON payment_attempts;
CREATE POLICY payment_attempts_tenancy ON payment_attempts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR (SELECT EXISTS (SELECT FROM psp_relays r
        WHERE r.psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')))));
