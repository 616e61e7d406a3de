-- Whom to tell when a receipt in quarantine is placed; kept no longer than it waits.
ALTER TABLE receipts
    ADD COLUMN payer_email text,
    ADD CONSTRAINT receipts_payer_email_check CHECK (payer_email IS NULL OR status = 'quarantined');
