import Foundation
import TestSupport
import Testing

/// Exports over HTTP: their rows, and clients that are slow or leave.
extension ServerTests {
    @Suite struct ExportTests {
        private static let otherCreditor = "01199250158"

        /// Inserts positions of two creditors as the owner of the tables. Every seventh description is a formula.
        private static func insertPositions(_ count: Int, _ live: Deployment) throws {
            try live.query(
                """
                INSERT INTO creditors (tax_code, name, aux_digit, notice_code, iban, created_at, updated_at)
                VALUES ('\(otherCreditor)', 'Altro ente', 3, '02', 'IT60X0542811101000000123456', now(), now());
                INSERT INTO debt_types (creditor_tax_code, key, descriptions, service, taxonomy_code, payable_after_due,
                    created_at, updated_at)
                VALUES ('\(otherCreditor)', 'mensa', '{"it":"Mensa"}', 'school', '9/0101002IM/', true, now(), now());
                INSERT INTO positions (id, creditor_tax_code, external_id, fingerprint, debt_type, payable_after_due,
                    document_year, document_number, description, debtor_kind, debtor_tax_code, debtor_full_name, metadata,
                    state, total_cents, due_date, created_at, updated_at, published_at)
                SELECT overlay(overlay(md5(c || n) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid, c, 'EXPORT-' || n,
                    sha256('f'), 'mensa', true, 2000 + n % 20, n::text,
                    CASE WHEN n % 7 = 0 THEN '=HYPERLINK("http://example.org";"' || n || '")' ELSE 'Mensa, n. ' || n END,
                    'person', 'RSSMRA80A01H501U', 'Mario Canarino', '{}', 'open', 100, '2030-01-31',
                    now() - make_interval(secs => n), now(), now()
                FROM unnest(ARRAY['\(Deployment.creditor)', '\(otherCreditor)']) AS c, generate_series(1, \(count)) AS n;
                ANALYZE positions
                """)
        }

        /// The items of all pages of a list, each as JSON with sorted members.
        private static func items(_ path: String, _ live: Deployment, key: String) async throws -> [String] {
            var items: [String] = []
            var cursor = ""
            repeat {
                let page = try await live.call(
                    "GET", "\(path)\(path.contains("?") ? "&" : "?")limit=100\(cursor)", key: key)
                try #require(page.status == 200)
                for item in try page.json["items"] as? [[String: any Sendable]] ?? [] {
                    items.append(try text(item))
                }
                cursor = try (page.json["next_cursor"] as? String).map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            return items
        }

        private static func text(_ item: Any) throws -> String {
            String(
                decoding: try JSONSerialization.data(withJSONObject: item, options: [.sortedKeys]), as: UTF8.self)
        }

        private static func export(_ path: String, _ type: String, _ live: Deployment, key: String) async throws
            -> Deployment.Answer
        {
            try await live.call("GET", path, key: key, headers: ["Accept": type])
        }

        private static func lines(_ answer: Deployment.Answer) -> [Data] {
            answer.body.split(separator: 0x0A).map { Data($0) }
        }

        @Test func `an export has the rows of its list, only those of the caller, and formulas are texts`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "EXPORT"))
                let twice = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "TWICE"))
                let receipt = try #require(try twice.json["id"] as? String)
                let refund = try await live.call(
                    "POST", "/v1/refunds", key: live.opsKey, json: #"{"receipt_id":"\#(receipt)","reason":"Twice"}"#)
                #expect(refund.status == 201)
                try Self.insertPositions(2_400, live)

                for (path, key) in [
                    ("/v1/positions", live.creditorKey), ("/v1/positions?sort=document&status=open", live.creditorKey),
                    ("/v1/positions?document_year=2003", live.opsKey), ("/v1/receipts", live.creditorKey),
                    ("/v1/anomalies?status=open", live.opsKey), ("/v1/refunds", live.opsKey),
                    ("/v1/journal", live.opsKey),
                ] {
                    let items = try await Self.items(path, live, key: key)
                    let answer = try await Self.export(path, "application/x-ndjson", live, key: key)
                    #expect(answer.status == 200 && answer.headers["content-type"] == "application/x-ndjson")
                    let rows = try Self.lines(answer).map { try Self.text(JSONSerialization.jsonObject(with: $0)) }
                    #expect(!rows.isEmpty && rows == items, "\(path)")
                    let csv = try await Self.export(path, "text/csv", live, key: key)
                    #expect(csv.status == 200 && Array(csv.body.prefix(3)) == [0xEF, 0xBB, 0xBF])
                    #expect(Self.lines(csv).count == items.count + 1, "\(path)")
                }

                let archive = try await Self.export("/v1/receipts", "application/zip", live, key: live.creditorKey)
                #expect(archive.status == 200 && archive.headers["content-type"] == "application/zip")
                let names = try Tool.withFile(Array(archive.body), suffix: "zip") {
                    try Tool.run("python3", ["-m", "zipfile", "--test", $0])
                        + Tool.run("python3", ["-m", "zipfile", "--list", $0])
                }
                #expect(names.contains("-\(iuv)-\(receipt).json"))
                #expect(archive.body.range(of: Data(Deployment.rt(iuv: iuv, receipt: "TWICE").utf8)) != nil)

                let both = try await Self.export(
                    "/v1/receipts?documents=rt&documents=pdf&iuv=\(iuv)", "application/zip", live, key: live.creditorKey
                )
                let entries = try Tool.withFile(Array(both.body), suffix: "zip") {
                    try Tool.run(
                        "python3",
                        [
                            "-c",
                            """
                            import sys, zipfile
                            for entry in (archive := zipfile.ZipFile(sys.argv[1])).infolist():
                                print(entry.filename.rsplit(".")[-1], archive.read(entry)[:4])
                            """, $0,
                        ])
                }
                #expect(both.headers["content-disposition"]?.contains("ricevute.zip") == true)
                #expect(entries.components(separatedBy: "pdf b'%PDF'").count == 3, "\(entries)")
                #expect(entries.components(separatedBy: "json b'").count == 3, "\(entries)")
                let pdfs = try await Self.export(
                    "/v1/receipts?documents=pdf", "application/zip", live, key: live.creditorKey)
                #expect(pdfs.status == 200 && pdfs.body.range(of: Data(".json".utf8)) == nil)
                let unknown = try await Self.export(
                    "/v1/receipts?documents=xls", "application/zip", live, key: live.creditorKey)
                #expect(unknown.status == 400)

                let csv = try await Self.export("/v1/positions", "text/csv", live, key: live.creditorKey)
                let text = String(decoding: csv.body, as: UTF8.self)
                #expect(text.contains(#","'=HYPERLINK(""http://example.org"";""7"")","#))
                #expect(!text.contains(#","=HYPERLINK"#) && !text.contains(",=HYPERLINK"))
                #expect(!text.contains(Self.otherCreditor))
                let foreign = try await Self.export(
                    "/v1/positions?creditor_tax_code=\(Self.otherCreditor)", "text/csv", live, key: live.creditorKey)
                #expect(Self.lines(foreign).count == 1, "the header only")
                let head = try await live.call(
                    "HEAD", "/v1/positions", key: live.creditorKey, headers: ["Accept": "text/csv"])
                #expect(head.status == 200 && head.body.isEmpty)
                let page = try await live.call(
                    "GET", "/v1/positions?limit=5", key: live.creditorKey, headers: ["Accept": "text/csv"])
                #expect(page.status == 400)
                let scope = try await Self.export("/v1/journal", "text/csv", live, key: live.creditorKey)
                #expect(scope.status == 403 && scope.headers["content-type"]?.contains("problem+json") == true)
            }
        }

        /// Begins an export and reads only the head of its response.
        private static func beginExport(_ live: Deployment, key: String) throws -> RawConnection {
            let wire = try live.wire()
            wire.send(
                "GET /v1/positions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(key)\r\nAccept: application/x-ndjson\r\n\r\n"
            )
            // It runs now, so that no later export of the key takes its turn.
            #expect(wire.receive(until: "\r\n\r\n").statuses == [200])
            return wire
        }

        @Test func `slow clients are limited in number, one that leaves is forgotten, and a revoked key is cut off`()
            async throws
        {
            try await Deployment.with { live in
                // More than all buffers on the path.
                try Self.insertPositions(20_000, live)
                var slow = [
                    try Self.beginExport(live, key: live.creditorKey),
                    try Self.beginExport(live, key: live.creditorKey),
                ]
                try await live.waitUntil("the key has as many exports as it may have") {
                    try await Self.export("/v1/receipts", "text/csv", live, key: live.creditorKey).status == 429
                }
                let refused = try await Self.export("/v1/receipts", "text/csv", live, key: live.creditorKey)
                #expect(try (refused.json["type"] as? String)?.hasSuffix("/too-many-exports") == true)
                #expect(refused.headers["retry-after"] == "10")
                #expect(try await Self.export("/v1/journal", "text/csv", live, key: live.opsKey).status == 200)
                // No export occupies a connection to the database while its client reads nothing.
                try await live.waitUntil("no transaction is open") {
                    try live.query(
                        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'") == ["0"]
                }

                #expect(slow.allSatisfy { !$0.isCut })
                slow = []

                try await live.waitUntil("the exports have ended") {
                    try await Self.export("/v1/receipts", "text/csv", live, key: live.creditorKey).status == 200
                }
                try await live.waitUntil("both ends are logged") {
                    try live.log().components(separatedBy: "the client left during a streamed response").count == 3
                }

                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json: """
                        {"name":"export","kind":"creditor","scopes":["positions:read"],
                        "creditors":["\(Deployment.creditor)"]}
                        """)
                let (key, id) = (
                    try #require(try made.json["key"] as? String), try #require(try made.json["id"] as? String)
                )
                let cut = try Self.beginExport(live, key: key)
                #expect(try await live.call("DELETE", "/v1/api-keys/\(id)", key: live.opsKey).status == 204)
                let rest = cut.receive(seconds: 30)
                #expect(rest.isClosed && !rest.text.hasSuffix("0\r\n\r\n"))
                try await live.waitUntil("the end is logged") {
                    try live.log().components(separatedBy: "a streamed response was cut off").count == 2
                }
            }
        }
    }
}
