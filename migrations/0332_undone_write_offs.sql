-- A write-off can be undone as long as the position has not changed since: the version that it gave the position is stored with its
-- installments. Without one, as for write-offs until now, it is final.
ALTER TABLE installments
    ADD COLUMN written_off_version integer,
    ADD CONSTRAINT installments_written_off_version_check CHECK (
        written_off_version IS NULL OR (written_off_version > 1 AND written_off_cents = amount_cents AND paid_at IS NULL));
