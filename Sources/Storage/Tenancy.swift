import Accounts
import PagoPA
import Postgres

/// A table that is filtered by tenant, under its alias in the statement.
enum TenantScoped {
    /// Creditors and their debt types: callers see those of their creditors, and citizens see those of all creditors.
    case registry(SQL)
    case positions(SQL)
    case receipts(SQL)
    case attempts(SQL)
    /// Only keys of the creditor and operators see these rows.
    case anomalies(SQL)
    /// Payers and debtors who see a receipt also see its refunds.
    case refunds(SQL)
    case notifications(SQL)
    /// Only keys of the creditor and operators see these rows.
    case imports(SQL)
    /// Entries of the journal that are events.
    case events(SQL)

    fileprivate var creditorColumn: SQL {
        switch self {
        case .registry(let column): column
        case .positions(let alias), .receipts(let alias), .attempts(let alias), .anomalies(let alias),
            .refunds(let alias), .notifications(let alias), .imports(let alias), .events(let alias):
            alias + ".creditor_tax_code"
        }
    }

    /// An additional condition for callers who may not see receipts in quarantine.
    fileprivate var withoutQuarantine: SQL {
        switch self {
        case .receipts(let alias): " AND \(alias).status <> 'quarantined'"
        case .events(let alias): " AND \(alias).event <> 'receipt.quarantined'"
        case .registry, .positions, .attempts, .anomalies, .refunds, .notifications, .imports: ""
        }
    }

    /// The citizen's own rows, as disjoint conditions with one index each.
    fileprivate func ownRows(_ citizen: TaxCode) -> [SQL] {
        switch self {
        case .registry: ["TRUE"]
        case .positions(let alias): ["\(alias).debtor_tax_code = \(citizen.value)"]
        case .receipts(let alias):
            // The owner of a receipt in quarantine is not known.
            [
                "\(alias).debtor_tax_code = \(citizen.value) AND \(alias).status <> 'quarantined'",
                """
                \(alias).payer_tax_code = \(citizen.value) AND \(alias).debtor_tax_code IS DISTINCT FROM \(citizen.value)
                    AND \(alias).status <> 'quarantined'
                """,
            ]
        case .attempts(let alias): ["\(alias).payer_tax_code = \(citizen.value)"]
        case .anomalies, .refunds, .notifications, .imports, .events: ["FALSE"]
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
        case .registry(let creditors):
            guard case .registry(let column) = rows else { return "FALSE" }
            return "\(column) = ANY(\(creditors.map(\.value)))"
        case .psp(let psp):
            guard case .attempts(let alias) = rows else { return "TRUE" }
            return "\(alias).psp_id = \(psp.value)"
        }
    }

    /// The same condition for sums: those of all creditors do not contain test creditors. The sums of a test creditor are its own.
    func conditionForSums(on rows: TenantScoped) -> SQL {
        guard case .everyCreditor = self else { return condition(on: rows) }
        return
            "(\(rows.creditorColumn) = ANY (ARRAY(SELECT t.tax_code FROM creditors t WHERE t.is_test))) IS NOT TRUE"
    }

    /// The creditor for which ``merged(_:_:)`` runs a page, when the tenancy is `only`.
    static let mergedCreditor: SQL = "tenant.code"

    /// Runs `page` for each tenant and merges the results. The index of each tenant returns its first rows in order, so the cost of a
    /// page does not depend on the number of rows. The argument of `page` is the condition for its WHERE.
    func merged(_ rows: TenantScoped, _ page: (SQL) -> SQL) -> SQL {
        switch self {
        case .everyCreditor, .registry, .psp: return page(condition(on: rows))
        case .only(let creditors, let seesQuarantine):
            let narrowing: SQL = seesQuarantine ? "" : rows.withoutQuarantine
            return
                "SELECT merged.* FROM unnest(\(creditors.map(\.value))::text[]) AS tenant(code) CROSS JOIN LATERAL (\(page("\(rows.creditorColumn) = tenant.code\(narrowing)"))) AS merged"
        case .citizen(let taxCode, let creditor):
            let narrowing: SQL = creditor.map { " AND \(rows.creditorColumn) = \($0.value)" } ?? ""
            return rows.ownRows(taxCode).map { "(\(page("\($0)\(narrowing)")))" }.joined(separator: " UNION ALL ")
        }
    }

    /// Sets the role and the settings that its policies read, until the transaction ends. The role owns no table, so row level security
    /// applies to it.
    /// - Parameter isReadOnly: whether the transaction cannot write any more.
    func setting(isReadOnly: Bool = false) -> SQL {
        let (kind, creditors, taxCode, psp): (String, [String], String, String) =
            switch self {
            case .everyCreditor: ("every", [], "", "")
            case .only(let creditors, _): ("creditors", creditors.map(\.value), "", "")
            case .registry: ("registry", [], "", "")
            case .citizen(let taxCode, _): ("citizen", [], taxCode.value, "")
            case .psp(let psp): ("psp", [], "", psp.value)
            }
        let quarantine =
            switch self {
            case .only(_, let seesQuarantine): seesQuarantine ? "on" : "off"
            case .everyCreditor, .citizen, .registry, .psp: "off"
            }
        let access: SQL = isReadOnly ? .readOnlyItem : ""
        return """
            SELECT \(access)set_config('role', \(role.rawValue), true), set_config('quietanza.tenancy', \(kind), true),
                set_config('quietanza.creditors', \(creditors)::text[]::text, true),
                set_config('quietanza.quarantine', \(quarantine), true),
                set_config('quietanza.tax_code', \(taxCode), true), set_config('quietanza.psp', \(psp), true)
            """
    }
}

extension SQL {
    /// `readOnly`, with what separates it from the next item.
    static let readOnlyItem: SQL = "\(readOnly), "
}
