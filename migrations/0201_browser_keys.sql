-- Keys that a web page publishes. Alone such a key is in the tenancy `registry`, which shows creditors, their debt types and help, and
-- what is switched off, but no data of persons.
ALTER TABLE api_keys DROP CONSTRAINT api_keys_kind_check;
ALTER TABLE api_keys ADD CONSTRAINT api_keys_kind_check CHECK (kind IN ('frontend', 'creditor', 'ops', 'browser'));
ALTER TABLE api_keys ADD CONSTRAINT api_keys_browser_origins_check
    CHECK (kind <> 'browser' OR cardinality(allowed_origins) > 0);

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
            IF must_be_valid AND k.is_valid IS NOT TRUE THEN
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

CREATE POLICY creditors_registry ON creditors FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'registry'));
CREATE POLICY debt_types_registry ON debt_types FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'registry'));
CREATE POLICY help_topics_registry ON help_topics FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'registry'));
CREATE POLICY creditor_accounts_registry ON creditor_accounts FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'registry'));
CREATE POLICY suspensions_registry ON suspensions FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'registry'));
