import Foundation
import TestSupport
import Testing

/// Sign-in by SPID and CIE with a test issuer, over HTTP.
extension ServerTests {
    @Suite struct OIDCTests {
        private static let path = "/v1/sessions/oidc"
        private static let nonce = "nonce-0123456789"

        private static func with(_ body: (Deployment, TestIssuer) async throws -> Void) async throws {
            let issuer = try TestIssuer()
            defer { issuer.close() }
            let file = FileManager.default.temporaryDirectory.appending(path: "issuers-\(UUID().uuidString).json")
            defer { try? FileManager.default.removeItem(at: file) }
            try Data(
                """
                {"issuers":[{"issuer":"\(issuer.url)","jwks_url":"\(issuer.keySetURL)","audiences":["portale"],
                "assurance_levels":["https://www.spid.gov.it/SpidL2"]}]}
                """.utf8
            ).write(to: file)
            try await Deployment.with(settings: ["OIDC_ISSUERS": file.path]) { try await body($0, issuer) }
        }

        private static func token(_ issuer: TestIssuer, nonce: String = nonce, _ others: [String: Any?] = [:]) throws
            -> String
        {
            let now = Int64(Date().timeIntervalSince1970)
            return try TestIssuer.token(issuer.claims(at: now, nonce: nonce, others))
        }

        private static func open(
            _ live: Deployment, _ token: String, nonce: String = nonce, key: String? = nil,
            headers: [String: String] = [:]
        ) async throws -> Deployment.Answer {
            try await live.call(
                "POST", path, key: key ?? live.apiKey, json: #"{"id_token":"\#(token)","nonce":"\#(nonce)"}"#,
                headers: headers)
        }

        @Test func `a citizen signs in with an ID token once, and sees the account that it proved`() async throws {
            try await Self.with { live, issuer in
                // Another person registered Mario's tax code with a mailbox.
                let before = try await live.session(.mario)
                let token = try Self.token(issuer)

                let first = try await Self.open(live, token, headers: ["Idempotency-Key": "k-1"])
                let repeated = try await Self.open(live, token, headers: ["Idempotency-Key": "k-1"])
                let again = try await Self.open(live, token)
                let other = try await Self.open(
                    live, try Self.token(issuer, nonce: "another-nonce-01"), nonce: "another-nonce-01")

                #expect(try first.status == 200 && first.json["token_type"] as? String == "Bearer")
                #expect(repeated.status == 409 && again.status == 401 && other.status == 200)
                let access = try #require(try other.json["access_token"] as? String)
                let me = try await live.me(access)
                #expect(try me.json["tax_code"] as? String == "RSSMRA80A01H501U")
                #expect(try me.json["proved_by"] as? String == "identity_provider" && me.json["email"] == nil)
                #expect(try await live.me(before.access).status == 401, "sessions of the mailbox have ended")
                try await live.waitUntil("the mailbox gets an e-mail") {
                    try await live.text(to: "mario.rossi@example.org").contains("SPID o CIE")
                }
                #expect(try await Self.open(live, token, key: live.creditorKey).status == 403)
            }
        }

        @Test func `each wrong token gets the same response, and only log and metrics have the reason`() async throws {
            try await Self.with { live, issuer in
                let now = Int64(Date().timeIntervalSince1970)
                let good = try Self.token(issuer)
                let parts = good.split(separator: ".").map(String.init)
                let cases: [(reason: String, token: String)] = [
                    ("malformed", "x"), ("algorithm", base64URL(Array(#"{"alg":"none"}"#.utf8)) + ".\(parts[1])."),
                    ("audience", try Self.token(issuer, ["aud": "other"])),
                    ("expired", try Self.token(issuer, ["exp": now - 100])),
                    ("unknown_issuer", try Self.token(issuer, ["iss": "https://other.example.org"])),
                    ("nonce", try Self.token(issuer, ["nonce": "another-nonce-01"])),
                    ("signature", try TestIssuer.token(issuer.claims(at: now), by: .otherRSA)),
                    ("unknown_key", try TestIssuer.token(issuer.claims(at: now), id: "k2")),
                ]
                var bodies: Set<String> = []
                for (reason, token) in cases {
                    let answer = try await Self.open(live, token)
                    var json = try answer.json
                    json["correlation_id"] = nil
                    bodies.insert("\(json.sorted { $0.key < $1.key })")
                    #expect(answer.status == 401, "\(reason)")
                    #expect(try (answer.json["type"] as? String)?.hasSuffix("/id-token-refused") == true)
                }
                #expect(bodies.count == 1, "\(bodies)")
                let metrics = String(
                    decoding: try await live.send("GET", url: live.api + "/metrics").body, as: UTF8.self)
                for (reason, _) in cases {
                    #expect(metrics.contains("id_tokens_total{result=\"\(reason)\"} 1"), "\(reason)")
                }
                #expect(metrics.contains("identity_provider_fetches_total{result=\"fetched\"} 1"))
            }
        }

        @Test func `an issuer that is not reachable is 503 with Retry-After`() async throws {
            try await Self.with { live, issuer in
                issuer.fail()
                let answer = try await Self.open(live, try Self.token(issuer))
                #expect(answer.status == 503)
                #expect(try (answer.json["type"] as? String)?.hasSuffix("/identity-provider-unavailable") == true)
                let seconds = try #require(answer.headers["retry-after"].flatMap { Int($0) })
                #expect((1...30).contains(seconds))
            }
        }
    }
}
