-- Notices of many positions, which a background job draws and which are read as one ZIP archive. Kept for a day.
CREATE TABLE notice_batches (
    id uuid NOT NULL CONSTRAINT notice_batches_pkey PRIMARY KEY,
    creditor_tax_code text NOT NULL CONSTRAINT notice_batches_creditor_fkey REFERENCES creditors,
    api_key_id uuid NOT NULL CONSTRAINT notice_batches_key_fkey REFERENCES api_keys,
    language text NOT NULL CONSTRAINT notice_batches_language_check CHECK (language IN ('it', 'en', 'de', 'fr', 'sl')),
    status text NOT NULL CONSTRAINT notice_batches_status_check CHECK (status IN ('waiting', 'running', 'done', 'failed')),
    total integer NOT NULL CONSTRAINT notice_batches_total_check CHECK (total BETWEEN 0 AND 10000),
    made integer NOT NULL DEFAULT 0,
    left_out integer NOT NULL DEFAULT 0,
    -- How often a process has claimed the batch. A process that has lost its claim cannot write.
    claims integer NOT NULL DEFAULT 0,
    leased_until timestamptz,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    finished_at timestamptz,
    CONSTRAINT notice_batches_finished_check CHECK ((status IN ('done', 'failed')) = (finished_at IS NOT NULL)),
    CONSTRAINT notice_batches_counts_check CHECK (made >= 0 AND left_out >= 0 AND made + left_out <= total)
);
CREATE INDEX notice_batches_unfinished_idx ON notice_batches (created_at) WHERE status IN ('waiting', 'running');
CREATE INDEX notice_batches_creditor_idx ON notice_batches (creditor_tax_code) WHERE status IN ('waiting', 'running');
CREATE INDEX notice_batches_finished_idx ON notice_batches (finished_at);

CREATE TABLE notice_batch_items (
    batch_id uuid NOT NULL CONSTRAINT notice_batch_items_batch_fkey REFERENCES notice_batches ON DELETE CASCADE,
    number integer NOT NULL CONSTRAINT notice_batch_items_number_check CHECK (number >= 1),
    position_id uuid NOT NULL,
    -- Of the first installment on the notice.
    notice_number text,
    pdf bytea CONSTRAINT notice_batch_items_pdf_check CHECK (octet_length(pdf) BETWEEN 1 AND 4194304),
    -- Why there is no notice.
    reason text CONSTRAINT notice_batch_items_reason_check CHECK (char_length(reason) BETWEEN 1 AND 200),
    CONSTRAINT notice_batch_items_pkey PRIMARY KEY (batch_id, number),
    CONSTRAINT notice_batch_items_outcome_check CHECK (
        num_nonnulls(pdf, reason) <= 1 AND (pdf IS NULL) = (notice_number IS NULL))
);
CREATE INDEX notice_batch_items_waiting_idx ON notice_batch_items (batch_id, number) WHERE pdf IS NULL AND reason IS NULL;
CREATE INDEX notice_batch_items_left_out_idx ON notice_batch_items (batch_id, number) WHERE reason IS NOT NULL;
-- A PDF is compressed already.
ALTER TABLE notice_batch_items ALTER COLUMN pdf SET STORAGE EXTERNAL;
REVOKE TRUNCATE ON notice_batches, notice_batch_items FROM quietanza_app;

ALTER TABLE notice_batches ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_batches_tenancy ON notice_batches TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));
ALTER TABLE notice_batch_items ENABLE ROW LEVEL SECURITY;
CREATE POLICY notice_batch_items_tenancy ON notice_batch_items TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every')
    OR EXISTS (SELECT FROM notice_batches b WHERE b.id = notice_batch_items.batch_id));
