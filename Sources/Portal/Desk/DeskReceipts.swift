import JSON

/// One payment with its timeline, its documents, and what can be done with it.
extension PortalApp {
    static let deskReceiptRoutes: [Route] = [
        .get("/desk/receipts/:id", .staff([.receiptsRead])) { app, visit in try await app.showDeskReceipt(visit) },
        .get("/desk/receipts/:id/pdf", .staff([.receiptsRead])) { app, visit in
            try await app.pdf(try visit.parameter("id").text, visit, as: visit.caller)
        },
        .get("/desk/receipts/:id/rt", .staff([.receiptsRead])) { app, visit in
            let id = try visit.parameter("id").text
            return try await app.evidence("/v1/receipts/\(id)/rt", name: "rt-\(id.suffix(12))", visit)
        },
        .get("/desk/receipts/:id/official-rt", .staff([.receiptsRead])) { app, visit in
            let id = try visit.parameter("id").text
            return try await app.evidence("/v1/receipts/\(id)/official-rt", name: "rt-\(id.suffix(12))-pagopa", visit)
        },
        .post("/desk/receipts/:id/refund", .staff([.refundsWrite, .operations])) { app, visit in
            try await app.decideRefund(&visit)
        },
        .post("/desk/receipts/:id/void", .staff([.positionsWrite])) { app, visit in
            try await app.voidCounterPayment(&visit)
        },
    ]

    private func showDeskReceipt(
        _ visit: Visit, refund: FormState = FormState(), void: FormState = FormState(), status: Int = 200
    ) async throws -> PageResponse {
        let record = try await record(ofReceipt: try visit.parameter("id").text, visit)
        let page = DeskReceiptPage(visit: visit, record: record, refund: refund, void: void)
        return .page(page.page, status: status)
    }

    private func decideRefund(_ visit: inout Visit) async throws -> PageResponse {
        var state = FormState(values: visit.form)
        let amount = visit.field("amount")
        let cents = amount.flatMap(TypedAmount.cents)
        if amount != nil, cents == nil { state.errors["amount"] = visit.texts[.errorInvalid] }
        if visit.field("reason") == nil { state.errors["reason"] = visit.texts[.errorRequired] }
        guard !state.hasErrors else { return try await showDeskReceipt(visit, refund: state, status: 422) }
        let id = try visit.parameter("id").text
        let reason = visit.field("reason")
        let body = JSONWriter.object { json in
            json.field("receipt_id", id)
            json.field("amount_cents", cents)
            json.field("reason", reason)
        }
        do {
            let refund = try await api.json(visit.request("/v1/refunds", body), as: visit.caller)
            visit.session.flash = .deskDone
            return .redirect("/desk/refunds/\(refund.text("id") ?? "")")
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { $0 == "/amount_cents" ? "amount" : String($0.dropFirst()) }
            return try await showDeskReceipt(visit, refund: state, status: 422)
        }
    }

    private func voidCounterPayment(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        guard let reason = visit.field("void_reason"), let position = Segment(visit.field("position")) else {
            var state = FormState(values: visit.form)
            state.errors["void_reason"] = visit.texts[.errorRequired]
            return try await showDeskReceipt(visit, void: state, status: 422)
        }
        let body = JSONWriter.object { $0.field("reason", reason) }
        do {
            let path = "/v1/positions/\(position.text)/counter-payments/\(id)/void"
            _ = try await api.json(visit.request(path, body), as: visit.caller)
            visit.session.flash = .deskDone
            return .redirect("/desk/receipts/\(id)")
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { _ in "void_reason" }
            return try await showDeskReceipt(visit, void: state, status: 422)
        }
    }
}

struct DeskReceiptPage: Sendable {
    let visit: Visit
    let record: DeskRecord
    var refund = FormState()
    var void = FormState()
    private var texts: Texts { visit.texts }
    private var receipt: JSONValue { record.receipts.first ?? .null }
    private var id: String { receipt.text("id") ?? "" }
    private var isCounter: Bool { receipt.text("origin") == "counter" }

    var page: Page {
        Page(
            title: texts[.receipt], trail: [(texts[.search], "/desk/search")],
            isError: refund.hasErrors || void.hasErrors
        ) {
            element("p", ["class": "sum"], texts.euro(receipt.integer("amount_cents") ?? 0))
            facts.html
            element("p", ["class": "actions"]) {
                for link in DeskEvidence.links(of: receipt, texts) {
                    element("a", ["href": link.path, "class": "button"], link.label)
                }
                if let position = receipt.text("position_id"), visit.allows(.positionsRead) {
                    element("a", ["href": "/desk/positions/\(position)", "class": "button"], texts[.deskPosition])
                }
            }
            element("h2", [:], texts[.deskTimeline])
            Timeline(record: record, texts: texts).html
            forms
        }
    }

    private var facts: Facts {
        var facts = Facts()
        facts.add(texts[.reason], html: element("bdi", [:], receipt.text("description") ?? ""))
        facts.add(texts[.status], texts.word("receipt", receipt.text("status")))
        facts.add(texts[.paidAt], receipt.text("paid_at").map(texts.instant))
        facts.add(texts[.fee], receipt.integer("fee_cents").map(texts.euro))
        facts.add(texts[.creditor], receipt.text("creditor_name") ?? receipt.text("creditor_tax_code"))
        facts.add(texts[.psp], receipt["psp"]?.text("business_name"))
        facts.add(texts[.iuv], receipt.text("iuv"))
        facts.add(texts[.noticeNumber], html: receipt.text("notice_number").map(texts.notice))
        facts.add(texts[.receiptID], receipt.text("receipt_id"))
        facts.add(texts[.deskTill], receipt.text("till"))
        facts.add(texts[.deskReference], receipt.text("reference"))
        facts.add("SHA-256", receipt.text("rt_sha256"))
        for note in receipt.list("notes") {
            facts.add(
                texts[.deskNote], html: english("\(note.text("pointer") ?? ""): \(note.text("detail") ?? "")") ?? .empty
            )
        }
        return facts
    }

    private var isReceived: Bool { receipt.text("outcome") == "OK" && receipt.text("status") != "voided" }

    @HTMLBuilder private var forms: HTML {
        if isReceived, visit.allows(.refundsWrite, .operations) {
            element("h2", [:], texts[.deskRefundDecide])
            element("p", [:], texts[.deskRefundText])
            visit.decision(
                "/desk/receipts/\(id)/refund",
                [
                    Field(
                        name: "amount", label: texts[.amount], hint: texts[.deskRefundAmountHint], isRequired: false,
                        maximum: 20, inputMode: "decimal"),
                    Field(name: "reason", kind: .area, label: texts[.deskWhy], maximum: 500),
                ], submit: texts[.deskRefundDecide], state: refund
            ).secondary
        }
        if isCounter, receipt.text("status") == "settled", let position = receipt.text("position_id"),
            visit.allows(.positionsWrite)
        {
            element("h2", [:], texts[.deskVoid])
            element("p", [:], texts[.deskVoidText])
            visit.form(
                "/desk/receipts/\(id)/void",
                [Field(name: "void_reason", kind: .area, label: texts[.deskWhy], maximum: 500)],
                submit: texts[.deskVoid],
                hidden: [("position", position), ("key", PortalSession.random())], state: void
            ).secondary
        }
    }
}
