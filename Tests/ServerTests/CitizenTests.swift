import Foundation
import TestSupport
import Testing

/// Citizens' accounts as a front end uses them.
extension ServerTests {
    @Suite struct CitizenTests {
        @Test func `a citizen registers, proves the mailbox, signs in, is known, and signs out`() async throws {
            try await Deployment.with { live in
                let registered = try await live.register(.mario)
                #expect(registered.status == 201)
                #expect(try registered.json["status"] as? String == "pending")
                #expect(try await live.signIn("mario.rossi@example.org").status == 401)
                let code = try await live.code(to: "mario.rossi@example.org")
                let verified = try await live.call(
                    "POST", "/v1/citizens/verify", key: live.apiKey, json: #"{"token":"\#(code)"}"#)
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
                // A code is good once.
                let again = try await live.call(
                    "POST", "/v1/citizens/verify", key: live.apiKey, json: #"{"token":"\#(code)"}"#)
                #expect(again.status == 422)
            }
        }
    }
}

/// What somebody says to get an account.
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

    var json: String {
        """
        {"kind":"\(kind)","tax_code":"\(taxCode)","given_name":"\(givenName)","family_name":"\(familyName)",
        "birth":{"date":"\(birth)","place":"Roma"},"address":\(address),"email":"\(email)","password":"\(password)",
        "consents":{"privacy":true,"terms":true}\(extra)}
        """
    }
}

extension Deployment {
    func register(_ applicant: Applicant, headers: [String: String] = [:]) async throws -> Answer {
        try await call("POST", "/v1/citizens", key: apiKey, json: applicant.json, headers: headers)
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

    /// The code in the newest mail to this address, as Python's own parser reads it.
    func code(to address: String, count: Int = 1) async throws -> String {
        try await waitUntil("\(count) mails to \(address)", seconds: 20) {
            try await self.mailCount(to: address) >= count
        }
        let text = try await text(to: address)
        let match = try #require(text.firstMatch(of: /qzm_[0-9A-Za-z]+/))
        return String(match.output)
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
