-- Search by words of the debtor's name, by a pair of the metadata, and by the end of a notice number. docs/performance.md has the price of
-- these indexes.

-- The words of a name in small letters and without accents, which the decomposition separates from their letters. The functions use nothing but
-- pg_catalog, so that they are immutable.
CREATE FUNCTION name_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_to_tsvector(array_remove(regexp_split_to_array(
        lower(regexp_replace(normalize(name, NFKD), '[\u0300-\u036F]', '', 'g')), '[^[:alnum:]]+'), ''))
$$;
-- Every word is the beginning of a word of the name.
CREATE FUNCTION name_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT string_agg(quote_literal(word) || ':*', ' & ')::tsquery FROM regexp_split_to_table(
        lower(regexp_replace(normalize(words, NFKD), '[\u0300-\u036F]', '', 'g')), '[^[:alnum:]]+') AS word
    WHERE word <> ''
$$;

CREATE INDEX positions_debtor_name_idx ON positions USING gin (name_words(debtor_full_name));
-- Most positions have no metadata, so that they have no entry.
CREATE INDEX positions_metadata_idx ON positions USING gin (metadata jsonb_path_ops);
-- The end of a notice number is the end of its IUV.
CREATE INDEX installments_notice_end_idx ON installments (reverse(notice_number) text_pattern_ops);

-- As `positions_with_text`: the operators of these indexes are not leakproof, so a function of the owner reads them and applies the policy.
-- One of the first three arguments is not NULL.
DO $$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION positions_matching(name text, pair jsonb, number_end text, creditor text) RETURNS uuid[]
            LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = %I, pg_temp SET enable_seqscan = off AS $body$
        DECLARE
            visible CONSTANT text := $condition$ AND ($4 IS NULL OR p.creditor_tax_code = $4)
                AND ((SELECT current_setting('quietanza.tenancy', true) = 'every')
                    OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]))$condition$;
            match text := CASE
                WHEN number_end IS NOT NULL THEN
                    'p.id = ANY(ARRAY(SELECT i.position_id FROM installments i WHERE reverse(i.notice_number) LIKE reverse($3) || ''%%''))'
                WHEN pair IS NOT NULL THEN 'p.metadata @> $2'
                ELSE 'name_words(p.debtor_full_name) @@ name_query($1)' END;
            ids uuid[];
        BEGIN
            EXECUTE 'SELECT ARRAY(SELECT p.id FROM positions p WHERE ' || match || visible || ')'
            INTO ids USING name, pair, number_end, creditor;
            RETURN ids;
        END
        $body$;
        REVOKE ALL ON FUNCTION positions_matching FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION positions_matching TO quietanza_app;
        $function$, current_schema());
END
$$;
