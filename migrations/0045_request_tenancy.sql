-- The tenancy of a request comes from the rows of its API key and of its citizen's session, which the database looks up itself in the
-- first flush of the request. The service remembers a key for a moment; row_version tells whether it remembers what is still true.
ALTER TABLE api_keys ADD COLUMN row_version integer NOT NULL DEFAULT 1;
ALTER TABLE citizens ADD COLUMN row_version integer NOT NULL DEFAULT 1;

CREATE FUNCTION count_row_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.row_version := OLD.row_version + 1;
    RETURN NEW;
END
$$;
-- Every column counts but the time of the last use, which is written once a minute and grants nothing.
CREATE TRIGGER api_keys_version BEFORE UPDATE ON api_keys FOR EACH ROW
    WHEN (to_jsonb(NEW) - 'last_used_at' IS DISTINCT FROM to_jsonb(OLD) - 'last_used_at')
    EXECUTE FUNCTION count_row_version();
CREATE TRIGGER citizens_version BEFORE UPDATE ON citizens FOR EACH ROW EXECUTE FUNCTION count_row_version();

-- Sets the tenancy of this transaction from the key's own row, or from the citizen's when their session is named. Nothing is readable
-- for a key or a session that is unknown. With must_be_valid, raises QZ401 unless both are valid now and are the versions that the
-- caller knows: then the statements behind it in the flush are not executed, and the transaction can only roll back.
DO $$
BEGIN
    EXECUTE format($create$
        CREATE FUNCTION set_request_tenancy(
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
                        CASE WHEN k.kind = 'ops' THEN 'every' WHEN k.kind IS NULL THEN '' ELSE 'creditors' END, true),
                    set_config('quietanza.creditors',
                        CASE WHEN k.kind = 'ops' THEN '{}' ELSE coalesce(k.creditors::text, '{}') END, true),
                    set_config('quietanza.quarantine',
                        CASE WHEN k.kind <> 'ops' AND 'anomalies:write' = ANY (k.scopes) THEN 'on' ELSE 'off' END, true),
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
REVOKE ALL ON FUNCTION set_request_tenancy(bytea, integer, uuid, bytea, integer, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION set_request_tenancy(bytea, integer, uuid, bytea, integer, boolean) TO quietanza_app;
