-- The delegator sees the name of the delegate once the delegate has acted with the delegation.
ALTER TABLE delegations ADD COLUMN first_used_at timestamptz;
UPDATE delegations d SET first_used_at = used.at
FROM (SELECT subject_id, min(at) AS at FROM journal WHERE kind = 'delegation_used' GROUP BY subject_id) AS used
WHERE used.subject_id = d.id;
