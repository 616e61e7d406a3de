import JSON

/// Refunds that were decided, and what became of them at the bank.
extension PortalApp {
    static let deskRefundRoutes: [Route] = [
        .get("/desk/refunds", .desk(.refunds)) { app, visit in try await app.listRefunds(visit) },
        .get("/desk/refunds/:id", .desk(.refunds)) { app, visit in try await app.showRefund(visit) },
        .post("/desk/refunds/:id", .desk(.refunds)) { app, visit in try await app.changeRefund(&visit) },
    ]

    private func listRefunds(_ visit: Visit) async throws -> PageResponse {
        let chosen = visit.filter("status") ?? "decided"
        let status = DeskRefundPages.statuses.contains(chosen) ? chosen : nil
        let list = try await api.get(
            "/v1/refunds", query: [("status", status), ("limit", "20"), ("cursor", visit.filter("cursor"))],
            as: visit.caller)
        let next = NextPage(list, "/desk/refunds", [("status", chosen)], visit.texts)
        return .page(DeskRefundPages.list(visit, list.list("items"), chosen, next))
    }

    private func showRefund(_ visit: Visit, _ state: FormState = FormState(), status: Int = 200) async throws
        -> PageResponse
    {
        let (refund, tag) = try await tagged("/v1/refunds/\(try visit.parameter("id").text)", visit)
        return .page(DeskRefundPages.refund(visit, refund, tag, state), status: status)
    }

    private func changeRefund(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        guard let status = visit.field("status") else {
            let state = FormState(values: visit.form, errors: ["status": visit.texts[.errorRequired]])
            return try await showRefund(visit, state, status: 422)
        }
        let (date, reference) = (visit.field("date"), visit.field("reference"))
        let body = JSONWriter.object { json in
            json.field("status", status)
            json.field("date", date)
            json.field("reference", reference)
        }
        do {
            let request = visit.request(
                "/v1/refunds/\(id)", body, method: "PATCH", type: "application/merge-patch+json")
            _ = try await api.json(request, as: visit.caller)
        } catch APIError.refused(let problem) {
            return try await showRefund(visit, await refused(problem, visit), status: 422)
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/refunds/\(id)")
    }
}

enum DeskRefundPages {
    static let statuses = ["decided", "paid", "failed"]

    static func list(_ visit: Visit, _ refunds: [JSONValue], _ chosen: String, _ next: NextPage) -> Page {
        let texts = visit.texts
        let choices = statuses.map { ($0, texts.word("refund", $0)) }
        var field = Field(
            name: "status", kind: .select(choices + [("all", texts[.filterAll])]), label: texts[.status],
            isRequired: false, maximum: nil)
        field.marksOptional = false
        return Page(title: texts[.deskRefunds]) {
            element("p", ["class": "lead"], texts[.deskRefundsIntro])
            SearchForm(
                action: "/desk/refunds", fields: [field], submit: texts[.search], values: ["status": chosen],
                texts: texts
            ).html
            if refunds.isEmpty {
                nothing(texts[.deskNothing])
            } else {
                Table(
                    caption: texts[.deskRefunds],
                    columns: [
                        .init(title: texts[.deskDecidedAt]), .init(title: texts[.creditor]),
                        .init(title: texts[.deskWhy]),
                        .init(title: texts[.status]), .init(title: texts[.amount], isAmount: true),
                    ],
                    rows: refunds.map { refund in
                        let path = "/desk/refunds/\(refund.text("id") ?? "")"
                        return [
                            element("a", ["href": path], refund.text("created_at").map(texts.instant) ?? ""),
                            HTML(refund.text("creditor_tax_code") ?? ""),
                            element("bdi", [:], refund.text("reason") ?? ""),
                            HTML(texts.word("refund", refund.text("status"))),
                            HTML(texts.euro(refund.integer("amount_cents") ?? 0)),
                        ]
                    }
                ).html
            }
            next.html
        }
    }

    static func refund(_ visit: Visit, _ refund: JSONValue, _ tag: String, _ state: FormState) -> Page {
        let texts = visit.texts
        let id = refund.text("id") ?? ""
        let status = refund.text("status") ?? ""
        var facts = Facts()
        facts.add(texts[.status], texts.word("refund", status))
        facts.add(texts[.deskDay], refund.text("date").map(texts.day))
        facts.add(texts[.deskReference], refund.text("reference"))
        facts.add(texts[.deskWhy], refund.text("reason"))
        facts.add(texts[.deskWho], refund.text("decided_by"))
        facts.add(texts[.deskDecidedAt], refund.text("created_at").map(texts.instant))
        facts.add(texts[.creditor], refund.text("creditor_tax_code"))
        return Page(
            title: texts[.deskRefund], trail: [(texts[.deskRefunds], "/desk/refunds")], isError: state.hasErrors
        ) {
            element("p", ["class": "sum"], texts.euro(refund.integer("amount_cents") ?? 0))
            facts.html
            if visit.allows(.receiptsRead) {
                element("p", ["class": "actions"]) {
                    let path = "/desk/receipts/\(refund.text("receipt_id") ?? "")"
                    element("a", ["href": path, "class": "button"], texts[.receipt])
                }
            }
            if status != "failed" { form(visit, id, status, tag, state) }
        }
    }

    private static func form(_ visit: Visit, _ id: String, _ status: String, _ tag: String, _ state: FormState) -> HTML
    {
        let texts = visit.texts
        let next: [String] = status == "decided" ? ["paid", "failed"] : ["failed"]
        let fields = [
            Field(name: "status", kind: .radio(next.map { ($0, texts.word("refund", $0)) }), label: texts[.status]),
            Field(name: "date", kind: .date, label: texts[.deskDay], isRequired: false, maximum: nil),
            Field(name: "reference", label: texts[.deskReference], isRequired: false, maximum: 70),
        ]
        return group {
            element("h2", [:], texts[.deskRefundChange])
            visit.decision("/desk/refunds/\(id)", fields, submit: texts[.deskSave], tag: tag, state: state).html
        }
    }
}
