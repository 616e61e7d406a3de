import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// Input that once ended the process or caused a 500, and similar input.
    @Suite(.alone) struct HostileInputTests {
        @Test func `no Accept header ends the process, and a PSP's RT is accepted with every Accept header`()
            async throws
        {
            try await Deployment.with { live in
                let odd = [";", ";;", ",;", ",", "text/html,;", "/", "*", "q=0", "application/json;q=", ";q=0,;"]
                for accept in odd {
                    let unsigned = try await live.call(
                        "POST", "/v1/psps/ABCDITMM/receipts", json: "{}", headers: ["Accept": accept])
                    #expect(unsigned.status == 401, "\(accept)")
                    let listed = try await live.call(
                        "GET", "/v1/positions", key: live.apiKey, headers: ["Accept": accept])
                    #expect([200, 406].contains(listed.status), "\(accept) \(listed.status)")
                }
                let refused = try await live.call(
                    "GET", "/v1/positions", key: live.apiKey, headers: ["Accept": "application/json;q=0, text/html"])
                #expect(refused.status == 406)
                let (_, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "ACCEPT")
                var headers = live.signed(rt)
                headers["Accept"] = "text/html"
                #expect(
                    try await live.call("POST", "/v1/psps/ABCDITMM/receipts", json: rt, headers: headers).status == 201)
                #expect(try await live.call("GET", "/live").status == 200)
            }
        }

        /// Each list, and who may read it. The two searches have the cursor in their body.
        private static let lists = [
            "/v1/positions", "/v1/positions?sort=due_date", "/v1/positions?sort=document", "/v1/receipts",
            "/v1/payment-attempts", "/v1/anomalies", "/v1/notifications", "/v1/journal", "/v1/creditors",
            "/v1/api-keys",
            "/v1/psp-lists", "/v1/psps?amount_cents=1000",
        ]

        private static func base64URL(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                .replacing("=", with: "")
        }

        @Test func `a cursor that the service did not issue gets 400 on every list and both searches`() async throws {
            try await Deployment.with { live in
                let id = "01A21412-8AEE-7BD7-A6F6-05E4B8461D36"
                let forged =
                    [
                        "created_at|-1152921504606846975", "-created_at|-9223372036854775808", "due_date|2147483647",
                        "document|2147483648", "receipts|-9223372036854775808", "journal|9223372036854775807",
                        "psps|-1",
                        "attempts|0", "anomalies|-62135596800000001",
                    ].map { Self.base64URL("\($0)|\(id)|") } + [
                        "x", "!", Self.base64URL("||||"), String(repeating: "A", count: 600),
                    ]
                for path in Self.lists {
                    for cursor in forged {
                        let encoded = cursor == "!" ? "%21" : cursor
                        let answer = try await live.call(
                            "GET", "\(path)\(path.contains("?") ? "&" : "?")cursor=\(encoded)", key: live.opsKey)
                        #expect(answer.status == 400, "\(path) \(cursor)")
                        #expect(String(decoding: answer.body, as: UTF8.self).contains(#""pointer":"cursor""#))
                    }
                }
                for path in [
                    "/v1/positions/search", "/v1/receipts/search", "/v1/payment-attempts/search",
                    "/v1/notifications/search",
                ] {
                    for cursor in forged {
                        let answer = try await live.call(
                            "POST", path, key: live.opsKey, json: #"{"cursor":"\#(cursor)"}"#)
                        #expect(answer.status == 400, "\(path) \(cursor)")
                        #expect(String(decoding: answer.body, as: UTF8.self).contains(#""pointer":"/cursor""#))
                    }
                }
                #expect(try await live.call("GET", "/live").status == 200)
            }
        }

        @Test func `an issued cursor gives the next page in its list and order for its caller only`() async throws {
            try await Deployment.with { live in
                _ = try await live.position()
                var issued: [(path: String, cursor: String)] = []
                for path in Self.lists {
                    let separator = path.contains("?") ? "&" : "?"
                    let page = try await live.call("GET", "\(path)\(separator)limit=1", key: live.opsKey)
                    try #require(page.status == 200)
                    guard let cursor = try page.json["next_cursor"] as? String else { continue }
                    let next = try await live.call(
                        "GET", "\(path)\(separator)limit=1&cursor=\(cursor)", key: live.opsKey)
                    #expect(next.status == 200, "\(path)")
                    #expect(next.body != page.body, "\(path)")
                    issued.append((path, cursor))
                }
                #expect(issued.count >= 6)
                for (path, cursor) in issued {
                    for other in Self.lists where other != path {
                        let answer = try await live.call(
                            "GET", "\(other)\(other.contains("?") ? "&" : "?")cursor=\(cursor)", key: live.opsKey)
                        #expect(answer.status == 400, "\(path) \(other)")
                    }
                }
                let positions = try #require(issued.first { $0.path == "/v1/positions" })
                let foreign = try await live.call("GET", "/v1/positions?cursor=\(positions.cursor)", key: live.apiKey)
                #expect(foreign.status == 400)
                // A search accepts the cursor of its list, and the reverse: they are one list.
                let search = try await live.call(
                    "POST", "/v1/positions/search", key: live.opsKey, json: #"{"cursor":"\#(positions.cursor)"}"#)
                #expect(search.status == 200)
            }
        }

        @Test func `sums over the largest amount get 422 with a pointer`() async throws {
            try await Deployment.with { live in
                let most = 99_999_999_999
                let iuvs = [try await live.position(cents: most).iuv, try await live.position(cents: most).iuv]
                func start(_ iuvs: [String]) async throws -> Deployment.Answer {
                    let parts = iuvs.map {
                        #"{"creditor_tax_code":"\#(Deployment.creditor)","notice_number":"3\#($0)"}"#
                    }
                    return try await live.call(
                        "POST", "/v1/payment-attempts", key: live.apiKey,
                        json: """
                            {"installments":[\(parts.joined(separator: ","))],
                            "payment_method":"CP","psp_id":"ABCDITMM","channel_id":"12345678903_01",
                            "payer":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Pagante"},
                            "return_url":"http://localhost:3000/esito","language":"it"}
                            """, headers: ["Idempotency-Key": UUID().uuidString])
                }
                let both = try await start(iuvs)
                #expect(both.status == 422)
                #expect(String(decoding: both.body, as: UTF8.self).contains(#""pointer":"/installments""#))
                // With its fee the highest amount exceeds the maximum of a payment, so no channel accepts it.
                let one = try await start([iuvs[0]])
                #expect(one.status == 422)
                #expect(String(decoding: one.body, as: UTF8.self).contains(#""pointer":"/psp_id""#))
                let offers = try await live.call("GET", "/v1/psps?amount_cents=\(most)", key: live.apiKey)
                #expect((try offers.json["items"] as? [any Sendable])?.isEmpty == true)

                let part = #"{"amount_cents":\#(most),"due_date":"2030-10-10"}"#
                let line = #"{"description":"Pasti","amount_cents":\#(most)}"#
                let draft = try await live.call(
                    "POST", "/v1/positions", key: live.creditorKey,
                    json: """
                        {"creditor_tax_code":"\(Deployment.creditor)","external_id":"T-\(UUID().uuidString)","debt_type":"mensa",
                        "document":{"year":2026,"number":"1"},"description":"Mensa scolastica",
                        "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Canarino"},
                        "lines":[\(line),\(line)],"installments":[\(part),\(part)]}
                        """)
                #expect(draft.status == 422)
                let text = String(decoding: draft.body, as: UTF8.self)
                #expect(text.contains(#""pointer":"/installments""#) && text.contains(#""pointer":"/lines""#))
                #expect(try await live.call("GET", "/live").status == 200)
            }
        }
    }
}
