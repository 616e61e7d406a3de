import Foundation
import TestSupport
import Testing

/// The effects of a payment, through the API.
extension ServerTests {
    @Suite struct PaymentTests {
        @Test func `RTs are accepted without a mail server, and the mail is sent when it is available again`()
            async throws
        {
            try await Deployment.with { live in
                try await live.mailMode("greet4")
                let (position, iuv) = try await live.position()

                let answer = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "MAIL"))

                #expect(answer.status == 201)
                #expect(try await live.status(of: position) == "paid")
                try await live.waitUntil("the first try has failed") {
                    try await live.notification(of: position)["status"] as? String == "retrying"
                }
                try await live.mailMode("ok")
                let id = try #require(try await live.notification(of: position)["id"] as? String)
                let retried = try await live.call("POST", "/v1/notifications/\(id)/retry", key: live.opsKey)
                #expect(retried.status == 202)
                try await live.waitUntil("the mail is sent") {
                    try await live.notification(of: position)["status"] as? String == "sent"
                }
                #expect(try await live.mailCount(to: "canarino@example.org") == 1)
            }
        }

        @Test func `a mail that is rejected permanently is dead at once`() async throws {
            try await Deployment.with { live in
                try await live.mailMode("rcpt5")
                let (position, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "DEAD"))
                try await live.waitUntil("the mail is given up") {
                    try await live.notification(of: position)["status"] as? String == "dead"
                }
                #expect(try await live.notification(of: position)["attempts"] as? Int == 1)
            }
        }

        @Test func `the mail is well formed and has the receipt attached`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "READ"))
                try await live.waitUntil("the mail is sent") {
                    try await live.notification(of: position)["status"] as? String == "sent"
                }
                let mail = try #require(try await live.mails().first)

                // Python's parser reports every defect of the message.
                let report = try Tool.withFile(Array(mail), suffix: "eml") { path in
                    try Tool.run(
                        "python3",
                        [
                            "-c",
                            """
                            import email, email.policy, sys
                            m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
                            assert not any(p.defects for p in m.walk()), [p.defects for p in m.walk()]
                            print(m['Subject']); print(m['Message-ID']); print(m['Auto-Submitted'])
                            print(m.get_body(('plain',)).get_content()); print(m.get_body(('html',)).get_content())
                            for a in m.iter_attachments(): print(a.get_content_type(), a.get_filename(), a.get_content()[:7])
                            """, path,
                        ])
                }
                for words in [
                    "Comune di Esempio", iuv, "59,80\u{A0}€", "application/pdf", ".pdf b'%PDF-1.", "auto-generated",
                ] {
                    #expect(report.contains(words), "\(words)")
                }
                #expect(!report.contains("RSSMRA80A01H501U") && !report.contains("Canarino"))
            }
        }

        @Test
        func `a repeat with the same Idempotency-Key gives the first response, and another body is rejected`()
            async throws
        {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let (_, other) = try await live.position()

                let first = try await live.pay(iuv: iuv, key: "key-1")
                let again = try await live.pay(iuv: iuv, key: "key-1")
                let misused = try await live.pay(iuv: other, key: "key-1")

                #expect(first.status == 201)
                #expect(again.status == 201 && again.body == first.body)
                #expect(again.headers["idempotency-replayed"] == "true")
                #expect([409, 422].contains(misused.status))
            }
        }

        @Test func `an installment has one open payment at a time, also for concurrent requests`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()

                let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<8 {
                        group.addTask { try await live.pay(iuv: iuv, key: "at-once-\(number)").status }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }

                #expect(answers.filter { $0 == 201 }.count == 1)
                #expect(answers.filter { $0 == 409 }.count == 7)
                // A counter payment is rejected as well while the payment is in progress.
                let counter = try await live.call(
                    "POST", "/v1/positions/\(position)/counter-payments", key: live.creditorKey,
                    json:
                        #"{"installment":1,"amount_cents":5980,"paid_at":"2026-11-20T09:30:00Z","till":"1","reference":"C-1"}"#
                )
                #expect(counter.status == 409)
            }
        }

        @Test func `a negative RT releases the position, and a later positive one pays it`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let attempt = try await live.pay(iuv: iuv)
                let id = try #require(try attempt.json["id"] as? String)

                let no = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "NO", cents: 0, outcome: "KO"))
                #expect(try no.json["disposition"] as? String == "recorded")
                #expect(try await live.status(of: position) == "open")
                let yes = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "YES"))
                #expect(try yes.json["disposition"] as? String == "settled")
                #expect(try await live.status(of: position) == "paid")
                let late = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "LATE", cents: 0, outcome: "KO"))
                #expect(try late.json["disposition"] as? String == "recorded")
                #expect(try await live.status(of: position) == "paid")
                let shown = try await live.call("GET", "/v1/payment-attempts/\(id)", key: live.apiKey)
                #expect(shown.status == 200)
            }
        }

        @Test func `a payment at the counter is a receipt like any other`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()

                let paid = try await live.call(
                    "POST", "/v1/positions/\(position)/counter-payments", key: live.creditorKey,
                    json:
                        #"{"installment":1,"amount_cents":5980,"paid_at":"2026-11-20T09:30:00Z","till":"1","reference":"C-1"}"#
                )

                #expect(paid.status == 201)
                #expect(try await live.status(of: position) == "paid")
                let archive = try await live.call("GET", "/v1/receipts?position_id=\(position)", key: live.apiKey).json
                let receipt = try #require((archive["items"] as? [[String: any Sendable]])?.first)
                #expect(receipt["origin"] as? String == "counter")
                let id = try #require(receipt["id"] as? String)
                let pdf = try await live.call("GET", "/v1/receipts/\(id)/pdf", key: live.apiKey)
                #expect(pdf.status == 200 && pdf.body.starts(with: Array("%PDF-1.".utf8)))
            }
        }

        @Test func `a change needs the version that it is based on`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()
                let path = "/v1/positions/\(position)"
                let tag = try #require(try await live.call("GET", path, key: live.creditorKey).headers["etag"])
                let patch = ["Content-Type": "application/merge-patch+json"]

                let blind = try await live.call(
                    "PATCH", path, key: live.creditorKey, json: #"{"description":"x"}"#, headers: patch)
                let good = try await live.call(
                    "PATCH", path, key: live.creditorKey, json: #"{"description":"Mensa, corretta"}"#,
                    headers: patch.merging(["If-Match": tag]) { $1 })
                let stale = try await live.call(
                    "PATCH", path, key: live.creditorKey, json: #"{"description":"altra"}"#,
                    headers: patch.merging(["If-Match": tag]) { $1 })

                #expect(blind.status == 428)
                #expect(good.status == 200)
                #expect(try good.json["description"] as? String == "Mensa, corretta")
                #expect(stale.status == 412)
                let newTag = try #require(good.headers["etag"])
                let unchanged = try await live.call(
                    "GET", path, key: live.creditorKey, headers: ["If-None-Match": newTag])
                #expect(unchanged.status == 304)
            }
        }

        @Test func `every operation of the contract is served and requires its credential`() async throws {
            try await Deployment.with { live in
                let contract = try Contract.project.get()
                for operation in contract.operations {
                    let path = operation.path
                        .replacing("{tax_code}", with: Deployment.creditor).replacing("{key}", with: "mensa")
                        .replacing("{psp_id}", with: "ABCDITMM").replacing("{version}", with: "1")
                        .replacing("{topic}", with: "payments")
                        // Every other parameter is an id: `{id}`, `{attempt_id}`, `{receipt_id}`.
                        .replacing(/\{[a-z_]+\}/, with: "0199c0de-0000-7000-8000-000000000001")
                    let hasBody = ["POST", "PUT", "PATCH"].contains(operation.method)
                    let answer = try await live.call(operation.method, path, json: hasBody ? "{}" : nil)
                    #expect(answer.status != 405 && answer.status < 500, "\(operation.operationId) \(answer.status)")
                    if !operation.isPublic {
                        #expect(answer.status == 401, "\(operation.operationId) \(answer.status)")
                    }
                    for name in [
                        "x-correlation-id", "x-content-type-options", "content-security-policy", "cache-control",
                    ] {
                        #expect(answer.headers[name] != nil, "\(operation.operationId) \(name)")
                    }
                }
            }
        }
    }
}

extension Deployment {
    /// The only mail about a position to its debtor.
    func notification(of position: String) async throws -> [String: any Sendable] {
        let list = try await call("GET", "/v1/notifications?position_id=\(position)", key: opsKey).json
        return (list["items"] as? [[String: any Sendable]])?.first ?? [:]
    }
}
