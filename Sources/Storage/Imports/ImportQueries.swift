import Accounts
import Foundation
import PagoPA
import Postgres
import Requests

/// Queries for imports of positions.
package enum PositionImports {
    static let columns: SQL = """
        i.id, i.creditor_tax_code, i.api_key_id, i.is_dry_run, i.status, i.row_count, i.created, i.repeated, i.refused,
        i.created_at, i.updated_at, i.finished_at
        """

    package static func show(_ id: Identifier<PositionImport>, within tenancy: Tenancy) -> Query<PositionImport?> {
        Query(
            "SELECT \(columns) FROM position_imports i WHERE i.id = \(id.uuid) AND \(tenancy.condition(on: .imports("i")))",
            row: { try $0.positionImport() })
    }

    /// One page of imports, newest first.
    package static func list(_ statuses: [ImportStatus], within tenancy: Tenancy, page: PageRequest) -> Query<
        Page<PositionImport>
    > {
        var conditions: [SQL] = []
        if !statuses.isEmpty { conditions.append("i.status = ANY(\(statuses.map(\.rawValue)))") }
        return NewestFirst(table: "position_imports", alias: "i", at: "created_at", rows: .imports("i")).page(
            page, where: conditions, within: tenancy,
            select: { Query("SELECT \(columns) FROM \($0) \($1)", rows: { try $0.positionImport() }) },
            cursor: { Cursor(order: "position_imports", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    /// How many imports of this key are unfinished. Requests of one key that ask at the same time are answered one after the other, so that
    /// together they do not exceed the limit.
    package static func unfinished(of key: APIKeyID) -> Query<Int> {
        Query([
            "SELECT pg_advisory_xact_lock(hashtextextended('position_imports ' || \(key.description), 0))",
            """
            SELECT count(*) FROM position_imports
            WHERE status IN ('receiving', 'waiting', 'running') AND api_key_id = \(key.uuid)
            """,
        ]) { answers in
            guard var row = answers[1].first else { return 0 }
            return try row.int()
        }
    }

    /// An unfinished import of the same rows. It waits for another request that is accepting the same rows.
    package static func unfinished(
        _ digest: [UInt8], of creditor: OrganizationTaxCode, isDryRun: Bool
    ) -> Query<PositionImport?> {
        let lock: SQL =
            "SELECT pg_advisory_xact_lock(hashtextextended('position_imports ' || \(creditor.value) || encode(\(digest), 'hex'), 0))"
        let found = Query(
            """
            SELECT \(columns) FROM position_imports i
            WHERE i.status IN ('waiting', 'running') AND i.creditor_tax_code = \(creditor.value)
                AND i.is_dry_run = \(isDryRun) AND i.digest = \(digest)
            ORDER BY i.created_at LIMIT 1
            """,
            row: { try $0.positionImport() })
        return Query([lock] + found.statements) { try found.decode(Array($0.dropFirst())) }
    }
}

// MARK: Rows

extension PositionImports {
    /// One page of the rows that have an outcome, in the order of the file.
    package static func results(
        of id: Identifier<PositionImport>, _ outcome: ImportOutcome?, page: PageRequest
    ) -> Query<Page<ImportedRow>> {
        var conditions: [SQL] = ["import_id = \(id.uuid)"]
        if let outcome { conditions.append("outcome = \(outcome.rawValue)") }
        let all = conditions.conjunction
        if let after = page.after { conditions.append("line > \(after.key)") }
        return .page(
            page,
            of: Query(
                """
                SELECT line, external_id, outcome, position_id, violations::text FROM position_import_rows
                WHERE \(conditions.conjunction) ORDER BY line LIMIT \(page.limit + 1)
                """,
                rows: { row in
                    ImportedRow(
                        line: try row.int(), externalID: try row.optionalText(),
                        outcome: try row.word(),
                        position: try row.optionalIdentifier(), faults: try row.optionalText().map(faults) ?? [])
                }), total: "SELECT count(*) FROM position_import_rows WHERE \(all)",
            cursor: { Cursor(order: "position_import_rows", key: Int64($0.line), id: Cursor.noID) })
    }
}

extension Row {
    mutating func positionImport() throws -> PositionImport {
        PositionImport(
            id: try identifier(), creditor: try organization(), key: try identifier(), isDryRun: try bool(),
            status: try word(), rows: try int(),
            counts: [.created: try int(), .repeated: try int(), .refused: try int()],
            createdAt: try instant(), updatedAt: try instant(), finishedAt: try optionalInstant())
    }
}
