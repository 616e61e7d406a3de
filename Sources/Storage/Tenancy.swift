import Accounts
import PagoPA
import Postgres

/// A table that is filtered by tenant, under the alias that its statement gives it.
enum TenantScoped {
    /// Creditors and their debt types: callers see those of their creditors, citizens those of every creditor.
    case registry(SQL)
    case positions(SQL)
    case receipts(SQL)
    case attempts(SQL)
    /// For keys of the creditor and operations only.
    case anomalies(SQL)
    /// Payers and debtors see a refund together with its receipt.
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

    /// A further condition for callers who may not see receipts in quarantine.
    fileprivate var withoutQuarantine: SQL {
        switch self {
        case .receipts(let alias): " AND \(alias).status <> 'quarantined'"
        case .registry, .positions, .attempts, .anomalies, .refunds, .notifications: ""
        }
    }

    /// The citizen's own rows, as conditions that are disjoint and have an index each.
    fileprivate func ownRows(_ citizen: TaxCode) -> [SQL] {
        switch self {
        case .registry: ["TRUE"]
        case .positions(let alias): ["\(alias).debtor_tax_code = \(citizen.value)"]
        case .receipts(let alias):
            // A receipt in quarantine may belong to anybody.
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
    /// Tenancy as a condition of a statement; row level security applies it a second time.
    func condition(on rows: TenantScoped) -> SQL {
        switch self {
        case .everyCreditor: return "TRUE"
        case .only(let creditors, let seesQuarantine):
            let own: SQL = "\(rows.creditorColumn) = ANY(\(creditors.map(\.value)))"
            return seesQuarantine ? own : "(\(own)\(rows.withoutQuarantine))"
        case .citizen(let taxCode, let creditor):
            let own: SQL = "(\(rows.ownRows(taxCode).joined(separator: " OR ")))"
            guard let creditor else { return own }
            return "(\(own) AND \(rows.creditorColumn) = \(creditor.value))"
        case .psp(let psp):
            guard case .attempts(let alias) = rows else { return "TRUE" }
            return "\(alias).psp_id = \(psp.value)"
        }
    }

    /// `page` per tenant, merged: each tenant's own index gives its first rows in order, so a page costs the same however
    /// many rows there are. `page` is asked with the condition to put into its WHERE.
    func merged(_ rows: TenantScoped, _ page: (SQL) -> SQL) -> SQL {
        switch self {
        case .everyCreditor, .psp: return page(condition(on: rows))
        case .only(let creditors, let seesQuarantine):
            let narrowing: SQL = seesQuarantine ? "" : rows.withoutQuarantine
            return
                "SELECT merged.* FROM unnest(\(creditors.map(\.value))::text[]) AS tenant(code) CROSS JOIN LATERAL (\(page("\(rows.creditorColumn) = tenant.code\(narrowing)"))) AS merged"
        case .citizen(let taxCode, let creditor):
            let narrowing: SQL = creditor.map { " AND \(rows.creditorColumn) = \($0.value)" } ?? ""
            return rows.ownRows(taxCode).map { "(\(page("\($0)\(narrowing)")))" }.joined(separator: " UNION ALL ")
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
