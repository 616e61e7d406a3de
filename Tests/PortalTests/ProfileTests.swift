import Foundation
import JSON
import Testing

@testable import Portal

@Suite struct ProfileTests {
    private let texts = Texts(language: .it)

    private func citizen() async -> Browser {
        let browser = Browser.inWorld()
        await browser.signIn()
        browser.service.answer("PATCH /v1/me", World.me)
        return browser
    }

    private func sent(_ browser: Browser, _ method: String, _ path: String) throws -> JSONValue {
        try JSONValue.parse(try #require(browser.service.last(method, path)?.body))
    }

    @Test func `the profile shows the account and leads to each change`() async {
        let browser = await citizen()
        await browser.get("/profile")
        for text in [
            "Mario Rossi", "RSSMRA80A01H501U", "mario@example.org", "Via Roma 1, 10121 Torino TO, IT", "Italiano",
        ] {
            #expect(browser.page.contains(text), "\(text)")
        }
        #expect(browser.page.contains(texts[.provedIdentityProvider]) && browser.page.contains(texts[.kindResident]))
        let links = browser.markup.all("a").compactMap { $0["href"] }
        for path in ["/profile/data", "/profile/email", "/profile/password", "/profile/erase", "/delegations"] {
            #expect(links.contains(path))
        }
    }

    /// The bounds of `PostalAddress` in the contract; a province abroad has more than two letters.
    @Test func `registration and profile take an address that is as long as the service takes`() async {
        for (path, browser) in [("/register", Browser.inWorld()), ("/profile/data", await citizen())] {
            await browser.get(path)
            let inputs = browser.markup.all("input")
            for (name, bound) in [
                ("street", "70"), ("civic_number", "16"), ("postal_code", "16"), ("city", "70"), ("province", "35"),
                ("country", "2"),
            ] {
                #expect(inputs.first { $0["name"] == name }?["maxlength"] == bound, "\(name) of \(path)")
            }
        }
    }

    @Test func `an account of a card has no address, e-mail or password yet`() async throws {
        let browser = await citizen()
        browser.service.answer(
            "GET /v1/me",
            #"{"kind":"resident","tax_code":"RSSMRA80A01H501U","proved_by":"smart_card","has_password":false}"#)
        await browser.get("/profile")
        #expect(browser.page.contains(texts[.provedSmartCard]) && browser.page.contains(">\(texts[.setPassword])<"))
        await browser.get("/profile/data")
        #expect(browser.markup.all("input").first { $0["name"] == "country" }?["value"] == "IT")
        await browser.get("/profile/password")
        #expect(!browser.page.contains("current_password"))
        await browser.post("/profile/password", ["password": "sette rane nello stagno"])
        #expect(browser.location == "/profile")
        #expect(try sent(browser, "PATCH", "/v1/me")["current_password"] == nil)
    }

    private static let data = [
        "kind": "aire", "given_name": " Mario ", "family_name": "Rossi", "street": "Rue Haute", "civic_number": "",
        "postal_code": "1000", "city": "Bruxelles", "province": "", "country": "be", "language": "fr",
    ]

    @Test func `changed data are a merge patch of the version that was shown`() async throws {
        let browser = await citizen()
        await browser.get("/profile/data")
        #expect(browser.markup.all("input").first { $0["name"] == "street" }?["value"] == "Via Roma")
        let tag = try #require(browser.markup.all("input").first { $0["name"] == "tag" }?["value"])
        #expect(tag == #""7""#)
        await browser.post("/profile/data", Self.data.merging(["tag": tag]) { first, _ in first })

        #expect(browser.location == "/profile")
        let request = browser.service.last("PATCH", "/v1/me")
        #expect(request?.header("Content-Type") == "application/merge-patch+json")
        #expect(request?.header("If-Match") == tag)
        let body = try sent(browser, "PATCH", "/v1/me")
        #expect(body.text("given_name") == "Mario" && body.text("kind") == "aire" && body.text("language") == "fr")
        #expect(body["address"]?.text("country") == "BE")
        // What was emptied is removed.
        #expect(body["address"]?["civic_number"] == .null && body["address"]?["province"] == .null)
        await browser.get("/profile")
        #expect(browser.page.contains(texts[.profileSaved]))
        await browser.get("/profile")
        #expect(!browser.page.contains(texts[.profileSaved]))
    }

    @Test(arguments: ["kind", "given_name", "family_name", "street", "postal_code", "city", "country", "language"])
    func `a field that is needed and empty is named, and nothing is sent`(field: String) async {
        let browser = await citizen()
        await browser.get("/profile/data")
        await browser.post("/profile/data", Self.data.merging([field: "  "]) { $1 })
        #expect(browser.last.status == 422)
        #expect(browser.page.contains("f-\(field)") && browser.page.contains(texts[.errorRequired]))
        #expect(browser.service.last("PATCH", "/v1/me") == nil)
        #expect(browser.markup.accessibilityFaults == [])
    }

    @Test(arguments: [
        ("/address/postal_code", "postal_code", TextKey.errorInvalid), ("/address/country", "country", .errorCountry),
        ("/given_name", "given_name", .errorInvalid), ("/kind", "kind", .errorInvalid),
        ("/address/city", "city", .errorInvalid),
    ]) func `a refused value is named at its field`(pointer: String, field: String, message: TextKey) async {
        let browser = await citizen()
        browser.service.refuse("PATCH /v1/me", status: 422, code: "invalid-request", pointers: [pointer])
        await browser.get("/profile/data")
        await browser.post("/profile/data", Self.data)
        #expect(browser.last.status == 422)
        #expect(browser.markup.elements.contains { $0["href"] == "#f-\(field)" })
        #expect(browser.page.contains(texts[message]))
        #expect(browser.markup.all("input").first { $0["name"] == "street" }?["value"] == "Rue Haute")
    }

    @Test func `data that changed meanwhile are shown before they are overwritten`() async {
        let browser = await citizen()
        browser.service.refuse("PATCH /v1/me", status: 412, code: "precondition-failed")
        browser.service.answer("GET /v1/me", etag: #""8""#, World.me.replacing("Via Roma", with: "Via Nuova"))
        await browser.get("/profile/data")
        await browser.post("/profile/data", Self.data.merging(["tag": #""7""#]) { first, _ in first })
        #expect(browser.last.status == 409 && browser.page.contains(texts[.profileChangedMeanwhile]))
        #expect(browser.markup.all("input").first { $0["name"] == "street" }?["value"] == "Via Nuova")
        #expect(browser.markup.all("input").first { $0["name"] == "tag" }?["value"] == #""8""#)
    }

    // MARK: E-mail

    @Test func `a new mailbox is confirmed by its code, in the session that asked for it`() async throws {
        let browser = await citizen()
        browser.service.answer("POST /v1/me/email/confirm", World.me)
        await browser.get("/profile/email")
        await browser.post("/profile/email", ["email": " nuova@example.org "])
        #expect(browser.location == "/profile/email/confirm")
        let body = try sent(browser, "PATCH", "/v1/me")
        #expect(body.text("email") == "nuova@example.org")
        #expect(body.text("verification_url") == "https://portale.example.org/profile/email/confirm")
        await browser.get("/profile/email/confirm")
        #expect(browser.page.contains(texts[.emailCodeSent]) && browser.page.contains("data-from-fragment"))
        await browser.post("/profile/email/confirm", ["token": "K7PD-2M9Q"])
        #expect(browser.location == "/profile")
        let request = browser.service.last("POST", "/v1/me/email/confirm")
        #expect(request?.header("X-Citizen-Token") == "access-1")
        #expect(try sent(browser, "POST", "/v1/me/email/confirm").text("token") == "K7PD-2M9Q")
    }

    @Test func `without an origin that a creditor allows, the e-mail has no link`() async throws {
        let browser = await citizen()
        browser.service.refuse("PATCH /v1/me", status: 422, code: "invalid-request", pointers: ["/verification_url"])
        await browser.get("/profile/email")
        await browser.post("/profile/email", ["email": "nuova@example.org"])
        let calls = browser.service.requests.filter { $0.method == "PATCH" }
        #expect(calls.count == 2)
        #expect(calls.last?.text.contains("verification_url") == false)
    }

    @Test(arguments: ["", "   "]) func `an empty address or code is named`(text: String) async {
        let browser = await citizen()
        for (path, field) in [("/profile/email", "email"), ("/profile/email/confirm", "token")] {
            await browser.get(path)
            await browser.post(path, [field: text])
            #expect(browser.last.status == 422 && browser.page.contains("f-\(field)-error"))
        }
        #expect(!browser.service.requests.contains { $0.method == "PATCH" })
    }

    @Test func `a refused address and a refused code are named`() async {
        let browser = await citizen()
        browser.service.refuse("PATCH /v1/me", status: 422, code: "invalid-request", pointers: ["/email"])
        await browser.get("/profile/email")
        await browser.post("/profile/email", ["email": "non un indirizzo"])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.errorEmail]))
        browser.service.refuse("POST /v1/me/email/confirm", status: 422, code: "invalid-request", pointers: ["/token"])
        await browser.post("/profile/email/confirm", ["token": "AAAA-BBBB"])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.codeWrong]))
        #expect(browser.page.contains("AAAA-BBBB"))
    }

    // MARK: Password

    @Test func `a new password needs the current one, and says that other sessions end`() async throws {
        let browser = await citizen()
        await browser.get("/profile/password")
        #expect(browser.page.contains(texts[.changePasswordIntro]))
        await browser.post(
            "/profile/password", ["password": "sette rane nello stagno", "current_password": "quattro gatti"])
        #expect(browser.location == "/profile")
        let body = try sent(browser, "PATCH", "/v1/me")
        #expect(body.text("password") == "sette rane nello stagno" && body.text("current_password") == "quattro gatti")
        await browser.get("/profile")
        #expect(browser.page.contains(texts[.passwordChanged]))
    }

    @Test(arguments: [
        (["password": "x"], "current_password"), (["current_password": "x"], "password"), ([:], "password"),
    ]) func `an empty password is named, and no password is written back`(form: [String: String], field: String) async {
        let browser = await citizen()
        await browser.get("/profile/password")
        await browser.post("/profile/password", form.mapValues { _ in "segretissima" })
        #expect(browser.last.status == 422 && browser.page.contains("f-\(field)-error"))
        #expect(!browser.page.contains("segretissima"))
        #expect(browser.service.last("PATCH", "/v1/me") == nil)
    }

    @Test(arguments: [
        (["/current_password"], [TextKey.currentPasswordWrong]), (["/password"], [.errorPassword]),
        (["/password", "/current_password"], [.currentPasswordWrong, .errorPassword]), ([], [.refusedText]),
    ]) func `a refused password is named at its field`(pointers: [String], messages: [TextKey]) async {
        let browser = await citizen()
        browser.service.refuse("PATCH /v1/me", status: 422, code: "invalid-request", pointers: pointers)
        await browser.get("/profile/password")
        await browser.post("/profile/password", ["password": "segretissima", "current_password": "anche questa"])
        #expect(browser.last.status == 422)
        for message in messages { #expect(browser.page.contains(texts[message])) }
        #expect(!browser.page.contains("segretissima") && !browser.page.contains("anche questa"))
    }

    @Test func `wrong passwords are throttled, and the page says for how long`() async {
        let browser = await citizen()
        browser.service.answer("PATCH /v1/me", status: 429, #"{"type":"x/too-many-requests","retry_after_seconds":17}"#)
        await browser.get("/profile/password")
        await browser.post("/profile/password", ["password": "a", "current_password": "b"])
        #expect(browser.last.status == 429 && browser.page.contains(texts[.tooManyText, "17"]))
    }

    // MARK: Erasure

    @Test func `an account is erased after a confirmation only, and the session ends`() async {
        let browser = await citizen()
        browser.service.answer("DELETE /v1/me", status: 204, "")
        await browser.get("/profile/erase")
        await browser.post("/profile/erase", [:])
        #expect(browser.last.status == 422 && browser.service.last("DELETE", "/v1/me") == nil)
        await browser.post("/profile/erase", ["confirm": "no"])
        #expect(browser.last.status == 422)
        await browser.post("/profile/erase", ["confirm": "yes"])
        #expect(browser.service.last("DELETE", "/v1/me")?.header("X-Citizen-Token") == "access-1")
        #expect(browser.location == "/")
        await browser.get("/")
        #expect(browser.page.contains(texts[.accountErased]))
        #expect(await browser.get("/profile").status == 303)
    }

    @Test func `a citizen signs out everywhere from the profile`() async {
        let browser = await citizen()
        browser.service.answer("DELETE /v1/sessions", status: 204, "")
        await browser.get("/profile")
        #expect(browser.markup.all("form").contains { $0["action"] == "/sign-out/everywhere" })
        #expect(await browser.post("/sign-out/everywhere", [:], csrf: "").status == 403)
        #expect(browser.service.last("DELETE", "/v1/sessions") == nil)
        await browser.get("/profile")
        await browser.post("/sign-out/everywhere", [:])
        #expect(browser.service.last("DELETE", "/v1/sessions")?.header("X-Citizen-Token") == "access-1")
        #expect(browser.location == "/")
        await browser.get("/")
        #expect(browser.page.contains(texts[.signedOutEverywhere]))
        #expect(await browser.get("/profile").status == 303)
    }

    @Test func `with the service away nothing ends`() async {
        let browser = await citizen()
        await browser.get("/profile")
        browser.service.goAway()
        #expect(await browser.post("/sign-out/everywhere", [:]).status == 503)
        browser.service.goAway(false)
        #expect(await browser.get("/profile").status == 200)
        await browser.get("/profile/erase")
        browser.service.goAway()
        #expect(await browser.post("/profile/erase", ["confirm": "yes"]).status == 503)
        browser.service.goAway(false)
        #expect(await browser.get("/profile").status == 200)
    }
}
