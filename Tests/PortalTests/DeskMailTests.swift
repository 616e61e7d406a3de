import Foundation
import JSON
import Testing

@testable import Portal

/// E-mails that are sent again, and positions whose state staff change.
@Suite struct DeskMailTests {
    private let texts = Texts(language: .it)

    private func staff(_ scopes: [Scope] = Scope.allCases) async -> Browser {
        let browser = Browser.inWorld()
        await browser.signInStaff(scopes: scopes)
        return browser
    }

    private func hidden(_ browser: Browser, _ name: String, of action: String) -> String? {
        let markup = browser.markup
        let form = markup.indices(of: "form").first { markup.elements[$0]["action"] == action }
        return form.flatMap { markup.elements(in: $0).first { $0["name"] == name }?["value"] }
    }

    @Test func `the timeline leads to its e-mails, and an e-mail to its debt, receipt and forerunner`() async {
        let browser = await staff()
        await browser.get("/desk/positions/p1")
        #expect(browser.markup.all("a").contains { $0["href"] == "/desk/mails/e1" })
        await browser.get("/desk/mails/e1")
        let links = browser.markup.all("a").compactMap { $0["href"] }
        for path in ["/desk/positions/p1", "/desk/receipts/r1", "/desk/mails/e0"] { #expect(links.contains(path)) }
        for text in ["m…@example.org", "550 unknown mailbox", "no_address", "5.1.1", texts[.deliveryDead]] {
            #expect(browser.page.contains(text), "\(text)")
        }
    }

    @Test(arguments: [("altra@example.org", #"{"to":"altra@example.org"}"#), ("", "{}"), ("  ", "{}")])
    func `an e-mail is sent again, to its address or another, once for one form`(to: String, body: String) async throws
    {
        let browser = await staff()
        browser.service.answer("POST /v1/notifications/e1/resend", status: 202, #"{"id":"e2"}"#)
        await browser.get("/desk/mails/e1")
        let key = try #require(hidden(browser, "key", of: "/desk/mails/e1/resend"))
        await browser.post("/desk/mails/e1/resend", ["to": to, "key": key])
        #expect(browser.location == "/desk/mails/e2")
        let request = browser.service.last("POST", "/v1/notifications/e1/resend")
        #expect(request?.text == body && request?.header("Idempotency-Key") == key)
        #expect(request?.header("Authorization") == "Bearer \(Browser.staffKey)")
        // The address is in no address of a page, which logs would store.
        #expect(browser.location?.contains("example") == false)
    }

    @Test func `an e-mail that waits or failed is tried again`() async {
        let browser = await staff()
        browser.service.answer("POST /v1/notifications/e1/retry", status: 202, World.mail)
        await browser.get("/desk/mails/e1")
        await browser.post("/desk/mails/e1/retry", ["key": "k"])
        #expect(browser.location == "/desk/mails/e1")
        #expect(browser.service.last("POST", "/v1/notifications/e1/retry")?.body == nil)
        await browser.get("/desk/mails/e1")
        #expect(browser.page.contains(texts[.deskDone]))
    }

    @Test(arguments: [
        ("queued", true), ("retrying", true), ("dead", true), ("sent", false), ("skipped", false), ("bounced", false),
        ("sending", false),
    ])
    func `a retry is offered where it is possible`(status: String, isOffered: Bool) async {
        let browser = await staff()
        browser.service.answer("GET /v1/notifications/e1", World.mail.replacing("\"dead\"", with: "\"\(status)\""))
        await browser.get("/desk/mails/e1")
        #expect(browser.markup.all("form").contains { $0["action"] == "/desk/mails/e1/retry" } == isOffered)
        #expect(browser.markup.all("form").contains { $0["action"] == "/desk/mails/e1/resend" })
    }

    @Test(arguments: [
        ("resend", 409, "notification-not-resendable", TextKey.refusedNotificationNotResendable),
        ("retry", 409, "notification-not-retryable", .refusedNotificationNotRetryable),
        ("resend", 422, "invalid-request", .errorInvalid),
    ]) func `a refusal is said in the reader's language, with the service's own words`(
        action: String, status: Int, code: String, message: TextKey
    ) async {
        let browser = await staff()
        browser.service.refuse(
            "POST /v1/notifications/e1/\(action)", status: status, code: code, detail: "The reason.",
            pointers: status == 422 ? ["/to"] : [])
        await browser.get("/desk/mails/e1")
        await browser.post("/desk/mails/e1/\(action)", ["to": "sbagliato", "key": "k"])
        #expect(browser.last.status == status)
        // A violation has the text of the service for its code.
        #expect(browser.page.contains(status == 422 ? "Non è valido" : texts[message]))
        if status == 409 { #expect(browser.page.contains("The reason.")) }
        if action == "resend" { #expect(browser.page.contains(#"value="sbagliato""#)) }
    }

    @Test func `a key that only reads sees the e-mail without forms, and one that only sends sees a refusal`() async {
        let reader = await staff([.notificationsRead])
        await reader.get("/desk/mails/e1")
        #expect(reader.last.status == 200 && !reader.page.contains("/resend"))
        #expect(await reader.post("/desk/mails/e1/resend", ["to": "a@b.it"]).status == 403)
        #expect(reader.service.last("POST", "/v1/notifications/e1/resend") == nil)
        let writer = await staff([.notificationsWrite])
        #expect(await writer.get("/desk/mails/e1").status == 403)
    }

    // MARK: The state of a position

    private static func position(_ status: String, _ members: String = "", installment: String = "") -> String {
        """
        {"id":"p1","status":"\(status)","total_cents":100,"description":"x","created_at":"2026-11-20T08:00:00Z"\(members),
        "installments":[{"number":1,"amount_cents":100,"status":"\(status)"\(installment)}]}
        """
    }

    @Test(arguments: [
        (position("draft"), "publish"), (position("open"), "cancel"), (position("expired"), "cancel"),
        (position("cancelled"), "restore"),
    ]) func `a position offers the change that its state allows`(json: String, change: String) async throws {
        let browser = await staff()
        browser.service.answer("GET /v1/positions/p1", etag: #""9""#, json)
        browser.service.answer("POST /v1/positions/p1/\(change)", json)
        await browser.get("/desk/positions/p1")
        let offered = browser.markup.all("form").compactMap { $0["action"] }.filter {
            $0.hasPrefix("/desk/positions/p1/")
        }
        #expect(offered == ["/desk/positions/p1/\(change)"])
        let key = try #require(hidden(browser, "key", of: "/desk/positions/p1/\(change)"))
        let tag = try #require(hidden(browser, "tag", of: "/desk/positions/p1/\(change)"))
        await browser.post("/desk/positions/p1/\(change)", ["key": key, "tag": tag])
        #expect(browser.location == "/desk/positions/p1")
        let request = browser.service.last("POST", "/v1/positions/p1/\(change)")
        #expect(request?.header("If-Match") == #""9""# && request?.header("Idempotency-Key") == key)
    }

    @Test(arguments: [
        position("paid"), position("partially_paid"),
        position("open", installment: #","paid_at":"2026-11-21T10:00:00Z""#),
        position("open", installment: #","payment_in_progress":true"#), position("open", #","under_review":true"#),
        position("cancelled", #","replaced_by":"p2""#), position("something_new"), "{}",
    ]) func `a position with money on its way offers none`(json: String) async {
        let browser = await staff()
        browser.service.answer("GET /v1/positions/p1", json)
        await browser.get("/desk/positions/p1")
        #expect(browser.last.status == 200)
        for change in DeskStateChange.allCases { #expect(!browser.page.contains("/\(change.rawValue)\"")) }
    }

    private static func rest(_ status: String, _ second: String) -> String {
        """
        {"id":"p1","status":"\(status)","total_cents":200,"residual_cents":\(second == "open" ? 100 : 0),"description":"x",
        "created_at":"2026-11-20T08:00:00Z","installments":[
        {"number":1,"amount_cents":100,"status":"paid","paid_at":"2026-11-21T10:00:00Z"},
        {"number":2,"amount_cents":100,"status":"\(second)"}]}
        """
    }

    @Test(arguments: [
        (rest("partially_paid", "open"), "write-off", "write_off_reason"),
        (rest("paid", "written_off"), "undo-write-off", "undo_reason"),
    ]) func `the rest is written off and claimed again, with a reason`(
        json: String, change: String, field: String
    ) async throws {
        let browser = await staff()
        browser.service.answer("GET /v1/positions/p1", etag: #""9""#, json)
        browser.service.answer("POST /v1/positions/p1/rest/\(change)", json)
        let path = "/desk/positions/p1/\(change)"
        await browser.get("/desk/positions/p1")
        let offered = browser.markup.all("form").compactMap { $0["action"] }.filter {
            $0.hasPrefix("/desk/positions/p1/")
        }
        #expect(offered == [path])
        #expect(browser.markup.faults == [] && browser.markup.accessibilityFaults == [])
        let key = try #require(hidden(browser, "key", of: path))
        await browser.post(path, ["key": key, "tag": #""9""#])
        #expect(browser.last.status == 422 && browser.page.contains("f-\(field)-error"))
        #expect(browser.service.last("POST", "/v1/positions/p1/rest/\(change)") == nil)
        await browser.post(path, ["key": key, "tag": #""9""#, field: "Errore"])
        #expect(browser.location == "/desk/positions/p1")
        let request = try #require(browser.service.last("POST", "/v1/positions/p1/rest/\(change)"))
        #expect(request.header("If-Match") == #""9""# && request.header("Idempotency-Key") == key)
        #expect(request.text == #"{"reason":"Errore"}"#)

        browser.service.refuse(
            "POST /v1/positions/p1/rest/\(change)", status: 409, code: "undo-not-possible", detail: "Changed since.")
        await browser.get("/desk/positions/p1")
        await browser.post(path, ["key": key, "tag": #""9""#, field: "Errore"])
        #expect(browser.last.status == 409)
        #expect(browser.page.contains(texts[.refusedUndoNotPossible]) && browser.page.contains("Changed since."))
    }

    @Test(arguments: [
        rest("open", "open").replacing(#","paid_at":"2026-11-21T10:00:00Z""#, with: ""), rest("paid", "paid"),
        rest("cancelled", "cancelled"),
        rest("partially_paid", "open").replacing(#""number":2"#, with: #""number":2,"payment_in_progress":true"#),
        rest("paid", "written_off").replacing(#""id":"p1""#, with: #""id":"p1","under_review":true"#), "{}",
    ]) func `a rest that cannot change is not offered`(json: String) async {
        let browser = await staff()
        browser.service.answer("GET /v1/positions/p1", json)
        await browser.get("/desk/positions/p1")
        #expect(browser.last.status == 200)
        for change in DeskRestChange.allCases {
            #expect(!browser.page.contains("/desk/positions/p1/\(change.rawValue)\""))
        }
    }

    @Test func `a change that was refused is explained beside what is possible now`() async {
        let browser = await staff()
        browser.service.answer("GET /v1/positions/p1", etag: #""9""#, Self.position("open"))
        await browser.get("/desk/positions/p1")
        browser.service.answer("GET /v1/positions/p1", etag: #""10""#, Self.position("paid"))
        browser.service.refuse(
            "POST /v1/positions/p1/cancel", status: 412, code: "precondition-failed", detail: "It changed.")
        await browser.post("/desk/positions/p1/cancel", ["key": "k", "tag": #""9""#])
        #expect(browser.last.status == 409)
        #expect(browser.page.contains(texts[.refusedPreconditionFailed]) && browser.page.contains("It changed."))
        #expect(browser.markup.accessibilityFaults == [])

        // What is still possible is a new request for the new version.
        browser.service.answer("GET /v1/positions/p1", etag: #""11""#, Self.position("open"))
        browser.service.refuse("POST /v1/positions/p1/cancel", status: 409, code: "payment-in-progress")
        await browser.post("/desk/positions/p1/cancel", ["key": "k", "tag": #""9""#])
        #expect(browser.last.status == 409 && browser.page.contains(texts[.refusedPaymentInProgress]))
        #expect(hidden(browser, "tag", of: "/desk/positions/p1/cancel") == #""11""#)
        #expect(hidden(browser, "key", of: "/desk/positions/p1/cancel") != "k")
    }

    @Test func `a key without positions:write sees no change and can make none`() async {
        let browser = await staff([.positionsRead])
        browser.service.answer("GET /v1/positions/p1", Self.position("draft"))
        await browser.get("/desk/positions/p1")
        #expect(!browser.page.contains("/publish"))
        for change in DeskStateChange.allCases {
            #expect(await browser.post("/desk/positions/p1/\(change.rawValue)", [:]).status == 403)
        }
        #expect(browser.service.requests.allSatisfy { $0.method == "GET" })
    }
}
