-- Test creditors: their data are for trials. Only API keys of kind test reach them, besides operations, and test keys reach nothing else.
ALTER TABLE creditors ADD COLUMN is_test boolean NOT NULL DEFAULT false;
CREATE INDEX creditors_test_idx ON creditors (tax_code) WHERE is_test;

ALTER TABLE api_keys
    DROP CONSTRAINT api_keys_kind_check,
    ADD CONSTRAINT api_keys_kind_check CHECK (kind IN ('frontend', 'creditor', 'test', 'ops', 'browser'));

-- A creditor is a test creditor from its creation on, or never. Its data would otherwise change sides with it.
CREATE FUNCTION keep_test_creditor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'whether a creditor is a test creditor cannot change'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'creditors_is_test_check';
END
$$;
CREATE TRIGGER creditors_is_test BEFORE UPDATE ON creditors FOR EACH ROW
    WHEN (OLD.is_test IS DISTINCT FROM NEW.is_test) EXECUTE FUNCTION keep_test_creditor();

-- A test key names test creditors only, and any other key names none. Keys and creditors are written rarely; the lock lets one
-- transaction at a time do so, so that each sees what the other wrote.
DO $$
BEGIN
    EXECUTE format($create$
        CREATE FUNCTION check_key_creditors() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = %1$I, pg_temp AS $body$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('quietanza test creditors'));
            IF EXISTS (SELECT FROM creditors c
                WHERE c.tax_code = ANY (NEW.creditors) AND c.is_test <> (NEW.kind = 'test'))
            THEN
                RAISE EXCEPTION 'a test key reaches test creditors only, and no other key does'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'api_keys_test_check';
            END IF;
            RETURN NEW;
        END
        $body$;
        CREATE FUNCTION check_creditor_keys() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = %1$I, pg_temp AS $body$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('quietanza test creditors'));
            IF EXISTS (SELECT FROM api_keys k
                WHERE NEW.tax_code = ANY (k.creditors) AND (k.kind = 'test') <> NEW.is_test AND k.revoked_at IS NULL)
            THEN
                RAISE EXCEPTION 'a test key reaches test creditors only, and no other key does'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'api_keys_test_check';
            END IF;
            RETURN NEW;
        END
        $body$;
        -- The policies of citizens read it: their own rows at test creditors are trials of somebody else.
        CREATE FUNCTION test_creditors() RETURNS text[] LANGUAGE sql STABLE SECURITY DEFINER
            SET search_path = %1$I, pg_temp AS $body$
            SELECT coalesce(array_agg(c.tax_code), '{}') FROM creditors c WHERE c.is_test
        $body$;
        -- No e-mail of a test creditor leaves the service, whoever queues it.
        CREATE FUNCTION skip_test_mail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = %1$I, pg_temp AS $body$
        BEGIN
            IF EXISTS (SELECT FROM creditors c WHERE c.tax_code = NEW.creditor_tax_code AND c.is_test) THEN
                NEW.state := 'skipped';
                NEW.skipped_reason := 'test_creditor';
                NEW.recipient := NULL;
                NEW.link := NULL;
                NEW.next_attempt_at := NULL;
            END IF;
            RETURN NEW;
        END
        $body$;
        REVOKE ALL ON FUNCTION check_key_creditors(), check_creditor_keys(), test_creditors(), skip_test_mail() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION test_creditors() TO quietanza_app;
        $create$, current_schema());
END
$$;
CREATE TRIGGER api_keys_test_creditors BEFORE INSERT OR UPDATE OF kind, creditors ON api_keys FOR EACH ROW
    EXECUTE FUNCTION check_key_creditors();
CREATE TRIGGER creditors_test_keys BEFORE INSERT ON creditors FOR EACH ROW EXECUTE FUNCTION check_creditor_keys();

ALTER TABLE notifications
    DROP CONSTRAINT notifications_skipped_reason_check,
    ADD CONSTRAINT notifications_skipped_reason_check CHECK (
        skipped_reason IS NULL
        OR (state = 'skipped' AND skipped_reason IN ('recipient_not_allowed', 'test_creditor')));
CREATE TRIGGER notifications_test_creditors BEFORE INSERT ON notifications FOR EACH ROW
    WHEN (NEW.creditor_tax_code IS NOT NULL) EXECUTE FUNCTION skip_test_mail();

-- The policies of before, but for the citizen's part of each.
DROP POLICY creditors_tenancy ON creditors;
CREATE POLICY creditors_tenancy ON creditors TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (NOT is_test AND (SELECT current_setting('quietanza.tenancy', true) = 'citizen')));

DROP POLICY positions_tenancy ON positions;
CREATE POLICY positions_tenancy ON positions TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
        AND NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[]))));

DROP POLICY receipts_tenancy ON receipts;
CREATE POLICY receipts_tenancy ON receipts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR (creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
        AND (status <> 'quarantined' OR (SELECT current_setting('quietanza.quarantine', true) = 'on')))
    OR (status <> 'quarantined'
        AND (debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
            OR payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')))
        AND NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[]))));

DROP POLICY payment_attempts_tenancy ON payment_attempts;
CREATE POLICY payment_attempts_tenancy ON payment_attempts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
        AND NOT (creditor_tax_code = ANY ((SELECT test_creditors())::text[])))
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR (SELECT EXISTS (SELECT FROM psp_relays r
        WHERE r.psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')))));

-- The view has conditions of its own.
CREATE OR REPLACE VIEW whole_positions WITH (security_barrier) AS
SELECT p.id, p.creditor_tax_code, p.external_id, p.debt_type, p.payable_after_due, p.document_year, p.document_number,
    p.description, p.debtor_kind, p.debtor_tax_code, p.debtor_full_name, p.debtor_email, p.debtor_address, p.metadata,
    p.state, p.total_cents, p.paid_cents, p.written_off_cents, p.due_date, p.payable_until, p.version, p.created_at,
    p.updated_at, p.published_at, p.cancelled_at, p.alternative_group, p.replaced_by,
    ARRAY(SELECT DISTINCT a.kind FROM anomalies a
        WHERE a.position_id = p.id AND a.creditor_tax_code = p.creditor_tax_code AND a.is_open ORDER BY a.kind) AS review_reasons,
    -- The deadline of a payment in progress of another alternative of the debt.
    CASE WHEN p.alternative_group IS NOT NULL THEN (
        SELECT max(h.held_until) FROM positions s JOIN attempt_items h ON h.position_id = s.id AND h.is_holding
        WHERE s.creditor_tax_code = p.creditor_tax_code AND s.alternative_group = p.alternative_group
            AND s.debtor_tax_code = p.debtor_tax_code AND s.id <> p.id) END AS alternative_held_until,
    ARRAY(SELECT ROW (l.description, l.quantity, l.amount_cents)::position_line
        FROM position_lines l WHERE l.position_id = p.id ORDER BY l.number) AS lines,
    ARRAY(SELECT ROW (i.id, i.number, i.iuv, i.notice_number, i.amount_cents, i.due_date,
            ARRAY(SELECT ROW (t.creditor_tax_code, t.iban, t.amount_cents, t.taxonomy_code, t.remittance)::transfer
                FROM transfers t WHERE t.installment_id = i.id ORDER BY t.number),
            i.paid_at, i.written_off_cents,
            (SELECT h.held_until FROM attempt_items h WHERE h.installment_id = i.id AND h.is_holding), i.iuv_generated,
            i.valid_until)::installment
        FROM installments i WHERE i.position_id = p.id ORDER BY i.number) AS installments,
    ARRAY(SELECT ROW (s.starts_at, s.ends_at)::suspension_period FROM suspensions s
        WHERE s.creditor_tax_code = p.creditor_tax_code AND s.lifted_at IS NULL
            AND (s.debt_type IS NULL OR s.debt_type = p.debt_type)) AS suspensions
FROM positions p
WHERE (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR p.creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (p.debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
        AND NOT (p.creditor_tax_code = ANY ((SELECT test_creditors())::text[])));
