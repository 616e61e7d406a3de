-- What the summary counts, with an index of the few rows that matter.
CREATE INDEX anomalies_open_creditor_idx ON anomalies (creditor_tax_code, kind) WHERE is_open;
CREATE INDEX notifications_dead_idx ON notifications (creditor_tax_code) WHERE state = 'dead' AND recipient IS NOT NULL;

-- One row for each background job, whichever instance ran it last. Each instance writes at most every ten seconds.
CREATE TABLE background_jobs (
    job text NOT NULL CONSTRAINT background_jobs_pkey PRIMARY KEY
        CONSTRAINT background_jobs_job_check CHECK (job ~ '^[a-z_]{1,40}$'),
    -- How often the job runs when nothing is due.
    interval_seconds integer NOT NULL
        CONSTRAINT background_jobs_interval_check CHECK (interval_seconds BETWEEN 1 AND 86400),
    ran_at timestamptz,
    failed_at timestamptz,
    CONSTRAINT background_jobs_at_check CHECK (ran_at IS NOT NULL OR failed_at IS NOT NULL)
);
REVOKE DELETE ON background_jobs FROM quietanza_app;
ALTER TABLE background_jobs ENABLE ROW LEVEL SECURITY;
CREATE POLICY background_jobs_tenancy ON background_jobs TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
