-- Whose web pages may read what a key is answered: exact origins, `https://portale.example.org`.
ALTER TABLE api_keys ADD COLUMN allowed_origins text[] CONSTRAINT api_keys_allowed_origins_null NOT NULL DEFAULT '{}';
ALTER TABLE api_keys ADD CONSTRAINT api_keys_allowed_origins_check CHECK (cardinality(allowed_origins) <= 20);
CREATE INDEX api_keys_allowed_origins_idx ON api_keys USING gin (allowed_origins) WHERE revoked_at IS NULL;
