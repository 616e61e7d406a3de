import Accounts
import Cryptography
import PagoPA
import Postgres
import Requests

/// The source of amounts of a debt type, with its valid secrets, encrypted, newest first.
package struct StoredAmountSource: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    package let debtTypeKey: String
    package let source: AmountSource
    package let secrets: [[UInt8]]
}

/// The secrets of one debt type in their stored form.
package struct StoredAmountSecrets: Sendable, Equatable {
    package let creditor: OrganizationTaxCode
    package let debtTypeKey: String
    package let current: [UInt8]
    package let former: [UInt8]?
}

/// Queries for the sources of amounts.
package enum AmountSources {
    /// Of the debt types of these installments.
    package static func of(_ installments: InstallmentSet, within tenancy: Tenancy, at now: Instant) -> Query<
        [StoredAmountSource]
    > {
        Query(
            """
            SELECT DISTINCT d.creditor_tax_code, d.key, d.amount_url, d.amount_fallback, d.amount_secret,
                CASE WHEN d.former_amount_secret_ends_at > \(now.sql) THEN d.former_amount_secret END
            FROM positions p JOIN debt_types d ON d.creditor_tax_code = p.creditor_tax_code AND d.key = p.debt_type
            WHERE p.id IN (\(installments.positionIDs)) AND \(tenancy.condition(on: .positions("p")))
                AND d.amount_url IS NOT NULL
            """,
            rows: { row in
                StoredAmountSource(
                    creditor: try row.organization(), debtTypeKey: try row.text(),
                    source: AmountSource(url: try row.text(), fallback: try row.word()),
                    secrets: [try row.nextOptional([UInt8].self), try row.nextOptional([UInt8].self)].compactMap(\.self)
                )
            })
    }
}

extension Transaction {
    /// Queues a new secret of the debt type. The present one is valid for `overlapSeconds` more.
    package func setAmountSecret(
        sealed: [UInt8], of debtType: String, _ creditor: OrganizationTaxCode, overlapSeconds: Int, at now: Instant
    ) {
        send(
            """
            UPDATE debt_types SET former_amount_secret = amount_secret,
                former_amount_secret_ends_at = CASE WHEN amount_secret IS NOT NULL
                    THEN \(now.adding(seconds: overlapSeconds).sql)::timestamptz END,
                amount_secret = \(sealed)
            WHERE creditor_tax_code = \(creditor.value) AND key = \(debtType)
            """)
    }

    /// The secrets of every debt type that has one, locked until the transaction ends.
    package func lockAmountSecrets() async throws -> [StoredAmountSecrets] {
        try await ask(
            Query(
                """
                SELECT creditor_tax_code, key, amount_secret, former_amount_secret FROM debt_types
                WHERE amount_secret IS NOT NULL ORDER BY creditor_tax_code, key FOR UPDATE
                """,
                rows: { row in
                    StoredAmountSecrets(
                        creditor: try row.organization(), debtTypeKey: try row.text(),
                        current: try row.next([UInt8].self), former: try row.nextOptional([UInt8].self))
                }))
    }

    /// Replaces secrets that were encrypted with another key.
    package func reseal(_ secrets: StoredAmountSecrets, current: [UInt8], former: [UInt8]?) {
        send(
            """
            UPDATE debt_types SET amount_secret = \(current), former_amount_secret = \(former)
            WHERE creditor_tax_code = \(secrets.creditor.value) AND key = \(secrets.debtTypeKey)
            """)
    }
}
