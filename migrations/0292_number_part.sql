DO $$
BEGIN
    EXECUTE format($function$
        CREATE OR REPLACE FUNCTION positions_with_number_part(part text, creditor text) RETURNS uuid[]
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %I, pg_temp SET enable_seqscan = off AS $body$
        DECLARE
            ids uuid[];
        BEGIN
            -- Planned for the part, so that the index on its digits is used.
            EXECUTE $query$SELECT ARRAY(SELECT p.id FROM positions p
                WHERE p.id = ANY(ARRAY(SELECT i.position_id FROM installments i WHERE (i.notice_number || '') LIKE '%%' || $1 || '%%'))
                    AND ($2 IS NULL OR p.creditor_tax_code = $2)
                    AND ((SELECT current_setting('quietanza.tenancy', true) = 'every')
                        OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])))$query$
            INTO ids USING part, creditor;
            RETURN ids;
        END
        $body$;
        $function$, current_schema());
END
$$;
DROP INDEX installments_notice_part_idx;
