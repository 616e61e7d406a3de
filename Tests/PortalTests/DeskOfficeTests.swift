import Foundation
import JSON
import Testing

@testable import Portal

/// Imports, totals, PSPs, and how a creditor's documents look.
struct DeskOfficeTests {
    private func signedIn() async -> Browser {
        let browser = Browser.desk()
        await browser.signInStaff()
        browser.service.answer(
            "GET /v1/creditors", #"{"items":[{"tax_code":"12345678903","name":"Comune di Esempio"}]}"#)
        return browser
    }

    @Test func `the first page shows what waits, with amounts`() async {
        let browser = await signedIn()
        browser.service.answer(
            "GET /v1/summary",
            #"{"anomalies":{"open":3,"amount_cents":12000,"kinds":[{"kind":"already_paid","open":3,"amount_cents":12000,"oldest_opened_at":"2026-11-20T08:00:00Z"}]},"quarantine":{"receipts":1,"amount_cents":700},"payment_attempts":{"open":4,"waiting_for_rt":2,"stuck":1},"notifications":{"pending":5,"dead":6},"refunds":{"decided":7,"amount_cents":800},"psps":[{"psp_id":"ABCDITMM","business_name":"Banca Alfa","attempts":9,"not_started":1,"refused":2,"paid":3,"is_failing":true}],"background_jobs":[{"job":"mail","is_alive":false,"interval_seconds":1}]}"#
        )
        #expect(await browser.get("/desk").status == 200)
        for text in [
            "Anomalie: 3", "120,00\u{A0}€", "Pagato due volte", "/desk/anomalies?kind=already_paid", "Rimborsi: 7",
            "Banca Alfa",
            "Ha problemi", "2 aspettano la RT, 1 sono fermi", "6 non consegnate",
        ] { #expect(browser.page.contains(text), "\(text)") }
    }

    @Test func `a file is sent as it is, and its progress page is out of date when a tenth of the rows is done`() async
    {
        let browser = await signedIn()
        browser.service.answer("GET /v1/position-imports", #"{"items":[]}"#)
        await browser.get("/desk/imports")
        #expect(browser.page.contains(#"enctype="multipart/form-data""#) && browser.page.contains("Comune di Esempio"))
        browser.service.answer("POST /v1/position-imports", status: 202, #"{"id":"i1"}"#)
        let csv = Array("external_id;x\r\n1;\u{FEFF}è\r\n--grenz\r\n".utf8)
        await browser.upload(
            "/desk/imports", ["creditor": "12345678903", "dry_run": "yes"], file: ("file", "dovuti.csv", csv))

        #expect(browser.location == "/desk/imports/i1")
        let sent = browser.service.last("POST", "/v1/position-imports")
        #expect(sent?.body == csv && sent?.header("Content-Type") == "text/csv")
        #expect(sent?.path.hasSuffix("?creditor_tax_code=12345678903&dry_run=true") == true)

        browser.service.answer(
            "GET /v1/position-imports/i1",
            #"{"id":"i1","status":"running","rows":100,"created":15,"repeated":3,"refused":2,"dry_run":true,"created_at":"2026-11-20T08:00:00Z"}"#
        )
        browser.service.answer(
            "GET /v1/position-imports/i1/results",
            #"{"items":[{"line":3,"external_id":"B","outcome":"refused","violations":[{"pointer":"/debtor/tax_code","code":"bad_check_digit","detail":"has a wrong check letter"}]}]}"#
        )
        await browser.get("/desk/imports/i1?outcome=refused")
        #expect(browser.page.contains(#"<progress max="100" value="20""#))
        #expect(browser.page.contains(#"data-poll="/desk/imports/i1/poll?version=running-2""#))
        #expect(browser.page.contains("/debtor/tax_code: has a wrong check letter"))
        await browser.get("/desk/imports/i1/poll?version=running-2")
        #expect(browser.page == #"{"reload":false}"#)
        await browser.get("/desk/imports/i1/poll?version=running-1")
        #expect(browser.page == #"{"reload":true}"#)
    }

    @Test func `a file that cannot be divided into rows is refused with the line`() async {
        let browser = await signedIn()
        browser.service.answer("GET /v1/position-imports", #"{"items":[]}"#)
        browser.service.refuse(
            "POST /v1/position-imports", status: 400, code: "malformed-request",
            detail: "Line 7: a quote is never closed")
        await browser.get("/desk/imports")
        let response = await browser.upload("/desk/imports", [:], file: ("file", "x.csv", Array("a".utf8)))
        #expect(response.status == 422)
        #expect(browser.page.contains("Il file non si può leggere") && browser.page.contains("Line 7"))
        await browser.get("/desk/imports")
        await browser.upload("/desk/imports", [:], file: ("file", "", []))
        #expect(browser.page.contains("f-file-error"))
    }

    @Test func `only a signed-in staff member who may send files sends large forms`() async {
        let browser = await signedIn()
        func allowance(_ path: String, _ cookies: [String: String]) -> Int? {
            browser.app.upload(for: IncomingRequest(method: "POST", path: path, cookies: cookies))?.bytes
        }
        #expect(allowance("/desk/imports", browser.cookies) == PortalApp.importBytes)
        #expect(allowance("/desk/imports", [:]) == nil)
        #expect(allowance("/desk/search", browser.cookies) == nil)
        #expect(allowance("/register", browser.cookies) == nil)
        let reader = Browser.desk()
        await reader.signInStaff(scopes: [.positionsRead])
        #expect(allowance("/desk/imports", reader.cookies) == nil)

        let permits = UploadPermits()
        #expect(permits.begin() && permits.begin() && !permits.begin())
        permits.end()
        #expect(permits.begin())
    }

    @Test func `totals by day are a picture with a name and the same numbers in a table`() async {
        let browser = await signedIn()
        browser.service.answer(
            "GET /v1/statistics",
            #"{"group":"day","from":"2026-11-20","to":"2026-11-23","items":[{"day":"2026-11-21","receipts":2,"amount_cents":10000,"fee_cents":300,"refunded_cents":0},{"day":"2026-11-23","receipts":1,"amount_cents":5000,"fee_cents":150,"refunded_cents":100}],"total":{"receipts":3,"amount_cents":15000,"fee_cents":450,"refunded_cents":100}}"#
        )
        await browser.get("/desk/statistics?group=day&from=2026-11-20&to=2026-11-23")
        #expect(browser.page.ranges(of: "<rect ").count == 4)
        #expect(browser.page.contains(#"role="img" id="plot" aria-labelledby="plot-title plot-desc""#))
        #expect(browser.page.contains("<title>22/11/2026 – 0,00\u{A0}€</title>"))
        #expect(browser.page.contains("150,00\u{A0}€") && browser.page.contains("21/11/2026"))
        #expect(!browser.page.contains(" style="))
    }

    @Test func `totals by PSP have the PSPs' names`() async {
        let browser = await signedIn()
        browser.service.answer("GET /v1/psp-list", #"{"psps":[{"psp_id":"ABCDITMM","business_name":"Banca <Alfa>"}]}"#)
        browser.service.answer(
            "GET /v1/statistics",
            #"{"group":"psp","from":"2026-11-20","to":"2026-11-23","items":[{"psp_id":"ABCDITMM","receipts":2,"amount_cents":10000,"fee_cents":0,"refunded_cents":0},{"receipts":1,"amount_cents":0,"fee_cents":0,"refunded_cents":0}],"total":{"receipts":3,"amount_cents":10000,"fee_cents":0,"refunded_cents":0}}"#
        )
        await browser.get("/desk/statistics?group=psp")
        #expect(browser.page.contains("Banca &lt;Alfa&gt; (ABCDITMM)") && browser.page.contains("Senza PSP"))
        browser.service.refuse("GET /v1/statistics", status: 400, code: "malformed-request")
        #expect(await browser.get("/desk/statistics?from=ieri").status == 422)
    }

    @Test func `a PSP is switched off until the end of a day with a reason, and on again`() async {
        let browser = await signedIn()
        browser.service.answer(
            "GET /v1/psp-list", #"{"psps":[{"psp_id":"ABCDITMM","business_name":"Banca Alfa","channels":[]}]}"#)
        browser.service.answer("GET /v1/summary", #"{"psps":[]}"#)
        browser.service.answer(
            "GET /v1/suspensions",
            #"{"items":[{"id":"s1","psp_id":"ABCDITMM","reason":"Guasto","active":true,"starts_at":"2026-11-20T08:00:00Z"}]}"#
        )
        browser.service.answer("POST /v1/suspensions", status: 201, "{}")
        await browser.get("/desk/psps")
        #expect(browser.page.contains("Sospeso") && browser.page.contains("Riattiva ABCDITMM"))
        await browser.post(
            "/desk/suspensions", ["psp_id": "ABCDITMM", "reason": "Manutenzione", "ends_at": "2026-12-24", "key": "k"])
        #expect(
            browser.service.last("POST", "/v1/suspensions")?.text
                == #"{"psp_id":"ABCDITMM","reason":"Manutenzione","ends_at":"2026-12-24T22:59:00Z"}"#)
        browser.service.answer("DELETE /v1/suspensions/s1", status: 204, "")
        await browser.get("/desk/psps")
        await browser.post("/desk/suspensions/s1/lift", [:])
        #expect(browser.service.last("DELETE", "/v1/suspensions/s1") != nil && browser.location == "/desk/psps")
    }

    @Test func `a logo is sent with its alternative text, and shown`() async {
        let browser = await signedIn()
        let path = "/v1/creditors/12345678903"
        browser.service.answer("GET \(path)", #"{"tax_code":"12345678903","name":"Comune di Esempio"}"#)
        browser.service.answer("GET \(path)/logo", ##"{"png":"AAAA","alternative_text":"Stemma","color":"#0066CC"}"##)
        browser.service.answer("GET \(path)/mail-wordings", etag: #""1""#, #"{"items":[]}"#)
        browser.service.answer("PUT \(path)/logo", "{}")
        await browser.get("/desk/creditors/12345678903")
        #expect(browser.page.contains(#"src="/desk/creditors/12345678903/logo" alt="Stemma""#))
        await browser.upload(
            "/desk/creditors/12345678903/logo", ["alternative_text": "Stemma del Comune", "color": "#0066CC"],
            file: ("file", "logo.png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00]))
        #expect(
            browser.service.last("PUT", "\(path)/logo")?.text
                == ##"{"png":"iVBORw0KGgoA","alternative_text":"Stemma del Comune","color":"#0066CC"}"##)
        browser.service.refuse("PUT \(path)/logo", status: 422, code: "invalid-request", pointers: ["/svg"])
        await browser.get("/desk/creditors/12345678903")
        await browser.upload(
            "/desk/creditors/12345678903/logo", ["alternative_text": "x"], file: ("file", "bomba.svg", [1]))
        #expect(browser.service.last("PUT", "\(path)/logo")?.text == #"{"svg":"AQ==","alternative_text":"x"}"#)
        #expect(browser.page.contains("f-file-error"))
    }

    @Test func `an example of a receipt is drawn by the service, in the reader's language`() async {
        let browser = await signedIn()
        let path = "/v1/creditors/12345678903"
        browser.service.answer("GET \(path)", #"{"tax_code":"12345678903","name":"Comune di Esempio"}"#)
        browser.service.answer("GET \(path)/logo", #"{"png":"AAAA","alternative_text":"Stemma"}"#)
        browser.service.answer("GET \(path)/mail-wordings", etag: #""1""#, #"{"items":[]}"#)
        browser.service.answer("GET \(path)/receipt-preview", type: "application/pdf", "%PDF-example")
        await browser.get("/desk/creditors/12345678903")
        #expect(browser.page.contains(#"href="/desk/creditors/12345678903/receipt""#))
        let response = await browser.get("/desk/creditors/12345678903/receipt")
        #expect(response.status == 200 && browser.page == "%PDF-example")
    }

    @Test func `words of an e-mail are previewed, and saved beside those of other e-mails`() async {
        let browser = await signedIn()
        let path = "/v1/creditors/12345678903"
        let other = #"{"kind":"refund_decided","language":"de","subject":"Erstattung"}"#
        browser.service.answer("GET \(path)/mail-wordings", etag: #""1""#, #"{"items":[\#(other)]}"#)
        browser.service.answer(
            "POST \(path)/mail-preview", #"{"subject":"Oggetto","text":"Gentile <cittadino>","html":""}"#)
        browser.service.answer("PUT \(path)/mail-wordings", "{}")
        await browser.get("/desk/creditors/12345678903/wording?kind=receipt_ready&language=it")
        #expect(browser.page.contains("Gentile &lt;cittadino&gt;"))
        var fields = ["kind": "receipt_ready", "language": "it", "subject": "Grazie", "sentence": "", "tag": #""1""#]
        await browser.post("/desk/creditors/12345678903/wording", fields)
        #expect(browser.service.last("POST", "\(path)/mail-preview")?.text.contains(#""subject":"Grazie""#) == true)
        #expect(browser.service.last("PUT", "\(path)/mail-wordings") == nil)
        fields["action"] = "save"
        await browser.post("/desk/creditors/12345678903/wording", fields)
        let sent = browser.service.last("PUT", "\(path)/mail-wordings")
        #expect(sent?.text == #"{"items":[\#(other),{"kind":"receipt_ready","language":"it","subject":"Grazie"}]}"#)
        #expect(sent?.header("If-Match") == #""1""#)
    }
}

/// Values that staff type, and words for codes.
struct DeskValueTests {
    @Test(arguments: [
        ("59,80", 5_980 as Int64?), ("59.8", 5_980), ("59", 5_900), ("1.059,80", 105_980), ("1,059.80", 105_980),
        ("€ 1.000", 100_000),
        ("999.999.999,99", 99_999_999_999), ("", nil), ("x", nil), (",5", nil), ("1.05,80", nil), ("-1", nil),
        ("1,234,5678", nil),
        ("99999999999999999999", nil), ("٣", nil),
    ]) func `amounts are read as people write them`(text: String, cents: Int64?) {
        #expect(TypedAmount.cents(text) == cents)
        if let cents { #expect(TypedAmount.cents(TypedAmount.text(cents)) == cents) }
    }

    @Test(arguments: [
        ("301000000000103151", DeskSearch.Kind.notice), ("3010 0000 0000 1031 51", .notice),
        ("01000000000000001", .iuv),
        ("RF12ABC", .iuv), ("12345678903", .taxCode), ("rssmra80a01h501u", .taxCode), ("Rossi Mario", .name),
        ("D'Angelo", .name),
    ]) func `the kind of a search is recognized`(text: String, kind: DeskSearch.Kind) {
        #expect(DeskSearch(["q": text]).kind == kind)
        #expect(DeskSearch(["q": text, "kind": "document"]).kind == .document)
    }

    @Test func `times are Italy's`() {
        #expect(RomeTime.instant(day: "2026-07-01", time: "00:30") == "2026-06-30T22:30:00Z")
        for (day, time) in [("2026-13-01", "10:00"), ("domani", "10:00"), ("2026-07-01", "25:00"), ("2026-07-01", "")] {
            #expect(RomeTime.instant(day: day, time: time) == nil)
        }
        #expect(RomeTime.parts(Date(timeIntervalSince1970: 1_782_858_600)) == ("2026-07-01", "00:30"))
    }

    @Test func `every code of the contract that the desk shows has a word`() throws {
        for (schema, prefix) in [
            ("AnomalyKind", "anomaly"), ("AnomalyKind", "explain"), ("ResolutionKind", "resolution"),
            ("AttemptStatus", "attempt"),
            ("NotificationStatus", "delivery"), ("ReceiptStatus", "receipt"), ("ImportStatus", "import"),
            ("ImportOutcome", "outcome"), ("CitizenKind", "kind"), ("CitizenProof", "proved"),
            ("RefundStatus", "refund"), ("StatisticsGroup", "group"),
        ] {
            let codes = try Contract.codes(of: schema)
            #expect(codes.count > 2, "\(schema)")
            for code in codes {
                #expect(TextKey(rawValue: DeskWords.key(prefix, code)) != nil, "\(prefix) \(code)")
            }
        }
        #expect(Set(try Contract.codes(of: "AnomalyKind")) == Set(DeskAnomalyPages.kinds))
        for decision in DeskDecision.allCases {
            #expect(TextKey(rawValue: DeskWords.key("decide", decision.rawValue)) != nil)
        }
        for kind in DeskSearch.Kind.allCases {
            #expect(TextKey(rawValue: DeskWords.key("desk_kind", kind.rawValue)) != nil)
        }
        // E-mails about accounts have no position and no receipt, so no page of the desk shows them.
        let ofAccounts = [
            "verify_email", "password_reset", "registration_attempt", "change_email", "email_changed",
            "smart_card_proved", "identity_proved", "webhook_paused",
        ]
        for kind in try Contract.codes(of: "NotificationKind") where !ofAccounts.contains(kind) {
            #expect(TextKey(rawValue: DeskWords.key("mail", kind)) != nil, "\(kind)")
        }
        for kind in DeskWording.kinds { #expect(TextKey(rawValue: DeskWords.key("mail", kind)) != nil) }
    }

    @Test func `a form with a file is read as browsers write it, and malformed ones are refused`() throws {
        func read(_ body: String, _ type: String = "multipart/form-data; boundary=\"b1\"") -> SentForm? {
            SentForm(
                IncomingRequest(method: "POST", path: "/", headers: ["content-type": type], body: Array(body.utf8)))
        }
        let good = """
            --b1\r\nContent-Disposition: form-data; name="a"\r\n\r\nè\r\n--b1\r\n\
            content-disposition: form-data; name="f"; filename="x.csv"\r\nContent-Type: text/csv\r\n\r\n1\r\n--b\r\n\r\n--b1--\r\n
            """
        let form = try #require(read(good))
        #expect(form.fields == ["a": "è"])
        #expect(form.files == ["f": UploadedFile(name: "x.csv", bytes: Array("1\r\n--b\r\n".utf8))])
        for bad in [
            "", "--b1", "--b2--", "--b1\r\n", "--b1\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b1--",
            "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "--b1\r\nno head\r\n--b1--",
            "--b1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\u{0}\r\n--b1--",
        ] { #expect(read(bad) == nil, "\(bad)") }
        #expect(read(good, "multipart/form-data") == nil)
        #expect(read(good, "multipart/form-data; boundary=") == nil)
        let many = String(
            repeating: "--b1\r\nContent-Disposition: form-data; name=\"a\"; filename=\"\"\r\n\r\n\r\n", count: 2)
        #expect(read(many + "--b1--")?.files.count == 1)
    }

    @Test func `a decision is offered where it can apply`() throws {
        func possible(_ json: String) throws -> [DeskDecision] {
            DeskDecision.possible(for: try JSONValue.parse(Array(json.utf8)))
        }
        #expect(try possible(#"{"status":"resolved","kind":"already_paid"}"#) == [])
        #expect(try possible(#"{"status":"open","kind":"unreadable_rt"}"#) == [.refund, .reject])
        #expect(try possible(#"{"status":"open","kind":"already_paid","receipt_id":"r"}"#).count == 4)
        #expect(try possible(#"{"status":"open","kind":"already_paid"}"#) == [.refund, .reject])
    }
}
