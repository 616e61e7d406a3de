-- The accounts that a creditor's money may go to. Accounts of public bodies are no secret: a creditor names another's in a transfer.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE creditor_accounts (
    creditor_tax_code text NOT NULL CONSTRAINT creditor_accounts_creditor_fkey REFERENCES creditors,
    iban text NOT NULL CONSTRAINT creditor_accounts_iban_check CHECK (iban ~ '^[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}$'),
    name text NOT NULL CONSTRAINT creditor_accounts_name_check CHECK (char_length(name) BETWEEN 1 AND 70),
    -- For every debt type that has no account of its own.
    is_default boolean NOT NULL,
    valid_from date NOT NULL,
    -- The last day; null: without an end.
    valid_to date,
    -- Taken off the register. The row stays, because transfers refer to it.
    removed_at timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT creditor_accounts_pkey PRIMARY KEY (creditor_tax_code, iban),
    CONSTRAINT creditor_accounts_period_check CHECK (valid_to >= valid_from),
    CONSTRAINT creditor_accounts_default_excl EXCLUDE USING gist (
        creditor_tax_code WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
        WHERE (is_default AND removed_at IS NULL)
);

-- The debt types whose money goes to this account while it is valid.
CREATE TABLE creditor_account_debt_types (
    creditor_tax_code text NOT NULL,
    debt_type text NOT NULL,
    iban text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    CONSTRAINT creditor_account_debt_types_pkey PRIMARY KEY (creditor_tax_code, iban, debt_type),
    CONSTRAINT creditor_account_debt_types_account_fkey FOREIGN KEY (creditor_tax_code, iban) REFERENCES creditor_accounts,
    CONSTRAINT creditor_account_debt_types_debt_type_fkey FOREIGN KEY (creditor_tax_code, debt_type) REFERENCES debt_types,
    CONSTRAINT creditor_account_debt_types_excl EXCLUDE USING gist (
        creditor_tax_code WITH =, debt_type WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
REVOKE DELETE ON creditor_accounts FROM quietanza_app;

ALTER TABLE creditor_accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY creditor_accounts_read ON creditor_accounts FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'creditors', 'citizen', 'psp')));
CREATE POLICY creditor_accounts_write ON creditor_accounts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
ALTER TABLE creditor_account_debt_types ENABLE ROW LEVEL SECURITY;
CREATE POLICY creditor_account_debt_types_read ON creditor_account_debt_types FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'creditors', 'citizen', 'psp')));
CREATE POLICY creditor_account_debt_types_write ON creditor_account_debt_types TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));

-- Whoever writes a creditor registers its accounts by it: the IBAN is the default from that day on, the postal one is accepted.
CREATE FUNCTION register_creditor_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    today date := (NEW.updated_at AT TIME ZONE 'Europe/Rome')::date;
BEGIN
    IF NEW.postal_iban IS NOT NULL AND NEW.postal_iban <> NEW.iban THEN
        INSERT INTO creditor_accounts (creditor_tax_code, iban, name, is_default, valid_from, created_at, updated_at)
        VALUES (NEW.tax_code, NEW.postal_iban, NEW.name, false, today, NEW.updated_at, NEW.updated_at)
        ON CONFLICT ON CONSTRAINT creditor_accounts_pkey
        DO UPDATE SET removed_at = NULL, valid_from = LEAST(creditor_accounts.valid_from, today), valid_to = NULL,
            updated_at = NEW.updated_at
        WHERE creditor_accounts.removed_at IS NOT NULL OR creditor_accounts.valid_to < today;
    END IF;
    IF NOT EXISTS (
        SELECT FROM creditor_accounts a WHERE a.creditor_tax_code = NEW.tax_code AND a.iban = NEW.iban AND a.is_default
            AND a.removed_at IS NULL AND today BETWEEN a.valid_from AND coalesce(a.valid_to, 'infinity'))
    THEN
        UPDATE creditor_accounts SET is_default = false, updated_at = NEW.updated_at
        WHERE creditor_tax_code = NEW.tax_code AND is_default;
        INSERT INTO creditor_accounts (creditor_tax_code, iban, name, is_default, valid_from, created_at, updated_at)
        VALUES (NEW.tax_code, NEW.iban, NEW.name, true, today, NEW.updated_at, NEW.updated_at)
        ON CONFLICT ON CONSTRAINT creditor_accounts_pkey
        DO UPDATE SET is_default = true, removed_at = NULL, valid_from = LEAST(creditor_accounts.valid_from, today),
            valid_to = NULL, updated_at = NEW.updated_at;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER creditors_accounts AFTER INSERT OR UPDATE OF iban, postal_iban ON creditors
    FOR EACH ROW EXECUTE FUNCTION register_creditor_accounts();

INSERT INTO creditor_accounts (creditor_tax_code, iban, name, is_default, valid_from, created_at, updated_at)
SELECT tax_code, iban, name, true, (created_at AT TIME ZONE 'Europe/Rome')::date, created_at, updated_at FROM creditors
UNION ALL
SELECT tax_code, postal_iban, name, false, (created_at AT TIME ZONE 'Europe/Rome')::date, created_at, updated_at
FROM creditors WHERE postal_iban <> iban;

-- Debts written before stay payable, wherever their money was to go.
ALTER TABLE transfers ADD CONSTRAINT transfers_account_fkey
    FOREIGN KEY (creditor_tax_code, iban) REFERENCES creditor_accounts NOT VALID;

-- A build before 0037 makes keys without a lineage: such a key is its own.
ALTER TABLE api_keys ALTER COLUMN lineage DROP NOT NULL;
