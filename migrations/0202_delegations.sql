-- One person may act for another (delega): the delegate sees the positions and receipts of the delegator. A row remains after it was
-- withdrawn, because the journal refers to it.
CREATE TABLE delegations (
    id uuid NOT NULL CONSTRAINT delegations_pkey PRIMARY KEY,
    delegator_tax_code text NOT NULL
        CONSTRAINT delegations_delegator_check CHECK (char_length(delegator_tax_code) BETWEEN 2 AND 35),
    delegate_tax_code text NOT NULL
        CONSTRAINT delegations_delegate_check CHECK (char_length(delegate_tax_code) BETWEEN 2 AND 35),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    CONSTRAINT delegations_persons_check CHECK (delegator_tax_code <> delegate_tax_code),
    CONSTRAINT delegations_end_check CHECK (ends_at > starts_at)
);
CREATE INDEX delegations_delegator_idx ON delegations (delegator_tax_code, created_at DESC, id DESC);
CREATE INDEX delegations_delegate_idx ON delegations (delegate_tax_code, created_at DESC, id DESC);
CREATE INDEX delegations_created_idx ON delegations (created_at DESC, id DESC);

REVOKE DELETE, TRUNCATE ON delegations FROM quietanza_app;
ALTER TABLE delegations ENABLE ROW LEVEL SECURITY;
CREATE POLICY delegations_all ON delegations TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
-- Both persons see it and may end it, and only the delegator gives it.
CREATE POLICY delegations_read ON delegations FOR SELECT TO quietanza_app USING (
    (SELECT nullif(current_setting('quietanza.tax_code', true), '')) IN (delegator_tax_code, delegate_tax_code));
CREATE POLICY delegations_give ON delegations FOR INSERT TO quietanza_app WITH CHECK (
    delegator_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')));
CREATE POLICY delegations_end ON delegations FOR UPDATE TO quietanza_app USING (
    (SELECT nullif(current_setting('quietanza.tax_code', true), '')) IN (delegator_tax_code, delegate_tax_code));
