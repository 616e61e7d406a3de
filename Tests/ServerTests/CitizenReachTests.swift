import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// A signed-in citizen reaches their own data at every creditor.
    @Suite struct CitizenReachTests {
        private static let anna = "VRDNNA85M41F205G"
        private static let otherCreditor = "15376371009"

        /// A debt of Mario's at a creditor that the front end's key is not bound to; `(id, installment)`.
        private func debtElsewhere(_ live: Deployment) async throws -> (id: String, installment: String) {
            _ = try await live.call(
                "PUT", "/v1/creditors/\(Self.otherCreditor)", key: live.opsKey,
                json: """
                    {"tax_code":"\(Self.otherCreditor)","name":"Altro Comune","aux_digit":3,"segregation_code":"01",
                    "iban":"IT60X0542811101000000123456","return_url_origins":["http://localhost:3000"]}
                    """)
            _ = try await live.call(
                "PUT", "/v1/creditors/\(Self.otherCreditor)/debt-types/mensa", key: live.opsKey,
                json:
                    #"{"descriptions":{"it":"Mensa"},"service":"school","taxonomy_code":"9/0101002IM/","payable_after_due":true}"#
            )
            let made = try await live.call(
                "POST", "/v1/positions", key: live.opsKey,
                json: """
                    {"creditor_tax_code":"\(Self.otherCreditor)","external_id":"E-1","debt_type":"mensa",
                    "document":{"year":2026,"number":"7"},"description":"Mensa altrove","debtor":{"kind":"person",
                    "tax_code":"RSSMRA80A01H501U","full_name":"Mario"},"lines":[{"description":"P","amount_cents":5980}],
                    "installments":[{"amount_cents":5980,"due_date":"2030-01-31"}]}
                    """)
            try #require(made.status == 201)
            let installments = try made.json["installments"] as? [[String: any Sendable]]
            return (try #require(try made.json["id"] as? String), try #require(installments?.first?["id"] as? String))
        }

        private func items(_ answer: Deployment.Answer) throws -> Set<String> {
            let items = try #require(try answer.json["items"] as? [[String: any Sendable]])
            return Set(items.compactMap { $0["id"] as? String })
        }

        private func start(
            _ live: Deployment, _ installment: String, token: String?, key: String = UUID().uuidString,
            payer: String? = nil
        ) async throws -> Deployment.Answer {
            let psps = try await live.call("GET", "/v1/psps?payment_method=CP&amount_cents=5980", key: live.apiKey).json
            let row = try #require(
                (psps["items"] as? [[String: any Sendable]])?.first { $0["psp_id"] as? String == "ABCDITMM" })
            var headers = ["Idempotency-Key": key]
            headers["X-Citizen-Token"] = token
            let named = payer.map { #""payer":{"kind":"person","tax_code":"\#($0)","full_name":"Mario"},"# } ?? ""
            return try await live.call(
                "POST", "/v1/payment-attempts", key: live.apiKey,
                json: """
                    {"installments":["\(installment)"],"payment_method":"CP","psp_id":"ABCDITMM",\(named)
                    "channel_id":"\(row["channel_id"] as? String ?? "")","return_url":"http://localhost:3000/esito"}
                    """, headers: headers)
        }

        @Test func `a citizen sees their own debts at every creditor, and no other person's`() async throws {
            try await Deployment.with { live in
                let here = try await live.position().id
                let elsewhere = try await debtElsewhere(live).id
                let annas = try await live.position(debtor: Self.anna).id
                let token = try await live.session(.mario).access
                let headers = ["X-Citizen-Token": token]

                let list = try await items(
                    live.call("GET", "/v1/positions?limit=100", key: live.apiKey, headers: headers))
                #expect(list.isSuperset(of: [here, elsewhere]) && !list.contains(annas))
                let narrowed = try await live.call(
                    "GET", "/v1/positions?creditor_tax_code=\(Self.otherCreditor)", key: live.apiKey, headers: headers)
                #expect(try items(narrowed) == [elsewhere])
                let others = try await live.call(
                    "POST", "/v1/positions/search", key: live.apiKey,
                    json: #"{"debtor_tax_code":"\#(Self.anna)","include_total":true}"#, headers: headers)
                #expect(try items(others).isEmpty && (try others.json["total_count"] as? Int) == 0)
                for id in [here, elsewhere] {
                    #expect(
                        try await live.call("GET", "/v1/positions/\(id)", key: live.apiKey, headers: headers).status
                            == 200)
                }
                for id in [annas, "0199c0de-0000-7000-8000-000000000001"] {
                    #expect(
                        try await live.call("GET", "/v1/positions/\(id)", key: live.apiKey, headers: headers).status
                            == 404)
                }
                // Without the token the front end has only the rights of its key.
                #expect(try await live.call("GET", "/v1/positions/\(elsewhere)", key: live.apiKey).status == 404)
                #expect(try await live.call("GET", "/v1/positions/\(annas)", key: live.apiKey).status == 200)
            }
        }

        @Test func `a citizen pays in their own name, and both they and the front end are in the journal`() async throws
        {
            try await Deployment.with { live in
                let debt = try await debtElsewhere(live)
                let annas = try await live.position(debtor: Self.anna)
                let annasInstallment = try #require(
                    (try await live.call("GET", "/v1/positions/\(annas.id)", key: live.apiKey).json["installments"]
                        as? [[String: any Sendable]])?.first?["id"] as? String)
                let token = try await live.session(.mario).access

                #expect(try await start(live, annasInstallment, token: token).pointers == ["/installments/0"])
                #expect(
                    try await start(live, debt.installment, token: token, payer: Self.anna).pointers == [
                        "/payer/tax_code"
                    ])
                let started = try await start(live, debt.installment, token: token)

                #expect(started.status == 201)
                let id = try #require(try started.json["id"] as? String)
                let headers = ["X-Citizen-Token": token]
                #expect(
                    try await live.call("GET", "/v1/payment-attempts/\(id)", key: live.apiKey, headers: headers).status
                        == 200)
                #expect(
                    try await items(live.call("GET", "/v1/payment-attempts", key: live.apiKey, headers: headers)) == [
                        id
                    ])
                #expect(try await live.call("GET", "/v1/payment-attempts/\(id)", key: live.apiKey).status == 404)
                let actor = try live.queryText(
                    "SELECT actor FROM journal WHERE attempt_id = '\(id)' AND to_state = 'created'")
                #expect(actor.wholeMatch(of: /citizen:[0-9a-f-]{36} key:[0-9a-f-]{36}/) != nil, "\(actor)")
                #expect(
                    try live.queryText("SELECT payer_tax_code FROM payment_attempts WHERE id = '\(id)'")
                        == "RSSMRA80A01H501U")
            }
        }

        @Test func `a citizen sees only that another person's payment of their debt is in progress`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position(debtor: Self.anna)
                let attempt = try #require(try await live.pay(iuv: iuv).json["id"] as? String)
                let headers = ["X-Citizen-Token": try await live.session(.anna).access]

                let detail = try await live.call("GET", "/v1/positions/\(position)", key: live.apiKey, headers: headers)

                let installment = (try detail.json["installments"] as? [[String: any Sendable]])?.first
                #expect(installment?["payable"] as? Bool == false)
                #expect((try detail.json["attempts"] as? [any Sendable])?.isEmpty == true)
                #expect(
                    try await live.call("GET", "/v1/payment-attempts/\(attempt)", key: live.apiKey, headers: headers)
                        .status
                        == 404)
            }
        }

        @Test func `a receipt is visible to the debtor and the payer only`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position(debtor: Self.anna)
                // Mario pays Anna's bill; a payment of another person is in quarantine under Anna's name.
                let attempt = try #require(try await live.pay(iuv: iuv).json["id"] as? String)
                let paid = try await live.post(
                    rt: Deployment.rt(iuv: iuv, receipt: "ANNA").replacing(
                        "\"transfers\"", with: "\"attempt_id\":\"\(attempt)\",\"transfers\""))
                let receipt = try #require(try paid.json["id"] as? String)
                let quarantined = Deployment.rt(iuv: "01000000000009943", receipt: "LOST").replacing(
                    "\"transfers\"", with: #""debtor":{"tax_code":"VRDNNA85M41F205G"},"transfers""#)
                let lost = try #require(try await live.post(rt: quarantined).json["id"] as? String)
                let (_, other) = try await live.position(debtor: "BSCMTT83A12L719R")
                let foreign = try #require(
                    try await live.post(rt: Deployment.rt(iuv: other, receipt: "OTHER")).json["id"] as? String)

                for applicant in [Applicant.anna, .mario] {
                    let headers = ["X-Citizen-Token": try await live.session(applicant).access]
                    let list = try await live.call(
                        "GET", "/v1/receipts?include_total=true", key: live.apiKey, headers: headers)
                    #expect(try items(list) == [receipt] && (try list.json["total_count"] as? Int) == 1)
                    for (path, status) in [
                        ("\(receipt)", 200), ("\(receipt)/pdf", 200), ("\(receipt)/rt", 403), ("\(lost)", 404),
                        ("\(foreign)", 404), ("\(foreign)/pdf", 404), ("\(foreign)/rt", 404),
                    ] {
                        let answer = try await live.call(
                            "GET", "/v1/receipts/\(path)", key: live.apiKey, headers: headers)
                        #expect(answer.status == status, "\(path)")
                    }
                }
            }
        }

        @Test func `two citizens of one front end do not share Idempotency-Keys`() async throws {
            try await Deployment.with { live in
                let debt = try await debtElsewhere(live)
                let mario = try await live.session(.mario).access
                let anna = try await live.session(.anna).access

                let first = try await start(live, debt.installment, token: mario, key: "one-and-the-same")
                let second = try await start(live, debt.installment, token: anna, key: "one-and-the-same")

                #expect(first.status == 201 && second.status == 422)
                #expect(second.headers["idempotency-replayed"] == nil)
            }
        }

        @Test func `a citizen's request has no more rights than a citizen, with any key`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()
                let key = try await live.newKey(
                    kind: "ops", scopes: ["positions:read", "positions:write", "operations", "citizens"], creditors: [])
                try await live.account(.mario)
                let session = try await live.call(
                    "POST", "/v1/sessions", key: key,
                    json: #"{"username":"RSSMRA80A01H501U","password":"\#(Applicant.password)"}"#)
                let headers = ["X-Citizen-Token": try Tokens(session).access]

                #expect(
                    try await live.call("GET", "/v1/positions/\(position)", key: key, headers: headers).status == 200)
                for (method, path) in [
                    ("POST", "/v1/positions/\(position)/cancel"), ("GET", "/v1/journal"), ("GET", "/v1/anomalies"),
                    ("GET", "/v1/api-keys"), ("GET", "/v1/notifications"),
                ] {
                    #expect(try await live.call(method, path, key: key, headers: headers).status == 403, "\(path)")
                }
            }
        }
    }
}
