-- Addresses that nobody needs any more are forgotten; what was paid stays.
ALTER TABLE notifications
    ADD COLUMN forgotten_at timestamptz,
    DROP CONSTRAINT notifications_skipped_check,
    ADD CONSTRAINT notifications_recipient_check
        CHECK ((recipient IS NULL) = (state = 'skipped' OR forgotten_at IS NOT NULL)),
    ADD CONSTRAINT notifications_forgotten_check CHECK (forgotten_at IS NULL OR state IN ('sent', 'dead'));
CREATE INDEX notifications_recipient_idx ON notifications (created_at)
    WHERE state IN ('sent', 'dead') AND recipient IS NOT NULL;
CREATE INDEX payment_attempts_email_idx ON payment_attempts (finished_at)
    WHERE email IS NOT NULL OR payer_email IS NOT NULL;
CREATE INDEX receipts_payer_email_idx ON receipts (received_at) WHERE payer_email IS NOT NULL;
CREATE INDEX positions_debtor_email_idx ON positions (updated_at)
    WHERE state IN ('paid', 'cancelled') AND debtor_email IS NOT NULL;
