-- When a PSP last signed a call with each of its secrets: shows which secret can be revoked after a rotation. Written at most once an hour.
ALTER TABLE webhook_secrets ADD COLUMN last_used_at timestamptz;
