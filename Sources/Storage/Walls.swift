import Accounts
import PagoPA
import Postgres

/// A kind of row that stands behind the walls, under the alias that its statement gives it.
enum Walled {
    /// Registry: read by whoever may see one of the creditor's objects, and a citizen may see any creditor's.
    case registry(SQL)
    case positions(SQL)
    case receipts(SQL)
    case attempts(SQL)
    /// For people of the creditor and ops alone.
    case anomalies(SQL)
    /// Payers and debtors see them with the receipt.
    case refunds(SQL)
    case notifications(SQL)

    fileprivate var creditorColumn: SQL {
        switch self {
        case .registry(let column): column
        case .positions(let alias), .receipts(let alias), .attempts(let alias), .anomalies(let alias),
            .refunds(let alias), .notifications(let alias):
            alias + ".creditor_tax_code"
        }
    }

    /// A further condition for who does not see receipts in quarantine.
    fileprivate var withoutQuarantine: SQL {
        switch self {
        case .receipts(let alias): " AND \(alias).status <> 'quarantined'"
        case .registry, .positions, .attempts, .anomalies, .refunds, .notifications: ""
        }
    }

    /// What is a citizen's own, as conditions of which each has an index and no row fulfils two.
    fileprivate func own(_ citizen: TaxCode) -> [SQL] {
        switch self {
        case .registry: ["TRUE"]
        case .positions(let alias): ["\(alias).debtor_tax_code = \(citizen.value)"]
        case .receipts(let alias):
            // What is in quarantine may be anybody's.
            [
                "\(alias).debtor_tax_code = \(citizen.value) AND \(alias).status <> 'quarantined'",
                """
                \(alias).payer_tax_code = \(citizen.value) AND \(alias).debtor_tax_code IS DISTINCT FROM \(citizen.value)
                    AND \(alias).status <> 'quarantined'
                """,
            ]
        case .attempts(let alias): ["\(alias).payer_tax_code = \(citizen.value)"]
        case .anomalies, .refunds, .notifications: ["FALSE"]
        }
    }
}

extension Tenancy {
    /// The first wall, as a condition of a statement.
    func condition(on rows: Walled) -> SQL {
        switch self {
        case .everyCreditor: return "TRUE"
        case .only(let creditors, let seesQuarantine):
            let own: SQL = "\(rows.creditorColumn) = ANY(\(creditors.map(\.value)))"
            return seesQuarantine ? own : "(\(own)\(rows.withoutQuarantine))"
        case .citizen(let taxCode, let creditor):
            let own: SQL = "(\(rows.own(taxCode).joined(separator: " OR ")))"
            guard let creditor else { return own }
            return "(\(own) AND \(rows.creditorColumn) = \(creditor.value))"
        case .psp(let psp):
            guard case .attempts(let alias) = rows else { return "TRUE" }
            return "\(alias).psp_id = \(psp.value)"
        }
    }

    /// `page` per tenant, merged: each tenant's own index gives its first rows in order, so a page costs the same however
    /// many rows there are. `page` is asked with the condition to put into its WHERE.
    func merged(_ rows: Walled, _ page: (SQL) -> SQL) -> SQL {
        switch self {
        case .everyCreditor, .psp: return page(condition(on: rows))
        case .only(let creditors, let seesQuarantine):
            let narrowing: SQL = seesQuarantine ? "" : rows.withoutQuarantine
            return
                "SELECT merged.* FROM unnest(\(creditors.map(\.value))::text[]) AS tenant(code) CROSS JOIN LATERAL (\(page("\(rows.creditorColumn) = tenant.code\(narrowing)"))) AS merged"
        case .citizen(let taxCode, let creditor):
            let narrowing: SQL = creditor.map { " AND \(rows.creditorColumn) = \($0.value)" } ?? ""
            return rows.own(taxCode).map { "(\(page("\($0)\(narrowing)")))" }.joined(separator: " UNION ALL ")
        }
    }

    /// The service's role until the transaction ends; it owns nothing, so that row level security holds for it.
    static let role: SQL = "SELECT set_config('role', 'quietanza_app', true)"

    /// The second wall: the role and the settings that the policies of row level security read, until the transaction ends.
    var setting: SQL {
        let (kind, creditors, taxCode, psp): (String, [String], String, String) =
            switch self {
            case .everyCreditor: ("every", [], "", "")
            case .only(let creditors, _): ("creditors", creditors.map(\.value), "", "")
            case .citizen(let taxCode, _): ("citizen", [], taxCode.value, "")
            case .psp(let psp): ("psp", [], "", psp.value)
            }
        let quarantine =
            switch self {
            case .only(_, let seesQuarantine): seesQuarantine ? "on" : "off"
            case .everyCreditor, .citizen, .psp: "off"
            }
        return """
            SELECT set_config('role', 'quietanza_app', true), set_config('quietanza.tenancy', \(kind), true),
                set_config('quietanza.creditors', \(creditors)::text[]::text, true),
                set_config('quietanza.quarantine', \(quarantine), true),
                set_config('quietanza.tax_code', \(taxCode), true), set_config('quietanza.psp', \(psp), true)
            """
    }
}
