-- Alternatives of one debt (opzioni di pagamento): positions of one creditor and one debtor with the same group, such as the single
-- solution beside the installments of a tax. The first that is paid closes the others.
ALTER TABLE positions
    ADD COLUMN alternative_group text
        CONSTRAINT positions_alternative_group_check CHECK (char_length(alternative_group) BETWEEN 1 AND 35),
    -- The alternative whose payment closed this position.
    ADD COLUMN replaced_by uuid CONSTRAINT positions_replaced_by_fkey REFERENCES positions,
    ADD CONSTRAINT positions_replaced_check CHECK (
        replaced_by IS NULL OR (state = 'cancelled' AND alternative_group IS NOT NULL AND replaced_by <> id));
CREATE INDEX positions_alternatives_idx ON positions (creditor_tax_code, alternative_group)
    WHERE alternative_group IS NOT NULL;
CREATE INDEX positions_replaced_idx ON positions (replaced_by) WHERE replaced_by IS NOT NULL;
