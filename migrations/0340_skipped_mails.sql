-- Lists of e-mails filter by the reason why they were skipped. Where few debtors have an address, most e-mails are skipped, so the few with a
-- reason, and those that failed, are found by indexes of their own. An e-mail without an address has no stored reason. Sent ones are in none of
-- these indexes.
CREATE INDEX notifications_skipped_reason_idx ON notifications (skipped_reason, created_at DESC, id DESC)
    WHERE skipped_reason IS NOT NULL;
CREATE INDEX notifications_creditor_skipped_reason_idx
    ON notifications (creditor_tax_code, skipped_reason, created_at DESC, id DESC) WHERE skipped_reason IS NOT NULL;
CREATE INDEX notifications_no_address_idx ON notifications (created_at DESC, id DESC)
    WHERE state = 'skipped' AND skipped_reason IS NULL;
CREATE INDEX notifications_creditor_no_address_idx ON notifications (creditor_tax_code, created_at DESC, id DESC)
    WHERE state = 'skipped' AND skipped_reason IS NULL;
CREATE INDEX notifications_failed_idx ON notifications (created_at DESC, id DESC) WHERE state IN ('dead', 'bounced');
CREATE INDEX notifications_creditor_failed_idx ON notifications (creditor_tax_code, created_at DESC, id DESC)
    WHERE state IN ('dead', 'bounced');
