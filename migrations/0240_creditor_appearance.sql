-- What receipts and notices show of a creditor: address, its own sentence, logo and colour.
ALTER TABLE creditors
    ADD COLUMN address jsonb,
    ADD COLUMN receipt_texts jsonb NOT NULL DEFAULT '{}'
        CONSTRAINT creditors_receipt_texts_check CHECK (receipt_texts = '{}' OR receipt_texts ? 'it');

CREATE TABLE creditor_logos (
    creditor_tax_code text NOT NULL CONSTRAINT creditor_logos_pkey PRIMARY KEY
        CONSTRAINT creditor_logos_creditor_fkey REFERENCES creditors,
    -- As the service encoded it, never the bytes that were sent.
    png bytea NOT NULL CONSTRAINT creditor_logos_png_check CHECK (octet_length(png) BETWEEN 1 AND 524288),
    width integer NOT NULL CONSTRAINT creditor_logos_width_check CHECK (width BETWEEN 1 AND 4000),
    height integer NOT NULL CONSTRAINT creditor_logos_height_check CHECK (height BETWEEN 1 AND 4000),
    alternative_text text NOT NULL
        CONSTRAINT creditor_logos_alternative_text_check CHECK (char_length(alternative_text) BETWEEN 1 AND 140),
    color text CONSTRAINT creditor_logos_color_check CHECK (color ~ '^#[0-9A-F]{6}$'),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
-- PNG is compressed already.
ALTER TABLE creditor_logos ALTER COLUMN png SET STORAGE EXTERNAL;

-- Logos are on papers for everybody; only operators and the creditor itself change them.
ALTER TABLE creditor_logos ENABLE ROW LEVEL SECURITY;
CREATE POLICY creditor_logos_read ON creditor_logos FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'citizen'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
CREATE POLICY creditor_logos_write ON creditor_logos TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
