-- How people, or the position that appeared at last, put right what did not fit.
ALTER TABLE anomalies
    ADD COLUMN resolution text CONSTRAINT anomalies_resolution_check
        CHECK (resolution IN ('accept', 'refund', 'reject', 'match', 'appeared')),
    ADD COLUMN reason text CONSTRAINT anomalies_reason_check CHECK (char_length(reason) BETWEEN 1 AND 500),
    ADD COLUMN resolved_at timestamptz,
    ADD CONSTRAINT anomalies_resolved_check
        CHECK (is_open = (resolution IS NULL) AND is_open = (resolved_at IS NULL) AND is_open = (reason IS NULL));
-- For the sweep that looks whether a position has appeared.
CREATE INDEX receipts_quarantine_sweep_idx ON receipts (received_at, id) WHERE status = 'quarantined';
