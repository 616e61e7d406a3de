-- Receipts in quarantine may be anybody's: of its own, a creditor sees them by a key that may resolve anomalies, a front end never.
DROP POLICY receipts_tenancy ON receipts;
CREATE POLICY receipts_tenancy ON receipts TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) IN ('every', 'psp'))
    OR (creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
        AND (status <> 'quarantined' OR (SELECT current_setting('quietanza.quarantine', true) = 'on')))
    OR (status <> 'quarantined'
        AND (debtor_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), ''))
            OR payer_tax_code = (SELECT nullif(current_setting('quietanza.tax_code', true), '')))));

-- Anomalies are searched by IUV.
CREATE INDEX anomalies_iuv_idx ON anomalies (iuv, opened_at DESC, id DESC);
