-- Makes the positions with the numbers first to last, with parts, transfers, attempts, receipts, RTs, journal and mail rows.
-- psql variables: first, last, payable (true: each is open, has one installment of 45.50 euro and belongs to the first creditor).
SET client_min_messages = warning;
DROP TABLE IF EXISTS batch, parts, paid;
BEGIN;
CREATE TEMP TABLE batch AS
    SELECT n, bench.id(n, 0) AS id, c.tax_code AS creditor, t.key, t.late, t.taxonomy_code, t.description, d.kind, d.tax_code, d.full_name,
        -- 1 or 3 installments; the share of the states is about 2 % drafts, 3 % cancelled, 40 % open, 55 % paid or partly paid.
        CASE WHEN :payable OR x.installments < 70 THEN 1 ELSE 3 END AS parts,
        CASE WHEN :payable THEN 'open' WHEN x.state < 2 THEN 'draft' WHEN x.state < 5 THEN 'cancelled' WHEN x.state < 45 THEN 'open'
            WHEN x.state < 53 AND x.installments >= 70 THEN 'partially_paid' ELSE 'paid' END AS state,
        CASE WHEN :payable THEN 4550 ELSE 1000 + 50 * (x.amount % 900) END AS part_cents, NOT :payable AND x.state % 2 = 1 AS through_portal,
        NOT :payable AND x.amount % 20 = 0 AS shared,
        to_timestamp(((('x' || substr(replace(bench.id(n, 0)::text, '-', ''), 1, 12))::bit(48)::bigint) / 1000.0)::numeric) AS at
    FROM generate_series(:first::bigint, :last::bigint) AS n
        CROSS JOIN LATERAL (SELECT abs(hashint8(n * 7 + 1)::bigint) % 100 AS installments, abs(hashint8(n * 7 + 2)::bigint) % 100 AS state,
            abs(hashint8(n * 7 + 3)::bigint) AS amount, abs(hashint8(n * 7 + 4)::bigint) AS other) AS x
        JOIN bench.creditors c ON c.c = CASE WHEN :payable OR n % 4 = 0 THEN 0 ELSE 1 + x.other % 19 END
        JOIN bench.debt_types t ON t.t = x.amount % 4
        JOIN bench.debtors d ON d.d = bench.debtor(n);
CREATE TEMP TABLE parts AS
    SELECT b.n, k, bench.id(b.n, 256 + k) AS id, bench.notice(b.n, k) AS notice, bench.iuv(b.n, k) AS iuv,
        (b.at + make_interval(days => 30 + 60 * k))::date AS due, b.at + make_interval(days => 10 + 60 * k) AS paid_at,
        b.state = 'paid' OR (b.state = 'partially_paid' AND k = 1) AS is_paid
    FROM batch b, generate_series(1, b.parts) AS k;
CREATE TEMP TABLE paid AS
    SELECT p.*, bench.id(p.n, 512 + p.k) AS receipt, bench.id(p.n, 768 + p.k) AS attempt, 'RT-' || p.n || '-' || p.k AS name,
        p.paid_at + interval '2 seconds' AS received_at
    FROM parts p WHERE p.is_paid;
ANALYZE batch; ANALYZE parts; ANALYZE paid;

INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due, document_year, document_number,
    description, debtor_kind, debtor_tax_code, debtor_full_name, debtor_email, metadata, state, total_cents, paid_cents, due_date,
    payable_until, version, created_at, updated_at, published_at, cancelled_at)
SELECT b.id, b.creditor, 'B-' || b.n, sha256(b.id::text::bytea), b.key, b.late, extract(year FROM b.at), b.n::text,
    b.description || ' n. ' || b.n, b.kind, b.tax_code, b.full_name, CASE WHEN NOT :payable AND b.n % 3 = 0 THEN 'debtor' || b.n || '@example.org' END,
    '{}', b.state, b.parts * b.part_cents,
    CASE b.state WHEN 'paid' THEN b.parts * b.part_cents WHEN 'partially_paid' THEN b.part_cents ELSE 0 END,
    CASE WHEN b.state IN ('draft', 'open', 'cancelled') OR b.parts = 1 THEN dues.first WHEN b.state = 'paid' THEN dues.last
        ELSE dues.second END,
    CASE WHEN NOT b.late AND b.state IN ('draft', 'open', 'partially_paid') THEN dues.last END,
    CASE WHEN b.state IN ('paid', 'partially_paid') THEN 2 ELSE 1 END, b.at,
    CASE WHEN b.state IN ('paid', 'partially_paid') THEN b.at + interval '70 days' ELSE b.at END,
    CASE WHEN b.state <> 'draft' THEN b.at END, CASE WHEN b.state = 'cancelled' THEN b.at END
FROM batch b, LATERAL (SELECT (b.at + interval '90 days')::date AS first, (b.at + interval '150 days')::date AS second,
    (b.at + make_interval(days => 30 + 60 * b.parts))::date AS last) AS dues;
INSERT INTO position_lines (position_id, number, description, quantity, amount_cents)
SELECT id, 1, description, NULL, parts * part_cents FROM batch;
INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date, paid_at)
SELECT p.id, b.id, b.creditor, p.k, p.iuv, p.notice, b.part_cents, p.due, CASE WHEN p.is_paid THEN p.paid_at END
FROM parts p JOIN batch b USING (n);
-- One position of twenty shares its money with the first creditor.
INSERT INTO transfers (installment_id, number, creditor_tax_code, iban, amount_cents, taxonomy_code, remittance)
SELECT p.id, t.number, CASE t.number WHEN 1 THEN b.creditor ELSE '12345678903' END, c.iban,
    CASE WHEN NOT b.shared THEN b.part_cents WHEN t.number = 1 THEN b.part_cents - 50 ELSE 50 END, b.taxonomy_code,
    '/RFB/' || p.iuv || '/' || b.part_cents / 100 || '.' || lpad((b.part_cents % 100)::text, 2, '0') || '/TXT/' || b.description
FROM parts p JOIN batch b USING (n) JOIN creditors c ON c.tax_code = '12345678903',
    generate_series(1, CASE WHEN b.shared AND b.creditor <> '12345678903' THEN 2 ELSE 1 END) AS t(number);

INSERT INTO payment_attempts (id, creditor_tax_code, caller_id, status, payment_method, psp_id, psp_business_name, channel_id,
    amount_cents, fee_cents, payer_kind, payer_tax_code, payer_full_name, return_url, language, redirect_url, created_at, expires_at,
    finished_at)
SELECT r.attempt, b.creditor, (SELECT id FROM api_keys WHERE kind = 'frontend' ORDER BY created_at LIMIT 1), 'succeeded', 'CP',
    'ABCDITMM', 'Banca Alfa', '12345678903_01', b.part_cents, 150, b.kind, b.tax_code, b.full_name, 'https://portale.example.org/fine',
    'it', 'http://127.0.0.1:9/pay/' || r.n, r.paid_at - interval '3 minutes', r.paid_at + interval '27 minutes', r.received_at
FROM paid r JOIN batch b USING (n) WHERE b.through_portal;
INSERT INTO attempt_items (attempt_id, ordinal, installment_id, position_id, iuv, notice_number, amount_cents, remittance, outcome,
    is_holding, held_until)
SELECT r.attempt, 1, r.id, b.id, r.iuv, r.notice, b.part_cents, b.description, 'paid', false, r.paid_at + interval '27 minutes'
FROM paid r JOIN batch b USING (n) WHERE b.through_portal;

INSERT INTO receipts (id, receipt_id, origin, status, outcome_code, creditor_tax_code, position_id, installment_id, attempt_id,
    debt_type, description, iuv, notice_number, amount_cents, fee_cents, paid_at, psp_id, psp_business_name, psp_channel_id,
    payment_method, payer_kind, payer_tax_code, payer_full_name, debtor_kind, debtor_tax_code, debtor_full_name, received_at)
SELECT r.receipt, r.name, 'pagopa', 'settled', 0, b.creditor, b.id, r.id, CASE WHEN b.through_portal THEN r.attempt END, b.key,
    b.description || ' n. ' || b.n, r.iuv, r.notice, b.part_cents, 150, r.paid_at, 'ABCDITMM', 'Banca Alfa', '12345678903_01', 'CP',
    b.kind, b.tax_code, b.full_name, b.kind, b.tax_code, b.full_name, r.received_at
FROM paid r JOIN batch b USING (n);
INSERT INTO receipt_transfers (receipt_id, number, creditor_tax_code, iban, amount_cents, remittance)
SELECT r.receipt, t.number, t.creditor_tax_code, t.iban, t.amount_cents, t.remittance
FROM paid r JOIN transfers t ON t.installment_id = r.id;
INSERT INTO rts (id, receipt_id, is_first, psp_id, message_id, content_type, body, sha256, fingerprint, answer, received_at)
SELECT bench.id(r.n, 1024 + r.k), r.receipt, true, 'ABCDITMM', r.name, 'application/json', e.body, sha256(e.body), sha256(e.body),
    json_build_object('receipt_id', r.name, 'id', r.receipt, 'disposition', 'settled', 'position_id', b.id,
        'received_at', r.received_at, 'rt_sha256', encode(sha256(e.body), 'hex'))::text::bytea, r.received_at
-- OFFSET 0: a body is built once, and not for each value that is computed from it.
FROM paid r JOIN batch b USING (n), LATERAL (SELECT convert_to(json_build_object('receipt_id', r.name, 'outcome', 'OK',
    'creditor_tax_code', b.creditor, 'iuv', r.iuv, 'amount_cents', b.part_cents, 'payment_method', 'CP', 'paid_at', r.paid_at,
    'psp', json_build_object('id', 'ABCDITMM', 'business_name', 'Banca Alfa'),
    'payer', json_build_object('kind', b.kind, 'tax_code', b.tax_code, 'full_name', b.full_name),
    'transfers', json_build_array(json_build_object('index', 1, 'creditor_tax_code', b.creditor, 'amount_cents', b.part_cents))
    )::text, 'UTF8') AS body OFFSET 0) AS e;
SELECT count(*) = 2 AS has_audience FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name = 'notifications' AND column_name IN ('audience', 'creditor_tax_code') \gset
-- An older build that is measured beside the present one may not have these columns.
\if :has_audience
INSERT INTO notifications (id, kind, receipt_id, position_id, creditor_tax_code, audience, recipient, language, state, attempts,
    message_id, sent_at, created_at)
SELECT bench.id(r.n, 1280 + r.k), 'receipt_ready', r.receipt, b.id, b.creditor, 'debtor', 'debtor' || b.n || '@example.org', 'it',
    'sent', 1, bench.id(r.n, 1280 + r.k) || '@example.org', r.received_at + interval '1 second', r.received_at
FROM paid r JOIN batch b USING (n) WHERE b.n % 3 = 0;
\else
INSERT INTO notifications (id, kind, receipt_id, position_id, recipient, language, state, attempts, message_id, sent_at, created_at)
SELECT bench.id(r.n, 1280 + r.k), 'receipt_ready', r.receipt, b.id, 'debtor' || b.n || '@example.org', 'it',
    'sent', 1, bench.id(r.n, 1280 + r.k) || '@example.org', r.received_at + interval '1 second', r.received_at
FROM paid r JOIN batch b USING (n) WHERE b.n % 3 = 0;
\endif
INSERT INTO journal (at, kind, actor, correlation_id, creditor_tax_code, position_id, receipt_id, from_state, to_state)
SELECT at, 'position_created', 'bench', id::text, creditor, id, NULL, NULL, CASE state WHEN 'draft' THEN 'draft' ELSE 'open' END FROM batch
UNION ALL
SELECT r.received_at, 'rt_received', 'psp:ABCDITMM', r.receipt::text, b.creditor, b.id, r.receipt, NULL, 'settled'
FROM paid r JOIN batch b USING (n)
UNION ALL
SELECT max(r.received_at), 'position_state', 'psp:ABCDITMM', b.id::text, b.creditor, b.id, NULL, 'open', b.state
FROM paid r JOIN batch b USING (n) GROUP BY b.id, b.creditor, b.state;
COMMIT;
