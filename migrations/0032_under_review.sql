-- Money in question is visible to the people whose money it is: a position and a receipt are under review while one of their
-- anomalies is open. This is read from the anomalies and stored nowhere else.
ALTER TABLE anomalies
    DROP CONSTRAINT anomalies_kind_check,
    ADD CONSTRAINT anomalies_kind_check CHECK (kind IN (
        'receipt_conflict', 'amount_mismatch', 'partial_payment', 'already_paid', 'position_cancelled',
        'position_expired', 'position_draft', 'unknown_iuv', 'unknown_creditor', 'contradictory_rt',
        'unreadable_rt', 'unexpected_beneficiary'));
CREATE INDEX anomalies_open_position_idx ON anomalies (position_id, kind) WHERE is_open;
CREATE INDEX anomalies_open_receipt_idx ON anomalies (receipt_id, kind) WHERE is_open;

-- A citizen sees why their own position or receipt is under review; the list of anomalies stays with creditors and operators.
CREATE POLICY anomalies_of_own ON anomalies FOR SELECT TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'citizen')
    AND (EXISTS (SELECT FROM positions p WHERE p.id = anomalies.position_id)
        OR EXISTS (SELECT FROM receipts r WHERE r.id = anomalies.receipt_id)));

ALTER TABLE notifications
    DROP CONSTRAINT notifications_kind_check,
    ADD CONSTRAINT notifications_kind_check CHECK (kind IN (
        'receipt_ready', 'payment_under_review', 'double_payment', 'payment_failed', 'test', 'verify_email',
        'password_reset', 'registration_attempt')),
    DROP CONSTRAINT notifications_receipt_check,
    ADD CONSTRAINT notifications_receipt_check CHECK (
        (receipt_id IS NOT NULL)
        = (kind IN ('receipt_ready', 'payment_under_review', 'double_payment', 'payment_failed')));
