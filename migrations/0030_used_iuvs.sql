-- Every IUV that a position, a share of a position, a receipt or an anomaly of a creditor has used. The service never generates
-- one of them again, so that an RT that came before a debt cannot pay it. Rows are never deleted.
CREATE TABLE used_iuvs (
    creditor_tax_code text NOT NULL,
    iuv text NOT NULL,
    CONSTRAINT used_iuvs_pkey PRIMARY KEY (creditor_tax_code, iuv)
);
INSERT INTO used_iuvs (creditor_tax_code, iuv)
SELECT creditor_tax_code, iuv FROM installments
UNION SELECT t.creditor_tax_code, i.iuv FROM transfers t JOIN installments i ON i.id = t.installment_id
UNION SELECT creditor_tax_code, iuv FROM receipts
UNION SELECT creditor_tax_code, iuv FROM anomalies WHERE creditor_tax_code IS NOT NULL AND iuv IS NOT NULL;

-- The service claims a generated IUV with a plain INSERT before it writes the installment. The primary key serializes the claim
-- with an RT that arrives at the same moment: whoever commits first has used the IUV.
CREATE FUNCTION mark_iuvs_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO used_iuvs (creditor_tax_code, iuv)
    SELECT DISTINCT creditor_tax_code, iuv FROM added WHERE creditor_tax_code IS NOT NULL AND iuv IS NOT NULL
    ORDER BY creditor_tax_code, iuv
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE FUNCTION mark_shared_iuvs_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO used_iuvs (creditor_tax_code, iuv)
    SELECT DISTINCT t.creditor_tax_code, i.iuv FROM added t JOIN installments i ON i.id = t.installment_id
    ORDER BY t.creditor_tax_code, i.iuv
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
CREATE TRIGGER installments_use_iuvs AFTER INSERT ON installments REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mark_iuvs_used();
CREATE TRIGGER receipts_use_iuvs AFTER INSERT ON receipts REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mark_iuvs_used();
CREATE TRIGGER anomalies_use_iuvs AFTER INSERT ON anomalies REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mark_iuvs_used();
CREATE TRIGGER transfers_use_iuvs AFTER INSERT ON transfers REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION mark_shared_iuvs_used();

REVOKE UPDATE, DELETE, TRUNCATE ON used_iuvs FROM quietanza_app;
ALTER TABLE used_iuvs ENABLE ROW LEVEL SECURITY;
CREATE POLICY used_iuvs_read ON used_iuvs FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
-- A position marks the IUVs of every body that gets a share of it, a PSP those of any creditor.
CREATE POLICY used_iuvs_write ON used_iuvs FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'creditors', 'citizen', 'psp')));

-- Whether the service generated the IUV. A receipt in quarantine settles by itself only where the creditor brought its own. What
-- was written before is not known to be the creditor's own, so a person decides there.
ALTER TABLE installments ADD COLUMN iuv_generated boolean NOT NULL DEFAULT true;

-- The first number that the service gives for this creditor, and the value of iuv_bases when it was set: numbers are
-- iuv_start + (n - iuv_start_base - 1), so creations never wait for each other.
ALTER TABLE creditors
    ADD COLUMN iuv_start bigint CONSTRAINT creditors_iuv_start_check CHECK (iuv_start BETWEEN 1 AND 9999999999999),
    ADD COLUMN iuv_start_base bigint,
    ADD CONSTRAINT creditors_iuv_start_base_check CHECK ((iuv_start IS NULL) = (iuv_start_base IS NULL));
