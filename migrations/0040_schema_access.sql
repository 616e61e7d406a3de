-- What the role quietanza_app may do in this schema: its policies of row level security and its grants, each as a statement.
-- `quietanza migrate` records them after it applied migrations. Roles are not part of a dump, so a restore into another cluster loses
-- every policy and grant that names the role; this table's rows are restored, and `migrate` creates from them what is missing.
CREATE TABLE schema_access (
    kind text NOT NULL CONSTRAINT schema_access_kind_check
        CHECK (kind IN ('schema', 'table', 'column', 'function', 'row security', 'policy')),
    name text NOT NULL,
    statement text NOT NULL,
    CONSTRAINT schema_access_pkey PRIMARY KEY (kind, name)
);
-- The service compares it with the catalog for /ready; only the owner of the schema writes it.
REVOKE INSERT, UPDATE, DELETE ON schema_access FROM quietanza_app;
