import Foundation
import JSON
import Testing

@testable import Portal

@Suite struct DelegationTests {
    private let texts = Texts(language: .it)

    private func delegate() async -> Browser {
        let browser = Browser.inWorld()
        await browser.signIn()
        return browser
    }

    /// Acts for the mother.
    private func acting() async -> Browser {
        let browser = await delegate()
        await browser.get("/delegations")
        await browser.post("/delegations/d1/act", [:])
        #expect(browser.location == "/payments")
        return browser
    }

    private func isActing(_ browser: Browser) -> Bool { browser.page.contains(texts[.actingFor, Self.mother]) }

    /// As the pages name her.
    private static let mother = "Luigia Verdi (\(World.mother))"

    @Test func `given and received delegations are told apart, with what can be done with each`() async throws {
        let browser = await delegate()
        await browser.get("/delegations")
        let markup = browser.markup
        let tables = markup.indices(of: "table").map { index in markup.elements[index] }
        #expect(tables.count == 2)
        let actions = markup.all("form").compactMap { $0["action"] }
        #expect(actions.contains("/delegations/d1/act") && actions.contains("/delegations/d1/withdraw"))
        #expect(actions.contains("/delegations/d2/withdraw") && !actions.contains("/delegations/d2/act"))
        for id in ["d3", "d4"] { #expect(!actions.contains { $0.contains("/\(id)/") }) }
        for state in [TextKey.delegationActive, .delegationInactive, .delegationIsWithdrawn] {
            #expect(browser.page.contains(texts[state]))
        }
        // Buttons of a table say whom they concern.
        #expect(markup.all("button").contains { $0["aria-label"] == "\(texts[.actFor]): Luigia Verdi" })
        #expect(browser.page.contains("<bdi>Luigia Verdi</bdi>"))
    }

    @Test func `a delegation without an end says so, and a delegate without a name is explained`() async {
        let browser = await delegate()
        let open = World.delegation("d9", from: World.own, to: World.mother)
            .replacing(#""delegate_name":"Luigia Verdi","#, with: "")
        browser.service.answer("GET /v1/delegations", "{\"items\":[\(open)]}")
        await browser.get("/delegations")
        #expect(browser.page.contains(texts[.delegationNoEnd]) && browser.page.contains(texts[.delegationNameLater]))
    }

    @Test func `every page names the person for whom the citizen acts, with a way to stop`() async {
        let browser = await acting()
        for path in World.privatePages {
            await browser.get(path)
            #expect(isActing(browser), "\(path)")
            #expect(browser.markup.faults == [] && browser.markup.accessibilityFaults == [], "\(path)")
            #expect(browser.markup.all("form").contains { $0["action"] == "/delegations/stop" }, "\(path)")
        }
        await browser.post("/delegations/stop", [:])
        await browser.get("/payments")
        #expect(!isActing(browser))
        #expect(browser.service.last("POST", "/v1/positions/search") != nil)
    }

    @Test(arguments: [
        ("/payments", "/v1/positions"), ("/payments?show=paid&document_year=2026&iuv=01 02", "/v1/positions"),
        ("/services/school", "/v1/positions"), ("/documents/p1", "/v1/positions/p1"), ("/pay/p1", "/v1/positions/p1"),
        ("/pay/p1/1-2", "/v1/positions/p1"), ("/archive", "/v1/receipts"), ("/archive/r1", "/v1/receipts/r1"),
        ("/archive/r1/pdf", "/v1/receipts/r1/pdf"),
    ]) func `what is read is read for the delegator`(path: String, call: String) async {
        let browser = await acting()
        await browser.get(path.replacing(" ", with: "%20"))
        let request = browser.service.last("GET", call)
        #expect(request?.path.contains("on_behalf_of=d1") == true)
        #expect(request?.header("X-Citizen-Token") == "access-1")
        // No tax code is in an address.
        #expect(browser.service.requests.allSatisfy { !$0.path.contains(World.mother) && !$0.path.contains(World.own) })
    }

    @Test func `a person whose name the service does not tell is shown by tax code`() async {
        let browser = await delegate()
        let nameless = World.delegation("d1", from: World.mother, to: World.own)
            .replacing(#""delegator_name":"Luigia Verdi","#, with: "")
        browser.service.answer("GET /v1/delegations/d1", nameless)
        browser.service.answer("GET /v1/delegations", "{\"items\":[\(nameless)]}")
        await browser.get("/delegations")
        #expect(browser.page.contains("<bdi>–</bdi>") && browser.page.contains(World.mother))
        #expect(browser.markup.all("button").contains { $0["aria-label"] == "\(texts[.actFor]): \(World.mother)" })
        await browser.post("/delegations/d1/act", [:])
        await browser.get("/payments")
        #expect(browser.page.contains(texts[.actingFor, World.mother]))
    }

    @Test func `without a delegation nothing is read for another`() async {
        let browser = await delegate()
        for path in World.privatePages { await browser.get(path) }
        #expect(browser.service.requests.allSatisfy { !$0.path.contains("on_behalf_of") })
    }

    @Test func `the search of a delegate is the list with the same filters`() async throws {
        let browser = await acting()
        await browser.get(
            "/payments?show=to_pay&document_year=2026&document_number=7&iuv=01&notice_number=30%2010&cursor=c1")
        let path = try #require(browser.service.last("GET", "/v1/positions")?.path)
        for part in [
            "status=open&status=partially_paid&status=expired", "document_year=2026", "document_number=7", "iuv=01",
            "notice_number=3010", "sort=due_date", "cursor=c1", "limit=20",
        ] { #expect(path.contains(part), "\(part)") }
        browser.service.refuse("GET /v1/positions", status: 422, code: "invalid-request")
        #expect(await browser.get("/payments?document_year=duemila").status == 422)
    }

    @Test(arguments: [("notices/1", "installments/1/notice", "%PDF-notice"), ("notices", "notices", "%PDF-notices")])
    func `a notice is read for the delegator, in one call`(path: String, call: String, file: String) async {
        let browser = await acting()
        let before = browser.service.requests.count
        await browser.get("/documents/p1/\(path)")
        #expect(browser.last.status == 200 && browser.page == file)
        let calls = browser.service.requests.dropFirst(before)
        #expect(calls.map(\.path) == ["/v1/positions/p1/\(call)?on_behalf_of=d1"])
        #expect(calls.first?.header("X-Citizen-Token") == "access-1")

        browser.service.refuse("GET /v1/positions/p1/\(call)", status: 404, code: "not-found")
        #expect(await browser.get("/documents/p1/\(path)").status == 404)
    }

    @Test func `a delegate pays by the notice numbers and is the payer`() async throws {
        let browser = await acting()
        browser.service.answer("POST /v1/payment-attempts", status: 201, #"{"id":"a1"}"#)
        await browser.get("/pay/p1/1-2/CP")
        #expect(browser.page.contains("mario@example.org"))
        await browser.post("/pay/p1/1-2/CP", ["psp": "ABCDITMM|01", "key": "k1", "amount": "3000"])
        #expect(browser.location == "/attempts/a1/go")
        let request = try #require(browser.service.last("POST", "/v1/payment-attempts"))
        #expect(request.header("X-Citizen-Token") == "access-1" && !request.path.contains("on_behalf_of"))
        let sent = try JSONValue.parse(request.body ?? []).list("installments")
        #expect(sent.map { $0.text("notice_number") } == ["301010000000000001", "301010000000000002"])
        #expect(sent.allSatisfy { $0.text("creditor_tax_code") == World.creditor })
        // The attempt is the delegate's own.
        await browser.get("/attempts/a1")
        #expect(browser.last.status == 200)
        #expect(browser.service.last("GET", "/v1/payment-attempts/a1")?.path == "/v1/payment-attempts/a1")
    }

    @Test func `payments without a bill and the profile stay the citizen's own`() async {
        let browser = await acting()
        await browser.get("/spontaneous/\(World.creditor)/sosta")
        #expect(browser.page.contains(texts[.spontaneousOwn]))
        #expect(!browser.markup.all("form").contains { $0["action"]?.hasPrefix("/spontaneous") == true })
        await browser.post(
            "/spontaneous/\(World.creditor)/sosta", ["key": "k", "amount": "20", "field_plate": "AB123CD"])
        #expect(browser.last.status == 409)
        #expect(!browser.service.requests.contains { $0.path.contains("/requests") })
        await browser.get("/profile")
        #expect(browser.page.contains("Mario Rossi"))
    }

    @Test(arguments: [nil, "inactive"]) func `a delegation that ended is noticed at the next page`(state: String?) async
    {
        let browser = await acting()
        browser.service.refuse("GET /v1/positions", status: 404, code: "not-found")
        if state == nil {
            browser.service.refuse("GET /v1/delegations/d1", status: 404, code: "not-found")
        } else {
            browser.service.answer(
                "GET /v1/delegations/d1", World.delegation("d1", from: World.mother, to: World.own, active: false))
        }
        await browser.get("/payments")
        #expect(browser.location == "/delegations")
        await browser.get("/delegations")
        #expect(browser.page.contains(texts[.delegationEnded]) && !isActing(browser))
    }

    @Test func `a document that is not there does not end a delegation that holds`() async {
        let browser = await acting()
        #expect(await browser.get("/documents/altra").status == 404)
        #expect(isActing(browser))
        // Nor does a service that cannot answer.
        browser.service.refuse("GET /v1/delegations/d1", status: 500, code: "internal-error")
        #expect(await browser.get("/documents/altra").status == 404)
        #expect(isActing(browser))
    }

    @Test(arguments: [
        World.delegation("d9", from: World.mother, to: World.own, active: false),
        World.delegation("d9", from: World.own, to: World.mother),
        World.delegation("d9", from: World.mother, to: "XXXXXX00X00X000X"),
        "{}",
    ]) func `a delegation that is not the citizen's to use is not used`(delegation: String) async {
        let browser = await delegate()
        browser.service.answer("GET /v1/delegations/d9", delegation)
        await browser.get("/delegations")
        await browser.post("/delegations/d9/act", [:])
        #expect(browser.location == "/delegations")
        await browser.get("/payments")
        #expect(!browser.markup.all("div").contains { $0["class"] == "delegator" })
    }

    @Test func `an account that only a mailbox proves neither gives nor uses one, and the page says how`() async {
        let browser = await delegate()
        browser.service.answer("GET /v1/me", World.me.replacing("identity_provider", with: "mailbox"))
        await browser.get("/delegations")
        #expect(browser.page.contains(texts[.delegationProof]))
        #expect(!browser.markup.all("form").contains { $0["action"]?.hasSuffix("/act") == true })
        #expect(!browser.markup.all("form").contains { $0["action"] == "/delegations" })
        // A withdrawal needs no proof.
        #expect(browser.markup.all("form").contains { $0["action"] == "/delegations/d2/withdraw" })
        await browser.post("/delegations/d1/act", [:])
        await browser.get("/delegations")
        #expect(!isActing(browser))
        browser.service.refuse("POST /v1/delegations", status: 403, code: "proof-required")
        await browser.post("/delegations", ["delegate": World.mother])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.delegationProof]))
    }

    @Test func `a delegation is given until the end of its last day, in Italy's time`() async throws {
        let browser = await delegate()
        browser.service.answer("POST /v1/delegations", status: 201, "{}")
        await browser.get("/delegations")
        let key = try #require(browser.markup.all("input").first { $0["name"] == "key" }?["value"])
        await browser.post(
            "/delegations", ["delegate": " vrdlgu60a41h501n ", "last_day": "2027-06-30", "key": key])
        #expect(browser.location == "/delegations")
        let request = try #require(browser.service.last("POST", "/v1/delegations"))
        #expect(request.header("Idempotency-Key") == key)
        let body = try JSONValue.parse(request.body ?? [])
        #expect(body.text("delegate_tax_code") == World.mother && body.text("ends_at") == "2027-06-30T21:59:00Z")
        await browser.post("/delegations", ["delegate": World.mother, "last_day": ""], csrf: await token(browser))
        #expect(browser.service.last("POST", "/v1/delegations")?.text.contains("ends_at") == false)
    }

    private func token(_ browser: Browser) async -> String {
        await browser.get("/delegations")
        return browser.csrf
    }

    @Test(arguments: [
        (["delegate": ""], "delegate"), (["delegate": World.mother, "last_day": "domani"], "last_day"),
        (["delegate": World.mother, "last_day": "2027-02-30"], "last_day"),
    ]) func `a form with a mistake is named and not sent`(form: [String: String], field: String) async {
        let browser = await delegate()
        await browser.get("/delegations")
        await browser.post("/delegations", form)
        #expect(browser.last.status == 422 && browser.page.contains("f-\(field)-error"))
        #expect(browser.service.last("POST", "/v1/delegations") == nil)
    }

    @Test(arguments: [
        (422, "invalid-request", ["/delegate_tax_code"], TextKey.errorTaxCode),
        (422, "invalid-request", ["/ends_at"], .errorInvalid),
        (409, "other", [], .refusedText),
    ]) func `a refused delegation says why`(status: Int, code: String, pointers: [String], message: TextKey) async {
        let browser = await delegate()
        browser.service.refuse("POST /v1/delegations", status: status, code: code, pointers: pointers)
        await browser.get("/delegations")
        await browser.post("/delegations", ["delegate": World.mother, "last_day": "2027-06-30", "key": "k"])
        #expect(browser.last.status == 422 && browser.page.contains(texts[message]))
    }

    @Test func `withdrawing ends acting at once`() async {
        let browser = await acting()
        browser.service.answer("DELETE /v1/delegations/d1", status: 204, "")
        await browser.get("/delegations")
        await browser.post("/delegations/d1/withdraw", [:])
        #expect(browser.service.last("DELETE", "/v1/delegations/d1") != nil)
        await browser.get("/delegations")
        #expect(browser.page.contains(texts[.delegationWithdrawn]) && !isActing(browser))
    }

    @Test func `signing out, and a session that ended, end acting`() async {
        let browser = await acting()
        await browser.get("/")
        await browser.post("/sign-out", [:])
        await browser.signIn()
        await browser.get("/")
        #expect(!isActing(browser))

        let other = await acting()
        other.service.refuse("GET /v1/positions", status: 401, code: "citizen-token-invalid")
        await other.get("/payments")
        await other.get("/sign-in")
        #expect(!isActing(other))
    }

    @Test func `the delegation is in the sealed session, which reads it back`() {
        let now = Date(timeIntervalSince1970: 1_000_000)
        var session = PortalSession(now: now)
        session.delegator = Delegator(delegation: "d1", taxCode: World.mother, name: "Luigia Verdi")
        #expect(PortalSession(session.bytes, now: now)?.delegator == session.delegator)
        session.signIn(SessionTokens(access: "a", refresh: "r", expiresAt: now), now: now)
        #expect(session.delegator == nil)
    }
}
