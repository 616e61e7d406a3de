-- Lists filter by the group. It comes first, so that the index also finds the positions of every creditor, and those of one group are in the
-- order of a page. Most positions have no group.
CREATE INDEX positions_group_idx ON positions (alternative_group, creditor_tax_code, created_at DESC, id DESC)
    WHERE alternative_group IS NOT NULL;
DROP INDEX positions_alternatives_idx;
