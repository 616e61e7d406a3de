import Accounts
import Cryptography
import Foundation
import Operations
import PagoPA
import Postgres
import Requests
import Storage
import TestSupport
import Testing

/// Imports on a database of their own: what the rows become, after which failure, and that nothing is counted twice.
@Suite(.serialized) struct ImportTests {
    /// A row of these tests is `externalID cents noticeNumber`, where cents and notice number may be missing. `?` cannot be read.
    static func reader(_ test: TestIntermediary) -> ImportRowReader {
        { row, creditor in
            let words = String(decoding: row, as: UTF8.self).split(separator: " ").map(String.init)
            guard let externalID = words.first, externalID != "?",
                let draft = try? test.draft(
                    externalID, cents: [words.dropFirst().first.flatMap { Int64($0) } ?? 100],
                    notices: words.dropFirst(2).first.map { [$0] }, creditor: creditor)
            else { return .failure(RowFaults([Fault("/external_id", .badFormat, "cannot be read")])) }
            return .success(draft)
        }
    }

    static func with(_ body: (TestIntermediary, Intermediary) async throws -> Void) async throws {
        try await TestIntermediary.with { test in
            try await test.seed()
            try await body(test, try test.instance())
        }
    }

    /// Sends a file with these rows, from line 1 on.
    static func send(
        _ rows: [String], to service: Intermediary, isDryRun: Bool = false,
        creditor: OrganizationTaxCode = TestIntermediary.comune
    ) async throws -> PositionImport {
        let imports = service.imports
        let begun = try await imports.begin(of: creditor, isDryRun: isDryRun, by: .office)
        let staged = rows.enumerated().map { StagedRow(line: $0.offset + 1, content: .success(Array($0.element.utf8))) }
        for start in stride(from: 0, to: staged.count, by: 700) {
            try await imports.stage(Array(staged.dropFirst(start).prefix(700)), of: begun, by: .office)
        }
        let accepted = try await imports.accept(
            begun, digest: SHA256.digest(Array(rows.joined(separator: "\n").utf8)), rows: rows.count, refused: 0,
            by: .office, repeating: nil)
        guard case .done(let found) = accepted else { throw TestIntermediary.Unexpected() }
        return found
    }

    /// Sends a file and processes it.
    static func run(
        _ rows: [String], _ test: TestIntermediary, _ service: Intermediary, isDryRun: Bool = false
    ) async throws -> PositionImport {
        let sent = try await send(rows, to: service, isDryRun: isDryRun)
        while try await service.imports.processNext(reading: reader(test)) {}
        return try await service.imports.show(sent.id, for: .office)
    }

    static func outcomes(_ id: Identifier<PositionImport>, _ service: Intermediary) async throws -> [String] {
        try await service.imports.listResults(of: id, nil, page: PageRequest(limit: 100), for: .office).items.map {
            row in
            let faults = row.faults.map { "\($0.pointer) \($0.code.rawValue)" }.joined(separator: ", ")
            return
                "\(row.line) \(row.externalID ?? "-") \(row.outcome.rawValue)\(faults.isEmpty ? "" : ": \(faults)")"
        }
    }

    static func counts(_ found: PositionImport) -> [Int] {
        [found.rows, found.counts[.created] ?? 0, found.counts[.repeated] ?? 0, found.counts[.refused] ?? 0]
    }

    @Test func `each row gets the outcome of its single creation`() async throws {
        try await Self.with { test, service in
            _ = try await test.create(test.draft("old", notices: ["301000000000000043"]), with: service)

            let found = try await Self.run(
                [
                    "a", "?", "a", "a 200", "b 100 301000000000000043", "c 100 301000000000000144",
                    "d 100 301000000000000144", "b",
                ],
                test, service)

            #expect(found.status == .done && found.finishedAt != nil)
            #expect(Self.counts(found) == [8, 3, 1, 4])
            #expect(
                try await Self.outcomes(found.id, service) == [
                    "1 a created", "2 - refused: /external_id bad_format", "3 a repeated",
                    "4 a refused: /external_id already_used",
                    "5 b refused: /installments/0/notice_number already_used", "6 c created",
                    "7 d refused: /installments/0/notice_number already_used", "8 b created",
                ])
            let page = try await service.imports.listResults(
                of: found.id, .refused, page: PageRequest(limit: 2), for: .office)
            #expect(page.items.map(\.line) == [2, 4])
            let next = try await service.imports.listResults(
                of: found.id, .refused, page: PageRequest(limit: 5, after: page.next, includeTotal: true), for: .office)
            #expect(next.items.map(\.line) == [5, 7] && next.next == nil && next.total == 4)
            // Processed rows contain no personal data.
            #expect(try await test.ask("SELECT count(*)::text FROM position_import_chunks") == ["0"])
        }
    }

    @Test func `a position of an import equals that of a single creation, with its journal entry`() async throws {
        try await Self.with { test, service in
            let drafts = [
                try test.draft("one", cents: [5_980, 20], group: "G"),
                try test.draft("two", notices: ["301000000000000043"], isDraft: true),
            ]
            func stored() async throws -> [String] {
                try await test.ask(
                    """
                    SELECT (to_jsonb(p) - '{id,creditor_tax_code,created_at,updated_at,published_at}'::text[])::text
                        || coalesce((p.published_at = p.created_at)::text, 'draft')
                        || (SELECT jsonb_agg(to_jsonb(i) - '{id,position_id,creditor_tax_code,iuv,notice_number}'::text[] ORDER BY i.number)
                            FROM installments i WHERE i.position_id = p.id)::text
                        || (SELECT jsonb_agg(to_jsonb(t) - '{installment_id,creditor_tax_code,remittance}'::text[] ORDER BY i.number, t.number)
                            FROM transfers t JOIN installments i ON i.id = t.installment_id WHERE i.position_id = p.id)::text
                        || (SELECT jsonb_agg(to_jsonb(j) - '{id,at,position_id,creditor_tax_code,correlation_id,event_order}'::text[])
                            FROM journal j WHERE j.position_id = p.id)::text
                        || (SELECT count(*) FROM used_iuvs u JOIN installments i USING (creditor_tax_code, iuv)
                            WHERE i.position_id = p.id)::text
                    FROM positions p ORDER BY p.external_id
                    """)
            }
            for draft in drafts {
                _ = try await service.positions.create(draft, fingerprint: SHA256.digest(draft.meaning), by: .office)
            }
            let single = try await stored()
            #expect(single.count == 2)
            for statement: SQL in [
                "ALTER TABLE journal DISABLE TRIGGER USER", "DELETE FROM journal", "DELETE FROM used_iuvs",
                "DELETE FROM positions",
            ] { _ = try await test.pool.execute(statement) }

            let sent = try await Self.send(["one", "two"], to: service)
            let byName = Dictionary(uniqueKeysWithValues: drafts.map { ($0.externalID, $0) })
            let processed = try await service.imports.processNext { row, _ in
                .success(byName[String(decoding: row, as: UTF8.self)] ?? drafts[0])
            }

            #expect(processed)
            #expect(try await stored() == single)
            // The journal refers to the import.
            #expect(
                try await test.ask("SELECT DISTINCT correlation_id FROM journal") == [sent.id.description])
        }
    }

    @Test func `the same file again creates nothing, and while the first one is unfinished it is that import`()
        async throws
    {
        try await Self.with { test, service in
            let rows = (0..<1_200).map { "row-\($0)" }
            let first = try await Self.send(rows, to: service)
            let again = try await Self.send(rows, to: service)
            #expect(again.id == first.id)
            // A dry run of the same rows is another import.
            let dry = try await Self.send(rows, to: service, isDryRun: true)
            #expect(dry.id != first.id)
            while try await service.imports.processNext(reading: Self.reader(test)) {}
            #expect(Self.counts(try await service.imports.show(first.id, for: .office)) == [1_200, 1_200, 0, 0])
            #expect(Self.counts(try await service.imports.show(dry.id, for: .office)) == [1_200, 0, 1_200, 0])

            let later = try await Self.run(rows, test, service)

            #expect(later.id != first.id && Self.counts(later) == [1_200, 0, 1_200, 0])
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["1200"])
            #expect(
                try await test.ask("SELECT count(*)::text FROM journal WHERE kind = 'position_created'") == ["1200"])
        }
    }

    @Test func `a dry run tells what would happen and changes nothing`() async throws {
        try await Self.with { test, service in
            let rows =
                (0..<600).map { "row-\($0)" } + [
                    "row-1", "row-2 7", "x 100 301000000000000043", "y 100 301000000000000043", "?",
                ]
            let tables: SQL =
                """
                SELECT (SELECT count(*) FROM positions) || ' ' || (SELECT count(*) FROM installments) || ' '
                    || (SELECT count(*) FROM used_iuvs) || ' ' || (SELECT count(*) FROM journal) || ' '
                    || (SELECT last_value FROM iuv_bases)
                """
            let before = try await test.ask(tables)

            let dry = try await Self.run(rows, test, service, isDryRun: true)

            #expect(try await test.ask(tables) == before)
            #expect(Self.counts(dry) == [605, 601, 1, 3])
            #expect(
                try await test.ask(
                    """
                    SELECT (SELECT count(*) FROM position_import_rows WHERE position_id IS NOT NULL)
                        + (SELECT count(*) FROM position_import_chunks) || ''
                    """
                ) == ["0"])
            let real = try await Self.run(rows, test, service)
            #expect(Self.counts(real) == Self.counts(dry))
            let compared: SQL =
                """
                SELECT count(*)::text FROM position_import_rows d JOIN position_import_rows r USING (line)
                WHERE d.import_id = \(dry.id.uuid) AND r.import_id = \(real.id.uuid)
                    AND (d.outcome, d.external_id, d.violations) IS NOT DISTINCT FROM (r.outcome, r.external_id, r.violations)
                """
            #expect(try await test.ask(compared) == ["605"])
        }
    }

    @Test func `a process that has lost its lease writes nothing, and each row is counted once`() async throws {
        try await Self.with { test, service in
            for isDryRun in [true, false] {
                let sent = try await Self.send((0..<1_100).map { "row-\($0)" } + ["?"], to: service, isDryRun: isDryRun)
                let other = try test.instance()
                // The first process hangs in its third chunk for longer than its lease. The two before it are stored meanwhile.
                let hang = DispatchSemaphore(value: 0)
                let first = Task(executorPreference: OwnExecutor()) {
                    try await service.imports.processNext { row, creditor in
                        if row == Array("row-900".utf8) { hang.wait() }
                        return Self.reader(test)(row, creditor)
                    }
                }
                while try await test.ask(
                    "SELECT (created = 700)::text FROM position_imports WHERE id = \(sent.id.uuid)")
                    != ["true"]
                {
                    await Task.yield()
                }
                _ = try await test.pool.execute(
                    "UPDATE position_imports SET leased_until = clock_timestamp() - interval '1 second' WHERE id = \(sent.id.uuid)"
                )

                while try await other.imports.processNext(reading: Self.reader(test)) {}
                hang.signal()
                _ = try await first.value

                let found = try await service.imports.show(sent.id, for: .office)
                #expect(found.status == .done && Self.counts(found) == [1_101, 1_100, 0, 1], "\(isDryRun)")
                #expect(
                    try await test.ask("SELECT claims::text FROM position_imports WHERE id = \(sent.id.uuid)") == ["2"])
            }
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["1100"])
            #expect(
                try await test.ask("SELECT count(*)::text FROM journal WHERE kind = 'position_created'") == ["1100"])
        }
    }

    @Test func `an import whose batches take longer than a statement may is processed in smaller ones`() async throws {
        try await Self.with { test, service in
            for statement: SQL in [
                """
                CREATE FUNCTION time_out() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF (SELECT count(*) > 100 FROM added) THEN RAISE EXCEPTION 'too long' USING ERRCODE = '57014'; END IF;
                    RETURN NULL;
                END $$
                """,
                """
                CREATE TRIGGER time_out AFTER INSERT ON positions REFERENCING NEW TABLE AS added
                FOR EACH STATEMENT EXECUTE FUNCTION time_out()
                """,
            ] { _ = try await test.pool.execute(statement) }
            let sent = try await Self.send((0..<300).map { "row-\($0)" }, to: service)

            var failures = 0
            while try await service.imports.show(sent.id, for: .office).status != .done {
                do {
                    _ = try await service.imports.processNext(reading: Self.reader(test))
                } catch is DatabaseUnavailable {
                    failures += 1
                    try #require(failures < 10)
                    _ = try await test.pool.execute("UPDATE position_imports SET leased_until = NULL")
                }
            }

            #expect(Self.counts(try await service.imports.show(sent.id, for: .office)) == [300, 300, 0, 0])
            // 500, 250 and 125 rows took too long.
            #expect(failures == 3)
        }
    }

    @Test func `a row that the database rejects is refused alone`() async throws {
        try await Self.with { test, service in
            for statement: SQL in [
                """
                CREATE FUNCTION reject_bad() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN IF NEW.external_id LIKE 'bad%' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$
                """,
                "CREATE TRIGGER reject_bad BEFORE INSERT ON positions FOR EACH ROW EXECUTE FUNCTION reject_bad()",
            ] { _ = try await test.pool.execute(statement) }

            let found = try await Self.run((0..<40).map { $0 % 13 == 5 ? "bad-\($0)" : "row-\($0)" }, test, service)

            #expect(found.status == .done && Self.counts(found) == [40, 37, 0, 3])
            #expect(try await Self.outcomes(found.id, service)[5] == "6 bad-5 refused:  not_allowed")
        }
    }

    @Test func `numbers that are used up refuse the rows that need one`() async throws {
        try await Self.with { test, service in
            var ending = try await service.creditors.show(TestIntermediary.comune, for: .ops)
            ending.iuvStart = 9_999_999_999_990
            let saved = ending
            _ = try await service.creditors.save(saved.taxCode, as: .success(saved), by: .ops)

            let found = try await Self.run(
                (0..<30).map { "row-\($0)" } + ["given 100 301000000000000043"], test, service)

            #expect(found.status == .done)
            #expect(
                found.counts[.refused] ?? 0 > 0 && (found.counts[.created] ?? 0) + (found.counts[.refused] ?? 0) == 31)
            let outcomes = try await Self.outcomes(found.id, service)
            #expect(outcomes.last == "31 given created")
            #expect(outcomes.contains { $0.hasSuffix("refused: /installments not_allowed") })
        }
    }

    @Test func `the rows of a creditor that is switched off are refused with the reason`() async throws {
        try await Self.with { test, service in
            _ = try await service.suspensions.suspend(
                SuspensionRequest(
                    subject: .creditor(TestIntermediary.comune), reason: "Chiuso", startsAt: nil, endsAt: nil), by: .ops
            )
            let sent = try await Self.run(["a", "b"], test, service)
            #expect(Self.counts(sent) == [2, 0, 0, 2])
            let results = try await service.imports.listResults(
                of: sent.id, nil, page: PageRequest(limit: 100), for: .office
            ).items
            #expect(
                results.allSatisfy { $0.faults == [Fault("/debt_type", .wrongState, "is switched off: Chiuso")] })
        }
    }

    @Test func `an import whose key was revoked fails, and the rows that wait are deleted`() async throws {
        try await Self.with { test, service in
            let sent = try await Self.send(["a", "b"], to: service)
            _ = try await test.pool.execute("UPDATE api_keys SET revoked_at = now()")

            while try await service.imports.processNext(reading: Self.reader(test)) {}

            let found = try await service.imports.show(sent.id, for: .office)
            #expect(found.status == .failed && Self.counts(found) == [2, 0, 0, 0])
            #expect(try await Self.outcomes(sent.id, service) == [])
            #expect(try await test.ask("SELECT count(*)::text FROM position_import_chunks") == ["0"])
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["0"])
        }
    }

    @Test func `a key has five unfinished imports, and files that did not arrive completely expire`() async throws {
        try await Self.with { test, service in
            let begun = try await service.imports.begin(of: TestIntermediary.comune, isDryRun: false, by: .office)
            try await service.imports.stage(
                [StagedRow(line: 1, content: .success([0x61]))], of: begun, by: .office)
            for number in 1...4 { _ = try await Self.send(["row-\(number)"], to: service) }
            await #expect(throws: Refusal.tooManyImports(maximum: 5)) {
                try await service.imports.begin(of: TestIntermediary.provincia, isDryRun: false, by: .office)
            }

            let later = try test.instance(skewSeconds: 601)
            while try await later.imports.processNext(reading: Self.reader(test)) {}

            #expect(try await test.ask("SELECT DISTINCT status FROM position_imports") == ["done"])
            await #expect(throws: Refusal.notFound) {
                try await service.imports.stage([StagedRow(line: 2, content: .success([0x62]))], of: begun, by: .office)
            }
            await #expect(throws: Refusal.notFound) {
                _ = try await service.imports.accept(
                    begun, digest: SHA256.digest([]), rows: 2, refused: 0, by: .office, repeating: nil)
            }
            #expect(try await test.ask("SELECT count(*)::text FROM position_import_rows") == ["4"])
        }
    }

    @Test func `an import is deleted 30 days after its end, and its positions remain`() async throws {
        try await Self.with { test, service in
            _ = try await Self.run((0..<1_500).map { "row-\($0)" }, test, service)
            for (days, expected) in [(29, "1 1500"), (31, "0 0")] {
                _ = try await test.instance(skewSeconds: days * 86_400).retention.deleteExpired()
                #expect(
                    try await test.ask(
                        "SELECT (SELECT count(*) FROM position_imports) || ' ' || (SELECT count(*) FROM position_import_rows)"
                    )
                        == [expected])
            }
            #expect(try await test.ask("SELECT count(*)::text FROM positions") == ["1500"])
        }
    }
}
