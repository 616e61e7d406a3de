import Foundation
import Testing

@testable import Portal

struct PortalAppTests {
    private static let position = """
        {"id":"p1","description":"Mensa <b>scolastica</b>","status":"open","total_cents":5980,"paid_cents":0,
        "residual_cents":5980,"under_review":false,"document":{"year":2018,"number":"1031"},
        "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi"},
        "installments":[{"id":"i1","number":1,"iuv":"01","notice_number":"301000000000103151","amount_cents":5980,
        "due_date":"2027-12-31","status":"open","payable":true,"payment_in_progress":false}],"receipts":[]}
        """
    private static let psps = """
        {"items":[{"psp_id":"ABCDITMM","business_name":"Banca Alfa","channel_id":"01","payment_method":"CP","name":"Carta",
        "fee_cents":150,"total_cents":6130}]}
        """

    private func withPosition(_ browser: Browser) {
        browser.service.answer("GET /v1/positions/p1", Self.position)
        browser.service.answer("GET /v1/psps", Self.psps)
        browser.service.answer("GET /v1/me", #"{"email":"mario@example.org"}"#)
    }

    @Test func `every form needs the token of the session, and refuses another site`() async {
        let posts = PortalApp.routes.filter { $0.method == "POST" }
        #expect(posts.count >= 9)
        for route in posts {
            let path = route.path.split(separator: "/").map { $0.hasPrefix(":") ? "x" : String($0) }.joined(
                separator: "/")
            let isDesk = Area(path: route.path) == .desk
            let browser = Browser.desk()
            if isDesk { await browser.signInStaff() } else { await browser.signIn() }
            await browser.get(isDesk ? "/desk/search" : "/")
            let token = browser.csrf
            let before = browser.service.requests.count

            #expect(await browser.post("/" + path, [:], csrf: "").status == 403, "\(path)")
            #expect(await browser.post("/" + path, [:], csrf: String(token.reversed())).status == 403, "\(path)")
            for headers in [
                ["sec-fetch-site": "cross-site"], ["origin": "https://evil.example.org"], ["origin": "null"],
            ] {
                #expect(await browser.post("/" + path, [:], csrf: token, headers: headers).status == 403, "\(path)")
            }
            #expect(browser.service.requests.count == before, "\(path)")
            #expect(await browser.post("/" + path, [:], csrf: token).status != 403, "\(path)")
        }
    }

    @Test func `pages have a strict policy, and the cookie is for this host only`() async throws {
        let browser = Browser()
        let response = await browser.get("/sign-in")

        let policy = try #require(response.values("content-security-policy").first)
        #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe") && !policy.contains("*"))
        #expect(response.values("cache-control") == ["no-store"])
        let cookie = try #require(response.values("set-cookie").first)
        #expect(cookie.hasPrefix("__Host-portal="))
        for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Secure"] { #expect(cookie.contains(attribute)) }
        #expect(
            !browser.page.contains("<style") && !browser.page.contains(" style=") && !browser.page.contains("onclick"))
    }

    @Test func `on a loopback address without TLS the cookie has a plain name`() async {
        let browser = Browser { $0.publicURL = "http://localhost:8070" }
        await browser.get("/sign-in")
        #expect(browser.cookies["portal"] != nil)
    }

    @Test func `signing in opens a new session, whose token differs, and leads to the page that was asked for`() async {
        let browser = Browser()
        await browser.get("/archive")
        #expect(browser.location == "/sign-in")
        await browser.get("/sign-in")
        let before = browser.csrf
        await browser.signIn()

        #expect(browser.location == "/archive")
        browser.service.answer("GET /v1/receipts", #"{"items":[]}"#)
        #expect(await browser.get("/archive").status == 200)
        #expect(browser.csrf != before)
        let call = browser.service.requests.last
        #expect(call?.headers.contains { $0 == ("X-Citizen-Token", "access-1") } == true)
        #expect(call?.headers.contains { $0 == ("Citizen-Address", "203.0.113.7") } == true)
        #expect(!browser.cookies.values.contains { $0.contains("access-1") })
    }

    @Test func `a refused sign-in keeps the user name and not the password`() async {
        let browser = Browser()
        browser.service.refuse("POST /v1/sessions", status: 401, code: "sign-in-failed")
        await browser.get("/sign-in")
        let response = await browser.post("/sign-in", ["username": "<mario>", "password": "segretissima"])

        #expect(response.status == 422)
        #expect(browser.page.contains(#"value="&lt;mario&gt;""#))
        #expect(!browser.page.contains("segretissima"))
        #expect(browser.page.contains("role=\"alert\""))
    }

    @Test func `a refused registration shows each error at its field and keeps what was typed`() async {
        let browser = Browser()
        browser.service.refuse(
            "POST /v1/citizens", status: 422, code: "invalid-request", pointers: ["/tax_code", "/birth/date"])
        await browser.get("/register")
        var fields: [String: String] = [:]
        for field in RegistrationPages.fields(Texts(language: .it)) { fields[field.key] = "yes" }
        fields["kind"] = "aire"
        fields["city"] = "Bruxelles"
        let response = await browser.post("/register", fields)

        #expect(response.status == 422)
        #expect(browser.page.contains("f-tax_code-error") && browser.page.contains("f-birth_date-error"))
        #expect(browser.page.contains(#"value="Bruxelles""#))
        #expect(browser.page.contains(#"value="aire" checked"#))
    }

    @Test func `choosing a PSP shows fee and total, and paying leads to its site with one attempt for one form`() async
    {
        let browser = Browser()
        await browser.signIn()
        withPosition(browser)
        await browser.get("/pay/p1/1/CP")
        #expect(browser.page.contains("1,50\u{A0}€") && browser.page.contains("61,30\u{A0}€"))
        #expect(browser.page.contains("Mensa &lt;b&gt;scolastica&lt;/b&gt;"))
        #expect(browser.page.contains(#"value="mario@example.org""#))

        browser.service.answer("POST /v1/payment-attempts", status: 201, #"{"id":"a1"}"#)
        let token = browser.csrf
        for _ in 0..<2 {
            await browser.post("/pay/p1/1/CP", ["psp": "ABCDITMM|01", "email": "", "key": "chiave"], csrf: token)
            #expect(browser.location == "/attempts/a1/go")
        }
        let starts = browser.service.requests.filter { $0.path == "/v1/payment-attempts" }
        #expect(starts.count == 2)
        #expect(starts.allSatisfy { $0.headers.contains { $0 == ("Idempotency-Key", "chiave") } })
        browser.service.answer(
            "GET /v1/payment-attempts/a1",
            #"{"id":"a1","status":"redirected","is_final":false,"redirect_url":"https://psp.example.org/x","total_cents":6130,"psp":{"business_name":"Banca Alfa"}}"#
        )
        await browser.get("/attempts/a1/go")
        #expect(browser.page.contains(#"href="https://psp.example.org/x""#))
    }

    @Test func `a notice is paid without an account, and shows nothing about its debtor`() async {
        let browser = Browser()
        browser.service.answer(
            "GET /v1/creditors", #"{"items":[{"tax_code":"12345678903","name":"Comune di Esempio"}]}"#)
        browser.service.answer("GET /v1/positions/by-notice-number/12345678903/301000000000103151", Self.position)
        browser.service.answer("GET /v1/payment-methods", #"{"groups":[]}"#)
        withPosition(browser)
        #expect(await browser.get("/pay/p1/1").status == 303)
        await browser.get("/notice")
        await browser.post("/notice", ["creditor": "12345678903", "notice_number": "3010 0000 0000 1031 51"])

        #expect(browser.location == "/pay/p1/1")
        await browser.get("/pay/p1/1")
        #expect(browser.page.contains("59,80"))
        #expect(!browser.page.contains("Rossi") && !browser.page.contains("RSSMRA"))
        // Another attempt than the visitor's own is not shown.
        await browser.get("/attempts/a9")
        #expect(browser.location == "/sign-in")
    }

    @Test func `with the service away every page says so, and the portal works again when it is back`() async {
        let browser = Browser()
        await browser.signIn()
        browser.service.goAway()
        for path in ["/services", "/payments", "/archive", "/help", "/notice", "/pay/p1/1", "/attempts/a1"] {
            #expect(await browser.get(path).status == 503, "\(path)")
            #expect(browser.page.contains(Texts(language: .it)[.unavailableTitle]), "\(path)")
        }
        #expect(await browser.get("/ready").status == 503)
        #expect(await browser.get("/live").status == 204)
        browser.service.goAway(false)
        browser.service.answer("GET /v1/receipts", #"{"items":[]}"#)
        #expect(await browser.get("/archive").status == 200)
    }

    @Test func `several requests of one session refresh its tokens once`() async throws {
        let service = FakeService()
        service.answer(
            "POST /v1/sessions/refresh",
            #"{"access_token":"access-2","refresh_token":"refresh-2","token_type":"Bearer","expires_in":600}"#)
        let refresher = TokenRefresher(api: APIClient(transport: service, apiKey: "k"), now: { Date() })
        let old = SessionTokens(access: "access-1", refresh: "refresh-1", expiresAt: .now)

        try await withThrowingTaskGroup(of: SessionTokens.self) { group in
            for _ in 0..<10 { group.addTask { try await refresher.refresh(old, for: APICaller()) } }
            for try await tokens in group { #expect(tokens.access == "access-2") }
        }
        #expect(service.requests.count == 1)
    }

    @Test func `an ended session leads to sign-in, and signing out revokes the tokens`() async {
        let browser = Browser()
        await browser.signIn()
        await browser.get("/")
        await browser.post("/sign-out", [:])
        #expect(browser.service.requests.last?.method == "DELETE")
        #expect(await browser.get("/archive").status == 303)

        await browser.signIn()
        browser.service.refuse("GET /v1/receipts", status: 401, code: "citizen-token-invalid")
        await browser.get("/archive")
        #expect(browser.location == "/sign-in")
        await browser.get("/sign-in")
        #expect(browser.page.contains(Texts(language: .it)[.sessionEnded]))
    }

    @Test func `a session expires when it is idle, and after twelve hours`() throws {
        let start = Date(timeIntervalSince1970: 1_000_000)
        let bytes = PortalSession(now: start).bytes
        #expect(PortalSession(bytes, now: start + 1_799) != nil)
        #expect(PortalSession(bytes, now: start + 1_801) == nil)
        var active = PortalSession(now: start)
        active.seenAt = start + 43_000
        #expect(PortalSession(active.bytes, now: start + 43_199) != nil)
        #expect(PortalSession(active.bytes, now: start + 43_201) == nil)
        #expect(PortalSession(Array("{}".utf8), now: start) == nil)
    }

    @Test func `a session of the desk expires after fifteen minutes without a request, and after eight hours`() {
        let start = Date(timeIntervalSince1970: 1_000_000)
        var session = PortalSession(now: start)
        session.signIn(StaffKey(secret: "qz_x", name: "Ufficio", scopes: [.operations]), now: start)
        #expect(PortalSession(session.bytes, in: .desk, now: start + 899)?.staff?.secret == "qz_x")
        #expect(PortalSession(session.bytes, in: .desk, now: start + 901) == nil)
        session.seenAt = start + 28_700
        #expect(PortalSession(session.bytes, in: .desk, now: start + 28_799) != nil)
        #expect(PortalSession(session.bytes, in: .desk, now: start + 28_801) == nil)
    }

    @Test func `a poll says whether the page is out of date, and writes no cookie`() async {
        let browser = Browser()
        await browser.signIn()
        browser.service.answer("GET /v1/payment-attempts/a1", #"{"id":"a1","status":"in_progress","is_final":false}"#)
        let same = await browser.get("/attempts/a1/poll?status=in_progress")
        #expect(browser.page == #"{"reload":false}"#)
        await browser.get("/attempts/a1/poll?status=redirected")
        #expect(browser.page == #"{"reload":true}"#)
        #expect(same.values("set-cookie").isEmpty)
    }

    @Test func `the language of a link is stored, and each page names it`() async {
        let browser = Browser()
        for language in Language.allCases {
            await browser.get("/?language=\(language.rawValue)")
            await browser.get("/help")
            #expect(browser.page.contains(#"<html lang="\#(language.rawValue)">"#))
        }
    }

    @Test func `unknown paths, paths with strange segments and malformed queries are refused`() async {
        let browser = Browser()
        #expect(await browser.get("/nessuna").status == 404)
        #expect(await browser.get("/help/..%2F..").status == 404)
        #expect(await browser.get("/?a=%ZZ").status == 400)
        #expect(await browser.get("/?a=%FF").status == 400)
        #expect(FormCoding.decode(Array(repeating: "a=b", count: 81).joined(separator: "&").utf8.map { $0 }) == nil)
        #expect(FormCoding.decode(Array("a=x+y%21&a=z".utf8)) == ["a": "x y!"])
    }
}
