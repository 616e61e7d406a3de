-- Citizens and keys in web pages see nothing of test creditors, in no table that shows every creditor. Restrictive policies apply in addition
-- to those that allow rows.
DO $$
DECLARE
    registry text[] := ARRAY['debt_types', 'help_topics', 'creditor_accounts', 'creditor_account_debt_types', 'suspensions', 'creditor_logos'];
    name text;
BEGIN
    FOREACH name IN ARRAY registry LOOP
        EXECUTE format($create$
            CREATE POLICY %I ON %I AS RESTRICTIVE FOR SELECT TO quietanza_app USING (
                (SELECT current_setting('quietanza.tenancy', true) NOT IN ('citizen', 'registry'))
                OR creditor_tax_code IS NULL
                OR NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[])))
            $create$, name || '_trials', name);
    END LOOP;
    CREATE POLICY creditors_trials ON creditors AS RESTRICTIVE FOR SELECT TO quietanza_app USING (
        NOT is_test OR (SELECT current_setting('quietanza.tenancy', true) NOT IN ('citizen', 'registry')));
END
$$;
