-- A creditor may write off whole installments of a partly paid position: such an installment is neither paid nor owed.
ALTER TABLE installments
    DROP CONSTRAINT installments_written_off_check,
    ADD CONSTRAINT installments_written_off_check CHECK (
        written_off_cents = 0
        -- What an accepted short payment lacks.
        OR (written_off_cents > 0 AND written_off_cents < amount_cents AND paid_at IS NOT NULL)
        OR (written_off_cents = amount_cents AND paid_at IS NULL));

-- The notices of a position are mailed to its debtor.
DO $$
DECLARE
    present text := (
        SELECT substring(pg_get_constraintdef(oid) FROM '^CHECK (.*)$') FROM pg_constraint
        WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_kind_check');
BEGIN
    EXECUTE 'ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check,
        ADD CONSTRAINT notifications_kind_check CHECK (' || present || ' OR kind = ''payment_notice'')';
END
$$;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_receipt_check,
    ADD CONSTRAINT notifications_receipt_check CHECK (
        num_nonnulls(receipt_id, citizen_id)
            = CASE WHEN kind IN ('test', 'webhook_paused', 'payment_notice') THEN 0 ELSE 1 END),
    ADD CONSTRAINT notifications_notice_check CHECK (kind <> 'payment_notice' OR position_id IS NOT NULL);
