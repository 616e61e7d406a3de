-- A smart card tells who somebody is, and neither birth nor mailbox: an account that it made has no password.
ALTER TABLE citizens
    DROP CONSTRAINT citizens_erased_check,
    ADD CONSTRAINT citizens_erased_check CHECK (
        (status = 'erased') = (erased_at IS NOT NULL)
        AND CASE
            WHEN status = 'erased' THEN num_nonnulls(
                tax_code, given_name, family_name, birth_date, birth_place, address, email, password_hash) = 0
            WHEN email IS NULL THEN status = 'active' AND tax_code IS NOT NULL
                AND num_nonnulls(birth_date, birth_place, password_hash) = 0
            ELSE num_nonnulls(
                tax_code, given_name, family_name, birth_date, birth_place, address, password_hash) = 7
        END);
