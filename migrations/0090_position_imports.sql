-- Files of positions that creditors send. The rows of a file are staged as JSON objects until a background job has processed them.
CREATE TABLE position_imports (
    id uuid NOT NULL CONSTRAINT position_imports_pkey PRIMARY KEY,
    creditor_tax_code text NOT NULL CONSTRAINT position_imports_creditor_fkey REFERENCES creditors,
    api_key_id uuid NOT NULL CONSTRAINT position_imports_key_fkey REFERENCES api_keys,
    is_dry_run boolean NOT NULL,
    status text NOT NULL CONSTRAINT position_imports_status_check
        CHECK (status IN ('receiving', 'waiting', 'running', 'done', 'failed')),
    -- Of the rows, not of the bytes: the same rows with other line ends are the same file.
    digest bytea CONSTRAINT position_imports_digest_check CHECK (octet_length(digest) = 32),
    row_count integer NOT NULL DEFAULT 0,
    created integer NOT NULL DEFAULT 0,
    repeated integer NOT NULL DEFAULT 0,
    refused integer NOT NULL DEFAULT 0,
    -- How often a process has claimed the import. A process that has lost its claim cannot write.
    claims integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT position_imports_received_check CHECK (status = 'receiving' OR digest IS NOT NULL),
    CONSTRAINT position_imports_finished_check CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL))
);
CREATE INDEX position_imports_creditor_idx ON position_imports (creditor_tax_code, created_at DESC, id DESC);
CREATE INDEX position_imports_created_idx ON position_imports (created_at DESC, id DESC);
CREATE INDEX position_imports_unfinished_idx ON position_imports (created_at) WHERE status IN ('receiving', 'waiting', 'running');
CREATE INDEX position_imports_finished_idx ON position_imports (finished_at);

CREATE TABLE position_import_rows (
    import_id uuid NOT NULL CONSTRAINT position_import_rows_import_fkey REFERENCES position_imports ON DELETE CASCADE,
    -- The line of the file on which the row begins.
    line integer NOT NULL CONSTRAINT position_import_rows_line_check CHECK (line >= 1),
    -- A JSON object. NULL when the row has been processed, because it contains personal data.
    content text,
    external_id text,
    outcome text CONSTRAINT position_import_rows_outcome_check CHECK (outcome IN ('created', 'repeated', 'refused')),
    position_id uuid,
    violations jsonb,
    CONSTRAINT position_import_rows_pkey PRIMARY KEY (import_id, line)
);
-- Finds the rows that wait, which have no outcome, and the rows with an outcome.
CREATE INDEX position_import_rows_outcome_idx ON position_import_rows (import_id, outcome, line);

ALTER TABLE position_imports SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
ALTER TABLE position_import_rows SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

ALTER TABLE position_imports ENABLE ROW LEVEL SECURITY;
CREATE POLICY position_imports_tenancy ON position_imports TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
ALTER TABLE position_import_rows ENABLE ROW LEVEL SECURITY;
CREATE POLICY position_import_rows_tenancy ON position_import_rows TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR EXISTS (SELECT FROM position_imports i WHERE i.id = position_import_rows.import_id));

-- PostgreSQL does not support COPY into a table with row level security. The rows are copied into this view, and its trigger inserts each of
-- them into the table with the rights of the role that copies, so that the policy of the table applies (ADR 0065).
CREATE VIEW position_import_staging WITH (security_invoker) AS
SELECT import_id, line, content, outcome, violations FROM position_import_rows;
REVOKE ALL ON position_import_staging FROM quietanza_app;
GRANT INSERT ON position_import_staging TO quietanza_app;
DO $$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION stage_position_import_row() RETURNS trigger LANGUAGE plpgsql AS $body$
        BEGIN
            INSERT INTO %I.position_import_rows (import_id, line, content, outcome, violations)
            VALUES (NEW.import_id, NEW.line, NEW.content, NEW.outcome, NEW.violations);
            RETURN NEW;
        END
        $body$;
        $function$, current_schema());
END
$$;
CREATE TRIGGER position_import_staging_insert INSTEAD OF INSERT ON position_import_staging
    FOR EACH ROW EXECUTE FUNCTION stage_position_import_row();
