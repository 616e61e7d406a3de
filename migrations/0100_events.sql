-- Events are rows of the journal that have a type of event: a change writes its event with the journal entry that it writes anyway (ADR 0067).
ALTER TABLE journal
    ADD COLUMN event text,
    -- The subject of an event about an anomaly, a refund or an import; other events are about the position, the attempt or the receipt.
    ADD COLUMN subject_id uuid,
    -- The first part of the order of the feed; the second one is the id.
    ADD COLUMN event_order bigint,
    -- Only rows that exist already are not checked; they have no event.
    ADD CONSTRAINT journal_event_check CHECK (event IN ('position.created', 'position.changed', 'position.paid', 'position.deleted', 'attempt.created',
        'attempt.redirected', 'attempt.in_progress', 'attempt.succeeded', 'attempt.partially_succeeded', 'attempt.failed',
        'attempt.cancelled', 'attempt.expired', 'attempt.paid_elsewhere', 'receipt.settled', 'receipt.recorded', 'receipt.anomaly',
        'receipt.quarantined', 'receipt.voided', 'anomaly.resolved', 'refund.decided', 'refund.paid', 'refund.failed',
        'import.done')) NOT VALID,
    ADD CONSTRAINT journal_event_whole_check
        CHECK (event IS NULL OR (event_order IS NOT NULL AND creditor_tax_code IS NOT NULL)) NOT VALID;

-- Numbers of transactions start again in another cluster. `quietanza migrate` replaces this function after a restore, so that the order of
-- new events continues that of the restored ones. It is stable, so that PostgreSQL plans statements again that contain its result.
CREATE FUNCTION event_base() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT 0::bigint';
-- Not below the number of the own transaction, so that the horizon holds, and not below that of a transaction that has ended, so that the
-- events of one object are in the order of its changes also if a transaction got its number before it waited for the object.
ALTER TABLE journal ALTER COLUMN event_order SET DEFAULT
    greatest(pg_current_xact_id()::text::bigint, pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1) + event_base();

DO $$
BEGIN
    -- Every transaction below this number has ended, and others write higher orders, so no event below it can become visible later.
    EXECUTE format($function$
        CREATE FUNCTION event_horizon() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS $body$
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + %1$I.event_base()
        $body$;
        $function$, current_schema());
    -- A reader without a place starts behind this order. It reads as the owner of the table, because the first entry may be of any creditor.
    EXECUTE format($function$
        CREATE FUNCTION first_event_order(since timestamptz) RETURNS bigint
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = %1$I, pg_temp AS $body$
            SELECT least(event_horizon() - 1, coalesce(
                (SELECT event_order - 1 FROM journal WHERE at >= since AND event_order IS NOT NULL ORDER BY at LIMIT 1),
                (SELECT event_order FROM journal WHERE event IS NOT NULL ORDER BY event_order DESC, id DESC LIMIT 1),
                0))
        $body$;
        REVOKE ALL ON FUNCTION first_event_order(timestamptz) FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION first_event_order(timestamptz) TO quietanza_app;
        $function$, current_schema());
END
$$;

CREATE INDEX journal_feed_idx ON journal (creditor_tax_code, event_order, id) WHERE event IS NOT NULL;
-- For operators, who read the events of every creditor.
CREATE INDEX journal_every_feed_idx ON journal (event_order, id) WHERE event IS NOT NULL;

-- A key reads the events of its creditors, and no other entries. Receipts in quarantine may belong to any person (0036).
CREATE POLICY journal_events_read ON journal FOR SELECT TO quietanza_app USING (
    event IS NOT NULL
    AND creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[])
    AND (event <> 'receipt.quarantined' OR (SELECT current_setting('quietanza.quarantine', true) = 'on')));
