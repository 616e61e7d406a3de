-- The last day of payment of an installment. Most installments have none.
CREATE INDEX installments_valid_until_idx ON installments (creditor_tax_code, valid_until) WHERE valid_until IS NOT NULL;

-- Any digits of a notice number, and so of its IUV.
CREATE INDEX installments_notice_part_idx ON installments USING gin (notice_number gin_trgm_ops);

-- As `positions_matching`: the operators of the index are not leakproof, so a function of the owner reads it and applies the policy.
DO $$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION positions_with_number_part(part text, creditor text) RETURNS uuid[]
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %I, pg_temp SET enable_seqscan = off AS $body$
        DECLARE
            ids uuid[];
        BEGIN
            -- Planned for the part, so that the index on its digits is used.
            EXECUTE $query$SELECT ARRAY(SELECT p.id FROM positions p
                WHERE p.id = ANY(ARRAY(SELECT i.position_id FROM installments i WHERE i.notice_number LIKE '%%' || $1 || '%%'))
                    AND ($2 IS NULL OR p.creditor_tax_code = $2)
                    AND ((SELECT current_setting('quietanza.tenancy', true) = 'every')
                        OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])))$query$
            INTO ids USING part, creditor;
            RETURN ids;
        END
        $body$;
        REVOKE ALL ON FUNCTION positions_with_number_part FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION positions_with_number_part TO quietanza_app;
        $function$, current_schema());
END
$$;
