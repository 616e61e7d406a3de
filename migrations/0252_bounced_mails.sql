-- A sent e-mail that the recipient's mail server returned. Its address does not work and is deleted.
ALTER TABLE notifications
    ADD COLUMN bounced_at timestamptz,
    -- RFC 3463: class, subject and detail.
    ADD COLUMN bounce_code text CONSTRAINT notifications_bounce_code_check CHECK (bounce_code ~ '^[245]\.[0-9]{1,3}\.[0-9]{1,3}$'),
    DROP CONSTRAINT notifications_state_check,
    ADD CONSTRAINT notifications_state_check
        CHECK (state IN ('queued', 'sending', 'sent', 'retrying', 'dead', 'skipped', 'bounced')),
    DROP CONSTRAINT notifications_sent_check,
    ADD CONSTRAINT notifications_sent_check CHECK ((state IN ('sent', 'bounced')) = (sent_at IS NOT NULL)),
    DROP CONSTRAINT notifications_forgotten_check,
    ADD CONSTRAINT notifications_forgotten_check CHECK (forgotten_at IS NULL OR state IN ('sent', 'dead', 'bounced')),
    ADD CONSTRAINT notifications_bounced_check CHECK (
        (state = 'bounced') = (bounced_at IS NOT NULL) AND (state = 'bounced') = (bounce_code IS NOT NULL));
