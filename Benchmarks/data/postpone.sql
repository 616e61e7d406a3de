-- Drops foreign keys, keys and indexes of the tables that batch.sql fills, and disables their triggers, so that rows are only appended.
-- complete.sql creates them again from the catalog's own text, so the schema is the same as before.
CREATE TABLE bench.postponed (number integer GENERATED ALWAYS AS IDENTITY, statement text NOT NULL);
DO $$
DECLARE
    -- An older build that is measured beside the present one may not have all of them.
    filled CONSTANT regclass[] := ARRAY(SELECT to_regclass(name)
        FROM unnest('{positions, position_lines, installments, transfers, payment_attempts, attempt_items, receipts,
            receipt_transfers, rts, notifications, journal, used_iuvs}'::text[]) AS name WHERE to_regclass(name) IS NOT NULL);
    found record;
BEGIN
    IF to_regclass('used_iuvs') IS NOT NULL THEN
        -- What the triggers of installments, transfers and receipts would have added row by row.
        INSERT INTO bench.postponed (statement) VALUES ('INSERT INTO used_iuvs (creditor_tax_code, iuv)
            SELECT creditor_tax_code, iuv FROM installments
            UNION SELECT t.creditor_tax_code, i.iuv FROM transfers t JOIN installments i ON i.id = t.installment_id
                WHERE t.creditor_tax_code <> i.creditor_tax_code
            EXCEPT SELECT creditor_tax_code, iuv FROM used_iuvs');
        FOR found IN
            SELECT tgrelid::regclass AS "table", tgname FROM pg_trigger
            WHERE tgrelid = ANY (filled) AND tgfoid IN (to_regproc('mark_iuvs_used'), to_regproc('mark_shared_iuvs_used'))
        LOOP
            INSERT INTO bench.postponed (statement) VALUES (format('ALTER TABLE %s ENABLE TRIGGER %I', found.table, found.tgname));
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', found.table, found.tgname);
        END LOOP;
    END IF;
    -- A key is created before the indexes, and the foreign keys that need it after them.
    FOR found IN
        SELECT conrelid::regclass AS "table", conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE conrelid = ANY (filled) AND contype IN ('p', 'u') ORDER BY conrelid::regclass::text, conname
    LOOP
        INSERT INTO bench.postponed (statement)
        VALUES (format('ALTER TABLE %s ADD CONSTRAINT %I %s', found.table, found.conname, found.definition));
    END LOOP;
    FOR found IN
        SELECT indexrelid::regclass AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
        WHERE indrelid = ANY (filled) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u'))
        ORDER BY indexrelid::regclass::text
    LOOP
        INSERT INTO bench.postponed (statement) VALUES (found.definition);
        EXECUTE format('DROP INDEX %s', found.name);
    END LOOP;
    FOR found IN
        SELECT conrelid::regclass AS "table", conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint
        WHERE contype = 'f' AND (conrelid = ANY (filled) OR confrelid = ANY (filled)) ORDER BY conrelid::regclass::text, conname
    LOOP
        INSERT INTO bench.postponed (statement)
        VALUES (format('ALTER TABLE %s ADD CONSTRAINT %I %s', found.table, found.conname, found.definition));
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.table, found.conname);
    END LOOP;
    FOR found IN
        SELECT conrelid::regclass AS "table", conname FROM pg_constraint WHERE conrelid = ANY (filled) AND contype IN ('p', 'u')
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.table, found.conname);
    END LOOP;
END
$$;
