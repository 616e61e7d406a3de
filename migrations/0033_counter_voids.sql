-- A counter payment that was recorded by mistake is voided: the receipt stays, with who, when and why, and its installment is owed again.
ALTER TABLE receipts
    ADD COLUMN voided_at timestamptz,
    ADD COLUMN voided_by text,
    ADD COLUMN void_reason text CONSTRAINT receipts_void_reason_check CHECK (char_length(void_reason) BETWEEN 1 AND 500),
    DROP CONSTRAINT receipts_status_check,
    ADD CONSTRAINT receipts_status_check
        CHECK (status IN ('settled', 'recorded', 'anomaly', 'quarantined', 'voided')),
    ADD CONSTRAINT receipts_voided_check CHECK (
        (status = 'voided') = (voided_at IS NOT NULL) AND (voided_at IS NULL) = (voided_by IS NULL)
        AND (voided_at IS NULL) = (void_reason IS NULL)),
    -- Money that a PSP reports is never voided: it is refunded.
    ADD CONSTRAINT receipts_voided_origin_check CHECK (status <> 'voided' OR origin = 'counter');

CREATE FUNCTION refuse_revived_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a voided receipt stays voided'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'receipts_stay_voided';
END
$$;
CREATE TRIGGER receipts_stay_voided BEFORE UPDATE OF status ON receipts FOR EACH ROW
    WHEN (OLD.status = 'voided' AND NEW.status <> 'voided') EXECUTE FUNCTION refuse_revived_receipt();

-- What was paid becomes owed again only by the void of the receipt that paid it.
CREATE FUNCTION demand_voided_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM receipts r WHERE r.installment_id = OLD.id AND r.status = 'settled')
        OR NOT EXISTS (SELECT FROM receipts r
            WHERE r.position_id = OLD.position_id AND r.installment_id = OLD.id AND r.status = 'voided') THEN
        RAISE EXCEPTION 'an installment is unpaid only by a void'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'installments_unpaid_by_void';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER installments_unpaid_by_void BEFORE UPDATE OF paid_at ON installments FOR EACH ROW
    WHEN (OLD.paid_at IS NOT NULL AND NEW.paid_at IS NULL) EXECUTE FUNCTION demand_voided_receipt();

-- Payer and debtor get different versions of the receipt: neither shows the other's tax code.
ALTER TABLE notifications
    ADD COLUMN audience text CONSTRAINT notifications_audience_check CHECK (audience IN ('payer', 'debtor'));
