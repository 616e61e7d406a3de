import PagoPA
import Postgres

/// Queries for the accounts of creditors.
package enum Accounts {
    /// The registered accounts of these creditors, by creditor and IBAN. Every tenant may read them, because a transfer may name the
    /// account of another creditor.
    package static func of(_ creditors: [OrganizationTaxCode]) -> Query<AccountRegister> {
        Query([
            """
            SELECT a.creditor_tax_code, a.iban, a.name, a.is_default, a.valid_from, a.valid_to,
                ARRAY(SELECT d.debt_type FROM creditor_account_debt_types d
                    WHERE d.creditor_tax_code = a.creditor_tax_code AND d.iban = a.iban ORDER BY d.debt_type)
            FROM creditor_accounts a
            WHERE a.creditor_tax_code = ANY(\(creditors.map(\.value))) AND a.removed_at IS NULL
            ORDER BY a.creditor_tax_code, a.iban
            """
        ]) { answers in
            AccountRegister(
                try answers[0].map { row in
                    var row = row
                    let creditor = try row.organization()
                    let iban = try row.value { IBAN(stored: $0) }
                    let name = try row.text()
                    let isDefault = try row.bool()
                    let from = try row.date()
                    let end = try row.optionalDate()
                    return CreditorAccount(
                        creditor: creditor, iban: iban, name: name, isDefault: isDefault,
                        debtTypes: try row.next([String].self), validFrom: from, validTo: end)
                })
        }
    }
}
