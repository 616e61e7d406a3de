-- breaks older builds
-- The service acts as one role for each kind of tenancy instead of as quietanza_app, which becomes their group and keeps the rights on tables
-- (ADR 0101). A policy of quietanza_app applies to all of them. The policies of tables that requests read and write most are those of one role
-- each, because PostgreSQL prepares every subquery of a policy for every statement, also for a kind of tenancy that does not need it.
DO $$
DECLARE
    member text;
BEGIN
    FOREACH member IN ARRAY ARRAY['quietanza_every', 'quietanza_creditors', 'quietanza_citizens', 'quietanza_psp'] LOOP
        BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = member) THEN
                EXECUTE format('CREATE ROLE %I NOLOGIN', member);
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL; -- Another database of this cluster has created it at the same moment.
        END;
        IF NOT pg_has_role(member, 'quietanza_app', 'USAGE') THEN
            EXECUTE format('GRANT quietanza_app TO %I', member);
        END IF;
        IF NOT pg_has_role(current_user, member, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', member, current_user);
        END IF;
    END LOOP;
END
$$;

-- Operators and background jobs see every row, of tables that have row level security today. Later tables name 'every' in their own policy.
DO $$
DECLARE
    name text;
BEGIN
    FOR name IN
        SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relrowsecurity ORDER BY relname
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I TO quietanza_every USING (true)', name || '_every', name);
    END LOOP;
END
$$;

-- A PSP reports payments of every creditor's debts.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['creditors', 'debt_types', 'positions', 'position_lines', 'installments', 'transfers', 'attempt_items',
        'receipts', 'receipt_transfers', 'anomalies']
    LOOP
        EXECUTE format('CREATE POLICY %I ON %I TO quietanza_psp USING (true)', name || '_psp', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['creditor_accounts', 'creditor_account_debt_types', 'rts'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR SELECT TO quietanza_psp USING (true)', name || '_psp', name);
    END LOOP;
    FOREACH name IN ARRAY ARRAY['notifications', 'journal', 'used_iuvs'] LOOP
        EXECUTE format('CREATE POLICY %I ON %I FOR INSERT TO quietanza_psp WITH CHECK (true)', name || '_psp', name);
    END LOOP;
END
$$;
-- While its RT ends the attempts of other PSPs on the debt that it pays, the tenancy contains the creditor of that debt.
CREATE POLICY payment_attempts_psp ON payment_attempts TO quietanza_psp USING (
    psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (SELECT EXISTS (SELECT FROM psp_relays r WHERE r.psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')))));
CREATE POLICY rts_psp_write ON rts FOR INSERT TO quietanza_psp WITH CHECK (
    psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));

-- Front ends and creditors see the rows of their creditors. A new part of a position needs the position itself.
-- PostgreSQL expects that nearly every row satisfies `CASE … IS NOT NULL`. A bare condition would be counted twice, in the policy and in the
-- statement, so that PostgreSQL would expect hardly any row and not read a page in the order of an index.
CREATE POLICY creditors_own ON creditors TO quietanza_creditors USING (
    (CASE WHEN tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY debt_types_own ON debt_types TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY creditor_accounts_own ON creditor_accounts FOR SELECT TO quietanza_creditors USING (true);
CREATE POLICY creditor_account_debt_types_own ON creditor_account_debt_types FOR SELECT TO quietanza_creditors USING (true);
CREATE POLICY suspensions_own ON suspensions FOR SELECT TO quietanza_creditors USING (
    psp_id IS NOT NULL
    OR (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY positions_own ON positions TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY position_lines_own ON position_lines TO quietanza_creditors USING (
    EXISTS (SELECT FROM positions p WHERE p.id = position_lines.position_id));
CREATE POLICY installments_own ON installments TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL)
    WITH CHECK (EXISTS (SELECT FROM positions p WHERE p.id = installments.position_id));
CREATE POLICY transfers_own ON transfers TO quietanza_creditors USING (
    EXISTS (SELECT FROM installments i WHERE i.id = transfers.installment_id));
CREATE POLICY payment_attempts_own ON payment_attempts TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY attempt_items_own ON attempt_items TO quietanza_creditors USING (
    EXISTS (SELECT FROM positions p WHERE p.id = attempt_items.position_id)
    OR EXISTS (SELECT FROM payment_attempts a WHERE a.id = attempt_items.attempt_id));
CREATE POLICY receipts_own ON receipts TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL
    AND (status <> 'quarantined' OR (SELECT current_setting('quietanza.quarantine', true) = 'on')));
CREATE POLICY receipt_transfers_own ON receipt_transfers TO quietanza_creditors USING (
    EXISTS (SELECT FROM receipts r WHERE r.id = receipt_transfers.receipt_id));
CREATE POLICY anomalies_own ON anomalies TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY journal_own ON journal FOR INSERT TO quietanza_creditors WITH CHECK (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY used_iuvs_own ON used_iuvs FOR SELECT TO quietanza_creditors USING (
    (CASE WHEN creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]) THEN true END) IS NOT NULL);
CREATE POLICY used_iuvs_own_write ON used_iuvs FOR INSERT TO quietanza_creditors WITH CHECK (true);

-- What citizens and browser keys see is what the policies until now allowed them.
DO $$
DECLARE
    changed record;
BEGIN
    FOR changed IN
        SELECT policyname, tablename FROM pg_policies
        WHERE schemaname = current_schema() AND 'quietanza_app' = ANY (roles) AND tablename = ANY (ARRAY[
            'creditors', 'debt_types', 'creditor_accounts', 'creditor_account_debt_types', 'suspensions', 'positions', 'position_lines',
            'installments', 'transfers', 'payment_attempts', 'attempt_items', 'receipts', 'receipt_transfers', 'anomalies'])
            AND NOT (tablename = 'suspensions' AND policyname = 'suspensions_all')
        UNION ALL VALUES ('journal_write', 'journal'), ('used_iuvs_read', 'used_iuvs'), ('used_iuvs_write', 'used_iuvs'),
            ('help_topics_trials', 'help_topics'), ('creditor_logos_trials', 'creditor_logos')
    LOOP
        EXECUTE format('ALTER POLICY %I ON %I TO quietanza_citizens', changed.policyname, changed.tablename);
    END LOOP;
END
$$;
ALTER POLICY rts_read ON rts TO quietanza_creditors, quietanza_citizens;
ALTER POLICY rts_write ON rts TO quietanza_creditors;

-- The simple conditions of citizens need no question about other kinds of tenancy.
ALTER POLICY positions_tenancy ON positions USING ((CASE WHEN
    debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
    AND NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[])) THEN true END) IS NOT NULL);
ALTER POLICY position_lines_tenancy ON position_lines USING (
    EXISTS (SELECT FROM positions p WHERE p.id = position_lines.position_id));
ALTER POLICY installments_tenancy ON installments USING (
    EXISTS (SELECT FROM positions p WHERE p.id = installments.position_id));
ALTER POLICY transfers_tenancy ON transfers USING (
    EXISTS (SELECT FROM installments i WHERE i.id = transfers.installment_id));
ALTER POLICY payment_attempts_tenancy ON payment_attempts USING ((CASE WHEN
    payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
    AND NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[])) THEN true END) IS NOT NULL);
ALTER POLICY attempt_items_tenancy ON attempt_items USING (
    EXISTS (SELECT FROM positions p WHERE p.id = attempt_items.position_id)
    OR EXISTS (SELECT FROM payment_attempts a WHERE a.id = attempt_items.attempt_id));
ALTER POLICY receipts_tenancy ON receipts USING ((CASE WHEN
    status <> 'quarantined'
    AND (debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
        OR payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')))
    AND NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[])) THEN true END) IS NOT NULL);
ALTER POLICY receipt_transfers_tenancy ON receipt_transfers USING (
    EXISTS (SELECT FROM receipts r WHERE r.id = receipt_transfers.receipt_id));
DROP POLICY anomalies_tenancy ON anomalies;

-- A request must act as the role that its key or session stands for.
DO $$
BEGIN
    EXECUTE format($create$
        CREATE OR REPLACE FUNCTION set_request_tenancy(
            key_digest bytea, key_version integer, session uuid, access bytea, citizen_version integer,
            must_be_valid boolean
        ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = %I, pg_temp AS $body$
        DECLARE
            k record;
            c record;
        BEGIN
            SELECT a.id, a.kind, a.scopes, a.creditors, coalesce(a.lineage, a.id) AS lineage,
                a.row_version = key_version AND a.revoked_at IS NULL
                    AND (a.expires_at IS NULL OR a.expires_at > now()) AS is_valid
            INTO k FROM api_keys a WHERE a.digest = key_digest;
            IF must_be_valid AND k.is_valid IS NOT TRUE OR current_setting('role') IS DISTINCT FROM
                (CASE WHEN session IS NOT NULL OR k.kind = 'browser' THEN 'quietanza_citizens' WHEN k.kind = 'ops' THEN 'quietanza_every'
                    ELSE 'quietanza_creditors' END)
            THEN
                RAISE EXCEPTION 'the API key has changed' USING ERRCODE = 'QZ401';
            END IF;
            IF session IS NULL THEN
                PERFORM
                    set_config('quietanza.tenancy',
                        CASE WHEN k.kind = 'ops' THEN 'every' WHEN k.kind = 'browser' THEN 'registry'
                            WHEN k.kind IS NULL THEN '' ELSE 'creditors' END, true),
                    set_config('quietanza.creditors',
                        CASE WHEN k.kind IN ('ops', 'browser') THEN '{}' ELSE coalesce(k.creditors::text, '{}') END, true),
                    set_config('quietanza.quarantine',
                        CASE WHEN k.kind NOT IN ('ops', 'browser') AND 'anomalies:write' = ANY (k.scopes) THEN 'on' ELSE 'off' END, true),
                    set_config('quietanza.tax_code', '', true), set_config('quietanza.psp', '', true);
                RETURN;
            END IF;
            SELECT p.tax_code,
                p.row_version = citizen_version AND p.status = 'active' AND s.access_digest = access
                    AND s.access_expires_at > now() AND s.ended_at IS NULL
                    -- A session goes on under the keys that replaced the one it was opened with.
                    AND (SELECT coalesce(o.lineage, o.id) FROM api_keys o WHERE o.id = s.api_key_id) = k.lineage AS is_valid
            INTO c FROM citizen_sessions s JOIN citizens p ON p.id = s.citizen_id WHERE s.id = session;
            IF must_be_valid AND c.is_valid IS NOT TRUE THEN
                RAISE EXCEPTION 'the session has changed' USING ERRCODE = 'QZ401';
            END IF;
            PERFORM
                set_config('quietanza.tenancy', CASE WHEN c.tax_code IS NULL THEN '' ELSE 'citizen' END, true),
                set_config('quietanza.creditors', '{}', true), set_config('quietanza.quarantine', 'off', true),
                set_config('quietanza.tax_code', coalesce(c.tax_code, ''), true), set_config('quietanza.psp', '', true);
        END
        $body$
        $create$, current_schema());
END
$$;
