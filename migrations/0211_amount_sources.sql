-- A debt type may name where the service asks for the present amount of an installment when its payment starts. The secrets that sign the
-- calls are encrypted with SECRETS_KEY.
ALTER TABLE debt_types
    ADD COLUMN amount_url text CONSTRAINT debt_types_amount_url_check CHECK (octet_length(amount_url) BETWEEN 1 AND 2048),
    ADD COLUMN amount_fallback text CONSTRAINT debt_types_amount_fallback_check CHECK (amount_fallback IN ('last_known', 'refuse')),
    ADD COLUMN amount_secret bytea
        CONSTRAINT debt_types_amount_secret_check CHECK (octet_length(amount_secret) BETWEEN 57 AND 97),
    ADD COLUMN former_amount_secret bytea
        CONSTRAINT debt_types_former_amount_secret_check CHECK (octet_length(former_amount_secret) BETWEEN 57 AND 97),
    ADD COLUMN former_amount_secret_ends_at timestamptz,
    ADD CONSTRAINT debt_types_amount_source_check CHECK ((amount_url IS NULL) = (amount_fallback IS NULL)),
    ADD CONSTRAINT debt_types_former_secret_check
        CHECK ((former_amount_secret IS NULL) = (former_amount_secret_ends_at IS NULL));
