-- The RT of a payment that several creditors share comes to each of them; the installment is the notice's creditor's.
ALTER TABLE receipts
    ADD COLUMN copy_of_installment_id uuid CONSTRAINT receipts_copy_of_fkey REFERENCES installments,
    ADD CONSTRAINT receipts_copy_of_check
        CHECK (copy_of_installment_id IS NULL OR (position_id IS NULL AND status IN ('recorded', 'anomaly')));
CREATE INDEX receipts_copy_of_idx ON receipts (copy_of_installment_id) WHERE copy_of_installment_id IS NOT NULL;
-- By it, whatever its creditor, the installment is found.
CREATE INDEX installments_iuv_idx ON installments (iuv);
