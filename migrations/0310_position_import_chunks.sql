-- breaks older builds
-- The rows of a file wait in chunks until a background job has processed them, and position_import_rows has rows with an outcome only (ADR 0099).
CREATE TABLE position_import_chunks (
    import_id uuid NOT NULL CONSTRAINT position_import_chunks_import_fkey REFERENCES position_imports ON DELETE CASCADE,
    first_line integer NOT NULL,
    -- The line of the file on which each row begins, in the order of the file.
    lines integer[] NOT NULL,
    -- The rows, each a JSON object without a line feed, separated by line feeds.
    content bytea NOT NULL,
    CONSTRAINT position_import_chunks_pkey PRIMARY KEY (import_id, first_line),
    CONSTRAINT position_import_chunks_lines_check
        CHECK (cardinality(lines) BETWEEN 1 AND 500 AND lines[1] = first_line AND first_line >= 1)
);
-- Rows are written and read once, so that compressing them costs more than it saves.
ALTER TABLE position_import_chunks ALTER COLUMN content SET STORAGE EXTERNAL;
ALTER TABLE position_import_chunks SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
REVOKE TRUNCATE ON position_import_chunks FROM quietanza_app;

ALTER TABLE position_import_chunks ENABLE ROW LEVEL SECURITY;
CREATE POLICY position_import_chunks_tenancy ON position_import_chunks TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR EXISTS (SELECT FROM position_imports i WHERE i.id = position_import_chunks.import_id));

-- A process of an older build may be receiving a file. It cannot store the rest without this view, so its caller sends the file again.
DROP VIEW position_import_staging;
DROP FUNCTION stage_position_import_row();
DELETE FROM position_imports WHERE status = 'receiving';

-- A process of an older build may be processing an import. It loses its claim: it would find no row that waits, and end the import.
UPDATE position_imports SET claims = claims + 1, leased_until = NULL WHERE status = 'running';
-- A row that waits has a content. So has every row of a dry run, which starts again, besides those that were refused when the file arrived.
INSERT INTO position_import_chunks (import_id, first_line, lines, content)
SELECT import_id, min(line), array_agg(line ORDER BY line), convert_to(string_agg(content, E'\n' ORDER BY line), 'UTF8')
FROM (SELECT import_id, line, content, (row_number() OVER file - 1) / 500 AS rows, sum(octet_length(content)) OVER file / 262144 AS bytes
    FROM position_import_rows WHERE content IS NOT NULL
    WINDOW file AS (PARTITION BY import_id ORDER BY line ROWS UNBOUNDED PRECEDING)) AS waiting
GROUP BY import_id, rows, bytes;
-- Rows of imports that failed have neither a content nor an outcome.
DELETE FROM position_import_rows WHERE content IS NOT NULL OR outcome IS NULL;

ALTER TABLE position_import_rows DROP COLUMN content,
    ALTER COLUMN outcome SET NOT NULL,
    -- Whether the row was refused when the file arrived. A dry run that starts again does not process it again.
    ADD COLUMN is_unreadable boolean NOT NULL DEFAULT false;
UPDATE position_import_rows r SET is_unreadable = true FROM position_imports i
WHERE i.id = r.import_id AND i.is_dry_run AND i.status IN ('waiting', 'running');
