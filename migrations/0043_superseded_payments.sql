-- A receipt that has paid an installment can give its place to another body of the same RT: the installment is owed again in the same
-- transaction, and the other receipt pays it if it fits.
CREATE OR REPLACE FUNCTION demand_voided_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM receipts r WHERE r.installment_id = OLD.id AND r.status = 'settled')
        OR NOT EXISTS (SELECT FROM receipts r
            WHERE r.position_id = OLD.position_id AND r.installment_id = OLD.id
                AND (r.status = 'voided' OR r.superseded_by IS NOT NULL)) THEN
        RAISE EXCEPTION 'an installment is unpaid only by a void or by another body of its RT'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'installments_unpaid_by_void';
    END IF;
    RETURN NEW;
END
$$;

-- A creditor accepts the second body of a conflict about its own receipt: the body is stored once more, as the first one of the receipt
-- that takes the other's place.
DROP POLICY rts_write ON rts;
CREATE POLICY rts_write ON rts FOR INSERT TO quietanza_app WITH CHECK (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR psp_id = (SELECT nullif(current_setting('quietanza.psp', true), ''))
    OR ((SELECT current_setting('quietanza.tenancy', true) = 'creditors')
        AND EXISTS (SELECT FROM receipts r JOIN receipts o ON o.superseded_by = r.id WHERE r.id = rts.receipt_id)));
