-- Each query finds what must not exist, and the comment before it names that. The fault tests and `make ha-test` run all of them.

-- an RT stored twice
SELECT sha256 FROM rts GROUP BY 1 HAVING count(*) > 1;

-- a receipt without its evidence
SELECT FROM receipts r WHERE origin = 'pagopa' AND NOT EXISTS (SELECT FROM rts t WHERE t.receipt_id = r.id AND t.is_first);

-- a paid installment without the RT that pays it
SELECT FROM installments i WHERE paid_at IS NOT NULL AND NOT EXISTS (SELECT FROM receipts r JOIN rts t ON t.receipt_id = r.id WHERE r.installment_id = i.id AND r.status = 'settled');

-- a settled RT whose installment is not paid
SELECT FROM receipts r JOIN installments i ON i.id = r.installment_id WHERE r.status = 'settled' AND i.paid_at IS NULL;

-- money that moved and is neither settled nor an anomaly
SELECT FROM receipts r WHERE r.outcome_code IN (0, 2, 4) AND r.status <> 'settled' AND r.copy_of_installment_id IS NULL AND NOT EXISTS (SELECT FROM anomalies a WHERE a.receipt_id = r.id);

-- an amount settled that was not owed
SELECT FROM receipts r JOIN installments i ON i.id = r.installment_id WHERE r.status = 'settled' AND r.amount_cents - r.refunded_cents <> i.amount_cents - i.written_off_cents;

-- a position whose sums or state disagree with its installments
SELECT FROM positions p JOIN (SELECT position_id, sum(amount_cents - written_off_cents) FILTER (WHERE paid_at IS NOT NULL) AS paid, sum(written_off_cents) AS written_off, bool_and(paid_at IS NOT NULL) AS whole FROM installments GROUP BY 1) i ON i.position_id = p.id WHERE p.paid_cents <> coalesce(i.paid, 0) OR p.written_off_cents <> i.written_off OR (p.state = 'paid') <> i.whole;

-- a receipt whose refunds differ from their stored sum or exceed the receipt
SELECT FROM receipts r LEFT JOIN (SELECT receipt_id, sum(amount_cents) AS sum FROM refunds WHERE status <> 'failed' GROUP BY 1) f ON f.receipt_id = r.id WHERE r.refunded_cents <> coalesce(f.sum, 0) OR r.refunded_cents > r.amount_cents;

-- an installment paid twice
SELECT installment_id FROM receipts WHERE status = 'settled' GROUP BY 1 HAVING count(*) > 1;

-- an installment that two attempts paid or reserve
SELECT installment_id FROM attempt_items GROUP BY 1 HAVING count(*) FILTER (WHERE outcome = 'paid') > 1 OR count(*) FILTER (WHERE is_holding) > 1;

-- a position that left the state paid without a void
SELECT FROM journal j WHERE kind = 'position_state' AND from_state = 'paid' AND NOT EXISTS (SELECT FROM journal v WHERE v.position_id = j.position_id AND v.kind = 'counter_payment_voided' AND v.id < j.id);

-- a receipt with two e-mails to one address, unless someone sent one again
SELECT receipt_id FROM notifications WHERE resent_of IS NULL GROUP BY receipt_id, kind, lower(recipient) HAVING count(*) > 1 AND receipt_id IS NOT NULL;

-- a settled RT without its e-mail
SELECT FROM receipts r WHERE status = 'settled' AND NOT EXISTS (SELECT FROM notifications n WHERE n.receipt_id = r.id AND n.state = 'sent');

-- an e-mail that is neither sent nor dead nor skipped
SELECT FROM notifications WHERE state NOT IN ('sent', 'dead', 'skipped', 'bounced');

-- an Idempotency-Key with two attempts
SELECT email FROM payment_attempts WHERE email LIKE 'k-%' GROUP BY 1 HAVING count(*) > 1;

-- an attempt without its Idempotency-Key
SELECT FROM payment_attempts a WHERE NOT EXISTS (SELECT FROM idempotency_keys k WHERE k.attempt_id = a.id);

-- a position whose journal does not lead to its state
WITH chain AS (SELECT position_id, kind, from_state, to_state, lag(to_state) OVER own AS before,
    row_number() OVER own AS number, lead(id) OVER own IS NULL AS is_last
    FROM journal WHERE kind IN ('position_created', 'position_state') WINDOW own AS (PARTITION BY position_id ORDER BY id))
SELECT p.id FROM positions p LEFT JOIN chain c ON c.position_id = p.id
WHERE c.position_id IS NULL OR (c.number = 1) <> (c.kind = 'position_created') OR c.from_state IS DISTINCT FROM c.before
    OR c.from_state = c.to_state OR c.is_last AND c.to_state <> p.state;

-- an attempt whose journal does not lead to its status
WITH chain AS (SELECT attempt_id, from_state, to_state, lag(to_state) OVER own AS before,
    lead(id) OVER own IS NULL AS is_last
    FROM journal WHERE kind = 'attempt_state' WINDOW own AS (PARTITION BY attempt_id ORDER BY id))
SELECT a.id FROM payment_attempts a LEFT JOIN chain c ON c.attempt_id = a.id
WHERE c.attempt_id IS NULL OR c.from_state IS DISTINCT FROM c.before OR c.from_state = c.to_state
    OR c.is_last AND c.to_state <> a.status;

-- an RT without exactly one journal row with its disposition
SELECT FROM receipts r WHERE origin = 'pagopa' AND (SELECT array_agg(j.to_state) FROM journal j WHERE j.receipt_id = r.id AND j.kind IN ('rt_received', 'receipt_matched')) IS DISTINCT FROM ARRAY[r.status];

-- an anomaly without exactly one journal row
SELECT FROM anomalies a WHERE (SELECT count(*) FROM journal j WHERE (j.receipt_id = a.receipt_id OR j.note = 'anomaly:' || a.id) AND j.kind = 'anomaly_opened' AND j.to_state = a.kind) <> 1;

-- a journal row of a receipt, position or attempt that does not exist
SELECT FROM journal j WHERE (kind = 'rt_received' AND NOT EXISTS (SELECT FROM receipts r WHERE r.id = j.receipt_id)) OR (kind LIKE 'position%' AND NOT EXISTS (SELECT FROM positions p WHERE p.id = j.position_id)) OR (kind = 'attempt_state' AND NOT EXISTS (SELECT FROM payment_attempts a WHERE a.id = j.attempt_id));

-- a receipt of another creditor than its position or installment
SELECT FROM receipts r LEFT JOIN positions p ON p.id = r.position_id LEFT JOIN installments i ON i.id = r.installment_id WHERE p.creditor_tax_code <> r.creditor_tax_code OR i.creditor_tax_code <> r.creditor_tax_code OR i.position_id <> r.position_id;

-- an installment of another creditor than its position
SELECT FROM installments i JOIN positions p ON p.id = i.position_id WHERE p.creditor_tax_code <> i.creditor_tax_code;

-- an attempt on another creditor's position
SELECT FROM payment_attempts a JOIN attempt_items t ON t.attempt_id = a.id JOIN positions p ON p.id = t.position_id WHERE p.creditor_tax_code <> a.creditor_tax_code;

-- an anomaly of another creditor than its receipt or position
SELECT FROM anomalies a JOIN receipts r ON r.id = a.receipt_id LEFT JOIN positions p ON p.id = a.position_id WHERE r.creditor_tax_code <> a.creditor_tax_code OR p.creditor_tax_code <> a.creditor_tax_code;

-- a journal row of another creditor than its position
SELECT FROM journal j JOIN positions p ON p.id = j.position_id WHERE p.creditor_tax_code <> j.creditor_tax_code;

-- an e-mail of another position than its receipt
SELECT FROM notifications n JOIN receipts r ON r.id = n.receipt_id WHERE n.position_id <> r.position_id;
