import Foundation
import JSON
import Testing

@testable import Portal

/// One debt in several installments: choosing, paying together, options, notices.
@Suite struct InstallmentTests {
    private let texts = Texts(language: .it)

    private func parse(_ text: String) throws -> JSONValue { try JSONValue.parse(Array(text.utf8)) }

    private func payer() async -> Browser {
        let browser = Browser.inWorld()
        await browser.signIn()
        return browser
    }

    private func body(of request: APIRequest?) throws -> JSONValue { try JSONValue.parse(request?.body ?? []) }

    @Test(
        arguments: [
            ("1", [1]), ("1-3", [1, 3]), ("3-1", [1, 3]), ("60", [60]), ("1-2-3-4-5", [1, 2, 3, 4, 5]), ("01", [1]),
            ("0", [0]),
        ] as [(String, [Int64])]) func `numbers of installments in an address are read`(text: String, numbers: [Int64])
    {
        #expect(Bill.numbers(text) == numbers)
    }

    @Test(arguments: [
        "", "-", "1-", "-1", "1--2", "1-1", "1-01", "a", "1_2", "+1", "1-2-3-4-5-6", "100", "999999999999999999999",
        "１", "1 2",
    ]) func `other texts are no numbers of installments`(text: String) { #expect(Bill.numbers(text) == nil) }

    @Test func `a bill adds its installments up and keeps their order`() throws {
        let position = try parse(World.position)
        let bill = try #require(Bill(position: position, numbers: "2-1", role: .owner))
        #expect(bill.amountCents == 3_000)
        #expect(bill.parts.map(\.id) == ["i1", "i2"])
        #expect(bill.path == "/pay/p1/1-2")
        #expect(bill.obstacle == nil)
        #expect(Bill(position: position, numbers: "1-3", role: .owner)?.obstacle == .disabledPaid)
        #expect(Bill(position: position, numbers: "9", role: .owner) == nil)
        #expect(Bill(position: .null, numbers: "1", role: .owner) == nil)
    }

    @Test(
        arguments: [
            (#""payable":true,"payment_in_progress":false"#, nil),
            (#""payable":true,"payment_in_progress":true"#, TextKey.payInProgress),
            (#""payable":false"#, .notPayable), (#""payable":false,"disabled_code":"overdue""#, .disabledOverdue),
            (#""payable":false,"disabled_code":"alternative_in_progress""#, .disabledAlternativeInProgress),
            (#""payable":false,"disabled_code":"something_new""#, .notPayable),
            (#""disabled_code":"suspended""#, .disabledSuspended),
        ] as [(String, TextKey?)]) func `an installment says why it cannot be paid`(members: String, obstacle: TextKey?)
        throws
    {
        let installment = #"{"id":"i1","number":1,"amount_cents":100,\#(members)}"#
        #expect(Bill.parts(of: try parse(#"{"installments":[\#(installment)]}"#)).first?.obstacle == obstacle)
        let review = try parse(#"{"under_review":true,"installments":[\#(installment)]}"#)
        #expect(Bill.parts(of: review).first?.obstacle == .underReview)
    }

    @Test func `every reason of the contract has a text`() throws {
        let codes = try Contract.codes(of: "DisabledCode")
        #expect(codes.count >= 10)
        for code in codes { #expect(TextKey(rawValue: DeskWords.key("disabled", code)) != nil, "\(code)") }
    }

    @Test func `a position with several installments offers each, several together, and all notices`() async {
        let browser = await payer()
        await browser.get("/documents/p1")
        let links = browser.markup.all("a").compactMap { $0["href"] }
        for link in ["/pay/p1/1", "/pay/p1/2", "/pay/p1", "/documents/p1/notices", "/documents/p1/notices/1"] {
            #expect(links.contains(link), "\(link)")
        }
        #expect(!links.contains("/pay/p1/3"))
        #expect(browser.page.contains(texts[.severalInstallments, "5"]))
        await browser.get("/documents/p3")
        #expect(!browser.page.contains(texts[.severalInstallments, "5"]))
        #expect(!browser.markup.all("a").contains { $0["href"]?.hasPrefix("/pay/") == true })
    }

    @Test func `the one that is due first is chosen already`() async {
        let browser = await payer()
        await browser.get("/pay/p1")
        let boxes = browser.markup.all("input").filter { $0["type"] == "checkbox" }
        #expect(boxes.compactMap { $0["name"] } == ["number_2", "number_1"])
        #expect(boxes.filter { $0["checked"] != nil }.compactMap { $0["name"] } == ["number_1"])
    }

    @Test func `what is chosen leads to one payment, and nothing or too much is refused`() async {
        let browser = await payer()
        await browser.get("/pay/p1")
        await browser.post("/pay/p1", [:])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.chooseInstallmentsError]))
        // What cannot be paid is not taken, even if the form names it.
        await browser.post("/pay/p1", ["number_3": "yes", "number_9": "yes", "number_": "yes"])
        #expect(browser.last.status == 422)
        await browser.post("/pay/p1", ["number_1": "yes", "number_2": "yes", "number_3": "yes"])
        #expect(browser.location == "/pay/p1/1-2")
    }

    @Test func `at most five fit into one payment`() async {
        let browser = await payer()
        let many = (1...7).map {
            #"{"id":"i\#($0)","number":\#($0),"amount_cents":100,"payable":true,"payment_in_progress":false,"due_date":"2027-01-0\#($0)"}"#
        }.joined(separator: ",")
        browser.service.answer("GET /v1/positions/p1", #"{"id":"p1","description":"x","installments":[\#(many)]}"#)
        await browser.get("/pay/p1")
        let six = Dictionary(uniqueKeysWithValues: (1...6).map { ("number_\($0)", "yes") })
        await browser.post("/pay/p1", six)
        #expect(browser.last.status == 422 && browser.page.contains(texts[.tooManyInstallments, "5"]))
        // What was chosen stays chosen.
        #expect(browser.markup.all("input").count { $0["checked"] != nil } == 6)
        await browser.post("/pay/p1", six.filter { $0.key != "number_6" })
        #expect(browser.location == "/pay/p1/1-2-3-4-5")
        #expect(await browser.get("/pay/p1/1-2-3-4-5-6").status == 404)
    }

    @Test func `several installments are one attempt for their sum, with the fees for it`() async throws {
        let browser = await payer()
        await browser.get("/pay/p1/1-2")
        #expect(browser.service.last("GET", "/v1/payment-methods")?.path.contains("amount_cents=3000") == true)
        await browser.get("/pay/p1/1-2/CP")
        #expect(browser.service.last("GET", "/v1/psps")?.path.contains("amount_cents=3000") == true)
        #expect(browser.page.contains("30,00") && browser.page.contains("10,00") && browser.page.contains("20,00"))
        browser.service.answer("POST /v1/payment-attempts", status: 201, #"{"id":"a1"}"#)
        await browser.post("/pay/p1/1-2/CP", ["psp": "ABCDITMM|01", "email": "a@b.it", "key": "k1", "amount": "3000"])
        #expect(browser.location == "/attempts/a1/go")
        let sent = try body(of: browser.service.last("POST", "/v1/payment-attempts"))
        #expect(sent.strings("installments") == ["i1", "i2"])
        #expect(sent.integer("accepted_amount_cents") == 3_000)
        #expect(sent.text("psp_id") == "ABCDITMM" && sent.text("channel_id") == "01")
        #expect(sent.text("return_url") == "https://portale.example.org/return")
    }

    @Test func `a payer pays the sum that was shown, or sees the new one first`() async throws {
        let browser = await payer()
        await browser.get("/pay/p1/1/CP")
        let shown = browser.markup.all("input").first { $0["name"] == "amount" }
        #expect(shown?["value"] == "1000")
        // The creditor raises the amount while the page is open.
        browser.service.answer(
            "GET /v1/positions/p1",
            #"{"id":"p1","installments":[{"id":"i1","number":1,"amount_cents":1100,"payable":true,"payment_in_progress":false}]}"#
        )
        browser.service.refuse("POST /v1/payment-attempts", status: 409, code: "amount-changed")
        await browser.post("/pay/p1/1/CP", ["psp": "ABCDITMM|01", "key": "k1", "amount": "1000"])
        #expect(
            try body(of: browser.service.last("POST", "/v1/payment-attempts")).integer("accepted_amount_cents") == 1_000
        )
        #expect(browser.last.status == 409 && browser.page.contains(texts[.amountChanged]))
        #expect(browser.page.contains("11,00"))
        #expect(browser.markup.all("input").first { $0["name"] == "amount" }?["value"] == "1100")
        #expect(browser.markup.all("input").first { $0["name"] == "key" }?["value"] != "k1")
    }

    @Test(arguments: [
        ("payment-in-progress", 409, TextKey.payInProgress), ("installment-not-payable", 409, .notPayable),
        ("position-under-review", 409, .underReview), ("suspended", 409, .suspended),
        ("no-longer-owed", 409, .noLongerOwed),
        ("psp-refused", 502, .pspFailed), ("psp-unreachable", 502, .pspFailed), ("psp-timed-out", 504, .pspFailed),
        ("something-new", 409, .refusedText),
    ]) func `a payment that cannot start says why, and can be tried again as a new one`(
        code: String, status: Int, message: TextKey
    ) async {
        let browser = await payer()
        browser.service.refuse("POST /v1/payment-attempts", status: status, code: code)
        await browser.get("/pay/p1/1/CP")
        await browser.post("/pay/p1/1/CP", ["psp": "EFGHITMM|02", "email": "x@y.it", "key": "k1", "amount": "1000"])
        #expect(browser.last.status == 409 && browser.page.contains(texts[message]))
        #expect(browser.markup.all("input").first { $0["name"] == "key" }?["value"] != "k1")
        #expect(browser.markup.all("input").first { $0["checked"] != nil }?["value"] == "EFGHITMM|02")
        #expect(browser.markup.all("input").first { $0["name"] == "email" }?["value"] == "x@y.it")
    }

    @Test(arguments: ["", "x", "ABCDITMM", "ABCDITMM|02", "|", "ABCDITMM|01|"])
    func `a PSP that was not offered is refused without a call`(psp: String) async {
        let browser = await payer()
        await browser.get("/pay/p1/1/CP")
        await browser.post("/pay/p1/1/CP", ["psp": psp, "key": "k1"])
        #expect(browser.last.status == 422 && browser.page.contains(texts[.choosePSPError]))
        #expect(browser.service.last("POST", "/v1/payment-attempts") == nil)
    }

    @Test(arguments: ["", "with space", "a/b", String(repeating: "k", count: 65)])
    func `a key that no page gave is refused`(key: String) async {
        let browser = await payer()
        await browser.get("/pay/p1/1/CP")
        #expect(await browser.post("/pay/p1/1/CP", ["psp": "ABCDITMM|01", "key": key]).status == 404)
        #expect(browser.service.last("POST", "/v1/payment-attempts") == nil)
    }

    @Test func `an amount in the form that is no number counts as the one that is shown`() async throws {
        for amount in ["", "x", "99999999999999999999", "1.5"] {
            let browser = await payer()
            browser.service.answer("POST /v1/payment-attempts", status: 201, #"{"id":"a1"}"#)
            await browser.get("/pay/p1/1/CP")
            await browser.post("/pay/p1/1/CP", ["psp": "ABCDITMM|01", "key": "k1", "amount": amount])
            #expect(
                try body(of: browser.service.last("POST", "/v1/payment-attempts")).integer("accepted_amount_cents")
                    == 1_000)
        }
    }

    @Test func `a position with one installment to pay goes straight to it, one without goes back`() async {
        let browser = await payer()
        browser.service.answer(
            "GET /v1/positions/p1",
            """
            {"id":"p1","installments":[{"id":"i1","number":1,"amount_cents":100,"payable":true,"payment_in_progress":false},
            {"id":"i2","number":2,"amount_cents":100,"payable":false,"disabled_code":"overdue"}]}
            """)
        await browser.get("/pay/p1")
        #expect(browser.location == "/pay/p1/1")
        await browser.get("/pay/p3")
        #expect(browser.location == "/documents/p3")
    }

    @Test func `the options of one debt are listed, and the one that was paid says so`() async {
        let browser = await payer()
        browser.service.answer("GET /v1/positions", #"{"items":[{"id":"p1"},{"id":"p2"}]}"#)
        await browser.get("/documents/p1")
        let path = browser.service.last("GET", "/v1/positions")?.path
        for part in ["alternative_group=TARI-2026", "creditor_tax_code=\(World.creditor)", "status=open"] {
            #expect(path?.contains(part) == true, "\(part)")
        }
        // The position that is shown is not read again.
        #expect(browser.service.requests.count { $0.path == "/v1/positions/p1" } == 1)
        #expect(browser.page.contains(texts[.options]) && browser.page.contains(texts[.optionsText]))
        #expect(browser.page.contains(texts[.optionInstallments, "3"]) && browser.page.contains(texts[.optionSingle]))
        #expect(browser.markup.all("a").contains { $0["href"] == "/documents/p2" })
        #expect(!browser.markup.all("a").contains { $0["href"] == "/documents/p1" })

        await browser.get("/documents/p2")
        #expect(browser.page.contains(texts[.disabledAlternativeInProgress]))
        await browser.get("/documents/p3")
        #expect(browser.page.contains(texts[.optionReplaced]))
        #expect(browser.markup.all("a").contains { $0["href"] == "/documents/p1" })
    }

    @Test func `a position without a group asks for no others`() async {
        let browser = await payer()
        await browser.get("/documents/p3")
        #expect(browser.service.last("GET", "/v1/positions") == nil)
    }

    @Test func `a visitor without an account pays several installments of the notice that was typed, and nothing else`()
        async
    {
        let browser = Browser.inWorld()
        await browser.get("/notice")
        await browser.post("/notice", ["creditor": World.creditor, "notice_number": "301010000000000001"])
        #expect(browser.location == "/pay/p1/1")
        await browser.get("/pay/p1")
        #expect(browser.last.status == 200)
        #expect(!browser.page.contains("Rossi") && !browser.page.contains("RSSMRA"))
        await browser.post("/pay/p1", ["number_1": "yes", "number_2": "yes"])
        #expect(browser.location == "/pay/p1/1-2")
        let call = browser.service.last("GET", "/v1/positions/p1")
        #expect(call?.header("X-Citizen-Token") == nil && call?.path.contains("on_behalf_of") == false)
        for path in ["/documents/p1", "/documents/p1/notices", "/pay/p2", "/pay/p2/4"] {
            await browser.get(path)
            #expect(browser.location == "/sign-in", "\(path)")
        }
    }
}

/// Parts of `openapi.yaml`.
enum Contract {
    static func text() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "openapi.yaml"), encoding: .utf8)
    }

    /// The values of a schema, in one line or one to a line.
    static func codes(of schema: String) throws -> [String] {
        let lines = try text().split(separator: "\n", omittingEmptySubsequences: false)
        // Schemas come after parameters, which may have the same names.
        guard let start = lines.lastIndex(where: { $0 == "    \(schema):" }) else { return [] }
        let rest = lines[start...].dropFirst().prefix { $0.hasPrefix("      ") }
        let text = rest.joined(separator: "\n")
        if let list = text.firstMatch(of: /enum: \[([^\]]*)\]/) {
            return list.1.split(separator: ",").map { $0.filter { !$0.isWhitespace } }
        }
        return text.matches(of: /\n        - (\w+)/).map { String($0.1) }
    }
}
