-- What has proved that an account is its person's: a code in a mailbox proves the mailbox, a smart card proves the person.
ALTER TABLE citizens
    ADD COLUMN proved_by text NOT NULL DEFAULT 'mailbox'
        CONSTRAINT citizens_proved_by_check CHECK (proved_by IN ('mailbox', 'smart_card'));
UPDATE citizens SET proved_by = 'smart_card' WHERE status = 'active' AND email IS NULL;
ALTER TABLE citizens
    DROP CONSTRAINT citizens_erased_check,
    ADD CONSTRAINT citizens_erased_check CHECK (
        (status = 'erased') = (erased_at IS NOT NULL)
        AND CASE
            WHEN status = 'erased' THEN num_nonnulls(
                tax_code, given_name, family_name, birth_date, birth_place, address, email, password_hash) = 0
            -- Mailbox and password are the owner's to set; birth and address, too, may be unknown.
            WHEN proved_by = 'smart_card' THEN status = 'active' AND tax_code IS NOT NULL
            ELSE num_nonnulls(
                tax_code, given_name, family_name, birth_date, birth_place, address, email, password_hash) = 8
        END);

ALTER TABLE citizen_sessions
    DROP CONSTRAINT citizen_sessions_ended_by_check,
    ADD CONSTRAINT citizen_sessions_ended_by_check CHECK (ended_by IN (
        'closed', 'reused', 'password_reset', 'password_changed', 'smart_card', 'erased'));

-- A code that proves another mailbox for an account names it; it is forgotten with the code.
ALTER TABLE mail_tokens
    ADD COLUMN email text CONSTRAINT mail_tokens_email_check CHECK (char_length(email) BETWEEN 3 AND 254),
    DROP CONSTRAINT mail_tokens_kind_check,
    ADD CONSTRAINT mail_tokens_kind_check CHECK (kind IN ('verify_email', 'password_reset', 'change_email')),
    ADD CONSTRAINT mail_tokens_new_email_check CHECK ((kind = 'change_email') = (email IS NOT NULL));

-- Whatever kinds there are by now, and three more.
DO $$
DECLARE
    present text := (
        SELECT substring(pg_get_constraintdef(oid) FROM '^CHECK (.*)$') FROM pg_constraint
        WHERE conrelid = 'notifications'::regclass AND conname = 'notifications_kind_check');
BEGIN
    EXECUTE 'ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check,
        ADD CONSTRAINT notifications_kind_check CHECK (' || present
        || ' OR kind IN (''change_email'', ''email_changed'', ''smart_card_proved''))';
END
$$;
ALTER TABLE notifications
    DROP CONSTRAINT notifications_citizen_check,
    ADD CONSTRAINT notifications_citizen_check CHECK (
        (citizen_id IS NOT NULL) = (kind IN (
            'verify_email', 'password_reset', 'registration_attempt', 'change_email', 'email_changed',
            'smart_card_proved')));
