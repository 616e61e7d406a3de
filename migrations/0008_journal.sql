-- One row for each change of state; the database itself refuses to alter it.
CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT journal_pkey PRIMARY KEY,
    at timestamptz NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    correlation_id text,
    creditor_tax_code text,
    position_id uuid,
    attempt_id uuid,
    receipt_id uuid,
    from_state text,
    to_state text,
    note text
);
CREATE INDEX journal_position_idx ON journal (position_id, id) WHERE position_id IS NOT NULL;
CREATE INDEX journal_at_idx ON journal (at);
CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER journal_never_truncated BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
