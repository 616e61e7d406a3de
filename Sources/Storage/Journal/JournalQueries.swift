import PagoPA
import Postgres
import Requests

extension JournalOrder {
    fileprivate var ordering: SQL {
        switch self {
        case .number: "id"
        case .numberDescending: "id DESC"
        case .time: "at, id"
        case .timeDescending: "at DESC, id DESC"
        }
    }

    /// The entries after the last one of a page. The cursor's key is a number, or an instant with the number as its subkey.
    fileprivate func follows(_ cursor: Cursor) -> SQL {
        let number = isByNumber ? cursor.key : Int64(cursor.subkey) ?? 0
        return switch self {
        case .number: "id > \(number)"
        case .numberDescending: "id < \(number)"
        case .time: "(at, id) > (\(Microseconds(cursor.key))::timestamptz, \(number)::bigint)"
        case .timeDescending: "(at, id) < (\(Microseconds(cursor.key))::timestamptz, \(number)::bigint)"
        }
    }

    fileprivate func cursor(_ record: JournalRecord) -> Cursor {
        isByNumber
            ? Cursor(order: rawValue, key: Int64(record.number), id: Cursor.noID)
            : Cursor(order: rawValue, key: record.at.microseconds, subkey: String(record.number), id: Cursor.noID)
    }
}

extension JournalFilter {
    fileprivate var conditions: [SQL] {
        var all: [SQL] = []
        if let position { all.append("position_id = \(position.uuid)") }
        if let attempt { all.append("attempt_id = \(attempt.uuid)") }
        if let receipt { all.append("receipt_id = \(receipt.uuid)") }
        if let creditor { all.append("creditor_tax_code = \(creditor.value)") }
        if let kind { all.append("kind = \(kind)") }
        if let actor { all.append("actor = \(actor)") }
        if let from { all.append("at >= \(from.sql)") }
        if let to { all.append("at < \(to.sql)") }
        return all
    }
}

/// Queries for the journal.
package enum Journal {
    /// One page of the entries, without a total. An index returns it in order.
    package static func list(_ filter: JournalFilter, order: JournalOrder, page: PageRequest) -> Query<
        Page<JournalRecord>
    > {
        var conditions = filter.conditions
        if let after = page.after { conditions.append(order.follows(after)) }
        let found = Query(
            page.first(
                of: """
                    SELECT id, at, kind, actor, correlation_id, creditor_tax_code, position_id, attempt_id, receipt_id,
                        from_state, to_state, note
                    FROM journal WHERE \(conditions.conjunction) ORDER BY \(order.ordering)
                    """),
            rows: { row in
                JournalRecord(
                    number: Int(try row.bigInteger()), at: try row.instant(), kind: try row.text(),
                    actor: try row.text(), correlationID: try row.optionalText(), creditor: try row.optionalText(),
                    position: try row.optionalIdentifier(), attempt: try row.optionalIdentifier(),
                    receipt: try row.optionalIdentifier(), from: try row.optionalText(), to: try row.optionalText(),
                    note: try row.optionalText())
            })
        return found.map { Page($0, limit: page.limit, cursor: order.cursor) }.plannedForValues()
    }
}
