-- E-mails about debts that a creditor has chosen to send: the notice of a new debt, and a reminder before an installment is due.
CREATE TABLE debt_mail_settings (
    creditor_tax_code text NOT NULL CONSTRAINT debt_mail_settings_pkey PRIMARY KEY
        CONSTRAINT debt_mail_settings_creditor_fkey REFERENCES creditors,
    -- Debts that were published before get no notice. NULL: no notices.
    new_notices_since timestamptz,
    -- NULL: no reminders.
    reminder_days integer CONSTRAINT debt_mail_settings_days_check CHECK (reminder_days BETWEEN 1 AND 30),
    -- The event of the feed after which the job continues.
    place_order bigint NOT NULL,
    place_number bigint NOT NULL,
    -- The last installment, in the order of due dates, for which the job has queued a reminder.
    reminded_day date NOT NULL,
    reminded_id uuid NOT NULL,
    next_run_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL
);
CREATE INDEX debt_mail_settings_next_run_idx ON debt_mail_settings (next_run_at)
    WHERE new_notices_since IS NOT NULL OR reminder_days IS NOT NULL;
REVOKE TRUNCATE ON debt_mail_settings FROM quietanza_app;

ALTER TABLE debt_mail_settings ENABLE ROW LEVEL SECURITY;
CREATE POLICY debt_mail_settings_all ON debt_mail_settings TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY debt_mail_settings_own ON debt_mail_settings TO quietanza_app USING (
    creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

-- The mailboxes that want no more e-mails about debts of a creditor, each as a hash. No creditor reads or writes them.
CREATE TABLE debt_mail_unsubscriptions (
    creditor_tax_code text NOT NULL CONSTRAINT debt_mail_unsubscriptions_creditor_fkey REFERENCES creditors,
    mailbox_digest bytea NOT NULL CONSTRAINT debt_mail_unsubscriptions_digest_check CHECK (octet_length(mailbox_digest) = 32),
    created_at timestamptz NOT NULL,
    CONSTRAINT debt_mail_unsubscriptions_pkey PRIMARY KEY (creditor_tax_code, mailbox_digest)
);
REVOKE TRUNCATE ON debt_mail_unsubscriptions FROM quietanza_app;

ALTER TABLE debt_mail_unsubscriptions ENABLE ROW LEVEL SECURITY;
CREATE POLICY debt_mail_unsubscriptions_all ON debt_mail_unsubscriptions TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));

-- The unpaid installments of a creditor in the order of their due dates: a reminder reads each once.
CREATE INDEX installments_due_idx ON installments (creditor_tax_code, due_date, id) WHERE paid_at IS NULL;

DO $$
DECLARE
    present text := (
        SELECT substring(pg_get_constraintdef(oid) FROM '^CHECK (.*)$') FROM pg_constraint
        WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_kind_check');
BEGIN
    EXECUTE 'ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check,
        ADD CONSTRAINT notifications_kind_check CHECK (' || present
        || ' OR kind IN (''new_notice'', ''due_reminder''))';
END
$$;
ALTER TABLE notifications
    ADD COLUMN installment_number integer
        CONSTRAINT notifications_installment_check CHECK ((installment_number IS NOT NULL) = (kind = 'due_reminder')),
    DROP CONSTRAINT notifications_receipt_check,
    ADD CONSTRAINT notifications_receipt_check CHECK (
        num_nonnulls(receipt_id, citizen_id)
            = CASE WHEN kind IN ('test', 'webhook_paused', 'payment_notice', 'new_notice', 'due_reminder') THEN 0 ELSE 1 END),
    ADD CONSTRAINT notifications_debt_check CHECK (
        kind NOT IN ('new_notice', 'due_reminder') OR (position_id IS NOT NULL AND creditor_tax_code IS NOT NULL)),
    DROP CONSTRAINT notifications_skipped_reason_check,
    ADD CONSTRAINT notifications_skipped_reason_check CHECK (
        skipped_reason IS NULL
        OR (state = 'skipped' AND skipped_reason IN ('recipient_not_allowed', 'test_creditor', 'unsubscribed')));
-- One notice of each position and one reminder of each installment, ever.
CREATE UNIQUE INDEX notifications_debt_key ON notifications (position_id, kind, coalesce(installment_number, 0))
    WHERE kind IN ('new_notice', 'due_reminder');
