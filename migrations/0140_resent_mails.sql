-- An e-mail about a receipt is sent again as a new row, also to an address that has had it. The first one stays as it was.
ALTER TABLE notifications
    ADD COLUMN resent_of uuid CONSTRAINT notifications_resent_of_fkey REFERENCES notifications,
    -- NULL for a skipped e-mail: no address was known.
    ADD COLUMN skipped_reason text,
    ADD CONSTRAINT notifications_skipped_reason_check CHECK (
        skipped_reason IS NULL OR (state = 'skipped' AND skipped_reason IN ('recipient_not_allowed')));
CREATE INDEX notifications_resent_of_idx ON notifications (resent_of) WHERE resent_of IS NOT NULL;

DROP INDEX notifications_once_key;
CREATE UNIQUE INDEX notifications_once_key ON notifications (receipt_id, recipient, kind)
    WHERE refund_id IS NULL AND resent_of IS NULL;
DROP INDEX notifications_refund_key;
CREATE UNIQUE INDEX notifications_refund_key ON notifications (refund_id, recipient)
    WHERE refund_id IS NOT NULL AND resent_of IS NULL;
