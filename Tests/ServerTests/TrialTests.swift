import Cryptography
import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// A sandbox and the rest of a debt, as callers use them. Rules are tested with the operations.
    @Suite struct TrialTests {
        private static let sandbox = "00000000018"

        private func json(_ live: Deployment, _ path: String, _ body: String?, key: String, status: Int = 200)
            async throws -> [String: any Sendable]
        {
            let answer = try await live.call("POST", path, key: key, json: body)
            #expect(answer.status == status, "\(path) \(String(decoding: answer.body, as: UTF8.self))")
            return try answer.json
        }

        /// A test creditor with a debt type.
        /// - Returns: a test key of it with these scopes.
        private func makeSandbox(_ live: Deployment, scopes: [String]) async throws -> String {
            for (path, body) in [
                (
                    "/v1/creditors/\(Self.sandbox)",
                    """
                    {"tax_code":"\(Self.sandbox)","name":"Ente di prova","aux_digit":3,"segregation_code":"09",
                    "iban":"IT60X0542811101000000123456","test":true,"return_url_origins":["http://localhost:3000"]}
                    """
                ),
                (
                    "/v1/creditors/\(Self.sandbox)/debt-types/mensa",
                    """
                    {"descriptions":{"it":"Mensa"},"service":"school","taxonomy_code":"9/0101002IM/",
                    "payable_after_due":false}
                    """
                ),
            ] {
                let saved = try await live.call(
                    "PUT", path, key: live.opsKey, json: body, headers: ["If-None-Match": "*"])
                try #require(saved.status == 201)
            }
            let names = scopes.map { "\"\($0)\"" }.joined(separator: ",")
            return try #require(
                try await json(
                    live, "/v1/api-keys",
                    #"{"name":"trial","kind":"test","scopes":[\#(names)],"creditors":["\#(Self.sandbox)"]}"#,
                    key: live.opsKey, status: 201)["key"] as? String)
        }

        @Test func `a test key pays at PSPs of trials, lets days pass, and resets its creditor`() async throws {
            try await Deployment.with { live in
                let key = try await makeSandbox(live, scopes: ["positions:read", "positions:write", "payments:write"])
                func debt(_ name: String) async throws -> [String: any Sendable] {
                    try await json(
                        live, "/v1/positions",
                        """
                        {"creditor_tax_code":"\(Self.sandbox)","external_id":"\(name)","debt_type":"mensa",
                        "document":{"year":2026,"number":"1"},"description":"Mensa","debtor":{"kind":"person",
                        "tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi"},
                        "installments":[{"amount_cents":5980,"due_date":"2030-01-31"}]}
                        """, key: key, status: 201)
                }
                func start(_ position: [String: any Sendable], at psp: String) async throws -> [String: any Sendable] {
                    let installments = position["installments"] as? [[String: any Sendable]]
                    let id = try #require(installments?.first?["id"] as? String)
                    let answer = try await live.call(
                        "POST", "/v1/payment-attempts", key: key,
                        json: """
                            {"installments":["\(id)"],"payment_method":"CP","psp_id":"\(psp)","channel_id":"QZTEST",
                            "return_url":"http://localhost:3000/esito"}
                            """, headers: ["Idempotency-Key": UUID().uuidString])
                    #expect(answer.status == 201, "\(String(decoding: answer.body, as: UTF8.self))")
                    return try answer.json
                }
                func status(_ id: (any Sendable)?) async throws -> String? {
                    let id = try #require(id as? String)
                    return try await live.call("GET", "/v1/payment-attempts/\(id)", key: key).json["status"] as? String
                }

                let choices = try await live.call(
                    "GET", "/v1/psps?amount_cents=5980&payment_method=CP&limit=100", key: key)
                let names = (try choices.json["items"] as? [[String: any Sendable]])?.compactMap {
                    $0["psp_id"] as? String
                }
                #expect(Set(names ?? []).isSuperset(of: ["QZTEST_PAY", "QZTEST_LATE"]))

                let paid = try await start(debt("paid"), at: "QZTEST_PAY")
                let paidID = try #require(paid["id"] as? String)
                #expect((paid["redirect_url"] as? String)?.hasSuffix("/return/\(paidID)") == true)
                // The service redirects to the front end, which does not run.
                _ = try? await live.send("GET", url: "\(live.api)/return/\(paidID)")
                #expect(try await status(paid["id"]) == "succeeded")

                let late = try await start(debt("late"), at: "QZTEST_LATE")
                let lateID = try #require(late["id"] as? String)
                let ended = try await json(live, "/v1/sandbox/payment-attempts/\(lateID)/expire", nil, key: key)
                #expect(ended["status"] as? String == "succeeded")

                let open = try await debt("open")
                let days = try await json(
                    live, "/v1/sandbox/days", #"{"creditor_tax_code":"\#(Self.sandbox)","days":366}"#, key: key)
                #expect(days["positions"] as? Int == 3)
                let openID = try #require(open["id"] as? String)
                let moved = try await live.call("GET", "/v1/positions/\(openID)", key: key)
                let first = (try moved.json["installments"] as? [[String: any Sendable]])?.first
                #expect(first?["due_date"] as? String == "2029-01-30")

                let reset = try await json(
                    live, "/v1/sandbox/resets", #"{"creditor_tax_code":"\#(Self.sandbox)"}"#, key: key)
                #expect(reset["positions"] as? Int == 3 && reset["receipts"] as? Int == 2)
                let refused = try await live.call(
                    "POST", "/v1/sandbox/resets", key: live.opsKey,
                    json: #"{"creditor_tax_code":"\#(Deployment.creditor)"}"#)
                #expect(refused.status == 422)
            }
        }

        @Test func `a PSP tries its sender with a secret of trials, and a test key learns why a signature is wrong`()
            async throws
        {
            try await Deployment.with { live in
                let key = try await makeSandbox(live, scopes: ["receipts:read"])
                let made = try await json(
                    live, "/v1/psps/QZTEST_ACME/webhook-secrets", nil, key: live.opsKey, status: 201)
                let text = try #require(made["secret"] as? String)
                let secret = try WebhookSecret(text)
                func check(_ psp: String, _ body: String, with secret: WebhookSecret, key: String) async throws
                    -> Deployment.Answer
                {
                    try await live.send(
                        "POST", url: "\(live.api)/v1/psps/\(psp)/signature-check",
                        headers: live.signed(body, secret: secret).merging(["Authorization": "Bearer \(key)"]) { $1 },
                        body: Data(body.utf8))
                }

                let right = try await check("QZTEST_ACME", "{}", with: secret, key: key)
                let undecoded = try await check(
                    "QZTEST_ACME", "{}", with: WebhookSecret(bytes: Array(text.utf8)), key: key)
                let answers = try [right.json, undecoded.json]
                #expect(answers.map { $0["accepted"] as? Bool } == [true, false])
                let causes = (answers[1]["causes"] as? [[String: any Sendable]])?.map { $0["code"] as? String }
                #expect(causes == ["secret_not_decoded"])
                for answer in [right, undecoded] {
                    let shown = String(decoding: answer.body, as: UTF8.self)
                    #expect(!shown.contains(text) && !shown.contains(text.dropFirst(6)))
                }
                // The right signature is known to no caller who did not send it.
                let headers = live.signed("{}", id: "m", secret: secret)
                let expected = try #require(headers["webhook-signature"]?.dropFirst(3))
                let wrong = try await live.send(
                    "POST", url: "\(live.api)/v1/psps/QZTEST_ACME/signature-check",
                    headers: headers.merging(
                        ["Authorization": "Bearer \(key)", "webhook-signature": "v1,AAAA"]) { $1 },
                    body: Data("{}".utf8))
                #expect(wrong.status == 200 && !String(decoding: wrong.body, as: UTF8.self).contains(expected))

                #expect(try await check("ABCDITMM", "{}", with: secret, key: key).status == 404)
                #expect(try await check("ABCDITMM", "{}", with: live.pspSecret, key: live.opsKey).status == 200)
                #expect(try await check("QZTEST_ACME", "{}", with: secret, key: live.creditorKey).status == 403)

                let debt = try await live.position()
                for (body, status) in [(Deployment.rt(iuv: debt.iuv, receipt: "TRIAL"), 422), ("no RT", 400)] {
                    let posted = try await live.send(
                        "POST", url: "\(live.api)/v1/psps/QZTEST_ACME/receipts",
                        headers: live.signed(body, secret: secret), body: Data(body.utf8))
                    #expect(try posted.status == status && posted.json["anomaly_id"] == nil)
                }
                #expect(try await live.status(of: debt.id) == "open")
            }
        }

        @Test func `a back office plans, mails and writes off the rest of a debt`() async throws {
            try await Deployment.with { live in
                let made = try await json(
                    live, "/v1/positions",
                    """
                    {"creditor_tax_code":"\(Deployment.creditor)","external_id":"rest","debt_type":"mensa",
                    "document":{"year":2026,"number":"1"},"description":"Mensa scolastica","debtor":{"kind":"person",
                    "tax_code":"RSSMRA80A01H501U","full_name":"Mario Canarino","email":"debitore@example.org"},
                    "installments":[{"amount_cents":1000,"due_date":"2030-01-31"},
                    {"amount_cents":3990,"due_date":"2030-02-28"}]}
                    """, key: live.creditorKey, status: 201)
                let id = try #require(made["id"] as? String)
                let path = "/v1/positions/\(id)"
                let early = try await live.call(
                    "POST", "\(path)/rest/write-off", key: live.creditorKey, json: #"{"reason":"x"}"#)
                let problem = try early.json["type"] as? String
                #expect(early.status == 409 && problem?.hasSuffix("position-not-editable") == true)
                _ = try await json(
                    live, "\(path)/counter-payments",
                    #"{"installment":1,"amount_cents":1000,"paid_at":"2026-11-20T10:00:00Z","till":"1","reference":"r"}"#,
                    key: live.creditorKey, status: 201)

                let planned = try await json(
                    live, "\(path)/rest/plan",
                    """
                    {"reason":"Accordo","installments":[{"number":2,"amount_cents":2000,"due_date":"2031-01-31"},
                    {"amount_cents":1990,"due_date":"2031-02-28","valid_until":"2031-03-31"}]}
                    """, key: live.creditorKey)
                #expect((planned["installments"] as? [[String: any Sendable]])?.count == 3)
                #expect(planned["residual_cents"] as? Int == 3_990)
                let found = try await live.call(
                    "GET", "/v1/positions?valid_until_from=2031-03-31&valid_until_to=2031-03-31", key: live.creditorKey)
                let ids = (try found.json["items"] as? [[String: any Sendable]])?.map { $0["id"] as? String }
                #expect(ids == [id])

                let mail = try await json(
                    live, "\(path)/notices/mail", #"{"reason":"Chiesto al telefono"}"#, key: live.creditorKey,
                    status: 202)
                #expect(mail["kind"] as? String == "payment_notice")
                try await live.waitUntil("the notices are mailed") {
                    try await live.mailCount(to: "debitore@example.org") == 2
                }

                let reduced = try await json(
                    live, "\(path)/rest/write-off", #"{"reason":"Accordo","installments":[3]}"#, key: live.creditorKey)
                let parts = reduced["installments"] as? [[String: any Sendable]]
                #expect(parts?.map { $0["status"] as? String } == ["paid", "open", "written_off"])
                #expect(parts?.last?["disabled_code"] as? String == "written_off")
                let closed = try await json(
                    live, "\(path)/rest/write-off", #"{"reason":"Accordo"}"#, key: live.creditorKey)
                #expect(closed["status"] as? String == "paid" && closed["written_off_cents"] as? Int == 3_990)
            }
        }
    }
}
