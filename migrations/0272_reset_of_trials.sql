-- RTs are evidence and never deleted, except those of a test creditor, whose payments moved no money.
CREATE FUNCTION refuse_deletion_of_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM receipts r JOIN creditors c ON c.tax_code = r.creditor_tax_code
        WHERE r.id = OLD.receipt_id AND c.is_test)
    THEN
        RAISE EXCEPTION 'rts is append-only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN OLD;
END
$$;
DROP TRIGGER rts_append_only ON rts;
CREATE TRIGGER rts_append_only BEFORE UPDATE ON rts FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER rts_kept BEFORE DELETE ON rts FOR EACH ROW EXECUTE FUNCTION refuse_deletion_of_evidence();

-- The service cannot delete positions, payments and receipts. This function deletes those of one test creditor and no others: it checks the kind
-- of the creditor and the tenancy itself. Rows to which another creditor's receipts or unreadable RTs refer remain, and so does the journal.
-- IUVs stay used.
DO $$
BEGIN
    EXECUTE format($function$
        CREATE FUNCTION reset_test_creditor(creditor text, OUT positions bigint, OUT attempts bigint, OUT receipts bigint)
            RETURNS SETOF record
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = %I, pg_temp AS $body$
        DECLARE
            gone_positions uuid[];
            gone_receipts uuid[];
            gone_attempts uuid[];
        BEGIN
            IF NOT EXISTS (SELECT FROM creditors c WHERE c.tax_code = creditor AND c.is_test)
                OR (current_setting('quietanza.tenancy', true) IS DISTINCT FROM 'every'
                    AND (creditor = ANY (nullif(current_setting('quietanza.creditors', true), '')::text[])) IS NOT TRUE)
            THEN
                RETURN;
            END IF;
            -- Payments lock positions too, so that none begins or ends meanwhile.
            PERFORM FROM positions p WHERE p.creditor_tax_code = creditor ORDER BY p.id FOR UPDATE;
            gone_receipts := ARRAY(SELECT r.id FROM receipts r WHERE r.creditor_tax_code = creditor
                AND NOT EXISTS (SELECT FROM anomalies a JOIN unreadable_rts u ON u.anomaly_id = a.id WHERE a.receipt_id = r.id));
            gone_positions := ARRAY(SELECT p.id FROM positions p WHERE p.creditor_tax_code = creditor
                AND NOT EXISTS (SELECT FROM receipts r WHERE r.position_id = p.id AND r.id <> ALL (gone_receipts))
                AND NOT EXISTS (SELECT FROM installments i JOIN receipts r
                        ON r.copy_of_installment_id = i.id OR r.installment_id = i.id
                    WHERE i.position_id = p.id AND r.id <> ALL (gone_receipts))
                AND NOT EXISTS (SELECT FROM anomalies a WHERE a.position_id = p.id AND (a.creditor_tax_code <> creditor
                    OR EXISTS (SELECT FROM unreadable_rts u WHERE u.anomaly_id = a.id))));
            gone_attempts := ARRAY(SELECT a.id FROM payment_attempts a WHERE a.creditor_tax_code = creditor
                AND NOT EXISTS (SELECT FROM attempt_items m WHERE m.attempt_id = a.id AND m.position_id <> ALL (gone_positions))
                AND NOT EXISTS (SELECT FROM receipts r WHERE r.attempt_id = a.id AND r.id <> ALL (gone_receipts)));
            -- A position remains with its attempts.
            gone_positions := ARRAY(SELECT p FROM unnest(gone_positions) AS p
                WHERE NOT EXISTS (SELECT FROM attempt_items m WHERE m.position_id = p AND m.attempt_id <> ALL (gone_attempts)));

            DELETE FROM notifications n WHERE n.creditor_tax_code = creditor
                AND (n.receipt_id IS NULL OR n.receipt_id = ANY (gone_receipts))
                AND (n.position_id IS NULL OR n.position_id = ANY (gone_positions));
            DELETE FROM refunds f WHERE f.receipt_id = ANY (gone_receipts);
            DELETE FROM anomalies a WHERE (a.receipt_id = ANY (gone_receipts) OR a.position_id = ANY (gone_positions))
                AND NOT EXISTS (SELECT FROM unreadable_rts u WHERE u.anomaly_id = a.id);
            DELETE FROM rts t WHERE t.receipt_id = ANY (gone_receipts);
            DELETE FROM receipt_transfers t WHERE t.receipt_id = ANY (gone_receipts);
            DELETE FROM receipts r WHERE r.id = ANY (gone_receipts);
            DELETE FROM psp_cancellations c WHERE c.attempt_id = ANY (gone_attempts);
            DELETE FROM attempt_items m WHERE m.attempt_id = ANY (gone_attempts);
            DELETE FROM payment_attempts a WHERE a.id = ANY (gone_attempts);
            UPDATE positions p SET replaced_by = NULL WHERE p.creditor_tax_code = creditor AND p.replaced_by = ANY (gone_positions);
            DELETE FROM positions p WHERE p.id = ANY (gone_positions);
            DELETE FROM position_imports i WHERE i.creditor_tax_code = creditor AND i.status IN ('done', 'failed');
            DELETE FROM position_requests q WHERE q.creditor_tax_code = creditor;
            DELETE FROM notice_batches b WHERE b.creditor_tax_code = creditor AND b.status IN ('done', 'failed');
            positions := cardinality(gone_positions);
            attempts := cardinality(gone_attempts);
            receipts := cardinality(gone_receipts);
            RETURN NEXT;
        END
        $body$;
        REVOKE ALL ON FUNCTION reset_test_creditor FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION reset_test_creditor TO quietanza_app;
        $function$, current_schema());
END
$$;

-- The service may state that the environment allows an e-mail about trials to its recipient; every other one is skipped, whoever queues it.
ALTER TABLE notifications ADD COLUMN allowed_for_trials boolean NOT NULL DEFAULT false;
CREATE OR REPLACE FUNCTION skip_test_mail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF NOT NEW.allowed_for_trials
        AND EXISTS (SELECT FROM creditors c WHERE c.tax_code = NEW.creditor_tax_code AND c.is_test)
    THEN
        NEW.state := 'skipped';
        NEW.skipped_reason := 'test_creditor';
        NEW.recipient := NULL;
        NEW.link := NULL;
        NEW.next_attempt_at := NULL;
    END IF;
    RETURN NEW;
END
$$;
DO $$
BEGIN
    -- Replacing a function drops its settings.
    EXECUTE format('ALTER FUNCTION skip_test_mail() SET search_path = %I, pg_temp', current_schema());
END
$$;
