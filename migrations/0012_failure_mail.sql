-- Whether the payer wants an e-mail when the payment fails, too.
ALTER TABLE payment_attempts
    ADD COLUMN notifies_failure boolean NOT NULL DEFAULT false,
    ADD CONSTRAINT payment_attempts_notifies_failure_check CHECK (NOT notifies_failure OR email IS NOT NULL);
