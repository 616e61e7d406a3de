import Accounts
import PagoPA
import Postgres
import Requests

/// A list of tenants' rows by an instant and an id, newest first. The rows have all columns of their table.
struct NewestFirst {
    let table: SQL
    let alias: SQL
    /// The column of the instant.
    let at: SQL
    /// The same table for the tenancy.
    let rows: TenantScoped

    /// - Parameters:
    ///   - select: the query of these rows in this order; both come after `FROM`.
    ///   - cursor: of an item.
    func page<Item: Sendable>(
        _ page: PageRequest, where conditions: [SQL], within tenancy: Tenancy,
        select: (_ rows: SQL, _ ordering: SQL) -> Query<[Item]>, cursor: @escaping (Item) -> Cursor
    ) -> Query<Page<Item>> {
        var paged = conditions
        if let after = page.after {
            paged.append("(\(alias).\(at), \(alias).id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)")
        }
        let ordering: SQL = "ORDER BY \(alias).\(at) DESC, \(alias).id DESC LIMIT \(page.limit + 1)"
        let found = tenancy.merged(rows) { tenant in
            "SELECT \(alias).* FROM \(table) \(alias) WHERE \(tenant) AND \(paged.conjunction) \(ordering)"
        }
        return .page(
            page, of: select("(\(found)) AS \(alias)", ordering),
            total:
                "SELECT count(*) FROM \(table) \(alias) WHERE \(tenancy.condition(on: rows)) AND \(conditions.conjunction)",
            cursor: cursor)
    }
}
