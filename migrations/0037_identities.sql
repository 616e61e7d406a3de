-- A key that replaces another goes on as the same caller: its Idempotency-Keys, its citizens' sessions and the end that it was made with.
ALTER TABLE api_keys
    -- The first key of those that replaced one another; of a key that replaced none, its own id.
    ADD COLUMN lineage uuid,
    -- The end that the first key was made with; a key that was replaced ends earlier, with the overlap.
    ADD COLUMN lineage_expires_at timestamptz;
WITH RECURSIVE chain AS (
    SELECT id, id AS lineage, 0 AS depth FROM api_keys WHERE rotated_from IS NULL
    UNION ALL
    SELECT k.id, c.lineage, c.depth + 1 FROM api_keys k JOIN chain c ON c.id = k.rotated_from
)
UPDATE api_keys k SET lineage = c.lineage, lineage_expires_at = k.expires_at FROM chain c WHERE c.id = k.id;
ALTER TABLE api_keys
    ALTER COLUMN lineage SET NOT NULL,
    ADD CONSTRAINT api_keys_lineage_fkey FOREIGN KEY (lineage) REFERENCES api_keys,
    ADD CONSTRAINT api_keys_lineage_check CHECK ((rotated_from IS NULL) = (lineage = id)),
    ADD CONSTRAINT api_keys_lineage_end_check CHECK (
        lineage_expires_at IS NULL OR coalesce(expires_at <= lineage_expires_at, FALSE));
CREATE INDEX api_keys_lineage_idx ON api_keys (lineage);
-- What callers with a rotated key have asked within the last days is known under their new name too.
INSERT INTO idempotency_keys (caller, key, fingerprint, status, headers, body, attempt_id, created_at)
SELECT left(i.caller, -36) || k.lineage, i.key, i.fingerprint, i.status, i.headers, i.body, i.attempt_id, i.created_at
FROM api_keys k JOIN idempotency_keys i ON right(i.caller, 36) = k.id::text
WHERE k.lineage <> k.id AND i.caller LIKE '%key:%'
ON CONFLICT ON CONSTRAINT idempotency_keys_pkey DO NOTHING;

-- Who is not resident in the municipality may live in Italy; then the address is an Italian one.
ALTER TABLE citizens
    DROP CONSTRAINT citizens_address_check,
    ADD CONSTRAINT citizens_address_check CHECK (
        CASE
            WHEN kind = 'aire' THEN address ->> 'country' <> 'IT'
            WHEN kind = 'resident' OR address ->> 'country' = 'IT' THEN address ->> 'country' = 'IT'
                AND address ->> 'postal_code' ~ '^[0-9]{5}$' AND address ->> 'province' ~ '^[A-Z]{2}$'
            ELSE TRUE
        END);
