-- Citizens with verified accounts and one password, for sign-ins. psql variables: count, password (its Argon2id hash).
INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address, email, language,
    password_hash, created_at, updated_at, verified_at)
SELECT bench.id(n, 4000), 'resident', 'active', bench.person(n + 1), 'Maria', 'Bianchi', '1980-01-01', 'Roma',
    '{"street": "Via Roma 1", "postal_code": "10121", "city": "Torino", "province": "TO", "country": "IT"}',
    'citizen' || n || '@example.org', 'it', :'password', now(), now(), now()
FROM generate_series(0, :count - 1) AS n;
ANALYZE citizens;
