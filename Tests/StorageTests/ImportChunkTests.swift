import Accounts
import Foundation
import PagoPA
import Postgres
import Requests
import TestSupport
import Testing

@testable import Storage

/// Rows of imports are stored as chunks.
@Suite(.serialized) struct ImportChunkTests {
    private static let now = Instant(microseconds: 1_700_000_000_000_000)

    private static func staged(_ line: Int, _ count: Int) -> StagedRow {
        StagedRow(line: line, content: .success([UInt8](repeating: UInt8(ascii: "x"), count: count)))
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `chunks have all rows in order, at most 500 and about 256 KiB of them`(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let largest = [200, 5_000, PositionImport.maximumRowBytes][Int(seed % 3)]
        var line = 0
        let rows = (0..<Int.random(in: 0...2_500, using: &random)).map { _ in
            line += Int.random(in: 1...3, using: &random)
            return Int.random(in: 0..<20, using: &random) == 0
                ? StagedRow(line: line, content: .failure(Fault("", .tooLong, "is too long")))
                : Self.staged(line, Int.random(in: 1...largest, using: &random))
        }

        let chunks = ImportChunk.chunks(of: rows)

        let readable = rows.compactMap { row in
            if case .success(let content) = row.content {
                ImportChunk.Row(line: row.line, content: content)
            } else {
                nil
            }
        }
        #expect(chunks.flatMap(\.rows) == readable)
        for chunk in chunks {
            #expect(chunk.firstLine == chunk.rows.first?.line && (1...500).contains(chunk.rows.count))
            #expect(chunk.rows.reduce(0) { $0 + $1.content.count } <= 256 * 1_024 || chunk.rows.count == 1)
        }
        // No chunk could have taken the first row of the next one.
        for (one, next) in zip(chunks, chunks.dropFirst()) {
            let bytes = one.rows.reduce(next.rows[0].content.count) { $0 + $1.content.count }
            #expect(one.rows.count == 500 || bytes > 256 * 1_024)
        }
    }

    /// Stages rows of a new import and claims it.
    private func claim(_ rows: [StagedRow], in tx: Transaction) async throws -> ClaimedImport {
        _ = try await tx.execute(
            "UPDATE position_imports SET status = 'done', finished_at = now() WHERE status IN ('waiting', 'running')")
        var row = try #require(try await tx.query("SELECT id FROM api_keys").first)
        let new = PositionImport(
            id: Identifier(uuid: UUID()), creditor: TestData.alfa, key: try row.identifier(), isDryRun: false,
            status: .receiving, createdAt: Self.now, updatedAt: Self.now)
        tx.insert(new)
        tx.stage(rows, of: new.id)
        tx.accept(new.id, digest: [UInt8](repeating: 1, count: 32), rows: rows.count, refused: 0, at: Self.now)
        return try #require(try await tx.claimImport(leaseSeconds: 30))
    }

    @Test func `chunks are read in order, without the rows that have an outcome`() async throws {
        try await TestData.with { data in
            try await data.store.transaction(within: .everyCreditor) { tx in
                let rows = (1...1_100).map { Self.staged($0 * 2, $0 % 90 + 1) }
                let claimed = try await claim(rows, in: tx)
                let id = claimed.file.id
                let recorded = [2, 4, 1_000, 1_004].map { ImportedRow(line: $0, externalID: nil, outcome: .refused) }
                try await tx.record(recorded, ending: nil, of: claimed, leaseSeconds: 30, at: Self.now)

                var line = 0
                var found: [ImportChunk.Row] = []
                var chunks: [ImportChunk] = []
                while let chunk = try await tx.ask(PositionImports.chunk(after: line, of: id)) {
                    line = chunk.firstLine
                    chunks.append(chunk)
                    found += chunk.rows
                }

                #expect(chunks.map(\.firstLine) == [2, 1_002, 2_002])
                let waiting = ImportChunk.chunks(of: rows).flatMap(\.rows).filter {
                    ![2, 4, 1_000, 1_004].contains($0.line)
                }
                #expect(found == waiting)
                try await tx.record([], ending: chunks[1], of: claimed, leaseSeconds: 30, at: Self.now)
                #expect(try await tx.ask(PositionImports.chunk(after: 2, of: id))?.firstLine == 2_002)
            }
        }
    }

    @Test func `storing outcomes reads no row that waits, although the tables have no statistics of the file`()
        async throws
    {
        try await TestData.with { data in
            try await data.store.transaction(within: .everyCreditor) { tx in
                let claimed = try await claim((1...20_000).map { Self.staged($0, 10) }, in: tx)
                func read() async throws -> Int {
                    var row = try await tx.query(
                        """
                        SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
                        WHERE relname IN ('position_import_rows', 'position_import_chunks')
                        """
                    ).only
                    return try row.int()
                }
                let before = try await read()
                let count = 40
                for batch in 0..<count {
                    let chunk = try #require(
                        try await tx.ask(PositionImports.chunk(after: batch * 500, of: claimed.file.id)))
                    let results = chunk.rows.map {
                        ImportedRow(line: $0.line, externalID: "row-\($0.line)", outcome: .created)
                    }
                    try await tx.record(results, ending: chunk, of: claimed, leaseSeconds: 30, at: Self.now)
                }

                // PostgreSQL reads up to all chunks, of which 40 fit into a page, twice for each: to read one and to delete it. It reads the
                // outcomes of one chunk while they are few, and no others.
                #expect(try await read() - before <= 2 * count * count + 2 * 500)
                let counted = try await tx.ask(PositionImports.show(claimed.file.id, within: .everyCreditor))
                #expect(counted?.counts[.created] == 20_000)
            }
        }
    }

    /// The number of positions that a lookup finds.
    private typealias Lookup = (name: String, found: Int, find: (Transaction) async throws -> Int)

    private static func lookups() throws -> [Lookup] {
        let creditor = TestData.alfa
        let iuvs = [try IUV("01000000000000043"), try IUV("01000000000000144")]
        let notice = try NoticeNumber("301000000000000043")
        return [
            (
                "external ids", 11,
                { tx in
                    let names = (990..<1_040).map { "row-\($0)" }
                    return try await tx.ask(Positions.by(externalIDs: names, of: creditor)).count
                }
            ),
            (
                "external id", 1,
                { try await $0.ask(Positions.by(externalID: "row-7", of: creditor)) == nil ? 0 : 1 }
            ),
            (
                "external id of another creditor", 0,
                { try await $0.ask(Positions.by(externalID: "row-7", of: TestData.beta)) == nil ? 0 : 1 }
            ),
            ("IUVs", 2, { try await $0.ask(Positions.onInstallments(iuvs, of: creditor)).count }),
            (
                "notice number", 1,
                { try await $0.ask(Positions.id(noticeNumber: notice, of: creditor)) == nil ? 0 : 1 }
            ),
            (
                "position of a notice number", 1,
                {
                    try await $0.ask(Positions.holding(notice, of: creditor, within: .only([creditor]))) == nil ? 0 : 1
                }
            ),
            (
                "position of an IUV", 1,
                { try await $0.ask(Positions.lock(creditor: creditor, iuv: iuvs[0])) == nil ? 0 : 1 }
            ),
        ]
    }

    @Test func `external ids, IUVs and notice numbers are found without reading the other positions of the creditor`()
        async throws
    {
        try await TestData.with { data in
            try await data.store.transaction(within: .only([TestData.alfa])) { tx in
                // As a connection that planned the statements when the tables were new: PostgreSQL then takes them for larger than they are, and
                // reads an index.
                tx.send(
                    """
                    SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)
                    """)
                func read() async throws -> Int {
                    var row = try await tx.query(
                        """
                        SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_xact_user_tables
                        WHERE relname IN ('positions', 'installments')
                        """
                    ).only
                    return try row.int()
                }
                for lookup in try Self.lookups() { #expect(try await lookup.find(tx) == 0, "\(lookup.name)") }
                _ = try await tx.execute(
                    """
                    INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                        document_year, document_number, description, debtor_kind, debtor_tax_code, debtor_full_name, metadata,
                        state, total_cents, due_date, created_at, updated_at, published_at)
                    SELECT gen_random_uuid(), \(TestData.alfa.value), 'row-' || n, sha256('f'), 'mensa', true, 2026, n::text,
                        'Mensa', 'person', 'RSSMRA80A01H501U', 'Mario', '{}', 'open', 100, '2030-01-31', now(), now(), now()
                    FROM generate_series(1, 1000) AS n
                    """)
                _ = try await tx.execute(
                    """
                    INSERT INTO installments (id, position_id, creditor_tax_code, number, iuv, notice_number, amount_cents, due_date)
                    SELECT gen_random_uuid(), id, creditor_tax_code, 1, '01' || lpad(document_number, 15, '0'),
                        '301' || lpad(document_number, 15, '0'), 100, due_date
                    FROM positions WHERE external_id LIKE 'row-%'
                    """)
                for lookup in try Self.lookups() {
                    let before = try await read()
                    #expect(try await lookup.find(tx) == lookup.found, "\(lookup.name)")
                    // Those that are found, with their parts, and the few that the tables had before.
                    let rows = try await read() - before
                    #expect(rows <= 8 * lookup.found + 16, "\(lookup.name): \(rows) rows")
                }
            }
        }
    }
}
