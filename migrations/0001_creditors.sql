-- Creditors, their debt types and their own help texts.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE creditors (
    tax_code text NOT NULL CONSTRAINT creditors_pkey PRIMARY KEY
        CONSTRAINT creditors_tax_code_check CHECK (tax_code ~ '^[0-9]{11}$'),
    name text NOT NULL CONSTRAINT creditors_name_check CHECK (char_length(name) BETWEEN 1 AND 70),
    aux_digit smallint NOT NULL CONSTRAINT creditors_aux_digit_check CHECK (aux_digit BETWEEN 0 AND 3),
    -- The application code of auxiliary digit 0 or the segregation code of auxiliary digit 3.
    notice_code text,
    iban text NOT NULL,
    postal_iban text,
    cbill_code text,
    contact_email text,
    contact_phone text,
    mail_sender_name text,
    mail_reply_to text,
    return_url_origins text[] NOT NULL DEFAULT '{}',
    languages text[] NOT NULL DEFAULT '{it}',
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT creditors_notice_code_check
        CHECK ((aux_digit IN (0, 3)) = (notice_code IS NOT NULL) AND (notice_code IS NULL OR notice_code ~ '^[0-9]{2}$'))
);

CREATE TABLE help_topics (
    creditor_tax_code text NOT NULL CONSTRAINT help_topics_creditor_fkey REFERENCES creditors,
    topic text NOT NULL,
    language text NOT NULL CONSTRAINT help_topics_language_check CHECK (language IN ('it', 'en', 'de', 'fr', 'sl')),
    title text NOT NULL,
    body text NOT NULL,
    CONSTRAINT help_topics_pkey PRIMARY KEY (creditor_tax_code, topic, language)
);

CREATE TABLE debt_types (
    creditor_tax_code text NOT NULL CONSTRAINT debt_types_creditor_fkey REFERENCES creditors,
    key text NOT NULL CONSTRAINT debt_types_key_check CHECK (key ~ '^[a-z0-9_-]{1,35}$'),
    descriptions jsonb NOT NULL CONSTRAINT debt_types_descriptions_check CHECK (descriptions ? 'it'),
    service text NOT NULL,
    taxonomy_code text NOT NULL,
    payable_after_due boolean NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT debt_types_pkey PRIMARY KEY (creditor_tax_code, key)
);
CREATE INDEX debt_types_service_idx ON debt_types (creditor_tax_code, service);

-- Numbers for the IUVs that we make: never used twice, whoever rolls back.
CREATE SEQUENCE iuv_bases AS bigint MINVALUE 1 MAXVALUE 9999999999999 NO CYCLE CACHE 32;
