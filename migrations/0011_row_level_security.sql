-- The second wall. Every transaction of the service acts as this role, which owns nothing, and says whose rows it may see:
-- quietanza.tenancy is every, creditors, citizen or psp; without it there is nothing to see. The first wall stands in the statements.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'quietanza_app') THEN
        CREATE ROLE quietanza_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- Another database of this cluster made it at the same moment.
END
$$;

DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'quietanza_app', 'MEMBER') THEN
        EXECUTE format('GRANT quietanza_app TO %I', current_user);
    END IF;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO quietanza_app', current_schema());
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO quietanza_app', current_schema());
    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO quietanza_app', current_schema());
    -- What later migrations make is reached by the role too; whether it has walls is theirs to say, and a test asks.
    EXECUTE format(
        'ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO quietanza_app',
        current_schema());
    EXECUTE format(
        'ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO quietanza_app', current_schema());
    EXECUTE format('REVOKE ALL ON %I.schema_migrations FROM quietanza_app', current_schema());
END
$$;
REVOKE UPDATE, DELETE ON journal, rts FROM quietanza_app;
REVOKE DELETE ON creditors, debt_types, api_keys, webhook_secrets, positions, payment_attempts, attempt_items, receipts,
    receipt_transfers, anomalies FROM quietanza_app;

-- Scalar subqueries, so that a setting is read and compared once for a statement and not once for a row. The comparison stands
-- inside: a plan then takes the wall for a coin's toss and not for a needle's eye, and keeps to the indexes.
ALTER TABLE creditors ENABLE ROW LEVEL SECURITY;
CREATE POLICY creditors_tenancy ON creditors TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'citizen', 'psp'))
    OR tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

ALTER TABLE help_topics ENABLE ROW LEVEL SECURITY;
CREATE POLICY help_topics_tenancy ON help_topics TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'citizen', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

ALTER TABLE debt_types ENABLE ROW LEVEL SECURITY;
CREATE POLICY debt_types_tenancy ON debt_types TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'citizen', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

ALTER TABLE positions ENABLE ROW LEVEL SECURITY;
CREATE POLICY positions_tenancy ON positions TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')));

-- The parts of a position are seen with it.
ALTER TABLE position_lines ENABLE ROW LEVEL SECURITY;
CREATE POLICY position_lines_tenancy ON position_lines TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR EXISTS (SELECT FROM positions p WHERE p.id = position_lines.position_id));

ALTER TABLE installments ENABLE ROW LEVEL SECURITY;
CREATE POLICY installments_tenancy ON installments TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR EXISTS (SELECT FROM positions p WHERE p.id = installments.position_id));

ALTER TABLE transfers ENABLE ROW LEVEL SECURITY;
CREATE POLICY transfers_tenancy ON transfers TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR EXISTS (SELECT FROM installments i WHERE i.id = transfers.installment_id));

ALTER TABLE payment_attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY payment_attempts_tenancy ON payment_attempts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));

-- Seen with the attempt; and with the position, for whoever owes it must learn that somebody is paying it.
ALTER TABLE attempt_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY attempt_items_tenancy ON attempt_items TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR EXISTS (SELECT FROM positions p WHERE p.id = attempt_items.position_id)
    OR EXISTS (SELECT FROM payment_attempts a WHERE a.id = attempt_items.attempt_id));

-- What is in quarantine may be anybody's.
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
CREATE POLICY receipts_tenancy ON receipts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    OR (status <> 'quarantined'
        AND (debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
            OR payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')))));

ALTER TABLE receipt_transfers ENABLE ROW LEVEL SECURITY;
CREATE POLICY receipt_transfers_tenancy ON receipt_transfers TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR EXISTS (SELECT FROM receipts r WHERE r.id = receipt_transfers.receipt_id));

-- A PSP adds evidence of its own making only; it reads the others' to tell a replay from a conflict.
ALTER TABLE rts ENABLE ROW LEVEL SECURITY;
CREATE POLICY rts_read ON rts FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR EXISTS (SELECT FROM receipts r WHERE r.id = rts.receipt_id));
CREATE POLICY rts_write ON rts FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));

ALTER TABLE anomalies ENABLE ROW LEVEL SECURITY;
CREATE POLICY anomalies_tenancy ON anomalies TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

-- Addresses: whoever records a payment queues mail about it; only ops and the loops read it.
ALTER TABLE notifications ENABLE ROW LEVEL SECURITY;
CREATE POLICY notifications_all ON notifications TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY notifications_write ON notifications FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) = 'psp')
    OR EXISTS (SELECT FROM positions p WHERE p.id = notifications.position_id));

-- Everybody's deeds are written down; only ops and the loops read them.
ALTER TABLE journal ENABLE ROW LEVEL SECURITY;
CREATE POLICY journal_read ON journal FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY journal_write ON journal FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'citizen', 'psp'))
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
CREATE POLICY api_keys_tenancy ON api_keys TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));

-- Read by whoever starts a payment, to sign the call to the PSP.
ALTER TABLE webhook_secrets ENABLE ROW LEVEL SECURITY;
CREATE POLICY webhook_secrets_all ON webhook_secrets TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY webhook_secrets_read ON webhook_secrets FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('creditors', 'citizen'))
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), '')));

-- A citizen's attempts, newest first.
CREATE INDEX payment_attempts_payer_idx ON payment_attempts (payer_tax_code, created_at DESC, id DESC);
