import PagoPA
import Postgres
import Requests

/// Queries for the journal.
package enum Journal {
    /// One page of the entries of one position or of all positions, oldest first, without a total.
    package static func list(of position: Identifier<Position>?, page: PageRequest) -> Query<Page<JournalRecord>> {
        let after = page.after?.key ?? 0
        let one: SQL = position.map { "position_id = \($0.uuid)" } ?? "TRUE"
        let found = Query(
            """
            SELECT id, at, kind, actor, correlation_id, creditor_tax_code, position_id, attempt_id, receipt_id,
                from_state, to_state, note
            FROM journal WHERE \(one) AND id > \(after) ORDER BY id LIMIT \(page.limit + 1)
            """,
            rows: { row in
                JournalRecord(
                    number: Int(try row.next(Int64.self)), at: try row.instant(), kind: try row.text(),
                    actor: try row.text(), correlationID: try row.optionalText(), creditor: try row.optionalText(),
                    position: try row.optionalIdentifier(), attempt: try row.optionalIdentifier(),
                    receipt: try row.optionalIdentifier(), from: try row.optionalText(), to: try row.optionalText(),
                    note: try row.optionalText())
            })
        return found.map { items in
            Page(items, limit: page.limit) { Cursor(order: "journal", key: Int64($0.number), id: Cursor.noID) }
        }
    }
}
