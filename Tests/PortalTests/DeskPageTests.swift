import Foundation
import JSON
import Testing

@testable import Portal

/// Forms and lists of the desk.
@Suite struct DeskPageTests {
    private let texts = Texts(language: .it)

    private func staff(_ scopes: [Scope] = Scope.allCases) async -> Browser {
        let browser = Browser.inWorld()
        await browser.signInStaff(scopes: scopes)
        return browser
    }

    /// A form of the desk: where it is, what is typed, the call that it makes, and its required fields.
    struct FormCase: Sendable, CustomTestStringConvertible {
        let page: String
        let action: String
        let typed: [String: String]
        let call: String
        let required: [String]
        let next: String

        var testDescription: String { action }
    }

    private static let forms = [
        FormCase(
            page: "/desk/positions/p1/counter", action: "/desk/positions/p1/counter",
            typed: [
                "installment": "1", "amount": "10,00", "day": "2026-11-20", "time": "10:00", "till": "Economato",
                "reference": "Q/1",
            ], call: "POST /v1/positions/p1/counter-payments",
            required: ["installment", "amount", "day", "till", "reference"],
            next: "/desk/positions/p1"),
        FormCase(
            page: "/desk/receipts/r1", action: "/desk/receipts/r1/refund", typed: ["amount": "1", "reason": "Sconto"],
            call: "POST /v1/refunds", required: ["reason"], next: "/desk/refunds/new-1"),
        FormCase(
            page: "/desk/receipts/r2", action: "/desk/receipts/r2/void",
            typed: ["void_reason": "Errore", "position": "p1"],
            call: "POST /v1/positions/p1/counter-payments/r2/void", required: ["void_reason"], next: "/desk/receipts/r2"
        ),
        FormCase(
            page: "/desk/anomalies/n1", action: "/desk/anomalies/n1",
            typed: ["resolution": "accept", "reason": "Verificato"],
            call: "POST /v1/anomalies/n1/resolve", required: ["resolution", "reason"], next: "/desk/anomalies/n1"),
        FormCase(
            page: "/desk/refunds/f1", action: "/desk/refunds/f1",
            typed: ["status": "paid", "date": "2026-11-23", "reference": "B/1"],
            call: "PATCH /v1/refunds/f1", required: ["status"], next: "/desk/refunds/f1"),
        FormCase(
            page: "/desk/psps", action: "/desk/suspensions",
            typed: ["psp_id": "ABCDITMM", "reason": "Guasto", "ends_at": "2026-12-31"], call: "POST /v1/suspensions",
            required: ["psp_id", "reason"], next: "/desk/psps"),
        FormCase(
            page: "/desk/mails/e1", action: "/desk/mails/e1/resend", typed: ["to": "a@b.it"],
            call: "POST /v1/notifications/e1/resend", required: [], next: "/desk/mails/new-1"),
    ]

    @Test(arguments: forms) func `a form that is whole makes one call and leads on`(form: FormCase) async throws {
        let browser = await staff()
        browser.service.answer(form.call, #"{"id":"new-1"}"#)
        await browser.get(form.page)
        await browser.post(form.action, form.typed.merging(["key": "k1", "tag": "\"7\""]) { $1 })
        #expect(browser.location == form.next)
        let parts = form.call.split(separator: " ").map(String.init)
        let calls = browser.service.requests.filter { $0.method == parts[0] && $0.path == parts[1] }
        #expect(calls.count == 1)
        let request = try #require(calls.first)
        #expect(request.header("If-Match") == "\"7\"")
        #expect(request.header("Idempotency-Key") == (request.method == "POST" ? "k1" : nil))
        _ = try JSONValue.parse(request.body ?? [])
        await browser.get(form.page)
        #expect(browser.page.contains(texts[.deskDone]))
    }

    @Test(arguments: forms) func `a field that is needed and missing is named, and nothing is sent`(form: FormCase)
        async
    {
        for field in form.required {
            let browser = await staff()
            await browser.get(form.page)
            var typed = form.typed
            typed[field] = "  "
            await browser.post(form.action, typed)
            #expect(browser.last.status == 422, "\(field)")
            #expect(browser.page.contains("f-\(field)"), "\(field)")
            #expect(browser.markup.accessibilityFaults == [], "\(field)")
            #expect(!browser.service.requests.contains { "\($0.method) \($0.path)" == form.call }, "\(field)")
        }
    }

    @Test(
        arguments: forms,
        [
            (409, "payment-in-progress", TextKey.refusedPaymentInProgress),
            (412, "precondition-failed", .refusedPreconditionFailed),
            (422, "something-new", .deskRefused),
        ]) func `a refusal is said with the service's own words, and what was typed stays`(
            form: FormCase, refusal: (Int, String, TextKey)
        ) async
    {
        let browser = await staff()
        browser.service.refuse(form.call, status: refusal.0, code: refusal.1, detail: "What to do instead.")
        await browser.get(form.page)
        await browser.post(form.action, form.typed.merging(["key": "k1", "tag": "\"7\""]) { $1 })
        #expect([409, 422].contains(browser.last.status))
        #expect(browser.page.contains(texts[refusal.2]) && browser.page.contains("What to do instead."))
        #expect(browser.markup.faults == [] && browser.markup.accessibilityFaults == [])
        // The next try is a new request.
        #expect(!browser.page.contains(#"name="key" value="k1""#))
    }

    @Test(arguments: forms) func `a service that is away loses nothing and says so`(form: FormCase) async {
        let browser = await staff()
        await browser.get(form.page)
        browser.service.goAway()
        #expect(await browser.post(form.action, form.typed).status == 503)
        #expect(browser.page.contains(texts[.unavailableTitle]))
    }

    @Test(arguments: forms) func `a key that lost its scope meanwhile is told so`(form: FormCase) async {
        let browser = await staff()
        browser.service.refuse(form.call, status: 403, code: "forbidden")
        await browser.get(form.page)
        #expect(await browser.post(form.action, form.typed).status == 403)
        #expect(browser.page.contains(texts[.deskForbiddenTitle]))
    }

    // MARK: Search

    @Test(arguments: [
        ("301010000000000001", "notice_number"), ("3010 1000 0000 0000 01", "notice_number"),
        ("01000000000000001", "iuv"),
        ("12345678903", "debtor_tax_code"), ("rssmra80a01h501u", "debtor_tax_code"), ("Rossi Mario", "debtor_name"),
        ("RF18 5390 0754 7034", "iuv"), ("d'Ègna", "debtor_name"), ("x1", "iuv"),
    ]) func `the text decides what is searched`(text: String, member: String) async throws {
        let browser = await staff()
        await browser.get("/desk/search")
        await browser.post("/desk/search", ["q": " \(text) ", "kind": ""])
        let body = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/positions/search")?.body))
        #expect(body.text(member) != nil, "\(member)")
        #expect(browser.service.requests.allSatisfy { !$0.path.contains("Rossi") })
        #expect(browser.last.status == 200)
    }

    @Test(arguments: [
        ("iuv", "iuv", true), ("notice", "notice_number", true), ("notice_end", "notice_number_end", false),
        ("tax_code", "debtor_tax_code", true), ("name", "debtor_name", false), ("document", "document_number", true),
    ]) func `a chosen kind is searched, in payments too where they have it`(
        kind: String, member: String, hasReceipts: Bool
    ) async throws {
        let browser = await staff()
        await browser.get("/desk/search")
        await browser.post("/desk/search", ["q": "a1b2", "kind": kind])
        let body = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/positions/search")?.body))
        #expect(body.text(member)?.lowercased() == "a1b2")
        #expect((browser.service.last("POST", "/v1/receipts/search") != nil) == hasReceipts)
    }

    @Test func `a search without a text, or refused, is named, and the next page keeps what was typed`() async throws {
        let browser = await staff()
        await browser.get("/desk/search")
        await browser.post("/desk/search", ["q": "  "])
        #expect(browser.last.status == 422 && browser.page.contains("f-q-error"))
        await browser.post("/desk/search", ["q": "Rossi", "kind": "name"])
        let hidden = browser.markup.all("input").filter { $0["type"] == "hidden" }
        #expect(hidden.contains { $0["name"] == "cursor" && $0["value"] == "c2" })
        #expect(hidden.contains { $0["name"] == "q" && $0["value"] == "Rossi" })
        browser.service.refuse(
            "POST /v1/positions/search", status: 422, code: "invalid-request", pointers: ["/debtor_name"])
        await browser.post("/desk/search", ["q": "R", "kind": "name"])
        #expect(browser.last.status == 422 && browser.page.contains("f-q-error"))
    }

    // MARK: Timeline

    @Test func `a timeline is in the order of time, with causes before effects`() async throws {
        let browser = await staff()
        await browser.get("/desk/positions/p1")
        let times = browser.markup.all("time").compactMap { $0["datetime"] }
        #expect(times.count > 8)
        let style = Date.ISO8601FormatStyle()
        let dates = times.compactMap { try? Date($0, strategy: style) }
        #expect(dates == dates.sorted())
        #expect(times.first == "2026-11-20T08:00:00Z")
    }

    @Test func `what a key may not read is left out, and the page says so`() async {
        let browser = await staff([.positionsRead])
        await browser.get("/desk/positions/p1")
        #expect(browser.last.status == 200)
        let hidden = [TextKey.receipts, .deskAnomalies, .deskMails, .deskJournal, .deskRefunds].map { texts[$0] }
        #expect(browser.page.contains(texts[.deskHidden, hidden.joined(separator: ", ")]))
        let paths = browser.service.requests.map(\.path)
        for list in ["/v1/receipts", "/v1/anomalies", "/v1/notifications", "/v1/journal", "/v1/refunds"] {
            #expect(!paths.contains { $0.hasPrefix(list) }, "\(list)")
        }
    }

    @Test func `a list that the service refuses to the key is left out too`() async {
        let browser = await staff()
        browser.service.refuse("GET /v1/journal", status: 403, code: "forbidden")
        await browser.get("/desk/positions/p1")
        #expect(browser.last.status == 200 && browser.page.contains(texts[.deskHidden, texts[.deskJournal]]))
    }

    // MARK: Statistics

    @Test(arguments: ["day", "psp", "creditor", "debt_type", "method"]) func `a plot has the numbers of its table`(
        group: String
    ) async throws {
        let browser = await staff()
        await browser.get("/desk/statistics?group=\(group)")
        let markup = browser.markup
        #expect(browser.service.last("GET", "/v1/statistics")?.path.contains("group=\(group)") == true)
        let plot = try #require(markup.indices(of: "svg").first)
        let bars = markup.elements(in: plot).filter { $0.name == "rect" }
        #expect(bars.count == (group == "day" ? 10 : 2))
        // The largest bar fills the plot, and none leaves it.
        let sizes = bars.compactMap { Double($0[group == "day" ? "height" : "width"] ?? "") }
        #expect(sizes.max() == (group == "day" ? 210 : 720) && sizes.allSatisfy { $0 >= 0 })
        #expect(bars.contains { $0.text.contains("50,00") })
        #expect(markup.all("table").first?.text.contains("50,00") == true)
    }

    @Test(arguments: ["x", "", "DAY"]) func `an unknown group is that by day`(group: String) async {
        let browser = await staff()
        await browser.get("/desk/statistics?group=\(group)&from=2026-11-01&to=ieri")
        #expect(
            browser.service.last("GET", "/v1/statistics")?.path == "/v1/statistics?group=day&from=2026-11-01&to=ieri")
    }

    @Test func `bars of any amounts stay within the plot`() {
        for amounts in [[], [0], [-5, 5], [.max, .min, 1], [Int64](repeating: 7, count: 92)] as [[Int64]] {
            let bars = amounts.map { BarPlot.Bar(label: "<x>", amount: $0, text: "\($0)") }
            let plot = BarPlot(id: "plot", title: "a & b", description: "\"d\"", bars: bars)
            for html in [plot.columns, plot.rows] {
                let markup = PageMarkup("<!DOCTYPE html>\n" + html.markup)
                #expect(markup.faults == [])
                for bar in markup.all("rect") {
                    for name in ["x", "y", "width", "height"] {
                        #expect((Double(bar[name] ?? "") ?? -1) >= 0, "\(name)")
                    }
                    #expect((Double(bar["width"] ?? "") ?? 999) <= 720.1)
                }
            }
        }
    }

    @Test(arguments: [
        ("2026-02-27", "2026-03-02", 4), ("2026-01-01", "2026-01-01", 1), ("2026-01-02", "2026-01-01", 0),
        ("x", "2026-01-01", 0),
        ("2026-01-01", "9999-12-31", 100),
    ]) func `days between two are all days, within a bound`(from: String, to: String, count: Int) {
        let days = DeskDays.all(from: from, to: to)
        #expect(days.count == count && Set(days).count == count)
    }

    // MARK: Imports

    @Test(arguments: [
        ("dovuti.csv", "a;b", "text/csv"), ("dovuti.ndjson", "x", "application/x-ndjson"),
        ("DOVUTI.JSONL", "x", "application/x-ndjson"),
        ("dovuti", "{\"a\":1}", "application/x-ndjson"), ("dovuti.txt", "a;b", "text/csv"), ("", "a", "text/csv"),
    ]) func `the type of a file comes from its name or its first character`(name: String, content: String, type: String)
        async
    {
        let browser = await staff()
        browser.service.answer("POST /v1/position-imports", status: 202, #"{"id":"m1"}"#)
        await browser.get("/desk/imports")
        await browser.upload(
            "/desk/imports", ["creditor": World.creditor], file: ("file", name, Array(content.utf8)))
        #expect(browser.location == "/desk/imports/m1")
        let request = browser.service.last("POST", "/v1/position-imports")
        #expect(request?.header("Content-Type") == type && request?.text == content)
        #expect(request?.path == "/v1/position-imports?creditor_tax_code=\(World.creditor)")
    }

    @Test(arguments: [(400, "malformed-request"), (422, "invalid-request"), (409, "too-many-imports")])
    func `a file that is refused says why`(status: Int, code: String) async {
        let browser = await staff()
        browser.service.refuse("POST /v1/position-imports", status: status, code: code, detail: "Line 3.")
        await browser.get("/desk/imports")
        await browser.upload("/desk/imports", ["creditor": World.creditor], file: ("file", "a.csv", [0x61]))
        #expect(browser.last.status == 422)
        let key: TextKey = status == 400 ? .deskFileWrong : status == 409 ? .refusedTooManyImports : .deskRefused
        #expect(browser.page.contains(texts[key]) && browser.page.contains("Line 3."))
    }

    @Test func `an import shows its progress until it is done`() async {
        let browser = await staff()
        await browser.get("/desk/imports/m1")
        let progress = browser.markup.all("progress").first
        #expect(progress?["max"] == "10" && progress?["value"] == "5")
        #expect(browser.markup.elements.contains { $0["data-poll"] == "/desk/imports/m1/poll?version=running-5" })
        await browser.get("/desk/imports/m1/poll?version=running-5")
        #expect(browser.page == #"{"reload":false}"#)
        await browser.get("/desk/imports/m1/poll?version=running-4")
        #expect(browser.page == #"{"reload":true}"#)
        await browser.get("/desk/imports/m2?outcome=refused")
        #expect(browser.markup.all("progress").isEmpty)
        #expect(
            browser.service.last("GET", "/v1/position-imports/m2/results")?.path.contains("outcome=refused") == true)
    }

    // MARK: Entering an RT

    private static let rt = [
        "receipt_id": "RT-9", "outcome": "OK", "creditor": World.creditor, "iuv": "301010000000000001",
        "amount": "10,00",
        "day": "2026-11-20", "time": "10:00", "psp_id": "ABCDITMM", "psp_name": "Banca Alfa", "reason": "PEC",
    ]

    @Test(arguments: rt.keys.filter { !["outcome", "time"].contains($0) }.sorted())
    func `what an RT needs and lacks is named`(field: String) async {
        let browser = await staff()
        await browser.get("/desk/rt")
        await browser.upload("/desk/rt", Self.rt.filter { $0.key != field }, file: ("evidence", "rt.pdf", [1]))
        #expect(browser.last.status == 422 && browser.page.contains("f-\(field)"))
        #expect(browser.service.last("POST", "/v1/receipts") == nil)
    }

    @Test(arguments: [
        ("rt.pdf", "application/pdf"), ("RT.XML", "application/xml"), ("a.json", "application/json"),
        ("a.b.p7m", "application/pkcs7-mime"),
        ("m.eml", "message/rfc822"), ("a.txt", "text/plain"), ("a.png", "image/png"), ("a.jpeg", "image/jpeg"),
        ("senza", "application/octet-stream"), ("a.exe", "application/octet-stream"),
    ]) func `the document of an RT goes along with its type`(name: String, type: String) async throws {
        let browser = await staff()
        browser.service.answer("POST /v1/receipts", status: 201, #"{"id":"r9"}"#)
        await browser.get("/desk/rt")
        await browser.upload("/desk/rt", Self.rt, file: ("evidence", name, [0x00, 0xFF]))
        #expect(browser.location == "/desk/receipts/r9")
        let body = try JSONValue.parse(try #require(browser.service.last("POST", "/v1/receipts")?.body))
        #expect(body["evidence"]?.text("media_type") == type && body["evidence"]?.text("base64") == "AP8=")
        #expect(body["rt"]?.text("notice_number") == "301010000000000001" && body["rt"]?["iuv"] == nil)
        #expect(body["rt"]?.text("paid_at") == "2026-11-20T09:00:00Z" && body["rt"]?.integer("amount_cents") == 1_000)
    }
}
