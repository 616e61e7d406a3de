-- A creditor's own subject and first sentence of an e-mail, instead of the built-in ones.
CREATE TABLE mail_wordings (
    creditor_tax_code text NOT NULL CONSTRAINT mail_wordings_creditor_fkey REFERENCES creditors,
    kind text NOT NULL CONSTRAINT mail_wordings_kind_check CHECK (kind ~ '^[a-z_]{1,40}$'),
    language text NOT NULL CONSTRAINT mail_wordings_language_check CHECK (language IN ('it', 'en', 'de', 'fr', 'sl')),
    subject text CONSTRAINT mail_wordings_subject_check CHECK (char_length(subject) BETWEEN 1 AND 120),
    sentence text CONSTRAINT mail_wordings_sentence_check CHECK (char_length(sentence) BETWEEN 1 AND 500),
    updated_at timestamptz NOT NULL,
    CONSTRAINT mail_wordings_pkey PRIMARY KEY (creditor_tax_code, kind, language),
    CONSTRAINT mail_wordings_text_check CHECK (num_nonnulls(subject, sentence) > 0)
);
REVOKE TRUNCATE ON mail_wordings FROM quietanza_app;

ALTER TABLE mail_wordings ENABLE ROW LEVEL SECURITY;
CREATE POLICY mail_wordings_all ON mail_wordings TO quietanza_app USING (
    (SELECT current_setting('quietanza.tenancy', true) = 'every'));
CREATE POLICY mail_wordings_own ON mail_wordings TO quietanza_app USING (
    creditor_tax_code = ANY ((SELECT nullif(current_setting('quietanza.creditors', true), '')::text[])::text[]));

DO $$
DECLARE
    present text := (
        SELECT substring(pg_get_constraintdef(oid) FROM '^CHECK (.*)$') FROM pg_constraint
        WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_kind_check');
BEGIN
    EXECUTE 'ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check,
        ADD CONSTRAINT notifications_kind_check CHECK (' || present || ' OR kind = ''counter_payment'')';
END
$$;
