-- Payers may request a position of a debt type that has a form (pagamento spontaneo).
ALTER TABLE debt_types
    ADD COLUMN request_form jsonb CONSTRAINT debt_types_request_form_check CHECK (jsonb_typeof(request_form) = 'object');

-- How many positions of a creditor a key requested since an instant: one row for each key and creditor, however many requests.
CREATE TABLE position_requests (
    -- A rotated key has the count of the key that it replaced.
    api_key_id uuid NOT NULL CONSTRAINT position_requests_api_key_fkey REFERENCES api_keys,
    creditor_tax_code text NOT NULL CONSTRAINT position_requests_creditor_fkey REFERENCES creditors,
    counted_from timestamptz NOT NULL,
    requests integer NOT NULL CONSTRAINT position_requests_requests_check CHECK (requests >= 1),
    CONSTRAINT position_requests_pkey PRIMARY KEY (api_key_id, creditor_tax_code)
);
REVOKE DELETE, TRUNCATE ON position_requests FROM quietanza_app;
ALTER TABLE position_requests ENABLE ROW LEVEL SECURITY;
CREATE POLICY position_requests_tenancy ON position_requests TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
