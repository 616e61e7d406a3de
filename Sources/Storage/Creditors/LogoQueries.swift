import Accounts
import PagoPA
import Postgres

/// Queries and writes for the logos of creditors.
package enum Logos {
    package static func show(_ creditor: OrganizationTaxCode, within tenancy: Tenancy) -> Query<CreditorLogo?> {
        Query(
            """
            SELECT png, width, height, alternative_text, color, created_at, updated_at FROM creditor_logos
            WHERE creditor_tax_code = \(creditor.value)
                AND \(tenancy.condition(on: .registry("creditor_tax_code")))
            """,
            rows: { row in
                CreditorLogo(
                    png: try row.next([UInt8].self), width: try row.int(), height: try row.int(),
                    alternativeText: try row.text(), color: try row.optionalValue { try BrandColor($0) },
                    createdAt: try row.instant(), updatedAt: try row.instant())
            }
        ).map(\.first)
    }
}

extension Transaction {
    /// Queues an insert or update of the logo.
    package func save(_ logo: CreditorLogo, of creditor: OrganizationTaxCode) {
        send(
            """
            INSERT INTO creditor_logos (creditor_tax_code, png, width, height, alternative_text, color, created_at,
                updated_at)
            VALUES (\(creditor.value), \(logo.png), \(logo.width), \(logo.height), \(logo.alternativeText),
                \(logo.color?.value), \(logo.createdAt.sql), \(logo.updatedAt.sql))
            ON CONFLICT ON CONSTRAINT creditor_logos_pkey DO UPDATE SET png = EXCLUDED.png, width = EXCLUDED.width,
                height = EXCLUDED.height, alternative_text = EXCLUDED.alternative_text, color = EXCLUDED.color,
                updated_at = EXCLUDED.updated_at
            """)
    }

    package func deleteLogo(of creditor: OrganizationTaxCode) {
        send("DELETE FROM creditor_logos WHERE creditor_tax_code = \(creditor.value)")
    }
}
