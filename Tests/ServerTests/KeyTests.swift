import Foundation
import TestSupport
import Testing

extension ServerTests {
    @Suite struct KeyTests {
        @Test func `a key is created, used, listed with its last use, rotated and revoked, by API and by command line`()
            async throws
        {
            try await Deployment.with { live in
                let made = try live.command([
                    "api-key", "create", "--name", "Portale", "--kind", "frontend", "--creditor", Deployment.creditor,
                    "--scope",
                    "positions:read", "--format", "json",
                ])
                let (id, key) = (try #require(made["id"] as? String), try #require(made["key"] as? String))
                #expect(try await live.key(id)["last_used_at"] == nil)

                #expect(try await live.call("GET", "/v1/positions", key: key).status == 200)
                #expect(try await live.key(id)["last_used_at"] as? String != nil)
                let listed = try live.commandText(["api-key", "list"])
                #expect(listed.split(separator: "\n").contains { $0.contains(id) && $0.contains("used ") })
                #expect(!listed.contains(key))

                let rotated = try live.command([
                    "api-key", "rotate", id, "--overlap-seconds", "3600", "--format", "json",
                ])
                let next = try #require(rotated["key"] as? String)
                for either in [key, next] {
                    #expect(try await live.call("GET", "/v1/positions", key: either).status == 200)
                }
                #expect(try await live.key(id)["expires_at"] as? String != nil)
                // The new key has exactly the same rights.
                #expect(try await live.call("GET", "/v1/receipts", key: next).status == 403)

                let revoked = try await live.call("DELETE", "/v1/api-keys/\(id)", key: live.opsKey)
                #expect(revoked.status == 204)
                #expect(try await live.call("GET", "/v1/positions", key: key).status == 401)
                #expect(try await live.call("GET", "/v1/positions", key: next).status == 200)
            }
        }

        @Test func `a rotated key retains its expiry, its Idempotency-Keys and its citizens' sessions`() async throws {
            try await Deployment.with { live in
                let end = "2030-01-01T00:00:00Z"
                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json: """
                        {"name":"Ufficio","kind":"creditor","scopes":["positions:write","positions:read"],
                        "creditors":["\(Deployment.creditor)"],"expires_at":"\(end)"}
                        """)
                let first = try #require(try made.json["key"] as? String)
                let id = try #require(try made.json["id"] as? String)
                let (position, _) = try await live.position()
                let publish: (String) async throws -> Deployment.Answer = { key in
                    try await live.call(
                        "POST", "/v1/positions/\(position)/cancel", key: key, headers: ["Idempotency-Key": "once"])
                }
                #expect(try await publish(first).status == 200)

                let rotate: (String) async throws -> Deployment.Answer = { id in
                    try await live.call(
                        "POST", "/v1/api-keys/\(id)/rotate", key: live.opsKey, json: #"{"overlap_seconds":3600}"#)
                }
                let second = try await rotate(id)
                #expect(try second.json["expires_at"] as? String == end)
                // The first key now expires with the overlap; its successors expire when the first key would have expired.
                let third = try await rotate(id)
                #expect(try third.json["expires_at"] as? String == end)
                let fourth = try await rotate(try #require(try third.json["id"] as? String))
                #expect(try fourth.json["expires_at"] as? String == end)
                for next in [second, third, fourth] {
                    let again = try await publish(try #require(try next.json["key"] as? String))
                    #expect(again.status == 200 && again.headers["idempotency-replayed"] == "true")
                }

                let portal = try await live.newKey(
                    kind: "frontend", scopes: ["citizens"], creditors: [Deployment.creditor])
                try await live.account(.mario)
                let tokens = try await Tokens(
                    live.call(
                        "POST", "/v1/sessions", key: portal,
                        json: #"{"username":"RSSMRA80A01H501U","password":"\#(Applicant.mario.password)"}"#))
                var portalID = try #require(try await live.newestKey()["id"] as? String)
                for _ in 0..<2 {
                    let next = try await rotate(portalID)
                    portalID = try #require(try next.json["id"] as? String)
                    let me = try await live.call(
                        "GET", "/v1/me", key: try #require(try next.json["key"] as? String),
                        headers: ["X-Citizen-Token": tokens.access])
                    #expect(me.status == 200)
                }
            }
        }

        @Test func `a key tells what it may do, and its rights change at once on every instance without a new secret`()
            async throws
        {
            try await Deployment.with { live in
                try await live.withSecondInstance { other in
                    let key = try await live.newKey(
                        kind: "frontend", scopes: ["positions:read"], creditors: [Deployment.creditor])
                    let id = try #require(try await live.newestKey()["id"] as? String)
                    let own = try await live.call("GET", "/v1/me/key", key: key).json
                    #expect(own["id"] as? String == id && own["scopes"] as? [String] == ["positions:read"])
                    #expect((own["limits"] as? [String: any Sendable])?["page_items"] as? Int == 100)
                    let status = { (path: String) in
                        let answer = try await live.send(
                            "GET", url: other + path,
                            headers: ["Authorization": "Bearer \(key)", "Origin": "https://portale.example.org"])
                        return [
                            String(answer.status), answer.headers["access-control-allow-origin"],
                        ].compactMap { $0 }
                    }
                    #expect(try await status("/v1/positions") == ["200"])
                    #expect(try await status("/v1/receipts") == ["403"])

                    let path = "/v1/api-keys/\(id)"
                    let tag = try #require(try await live.call("GET", path, key: live.opsKey).headers["etag"])
                    let patch = { (json: String, tag: String) in
                        try await live.call(
                            "PATCH", path, key: live.opsKey, json: json,
                            headers: ["Content-Type": "application/merge-patch+json", "If-Match": tag])
                    }
                    let changed = try await patch(
                        #"{"name":"Portale","scopes":["receipts:read"],"allowed_origins":["https://portale.example.org"]}"#,
                        tag)
                    #expect(changed.status == 200)
                    #expect(try changed.json["scopes"] as? [String] == ["receipts:read"])
                    #expect(try changed.json["creditors"] as? [String] == [Deployment.creditor])
                    #expect(try await patch(#"{"name":"Altro"}"#, tag).status == 412)

                    #expect(try await status("/v1/positions") == ["403", "https://portale.example.org"])
                    #expect(try await status("/v1/receipts") == ["200", "https://portale.example.org"])
                }
            }
        }

        @Test func `a revoked key and a revoked secret end at once on every instance`() async throws {
            try await Deployment.with { live in
                try await live.withSecondInstance { other in
                    let key = try await live.newKey(
                        kind: "frontend", scopes: ["positions:read"], creditors: [Deployment.creditor])
                    let id = try #require(try await live.newestKey()["id"] as? String)
                    let onOther = { (key: String) in
                        try await live.send(
                            "GET", url: other + "/v1/positions", headers: ["Authorization": "Bearer \(key)"]
                        ).status
                    }
                    #expect(try await onOther(key) == 200)

                    _ = try await live.call("DELETE", "/v1/api-keys/\(id)", key: live.opsKey)

                    #expect(try await onOther(key) == 401)

                    let (_, iuv) = try await live.position()
                    let rt = Deployment.rt(iuv: iuv, receipt: "AFTER")
                    let headers = live.signed(rt)
                    let secrets = try await live.call("GET", "/v1/psps/ABCDITMM/webhook-secrets", key: live.opsKey)
                    let secret = try #require(
                        (try secrets.json["items"] as? [[String: any Sendable]])?.first { $0["revoked_at"] == nil }?[
                            "id"]
                            as? String)
                    _ = try await live.call("DELETE", "/v1/psps/ABCDITMM/webhook-secrets/\(secret)", key: live.opsKey)
                    let refused = try await live.send(
                        "POST", url: other + "/v1/psps/ABCDITMM/receipts", headers: headers, body: Data(rt.utf8))
                    #expect(refused.status == 401)
                }
            }
        }
    }
}

extension Deployment {
    fileprivate func key(_ id: String) async throws -> [String: any Sendable] {
        let keys =
            try await call("GET", "/v1/api-keys?limit=100", key: opsKey).json["items"] as? [[String: any Sendable]]
        return try #require(keys?.first { $0["id"] as? String == id })
    }

    fileprivate func newestKey() async throws -> [String: any Sendable] {
        let keys = try await call("GET", "/v1/api-keys?limit=1", key: opsKey).json["items"] as? [[String: any Sendable]]
        return try #require(keys?.first)
    }

    /// The output of a command of the service.
    func commandText(_ arguments: [String]) throws -> String {
        let log = folder.appending(path: "command-\(UUID().uuidString).txt")
        try ServiceProcess.finish(Self.binaries.appending(path: "quietanza").path, arguments, environment, log: log)
        return try String(contentsOf: log, encoding: .utf8)
    }

    func command(_ arguments: [String]) throws -> [String: any Sendable] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(commandText(arguments).utf8)) as? [String: any Sendable])
    }

    /// Runs `body` with the address of a second service on the same database.
    func withSecondInstance(_ body: (String) async throws -> Void) async throws {
        let other = try await secondInstance()
        defer { other.process.stop() }
        try await body(other.url)
    }
}
