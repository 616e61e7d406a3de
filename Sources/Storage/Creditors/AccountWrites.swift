import PagoPA
import Postgres

extension Transaction {
    /// Queues all accounts of a creditor; accounts that are not listed are removed.
    /// - Parameter today: selects the default account whose IBAN the creditor shows.
    package func save(_ book: AccountRegister, of creditor: OrganizationTaxCode, today: CalendarDate, at now: Instant) {
        let ibans = book.accounts.map(\.iban.value)
        send("DELETE FROM creditor_account_debt_types WHERE creditor_tax_code = \(creditor.value)")
        // First no account is the default, because the unique index allows one default at a time.
        send(
            """
            UPDATE creditor_accounts SET is_default = false,
                removed_at = CASE WHEN iban = ANY(\(ibans)) THEN removed_at ELSE \(now.sql) END, updated_at = \(now.sql)
            WHERE creditor_tax_code = \(creditor.value) AND removed_at IS NULL
            """)
        for account in book.accounts {
            send(
                """
                INSERT INTO creditor_accounts (creditor_tax_code, iban, name, is_default, valid_from, valid_to, created_at,
                    updated_at)
                VALUES (\(creditor.value), \(account.iban.value), \(account.name), \(account.isDefault),
                    \(account.validFrom.sql), \(account.validTo?.sql), \(now.sql), \(now.sql))
                ON CONFLICT ON CONSTRAINT creditor_accounts_pkey DO UPDATE SET name = EXCLUDED.name,
                    is_default = EXCLUDED.is_default, valid_from = EXCLUDED.valid_from, valid_to = EXCLUDED.valid_to,
                    removed_at = NULL, updated_at = EXCLUDED.updated_at
                """)
            send(
                """
                INSERT INTO creditor_account_debt_types (creditor_tax_code, debt_type, iban, valid_from, valid_to)
                SELECT \(creditor.value), key, \(account.iban.value), \(account.validFrom.sql)::date,
                    \(account.validTo?.sql)::date FROM unnest(\(account.debtTypes)::text[]) AS key
                """)
        }
        let valid = book.accounts.filter { $0.isValid(on: today) }
        send(
            """
            UPDATE creditors SET iban = coalesce(\(valid.first(where: \.isDefault)?.iban.value), iban),
                postal_iban = CASE WHEN postal_iban = ANY(\(valid.map(\.iban.value))) THEN postal_iban
                    ELSE \(valid.first(where: \.iban.isPostal)?.iban.value) END,
                updated_at = \(now.sql), version = version + 1
            WHERE tax_code = \(creditor.value)
            """)
    }
}
