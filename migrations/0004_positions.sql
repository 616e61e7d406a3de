-- Debt positions with their lines, installments and transfers.
CREATE TABLE positions (
    id uuid NOT NULL CONSTRAINT positions_pkey PRIMARY KEY,
    creditor_tax_code text NOT NULL CONSTRAINT positions_creditor_fkey REFERENCES creditors,
    external_id text NOT NULL CONSTRAINT positions_external_id_check CHECK (char_length(external_id) BETWEEN 1 AND 70),
    -- SHA-256 of the request as understood: tells a repeat from a collision.
    fingerprint bytea NOT NULL CONSTRAINT positions_fingerprint_check CHECK (octet_length(fingerprint) = 32),
    debt_type text NOT NULL,
    -- As the debt type said when the position was written: a later change of the debt type alters no bill already out.
    payable_after_due boolean NOT NULL,
    document_year integer NOT NULL CONSTRAINT positions_document_year_check CHECK (document_year BETWEEN 1900 AND 2999),
    document_number text NOT NULL,
    description text NOT NULL CONSTRAINT positions_description_check CHECK (char_length(description) BETWEEN 1 AND 140),
    debtor_kind text NOT NULL CONSTRAINT positions_debtor_kind_check CHECK (debtor_kind IN ('person', 'company')),
    debtor_tax_code text NOT NULL,
    debtor_full_name text NOT NULL,
    debtor_email text,
    debtor_address jsonb,
    metadata jsonb NOT NULL,
    state text NOT NULL CONSTRAINT positions_state_check
        CHECK (state IN ('draft', 'open', 'partially_paid', 'paid', 'cancelled')),
    total_cents bigint NOT NULL CONSTRAINT positions_total_check CHECK (total_cents BETWEEN 1 AND 99999999999),
    paid_cents bigint NOT NULL DEFAULT 0,
    -- The earliest due date still owed, or the last one when nothing is.
    due_date date NOT NULL,
    -- The last day on which something owed may be paid; null: payable after its due date, or nothing is owed.
    payable_until date,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    published_at timestamptz,
    cancelled_at timestamptz,
    CONSTRAINT positions_external_id_key UNIQUE (creditor_tax_code, external_id),
    CONSTRAINT positions_debt_type_fkey FOREIGN KEY (creditor_tax_code, debt_type) REFERENCES debt_types,
    CONSTRAINT positions_paid_check CHECK (paid_cents BETWEEN 0 AND total_cents),
    CONSTRAINT positions_paid_state_check CHECK (
        (state = 'paid') = (paid_cents = total_cents)
        AND (state = 'partially_paid') = (paid_cents > 0 AND paid_cents < total_cents)),
    CONSTRAINT positions_cancelled_check CHECK ((state = 'cancelled') = (cancelled_at IS NOT NULL)),
    CONSTRAINT positions_published_check CHECK (state IN ('draft', 'cancelled') OR published_at IS NOT NULL)
);
CREATE INDEX positions_created_idx ON positions (creditor_tax_code, created_at DESC, id DESC);
CREATE INDEX positions_due_idx ON positions (creditor_tax_code, due_date, id);
CREATE INDEX positions_updated_idx ON positions (creditor_tax_code, updated_at DESC, id DESC);
CREATE INDEX positions_document_idx ON positions (creditor_tax_code, document_year, document_number, id);
CREATE INDEX positions_state_idx ON positions (creditor_tax_code, state, created_at DESC, id DESC);
CREATE INDEX positions_debtor_idx ON positions (debtor_tax_code, created_at DESC, id DESC);
CREATE INDEX positions_every_created_idx ON positions (created_at DESC, id DESC);
CREATE INDEX positions_description_idx ON positions USING gin (description gin_trgm_ops);

CREATE TABLE position_lines (
    position_id uuid NOT NULL CONSTRAINT position_lines_position_fkey REFERENCES positions ON DELETE CASCADE,
    number integer NOT NULL,
    description text NOT NULL,
    quantity integer CONSTRAINT position_lines_quantity_check CHECK (quantity >= 1),
    amount_cents bigint NOT NULL CONSTRAINT position_lines_amount_check CHECK (amount_cents BETWEEN 0 AND 99999999999),
    CONSTRAINT position_lines_pkey PRIMARY KEY (position_id, number)
);

CREATE TABLE installments (
    id uuid NOT NULL CONSTRAINT installments_pkey PRIMARY KEY,
    position_id uuid NOT NULL CONSTRAINT installments_position_fkey REFERENCES positions ON DELETE CASCADE,
    creditor_tax_code text NOT NULL,
    number integer NOT NULL CONSTRAINT installments_number_check CHECK (number >= 1),
    iuv text NOT NULL,
    notice_number text NOT NULL CONSTRAINT installments_notice_check CHECK (notice_number ~ '^[0-9]{18}$'),
    amount_cents bigint NOT NULL CONSTRAINT installments_amount_check CHECK (amount_cents BETWEEN 1 AND 99999999999),
    due_date date NOT NULL,
    paid_at timestamptz,
    CONSTRAINT installments_number_key UNIQUE (position_id, number),
    CONSTRAINT installments_iuv_key UNIQUE (creditor_tax_code, iuv),
    CONSTRAINT installments_notice_key UNIQUE (creditor_tax_code, notice_number)
);

CREATE TABLE transfers (
    installment_id uuid NOT NULL CONSTRAINT transfers_installment_fkey REFERENCES installments ON DELETE CASCADE,
    number smallint NOT NULL CONSTRAINT transfers_number_check CHECK (number BETWEEN 1 AND 5),
    creditor_tax_code text NOT NULL,
    iban text NOT NULL,
    amount_cents bigint NOT NULL CONSTRAINT transfers_amount_check CHECK (amount_cents BETWEEN 1 AND 99999999999),
    taxonomy_code text NOT NULL,
    remittance text NOT NULL CONSTRAINT transfers_remittance_check CHECK (char_length(remittance) <= 140),
    CONSTRAINT transfers_pkey PRIMARY KEY (installment_id, number)
);
