import Foundation
import JSON
import Testing

@testable import Portal

struct DeskTests {
    private static let position = """
        {"id":"p1","creditor_tax_code":"12345678903","description":"Mensa <b>","status":"open","total_cents":5980,
        "paid_cents":0,"residual_cents":5980,"created_at":"2026-11-20T08:00:00Z","under_review":true,
        "review_reasons":["amount_mismatch"],"document":{"year":2026,"number":"7"},
        "debtor":{"kind":"person","tax_code":"RSSMRA80A01H501U","full_name":"Mario Rossi"},
        "installments":[{"number":1,"iuv":"01000000000000001","notice_number":"301000000000000001","amount_cents":5980,
        "due_date":"2027-01-31","status":"open"}]}
        """
    private static let anomaly = """
        {"id":"n1","kind":"amount_mismatch","status":"open","receipt_id":"r1","position_id":"p1","iuv":"01000000000000001",
        "creditor_tax_code":"12345678903","psp_id":"ABCDITMM","amount_cents":5000,"opened_at":"2026-11-21T10:00:01Z",
        "detail":"The amount is 5000 cents, expected 5980 cents."}
        """

    private func signedIn(_ scopes: [Scope] = Scope.allCases) async -> Browser {
        let browser = Browser.desk()
        await browser.signInStaff(scopes: scopes)
        return browser
    }

    // MARK: Sign-in

    @Test func `a staff member signs in with an API key, which is in the encrypted cookie only`() async {
        let browser = Browser.desk()
        await browser.get("/desk/anomalies")
        #expect(browser.location == "/desk/sign-in")
        await browser.get("/desk/sign-in")
        let before = browser.csrf
        await browser.signInStaff()

        #expect(browser.location == "/desk/anomalies")
        #expect(browser.service.last("GET", "/v1/me/key")?.header("Authorization") == "Bearer \(Browser.staffKey)")
        #expect(browser.cookies["__Host-desk"]?.contains(Browser.staffKey) == false)
        browser.service.answer("GET /v1/anomalies", #"{"items":[]}"#)
        #expect(await browser.get("/desk/anomalies").status == 200)
        #expect(browser.csrf != before && !browser.page.contains(Browser.staffKey))
        #expect(browser.service.requests.allSatisfy { !$0.path.contains("qz_") })
        #expect(browser.service.last("GET", "/v1/anomalies")?.header("Authorization") == "Bearer \(Browser.staffKey)")
    }

    @Test(arguments: ["frontend", "browser"]) func `a key of a front end or a web page opens no desk`(kind: String)
        async
    {
        let browser = Browser.desk()
        await browser.signInStaff(kind: kind)
        #expect(browser.page.contains(Texts(language: .it)[.deskKeyKind]))
        #expect(await browser.get("/desk").status == 303)
    }

    @Test func `an unknown or malformed key is refused and is not written back`() async {
        let browser = Browser.desk()
        browser.service.refuse("GET /v1/me/key", status: 401, code: "unauthenticated")
        await browser.get("/desk/sign-in")
        for key in ["qz_sconosciuta_1", "corta", "con spazi dentro", "a\r\nX-Other: b", ""] {
            #expect(await browser.post("/desk/sign-in", ["api_key": key]).status == 422, "\(key)")
            #expect(browser.page.contains(Texts(language: .it)[.deskKeyWrong]))
            #expect(!browser.page.contains("sconosciuta"))
        }
        #expect(browser.service.requests.count == 1)
    }

    @Test func `a revoked key leads to sign-in, and signing out forgets the key`() async {
        let browser = await signedIn()
        browser.service.refuse("GET /v1/refunds", status: 401, code: "unauthenticated")
        await browser.get("/desk/refunds")
        #expect(browser.location == "/desk/sign-in")

        await browser.signInStaff()
        await browser.get("/desk/search")
        await browser.post("/desk/sign-out", [:])
        #expect(await browser.get("/desk").status == 303)
    }

    @Test func `citizens and staff have sessions of their own in one browser`() async {
        let browser = Browser.desk()
        await browser.signIn()
        await browser.signInStaff()
        #expect(await browser.get("/services").status != 303)
        #expect(await browser.get("/desk/search").status == 200)

        // The cookie of one area does not open in the other.
        browser.cookies["__Host-desk"] = browser.cookies["__Host-portal"]
        #expect(await browser.get("/desk/search").status == 303)
    }

    @Test func `without PORTAL_DESK there is no desk and no link to it, with it the footer has one`() async {
        let off = Browser()
        #expect(await off.get("/desk").status == 404)
        #expect(await off.get("/desk/sign-in").status == 404)
        await off.get("/")
        #expect(!off.page.contains("/desk"))

        let on = Browser.desk()
        await on.get("/")
        #expect(on.page.contains(#"<footer>"#) && on.page.contains(#"href="/desk""#))
        #expect(on.page.ranges(of: "/desk").count == 1)
    }

    @Test func `every page of the desk asks for a sign-in, and for a scope of the key`() async {
        let routes = PortalApp.deskRoutes.filter { $0.path != "/desk/sign-in" && $0.path != "/desk/sign-out" }
        #expect(routes.count > 25)
        for route in routes where route.method == "GET" {
            let path =
                "/" + route.path.split(separator: "/").map { $0.hasPrefix(":") ? "x" : $0 }.joined(separator: "/")
            let stranger = Browser.desk()
            #expect(await stranger.get(path).status == 303, "\(path)")
            #expect(stranger.service.requests.isEmpty, "\(path)")
            guard case .staff(let scopes) = route.access else {
                Issue.record("\(path) is open")
                continue
            }
            let browser = await signedIn([.notificationsWrite])
            let before = browser.service.requests.count
            if !scopes.isEmpty {
                #expect(await browser.get(path).status == 403, "\(path)")
                #expect(browser.service.requests.count == before, "\(path)")
            }
        }
    }

    @Test func `the menu shows what the key may do, and a refusal of the service is said`() async {
        let browser = await signedIn([.positionsRead])
        await browser.get("/desk")
        #expect(browser.page.contains(#"href="/desk/search""#) && browser.page.contains(#"href="/desk/psps""#))
        #expect(!browser.page.contains("/desk/anomalies") && !browser.page.contains("/desk/imports"))

        browser.service.refuse("GET /v1/psp-list", status: 500, code: "internal-error")
        #expect(await browser.get("/desk/psps").status == 503)
        browser.service.goAway()
        #expect(await browser.get("/desk/positions/p1").status == 503)
        #expect(
            browser.page.contains(Texts(language: .it)[.unavailableTitle]) && browser.page.contains(#"href="/desk""#))
    }

    // MARK: Search and timeline

    @Test func `a search sends what was typed in the body, also for the next page, and finds payments without a debt`()
        async
    {
        let browser = await signedIn()
        browser.service.answer(
            "POST /v1/positions/search",
            #"{"items":[{"id":"p1","description":"Mensa","status":"partially_paid","total_cents":5980,"document":{"year":2026,"number":"7"}}],"next_cursor":"c2"}"#
        )
        browser.service.answer(
            "POST /v1/receipts/search",
            #"{"items":[{"id":"r9","description":"","iuv":"01","status":"quarantined","amount_cents":700,"paid_at":"2026-11-20T08:00:00Z"}]}"#
        )
        await browser.get("/desk/search")
        await browser.post("/desk/search", ["q": " rssmra80a01h501u ", "kind": ""])

        #expect(browser.page.contains("/desk/positions/p1") && browser.page.contains("/desk/receipts/r9"))
        #expect(browser.page.contains("Pagato in parte") && browser.page.contains("In quarantena"))
        #expect(
            browser.service.last("POST", "/v1/positions/search")?.text.contains(
                #""debtor_tax_code":"RSSMRA80A01H501U""#) == true)
        #expect(browser.service.requests.allSatisfy { !$0.path.contains("RSSMRA") && !$0.path.contains("rssmra") })
        #expect(!browser.page.contains(#"action="/desk/search?"#))
        await browser.post("/desk/search", ["q": "rssmra80a01h501u", "kind": "", "cursor": "c2"])
        #expect(browser.service.last("POST", "/v1/positions/search")?.text.contains(#""cursor":"c2""#) == true)
    }

    @Test func `a payment has one timeline in the order of time, with its documents`() async throws {
        let browser = await signedIn()
        let service = browser.service
        service.answer("GET /v1/positions/p1", etag: #""5""#, Self.position)
        service.answer(
            "GET /v1/payment-attempts",
            #"{"items":[{"id":"a1","status":"succeeded","psp":{"business_name":"Banca Alfa"},"total_cents":6130,"created_at":"2026-11-21T09:00:00Z","finished_at":"2026-11-21T10:00:00Z"}]}"#
        )
        service.answer(
            "GET /v1/receipts",
            #"{"items":[{"id":"r1","status":"anomaly","origin":"pagopa","outcome":"OK","amount_cents":5000,"iuv":"01","paid_at":"2026-11-21T09:59:00Z","pdf_url":"https://api.example.org/x","refunds":[{"id":"f1"}]}]}"#
        )
        service.answer(
            "GET /v1/receipts/r1",
            #"{"id":"r1","status":"anomaly","origin":"pagopa","outcome":"OK","amount_cents":5000,"paid_at":"2026-11-21T08:59:00Z","received_at":"2026-11-21T09:59:00Z","pdf_url":"https://api.example.org/x","rt_url":"https://api.example.org/y"}"#
        )
        service.answer("GET /v1/anomalies", #"{"items":[\#(Self.anomaly)]}"#)
        service.answer(
            "GET /v1/notifications",
            #"{"items":[{"id":"m1","kind":"payment_under_review","status":"sent","recipient_masked":"m***@example.org","created_at":"2026-11-21T10:00:02Z"}]}"#
        )
        service.answer(
            "GET /v1/refunds",
            #"{"items":[{"id":"f1","status":"paid","amount_cents":100,"created_at":"2026-11-22T08:00:00Z","updated_at":"2026-11-23T08:00:00Z","decided_by":"key:x"}]}"#
        )
        service.answer(
            "GET /v1/journal",
            #"{"items":[{"number":9,"at":"2026-11-20T08:00:00Z","kind":"position_created","actor":"key:x"}]}"#)
        #expect(await browser.get("/desk/positions/p1").status == 200)

        let titles = browser.page.matches(of: /<h3>(.*?)<\/h3>/).map { String($0.1) }
        #expect(
            titles == [
                "Posizione creata", "Giornale degli eventi 9", "Pagamento avviato", "RT arrivata",
                "Fine del tentativo: Riuscito", "Anomalia: Importo diverso dal dovuto", "E-mail: Pagamento in verifica",
                "Rimborso deciso", "Pagato",
            ])
        #expect(
            browser.page.contains(#"href="/desk/receipts/r1/pdf""#)
                && browser.page.contains(#"href="/desk/receipts/r1/rt""#))
        #expect(browser.page.contains("Mensa &lt;b&gt;") && browser.page.contains("Mario Rossi"))
        // A payment under review is decided first.
        #expect(!browser.page.contains("/counter"))
        service.answer(
            "GET /v1/positions/p1", Self.position.replacing(#""under_review":true"#, with: #""under_review":false"#))
        await browser.get("/desk/positions/p1")
        #expect(browser.page.contains(#"href="/desk/positions/p1/counter""#))
        #expect(!browser.page.contains(Texts(language: .it)[.deskHidden].prefix(20)))
    }

    @Test func `what the key may not read is left out of the timeline, and the page says so`() async {
        let browser = await signedIn([.positionsRead])
        browser.service.answer("GET /v1/positions/p1", Self.position)
        browser.service.answer("GET /v1/payment-attempts", #"{"items":[]}"#)
        #expect(await browser.get("/desk/positions/p1").status == 200)
        #expect(browser.page.contains("Ricevute, Anomalie, E-mail, Giornale degli eventi, Rimborsi"))
        let paths = Set(browser.service.requests.map { $0.path.split(separator: "?").first.map(String.init) ?? "" })
        #expect(paths == ["/v1/me/key", "/v1/positions/p1", "/v1/payment-attempts"])
    }

    @Test func `documents are sent on as files, which no browser shows on this site`() async {
        let browser = await signedIn()
        browser.service.answer("GET /v1/receipts/r1/rt", type: "text/html", "<script>alert(1)</script>")
        let page = await browser.get("/desk/receipts/r1/rt")
        #expect(page.values("content-type") == ["application/octet-stream"])
        #expect(page.values("content-disposition").first?.hasPrefix("attachment; ") == true)
        #expect(page.values("content-security-policy") == ["default-src 'none'; sandbox"])
        browser.service.answer("GET /v1/anomalies/n1/evidence", type: "application/xml; charset=utf-8", "<RT/>")
        let xml = await browser.get("/desk/anomalies/n1/evidence")
        #expect(xml.values("content-type") == ["application/xml"] && browser.page == "<RT/>")
    }

    // MARK: Decisions

    @Test func `a decision is sent with its reason, the version that was shown and one key for one form`() async {
        let browser = await signedIn()
        browser.service.answer("GET /v1/anomalies/n1", etag: #""7""#, Self.anomaly)
        await browser.get("/desk/anomalies/n1")
        #expect(
            browser.page.contains("50,00\u{A0}€") && browser.page.contains("L’importo pagato non è quello della rata"))
        let hidden = browser.page.matches(of: /name="(key|tag)" value="([^"]*)"/).map { String($0.2) }
        browser.service.answer("POST /v1/anomalies/n1/resolve", "{}")
        await browser.post(
            "/desk/anomalies/n1",
            [
                "resolution": "refund", "amount": "10,5", "reason": "Importo errato", "key": hidden.first ?? "",
                "tag": #""7""#,
            ])

        let sent = browser.service.last("POST", "/v1/anomalies/n1/resolve")
        #expect(sent?.text == #"{"resolution":"refund","amount_cents":1050,"reason":"Importo errato"}"#)
        #expect(sent?.header("If-Match") == #""7""#)
        #expect(sent?.header("Idempotency-Key") == hidden.first)
        #expect(browser.location == "/desk/anomalies/n1")
    }

    @Test func `a refused decision is explained in the reader's language, with the service's words and what was typed`()
        async
    {
        let browser = await signedIn()
        browser.service.answer("GET /v1/anomalies/n1", Self.anomaly)
        browser.service.refuse(
            "POST /v1/anomalies/n1/resolve", status: 409, code: "resolution-not-possible",
            detail: "Restore the position first, then accept the receipt; or refund it.")
        await browser.get("/desk/anomalies/n1")
        let response = await browser.post("/desk/anomalies/n1", ["resolution": "accept", "reason": "Va <bene>"])
        #expect(response.status == 422)
        #expect(browser.page.contains("Questa decisione non è possibile"))
        #expect(browser.page.contains(#"<p lang="en">Restore the position first"#))
        #expect(browser.page.contains("Va &lt;bene&gt;") && browser.page.contains(#"value="accept" checked"#))

        #expect(await browser.post("/desk/anomalies/n1", ["resolution": "accept"]).status == 422)
        #expect(browser.page.contains("f-reason-error"))
        #expect(await browser.post("/desk/anomalies/n1", ["reason": "x"]).status == 422)
        #expect(browser.page.contains("f-resolution-error"))
    }

    @Test func `a payment is matched to a debt by its notice number`() async {
        let browser = await signedIn()
        browser.service.answer(
            "GET /v1/anomalies/n2",
            #"{"id":"n2","kind":"unknown_iuv","status":"open","receipt_id":"r2","opened_at":"2026-11-21T10:00:01Z","detail":"d"}"#
        )
        browser.service.answer("POST /v1/positions/search", #"{"items":[{"id":"p1"}]}"#)
        browser.service.answer("GET /v1/positions/p1", Self.position)
        browser.service.answer("POST /v1/anomalies/n2/resolve", "{}")
        await browser.get("/desk/anomalies/n2")
        #expect(!browser.page.contains(#"value="accept""#) && browser.page.contains(#"value="match""#))
        await browser.post(
            "/desk/anomalies/n2", ["resolution": "match", "debt": "3010 0000 0000 0000 01", "reason": "Stesso avviso"])
        #expect(
            browser.service.last("POST", "/v1/anomalies/n2/resolve")?.text
                == #"{"resolution":"match","position_id":"p1","installment":1,"reason":"Stesso avviso"}"#)

        browser.service.answer("POST /v1/positions/search", #"{"items":[]}"#)
        await browser.get("/desk/anomalies/n2")
        await browser.post("/desk/anomalies/n2", ["resolution": "match", "debt": "301", "reason": "x"])
        #expect(browser.page.contains("f-debt-error"))
    }

    @Test func `a resolved anomaly shows the decision and offers none`() async {
        let browser = await signedIn()
        browser.service.answer(
            "GET /v1/anomalies/n3",
            #"{"id":"n3","kind":"already_paid","status":"resolved","receipt_id":"r1","opened_at":"2026-11-21T10:00:01Z","detail":"d","resolution":"refund","reason":"Doppio","resolved_by":"key:x","resolved_at":"2026-11-22T10:00:01Z","refund_id":"f1"}"#
        )
        await browser.get("/desk/anomalies/n3")
        #expect(browser.page.contains("rimborsata") && browser.page.contains("/desk/refunds/f1"))
        #expect(!browser.page.contains(#"name="resolution""#))
    }

    @Test func `a refund is decided on a receipt, and its outcome recorded on the version that was shown`() async {
        let browser = await signedIn()
        browser.service.answer(
            "GET /v1/receipts/r1",
            #"{"id":"r1","status":"settled","outcome":"OK","origin":"pagopa","amount_cents":5980,"iuv":"01","paid_at":"2026-11-21T09:59:00Z","received_at":"2026-11-21T10:00:00Z"}"#
        )
        for list in ["anomalies", "notifications", "journal", "refunds"] {
            browser.service.answer("GET /v1/\(list)", #"{"items":[]}"#)
        }
        await browser.get("/desk/receipts/r1")
        browser.service.answer("POST /v1/refunds", status: 201, #"{"id":"f1"}"#)
        await browser.post("/desk/receipts/r1/refund", ["amount": "1.000,00", "reason": "Sconto", "key": "k"])
        #expect(
            browser.service.last("POST", "/v1/refunds")?.text
                == #"{"receipt_id":"r1","amount_cents":100000,"reason":"Sconto"}"#)
        #expect(browser.location == "/desk/refunds/f1")

        browser.service.answer(
            "GET /v1/refunds/f1", etag: #""2""#,
            #"{"id":"f1","receipt_id":"r1","status":"decided","amount_cents":100000,"date":"2026-11-22","created_at":"2026-11-22T08:00:00Z"}"#
        )
        await browser.get("/desk/refunds/f1")
        #expect(browser.page.contains("Fatto.") && browser.page.contains("1.000,00\u{A0}€"))
        browser.service.answer("PATCH /v1/refunds/f1", "{}")
        await browser.post(
            "/desk/refunds/f1", ["status": "paid", "date": "2026-11-25", "reference": "CRO 1", "tag": #""2""#])
        let sent = browser.service.last("PATCH", "/v1/refunds/f1")
        #expect(sent?.text == #"{"status":"paid","date":"2026-11-25","reference":"CRO 1"}"#)
        #expect(sent?.header("Content-Type") == "application/merge-patch+json" && sent?.header("If-Match") == #""2""#)
    }

    @Test func `a counter payment is recorded in Italy's time`() async {
        let browser = await signedIn()
        browser.service.answer("GET /v1/positions/p1", etag: #""5""#, Self.position)
        await browser.get("/desk/positions/p1/counter")
        #expect(browser.page.contains(#"value="59,80""#))
        browser.service.answer("POST /v1/positions/p1/counter-payments", status: 201, "{}")
        let fields = [
            "installment": "1", "amount": "59,80", "day": "2026-11-23", "time": "10:30", "till": "Economato",
            "reference": "Q/1", "tag": #""5""#,
        ]
        await browser.post("/desk/positions/p1/counter", fields)
        let sent = browser.service.last("POST", "/v1/positions/p1/counter-payments")
        #expect(
            sent?.text
                == #"{"installment":1,"amount_cents":5980,"paid_at":"2026-11-23T09:30:00Z","till":"Economato","reference":"Q/1"}"#
        )

        await browser.get("/desk/positions/p1/counter")
        let wrong = await browser.post("/desk/positions/p1/counter", fields.merging(["amount": "molti"]) { $1 })
        #expect(wrong.status == 422 && browser.page.contains("f-amount-error") && browser.page.contains("Economato"))
        browser.service.refuse(
            "POST /v1/positions/p1/counter-payments", status: 422, code: "invalid-request", pointers: ["/paid_at"])
        browser.service.answer(
            "GET /v1/codes", #"{"items":[{"kind":"violation","code":"invalid","text":"Nel futuro"}]}"#)
        await browser.post("/desk/positions/p1/counter", fields)
        #expect(browser.page.contains("f-day-error") && browser.page.contains("Nel futuro"))
    }

    @Test func `operations enter an RT with the document that they received`() async {
        let browser = await signedIn()
        browser.service.answer("GET /v1/creditors", #"{"items":[{"tax_code":"12345678903","name":"Comune"}]}"#)
        await browser.get("/desk/rt")
        browser.service.answer("POST /v1/receipts", status: 201, #"{"id":"r7"}"#)
        let fields = [
            "receipt_id": "RT-1", "outcome": "OK", "creditor": "12345678903", "iuv": "3010 0000 0000 0000 01",
            "amount": "59,80", "day": "2026-11-23", "time": "10:30", "psp_id": "ABCDITMM", "psp_name": "Banca Alfa",
            "reason": "PEC",
        ]
        await browser.upload("/desk/rt", fields, file: ("evidence", "ricevuta.pdf", Array("%PDF".utf8)))
        #expect(browser.location == "/desk/receipts/r7")
        let sent = browser.service.last("POST", "/v1/receipts")?.text ?? ""
        #expect(sent.contains(#""notice_number":"301000000000000001""#))
        #expect(sent.contains(#""evidence":{"base64":"JVBERg==","media_type":"application/pdf"}"#))

        await browser.get("/desk/rt?anomaly=n1")
        #expect(!browser.page.contains("type=\"file\""))
        await browser.post("/desk/rt", fields.merging(["anomaly": "n1"]) { $1 })
        #expect(browser.service.last("POST", "/v1/receipts")?.text.contains(#""anomaly_id":"n1""#) == true)
    }
}
