import Foundation
import TestSupport
import Testing

/// Citizens' accounts through the API of a front end.
extension ServerTests {
    @Suite struct CitizenTests {
        @Test func `a citizen registers, verifies the mailbox, signs in, reads the account, and signs out`()
            async throws
        {
            try await Deployment.with { live in
                let registered = try await live.register(.mario)
                #expect(registered.status == 201)
                #expect(try registered.json["status"] as? String == "pending")
                #expect(try await live.signIn("mario.rossi@example.org").status == 401)
                let code = try await live.code(to: "mario.rossi@example.org")
                let verified = try await live.call(
                    "POST", "/v1/citizens/verify", key: live.apiKey, json: "{\(code.members)}")
                #expect(verified.status == 200)
                #expect(try verified.json["status"] as? String == "active")
                #expect(try verified.json["id"] as? String == registered.json["id"] as? String)

                let byMail = try await live.signIn("Mario.Rossi@example.org")
                let byTaxCode = try await live.signIn("rssmra80a01h501u")

                #expect(byMail.status == 200 && byTaxCode.status == 200)
                #expect(try byMail.json["token_type"] as? String == "Bearer")
                #expect(try byMail.json["expires_in"] as? Int == 600)
                let token = try #require(try byMail.json["access_token"] as? String)
                let me = try await live.me(token)
                #expect(me.status == 200)
                #expect(try me.json["tax_code"] as? String == "RSSMRA80A01H501U")
                let out = try await live.call(
                    "DELETE", "/v1/sessions/current", key: live.apiKey, headers: ["X-Citizen-Token": token])
                #expect(out.status == 204)
                let after = try await live.me(token)
                #expect(after.status == 401)
                #expect(try (after.json["type"] as? String)?.hasSuffix("/citizen-token-invalid") == true)
                let other = try #require(try byTaxCode.json["access_token"] as? String)
                #expect(try await live.me(other).status == 200)
                // A code is valid once.
                let again = try await live.call(
                    "POST", "/v1/citizens/verify", key: live.apiKey, json: "{\(code.members)}")
                #expect(again.status == 422)
            }
        }

        @Test func `all three kinds of citizens register, each with the address that the kind requires`() async throws {
            try await Deployment.with { live in
                let abroad = #"{"street":"Rue de la Loi 200","postal_code":"1000","city":"Bruxelles","country":"BE"}"#
                for (kind, address) in [
                    ("resident", Applicant.mario.address), ("aire", abroad), ("non_resident", abroad),
                ] {
                    var applicant = Applicant.mario
                    applicant.kind = kind
                    applicant.address = address
                    applicant.email = "\(kind)@example.org"
                    let good = try await live.register(applicant)
                    #expect(good.status == 201, "\(kind) \(String(decoding: good.body, as: UTF8.self))")
                    applicant.address = kind == "resident" ? abroad : Applicant.mario.address
                    let other = try await live.register(applicant)
                    // A non-resident of the municipality may live in Italy.
                    if kind == "non_resident" {
                        #expect(other.status == 201)
                    } else {
                        #expect(other.status == 422)
                        #expect(try other.pointers == ["/address/country"], "\(kind)")
                    }
                }
            }
        }

        @Test func `an invalid registration gets all violations at once and stores nothing`() async throws {
            try await Deployment.with { live in
                let answer = try await live.call(
                    "POST", "/v1/citizens", key: live.apiKey,
                    json: """
                        {"kind":"resident","tax_code":"RSSMRA80A01H501X","given_name":"","family_name":"Rossi",
                        "birth":{"date":"1980-02-30"},"address":{"street":"s","postal_code":"1","city":"c","country":"FR"},
                        "email":"nobody","password":"short","consents":{"privacy":false},"status":"active",
                        "verification_url":"https://evil.example.org/x#y"}
                        """)
                #expect(answer.status == 422)
                #expect(
                    try Set(answer.pointers) == [
                        "/tax_code", "/given_name", "/birth/date", "/birth/place", "/address/country", "/email",
                        "/password", "/consents/privacy", "/consents/terms", "/status", "/verification_url",
                    ])
                #expect(!String(decoding: answer.body, as: UTF8.self).contains("\"short\""))
                var applicant = Applicant.mario
                applicant.birth = "1981-01-01"
                applicant.password = "Mario-Rossi mario.rossi"
                applicant.extra = #","verification_url":"https://evil.example.org/x""#
                #expect(try await live.register(applicant).pointers == ["/birth/date", "/password"])
                applicant.birth = "1980-01-01"
                applicant.password = Applicant.password
                #expect(try await live.register(applicant).pointers == ["/verification_url"])
                #expect(try live.queryText("SELECT count(*) FROM citizens") == "0")
                #expect(try live.queryText("SELECT count(*) FROM notifications") == "0")
            }
        }

        @Test func `a registration does not disclose whether the account exists, and the owner gets an e-mail`()
            async throws
        {
            try await Deployment.with { live in
                try await live.account(.mario)
                var sameMail = Applicant.mario
                sameMail.taxCode = "VRDNNA85M41F205G"
                sameMail.birth = "1985-08-01"
                sameMail.email = "MARIO.ROSSI@example.org"
                var sameTaxCode = Applicant.mario
                sameTaxCode.email = "altro@example.org"
                var new = sameMail
                new.email = "nuova@example.org"

                var bodies: [Set<String>] = []
                for applicant in [sameMail, sameTaxCode, new] {
                    let answer = try await live.register(applicant)
                    #expect(answer.status == 201)
                    let json = try answer.json
                    #expect(json["status"] as? String == "pending")
                    bodies.append(Set(json.keys))
                    #expect(answer.headers["location"] == nil)
                }

                #expect(Set(bodies).count == 1)
                _ = try await live.code(to: "nuova@example.org")
                try await live.waitUntil("the owner gets two mails") {
                    try await live.mailCount(to: "mario.rossi@example.org") == 3
                }
                let text = try await live.text(to: "mario.rossi@example.org")
                #expect(text.contains("Tentativo di registrazione") && !text.contains("qzm_"))
                #expect(try await live.mailCount(to: "altro@example.org") == 0)
                #expect(try live.queryText("SELECT count(*) FROM citizens") == "2")
            }
        }

        @Test func `an unknown name, an unverified account and a wrong password get the same response`() async throws {
            try await Deployment.with { live in
                try await live.account(.mario)
                var anna = Applicant.anna
                anna.email = "anna@example.org"
                _ = try await live.register(anna)

                let wrong = try await live.signIn("mario.rossi@example.org", "sbagliata sbagliata")
                let unverified = try await live.signIn("anna@example.org")
                let unknown = try await live.signIn("nessuno@example.org")
                let nonsense = try await live.signIn("---")

                for answer in [wrong, unverified, unknown, nonsense] {
                    #expect(answer.status == 401)
                    #expect(try answer.json["type"] as? String == wrong.json["type"] as? String)
                    #expect(try answer.json["detail"] as? String == wrong.json["detail"] as? String)
                    #expect(try Set(answer.json.keys) == Set(wrong.json.keys))
                }
            }
        }

        @Test func `of two registrations of one person the first verified one counts, and codes expire after a day`()
            async throws
        {
            try await Deployment.with { live in
                var squatter = Applicant.mario
                squatter.email = "squatter@example.org"
                _ = try await live.register(squatter)
                let squattersCode = try await live.code(to: "squatter@example.org")
                try await live.account(.mario)

                let late = try await live.verify(squattersCode)

                #expect(late.status == 422)
                #expect(try late.pointers == ["/token"])
                _ = try await live.register(.anna)
                let code = try await live.code(to: "anna.verdi@example.org")
                _ = try live.queryText("UPDATE mail_tokens SET expires_at = now() - interval '1 second'")
                #expect(try await live.verify(code).status == 422)
                for nonsense in ["x", "qzm_" + String(repeating: "a", count: 49)] {
                    #expect(try await live.verify(nonsense).status == 422)
                }
                // A key without the scopes for citizens is rejected.
                let other = try await live.call(
                    "POST", "/v1/citizens/verify", key: live.creditorKey, json: "{\(code.members)}")
                #expect(other.status == 403)
            }
        }

        @Test func `no code is in the database or the log, whether or not its mail was sent`() async throws {
            try await Deployment.with { live in
                try await live.mailMode("greet4")
                _ = try await live.register(.mario)
                try await live.waitUntil("the first try has failed") {
                    try live.queryText("SELECT state FROM notifications") == "retrying"
                }
                let outbox = try live.queryText("SELECT to_jsonb(n)::text FROM notifications n")
                #expect(!outbox.contains("qzm_"))
                try await live.mailMode("lostack")
                _ = try live.queryText("UPDATE notifications SET next_attempt_at = now()")
                try await live.waitUntil("the mail has come, though its sender does not know") {
                    try await live.mailCount(to: "mario.rossi@example.org") >= 1
                }
                let first = try await live.code(to: "mario.rossi@example.org")
                try await live.mailMode("ok")
                _ = try live.queryText("UPDATE notifications SET next_attempt_at = now() WHERE state = 'retrying'")
                let second = try await live.code(to: "mario.rossi@example.org", count: 2)

                // Either copy of the mail has a valid code, for one use.
                #expect(first != second)
                #expect(try await live.verify(first).status == 200)
                #expect(try await live.verify(second).status == 422)
                #expect(live.service.stop() == 0)
                let log = try live.log()
                for secret in [
                    first.text, second.text, "qzm_", "mario.rossi@", "RSSMRA80A01H501U", Applicant.password, "argon2id",
                ] { #expect(!log.contains(secret), "\(secret.prefix(6))…") }
            }
        }

        @Test func `a repeat with the same Idempotency-Key registers once, and its fingerprint contains no password`()
            async throws
        {
            try await Deployment.with { live in
                let key = ["Idempotency-Key": "registration-1"]
                let first = try await live.register(.mario, headers: key)
                let again = try await live.register(.mario, headers: key)
                var other = Applicant.mario
                other.password = "un altro gatto sul tetto"
                let samePerson = try await live.register(other, headers: key)
                other.givenName = "Luigi"
                let misused = try await live.register(other, headers: key)

                #expect(first.status == 201 && again.body == first.body)
                #expect(again.headers["idempotency-replayed"] == "true")
                #expect(samePerson.body == first.body)
                #expect(misused.status == 422)
                #expect(try live.queryText("SELECT count(*) FROM notifications") == "1")
            }
        }

        @Test func `a refresh gives a new pair, and a refresh token that is used twice ends the session`() async throws
        {
            try await Deployment.with { live in
                let first = try await live.session(.mario)

                let second = try Tokens(await live.refresh(first.refresh))

                #expect(try await live.me(first.access).status == 401)
                #expect(try await live.me(second.access).status == 200)
                let reused = try await live.refresh(first.refresh)
                #expect(reused.status == 401)
                #expect(try (reused.json["type"] as? String)?.hasSuffix("/citizen-token-invalid") == true)
                #expect(try await live.me(second.access).status == 401)
                #expect(try await live.refresh(second.refresh).status == 401)
                #expect(
                    try live.queryText("SELECT count(*) FROM journal WHERE kind = 'session_reuse_detected'") == "1")
                // Another session of the same citizen is not affected.
                let other = try Tokens(await live.signIn("RSSMRA80A01H501U"))
                _ = try live.queryText("UPDATE citizen_sessions SET access_expires_at = now() - interval '1 second'")
                #expect(try await live.me(other.access).status == 401)
                let third = try Tokens(await live.refresh(other.refresh))
                #expect(try await live.me(third.access).status == 200)
                _ = try live.queryText("UPDATE citizen_sessions SET refresh_expires_at = now() - interval '1 second'")
                #expect(try await live.refresh(third.refresh).status == 401)
            }
        }

        @Test func `ten concurrent refreshes with one token give at most one pair`() async throws {
            try await Deployment.with { live in
                let first = try await live.session(.mario)

                let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<10 { group.addTask { try await live.refresh(first.refresh).status } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }

                #expect(answers.filter { $0 == 200 }.count == 1)
                #expect(answers.filter { $0 == 401 }.count == 9)
                #expect(try live.queryText("SELECT ended_by FROM citizen_sessions") == "reused")
            }
        }

        @Test func `signing out and a new password end sessions on every instance`() async throws {
            try await Deployment.with { live in
                let elsewhere = try await live.secondInstance()
                defer { elsewhere.process.stop() }
                let first = try await live.session(.mario)
                let second = try Tokens(await live.signIn("mario.rossi@example.org"))
                #expect(try await live.me(first.access, at: elsewhere.url) == 200)
                #expect(try await live.me(second.access, at: elsewhere.url) == 200)

                _ = try await live.call(
                    "DELETE", "/v1/sessions/current", key: live.apiKey, headers: ["X-Citizen-Token": first.access])

                #expect(try await live.me(first.access, at: elsewhere.url) == 401)
                #expect(try await live.refresh(first.refresh).status == 401)
                #expect(try await live.me(second.access, at: elsewhere.url) == 200)
                let asked = try await live.call(
                    "POST", "/v1/password-resets", key: live.apiKey, json: #"{"email":"mario.rossi@example.org"}"#)
                #expect(asked.status == 202)
                let code = try await live.code(to: "mario.rossi@example.org", count: 2)
                let weak = try await live.confirm(code, "mario.rossi@example.org")
                #expect(weak.status == 422)
                #expect(try weak.pointers == ["/new_password"])
                let new = "cinque cani in cortile"
                #expect(try await live.confirm(code, new).status == 204)
                #expect(try await live.confirm(code, new).status == 422)
                #expect(try await live.me(second.access, at: elsewhere.url) == 401)
                #expect(try await live.refresh(second.refresh).status == 401)
                #expect(try await live.signIn("mario.rossi@example.org").status == 401)
                #expect(try await live.signIn("mario.rossi@example.org", new).status == 200)
            }
        }

        @Test func `signing out everywhere ends every session of the citizen on every instance, and of nobody else`()
            async throws
        {
            try await Deployment.with { live in
                let elsewhere = try await live.secondInstance()
                defer { elsewhere.process.stop() }
                let first = try await live.session(.mario)
                let second = try Tokens(await live.signIn("mario.rossi@example.org"))
                let anna = try await live.session(.anna)
                let headers = ["X-Citizen-Token": first.access]

                let answer = try await live.call("DELETE", "/v1/sessions", key: live.apiKey, headers: headers)

                #expect(answer.status == 204 && answer.body.isEmpty)
                for session in [first, second] {
                    #expect(try await live.me(session.access).status == 401)
                    #expect(try await live.me(session.access, at: elsewhere.url) == 401)
                    #expect(try await live.refresh(session.refresh).status == 401)
                }
                #expect(try await live.me(anna.access, at: elsewhere.url) == 200)
                #expect(
                    try live.queryText("SELECT note FROM journal WHERE kind = 'session_closed'") == "every session")
                #expect(
                    try await live.call("DELETE", "/v1/sessions", key: live.apiKey, headers: headers).status == 401)
                #expect(try await live.call("DELETE", "/v1/sessions", key: live.apiKey).status == 401)
                #expect(try await live.signIn("mario.rossi@example.org").status == 200)
            }
        }

        @Test func `a password reset discloses no account, and one mailbox gets few mails`() async throws {
            try await Deployment.with { live in
                try await live.account(.mario)
                var bodies: Set<Data> = []
                for email in ["nessuno@example.org"] + Array(repeating: "mario.rossi@example.org", count: 8) {
                    let answer = try await live.call(
                        "POST", "/v1/password-resets", key: live.apiKey, json: #"{"email":"\#(email)"}"#)
                    #expect(answer.status == 202)
                    bodies.insert(answer.body)
                }
                #expect(bodies.count == 1)
                try await live.waitUntil("the mail was sent") {
                    try live.queryText("SELECT count(*) FROM notifications WHERE state <> 'sent'") == "0"
                }
                // Five mails without a wait, including the mail for the verification.
                #expect(try await live.mailCount(to: "mario.rossi@example.org") == 5)
                #expect(try await live.mailCount(to: "nessuno@example.org") == 0)
                let code = try await live.code(to: "mario.rossi@example.org")
                _ = try live.queryText("UPDATE mail_tokens SET expires_at = now() - interval '1 second'")
                let late = try await live.confirm(code, "cinque cani in cortile")
                #expect(late.status == 422)
                #expect(try late.pointers == ["/token"])
            }
        }

        @Test func `password guessing is throttled, and the owner can sign in from another address`() async throws {
            try await Deployment.with { live in
                try await live.account(.mario)
                var statuses: [Int] = []
                for number in 0..<8 {
                    let answer = try await live.signIn(
                        "mario.rossi@example.org", "sbagliata numero \(number)", from: "203.0.113.7")
                    statuses.append(answer.status)
                    if answer.status == 429 {
                        #expect((Int(answer.headers["retry-after"] ?? "") ?? 0) >= 1)
                    }
                }
                #expect(statuses.prefix(5).allSatisfy { $0 == 401 })
                #expect(statuses.contains(429))

                // Even the right password has to wait at that address and is not checked; from another address it is accepted.
                #expect(try await live.signIn("mario.rossi@example.org", from: "203.0.113.7").status == 429)
                #expect(try await live.signIn("mario.rossi@example.org", from: "198.51.100.9").status == 200)

                // Guesses from many addresses make new addresses wait, but not an address of an earlier successful sign-in.
                _ = try live.queryText("UPDATE throttles SET tries = 1000, last_at = now() WHERE succeeded_at IS NULL")
                let stranger = try await live.signIn("mario.rossi@example.org", from: "192.0.2.1")
                #expect(stranger.status == 429)
                #expect((Int(stranger.headers["retry-after"] ?? "") ?? 99) <= 8)
                #expect(try await live.signIn("mario.rossi@example.org", from: "198.51.100.9").status == 200)
                let unknown = try await live.signIn("nessuno@example.org", from: "nonsense")
                #expect(unknown.status == 400)
            }
        }

        @Test func `concurrent guesses are counted before their passwords are checked`() async throws {
            try await Deployment.with { live in
                try await live.account(.mario)

                let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            try await live.signIn(
                                "mario.rossi@example.org", "sbagliata numero \(number)", from: "203.0.113.7"
                            ).status
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }

                #expect(statuses.allSatisfy { [401, 429, 503].contains($0) })
                // Five attempts are free; while the hashes are computed one or two waits may end.
                #expect((5...8).contains(statuses.filter { $0 == 401 }.count), "\(statuses)")
            }
        }

        @Test func `a session belongs to the front end that opened it, and survives the rotation of its key`()
            async throws
        {
            try await Deployment.with { live in
                let tokens = try await live.session(.mario)
                let made = try await live.call(
                    "POST", "/v1/api-keys", key: live.opsKey,
                    json:
                        #"{"name":"other","kind":"frontend","scopes":["citizens","positions:read"],"creditors":["12345678903"]}"#
                )
                let other = try #require(try made.json["key"] as? String)

                let stolen = try await live.me(tokens.access, key: other)

                #expect(stolen.status == 401)
                #expect(try (stolen.json["type"] as? String)?.hasSuffix("/citizen-token-invalid") == true)
                #expect(try await live.refresh(tokens.refresh, key: other).status == 401)
                #expect(try await live.me(tokens.access).status == 200)
                // A wrong token is refused on any route, not ignored.
                let search = try await live.call(
                    "GET", "/v1/positions", key: live.apiKey, headers: ["X-Citizen-Token": "nonsense"])
                #expect(search.status == 401)
                let list = try await live.call("GET", "/v1/api-keys?limit=100", key: live.opsKey)
                let keys = try #require(try list.json["items"] as? [[String: any Sendable]])
                let own = try #require(keys.first { live.apiKey.contains($0["prefix"] as? String ?? "-") })
                let rotated = try await live.call(
                    "POST", "/v1/api-keys/\(own["id"] as? String ?? "")/rotate", key: live.opsKey,
                    json: #"{"overlap_seconds":60}"#)
                let next = try #require(try rotated.json["key"] as? String)
                #expect(try await live.me(tokens.access, key: next).status == 200)
                let refreshed = try Tokens(await live.refresh(tokens.refresh, key: next))
                #expect(try await live.me(refreshed.access, key: next).status == 200)
            }
        }

        @Test func `a sign-in rehashes a password of another cost, and a repeat shows no token twice`()
            async throws
        {
            try await Deployment.with { live in
                try await live.account(.mario)
                let hash = { try live.queryText("SELECT password_hash FROM citizens") }
                _ = try live.queryText(
                    "UPDATE citizens SET password_hash = '$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$p+/noJA3AYvjuZX6GsNmW6LhmsoW0LcUJVYyVF9rc44'"
                )
                let headers = ["Idempotency-Key": "sign-in-1"]
                let json = #"{"username":"RSSMRA80A01H501U","password":"\#(Applicant.password)"}"#

                let first = try await live.call("POST", "/v1/sessions", key: live.apiKey, json: json, headers: headers)
                let again = try await live.call("POST", "/v1/sessions", key: live.apiKey, json: json, headers: headers)

                #expect(first.status == 200 && again.status == 409)
                #expect(try hash().hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
                #expect(try await live.signIn("RSSMRA80A01H501U").status == 200)
                let token = try #require(try first.json["access_token"] as? String)
                #expect(try !live.queryText("SELECT encode(body, 'escape') FROM idempotency_keys").contains(token))
                let metrics = try await live.send("GET", url: live.api + "/metrics")
                #expect(String(decoding: metrics.body, as: UTF8.self).contains("sign_in_total{result=\"opened\"}"))
            }
        }

        @Test func `citizens change the data that they may change`() async throws {
            try await Deployment.with { live in
                let tokens = try await live.session(.mario)
                func patch(_ json: String) async throws -> Deployment.Answer {
                    try await live.call(
                        "PATCH", "/v1/me", key: live.apiKey, json: json,
                        headers: ["Content-Type": "application/merge-patch+json", "X-Citizen-Token": tokens.access])
                }

                let moved = try await patch(#"{"address":{"street":"Via Po","civic_number":"3"},"language":"de"}"#)

                #expect(moved.status == 200)
                let address = try #require(try moved.json["address"] as? [String: any Sendable])
                #expect(address["street"] as? String == "Via Po" && address["city"] as? String == "Torino")
                #expect(try moved.json["language"] as? String == "de")
                #expect(try await live.me(tokens.access).body == moved.body)
                #expect(try await patch(#"{"kind":"aire"}"#).pointers == ["/address/country"])
                let fixed = try await patch(#"{"tax_code":"VRDNNA85M41F205G","email":"x","password":"short","id":"1"}"#)
                #expect(try Set(fixed.pointers) == ["/tax_code", "/email", "/password", "/id"])
                #expect(try await patch(#"{"given_name":null}"#).pointers == ["/given_name"])
                #expect(try await patch("[]").status == 422)
                let plain = try await live.call(
                    "PATCH", "/v1/me", key: live.apiKey, json: "{}", headers: ["X-Citizen-Token": tokens.access])
                #expect(plain.status == 415)
                // The next mail is in the language that was chosen.
                _ = try await live.call(
                    "POST", "/v1/password-resets", key: live.apiKey,
                    json: #"{"email":"mario.rossi@example.org","reset_url":"https://portale.example.org/neu?a=1&b=2"}"#)
                try await live.waitUntil("the mail was sent") {
                    try await live.mailCount(to: "mario.rossi@example.org") == 2
                }
                let text = try await live.text(to: "mario.rossi@example.org")
                #expect(text.contains("Setzen Sie Ihr Passwort zurück"))
                #expect(text.contains("https://portale.example.org/neu?a=1&b=2#token=qzm_"))
                #expect(text.contains("https://portale.example.org/neu?a=1&amp;b=2#token=qzm_"))
            }
        }

        @Test func `an erased account is deleted with its sessions, and its payments remain`() async throws {
            try await Deployment.with { live in
                let (position, iuv) = try await live.position()
                _ = try await live.post(rt: Deployment.rt(iuv: iuv, receipt: "KEPT"))
                let tokens = try await live.session(.mario)
                let other = try Tokens(await live.signIn("mario.rossi@example.org"))

                let erased = try await live.call(
                    "DELETE", "/v1/me", key: live.apiKey, headers: ["X-Citizen-Token": tokens.access])

                #expect(erased.status == 204)
                for token in [tokens, other] {
                    #expect(try await live.me(token.access).status == 401)
                    #expect(try await live.refresh(token.refresh).status == 401)
                }
                #expect(try await live.signIn("mario.rossi@example.org").status == 401)
                #expect(try await live.status(of: position) == "paid")
                let receipts = try await live.call("GET", "/v1/receipts?position_id=\(position)", key: live.apiKey)
                #expect(((try receipts.json["items"] as? [any Sendable]) ?? []).count == 1)
                let stored = try live.queryText(
                    "SELECT to_jsonb(c)::text FROM citizens c UNION ALL SELECT to_jsonb(n)::text FROM notifications n WHERE citizen_id IS NOT NULL"
                )
                for word in ["mario", "RSSMRA", "Torino", "argon2"] { #expect(!stored.contains(word), "\(word)") }
                let journal = try live.queryText(
                    "SELECT string_agg(to_jsonb(j)::text, ' ') FROM journal j WHERE kind LIKE 'citizen%'")
                #expect(journal.contains("citizen_erased") && !journal.contains("RSSMRA"))
                // The tax code and the mailbox are free again.
                try await live.account(.mario, mails: 2)
            }
        }
    }
}

/// The data of a registration.
struct Applicant: Sendable {
    var kind = "resident"
    var taxCode = "RSSMRA80A01H501U"
    var givenName = "Mario"
    var familyName = "Rossi"
    var birth = "1980-01-01"
    var address = #"{"street":"Via Roma","postal_code":"10121","city":"Torino","province":"TO","country":"IT"}"#
    var email = "mario.rossi@example.org"
    var password = Applicant.password
    var extra = ""

    static let password = "quattro gatti sul tetto"
    static let mario = Applicant()
    static let anna = {
        var anna = Applicant()
        anna.taxCode = "VRDNNA85M41F205G"
        anna.birth = "1985-08-01"
        anna.givenName = "Anna"
        anna.familyName = "Verdi"
        anna.email = "anna.verdi@example.org"
        return anna
    }()

    var json: String {
        """
        {"kind":"\(kind)","tax_code":"\(taxCode)","given_name":"\(givenName)","family_name":"\(familyName)",
        "birth":{"date":"\(birth)","place":"Roma"},"address":\(address),"email":"\(email)","password":"\(password)",
        "consents":{"privacy":true,"terms":true}\(extra)}
        """
    }
}

/// A pair of tokens; reading it from another response fails the test.
struct Tokens {
    let access: String
    let refresh: String

    init(_ answer: Deployment.Answer) throws {
        try #require(answer.status == 200, "\(answer.status)")
        access = try #require(try answer.json["access_token"] as? String)
        refresh = try #require(try answer.json["refresh_token"] as? String)
    }
}

/// A code of eight characters from an e-mail, and the mailbox that it belongs to.
struct MailedCode: Equatable {
    let text: String
    let mailbox: String

    /// The members of a request's body.
    var members: String { #""token":"\#(text)","email":"\#(mailbox)""# }
}

extension Deployment {
    /// Registers an account and verifies the mailbox.
    func account(_ applicant: Applicant, mails: Int = 1) async throws {
        try #require(try await register(applicant).status == 201)
        let code = try await code(to: applicant.email, count: mails)
        try #require(try await verify(code).status == 200)
    }

    /// Creates an account and signs in.
    func session(_ applicant: Applicant) async throws -> Tokens {
        try await account(applicant)
        return try Tokens(await signIn(applicant.email))
    }

    func verify(_ token: String) async throws -> Answer {
        try await call("POST", "/v1/citizens/verify", key: apiKey, json: #"{"token":"\#(token)"}"#)
    }

    func verify(_ code: MailedCode) async throws -> Answer {
        try await call("POST", "/v1/citizens/verify", key: apiKey, json: "{\(code.members)}")
    }

    func refresh(_ token: String, key: String? = nil) async throws -> Answer {
        try await call("POST", "/v1/sessions/refresh", key: key ?? apiKey, json: #"{"refresh_token":"\#(token)"}"#)
    }

    func confirm(_ code: MailedCode, _ password: String) async throws -> Answer {
        try await call(
            "POST", "/v1/password-resets/confirm", key: apiKey,
            json: #"{\#(code.members),"new_password":"\#(password)"}"#)
    }

    /// The status that another instance gives to this token.
    func me(_ token: String, at url: String) async throws -> Int {
        try await send(
            "GET", url: url + "/v1/me", headers: ["Authorization": "Bearer \(apiKey)", "X-Citizen-Token": token]
        ).status
    }

    /// A second service on the same database.
    func secondInstance() async throws -> (url: String, process: ServiceProcess) {
        let probe = try Proxy(to: 1)
        probe.close()
        let process = try ServiceProcess(
            Self.binaries.appending(path: "quietanza").path, ["serve"],
            environment.merging(["HTTP_PORT": "\(probe.port)"]) { $1 }, log: folder.appending(path: "second.log"))
        let url = "http://127.0.0.1:\(probe.port)"
        try await waitUntil("the second instance answers", seconds: 20) {
            (try? await self.send("GET", url: url + "/ready"))?.status == 200
        }
        return (url, process)
    }

    /// The result of a query by the owner of the database.
    func queryText(_ sql: String) throws -> String {
        try Tool.run("psql", ["-X", "-At", "-v", "ON_ERROR_STOP=1", "-c", sql, cluster.url])
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func register(_ applicant: Applicant, headers: [String: String] = [:]) async throws -> Answer {
        try await call(
            "POST", "/v1/citizens", key: apiKey, json: applicant.json,
            headers: headers.merging(["Accept-Language": "it"]) { $1 })
    }

    func signIn(
        _ username: String, _ password: String = Applicant.password, from address: String? = nil, api: String? = nil
    )
        async throws -> Answer
    {
        try await call(
            "POST", "/v1/sessions", key: apiKey, json: #"{"username":"\#(username)","password":"\#(password)"}"#,
            headers: address.map { ["Citizen-Address": $0] } ?? [:])
    }

    func me(_ token: String, key: String? = nil) async throws -> Answer {
        try await call("GET", "/v1/me", key: key ?? apiKey, headers: ["X-Citizen-Token": token])
    }

    /// The code in the newest mail to this address, read by Python's parser.
    func code(to address: String, count: Int = 1) async throws -> MailedCode {
        try await waitUntil("\(count) mails to \(address)", seconds: 20) {
            try await self.mailCount(to: address) >= count
        }
        let text = try await text(to: address)
        let match = try #require(text.firstMatch(of: /\b[2-9A-Z]{4}-[2-9A-Z]{4}\b/))
        return MailedCode(text: String(match.output), mailbox: address)
    }

    /// Subject and plain text of the newest mail to this address.
    func text(to address: String) async throws -> String {
        let list = try await send("GET", url: mailControl + "/messages")
        let items = try #require(try JSONSerialization.jsonObject(with: list.body) as? [[String: Any]])
        let file = try #require(items.last { "\($0["to"] ?? "")".contains(address) }?["file"] as? String)
        let mail = try await send("GET", url: mailControl + "/messages/" + file).body
        return try Tool.withFile(Array(mail), suffix: "eml") { path in
            try Tool.run(
                "python3",
                [
                    "-c",
                    """
                    import email, email.policy, sys
                    m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
                    assert not any(p.defects for p in m.walk())
                    print(m['Subject']); print(m.get_body(('plain',)).get_content()); print(m.get_body(('html',)).get_content())
                    """, path,
                ])
        }
    }
}
