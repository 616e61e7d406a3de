import Foundation
import JSON
import Testing

@testable import Portal

/// What citizens see of their debts, payments and receipts.
@Suite struct CitizenPageTests {
    private let texts = Texts(language: .it)

    private func citizen() async -> Browser {
        let browser = Browser.inWorld()
        await browser.signIn()
        return browser
    }

    private func links(_ browser: Browser) -> [String] { browser.markup.all("a").compactMap { $0["href"] } }

    // MARK: Attempts

    @Test(arguments: [
        ("created", false, TextKey.progressTitle), ("redirected", false, .progressTitle),
        ("in_progress", false, .progressTitle),
        ("succeeded", true, .doneTitle), ("partially_succeeded", true, .doneTitle), ("failed", true, .failedTitle),
        ("cancelled", true, .cancelledTitle), ("expired", true, .expiredTitle),
        ("paid_elsewhere", true, .elsewhereTitle),
        ("something_new", false, .progressTitle),
    ]) func `the outcome of a payment has its title, and waits while it is open`(
        status: String, isFinal: Bool, title: TextKey
    )
        async
    {
        let browser = await citizen()
        browser.service.answer("GET /v1/payment-attempts/a1", World.attempt("a1", status, isFinal: isFinal))
        await browser.get("/attempts/a1")
        #expect(browser.markup.all("h1").first?.text == texts[title])
        #expect(browser.page.contains("data-poll") == !isFinal)
        #expect(browser.markup.all("form").contains { $0["action"] == "/attempts/a1/cancel" } == !isFinal)
        // A receipt is offered as soon as there is one.
        #expect(links(browser).contains("/attempts/a1/receipts/r1"))
        #expect(
            links(browser).contains("/archive")
                && links(browser).contains("/pay/p1") == (isFinal && status != "succeeded"))
    }

    @Test func `every status of the contract has a title of its own or is still open`() throws {
        let codes = try Contract.codes(of: "AttemptStatus")
        #expect(codes.count >= 8)
        for code in codes { #expect(TextKey(rawValue: DeskWords.key("attempt", code)) != nil, "\(code)") }
    }

    @Test func `an attempt that has ended leads to its outcome, not to the PSP`() async {
        let browser = await citizen()
        await browser.get("/attempts/a2/go")
        #expect(browser.location == "/attempts/a2")
        await browser.get("/attempts/a1/go")
        #expect(
            browser.markup.all("a").first { $0["data-go"] != nil }?["href"] == "https://psp.example.org/pay?x=1&y=2")
    }

    @Test(arguments: ["javascript:alert(1)", "data:text/html,x", "//evil.example.org", "ftp://x", ""])
    func `a PSP's address of another kind is not followed`(address: String) async {
        let browser = await citizen()
        let attempt = World.attempt("a1", "redirected", isFinal: false)
            .replacing("https://psp.example.org/pay?x=1&y=2", with: address)
        browser.service.answer("GET /v1/payment-attempts/a1", attempt)
        for path in ["/attempts/a1/go", "/attempts/a1"] {
            await browser.get(path)
            #expect(!links(browser).contains { !$0.hasPrefix("/") && !$0.hasPrefix("#") }, "\(path)")
        }
    }

    @Test(arguments: [nil, "", "a/b", "..%2F..", "è"]) func `a return without an attempt is not found`(id: String?)
        async
    {
        let browser = await citizen()
        #expect(await browser.get("/return" + (id.map { "?attempt_id=\($0)" } ?? "")).status == (id == "è" ? 404 : 404))
        await browser.get("/return?attempt_id=a1&other=x")
        #expect(browser.location == "/attempts/a1")
    }

    @Test func `cancelling too late says so, and shows the outcome`() async {
        let browser = await citizen()
        await browser.get("/attempts/a1")
        browser.service.refuse("POST /v1/payment-attempts/a1/cancel", status: 409, code: "attempt-not-cancellable")
        await browser.post("/attempts/a1/cancel", [:])
        #expect(browser.location == "/attempts/a1")
        await browser.get("/attempts/a1")
        #expect(browser.page.contains(texts[.cancelTooLate]))
        browser.service.answer("POST /v1/payment-attempts/a1/cancel", "{}")
        await browser.post("/attempts/a1/cancel", [:])
        await browser.get("/attempts/a1")
        #expect(!browser.page.contains(texts[.cancelTooLate]))
    }

    @Test func `a receipt of another payment is not sent with an attempt`() async {
        let browser = await citizen()
        browser.service.answer("GET /v1/receipts/r9/pdf", "%PDF-other")
        #expect(await browser.get("/attempts/a1/receipts/r9").status == 404)
        #expect(browser.service.last("GET", "/v1/receipts/r9/pdf") == nil)
        await browser.get("/attempts/a1/receipts/r1?download=1")
        #expect(browser.page == "%PDF-receipt")
        #expect(browser.service.last("GET", "/v1/receipts/r1/pdf")?.path == "/v1/receipts/r1/pdf?for=payer")
        #expect(browser.service.last("GET", "/v1/receipts/r1/pdf")?.header("Accept") == "application/pdf")
    }

    @Test(arguments: [
        ("redirected", "redirected", false, false), ("redirected", "in_progress", false, true),
        ("redirected", "succeeded", true, true),
        ("succeeded", "succeeded", true, true),
    ]) func `a poll says whether the page is out of date`(shown: String, status: String, isFinal: Bool, reloads: Bool)
        async
    {
        let browser = await citizen()
        browser.service.answer("GET /v1/payment-attempts/a1", World.attempt("a1", status, isFinal: isFinal))
        await browser.get("/attempts/a1/poll?status=\(shown)")
        #expect(browser.page == #"{"reload":\#(reloads)}"#)
        #expect(browser.service.last("GET", "/v1/payment-attempts/a1")?.path.contains("wait_seconds=20") == true)
        #expect(browser.service.last("GET", "/v1/payment-attempts/a1")?.timeoutSeconds == 30)
    }

    // MARK: Search

    @Test(arguments: [
        ("", ["open", "partially_paid", "paid", "expired", "cancelled"]),
        ("show=to_pay", ["open", "partially_paid", "expired"]),
        ("show=paid", ["paid", "partially_paid"]),
        ("show=x", ["open", "partially_paid", "paid", "expired", "cancelled"]),
    ]) func `the search has the statuses of its filter, and never drafts`(query: String, statuses: [String])
        async throws
    {
        let browser = await citizen()
        await browser.get("/payments?" + query)
        let body = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/positions/search")?.body))
        #expect(body.strings("status") == statuses && body.text("sort") == "due_date")
    }

    @Test func `what was typed in the search is cleaned, sent, shown again and in the link to the next page`()
        async throws
    {
        let browser = await citizen()
        await browser.get(
            "/payments?document_year=2026&document_number=+10%2F31+&iuv=01+02&notice_number=3010+1000&show=to_pay&cursor=c1"
        )
        let body = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/positions/search")?.body))
        #expect(body.integer("document_year") == 2_026 && body.text("document_number") == "10/31")
        #expect(body.text("iuv") == "0102" && body.text("notice_number") == "30101000" && body.text("cursor") == "c1")
        #expect(browser.markup.all("input").first { $0["name"] == "iuv" }?["value"] == "01 02")
        let next = try #require(browser.markup.all("a").first { $0["rel"] == "next" }?["href"])
        #expect(
            next
                == "/payments?show=to_pay&document_year=2026&document_number=10%2F31&iuv=01%2002&notice_number=3010%201000&cursor=c2"
        )
        // No personal data are in an address: the names of the fields are all that a search has.
        #expect(PositionSearch.fields(texts).map(\.key).allSatisfy { !["tax_code", "name", "email"].contains($0) })
    }

    @Test(arguments: ["duemila", "20266666666666666666666", "-1", "2026.5"])
    func `a year that is no year is refused by the service`(
        year: String
    ) async throws {
        let browser = await citizen()
        browser.service.refuse(
            "POST /v1/positions/search", status: 422, code: "invalid-request", pointers: ["/document_year"])
        await browser.get("/payments?document_year=\(year)")
        #expect(browser.last.status == 422 && browser.page.contains(texts[.refusedText]))
        #expect(browser.markup.all("input").first { $0["name"] == "document_year" }?["value"] == year)
    }

    @Test func `a list shows the rest of what is owed, and pays only what can be paid`() async {
        let browser = await citizen()
        await browser.get("/payments")
        #expect(
            links(browser).contains("/pay/p1") && !links(browser).contains("/pay/p2")
                && !links(browser).contains("/pay/p3"))
        #expect(browser.page.contains("30,00") && browser.page.contains("60,00"))
        #expect(browser.page.contains(texts[.receiptReview]))
        browser.service.answer("POST /v1/positions/search", #"{"items":[]}"#)
        await browser.get("/payments")
        #expect(browser.page.contains(texts[.noResults]) && browser.markup.all("table").isEmpty)
    }

    // MARK: Services and documents

    @Test func `services are those of the debt types, each once, with their names`() async {
        let browser = await citizen()
        await browser.get("/services")
        #expect(
            links(browser).filter { $0.hasPrefix("/services/") } == [
                "/services/mobility", "/services/school", "/services/sport",
            ])
        #expect(browser.page.contains(texts[.serviceSchool]) && browser.page.contains(">Mobility<"))
        browser.service.answer("GET /v1/creditors", #"{"items":[]}"#)
        await browser.get("/services")
        #expect(browser.page.contains(texts[.noServices]))
    }

    @Test(arguments: [
        ("school", TextKey.serviceSchool), ("waste", .serviceWaste), ("traffic", .serviceTraffic),
        ("sport", .serviceSport),
        ("other", .serviceOther),
    ]) func `common services have names in each language`(service: String, key: TextKey) {
        for language in Language.allCases {
            #expect(ServicePages.name(service, Texts(language: language)) == Texts(language: language)[key])
        }
    }

    @Test(arguments: [("verde_pubblico", "Verde pubblico"), ("a-b-c", "A b c"), ("x", "X"), ("", "")])
    func `another service has the name of its key`(service: String, name: String) {
        #expect(ServicePages.name(service, texts) == name)
    }

    @Test func `documents of a service come newest first, page by page`() async {
        let browser = await citizen()
        await browser.get("/services/school?cursor=c1")
        let path = browser.service.last("GET", "/v1/positions")?.path ?? ""
        for part in ["service=school", "sort=-document", "limit=20", "cursor=c1"] {
            #expect(path.contains(part), "\(part)")
        }
        #expect(links(browser).contains("/services/school?cursor=c2"))
    }

    @Test func `a document shows its lines, sums and receipts`() async {
        let browser = await citizen()
        await browser.get("/documents/p1")
        for text in ["Parte fissa", "Parte variabile", "40,00", "20,00", "60,00", texts[.lines], texts[.receipts]] {
            #expect(browser.page.contains(text), "\(text)")
        }
        #expect(links(browser).contains("/archive/r1"))
        #expect(browser.markup.all("h1").first?.text == texts[.documentOf, "1031", "2026"])
    }

    @Test func `a document whose payment is checked warns against paying again`() async {
        let browser = await citizen()
        browser.service.answer(
            "GET /v1/positions/p1", World.position.replacing("\"under_review\":false", with: "\"under_review\":true"))
        await browser.get("/documents/p1")
        #expect(browser.page.contains(texts[.underReview]))
        #expect(!links(browser).contains { $0.hasPrefix("/pay/") })
        for path in ["/pay/p1/1", "/pay/p1/1-2/CP"] {
            #expect(await browser.get(path).status == 409, "\(path)")
            #expect(browser.page.contains(texts[.underReview]))
        }
        #expect(browser.service.last("GET", "/v1/psps") == nil)
    }

    @Test func `an installment that is being paid says so and offers nothing`() async {
        let browser = await citizen()
        browser.service.answer(
            "GET /v1/positions/p1",
            World.position.replacing("\"payment_in_progress\":false", with: "\"payment_in_progress\":true"))
        await browser.get("/documents/p1")
        #expect(browser.page.contains(texts[.statusInProgress]) && !links(browser).contains { $0.hasPrefix("/pay/") })
        #expect(await browser.get("/pay/p1/1").status == 409)
        #expect(browser.page.contains(texts[.payInProgress]))
    }

    // MARK: Methods and PSPs

    @Test func `methods are in their groups, with fees, and those that cannot pay say why`() async {
        let browser = await citizen()
        await browser.get("/pay/p1/1")
        #expect(links(browser).contains("/pay/p1/1/CP") && !links(browser).contains("/pay/p1/1/BBT"))
        #expect(browser.page.contains(texts[.groupCard]) && browser.page.contains("Conto: Non per questo importo"))
        #expect(!browser.page.contains(texts[.groupOther]))
        #expect(browser.page.contains(texts[.feeRange, "1,00\u{A0}€", "2,00\u{A0}€"]))
        browser.service.answer(
            "GET /v1/payment-methods",
            #"{"groups":[{"group":"other","methods":[{"payment_method":"X","enabled":true,"min_fee_cents":5,"max_fee_cents":5}]}]}"#
        )
        await browser.get("/pay/p1/1")
        #expect(browser.page.contains(texts[.feeExact, "0,05\u{A0}€"]) && browser.page.contains(texts[.groupOther]))
        browser.service.answer("GET /v1/payment-methods", #"{"groups":[]}"#)
        await browser.get("/pay/p1/1")
        #expect(browser.page.contains(texts[.noMethods]))
    }

    @Test func `PSPs are in the order of the service, the first is chosen, and one visit has one order`() async throws {
        let browser = await citizen()
        await browser.get("/pay/p1/1/CP")
        let choices = browser.markup.all("input").filter { $0["name"] == "psp" }
        #expect(choices.compactMap { $0["value"] } == ["ABCDITMM|01", "EFGHITMM|02"])
        #expect(choices.filter { $0["checked"] != nil }.count == 1 && choices.first?["checked"] != nil)
        // The name of a channel that has its PSP's name is not repeated.
        #expect(browser.page.contains("Banca Alfa – Carta") && !browser.page.contains("Banca Beta – "))
        let first = try #require(browser.service.last("GET", "/v1/psps")?.path)
        await browser.get("/pay/p1/1/CP")
        #expect(browser.service.last("GET", "/v1/psps")?.path == first)
        #expect(first.contains("payment_method=CP") && first.contains("sort=fee") && first.contains("language=it"))
        #expect(!first.contains(World.own))
        browser.service.answer("GET /v1/psps", #"{"items":[]}"#)
        await browser.get("/pay/p1/1/CP")
        #expect(
            browser.page.contains(texts[.noMethods]) && browser.markup.all("input").allSatisfy { $0["name"] != "psp" })
    }

    // MARK: Archive, notices, help

    @Test(arguments: [
        (#""status":"settled","outcome":"OK""#, TextKey.receiptSettled),
        (#""status":"voided","outcome":"OK""#, .receiptVoided),
        (#""status":"settled","outcome":"KO""#, .receiptFailed),
        (#""status":"settled","under_review":true"#, .receiptReview),
        (#""status":"anomaly","outcome":"OK""#, .receiptSettled),
    ]) func `a receipt says what became of the payment`(members: String, key: TextKey) async {
        let browser = await citizen()
        browser.service.answer("GET /v1/receipts/r1", #"{"id":"r1","amount_cents":100,\#(members)}"#)
        await browser.get("/archive/r1")
        #expect(browser.page.contains(texts[key]))
        // Without a document there is nothing to open.
        #expect(!links(browser).contains { $0.contains("/pdf") })
    }

    @Test(arguments: [
        ("pagopa", TextKey.originPagopa), ("counter", .originCounter), ("other", .originOther), ("new", .originOther),
    ])
    func `a receipt says where it was paid`(origin: String, key: TextKey) async {
        let browser = await citizen()
        browser.service.answer("GET /v1/receipts/r1", #"{"id":"r1","origin":"\#(origin)"}"#)
        await browser.get("/archive/r1")
        #expect(browser.page.contains(texts[key]))
    }

    @Test func `the archive has its filters in the call and in the link to the next page`() async {
        let browser = await citizen()
        await browser.get("/archive?paid_from=2026-01-01&paid_to=2026-12-31&iuv=+01+&notice_number=3010%C2%A01000+00")
        let path = browser.service.last("GET", "/v1/receipts")?.path ?? ""
        for part in ["paid_from=2026-01-01", "paid_to=2026-12-31", "iuv=01", "notice_number=3010100000", "limit=20"] {
            #expect(path.contains(part), "\(part)")
        }
        #expect(
            links(browser).contains(
                "/archive?paid_from=2026-01-01&paid_to=2026-12-31&iuv=01&notice_number=3010100000&cursor=c2"))
        browser.service.refuse("GET /v1/receipts", status: 422, code: "invalid-request")
        await browser.get("/archive?paid_from=ieri")
        #expect(browser.last.status == 422 && browser.page.contains(#"value="ieri""#))
    }

    @Test(arguments: [
        ["creditor": ""], ["notice_number": ""], ["notice_number": "a/b"], ["creditor": "../.."],
        ["notice_number": "è"],
    ])
    func `a notice that is not whole is named without a call for it`(form: [String: String]) async {
        let browser = Browser.inWorld()
        await browser.get("/notice")
        let good = ["creditor": World.creditor, "notice_number": "301010000000000001"]
        await browser.post("/notice", good.merging(form) { $1 })
        #expect(browser.last.status == 422 && browser.page.contains("#f-\(form.keys.first ?? "")"))
        #expect(!browser.service.requests.contains { $0.path.contains("by-notice-number") })
    }

    @Test(arguments: [(404, "not-found"), (422, "invalid-request"), (409, "x")])
    func `a notice that is not found is told so, and nothing else`(
        status: Int, code: String
    ) async {
        let browser = Browser.inWorld()
        browser.service.refuse(
            "GET /v1/positions/by-notice-number/\(World.creditor)/301010000000000001", status: status, code: code)
        await browser.get("/notice")
        await browser.post("/notice", ["creditor": World.creditor, "notice_number": "3010 1000 0000\u{A0}0000 01"])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.guestNotFound]))
        #expect(
            browser.markup.all("input").first { $0["name"] == "notice_number" }?["value"]
                == "3010 1000 0000\u{A0}0000 01")
    }

    @Test func `help is in the reader's language, with the contacts of the creditors`() async {
        let browser = Browser.inWorld()
        browser.language = "de"
        await browser.get("/help")
        #expect(browser.service.last("GET", "/v1/help")?.path == "/v1/help?language=de")
        #expect(links(browser).contains("mailto:urp@example.org") && links(browser).contains("tel:+39011123"))
        #expect(browser.markup.all("a").first { $0["href"] == "tel:+39011123" }?["class"] == "number")
        await browser.get("/help/pagare")
        // A text that exists in Italian only says that it is Italian.
        #expect(browser.markup.elements.contains { $0["lang"] == "it" && $0.text == "Prima frase.Seconda frase." })
        #expect(browser.markup.all("p").contains { $0.text == "Prima frase." })
    }

    // MARK: The frame

    @Test(
        arguments: [
            ("/payments", "/payments"), ("/archive/r1", "/archive"), ("/documents/p1", nil),
            ("/services/school", "/services"), ("/", "/"),
            ("/profile/data", "/profile"),
        ] as [(String, String?)]) func `the menu names the part of the page`(path: String, current: String?) async
    {
        let browser = await citizen()
        await browser.get(path)
        #expect(
            browser.markup.all("a").filter { $0["aria-current"] == "page" }.compactMap { $0["href"] }
                == (current.map { [$0] } ?? []))
    }

    @Test func `links to languages keep the page, and after a form they lead home`() async {
        let browser = await citizen()
        await browser.get("/archive?iuv=01")
        #expect(links(browser).contains("/archive?language=sl"))
        await browser.get("/profile/email")
        await browser.post("/profile/email", ["email": ""])
        #expect(links(browser).contains("/?language=sl"))
    }

    @Test func `a message is shown once, on the next page`() async {
        let browser = await citizen()
        await browser.get("/")
        await browser.post("/sign-out", [:])
        await browser.get("/")
        #expect(browser.page.contains(texts[.signedOut]))
        await browser.get("/")
        #expect(!browser.page.contains(texts[.signedOut]))
    }

    @Test func `assets are stored by browsers for ever, and have the digest of their content in their address`() async {
        let browser = Browser()
        let assets = browser.app.assets
        for (path, type) in [
            (assets.stylePath, "text/css; charset=utf-8"), (assets.scriptPath, "text/javascript; charset=utf-8"),
            (assets.iconPath, "image/svg+xml"),
        ] {
            let response = await browser.get(path)
            #expect(response.status == 200 && response.values("content-type") == [type])
            #expect(response.values("cache-control") == ["public, max-age=31536000, immutable"])
            #expect(response.values("set-cookie").isEmpty)
            #expect(await browser.get(path + "x").status == 404)
        }
        // Nothing is loaded from another site, and no rule needs a wider policy.
        for text in [Style.text, Script.text] {
            for word in ["http://", "https://", "@import", "url(", "eval(", "innerHTML"] {
                #expect(!text.contains(word), "\(word)")
            }
        }
    }
}
