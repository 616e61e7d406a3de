-- Anomalies are searched by PSP, so each has the PSP of its receipt; one without a receipt has the sender of its body. A trigger keeps it,
-- also for older builds that still write beside this schema.
CREATE FUNCTION take_psp_of_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.psp_id := coalesce((SELECT r.psp_id FROM receipts r WHERE r.id = NEW.receipt_id), NEW.psp_id);
    RETURN NEW;
END
$$;
CREATE TRIGGER anomalies_psp BEFORE INSERT OR UPDATE OF receipt_id ON anomalies FOR EACH ROW
    WHEN (NEW.receipt_id IS NOT NULL) EXECUTE FUNCTION take_psp_of_receipt();
UPDATE anomalies a SET psp_id = r.psp_id FROM receipts r
    WHERE r.id = a.receipt_id AND r.psp_id IS NOT NULL AND a.psp_id IS DISTINCT FROM r.psp_id;

CREATE INDEX anomalies_psp_idx ON anomalies (psp_id, opened_at DESC, id DESC);
CREATE INDEX anomalies_creditor_psp_idx ON anomalies (creditor_tax_code, psp_id, opened_at DESC, id DESC);
