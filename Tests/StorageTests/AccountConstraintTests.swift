import Accounts
import PagoPA
import Postgres
import Testing

@testable import Storage

/// The constraints of PostgreSQL on creditors' accounts, which apply to every writer.
@Suite(.serialized) struct AccountConstraintTests {
    private static let refused: [(SQL, String)] = [
        ("UPDATE creditor_accounts SET iban = 'IT60'", "creditor_accounts_iban_check"),
        ("UPDATE creditor_accounts SET name = ''", "creditor_accounts_name_check"),
        ("UPDATE creditor_accounts SET valid_to = valid_from - 1", "creditor_accounts_period_check"),
        (
            """
            INSERT INTO creditor_accounts SELECT creditor_tax_code, 'DE89370400440532013000', name, true, date '2030-01-01',
                NULL::date, NULL::timestamptz, now(), now() FROM creditor_accounts
            """, "creditor_accounts_default_excl"
        ),
        ("DELETE FROM creditor_accounts", "creditor_account_debt_types_account_fkey"),
        (
            """
            WITH other AS (
                INSERT INTO creditor_accounts SELECT creditor_tax_code, 'DE89370400440532013000', name, false,
                    date '2026-01-01', NULL::date, NULL::timestamptz, now(), now() FROM creditor_accounts RETURNING creditor_tax_code, iban)
            INSERT INTO creditor_account_debt_types SELECT creditor_tax_code, 'mensa', iban, date '2029-01-01', NULL::date
            FROM other
            """, "creditor_account_debt_types_excl"
        ),
        (
            "UPDATE creditor_account_debt_types SET debt_type = 'multe'",
            "creditor_account_debt_types_debt_type_fkey"
        ),
        ("UPDATE transfers SET iban = 'DE89370400440532013000'", "transfers_account_fkey"),
    ]

    @Test func `each invalid list of accounts violates a named constraint`() async throws {
        try await TestData.with { data in
            for (statement, constraint) in Self.refused {
                do {
                    try await data.pool.execute(statement)
                    Issue.record("\(statement.text)")
                } catch let error as PostgresError {
                    #expect(error.constraint == constraint, "\(statement.text): \(error)")
                }
            }
        }
    }

    @Test func `creditors, PSPs and citizens cannot write accounts`() async throws {
        try await TestData.with { data in
            for tenant: Tenancy in [.only([TestData.alfa]), .psp(TestData.firstPSP), .citizen(TestData.mario)] {
                let changed = try await data.store.transaction(within: tenant) { tx in
                    try await tx.execute("UPDATE creditor_accounts SET name = 'x'")
                }
                #expect(changed == 0)
                await #expect(throws: StorageError.self) {
                    try await data.store.transaction(within: tenant) { tx in
                        _ = try await tx.execute(
                            """
                            INSERT INTO creditor_accounts VALUES (\(TestData.alfa.value), 'DE89370400440532013000', 'x', false,
                                '2026-01-01', NULL, NULL, now(), now())
                            """)
                    }
                }
            }
        }
    }

    @Test func `writing a creditor registers its IBAN as the default account and does not change other accounts`()
        async throws
    {
        try await TestData.with { data in
            _ = try await data.pool.query(
                """
                UPDATE creditors SET iban = 'DE89370400440532013000', postal_iban = 'IT30O0760103200000012345678',
                    updated_at = now() WHERE tax_code = \(TestData.alfa.value)
                """)

            let book = try await data.store.transaction(within: .only([TestData.alfa])) { tx in
                try await tx.ask(Accounts.of([TestData.alfa]))
            }

            #expect(
                book.accounts.map { "\($0.iban) \($0.isDefault) \($0.debtTypes)" } == [
                    "DE89370400440532013000 true []", "IT30O0760103200000012345678 false []",
                    "IT60X0542811101000000123456 false [\"mensa\"]",
                ])
        }
    }
}
