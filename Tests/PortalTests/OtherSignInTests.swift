import Foundation
import JSON
import Testing

@testable import Portal

/// Sign-in by SPID, CIE and smart card, registration and forgotten passwords.
@Suite struct OtherSignInTests {
    private let texts = Texts(language: .it)
    private static let tokens =
        #"{"access_token":"access-9","refresh_token":"refresh-9","token_type":"Bearer","expires_in":600}"#

    /// A browser that was sent to the identity provider, and the address that it was given.
    private func sentAway() async throws -> (Browser, [String: String]) {
        let browser = Browser.inWorld()
        await browser.get("/sign-in")
        await browser.post("/sign-in/oidc", [:])
        let link = try #require(browser.markup.all("a").first { $0["data-go"] != nil }?["href"])
        #expect(link.hasPrefix("https://spid.example.org/authorize?"))
        let query = try #require(FormCoding.decode(Array(link.split(separator: "?")[1].utf8)))
        return (browser, query)
    }

    @Test func `the way to the provider has a state, a nonce and a challenge, each new`() async throws {
        let (_, first) = try await sentAway()
        let (_, second) = try await sentAway()
        #expect(first["response_type"] == "code" && first["client_id"] == "portale")
        #expect(first["code_challenge_method"] == "S256" && first["scope"]?.contains("openid") == true)
        #expect(first["redirect_uri"] == "https://portale.example.org/sign-in/oidc/return")
        for name in ["state", "nonce", "code_challenge"] {
            #expect((first[name] ?? "").count >= 32 && first[name] != second[name], "\(name)")
        }
    }

    @Test func `the code of the provider opens a session with the nonce of this browser`() async throws {
        let (browser, query) = try await sentAway()
        browser.service.answer("POST https://spid.example.org/token", #"{"id_token":"a.b.c"}"#)
        browser.service.answer("POST /v1/sessions/oidc", Self.tokens)
        await browser.get("/sign-in/oidc/return?code=c-1&state=\(query["state"] ?? "")")
        #expect(browser.location == "/")
        let exchange = try #require(browser.service.requests.first { $0.path == "https://spid.example.org/token" })
        let form = try #require(FormCoding.decode(exchange.body ?? []))
        #expect(form["code"] == "c-1" && form["grant_type"] == "authorization_code" && form["client_secret"] == nil)
        #expect((form["code_verifier"] ?? "").count >= 32)
        // The portal's key stays with the service.
        #expect(exchange.header("Authorization") == nil && !exchange.text.contains("qz_test"))
        let session = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/sessions/oidc")?.body))
        #expect(session.text("id_token") == "a.b.c" && session.text("nonce") == query["nonce"])
        await browser.get("/profile")
        #expect(browser.service.last("GET", "/v1/me")?.header("X-Citizen-Token") == "access-9")
    }

    @Test(arguments: ["", "state=x", "code=c", "code=c&state=", "code=c&state=other", "error=access_denied"])
    func `an answer that this browser did not ask for opens nothing`(query: String) async throws {
        let (browser, _) = try await sentAway()
        await browser.get("/sign-in/oidc/return?" + query)
        #expect(browser.location == "/sign-in")
        #expect(!browser.service.requests.contains { $0.path.contains("token") || $0.path.contains("oidc") })
        await browser.get("/sign-in")
        #expect(browser.page.contains(texts[.oidcFailed]))
    }

    @Test func `a state is good once, and in its own browser only`() async throws {
        let (browser, query) = try await sentAway()
        let path = "/sign-in/oidc/return?code=c&state=\(query["state"] ?? "")"
        let other = Browser.inWorld()
        await other.get("/sign-in")
        await other.get(path)
        #expect(other.location == "/sign-in" && other.service.requests.isEmpty)

        browser.service.refuse("POST /v1/sessions/oidc", status: 401, code: "id-token-refused")
        browser.service.answer("POST https://spid.example.org/token", #"{"id_token":"a.b.c"}"#)
        await browser.get(path)
        #expect(browser.location == "/sign-in")
        let calls = browser.service.requests.count
        await browser.get(path)
        #expect(browser.location == "/sign-in" && browser.service.requests.count == calls)
    }

    @Test(arguments: [(400, "{}"), (200, "{}"), (200, "not JSON"), (200, #"{"id_token":7}"#), (500, "")])
    func `a provider that refuses or fails leads back to sign-in`(status: Int, body: String) async throws {
        let (browser, query) = try await sentAway()
        browser.service.answer("POST https://spid.example.org/token", status: status, body)
        await browser.get("/sign-in/oidc/return?code=c&state=\(query["state"] ?? "")")
        #expect(browser.location == "/sign-in")
        #expect(browser.service.last("POST", "/v1/sessions/oidc") == nil)
    }

    @Test func `without a provider or cards there is neither button nor page`() async {
        let browser = Browser()
        await browser.get("/sign-in")
        #expect(!browser.page.contains("/sign-in/oidc") && !browser.page.contains("/sign-in/card"))
        #expect(await browser.post("/sign-in/oidc", [:]).status == 404)
        for path in ["/sign-in/card", "/sign-in/card/return?state=x&code=y", "/sign-in/oidc/return?state=x&code=y"] {
            #expect(await browser.get(path).status == 404, "\(path)")
        }
    }

    // MARK: Cards

    @Test func `a card is presented to the service with a ticket, and no token of this site goes along`() async throws {
        let browser = Browser.inWorld()
        await browser.get("/sign-in")
        #expect(browser.markup.all("a").contains { $0["href"] == "/sign-in/card" })
        await browser.get("/sign-in/card")
        let form = try #require(
            browser.markup.indices(of: "form").first {
                browser.markup.elements[$0]["action"]?.hasPrefix("https") == true
            })
        #expect(browser.markup.elements[form]["action"] == "https://tessera.example.org/smart-card")
        #expect(browser.markup.elements(in: form).compactMap { $0["name"] } == ["ticket"])
        let policy = try #require(browser.last.values("content-security-policy").first)
        #expect(policy.contains("form-action 'self' https://tessera.example.org;"))
        let sent = try JSONValue.parse(
            try #require(browser.service.last("POST", "/v1/sessions/smart-card/tickets")?.body))
        let target = try #require(sent.text("return_url"))
        #expect(target.hasPrefix("https://portale.example.org/sign-in/card/return?state="))

        browser.service.answer("POST /v1/sessions/smart-card", Self.tokens)
        let state = target.split(separator: "=").last ?? ""
        await browser.get("/sign-in/card/return?code=cd-1&state=\(state)")
        #expect(browser.location == "/")
        #expect(browser.service.last("POST", "/v1/sessions/smart-card")?.text == #"{"code":"cd-1"}"#)
    }

    @Test(arguments: ["", "code=c", "state=x&code=c"]) func `a card's answer of another browser opens nothing`(
        query: String
    ) async {
        let browser = Browser.inWorld()
        await browser.get("/sign-in/card")
        await browser.get("/sign-in/card/return?" + query)
        #expect(browser.location == "/sign-in")
        #expect(browser.service.last("POST", "/v1/sessions/smart-card") == nil)
    }

    @Test(arguments: [
        "{}", #"{"ticket":"t"}"#, #"{"ticket":"t","presentation_url":"javascript:x"}"#,
        #"{"ticket":"t","presentation_url":"/x"}"#,
    ])
    func `a ticket without a place to present it is a service that cannot answer`(ticket: String) async {
        let browser = Browser.inWorld()
        browser.service.answer("POST /v1/sessions/smart-card/tickets", ticket)
        #expect(await browser.get("/sign-in/card").status == 503)
    }

    @Test func `a refused card leads back to sign-in with a reason`() async {
        let browser = Browser.inWorld()
        browser.service.refuse("POST /v1/sessions/smart-card/tickets", status: 422, code: "invalid-request")
        await browser.get("/sign-in/card")
        #expect(browser.location == "/sign-in")
        await browser.get("/sign-in")
        #expect(browser.page.contains(texts[.cardFailed]))
    }

    // MARK: Registration and passwords

    private static let person = [
        "kind": "resident", "tax_code": "rssmra80a01h501u", "given_name": "Mario", "family_name": "Rossi",
        "birth_date": "1980-01-01", "birth_place": "Roma", "street": "Via Roma 1", "postal_code": "10121",
        "city": "Torino",
        "province": "to", "country": "it", "email": "mario@example.org", "password": "quattro gatti sul tetto",
        "consent_privacy": "yes", "consent_terms": "yes",
    ]

    @Test func `a registration is sent as the contract has it, and leads to the code`() async throws {
        let browser = Browser.inWorld()
        browser.service.answer("POST /v1/citizens", status: 202, "{}")
        await browser.get("/register")
        await browser.post("/register", Self.person)
        #expect(browser.location == "/register/verify")
        let body = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/citizens")?.body))
        #expect(body.text("tax_code") == "RSSMRA80A01H501U" && body["address"]?.text("country") == "IT")
        #expect(body["birth"]?.text("date") == "1980-01-01" && body["address"]?.text("province") == "TO")
        #expect(body["consents"]?.flag("privacy") == true && body["consents"]?.flag("terms") == true)
        #expect(body.text("verification_url") == "https://portale.example.org/register/verify")
    }

    @Test(arguments: person.keys.filter { $0 != "province" }.sorted())
    func `what a registration needs and lacks is named`(field: String) async {
        let browser = Browser.inWorld()
        await browser.get("/register")
        await browser.post("/register", Self.person.filter { $0.key != field })
        #expect(browser.last.status == 422 && browser.page.contains("#f-\(field)"))
        #expect(browser.service.last("POST", "/v1/citizens") == nil)
        #expect(!browser.page.contains("quattro gatti"))
    }

    @Test(arguments: [
        ("/tax_code", "tax_code", TextKey.errorTaxCode), ("/email", "email", .errorEmail),
        ("/password", "password", .errorPassword),
        ("/birth/date", "birth_date", .errorBirthDate), ("/address/country", "country", .errorCountry),
        ("/consents/privacy", "consent_privacy", .errorConsent), ("/address/city", "city", .errorInvalid),
    ]) func `a refused value of a registration is named at its field`(pointer: String, field: String, message: TextKey)
        async
    {
        let browser = Browser.inWorld()
        browser.service.refuse("POST /v1/citizens", status: 422, code: "invalid-request", pointers: [pointer])
        await browser.get("/register")
        await browser.post("/register", Self.person)
        #expect(browser.last.status == 422)
        #expect(browser.markup.elements.contains { $0["id"] == "f-\(field)-error" && $0.text == texts[message] })
    }

    @Test func `a code activates the account, and a wrong one is named`() async {
        let browser = Browser.inWorld()
        await browser.get("/register/verify")
        await browser.post("/register/verify", ["token": " "])
        #expect(browser.last.status == 422 && browser.page.contains("f-token-error"))
        browser.service.refuse("POST /v1/citizens/verify", status: 422, code: "invalid-request")
        await browser.post("/register/verify", ["token": "AAAA-BBBB", "email": "mario@example.org"])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.codeWrong]))
        #expect(browser.page.contains("AAAA-BBBB") && browser.page.contains("mario@example.org"))
        browser.service.answer("POST /v1/citizens/verify", "{}")
        await browser.post("/register/verify", ["token": "AAAA-CCCC", "email": ""])
        #expect(browser.location == "/sign-in")
        #expect(browser.service.last("POST", "/v1/citizens/verify")?.text == #"{"token":"AAAA-CCCC"}"#)
    }

    @Test func `a forgotten password is asked for and chosen without saying whether the account exists`() async {
        let browser = Browser.inWorld()
        await browser.get("/password")
        await browser.post("/password", ["email": ""])
        #expect(browser.last.status == 422)
        browser.service.answer("POST /v1/password-resets", status: 202, "{}")
        await browser.post("/password", ["email": "mario@example.org"])
        #expect(browser.location == "/password/new")
        await browser.get("/password/new")
        #expect(browser.page.contains(texts[.resetSent]))
        for form in [[:], ["token": "AAAA-BBBB"], ["new_password": "sette rane nello stagno"]] as [[String: String]] {
            await browser.post("/password/new", form)
            #expect(browser.last.status == 422 && !browser.page.contains("sette rane"))
        }
        for (pointer, message) in [("/new_password", TextKey.errorPassword), ("/token", .codeWrong)] {
            browser.service.refuse(
                "POST /v1/password-resets/confirm", status: 422, code: "invalid-request", pointers: [pointer])
            await browser.post("/password/new", ["token": "AAAA-BBBB", "new_password": "sette rane nello stagno"])
            #expect(browser.last.status == 422 && browser.page.contains(texts[message]))
        }
        browser.service.answer("POST /v1/password-resets/confirm", status: 204, "")
        await browser.post("/password/new", ["token": "AAAA-BBBB", "new_password": "sette rane nello stagno"])
        #expect(browser.location == "/sign-in")
    }

    @Test(arguments: ["/register", "/password"]) func `without an allowed origin the e-mail has a code and no link`(
        path: String
    ) async {
        let browser = Browser.inWorld()
        let (call, pointer) =
            path == "/register" ? ("/v1/citizens", "/verification_url") : ("/v1/password-resets", "/reset_url")
        browser.service.refuse("POST \(call)", status: 422, code: "invalid-request", pointers: [pointer])
        await browser.get(path)
        await browser.post(path, Self.person)
        let calls = browser.service.requests.filter { $0.path == call }
        #expect(calls.count == 2)
        #expect(calls.first?.text.contains("_url") == true && calls.last?.text.contains("_url") == false)
    }

    @Test(arguments: [["username": ""], ["password": ""], [:]]) func `an empty sign-in is named without a call`(
        form: [String: String]
    ) async {
        let browser = Browser.inWorld()
        await browser.get("/sign-in")
        let all = ["username": "mario", "password": "x"].merging(form) { $1 }
        await browser.post("/sign-in", form.isEmpty ? [:] : all)
        #expect(browser.last.status == 422 && browser.service.requests.isEmpty)
    }

    @Test func `a throttled sign-in says for how long`() async {
        let browser = Browser.inWorld()
        browser.service.answer(
            "POST /v1/sessions", status: 429, #"{"type":"x/too-many-requests","retry_after_seconds":4}"#)
        await browser.get("/sign-in")
        await browser.post("/sign-in", ["username": "mario", "password": "x"])
        #expect(browser.last.status == 429 && browser.page.contains(texts[.tooManyText, "4"]))
    }

    @Test(arguments: ["{}", #"{"access_token":"a"}"#, #"{"access_token":"a","refresh_token":"r","expires_in":"600"}"#])
    func `tokens that are not whole open no session`(tokens: String) async {
        let browser = Browser.inWorld()
        browser.service.answer("POST /v1/sessions", tokens)
        await browser.get("/sign-in")
        await browser.post("/sign-in", ["username": "mario", "password": "x"])
        #expect(browser.last.status == 503)
        #expect(await browser.get("/archive").status == 303)
    }
}
