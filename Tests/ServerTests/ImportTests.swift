import Foundation
import TestSupport
import Testing

/// Files of positions over HTTP, with services that are killed.
extension ServerTests {
    @Suite(.alone) struct ImportTests {
        private static let path = "/v1/position-imports?creditor_tax_code=\(Deployment.creditor)"
        private static let ndjson = "application/x-ndjson"

        /// - Parameter notes: how many notes of 140 characters make the row larger. Rows are staged when there is 1 MiB of them.
        private static func row(_ externalID: String, cents: Int = 5_980, notes: Int = 0) -> String {
            let texts = (0..<notes).map { "\"n\($0)\":\"\(String(repeating: "x", count: 140))\"" }
            let metadata = notes > 0 ? ",\"metadata\":{\(texts.joined(separator: ","))}" : ""
            return """
                {"external_id":"\(externalID)","debt_type":"mensa","document":{"year":2026,"number":"1"},"description":"Mensa",\
                "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Canarino"},\
                "installments":[{"amount_cents":\(cents),"due_date":"2030-10-10"}]\(metadata)}
                """
        }

        /// Waits for the end of the import.
        /// - Parameter url: of the instance to ask.
        private static func end(of id: String, _ live: Deployment, at url: String? = nil, seconds: Int = 120)
            async throws
            -> [String: any Sendable]
        {
            let address = (url ?? live.api) + "/v1/position-imports/\(id)"
            let headers = ["Authorization": "Bearer \(live.creditorKey)"]
            try await live.waitUntil("the import is done", seconds: seconds) {
                let status = try await live.send("GET", url: address, headers: headers).json["status"] as? String
                return status == "done" || status == "failed"
            }
            return try await live.send("GET", url: address, headers: headers).json
        }

        /// The rows of an import from all pages, as `line outcome violations`.
        private static func results(_ id: String, _ live: Deployment, query: String = "") async throws -> [String] {
            var rows: [String] = []
            var cursor = ""
            repeat {
                let page = try await live.call(
                    "GET", "/v1/position-imports/\(id)/results?limit=100\(query)\(cursor)", key: live.creditorKey)
                try #require(page.status == 200)
                for item in try page.json["items"] as? [[String: any Sendable]] ?? [] {
                    let line = item["line"] as? Int ?? 0
                    rows.append("\(line) \(item["outcome"] as? String ?? "waits") \(violations(item))")
                }
                cursor = try (page.json["next_cursor"] as? String).map { "&cursor=\($0)" } ?? ""
            } while !cursor.isEmpty
            return rows
        }

        private static func violations(_ json: [String: any Sendable]) -> String {
            (json["violations"] as? [[String: String]] ?? [])
                .map { "\($0["pointer"] ?? "-") \($0["code"] ?? "-") \($0["detail"] ?? "-")" }.joined(separator: ", ")
        }

        private static func counts(_ json: [String: any Sendable]) -> [Int] {
            ["rows", "created", "repeated", "refused"].map { json[$0] as? Int ?? -1 }
        }

        @Test func `each row has the outcome and the violations of its single creation`() async throws {
            try await Deployment.with { live in
                var random = SeededRandom(seed: 11)
                let bodies = (0..<220).map { RandomRow(number: $0, &random).text }
                let file = Data(bodies.joined(separator: "\n").utf8)
                func send(_ query: String) async throws -> String {
                    let answer = try await live.call(
                        "POST", Self.path + query, key: live.creditorKey, headers: ["Content-Type": Self.ndjson],
                        body: file)
                    try #require(answer.status == 202, "\(answer.status)")
                    return try #require(try answer.json["id"] as? String)
                }
                let dry = try await send("&dry_run=true")
                let dryCounts = Self.counts(try await Self.end(of: dry, live))
                let told = try await Self.results(dry, live)
                let before = try live.query("SELECT count(*) FROM positions")

                var single: [String] = []
                for (number, body) in bodies.enumerated() {
                    let whole =
                        body.hasPrefix("{\"external_id") || body.hasPrefix("{\"debt_type")
                        ? body.replacing(/^\{/, with: #"{"creditor_tax_code":"\#(Deployment.creditor)","#) : body
                    let answer = try await live.call("POST", "/v1/positions", key: live.creditorKey, json: whole)
                    let outcome = [201: "created", 200: "repeated"][answer.status] ?? "refused"
                    let type = try answer.json["type"] as? String ?? ""
                    let found =
                        switch true {
                        case type.hasSuffix("/external-id-taken"):
                            "/external_id already_used is the external id of another position with other content"
                        case answer.status == 400: "(malformed)"
                        default: Self.violations(try answer.json)
                        }
                    single.append("\(number + 1) \(outcome) \(found)")
                }

                let comparable = told.map { row in
                    row.replacing(/refused  bad_format is not a JSON object.*$/, with: "refused (malformed)")
                }
                #expect(comparable.count == single.count)
                for (imported, created) in zip(comparable, single) { #expect(imported == created) }
                #expect(Set(told.map { $0.split(separator: " ")[1] }) == ["created", "repeated", "refused"])
                // The dry run had created nothing.
                #expect(before == ["0"] || dryCounts[1] > 0)

                let real = try await Self.end(of: try await send(""), live)
                #expect(Self.counts(real) == [220, 0, dryCounts[1] + dryCounts[2], dryCounts[3]])
                let again = try await Self.results(try #require(real["id"] as? String), live, query: "&outcome=refused")
                #expect(again == told.filter { $0.contains(" refused ") })
            }
        }

        @Test func `three thousand rows are counted exactly when the service is killed in the middle`() async throws {
            try await Deployment.with { live in
                let before = Int(try live.query("SELECT count(*) FROM positions")[0]) ?? 0
                var rows = (0..<2_970).map { $0 % 99 == 50 ? "{\"external_id\":\"bad-\($0)\"}" : Self.row("big-\($0)") }
                rows += rows.prefix(100).map { $0.replacing("bad-", with: "worse-") }
                let file = Data(rows.joined(separator: "\n").utf8)
                let sent = try await live.call(
                    "POST", Self.path, key: live.creditorKey,
                    headers: ["Content-Type": Self.ndjson, "Idempotency-Key": "big"], body: file)
                #expect(sent.status == 202)
                let id = try #require(try sent.json["id"] as? String)
                try await live.waitUntil("some rows are processed") {
                    Int(try live.query("SELECT created FROM position_imports")[0]) ?? 0 >= 500
                }

                live.service.kill()

                let done = try live.query("SELECT created FROM position_imports WHERE status = 'running'").first
                #expect(Int(try #require(done)) ?? 0 < 2_940)
                // Its lease is nearly over. The database's clock decides, as after the whole 30 s.
                #expect(
                    try live.query(
                        """
                        UPDATE position_imports SET leased_until = leased_until - interval '25 s'
                        WHERE leased_until BETWEEN now() + interval '15 s' AND now() + interval '30 s' RETURNING status
                        """
                    ).first == "running")
                let instance = try Instance(of: live)
                defer { instance.kill() }
                try instance.start()
                try await live.waitUntil("the instance is ready") { await instance.isReady(live) }
                let found = try await Self.end(of: id, live, at: instance.url, seconds: 300)

                #expect(found["status"] as? String == "done")
                #expect(Self.counts(found) == [3_070, 2_940, 99, 31])
                #expect(try live.query("SELECT count(*) FROM positions") == ["\(before + 2_940)"])
                #expect(
                    try live.query(
                        """
                        SELECT count(*), count(DISTINCT position_id) FROM journal
                        WHERE correlation_id = '\(id)' AND kind = 'position_created'
                        """) == ["2940|2940"])
                #expect(
                    try live.query(
                        """
                        SELECT count(*), count(DISTINCT position_id) FROM position_import_rows
                        WHERE outcome = 'created' AND position_id IN (SELECT id FROM positions)
                        """) == ["2940|2940"])

                // The first answer again, and the file again.
                for (key, expected) in [("big", [3_070, 0, 0, 0]), ("again", [3_070, 0, 0, 0])] {
                    let again = try await live.send(
                        "POST", url: instance.url + Self.path,
                        headers: [
                            "Authorization": "Bearer \(live.creditorKey)", "Content-Type": Self.ndjson,
                            "Idempotency-Key": key,
                        ], body: file)
                    let answered = try again.json
                    #expect(
                        again.status == 202, "\(key): \(again.status) \(String(decoding: again.body, as: UTF8.self))")
                    #expect(Self.counts(answered) == expected, "\(key)")
                    let next = try #require(answered["id"] as? String)
                    #expect((next == id) == (key == "big"))
                    if key == "again" {
                        let repeated = try await Self.end(of: next, live, at: instance.url, seconds: 300)
                        #expect(Self.counts(repeated) == [3_070, 0, 3_039, 31])
                    }
                }
                #expect(try live.query("SELECT count(*) FROM positions") == ["\(before + 2_940)"])
                #expect(try live.query("SELECT count(*) FROM position_imports") == ["2"])
                #expect(instance.stop() == 0)
            }
        }

        @Test func `a file that did not arrive completely creates nothing and can be sent again`() async throws {
            try await Deployment.with { live in
                let before = try live.query("SELECT count(*) FROM positions")
                let rows = (0..<1_000).map { Self.row("part-\($0)", notes: 7) }.joined(separator: "\n")
                let head =
                    """
                    POST \(Self.path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(live.creditorKey)\r
                    Content-Type: \(Self.ndjson)\r\nContent-Length: \(rows.utf8.count)\r\n\r\n
                    """
                func sendPart(to url: String) async throws -> RawConnection {
                    let port = try #require(URL(string: url)?.port.flatMap(UInt16.init(exactly:)))
                    let connection = try RawConnection(port: port)
                    connection.send(head + rows.prefix(rows.utf8.count * 9 / 10))
                    try await live.waitUntil("rows are staged") {
                        try live.query("SELECT count(*) > 0 FROM position_import_chunks") == ["t"]
                    }
                    return connection
                }
                // The client ends the connection.
                var connection: RawConnection? = try await sendPart(to: live.api)
                #expect(connection != nil)
                connection = nil
                try await live.waitUntil("the rows are deleted") {
                    try live.query("SELECT count(*) FROM position_imports") == ["0"]
                }
                #expect(try live.query("SELECT count(*) FROM position_import_chunks") == ["0"])
                // The service is killed.
                connection = try await sendPart(to: live.api)
                live.service.kill()
                connection = nil
                let instance = try Instance(of: live)
                defer { instance.kill() }
                try instance.start()
                try await live.waitUntil("the instance is ready") { await instance.isReady(live) }
                #expect(try live.query("SELECT status FROM position_imports") == ["receiving"])

                let sent = try await live.send(
                    "POST", url: instance.url + Self.path,
                    headers: ["Authorization": "Bearer \(live.creditorKey)", "Content-Type": Self.ndjson],
                    body: Data(rows.utf8))
                #expect(sent.status == 202)
                let id = try #require(try sent.json["id"] as? String)

                #expect(Self.counts(try await Self.end(of: id, live, at: instance.url)) == [1_000, 1_000, 0, 0])
                #expect(
                    try live.query("SELECT (count(*) - 1000) FROM positions") == before)
                _ = try live.query(
                    "UPDATE position_imports SET created_at = now() - interval '601 s' WHERE status = 'receiving'")
                try await live.waitUntil("the part has expired") {
                    try live.query("SELECT count(*) FROM position_imports") == ["1"]
                }
                #expect(try live.query("SELECT count(*) FROM position_import_rows") == ["1000"])
                #expect(try live.query("SELECT count(*) FROM position_import_chunks") == ["0"])
            }
        }

        /// A request is handled again when its key has changed, but not after a part of its body has been read.
        @Test func `a file whose key changes while it arrives is imported whole`() async throws {
            try await Deployment.with { live in
                let before = try live.query("SELECT count(*) FROM positions")
                let rows = (0..<1_000).map { Self.row("part-\($0)", notes: 7) }.joined(separator: "\n")
                let most = rows.utf8.count * 9 / 10
                let port = try #require(URL(string: live.api)?.port.flatMap(UInt16.init(exactly:)))
                let connection = try RawConnection(port: port)
                connection.send(
                    """
                    POST \(Self.path) HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer \(live.creditorKey)\r
                    Content-Type: \(Self.ndjson)\r\nContent-Length: \(rows.utf8.count)\r\n\r\n\(rows.prefix(most))
                    """)
                try await live.waitUntil("rows are staged") {
                    try live.query("SELECT count(*) > 0 FROM position_import_chunks") == ["t"]
                }

                // As a rotation of the key does.
                _ = try live.query("UPDATE api_keys SET expires_at = now() + interval '1 hour'")
                connection.send(String(rows.dropFirst(most)))

                let received = connection.receive(until: "_links")
                #expect(received.statuses == [202])
                let id = try #require(received.text.firstMatch(of: /"id":"([^"]+)"/).map { String($0.1) })
                #expect(Self.counts(try await Self.end(of: id, live)) == [1_000, 1_000, 0, 0])
                #expect(try live.query("SELECT (count(*) - 1000) FROM positions") == before)
            }
        }

        @Test func `a CSV file of a spreadsheet is imported, and wrong files are answered at once`() async throws {
            try await Deployment.with { live in
                let header =
                    "external_id;debt_type;document/year;document/number;description;debtor/kind;debtor/tax_code;debtor/full_name;"
                    + "installments/0/amount_cents;installments/0/due_date"
                let csv =
                    "\u{FEFF}\(header)\r\n=\"0007\";mensa;2026;\"A;1\";\"Mensa \"\"Est\"\"\";person;RSSMRA80A01H501U;Mario Rossi;5980;2030-10-10\r\n"
                    + "8;mensa;2026;1;Mensa;person;RSSMRA80A01H501X;Mario Rossi;59,80;2030-10-10\r\n;;;;;;;;;\r\n"
                func send(
                    _ body: String, _ type: String = "text/csv; charset=utf-8", _ path: String = Self.path,
                    key: String? = nil
                ) async throws -> Deployment.Answer {
                    try await live.call(
                        "POST", path, key: key ?? live.creditorKey, headers: ["Content-Type": type],
                        body: Data(body.utf8))
                }
                let sent = try await send(csv)
                #expect(sent.status == 202)
                let id = try #require(try sent.json["id"] as? String)
                #expect(sent.headers["location"]?.hasSuffix("/v1/position-imports/\(id)") == true)
                #expect(Self.counts(try await Self.end(of: id, live)) == [2, 1, 0, 1])
                let results = try await Self.results(id, live)
                #expect(results[0] == "2 created ")
                #expect(
                    results[1].contains("/debtor/tax_code bad_check_digit")
                        && results[1].contains("/installments/0/amount_cents wrong_type"))
                let stored = try live.query(
                    "SELECT description, document_number FROM positions WHERE external_id = '0007'")
                #expect(stored == ["Mensa \"Est\"|A;1"])
                let list = try await live.call(
                    "GET", "/v1/position-imports?status=done&include_total=true", key: live.creditorKey)
                let total = try list.json["total_count"] as? Int
                #expect(list.status == 200 && total == 1)
                let shown = try await live.call("GET", "/v1/position-imports/\(id)", key: live.creditorKey)
                #expect(shown.headers["etag"] != nil)

                let wrong: [(Deployment.Answer, Int, String)] = [
                    (try await send("\(header)\nA;\"mensa"), 400, "Line 2: A quoted field has no closing quote."),
                    (try await send("nome;cognome\nA;B"), 400, "Line 1: Column 1 is not a member of a position."),
                    (try await send(""), 400, "Line 1: The first line must name the columns."),
                    (try await send("{}", "application/json"), 415, "Send application/x-ndjson or text/csv."),
                    (try await send(csv, "text/csv; charset=utf-16"), 415, "Send the file in UTF-8."),
                    (
                        try await send(csv, "text/csv", "/v1/position-imports"), 400,
                        "A query parameter or header is wrong"
                    ),
                    (
                        try await send(csv, "text/csv", Self.path + "&dry_run=maybe"), 400,
                        "A query parameter or header is wrong"
                    ),
                    (
                        try await send(csv, "text/csv", Self.path.replacing(Deployment.creditor, with: "15376371009")),
                        422, ""
                    ),
                    (try await send(csv, key: live.apiKey), 403, "The scope positions:write is needed."),
                ]
                for (answer, status, detail) in wrong {
                    let found = try answer.json["detail"] as? String ?? ""
                    #expect(answer.status == status && found.hasPrefix(detail), "\(answer.status) \(found)")
                }
                #expect(try live.query("SELECT count(*) FROM position_imports") == ["1"])
                // A body that is too long is rejected before it arrives.
                let port = try #require(URL(string: live.api)?.port.flatMap(UInt16.init(exactly:)))
                let connection = try RawConnection(port: port)
                connection.send(
                    "POST \(Self.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(live.creditorKey)\r\nContent-Type: text/csv\r\nContent-Length: 33554433\r\n\r\n"
                )
                #expect(connection.receive(until: "\r\n\r\n").statuses == [413])
            }
        }
    }
}

/// The body of a creation in which members are missing, wrong or repeated.
private struct RandomRow {
    let text: String

    init(number: Int, _ random: inout SeededRandom) {
        func pick(_ good: String, _ others: [String?]) -> String? {
            // Most members are right, so that rows with one fault are frequent.
            Int.random(in: 0..<7, using: &random) > 0 ? good : others.randomElement(using: &random) ?? good
        }
        let notices = ["301000000000000043", "301000000000000144", "302000000000000043", "301000000000000044"]
        let notice = notices.randomElement(using: &random) ?? ""
        let due = #""due_date":"2030-10-10""#
        let members: [(String, String?)] = [
            (
                "external_id",
                pick(
                    "\"row-\(number)\"",
                    [
                        nil, "\"\"", "7", "\"\(String(repeating: "x", count: 71))\"", "\"row-\(number / 2)\"",
                        "\"a\\u0000b\"",
                    ])
            ),
            ("debt_type", pick("\"mensa\"", [nil, "\"ignoto\"", "\"Mensa Est\"", "null"])),
            (
                "document",
                pick(
                    #"{"year":2026,"number":"1"}"#,
                    [
                        nil, #"{"year":1800,"number":"1"}"#, #"{"year":2026}"#, #"{"year":2026,"number":"1","x":1}"#,
                        "[]",
                    ])
            ),
            (
                "description",
                pick(
                    "\"Mensa\"",
                    [nil, "\"\"", "\"\(String(repeating: "x", count: 141))\"", "\"a\\u0007b\"", "\"Mensà 🎓\""])
            ),
            (
                "debtor",
                pick(
                    #"{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi"}"#,
                    [
                        nil, #"{"kind":"person","tax_code":"RSSMRA80A01H501X","full_name":"Mario Rossi"}"#,
                        #"{"kind":"organization","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi"}"#,
                        #"{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":""}"#,
                    ])
            ),
            (
                "lines",
                pick(
                    #"[{"description":"Pasti","amount_cents":100}]"#,
                    [
                        nil, #"[{"description":"Pasti","amount_cents":99}]"#,
                        #"[{"description":"Pasti","amount_cents":"1"}]"#,
                    ])
            ),
            (
                "installments",
                pick(
                    #"[{"amount_cents":100,\#(due)}]"#,
                    [
                        nil, "[]", #"[{"amount_cents":0,\#(due)},{"amount_cents":100,\#(due)}]"#,
                        #"[{"amount_cents":100,"due_date":"2030-02-30"}]"#,
                        #"[{"amount_cents":100,\#(due),"notice_number":"\#(notice)"}]"#,
                        #"[{"amount_cents":100,\#(due),"iuv":"\#(notice.dropFirst())"}]"#,
                        #"[{"amount_cents":100,\#(due),"iuv":"01000000000000043","notice_number":"\#(notice)"}]"#,
                        #"[{"amount_cents":100,\#(due),"transfers":[{"creditor_tax_code":"01199250158","iban":"IT60X0542811101000000123456","amount_cents":100,"taxonomy_code":"9/0101002IM/","remittance":"x"}]}]"#,
                    ])
            ),
            ("metadata", pick(#"{"a":"b"}"#, [nil, #"{"a":1}"#])),
            ("unknown", pick("", ["1"]).flatMap { $0.isEmpty ? nil : $0 }),
        ]
        let object =
            "{" + members.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }.joined(separator: ",") + "}"
        text =
            number % 40 == 39
            ? ["nope", "[]", "{", "{\"external_id\":1,}"].randomElement(using: &random) ?? "" : object
    }
}
