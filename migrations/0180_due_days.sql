-- Positions that are due within some days, in the order of their creation, and the drafts of every creditor for operators: a page of them
-- read all newer positions first. docs/performance.md has the cost of each list on databases of different sizes.
CREATE INDEX positions_due_created_idx ON positions (creditor_tax_code, due_date, created_at DESC, id DESC);
CREATE INDEX positions_drafts_idx ON positions (created_at DESC, id DESC) WHERE state = 'draft';
