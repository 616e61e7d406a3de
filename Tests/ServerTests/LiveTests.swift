import Cryptography
import Foundation
import TestSupport
import Testing

/// The real binaries with a real PostgreSQL and a real SMTP server.
extension ServerTests {
    @Suite struct LiveTests {
        @Test func `every line of the README runs ten times in a row, from the debt to the receipt by e-mail`()
            async throws
        {
            try await Deployment.with { live in
                let output = try Shell.run("set -o pipefail; scripts/readme-journey.sh | bash", live.shell)
                for _ in 2...10 {
                    _ = try Shell.run("set -o pipefail; scripts/readme-journey.sh | bash", live.shell)
                }

                for words in ["Operazione in corso", "Operazione conclusa", "%PDF-1.", "mario.rossi@example.org"] {
                    #expect(output.contains(words), "\(words)")
                }
            }
        }

        @Test func `fifty identical concurrent RTs give one receipt and one e-mail`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "FIFTY")

                let answers = try await withThrowingTaskGroup(of: Deployment.Answer.self) { group in
                    for _ in 0..<50 { group.addTask { try await live.post(rt: rt) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }

                #expect(answers.filter { $0.status == 201 }.count == 1)
                #expect(answers.filter { $0.status == 200 }.count == 49)
                #expect(Set(answers.map(\.body)).count == 1)
                #expect(try await live.status(of: position) == "paid")
                try await live.waitUntil("the mail was sent") {
                    try await live.mailCount(to: "canarino@example.org") >= 1
                }
                let again = try await live.post(rt: rt)
                #expect(again.status == 200)
                #expect(try live.query("SELECT (SELECT count(*) FROM receipts), (SELECT count(*) FROM rts)") == ["1|1"])
                let notices = try await live.call("GET", "/v1/notifications?limit=100", key: live.opsKey)
                #expect(((try notices.json["items"] as? [any Sendable]) ?? []).count == 1)
                #expect(try await live.mailCount(to: "canarino@example.org") == 1)
            }
        }

        @Test func `every kind of RT gets the response that the table defines`() async throws {
            try await Deployment.with { live in
                let (first, iuv) = try await live.position()
                let refused = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "KO-1", cents: 0, outcome: "KO"))
                #expect(refused.status == 201)
                #expect(try refused.json["disposition"] as? String == "recorded")
                #expect(try await live.status(of: first) == "open")

                let paid = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK-1"))
                #expect(try paid.json["disposition"] as? String == "settled")
                let late = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "KO-2", cents: 0, outcome: "KO"))
                #expect(try late.json["disposition"] as? String == "recorded")
                #expect(try await live.status(of: first) == "paid")
                let conflict = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK-1", cents: 5979))
                #expect(conflict.status == 409)
                let twice = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "OK-2"))
                #expect(try twice.json["disposition"] as? String == "anomaly")

                let (second, otherIUV) = try await live.position()
                let less = try await live.post(rt: Deployment.rt(iuv: otherIUV, receipt: "LESS", cents: 5979))
                #expect(try less.json["disposition"] as? String == "anomaly")
                #expect(try await live.status(of: second) == "open")
                let unknown = try await live.post(rt: Deployment.rt(iuv: "01234567890123456", receipt: "UNKNOWN"))
                #expect(try unknown.json["disposition"] as? String == "quarantined")

                let sums = try await live.post(
                    rt: Deployment.rt(
                        iuv: otherIUV, receipt: "SUMS",
                        transfers: #"[{"index":1,"creditor_tax_code":"12345678903","amount_cents":1}]"#))
                #expect(sums.status == 201)
                #expect(try sums.json["disposition"] as? String == "anomaly")
                let stranger = try await live.post(rt: Deployment.rt(iuv: otherIUV, receipt: "X"), secret: .make())
                #expect(stranger.status == 401)
                let anomalies = try await live.call("GET", "/v1/anomalies?limit=100", key: live.opsKey)
                #expect(((try anomalies.json["items"] as? [any Sendable]) ?? []).count == 5)
                #expect(
                    try live.query("SELECT kind FROM anomalies ORDER BY kind") == [
                        "already_paid", "amount_mismatch", "contradictory_rt", "receipt_conflict", "unknown_iuv",
                    ])
            }
        }

        @Test func `invalid input is rejected with a clear problem and stores nothing`() async throws {
            try await Deployment.with { live in
                let deep = String(repeating: "[", count: 513) + String(repeating: "]", count: 513)
                let attacks: [(json: String, type: String, statuses: Set<Int>)] = [
                    ("{\"a\":1,}", "application/json", [400]), ("{\"a\":1,\"a\":2}", "application/json", [400, 422]),
                    (deep, "application/json", [400]),
                    ("{\"description\":\"\\u0000\"}", "application/json", [400, 422]),
                    (String(repeating: " ", count: 257 * 1024), "application/json", [413]),
                    ("a=1", "text/plain", [415]),
                    ("", "application/json", [400]), ("{}", "application/json", [422]),
                    ("{\"unknown\":1}", "application/json", [422]),
                    ("{\"amount_cents\":1e3}", "application/json", [400, 422]),
                ]
                for attack in attacks {
                    let answer = try await live.call(
                        "POST", "/v1/positions", key: live.creditorKey, json: attack.json,
                        headers: ["Content-Type": attack.type])
                    #expect(attack.statuses.contains(answer.status), "\(attack.json.prefix(40)): \(answer.status)")
                    #expect(answer.headers["content-type"]?.hasPrefix("application/problem+json") == true)
                }
                let wrong = try await live.call(
                    "POST", "/v1/positions", key: live.creditorKey,
                    json: """
                        {"creditor_tax_code":"12345678904","external_id":"BAD","debt_type":"mensa",
                        "document":{"year":2026,"number":"1"},"description":"x",
                        "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501X","full_name":"A B"},
                        "lines":[{"description":"p","amount_cents":5}],
                        "installments":[{"amount_cents":6,"due_date":"2026-02-30"}]}
                        """)
                #expect(wrong.status == 422)
                let text = String(decoding: wrong.body, as: UTF8.self)
                for pointer in ["/debtor/tax_code", "/installments/0/due_date"] {
                    #expect(text.contains("\"\(pointer)\""), "\(pointer)")
                }
                #expect(try await live.call("GET", "/v1/nothing", key: live.apiKey).status == 404)
                #expect(try await live.call("DELETE", "/v1/positions", key: live.apiKey).headers["allow"] != nil)
                #expect(try await live.call("GET", "/v1/positions").status == 401)
            }
        }

        @Test func `without PostgreSQL requests get 503 with Retry-After, and the service recovers without a restart`()
            async throws
        {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                try live.cluster.stop()
                let rt = Deployment.rt(iuv: iuv, receipt: "AWAY")
                let unheard = try await live.post(rt: rt)
                #expect(unheard.status == 503)
                #expect(unheard.headers["retry-after"] != nil)
                let began = ContinuousClock.now

                let away = try await live.call("GET", "/v1/positions/\(position)", key: live.apiKey)

                #expect(away.status == 503)
                #expect(away.headers["retry-after"] != nil)
                #expect(ContinuousClock.now - began < .seconds(5))
                #expect(try await live.call("GET", "/status").status == 503)
                #expect(try await live.call("GET", "/live").status == 200)
                try live.cluster.start()
                try await live.waitUntil("the service has healed") {
                    try await live.call("GET", "/v1/positions/\(position)", key: live.apiKey).status == 200
                }
                #expect(live.service.isRunning)
                #expect(try live.query("SELECT count(*) FROM rts") == ["0"])
                #expect(try await live.post(rt: rt).status == 201)
            }
        }

        @Test func `SIGTERM ends the service with success, and its log contains no personal data`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position(debtor: "BSCMTT83A12L719R")
                _ = try await live.call(
                    "POST", "/v1/positions/search", key: live.apiKey, json: #"{"debtor_tax_code":"BSCMTT83A12L719R"}"#)
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "CANARY"))
                try await live.waitUntil("the mail was sent") {
                    try await live.mailCount(to: "canarino@example.org") >= 1
                }

                #expect(live.service.stop() == 0)

                let log = try live.log()
                #expect(log.contains("POST"))
                for secret in [
                    "BSCMTT83A12L719R", "Canarino", "canarino@", live.apiKey, live.creditorKey, "whsec_", "IT60X05",
                ] {
                    #expect(!log.contains(secret), "\(secret.prefix(6))…")
                }
            }
        }

        @Test func `background jobs in a process of their own serve health and metrics only`() async throws {
            try await Deployment.with(serviceArguments: ["--no-loops"]) { live in
                let jobs = try Instance(of: live, ["loops"])
                defer { jobs.kill() }
                try jobs.start()
                try await live.waitUntil("the jobs are ready") { await jobs.isReady(live) }
                let queued = try await live.call(
                    "POST", "/v1/notifications/test", key: live.opsKey, json: #"{"to":"jobs@example.org"}"#)
                try #require(queued.status == 202)

                try await live.waitUntil("the process that sent the mail has counted it") {
                    String(decoding: try await live.send("GET", url: jobs.url + "/metrics").body, as: UTF8.self)
                        .contains(#"mail_sent_total{result="sent"} 1"#)
                }

                let service = try await live.send("GET", url: live.api + "/metrics")
                #expect(!String(decoding: service.body, as: UTF8.self).contains("mail_sent_total"))
                for path in ["/live", "/status"] {
                    #expect(try await live.send("GET", url: jobs.url + path).status == 200)
                }
                let positions = try await live.send(
                    "GET", url: jobs.url + "/v1/positions", headers: ["Authorization": "Bearer \(live.apiKey)"])
                #expect(positions.status == 404)
                #expect(jobs.stop() == 0)
            }
        }

        @Test func `another creditor's key sees no rows`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "MINE"))
                let creditor = try await live.call(
                    "PUT", "/v1/creditors/15376371009", key: live.opsKey,
                    json: """
                        {"tax_code":"15376371009","name":"Altro Comune","aux_digit":3,"segregation_code":"01",
                        "iban":"IT60X0542811101000000123456"}
                        """)
                #expect([200, 201].contains(creditor.status), "\(String(decoding: creditor.body, as: UTF8.self))")
                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json:
                        #"{"name":"other","kind":"creditor","scopes":["positions:read","receipts:read"],"creditors":["15376371009"]}"#
                )
                try #require(made.status == 201)
                let other = try #require(try made.json["key"] as? String)

                let theirs = try await live.call("GET", "/v1/positions/\(position)", key: other)
                let unknown = try await live.call(
                    "GET", "/v1/positions/0199c0de-0000-7000-8000-000000000001", key: other)

                #expect(theirs.status == 404)
                #expect(try theirs.json["detail"] as? String == unknown.json["detail"] as? String)
                let list = try await live.call("GET", "/v1/positions", key: other)
                #expect(((try list.json["items"] as? [any Sendable]) ?? []).isEmpty)
                let receipts = try await live.call("GET", "/v1/receipts", key: other)
                #expect(((try receipts.json["items"] as? [any Sendable]) ?? []).isEmpty)
            }
        }
    }
}

enum Shell {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a command in the project's folder with these variables only; returns its output.
    static func run(_ command: String, _ environment: [String: String]) throws -> String {
        let log = FileManager.default.temporaryDirectory.appending(path: "quietanza-\(UUID().uuidString).log")
        defer { try? FileManager.default.removeItem(at: log) }
        let inProject = "cd '\(Deployment.project.path)' && { \(command); }"
        do { try ServiceProcess.finish("/bin/bash", ["-c", inProject], environment, log: log) } catch {
            throw Failed(description: "\(command): \((try? String(contentsOf: log, encoding: .utf8)) ?? "")")
        }
        return try String(contentsOf: log, encoding: .utf8)
    }
}
