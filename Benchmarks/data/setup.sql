-- Prepares the data maker of `make bench`: functions from the number of a position to its values, creditors, debt types and debtors.
-- psql variables: count (positions to make), first_ms (when the oldest was created, in ms since 1970), step_ms (time from one to the next).
CREATE SCHEMA bench;

-- The id of a row: the time of its position, as in UUIDv7, then the kind of row and the number of the position. Positions with higher
-- numbers than count, which are made for a measurement, follow at one a millisecond.
CREATE FUNCTION bench.id(n bigint, part integer) RETURNS uuid LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (lpad(to_hex(:first_ms + least(n, :count) * :step_ms + greatest(n - :count, 0)), 12, '0') || '7' || lpad(to_hex(part), 3, '0')
        || '8' || lpad(to_hex(n), 15, '0'))::uuid;

-- The notice number of installment k (1 to 3), with check digits; its IUV is everything behind the auxiliary digit.
CREATE FUNCTION bench.notice(n bigint, k integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ((3010000000000000 + k * 1000000000000 + n) * 100 + (3010000000000000 + k * 1000000000000 + n) % 93)::text
$$;

CREATE FUNCTION bench.iuv(n bigint, k integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT substr(bench.notice(n, k), 2)
$$;

-- An organization's tax code with its check digit (Luhn), from its first ten digits.
CREATE FUNCTION bench.organization(base bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT lpad(base::text, 10, '0') || ((10 - sum(CASE WHEN p % 2 = 1 THEN d WHEN d > 4 THEN 2 * d - 9 ELSE 2 * d END) % 10) % 10)
    FROM (SELECT p, substr(lpad(base::text, 10, '0'), p, 1)::integer AS d FROM generate_series(1, 10) AS p) AS digits
$$;

-- The codice fiscale, with its check letter, of a person born in Rome on 1 January 1980 whose name has the letters of `number`.
CREATE FUNCTION bench.person(number bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    WITH start AS (
        SELECT string_agg(substr('BCDFGHJKLMNPQRSTVWXYZ', (number / (21 ^ place)::bigint % 21)::integer + 1, 1), '' ORDER BY place)
            || '80A01H501' AS code
        FROM generate_series(0, 5) AS place)
    SELECT code || chr(65 + (
        SELECT sum(CASE WHEN p % 2 = 0 THEN v
            ELSE (ARRAY[1,0,5,7,9,13,15,17,19,21,2,4,18,20,11,3,6,8,12,14,16,10,22,25,24,23])[v + 1] END)::integer % 26
        FROM generate_series(1, 15) AS p,
            LATERAL (SELECT CASE WHEN substr(code, p, 1) ~ '[0-9]' THEN substr(code, p, 1)::integer
                ELSE ascii(substr(code, p, 1)) - 65 END AS v) AS sign))
    FROM start
$$;

-- 20 creditors: the first belongs to the demo data, and every fourth position is its own.
CREATE TABLE bench.creditors AS
    SELECT c, CASE c WHEN 0 THEN '12345678903' ELSE bench.organization(4000000000 + 37 * c) END AS tax_code
    FROM generate_series(0, 19) AS c;
INSERT INTO creditors (tax_code, name, aux_digit, notice_code, iban, contact_email, languages, created_at, updated_at)
    SELECT b.tax_code, 'Comune di Prova ' || b.c, 3, '01', d.iban, 'tributi' || b.c || '@example.org', '{it}', d.created_at, d.created_at
    FROM bench.creditors b, creditors d WHERE d.tax_code = '12345678903' AND b.c > 0;

CREATE TABLE bench.debt_types (t integer, key text, service text, taxonomy_code text, late boolean, description text);
INSERT INTO bench.debt_types VALUES
    (0, 'mensa', 'school', '9/0101002IM/', true, 'Mensa scolastica'), (1, 'tari', 'waste', '9/0101101IM/', true, 'Tassa sui rifiuti'),
    (2, 'trasporto', 'school', '9/0101002IM/', true, 'Trasporto scolastico'),
    (3, 'multa', 'police', '9/0101100IM/', false, 'Sanzione codice della strada');
INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due, created_at, updated_at)
    SELECT c.tax_code, t.key, jsonb_build_object('it', t.description), t.service, t.taxonomy_code, t.late, now(), now()
    FROM bench.creditors c, bench.debt_types t ON CONFLICT DO NOTHING;

-- A debtor for every five positions; every twentieth is a company.
CREATE TABLE bench.debtors AS
    SELECT d, CASE WHEN d % 20 = 0 THEN 'company' ELSE 'person' END AS kind,
        CASE WHEN d % 20 = 0 THEN bench.organization(5000000000 + d) ELSE bench.person(d) END AS tax_code,
        CASE WHEN d % 20 = 0 THEN 'Ditta Esempio ' || d ELSE 'Maria Bianchi ' || d END AS full_name
    FROM generate_series(0, greatest(1000, :count / 5) - 1) AS d;
ALTER TABLE bench.debtors ADD PRIMARY KEY (d);
ANALYZE bench.debtors;

CREATE FUNCTION bench.debtor(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN abs(hashint8(n)::bigint) % greatest(1000, :count / 5);
GRANT USAGE ON SCHEMA bench TO PUBLIC;
