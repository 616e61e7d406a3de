import PagoPA
import Postgres

/// The row count and checksum of a table, to compare a restored database with the dumped one.
package struct TableSummary: Sendable, Equatable {
    package let table: String
    package let rows: Int
    /// The sum of the hashes of all rows, which does not depend on their order: equal tables have equal sums.
    package let checksum: Int64
}

extension Store {
    /// All tables of the service, by name. It reads every row, which takes minutes in a large database, so the pool needs long timeouts.
    /// - Parameter onTable: called before each table is read, with its name.
    package func summarizeTables(onTable: (String) -> Void) async throws -> [TableSummary] {
        let names = try await ownersAsk(
            Query(
                """
                SELECT relname::text FROM pg_class
                WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                    AND relname NOT IN ('schema_migrations', 'schema_access')
                ORDER BY relname
                """,
                rows: { try $0.text() }))
        var summaries: [TableSummary] = []
        for name in names {
            onTable(name)
            var row = try await ownersQuery(
                """
                SELECT count(*), coalesce(sum(hashtextextended(t::text, 0) % 1000000007), 0)::bigint
                FROM \(SQL.identifier(name)) AS t
                """
            ).only
            summaries.append(TableSummary(table: name, rows: try row.int(), checksum: try row.next()))
        }
        return summaries
    }

    /// RTs whose bytes no longer have the SHA-256 that was computed when they arrived.
    package func countDamagedEvidence() async throws -> Int {
        var row = try await ownersQuery("SELECT count(*) FROM rts WHERE sha256 <> sha256(body)").only
        return try row.int()
    }
}
