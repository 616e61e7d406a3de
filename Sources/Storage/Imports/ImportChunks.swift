import Accounts
import PagoPA
import Postgres
import Requests

/// Rows of a file that wait, in the order of the file. They are stored as one value, because a row of a table for each of them costs
/// PostgreSQL about as much as the position that it becomes.
package struct ImportChunk: Sendable, Equatable {
    package struct Row: Sendable, Equatable {
        /// The line of the file on which the row begins.
        package let line: Int
        package let content: [UInt8]
    }

    /// A chunk has at most so many rows; migration 0310 checks it.
    static let maximumRows = 500
    /// A chunk of several rows has at most about so many bytes.
    static let maximumBytes = 256 * 1_024
    /// Separates rows. No row contains it: it ends a line of NDJSON, and JSON escapes it within a text.
    private static let lineFeed: UInt8 = 0x0A

    package let firstLine: Int
    package private(set) var rows: [Row]

    fileprivate init(firstLine: Int, rows: [Row]) {
        self.firstLine = firstLine
        self.rows = rows
    }

    /// Divides the rows that can be processed.
    static func chunks(of staged: [StagedRow]) -> [ImportChunk] {
        var chunks: [ImportChunk] = []
        var rows: [Row] = []
        var bytes = 0
        func end() {
            if let first = rows.first { chunks.append(ImportChunk(firstLine: first.line, rows: rows)) }
            rows = []
            bytes = 0
        }
        for row in staged {
            guard case .success(let content) = row.content else { continue }
            if rows.count == maximumRows || bytes + content.count > maximumBytes { end() }
            rows.append(Row(line: row.line, content: content))
            bytes += content.count
        }
        end()
        return chunks
    }

    fileprivate var content: [UInt8] {
        var content: [UInt8] = []
        content.reserveCapacity(rows.reduce(0) { $0 + $1.content.count + 1 })
        for row in rows {
            if !content.isEmpty { content.append(Self.lineFeed) }
            content.append(contentsOf: row.content)
        }
        return content
    }

    /// - Parameter recorded: the lines of rows that have an outcome.
    fileprivate init(firstLine: Int, lines: [Int], content: [UInt8], recorded: [Int]) throws {
        let contents = content.split(separator: Self.lineFeed, omittingEmptySubsequences: false)
        guard contents.count == lines.count else {
            throw StorageError.fault("a chunk of an import has \(contents.count) rows for \(lines.count) lines")
        }
        let recorded = Set(recorded)
        self.init(
            firstLine: firstLine,
            rows: zip(lines, contents).compactMap { line, content in
                recorded.contains(line) ? nil : Row(line: line, content: Array(content))
            })
    }
}

extension PositionImports {
    /// The next chunk behind this line, with the rows that have no outcome. Some have one if another process stored a part of the chunk.
    /// It is planned each time: a plan for empty tables would read every outcome of the import for each chunk.
    package static func chunk(after line: Int, of id: Identifier<PositionImport>) -> Query<ImportChunk?> {
        Query(
            """
            SELECT c.first_line, c.lines, c.content, ARRAY(SELECT r.line FROM position_import_rows r
                WHERE r.import_id = c.import_id AND r.line BETWEEN c.first_line AND c.lines[cardinality(c.lines)]
                ORDER BY r.line)
            FROM position_import_chunks c WHERE c.import_id = \(id.uuid) AND c.first_line > \(line)
            ORDER BY c.first_line LIMIT 1
            """,
            row: { row in
                try ImportChunk(
                    firstLine: try row.int(), lines: try row.next(), content: try row.next(), recorded: try row.next())
            }
        ).plannedForValues()
    }
}

extension Transaction {
    /// Queues rows that arrived: those that can be processed as chunks, and the others with their outcome.
    package func stage(_ rows: [StagedRow], of id: Identifier<PositionImport>) {
        for chunk in ImportChunk.chunks(of: rows) {
            send(
                """
                INSERT INTO position_import_chunks (import_id, first_line, lines, content)
                VALUES (\(id.uuid), \(chunk.firstLine), \(chunk.rows.map(\.line))::integer[], \(chunk.content))
                """)
        }
        let refused = rows.compactMap { row in
            if case .failure(let fault) = row.content { (line: row.line, fault: fault) } else { nil }
        }
        guard !refused.isEmpty else { return }
        send(
            """
            INSERT INTO position_import_rows (import_id, line, outcome, violations, is_unreadable)
            SELECT \(id.uuid), r.line, \(ImportOutcome.refused.rawValue), r.violations::jsonb, true
            FROM unnest(\(refused.map(\.line))::integer[], \(refused.map { faultsText([$0.fault]) })::text[])
                AS r(line, violations)
            """)
    }

    /// Queues the deletion of a chunk whose rows have outcomes. A dry run may start again, so its chunks remain until its end.
    func end(_ chunk: ImportChunk, of claimed: ClaimedImport) {
        guard !claimed.file.isDryRun else { return }
        send(
            """
            DELETE FROM position_import_chunks WHERE import_id = \(claimed.file.id.uuid) AND first_line = \(chunk.firstLine)
            """)
    }
}
