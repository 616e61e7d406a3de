-- A code of eight characters beside the link in e-mails about accounts. It is bound to the mailbox, because it is short enough to be guessed
-- without a limit: five attempts end it.
ALTER TABLE mail_tokens
    ADD COLUMN mailbox text CONSTRAINT mail_tokens_mailbox_check CHECK (char_length(mailbox) BETWEEN 3 AND 254),
    ADD COLUMN code_digest bytea CONSTRAINT mail_tokens_code_digest_check CHECK (octet_length(code_digest) = 32),
    ADD COLUMN code_attempts integer NOT NULL DEFAULT 0
        CONSTRAINT mail_tokens_code_attempts_check CHECK (code_attempts BETWEEN 0 AND 5),
    ADD CONSTRAINT mail_tokens_code_check CHECK ((code_digest IS NULL) = (mailbox IS NULL));
CREATE INDEX mail_tokens_mailbox_idx ON mail_tokens (mailbox, kind) WHERE mailbox IS NOT NULL;
