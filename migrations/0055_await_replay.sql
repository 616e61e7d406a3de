-- A list may be read from a standby, but never from before the request: the primary says where its WAL ends, and this function waits
-- until the standby has replayed that position. It raises QZ503 when the standby is not that far in time, or when it follows another
-- timeline: after a failover, positions of the old and the new timeline cannot be compared.
CREATE FUNCTION await_replay(wal_end pg_lsn, timeline integer, milliseconds integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    deadline timestamptz := clock_timestamp() + milliseconds * interval '1 millisecond';
BEGIN
    IF NOT pg_is_in_recovery() OR timeline <> (
        -- The control file is written at a restartpoint, and before pages that a new timeline has changed.
        SELECT greatest(c.timeline_id, r.min_recovery_end_timeline) FROM pg_control_checkpoint() c, pg_control_recovery() r)
    THEN
        RAISE EXCEPTION 'the server does not replay this timeline' USING ERRCODE = 'QZ503';
    END IF;
    WHILE pg_last_wal_replay_lsn() < wal_end LOOP
        IF clock_timestamp() >= deadline THEN
            RAISE EXCEPTION 'the standby has not replayed the position' USING ERRCODE = 'QZ503';
        END IF;
        PERFORM pg_sleep(0.001);
    END LOOP;
END
$$;
-- Only the owner of the schema calls it, before it acts as the role of the service.
REVOKE ALL ON FUNCTION await_replay(pg_lsn, integer, integer) FROM PUBLIC;
