-- The service cannot delete positions. This function deletes one that was never published and to which nothing refers, with its lines,
-- installments and transfers. It applies the policy of positions itself. Its IUVs stay used.
DO $$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION discard_draft(draft uuid) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = %I, pg_temp AS $body$
        BEGIN
            DELETE FROM positions p WHERE p.id = draft AND p.state = 'draft' AND p.published_at IS NULL
                AND ((SELECT current_setting('quietanza.tenancy', true) = 'every')
                    OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]))
                AND NOT EXISTS (SELECT FROM receipts r WHERE r.position_id = p.id)
                AND NOT EXISTS (SELECT FROM anomalies a WHERE a.position_id = p.id)
                AND NOT EXISTS (SELECT FROM attempt_items t WHERE t.position_id = p.id)
                AND NOT EXISTS (SELECT FROM notifications n WHERE n.position_id = p.id)
                AND NOT EXISTS (SELECT FROM installments i JOIN receipts r ON r.copy_of_installment_id = i.id
                    WHERE i.position_id = p.id);
            RETURN FOUND;
        END
        $body$;
        REVOKE ALL ON FUNCTION discard_draft FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION discard_draft TO quietanza_app;
        $function$, current_schema());
END
$$;
