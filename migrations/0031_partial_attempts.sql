-- An attempt may end partly paid, or because its debt was paid by another PSP or channel.
ALTER TABLE payment_attempts
    DROP CONSTRAINT payment_attempts_status_check,
    DROP CONSTRAINT payment_attempts_finished_check,
    ADD CONSTRAINT payment_attempts_status_check CHECK (
        status IN (
            'created', 'redirected', 'in_progress', 'succeeded', 'partially_succeeded', 'failed', 'cancelled', 'expired',
            'paid_elsewhere')),
    ADD CONSTRAINT payment_attempts_finished_check CHECK (
        (status IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled', 'expired', 'paid_elsewhere'))
        = (finished_at IS NOT NULL));
ALTER TABLE attempt_items
    DROP CONSTRAINT attempt_items_outcome_check,
    ADD CONSTRAINT attempt_items_outcome_check CHECK (outcome IN ('pending', 'paid', 'failed', 'paid_elsewhere'));
