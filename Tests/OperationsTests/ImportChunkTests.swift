import Accounts
import DatabaseTestSupport
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

/// The rows of an import wait in chunks, of which two are stored at the same time.
@Suite(.serialized) struct ImportChunkTests {
    private typealias Imports = ImportTests

    /// A row of `ImportTests`.
    private struct Row {
        let name: String
        let cents: Int
        let notice: String?

        var text: String { ([name, "\(cents)"] + (notice.map { [$0] } ?? [])).joined(separator: " ") }

        /// Few names and few numbers for many rows, so that chunks share them.
        init(_ random: inout SeededRandom) {
            name = "row-\(Int.random(in: 0..<900, using: &random))"
            cents = Int.random(in: 0..<12, using: &random) == 0 ? 200 : 100
            notice =
                Int.random(in: 0..<9, using: &random) == 0
                ? ["301000000000000043", "301000000000000144", "301000000000000245", "301000000000000346"]
                    .randomElement(using: &random) : nil
        }

        /// The outcomes of these rows, decided one after the other.
        static func outcomes(_ rows: [Row]) -> [String] {
            var created: [String: String] = [:]
            var numbers: Set<String> = []
            return rows.enumerated().map { index, row in
                let start = "\(index + 1) \(row.name) "
                if let known = created[row.name] {
                    return start + (known == row.text ? "repeated" : "refused: /external_id already_used")
                }
                if let notice = row.notice, !numbers.insert(notice).inserted {
                    return start + "refused: /installments/0/notice_number already_used"
                }
                created[row.name] = row.text
                return start + "created"
            }
        }
    }

    private func outcomes(_ id: Identifier<PositionImport>, _ test: TestIntermediary) async throws -> [String] {
        try await test.ask(
            """
            SELECT line || ' ' || external_id || ' ' || outcome
                || coalesce(': ' || (violations->0->>'pointer') || ' ' || (violations->0->>'code'), '')
            FROM position_import_rows WHERE import_id = \(id.uuid) ORDER BY line
            """)
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `rows of several chunks with common names get the outcomes that they get one after the other`(seed: UInt64)
        async throws
    {
        try await Imports.with { test, service in
            var random = SeededRandom(seed: seed)
            let rows = (0..<2_200).map { _ in Row(&random) }
            let expected = Row.outcomes(rows)

            let dry = try await Imports.run(rows.map(\.text), test, service, isDryRun: true)
            let real = try await Imports.run(rows.map(\.text), test, service)

            #expect(try await outcomes(dry.id, test) == expected)
            #expect(try await outcomes(real.id, test) == expected)
            #expect(Imports.counts(real) == Imports.counts(dry))
        }
    }

    @Test func `a chunk is stored while one before it waits, unless both have a row with the same name`() async throws {
        for sharesName in [false, true] {
            try await Imports.with { test, service in
                for statement: SQL in [
                    """
                    CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NEW; END $$
                    """,
                    """
                    CREATE TRIGGER wait BEFORE INSERT ON positions FOR EACH ROW WHEN (NEW.external_id = 'slow')
                    EXECUTE FUNCTION wait()
                    """,
                ] { _ = try await test.pool.execute(statement) }
                // Chunks of 500, 200 and 300 rows.
                let rows = ["slow"] + (1..<999).map { "row-\($0)" } + [sharesName ? "slow" : "row-999"]
                let sent = try await Imports.send(rows, to: service)
                let processing = try await test.pool.transaction { blocker in
                    _ = try await blocker.query("SELECT pg_advisory_xact_lock(7)")
                    let processing = Task { try await service.imports.processNext(reading: Imports.reader(test)) }
                    let expected = sharesName ? "200" : "500"
                    while try await test.ask("SELECT created::text FROM position_imports") != [expected] {
                        await Task.yield()
                    }
                    return processing
                }
                #expect(try await processing.value)

                let found = try await service.imports.show(sent.id, for: .office)
                #expect(Imports.counts(found) == (sharesName ? [1_000, 999, 1, 0] : [1_000, 1_000, 0, 0]))
                let ends = try await outcomes(sent.id, test)
                #expect(ends.first == "1 slow created")
                #expect(ends.last == (sharesName ? "1000 slow repeated" : "1000 row-999 created"))
            }
        }
    }

    @Test func `a chunk of which a part was stored is continued with the other rows`() async throws {
        try await Imports.with { test, service in
            for statement: SQL in [
                """
                CREATE FUNCTION time_out() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN RAISE EXCEPTION 'too long' USING ERRCODE = '57014'; END $$
                """,
                """
                CREATE TRIGGER time_out BEFORE INSERT ON positions FOR EACH ROW WHEN (NEW.external_id = 'row-380')
                EXECUTE FUNCTION time_out()
                """,
            ] { _ = try await test.pool.execute(statement) }
            let sent = try await Imports.send((0..<400).map { "row-\($0)" }, to: service)
            // Batches have 400 rows at the first claim, then 250, then 125 of the remaining 150. The last batch always has row 380.
            for _ in 0..<3 {
                await #expect(throws: (any Error).self) {
                    _ = try await service.imports.processNext(reading: Imports.reader(test))
                }
                _ = try await test.pool.execute("UPDATE position_imports SET leased_until = NULL")
            }
            #expect(try await test.ask("SELECT created || ' ' || status FROM position_imports") == ["375 running"])
            #expect(try await test.ask("SELECT cardinality(lines)::text FROM position_import_chunks") == ["400"])
            _ = try await test.pool.execute("DROP TRIGGER time_out ON positions")

            while try await service.imports.processNext(reading: Imports.reader(test)) {}

            #expect(Imports.counts(try await service.imports.show(sent.id, for: .office)) == [400, 400, 0, 0])
            #expect(try await test.ask("SELECT count(*)::text FROM position_import_chunks") == ["0"])
        }
    }

    // MARK: Upgrade

    /// Stores an import as a build before migration 0310 does: each row that waits, and each row of a dry run, has its content.
    private static func sendAsOlderBuild(
        _ rows: [String], isDryRun: Bool = false, status: ImportStatus = .waiting, processed: Int = 0, to pool: Pool
    ) async throws -> Identifier<PositionImport> {
        let id = Identifier<PositionImport>(uuid: UUID())
        _ = try await pool.execute(
            """
            INSERT INTO position_imports (id, creditor_tax_code, api_key_id, is_dry_run, status, digest, row_count, created,
                refused, claims, leased_until, created_at, updated_at, finished_at)
            VALUES (\(id.uuid), \(TestIntermediary.comune.value), \(Caller.office.key.id.uuid), \(isDryRun),
                \(status.rawValue), sha256('d'), \(rows.count + 1), \(processed), 1, \(status == .running ? 1 : 0),
                CASE WHEN \(status == .running) THEN now() + interval '1 hour' END, now(), now(),
                CASE WHEN \(status == .failed) THEN now() END)
            """)
        _ = try await pool.execute(
            """
            INSERT INTO position_import_staging (import_id, line, content, outcome, violations)
            SELECT \(id.uuid), n + 1,
                CASE WHEN \(status != .failed) AND (n > \(processed)::integer OR \(isDryRun)) THEN text END,
                CASE WHEN n <= \(processed)::integer THEN 'created' END, NULL::jsonb
            FROM unnest(\(rows)::text[]) WITH ORDINALITY AS r(text, n)
            UNION ALL SELECT \(id.uuid), 1, NULL, 'refused', '[]'::jsonb
            """)
        return id
    }

    @Test func `imports that are unfinished at the upgrade are continued, and their processes lose them`() async throws
    {
        let rows = (0..<1_200).map { "row-\($0)" }
        var ids: [Identifier<PositionImport>] = []
        try await MigratedDatabase.upgraded(by: "0310", connections: 8) { pool in
            let older = TestIntermediary(pool: pool, store: Store(pool: pool), url: "")
            try await older.seed()
            ids = [
                try await Self.sendAsOlderBuild(rows, isDryRun: true, status: .running, processed: 700, to: pool),
                try await Self.sendAsOlderBuild(rows, status: .running, processed: 300, to: pool),
                try await Self.sendAsOlderBuild(["a", "b", "?", "a"], to: pool),
                try await Self.sendAsOlderBuild(["c"], status: .failed, to: pool),
            ]
        } _: { pool, url in
            let test = TestIntermediary(pool: pool, store: Store(pool: pool), url: url)
            let service = try test.instance()
            // A process of the older build ends its import when it finds no row that waits.
            #expect(
                try await test.ask(
                    "SELECT count(*)::text FROM position_imports WHERE status = 'running' AND claims = 1")
                    == ["0"])

            while try await service.imports.processNext(reading: Imports.reader(test)) {}

            var counts: [[Int]] = []
            for id in ids { counts.append(Imports.counts(try await service.imports.show(id, for: .office))) }
            #expect(counts == [[1_201, 1_200, 0, 1], [1_201, 1_200, 0, 1], [5, 2, 1, 2], [2, 0, 0, 1]])
            #expect(
                try await Imports.outcomes(ids[2], service) == [
                    "1 - refused", "2 a created", "3 b created", "4 - refused: /external_id bad_format", "5 a repeated",
                ])
            #expect(try await Imports.outcomes(ids[3], service) == ["1 - refused"])
            // The older process had created 300 positions, of which this database has none.
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["902"])
            #expect(try await test.ask("SELECT count(*)::text FROM position_import_chunks") == ["0"])
        }
    }
}
