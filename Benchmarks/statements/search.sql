-- key
SELECT id, kind, scopes, creditors, expires_at, revoked_at FROM api_keys WHERE digest = :digest;
-- search
SELECT p.id, p.creditor_tax_code, c.name, p.external_id, p.debt_type, p.document_year, p.document_number, p.description, p.state,
    p.total_cents, p.paid_cents, p.written_off_cents, p.due_date, p.payable_until,
    ARRAY(SELECT DISTINCT a.kind FROM anomalies a WHERE a.position_id = p.id AND a.is_open ORDER BY a.kind), p.created_at, p.updated_at,
    EXISTS (SELECT FROM suspensions s WHERE s.creditor_tax_code = p.creditor_tax_code AND s.lifted_at IS NULL
        AND (s.debt_type IS NULL OR s.debt_type = p.debt_type) AND s.starts_at <= now() AND (s.ends_at IS NULL OR s.ends_at > now()))
FROM positions p JOIN creditors c ON c.tax_code = p.creditor_tax_code
WHERE p.debtor_tax_code = :debtor
    AND p.creditor_tax_code = ANY ((SELECT k.creditors FROM api_keys k WHERE k.digest = :digest)::text[])
ORDER BY p.created_at DESC, p.id DESC LIMIT 51;
