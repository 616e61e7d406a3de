-- no transaction
-- As installments_notice_part_idx, on an expression. PostgreSQL also offers an index of trigrams for notice_number = x, believes that it costs
-- less than the unique index, and reads nearly every list of trigrams, because all notice numbers are made of the same digits.
CREATE INDEX CONCURRENTLY IF NOT EXISTS installments_number_part_idx ON installments USING gin ((notice_number || '') gin_trgm_ops);
