-- Positions that contain a text. The operators of the index on descriptions are not leakproof, so PostgreSQL does not use it in a
-- statement to which row level security applies: a search read all positions of the creditor. This function reads it as the owner of the
-- table and applies the policy of positions itself. It is planned for its values, and a whole table is read only if nothing else is possible.
DO $$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION positions_with_text(pattern text, word text, creditor text) RETURNS uuid[]
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %I, pg_temp SET enable_seqscan = off AS $body$
        DECLARE
            visible CONSTANT text := $condition$ AND ($3 IS NULL OR p.creditor_tax_code = $3)
                AND ((SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
                    OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
                    OR p.debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')))$condition$;
            ids uuid[];
        BEGIN
            EXECUTE 'SELECT ARRAY(SELECT p.id FROM positions p WHERE p.description ILIKE $1' || visible
                || ' UNION SELECT p.id FROM positions p WHERE p.document_number = $2' || visible
                || ' UNION SELECT p.id FROM positions p WHERE p.external_id = $2' || visible
                || ' UNION SELECT p.id FROM positions p WHERE p.id = ANY(ARRAY(SELECT i.position_id FROM installments i'
                || '     WHERE i.iuv IN ($2, substr($2, 2), substr($2, 4)) AND $2 IN (i.iuv, i.notice_number)))' || visible || ')'
            INTO ids USING pattern, word, creditor;
            RETURN ids;
        END
        $body$;
        REVOKE ALL ON FUNCTION positions_with_text FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION positions_with_text TO quietanza_app;
        $function$, current_schema());
END
$$;

-- Also found without a year, and without a creditor.
CREATE INDEX positions_number_idx ON positions (document_number, creditor_tax_code);

-- The same constraint, whose index also finds an external id without a creditor.
ALTER TABLE positions DROP CONSTRAINT positions_external_id_key,
    ADD CONSTRAINT positions_external_id_key UNIQUE (external_id, creditor_tax_code);
