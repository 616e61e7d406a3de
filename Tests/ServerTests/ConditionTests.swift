import Foundation
import TestSupport
import Testing

/// Conditional writes (RFC 9110, section 13), and resources that survive GET, edit, PUT.
extension ServerTests {
    @Suite struct ConditionTests {
        private static let creditor = "15376371009"

        /// A copy of a document with some members changed.
        private func edited(_ body: Data, _ changes: [String: any Sendable]) throws -> String {
            var object = try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
            for (name, value) in changes { object[name] = value }
            return String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }

        private func codes(_ answer: Deployment.Answer) throws -> [String] {
            (try answer.json["violations"] as? [[String: String]] ?? []).map {
                "\($0["pointer"] ?? "") \($0["code"] ?? "")"
            }
        }

        @Test func `a creditor is created without a condition, changed with one, and sent again without one`()
            async throws
        {
            try await Deployment.with { live in
                let path = "/v1/creditors/\(Self.creditor)"
                let put = { (json: String, headers: [String: String]) in
                    try await live.call("PUT", path, key: live.opsKey, json: json, headers: headers)
                }
                let body =
                    #"{"tax_code":"15376371009","name":"Ente","aux_digit":3,"segregation_code":"07","iban":"IT60 X054 2811 1010 0000 0123 456"}"#
                #expect(try await put(body, ["If-Match": "*"]).status == 412, "there is nothing yet")
                #expect(try await put(body, ["If-None-Match": "*"]).status == 201)
                #expect(try await put(body, ["If-None-Match": "*"]).status == 412)
                let read = try await live.call("GET", path, key: live.opsKey)
                let tag = try #require(read.headers["etag"])

                let repeated = try await put(body, [:])
                #expect(repeated.status == 200 && repeated.body == read.body, "a repeat changes nothing")
                let renamed = try edited(read.body, ["name": "Altro"])
                #expect(try await put(renamed, [:]).status == 428)
                #expect(
                    try await put(body.replacing("\"iban\"", with: "\"ibann\""), [:]).status == 422, "the body first")
                for stale in ["W/\(tag)", "\"x\"", "x", "\(tag.dropLast())"] {
                    #expect(try await put(renamed, ["If-Match": stale]).status == 412, "\(stale)")
                }
                let changed = try await put(renamed, ["If-Match": "\"x\", \(tag)"])
                #expect(changed.status == 200)
                #expect(try changed.json["name"] as? String == "Altro")
                #expect(try await put(renamed, ["If-Match": tag]).status == 412, "the tag is of the version before")

                let moved = try edited(changed.body, ["created_at": "2020-01-01T00:00:00Z"])
                let refused = try await put(moved, ["If-Match": "*"])
                #expect(refused.status == 422)
                #expect(try codes(refused) == ["/created_at read_only"])
            }
        }

        @Test func `a debt type survives GET, edit, PUT`() async throws {
            try await Deployment.with { live in
                let path = "/v1/creditors/\(Deployment.creditor)/debt-types/mensa"
                let read = try await live.call("GET", path, key: live.opsKey)
                let tag = try #require(read.headers["etag"])
                let wanted = try edited(read.body, ["service": "refectory"])
                #expect(try await live.call("PUT", path, key: live.opsKey, json: wanted).status == 428)
                let put = try await live.call("PUT", path, key: live.opsKey, json: wanted, headers: ["If-Match": tag])
                #expect(put.status == 200)
                let other = try edited(put.body, ["key": "other", "creditor_tax_code": "15376371009"])
                let refused = try await live.call(
                    "PUT", path, key: live.opsKey, json: other, headers: ["If-Match": "*"])
                #expect(try codes(refused).sorted() == ["/creditor_tax_code read_only", "/key read_only"])
            }
        }

        @Test func `a position is changed with its entity tag, a list of tags or a wildcard`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()
                let path = "/v1/positions/\(position)"
                let patch = { (tag: String, json: String) in
                    try await live.call(
                        "PATCH", path, key: live.creditorKey, json: json,
                        headers: ["If-Match": tag, "Content-Type": "application/merge-patch+json"])
                }
                let read = try await live.call("GET", path, key: live.creditorKey)
                let tag = try #require(read.headers["etag"])
                let version = tag.dropFirst().prefix { $0 != "-" }
                for invented in ["\"\(version)-000000000000\"", "\"\(version)\"", "W/\(tag)", "\"\"", "\(version)"] {
                    #expect(try await patch(invented, #"{"description":"x"}"#).status == 412, "\(invented)")
                }
                #expect(try await patch("\"x\", \(tag)", #"{"description":"first"}"#).status == 200)
                #expect(try await patch(tag, #"{"description":"second"}"#).status == 412)
                #expect(try await patch("*", #"{"description":"second"}"#).status == 200)

                let whole = try await live.call("GET", path, key: live.creditorKey)
                let same = try await patch("*", try edited(whole.body, ["description": "third"]))
                #expect(same.status == 200)
                #expect(try codes(same) == [])
                #expect(try same.json["description"] as? String == "third")
                let wrong = try await patch(
                    "*", try edited(same.body, ["status": "paid", "total_cents": 1, "external_id": "x", "odd": 1]))
                let found = try codes(wrong).sorted()
                #expect(
                    found == [
                        "/external_id read_only", "/odd unknown_member", "/status read_only", "/total_cents read_only",
                    ])
            }
        }

        @Test func `every change of state respects If-Match if it is sent`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()
                let path = "/v1/positions/\(position)"
                let move = { (verb: String, tag: String?) in
                    try await live.call(
                        "POST", "\(path)/\(verb)", key: live.creditorKey, headers: tag.map { ["If-Match": $0] } ?? [:])
                }
                let tag = try #require(try await live.call("GET", path, key: live.creditorKey).headers["etag"])
                #expect(try await move("cancel", "\"1-000000000000\"").status == 412)
                let cancelled = try await move("cancel", tag)
                #expect(cancelled.status == 200)
                #expect(try await move("restore", tag).status == 412)
                #expect(try await move("restore", cancelled.headers["etag"]).status == 200)
                #expect(try await move("publish", nil).status == 200, "not sent, not needed")
                let counter = try await live.call(
                    "POST", "\(path)/counter-payments", key: live.creditorKey,
                    json:
                        #"{"installment":1,"amount_cents":5980,"paid_at":"2026-01-02T09:30:00Z","till":"1","reference":"C"}"#,
                    headers: ["If-Match": tag])
                #expect(counter.status == 412)
                let revoked = try await live.call(
                    "DELETE", "/v1/api-keys/01a2076c-3248-7101-9f2c-6a5200001eef", key: live.opsKey,
                    headers: ["If-Match": "\"x\""])
                #expect(revoked.status == 412, "no API key has a tag")
            }
        }

        @Test func `a position is stored and found by the creditor's own key`() async throws {
            try await Deployment.with { live in
                let path = "/v1/positions/by-external-id/\(Deployment.creditor)/2026%2F1%20%C3%A8"
                let body = { (cents: Int) in
                    """
                    {"debt_type":"mensa","document":{"year":2026,"number":"1"},"description":"Mensa scolastica",
                    "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Canarino"},
                    "installments":[{"amount_cents":\(cents),"due_date":"2030-10-10"}]}
                    """
                }
                let put = { (json: String, headers: [String: String]) in
                    try await live.call("PUT", path, key: live.creditorKey, json: json, headers: headers)
                }
                #expect(try await live.call("GET", path, key: live.creditorKey).status == 404)
                #expect(try await put(body(5_980), ["If-Match": "*"]).status == 412)
                let created = try await put(body(5_980), ["If-None-Match": "*"])
                #expect(created.status == 201)
                #expect(try created.json["external_id"] as? String == "2026/1 è")
                let id = try #require(try created.json["id"] as? String)
                #expect(created.headers["location"]?.hasSuffix("/v1/positions/\(id)") == true)
                #expect(try await put(body(5_980), ["If-None-Match": "*"]).status == 412)

                let read = try await live.call("GET", path, key: live.creditorKey)
                #expect(read.status == 200 && read.body == created.body)
                let tag = try #require(read.headers["etag"])
                let repeated = try await put(body(5_980), [:])
                #expect(repeated.status == 200 && repeated.body == created.body, "a repeat changes nothing")
                let changed = try await put(body(6_000), ["If-Match": tag])
                #expect(changed.status == 200)
                #expect(try await put(body(6_100), ["If-Match": tag]).status == 412)

                let part = (try changed.json["installments"] as? [[String: any Sendable]])?.first
                let notice = try #require(part?["notice_number"] as? String)
                let paths = [
                    "/v1/positions/by-notice-number/\(Deployment.creditor)/\(notice)", "/v1/positions/\(id)",
                ]
                for path in paths {
                    let found = try await live.call("GET", path, key: live.apiKey)
                    #expect(found.status == 200 && found.body == changed.body, "\(path)")
                }
                let list = try await live.call(
                    "GET", "/v1/positions?external_id=2026%2F1%20%C3%A8", key: live.creditorKey)
                #expect((try list.json["items"] as? [[String: any Sendable]])?.map { $0["id"] as? String } == [id])
            }
        }

        @Test func `a fixed path is never read as an id, and has its own methods`() async throws {
            try await Deployment.with { live in
                for (path, allow) in [
                    ("/v1/positions/search", "POST"), ("/v1/receipts/search", "POST"),
                    ("/v1/notifications/test", "POST"), ("/v1/notifications/search", "POST"),
                    ("/v1/payment-attempts/search", "POST"),
                    ("/v1/sessions/current", "DELETE"), ("/v1/positions", "GET, HEAD, POST"),
                ] {
                    let answer = try await live.send(
                        "PUT", url: live.api + path, headers: ["Authorization": "Bearer \(live.opsKey)"])
                    #expect(answer.status == 405, "\(path)")
                    #expect(answer.headers["allow"] == allow, "\(path)")
                }
                let search = try await live.send(
                    "GET", url: live.api + "/v1/positions/search", headers: ["Authorization": "Bearer \(live.opsKey)"])
                #expect(search.status == 405 && search.headers["allow"] == "POST")
            }
        }

        @Test func `an id in upper case names the same object`() async throws {
            try await Deployment.with { live in
                let (position, _) = try await live.position()
                let read = try await live.call("GET", "/v1/positions/\(position.uppercased())", key: live.creditorKey)
                #expect(read.status == 200)
                #expect(try read.json["id"] as? String == position)
                let filtered = try await live.call(
                    "GET", "/v1/receipts?position_id=\(position.uppercased())", key: live.creditorKey)
                #expect(filtered.status == 200)
            }
        }
    }
}
