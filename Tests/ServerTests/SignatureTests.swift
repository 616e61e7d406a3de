import Cryptography
import Foundation
import TestSupport
import Testing

/// An RT is accepted from the PSP in the path, signed with a valid secret over the exact bytes, with a current timestamp.
extension ServerTests {
    @Suite struct SignatureTests {
        private func post(_ live: Deployment, _ rt: String, _ headers: [String: String], psp: String = "ABCDITMM")
            async throws -> Deployment.Answer
        {
            try await live.call("POST", "/v1/psps/\(psp)/receipts", json: rt, headers: headers)
        }

        @Test func `during a rotation both secrets are valid, and a revoked one is rejected at once`() async throws {
            try await Deployment.with { live in
                let path = "/v1/psps/ABCDITMM/webhook-secrets"
                let listed = try await live.call("GET", path, key: live.opsKey).json
                let old = try #require((listed["items"] as? [[String: any Sendable]])?.first?["id"] as? String)
                let made = try await live.call("POST", path, key: live.opsKey)
                #expect(made.status == 201)
                let new = try WebhookSecret(try #require(try made.json["secret"] as? String))

                for (receipt, secret) in [("OLD", live.pspSecret), ("NEW", new)] {
                    let (_, iuv) = try await live.position()
                    let answer = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: receipt), secret: secret)
                    #expect(answer.status == 201)
                }
                let (_, iuv) = try await live.position()
                let both = Deployment.rt(iuv: iuv, receipt: "BOTH")
                var headers = live.signed(Array(both.utf8), secret: live.pspSecret)
                let own = headers["webhook-signature"] ?? ""
                headers["webhook-signature"] = "v1,bm90aGluZw== v9,x " + own
                #expect(try await post(live, both, headers).status == 201)

                #expect(try await live.call("DELETE", "\(path)/\(old)", key: live.opsKey).status == 204)

                let late = Deployment.rt(iuv: iuv, receipt: "LATE")
                #expect(try await live.post(rt: late, secret: live.pspSecret).status == 401)
                // A replay of an accepted RT under this secret is rejected as well.
                #expect(try await live.post(rt: both, secret: live.pspSecret).status == 401)
                #expect(try await live.post(rt: both, secret: new).status == 200)
                #expect(try live.query("SELECT count(*) FROM rts") == ["3"])
            }
        }

        @Test func `clocks may differ by five minutes in both directions, and the log states the difference`()
            async throws
        {
            try await Deployment.with { live in
                for (skew, status) in [(290, 201), (-290, 201), (310, 401), (-310, 401)] as [(Int64, Int)] {
                    let (_, iuv) = try await live.position()
                    let rt = Deployment.rt(iuv: iuv, receipt: "SKEW")
                    let answer = try await post(live, rt, live.signed(Array(rt.utf8), skewSeconds: skew))
                    #expect(answer.status == status, "\(skew)")
                }
                #expect(try live.query("SELECT count(*) FROM rts") == ["2"])
                #expect(try live.query("SELECT count(*) FROM journal WHERE kind = 'rt_refused'") == ["0"])
                let lines = try live.log().split(separator: "\n").filter { $0.contains("skew_seconds") }
                #expect(lines.count == 2)
                // The request itself may take a second.
                for minutes in ["3(10|09)", "-31[01]"] {
                    let skew = try Regex("\"skew_seconds\":\"?\(minutes)\"?")
                    #expect(lines.contains { $0.firstMatch(of: skew) != nil }, "\(minutes)")
                }
            }
        }

        @Test func `a signature is valid for its own path, id, time and bytes only`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "MINE")
                let good = live.signed(rt)
                let id = good["webhook-id"] ?? ""
                let changed: [(String, [String: String])] = [
                    ("other id", good.merging(["webhook-id": "other"]) { $1 }),
                    ("a dot in the id", good.merging(["webhook-id": id + ".1"]) { $1 }),
                    (
                        "other time",
                        good.merging(["webhook-timestamp": "\(Int(Date().timeIntervalSince1970) - 60)"]) { $1 }
                    ),
                    ("no time", good.filter { $0.key != "webhook-timestamp" }),
                    ("no signature", good.filter { $0.key != "webhook-signature" }),
                    ("other version", good.mapValues { $0.replacing("v1,", with: "v2,") }),
                    (
                        "a key of ours",
                        good.filter { $0.key != "webhook-signature" }.merging(["Authorization": "Bearer \(live.opsKey)"]
                        ) { $1 }
                    ),
                ]
                for (name, headers) in changed { #expect(try await post(live, rt, headers).status == 401, "\(name)") }
                #expect(try await post(live, rt + " ", good).status == 401)
                #expect(try await post(live, rt, good, psp: "OTHERPSP").status == 401)
                #expect(try await post(live, rt, good, psp: "abcditmm").status == 401)
                #expect(try live.query("SELECT (SELECT count(*) FROM rts), (SELECT count(*) FROM receipts)") == ["0|0"])
                #expect(try live.query("SELECT count(*) FROM journal WHERE kind LIKE 'rt%'") == ["0"])
                let metrics = String(
                    decoding: try await live.send("GET", url: live.api + "/metrics").body, as: UTF8.self)
                #expect(metrics.contains("webhook_refused_total"))
                #expect(try await live.status(of: position) == "open")
                #expect(try await post(live, rt, good).status == 201)
            }
        }

        @Test func `a rejected call names the check that failed, for known and unknown PSPs, and so does the log`()
            async throws
        {
            try await Deployment.with { live in
                let rt = Deployment.rt(iuv: try await live.position().iuv, receipt: "WHY")
                let good = live.signed(rt)
                let late = live.signed(Array(rt.utf8), skewSeconds: -310)
                let cases: [(code: String, headers: [String: String], pointers: [String])] = [
                    (
                        "webhook-header-missing", good.filter { !$0.key.hasPrefix("webhook-") },
                        ["webhook-id", "webhook-timestamp", "webhook-signature"]
                    ),
                    ("webhook-header-missing", good.filter { $0.key != "webhook-signature" }, ["webhook-signature"]),
                    ("webhook-header-invalid", good.merging(["webhook-id": "a.b"]) { $1 }, ["webhook-id"]),
                    ("webhook-timestamp", good.merging(["webhook-timestamp": "1.5"]) { $1 }, ["webhook-timestamp"]),
                    ("webhook-timestamp", late, ["webhook-timestamp"]),
                    ("webhook-signature", good.merging(["webhook-id": "other"]) { $1 }, []),
                    ("webhook-signature", good.merging(["webhook-signature": "nonsense"]) { $1 }, []),
                ]
                for (code, headers, pointers) in cases {
                    var bodies: Set<String> = []
                    for psp in ["ABCDITMM", "NOBODYXX"] {
                        let answer = try await post(live, rt, headers, psp: psp)
                        #expect(answer.status == 401, "\(code)")
                        #expect(answer.headers["www-authenticate"] == "StandardWebhooks")
                        var json = try answer.json
                        #expect((json["type"] as? String)?.hasSuffix("/problems/\(code)") == true)
                        let violations = json["violations"] as? [[String: any Sendable]] ?? []
                        #expect(violations.map { $0["pointer"] as? String } == pointers)
                        let detail = json["detail"] as? String ?? ""
                        if code == "webhook-timestamp" { #expect(detail.contains("Our time is 1")) }
                        for own in ["instance", "correlation_id"] { json[own] = nil }
                        // A second may pass between the two requests.
                        if code == "webhook-timestamp" { for own in ["detail", "violations"] { json[own] = nil } }
                        bodies.insert(
                            String(
                                decoding: try JSONSerialization.data(withJSONObject: json, options: .sortedKeys),
                                as: UTF8.self))
                    }
                    #expect(bodies.count == 1, "\(code)")
                }
                let log = try live.log()
                for code in Set(cases.map(\.code)) {
                    #expect(
                        log.split(separator: "\n").contains {
                            $0.contains("webhook call refused") && $0.contains(code) && $0.contains("ABCDITMM")
                        }, "\(code)")
                }
                #expect(try await post(live, rt, good).status == 201)
            }
        }

        @Test func `lists of signatures, both media types of XML and all names of UTF-8 are accepted`() async throws {
            try await Deployment.with { live in
                for (index, shape) in ["%, v1,bm90aGluZw==", "v1,bm90aGluZw== %", "v1,bm90aGluZw==,%"].enumerated() {
                    let rt = Deployment.rt(iuv: try await live.position().iuv, receipt: "LIST-\(index)")
                    var headers = live.signed(rt)
                    headers["webhook-signature"] = shape.replacing("%", with: headers["webhook-signature"] ?? "")
                    #expect(try await post(live, rt, headers).status == 201, "\(shape)")
                }
                for type in [
                    "application/json; charset=utf8", "application/json;charset=\"US-ASCII\"", "APPLICATION/JSON",
                    "application/json; charset=iso-8859-1",
                ] {
                    let rt = Deployment.rt(
                        iuv: try await live.position().iuv, receipt: "TYPE-\(UUID().uuidString.prefix(8))")
                    #expect(try await live.post(rt: rt, type: type).status == 201, "\(type)")
                }
                for type in ["text/xml; charset=utf-8", "application/xml; charset=utf8", "text/xml"] {
                    // The body is read as XML, so invalid XML gets 400 and not 415.
                    #expect(try await live.post(rt: "<RT", type: type).status == 400, "\(type)")
                }
                let other = try await live.post(rt: "{}", type: "text/plain")
                #expect(other.status == 415)
                #expect(try (other.json["detail"] as? String)?.contains("application/json or application/xml") == true)
                let utf16 = try await live.post(rt: "{}", type: "application/json; charset=utf-16")
                #expect(utf16.status == 415)
            }
        }

        @Test func `duplicates are detected by the key of the RT, not by the webhook id`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let (_, other) = try await live.position()
                let rt = Deployment.rt(iuv: iuv, receipt: "ID")

                let first = try await live.post(rt: rt, id: "msg-1")
                let again = try await live.post(rt: rt, id: "msg-1")
                let elsewhere = try await live.post(rt: Deployment.rt(iuv: other, receipt: "ID"), id: "msg-1")
                let changed = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "ID", cents: 1), id: "msg-1")

                #expect(first.status == 201)
                #expect(again.status == 200 && again.body == first.body)
                #expect(elsewhere.status == 201)
                #expect(changed.status == 409)
                #expect(try live.query("SELECT count(*) FROM receipts WHERE status = 'settled'") == ["2"])
            }
        }
    }
}
