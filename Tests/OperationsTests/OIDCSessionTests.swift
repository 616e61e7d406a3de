import Accounts
import Cryptography
import Foundation
import Gateways
import Operations
import PagoPA
import Postgres
import Requests
import TestSupport
import Testing

/// Sign-in with ID tokens of a test issuer.
@Suite struct OIDCSessionTests {
    private static let nonce = "nonce-0123456789"

    /// The operations with one identity provider.
    private struct SignIn: Sendable {
        let test: TestIntermediary
        let issuer: TestIssuer
        let intermediary: Intermediary
        private let keySets: KeySets

        static func with(_ body: (SignIn) async throws -> Void) async throws {
            try await TestIntermediary.with { test in
                try await test.seed()
                let issuer = try TestIssuer()
                defer { issuer.close() }
                let keySets = KeySets(
                    urls: [issuer.url: issuer.keySetURL], policy: try OutboundPolicy(allowing: ["127.0.0.0/8"]),
                    now: { Int64(Date().timeIntervalSince1970) }, report: { _, _ in })
                defer { keySets.stop() }
                let provider = IdentityProvider(
                    issuer: issuer.url, keySetURL: issuer.keySetURL, audiences: ["portale"],
                    assuranceLevels: ["https://www.spid.gov.it/SpidL2"])
                let intermediary = try test.instance(
                    identityProviders: [provider], verifySignature: { try await keySets.verify($0) })
                defer { intermediary.citizens.passwords.stop() }
                try await body(
                    SignIn(test: test, issuer: issuer, intermediary: intermediary, keySets: keySets))
            }
        }

        func claims(nonce: String = OIDCSessionTests.nonce, _ others: [String: Any?] = [:]) -> [String: Any] {
            issuer.claims(at: Int64(Date().timeIntervalSince1970), nonce: nonce, others)
        }

        func open(_ token: String, nonce: String = OIDCSessionTests.nonce) async throws -> GivenTokens {
            let answer = try await intermediary.citizens.openOIDCSession(
                idToken: token, nonce: nonce, language: .it, by: .office)
            guard case .done(let tokens) = answer else { throw TestIntermediary.Unexpected() }
            return tokens
        }

        /// The refusal of a token, or nil.
        func refusal(_ token: String, nonce: String = OIDCSessionTests.nonce) async throws -> Refusal? {
            do {
                _ = try await open(token, nonce: nonce)
                return nil
            } catch let refusal as Refusal { return refusal }
        }
    }

    @Test func `the first sign-in creates a proved account without a mailbox, and the next one finds it`() async throws
    {
        try await SignIn.with { signIn in
            let first = try await signIn.open(TestIssuer.token(signIn.claims()))
            let again = try await signIn.open(
                TestIssuer.token(signIn.claims(nonce: "another-nonce-0123")), nonce: "another-nonce-0123")

            #expect(first.access != again.access && first.expiresInSeconds == CitizenSession.accessLifeSeconds)
            #expect(
                try await signIn.test.ask(
                    """
                    SELECT concat_ws(' ', tax_code, given_name, family_name, status, proved_by, coalesce(email, '-'))
                    FROM citizens
                    """) == ["RSSMRA80A01H501U MARIO ROSSI active identity_provider -"])
            #expect(try await signIn.test.ask("SELECT count(*)::text FROM citizen_sessions") == ["2"])
            #expect(
                try await signIn.test.ask("SELECT kind FROM journal WHERE kind LIKE 'citizen%'") == [
                    "citizen_registered"
                ])
        }
    }

    @Test func `every fault of a token is the same refusal, and nothing is stored`() async throws {
        try await SignIn.with { signIn in
            let now = Int64(Date().timeIntervalSince1970)
            let none: Any? = nil
            let changes: [[String: Any?]] = [
                ["aud": "other"], ["aud": ["portale", "other"]], ["aud": none], ["aud": 1], ["azp": "other"],
                ["azp": 1],
                ["iss": "https://other.example.org"], ["iss": signIn.issuer.url + "/"], ["iss": none],
                ["exp": now - 61], ["exp": none], ["exp": "\(now + 300)"], ["exp": "never"], ["nbf": now + 120],
                ["nbf": "now"], ["iat": now + 120], ["iat": now - 700], ["iat": none], ["nonce": "nonce-0123456788"],
                ["nonce": Self.nonce + "x"], ["nonce": none], ["nonce": [Self.nonce]], ["acr": none],
                ["acr": "https://www.spid.gov.it/SpidL1"], ["acr": ["https://www.spid.gov.it/SpidL2"]],
                ["fiscal_number": none], ["fiscal_number": "TINIT-RSSMRA80A01H501X"], ["fiscal_number": 1],
                ["fiscal_number": "TINIT-12345678903"], ["fiscal_number": "ANONIMO"],
            ]
            var tokens = try changes.map { try TestIssuer.token(signIn.claims($0)) }
            let good = try TestIssuer.token(signIn.claims())
            let parts = good.split(separator: ".").map(String.init)
            let other = try TestIssuer.token(signIn.claims(["sub": "s-2"]))
            tokens += [
                try TestIssuer.token(signIn.claims(), by: .otherRSA), try TestIssuer.token(signIn.claims(), id: "k2"),
                try TestIssuer.token(signIn.claims(), algorithm: "none"), "\(parts[0]).\(parts[1]).",
                base64URL(Array(#"{"alg":"none","kid":"k1"}"#.utf8)) + ".\(parts[1]).",
                try TestIssuer.tokenWithPublicKeyAsSecret(signIn.claims()),
                try TestIssuer.token(signIn.claims(), header: ["alg": "PS256"]),
                try TestIssuer.token(signIn.claims(), header: ["alg": "RS512"]),
                try TestIssuer.token(signIn.claims(), header: ["alg": "ES256"]),
                try TestIssuer.token(signIn.claims(), header: ["crit": ["exp"]]),
                try TestIssuer.token(signIn.claims(), header: ["typ": "at+jwt"]),
                "\(parts[0]).\(parts[1]).\(other.split(separator: ".").last ?? "")",
                "\(parts[0]).\(parts[1]).\(parts[2].dropLast(4))AAAA", "x", "..", good + ".", String(good.reversed()),
            ]
            for (number, token) in tokens.enumerated() {
                #expect(try await signIn.refusal(token) == .idTokenRefused, "\(number)")
            }
            #expect(try await signIn.refusal(good, nonce: "nonce-0123456780") == .idTokenRefused)
            for table in ["citizens", "citizen_sessions", "used_id_tokens"] {
                #expect(
                    try await signIn.test.ask("SELECT count(*)::text FROM \(SQL.identifier(table))") == ["0"],
                    "\(table)")
            }
            // The good one still opens a session.
            #expect(try await signIn.refusal(good) == nil)
        }
    }

    @Test func `a token opens one session, and its nonce no other one, also at the same time`() async throws {
        try await SignIn.with { signIn in
            let token = try TestIssuer.token(signIn.claims())
            let refusals = try await withThrowingTaskGroup(of: Refusal?.self) { group in
                for _ in 0..<6 { group.addTask { try await signIn.refusal(token) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(refusals.count { $0 == nil } == 1)
            #expect(refusals.count { $0 == .idTokenRefused } == 5)
            #expect(try await signIn.refusal(TestIssuer.token(signIn.claims(["sub": "s-2"]))) == .idTokenRefused)
            #expect(try await signIn.test.ask("SELECT count(*)::text FROM citizen_sessions") == ["1"])
            #expect(
                try await signIn.test.ask(
                    "SELECT (expires_at - now() BETWEEN interval '5 minutes' AND interval '7 minutes')::text FROM used_id_tokens"
                ) == ["true"])
            let stored = try await signIn.test.ask("SELECT encode(digest, 'escape') FROM used_id_tokens")
            #expect(stored.allSatisfy { !$0.contains(Self.nonce) })
        }
    }

    @Test func `an issuer that cannot be reached is reported as unavailable, and a wrong token still as refused`()
        async throws
    {
        try await SignIn.with { signIn in
            signIn.issuer.fail()
            let good = try TestIssuer.token(signIn.claims())
            let refusal = try await signIn.refusal(good)
            guard case .identityProviderUnavailable(let seconds)? = refusal else {
                Issue.record("\(String(describing: refusal))")
                return
            }
            #expect((1...30).contains(seconds))
            #expect(try await signIn.refusal(TestIssuer.token(signIn.claims(["aud": "other"]))) == .idTokenRefused)
            #expect(try await signIn.test.ask("SELECT count(*)::text FROM used_id_tokens") == ["0"])
        }
    }

    @Test func `a token proves an account that a mailbox had opened, and informs that mailbox`() async throws {
        try await SignIn.with { signIn in
            _ = try await signIn.test.pool.query(
                """
                INSERT INTO citizens (id, kind, status, tax_code, given_name, family_name, birth_date, birth_place, address,
                    email, language, password_hash, created_at, updated_at, verified_at)
                VALUES (gen_random_uuid(), 'aire', 'active', 'RSSMRA80A01H501U', 'Q', 'Q', '1980-01-01', 'Roma',
                    '{"street":"s","postal_code":"1","city":"c","country":"BE"}', 'altro@example.org', 'it', '$argon2id$',
                    now(), now(), now())
                """)
            _ = try await signIn.test.pool.query(
                """
                INSERT INTO citizen_sessions (id, citizen_id, api_key_id, access_digest, access_expires_at, refresh_digest,
                    refresh_expires_at, created_at)
                SELECT gen_random_uuid(), id, (SELECT id FROM api_keys LIMIT 1), sha256('a'), now(), sha256('b'), now(), now()
                FROM citizens
                """)

            _ = try await signIn.open(TestIssuer.token(signIn.claims()))

            #expect(
                try await signIn.test.ask(
                    "SELECT concat_ws(' ', given_name, proved_by, coalesce(email, '-'), coalesce(password_hash, '-')) FROM citizens"
                ) == ["MARIO identity_provider - -"])
            #expect(
                try await signIn.test.ask("SELECT kind || ' ' || recipient FROM notifications") == [
                    "identity_proved altro@example.org"
                ])
            #expect(
                try await signIn.test.ask("SELECT ended_by FROM citizen_sessions WHERE ended_at IS NOT NULL") == [
                    "identity_provider"
                ])
            #expect(
                try await signIn.test.ask("SELECT note FROM journal WHERE kind = 'citizen_proved'").allSatisfy {
                    $0.hasSuffix("sessions, password and mailbox ended")
                })
        }
    }
}
