import Foundation
import JSON
import Testing

@testable import Portal

@Suite struct SpontaneousTests {
    private let texts = Texts(language: .it)
    private static let sosta = "/spontaneous/\(World.creditor)/sosta"
    private static let requests = "/v1/debt-types/\(World.creditor)/sosta/requests"
    private static let filled = [
        "field_plate": "AB123CD", "field_from": "2027-01-01", "field_months": "3", "amount": "12,50",
    ]
    private static let debtor = ["kind": "person", "tax_code": "rssmra80a01h501u", "full_name": "Mario Rossi"]

    private func guest() async -> Browser {
        let browser = Browser.inWorld()
        await browser.get(Self.sosta)
        return browser
    }

    private func citizen() async -> Browser {
        let browser = Browser.inWorld()
        await browser.signIn()
        await browser.get(Self.sosta)
        return browser
    }

    private func key(_ browser: Browser) -> String {
        browser.markup.all("input").first { $0["name"] == "key" }?["value"] ?? ""
    }

    private func sent(_ browser: Browser, _ path: String = Self.requests) throws -> JSONValue {
        try JSONValue.parse(try #require(browser.service.last("POST", path)?.body))
    }

    @Test func `only debt types that are open to payers are listed`() async {
        let browser = Browser.inWorld()
        await browser.get("/spontaneous")
        let links = browser.markup.all("a").compactMap { $0["href"] }.filter { $0.hasPrefix("/spontaneous/") }
        #expect(links == [Self.sosta, "/spontaneous/\(World.creditor)/tessera"])
        #expect(browser.page.contains("Permesso di sosta") && browser.page.contains("Comune di Esempio"))
        browser.language = "en"
        await browser.get("/spontaneous")
        #expect(browser.page.contains("Parking permit"))
        browser.service.answer("GET /v1/creditors/\(World.creditor)/debt-types", #"{"items":[]}"#)
        await browser.get("/spontaneous")
        #expect(browser.page.contains(Texts(language: .en)[.noSpontaneous]))
        for path in ["/spontaneous/\(World.creditor)/mensa", "/spontaneous/99999999999/sosta"] {
            #expect(await browser.get(path).status == 404, "\(path)")
        }
    }

    @Test func `a debt type that was closed has no form any more`() async {
        let browser = await guest()
        browser.service.answer("GET /v1/creditors/\(World.creditor)/debt-types/sosta", #"{"key":"sosta"}"#)
        #expect(await browser.get(Self.sosta).status == 404)
    }

    @Test func `the form asks what the debt type asks, and a citizen is not asked who they are`() async {
        let names = { (browser: Browser) in
            browser.markup.elements.filter { $0["id"]?.hasPrefix("f-") == true && $0["name"] != nil }.compactMap {
                $0["name"]
            }
        }
        let citizen = await citizen()
        #expect(names(citizen) == ["field_plate", "field_from", "field_months", "amount"])
        let plate = citizen.markup.all("input").first { $0["name"] == "field_plate" }
        #expect(plate?["maxlength"] == "7" && plate?["required"] != nil)
        #expect(citizen.markup.all("input").first { $0["name"] == "field_from" }?["type"] == "date")
        #expect(citizen.page.contains("10,00\u{A0}€") && citizen.page.contains("50,00\u{A0}€"))
        let guest = await guest()
        #expect(names(guest).suffix(4) == ["kind", "kind", "tax_code", "full_name"])
        await guest.get("/spontaneous/\(World.creditor)/tessera")
        #expect(!names(guest).contains("amount") && guest.page.contains("16,00"))
    }

    @Test func `a citizen's request is a position of theirs, which is then paid`() async throws {
        let browser = await citizen()
        browser.service.answer("POST \(Self.requests)", status: 201, #"{"id":"p7","installments":[{"number":1}]}"#)
        let key = key(browser)
        await browser.post(Self.sosta, Self.filled.merging(["key": key]) { $1 })
        #expect(browser.location == "/pay/p7/1")
        let request = browser.service.last("POST", Self.requests)
        #expect(request?.header("Idempotency-Key") == key && request?.header("X-Citizen-Token") == "access-1")
        let body = try sent(browser)
        #expect(body.integer("amount_cents") == 1_250 && body["debtor"] == nil)
        #expect(body["fields"]?.text("plate") == "AB123CD" && body["fields"]?.text("months") == "3")
    }

    @Test func `a visitor without an account says who owes, and pays without one`() async throws {
        let browser = await guest()
        browser.service.answer("POST \(Self.requests)", status: 201, World.position)
        await browser.post(
            Self.sosta, Self.filled.merging(Self.debtor) { $1 }.merging(["key": key(browser), "field_from": ""]) { $1 })
        #expect(browser.location == "/pay/p1/2")
        let body = try sent(browser)
        #expect(body["debtor"]?.text("tax_code") == "RSSMRA80A01H501U" && body["debtor"]?.text("kind") == "person")
        #expect(body["fields"]?["from"] == nil)
        // The position is this browser's to pay, and no other's.
        #expect(await browser.get("/pay/p1/1").status == 200)
        #expect(await Browser.inWorld().get("/pay/p1/1").status == 303)
    }

    @Test func `a fixed amount is not asked and not sent`() async throws {
        let browser = await citizen()
        let path = "/v1/debt-types/\(World.creditor)/tessera/requests"
        browser.service.answer("POST \(path)", status: 201, #"{"id":"p7","installments":[{"number":1}]}"#)
        await browser.get("/spontaneous/\(World.creditor)/tessera")
        await browser.post("/spontaneous/\(World.creditor)/tessera", ["key": key(browser), "amount": "0,01"])
        #expect(browser.location == "/pay/p7/1")
        #expect(try sent(browser, path)["amount_cents"] == nil)
    }

    @Test(arguments: ["", "molti", "9,99", "50,01", "-20", "1e3", "20,001", "99999999999999999999"])
    func `an amount outside of the bounds is named and not sent`(amount: String) async {
        let browser = await citizen()
        await browser.post(Self.sosta, Self.filled.merging(["key": key(browser), "amount": amount]) { $1 })
        #expect(browser.last.status == 422 && browser.page.contains("f-amount-error"))
        #expect(browser.service.last("POST", Self.requests) == nil)
        #expect(browser.markup.all("input").first { $0["name"] == "field_plate" }?["value"] == "AB123CD")
    }

    @Test(arguments: ["10", "10,00", "50,00", "€ 20", "20.50"]) func `an amount within the bounds is sent`(
        amount: String
    ) async {
        let browser = await citizen()
        browser.service.answer("POST \(Self.requests)", status: 201, #"{"id":"p7","installments":[{"number":1}]}"#)
        await browser.post(Self.sosta, Self.filled.merging(["key": key(browser), "amount": amount]) { $1 })
        #expect(browser.location == "/pay/p7/1")
    }

    @Test(arguments: ["field_plate", "field_months", "kind", "tax_code", "full_name"])
    func `a field that is needed and empty is named`(field: String) async {
        let browser = await guest()
        let form = Self.filled.merging(Self.debtor) { $1 }.merging(["key": key(browser), field: " "]) { $1 }
        await browser.post(Self.sosta, form)
        #expect(browser.last.status == 422 && browser.page.contains("f-\(field)"))
        #expect(browser.page.contains(texts[.errorRequired]))
        #expect(browser.service.last("POST", Self.requests) == nil)
    }

    @Test(arguments: [
        ("/fields/plate", "field_plate", TextKey.errorInvalid), ("/fields/months", "field_months", .errorInvalid),
        ("/amount_cents", "amount", .errorInvalid), ("/debtor/tax_code", "tax_code", .errorTaxCode),
        ("/debtor/full_name", "full_name", .errorInvalid),
    ]) func `a refused value is named at its field, and the next request is a new one`(
        pointer: String, field: String, message: TextKey
    ) async {
        let browser = await guest()
        browser.service.refuse("POST \(Self.requests)", status: 422, code: "invalid-request", pointers: [pointer])
        let key = key(browser)
        await browser.post(Self.sosta, Self.filled.merging(Self.debtor) { $1 }.merging(["key": key]) { $1 })
        #expect(browser.last.status == 422)
        #expect(browser.markup.elements.contains { $0["id"] == "f-\(field)-error" && $0.text == texts[message] })
        #expect(self.key(browser) != key)
    }

    @Test(arguments: [
        ("suspended", 409, 409, TextKey.suspended), ("something-new", 409, 409, .refusedText),
        ("invalid-request", 422, 422, .refusedText),
    ]) func `a refusal without a field is said above the form`(code: String, status: Int, shown: Int, message: TextKey)
        async
    {
        let browser = await guest()
        browser.service.refuse(
            "POST \(Self.requests)", status: status, code: code, pointers: status == 422 ? ["/key"] : [])
        await browser.post(Self.sosta, Self.filled.merging(Self.debtor) { $1 }.merging(["key": key(browser)]) { $1 })
        #expect(browser.last.status == shown && browser.page.contains(texts[message]))
    }

    @Test func `keys of fields cannot collide with other fields of the form`() throws {
        let json = try JSONValue.parse(
            Array(
                #"{"key":"x","creditor_tax_code":"1","request_form":{"fields":[{"key":"csrf","labels":{"it":"a"}},{"key":"amount","labels":{"it":"b"}},{"labels":{"it":"c"}}]}}"#
                    .utf8))
        let visit = Visit(
            method: "GET", path: "/", query: [:], form: ["field_csrf": "1", "field_amount": "2", "amount": "3"],
            texts: texts, now: .now, address: nil, session: PortalSession(now: .now))
        let form = try #require(SpontaneousForm(json, visit))
        #expect(form.fields.map(\.key).prefix(3) == ["field_csrf", "field_amount", "amount"])
        let body = try JSONValue.parse(form.body)
        #expect(body["fields"]?.text("csrf") == "1" && body["fields"]?.text("amount") == "2")
        #expect(body.integer("amount_cents") == 300)
    }

    @Test func `a form whose bounds make no sense takes no amount and does not end the process`() throws {
        for bounds in [
            #""minimum_cents":500,"maximum_cents":100"#, #""minimum_cents":9223372036854775807"#,
            #""maximum_cents":-1"#,
        ] {
            let json = try JSONValue.parse(Array(#"{"key":"x","request_form":{\#(bounds)}}"#.utf8))
            for amount in ["1", "3", "5", "0,01", ""] {
                let visit = Visit(
                    method: "POST", path: "/", query: [:], form: ["amount": amount], texts: texts, now: .now,
                    address: nil,
                    session: PortalSession(now: .now))
                let form = try #require(SpontaneousForm(json, visit))
                #expect(!form.fields.isEmpty)
                _ = form.errors
                #expect(!form.body.isEmpty)
            }
        }
    }
}
