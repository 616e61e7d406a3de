-- The trace (W3C Trace Context) of the request that caused a change or ended an attempt: the calls that the service makes later because of it
-- carry the same id. Most requests have none.
ALTER TABLE journal ADD COLUMN trace_id uuid;
ALTER TABLE psp_cancellations ADD COLUMN trace_id uuid;
