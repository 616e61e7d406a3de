import Foundation
import TestSupport
import Testing

extension ServerTests {
    /// The proof of identity of an account, and its effects on mailbox, password and contact data.
    @Suite struct ProvedAccountTests {
        @Test
        func
            `a smart card ends sessions that an impostor opened with a password, and its owner sets mailbox and password again`()
            async throws
        {
            try await Deployment.with { live in
                try await SecureService.with(beside: live) { service in
                    let (position, _) = try await live.position()
                    var impostor = Applicant.mario
                    impostor.email = "impostor@example.org"
                    let stolen = try await live.session(impostor)
                    // The impostor sees the debt, but not the debtor's contact data.
                    let seen = try await live.debtor(of: position, token: stolen.access)
                    #expect(Set(seen.keys) == ["kind", "tax_code"])
                    _ = try await live.call(
                        "POST", "/v1/password-resets", key: live.apiKey, json: #"{"email":"impostor@example.org"}"#)
                    let reset = try await live.code(to: "impostor@example.org", count: 2)

                    let card = try service.authority.card()
                    let owner = try Tokens(service.signIn(by: card, key: live.apiKey)).access

                    #expect(try await live.me(stolen.access).status == 401)
                    #expect(try await live.refresh(stolen.refresh).status == 401)
                    #expect(try await live.signIn("impostor@example.org").status == 401)
                    #expect(try await live.signIn("RSSMRA80A01H501U").status == 401)
                    #expect(try await live.confirm(reset, "sette rane nello stagno").status == 422)
                    let me = try await live.me(owner)
                    #expect(try me.json["email"] == nil && me.json["has_password"] as? Bool == false)
                    #expect(try me.json["proved_by"] as? String == "smart_card")
                    #expect(try me.json["given_name"] as? String == "MARIO")
                    try await live.waitUntil("the impostor gets a mail") {
                        try await live.mailCount(to: "impostor@example.org") == 3
                    }
                    #expect(try await live.text(to: "impostor@example.org").contains("Accesso con la tessera"))
                    #expect(try live.queryText("SELECT count(*) FROM journal WHERE kind = 'citizen_proved'") == "1")
                    // Password resets send no mail from now on.
                    _ = try await live.call(
                        "POST", "/v1/password-resets", key: live.apiKey, json: #"{"email":"impostor@example.org"}"#)
                    let whole = try await live.debtor(of: position, token: owner)
                    #expect(whole["full_name"] as? String == "Mario Canarino")
                    #expect(whole["email"] as? String == "canarino@example.org")

                    let asked = try await live.patchMe(
                        #"{"email":"mario.rossi@example.org","password":"sette rane nello stagno"}"#, token: owner)
                    #expect(asked.status == 200)
                    #expect(try asked.json["email"] == nil && asked.json["has_password"] as? Bool == true)
                    let code = try await live.code(to: "mario.rossi@example.org")
                    let confirmed = try await live.confirmEmail(code, token: owner)
                    #expect(confirmed.status == 200)
                    #expect(try confirmed.json["email"] as? String == "mario.rossi@example.org")
                    let own = try Tokens(
                        await live.signIn("mario.rossi@example.org", "sette rane nello stagno")
                    ).access
                    #expect(try await live.debtor(of: position, token: own)["email"] as? String != nil)
                    // A second sign-in with the card finds a proved account and removes nothing.
                    _ = try Tokens(service.signIn(by: card, key: live.apiKey))
                    #expect(try await live.me(own).json["has_password"] as? Bool == true)
                    #expect(try await live.mailCount(to: "impostor@example.org") == 3)
                }
            }
        }

        @Test func `an account without a smart card gets receipts without contact data`() async throws {
            try await Deployment.with { live in
                let (_, iuv) = try await live.position()
                let rt = Deployment.rt(
                    iuv: iuv, receipt: "CONTACT",
                    extra:
                        #""payer":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Pagante","email":"pagante@example.org"},"#
                )
                let id = try #require(try await live.post(rt: rt).json["id"] as? String)
                let token = try await live.session(.mario).access
                let headers = ["X-Citizen-Token": token]

                let raw = try await live.call("GET", "/v1/receipts/\(id)/rt", key: live.apiKey, headers: headers)
                #expect(raw.status == 403)
                #expect(try (raw.json["type"] as? String)?.hasSuffix("/proof-required") == true)
                let official = try await live.call(
                    "GET", "/v1/receipts/\(id)/official-rt", key: live.apiKey, headers: headers)
                let text = String(decoding: official.body, as: UTF8.self)
                #expect(official.status == 200 && text.contains("RSSMRA80A01H501U"))
                #expect(!text.contains("Canarino") && !text.contains("Pagante") && !text.contains("@"))
                let whole = try await live.call("GET", "/v1/receipts/\(id)/official-rt", key: live.apiKey)
                #expect(String(decoding: whole.body, as: UTF8.self).contains("Canarino"))
            }
        }

        @Test func `a mailbox changes when its code is confirmed by the citizen who asked for it`() async throws {
            try await Deployment.with { live in
                let mario = try await live.session(.mario).access
                let anna = try await live.session(.anna).access
                // Anna's mailbox is in use: Mario gets the same response, and Anna gets an e-mail.
                let used = try await live.patchMe(#"{"email":"Anna.Verdi@example.org"}"#, token: mario)
                let free = try await live.patchMe(#"{"email":"nuovo@example.org"}"#, token: mario)
                #expect(used.status == 200 && used.body == free.body)
                try await live.waitUntil("Anna gets a mail") {
                    try await live.mailCount(to: "anna.verdi@example.org") == 2
                }
                #expect(try await live.text(to: "anna.verdi@example.org").contains("Tentativo di registrazione"))
                let code = try await live.code(to: "nuovo@example.org")

                #expect(try await live.confirmEmail(code, token: anna).status == 422)
                #expect(try await live.verify(code).status == 422)
                #expect(try await live.confirm(code, "sette rane nello stagno").status == 422)
                #expect(try await live.confirmEmail(code, token: mario).status == 200)
                #expect(try await live.confirmEmail(code, token: mario).status == 422)

                #expect(try await live.signIn("mario.rossi@example.org").status == 401)
                #expect(try await live.signIn("nuovo@example.org").status == 200)
                try await live.waitUntil("the former mailbox gets a mail") {
                    try await live.mailCount(to: "mario.rossi@example.org") == 2
                }
                #expect(try await live.text(to: "mario.rossi@example.org").contains("è cambiato"))
                // One mailbox gets five mails without a wait; the response does not disclose that the limit is reached.
                for _ in 0..<8 {
                    #expect(try await live.patchMe(#"{"email":"terzo@example.org"}"#, token: mario).status == 200)
                }
                #expect(
                    try live.queryText("SELECT count(*) FROM notifications WHERE recipient = 'terzo@example.org'")
                        == "5")
                let elsewhere = try await live.patchMe(
                    #"{"email":"quarto@example.org","verification_url":"https://evil.example.org/x"}"#, token: mario)
                #expect(try elsewhere.pointers == ["/verification_url"])
            }
        }

        @Test func `a password change requires the current one and ends every other session`() async throws {
            try await Deployment.with { live in
                let other = try await live.session(.mario).access
                let token = try Tokens(await live.signIn("RSSMRA80A01H501U")).access
                let next = "sette rane nello stagno"
                #expect(
                    try await live.patchMe(#"{"password":"\#(next)"}"#, token: token).pointers == ["/current_password"])
                let wrong = try await live.patchMe(
                    #"{"password":"\#(next)","current_password":"sbagliata sbagliata"}"#, token: token)
                #expect(try wrong.pointers == ["/current_password"])
                let weak = try await live.patchMe(
                    #"{"password":"io sono mario.rossi","current_password":"\#(Applicant.password)"}"#, token: token)
                #expect(try weak.pointers == ["/password"])

                let changed = try await live.patchMe(
                    #"{"password":"\#(next)","current_password":"\#(Applicant.password)"}"#, token: token)

                #expect(changed.status == 200)
                #expect(try await live.me(token).status == 200)
                #expect(try await live.me(other).status == 401)
                #expect(try await live.signIn("RSSMRA80A01H501U").status == 401)
                #expect(try await live.signIn("RSSMRA80A01H501U", next).status == 200)
                var statuses: [Int] = []
                for _ in 0..<6 {
                    statuses.append(
                        try await live.patchMe(
                            #"{"password":"otto oche sulla riva","current_password":"sbagliata sbagliata"}"#,
                            token: token
                        ).status)
                }
                #expect(statuses.last == 429, "\(statuses)")
            }
        }
    }
}

extension Deployment {
    fileprivate func debtor(of position: String, token: String) async throws -> [String: any Sendable] {
        let answer = try await call(
            "GET", "/v1/positions/\(position)", key: apiKey, headers: ["X-Citizen-Token": token])
        return try #require(try answer.json["debtor"] as? [String: any Sendable])
    }

    fileprivate func patchMe(_ json: String, token: String) async throws -> Answer {
        try await call(
            "PATCH", "/v1/me", key: apiKey, json: json,
            headers: ["Content-Type": "application/merge-patch+json", "X-Citizen-Token": token])
    }

    fileprivate func confirmEmail(_ code: MailedCode, token: String) async throws -> Answer {
        try await call(
            "POST", "/v1/me/email/confirm", key: apiKey, json: #"{"token":"\#(code.text)"}"#,
            headers: ["X-Citizen-Token": token])
    }
}
