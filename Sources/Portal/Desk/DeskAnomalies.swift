import JSON

/// The queue of payments that wait for a decision, among them the RTs that were refused or not readable.
extension PortalApp {
    static let deskAnomalyRoutes: [Route] = [
        .get("/desk/anomalies", .desk(.anomalies)) { app, visit in try await app.listAnomalies(visit) },
        .get("/desk/anomalies/:id", .desk(.anomalies)) { app, visit in try await app.showAnomaly(visit) },
        .get("/desk/anomalies/:id/evidence", .desk(.anomalies)) { app, visit in
            let id = try visit.parameter("id").text
            return try await app.evidence("/v1/anomalies/\(id)/evidence", name: "anomalia-\(id.suffix(12))", visit)
        },
        .post("/desk/anomalies/:id", .desk(.anomalies)) { app, visit in try await app.resolveAnomaly(&visit) },
    ]

    private func listAnomalies(_ visit: Visit) async throws -> PageResponse {
        let filters = [
            ("status", visit.filter("status") ?? "open"), ("kind", visit.filter("kind")),
            ("psp_id", visit.filter("psp_id")),
            ("iuv", visit.filter("iuv")),
        ]
        let status = filters.filter { $0.1 != "all" }
        var list = JSONValue.object([])
        var isWrong = false
        do {
            list = try await api.get(
                "/v1/anomalies", query: status + [("limit", "20"), ("cursor", visit.filter("cursor"))], as: visit.caller
            )
        } catch APIError.refused {
            isWrong = true
        }
        let next = NextPage(list, "/desk/anomalies", filters, visit.texts)
        return .page(
            DeskAnomalyPages.list(visit, list.list("items"), next: next, isWrong: isWrong), status: isWrong ? 422 : 200)
    }

    private func showAnomaly(_ visit: Visit, _ state: FormState = FormState(), status: Int = 200) async throws
        -> PageResponse
    {
        let (anomaly, tag) = try await tagged("/v1/anomalies/\(try visit.parameter("id").text)", visit)
        return .page(DeskAnomalyPage(visit: visit, anomaly: anomaly, tag: tag, state: state).page, status: status)
    }

    private func resolveAnomaly(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        var state = FormState(values: visit.form)
        guard let resolution = visit.field("resolution").flatMap(DeskDecision.init) else {
            state.errors["resolution"] = visit.texts[.errorRequired]
            return try await showAnomaly(visit, state, status: 422)
        }
        guard let reason = visit.field("reason") else {
            state.errors["reason"] = visit.texts[.errorRequired]
            return try await showAnomaly(visit, state, status: 422)
        }
        var cents: Int64?
        if resolution == .refund, let typed = visit.field("amount") {
            cents = TypedAmount.cents(typed)
            if cents == nil { state.errors["amount"] = visit.texts[.errorInvalid] }
        }
        var target: (position: String, installment: Int64?)?
        if resolution == .match {
            target = try await debt(visit)
            if target == nil { state.errors["debt"] = visit.texts[.deskNoDebt] }
        }
        guard !state.hasErrors else { return try await showAnomaly(visit, state, status: 422) }
        let body = JSONWriter.object { json in
            json.field("resolution", resolution.rawValue)
            json.field("position_id", target?.position)
            json.field("installment", target?.installment)
            json.field("amount_cents", cents)
            json.field("reason", reason)
        }
        do {
            _ = try await api.json(visit.request("/v1/anomalies/\(id)/resolve", body), as: visit.caller)
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { pointer in
                switch pointer {
                case "/amount_cents": "amount"
                case "/position_id", "/installment": "debt"
                default: String(pointer.dropFirst())
                }
            }
            return try await showAnomaly(visit, state, status: 422)
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/anomalies/\(id)")
    }

    /// The debt whose notice number, IUV or id was typed. Both numbers name an installment.
    private func debt(_ visit: Visit) async throws -> (position: String, installment: Int64?)? {
        guard let typed = visit.field("debt")?.filter({ !$0.isWhitespace }) else { return nil }
        if let id = Segment(typed)?.text, id.utf8.count == 36 { return (id, nil) }
        guard visit.allows(.positionsRead) else { return nil }
        let isNotice = typed.utf8.count == 18 && typed.utf8.allSatisfy { (0x30...0x39).contains($0) }
        let body = JSONWriter.object { json in
            json.field(isNotice ? "notice_number" : "iuv", typed)
            json.field("creditor_tax_code", visit.field("creditor"))
            json.field("limit", 2)
        }
        do {
            let found = try await api.post("/v1/positions/search", body, as: visit.caller).list("items")
            guard found.count == 1, let id = found.first?.text("id") else { return nil }
            let position = try await api.get("/v1/positions/\(id)", as: visit.caller)
            let installment = position.list("installments").first {
                $0.text(isNotice ? "notice_number" : "iuv") == typed
            }
            return (id, installment?.integer("number"))
        } catch APIError.refused {
            return nil
        }
    }
}

/// The decisions that staff can take about an anomaly.
enum DeskDecision: String, Sendable, CaseIterable {
    case accept, refund, match, reject

    /// Those that can apply to this anomaly. The service has the last word, and its refusal names the alternative.
    static func possible(for anomaly: JSONValue) -> [DeskDecision] {
        guard anomaly.text("status") == "open" else { return [] }
        switch anomaly.text("kind") {
        case "unreadable_rt": return [.refund, .reject]
        case "unknown_iuv", "unknown_creditor": return [.match, .refund, .reject]
        case "receipt_conflict": return [.accept, .refund, .match, .reject]
        default: return anomaly.text("receipt_id") == nil ? [.refund, .reject] : allCases
        }
    }
}

enum DeskAnomalyPages {
    static let kinds = [
        "amount_mismatch", "partial_payment", "already_paid", "position_cancelled", "position_expired",
        "position_draft",
        "unknown_iuv", "unknown_creditor", "unreadable_rt", "contradictory_rt", "receipt_conflict",
        "unexpected_beneficiary",
    ]

    static func list(_ visit: Visit, _ anomalies: [JSONValue], next: NextPage, isWrong: Bool) -> Page {
        let texts = visit.texts
        let fields = [
            Field(
                name: "status",
                kind: .select([
                    ("open", texts[.deskStateOpen]), ("resolved", texts[.deskStateResolved]),
                    ("all", texts[.filterAll]),
                ]), label: texts[.status], isRequired: false, maximum: nil),
            Field(
                name: "kind", kind: .select([("", texts[.filterAll])] + kinds.map { ($0, texts.word("anomaly", $0)) }),
                label: texts[.deskKind], isRequired: false, maximum: nil),
            Field(name: "iuv", label: texts[.iuv], isRequired: false, maximum: 35),
            Field(name: "psp_id", label: texts[.deskPSPID], isRequired: false, maximum: 35),
        ].map { field in
            var field = field
            field.marksOptional = false
            return field
        }
        return Page(title: texts[.deskAnomalies], isError: isWrong) {
            element("p", ["class": "lead"], texts[.deskAnomaliesIntro])
            if isWrong {
                element("div", ["class": "notice error", "role": "alert", "id": "errors", "tabindex": "-1"]) {
                    texts[.refusedText]
                }
            }
            SearchForm(
                action: "/desk/anomalies", fields: fields, submit: texts[.search], values: visit.query, texts: texts
            ).html
            if anomalies.isEmpty { nothing(texts[.deskNothing]) } else { table(anomalies, texts) }
            next.html
        }
    }

    private static func table(_ anomalies: [JSONValue], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.deskAnomalies],
            columns: [
                .init(title: texts[.deskKind]), .init(title: texts[.deskOpened]), .init(title: texts[.iuv]),
                .init(title: texts[.deskPSPID]), .init(title: texts[.status]),
                .init(title: texts[.amount], isAmount: true),
            ],
            rows: anomalies.map { anomaly in
                let opened = anomaly.text("opened_at").map(texts.instant) ?? ""
                let kind = texts.word("anomaly", anomaly.text("kind"))
                return [
                    element(
                        "a",
                        [
                            "href": "/desk/anomalies/\(anomaly.text("id") ?? "")",
                            "aria-label": "\(kind), \(opened)",
                        ], kind), HTML(opened), HTML(anomaly.text("iuv") ?? "–"),
                    HTML(anomaly.text("psp_id") ?? "–"),
                    HTML(texts[anomaly.text("status") == "open" ? .deskStateOpen : .deskStateResolved]),
                    HTML(anomaly.integer("amount_cents").map(texts.euro) ?? "–"),
                ]
            }
        ).html
    }
}

/// One anomaly: what happened, its document, and the decisions.
struct DeskAnomalyPage: Sendable {
    let visit: Visit
    let anomaly: JSONValue
    let tag: String
    let state: FormState
    private var texts: Texts { visit.texts }
    private var id: String { anomaly.text("id") ?? "" }
    private var kind: String { anomaly.text("kind") ?? "" }

    var page: Page {
        Page(
            title: texts.word("anomaly", kind), trail: [(texts[.deskAnomalies], "/desk/anomalies")],
            isError: state.hasErrors
        ) {
            if let amount = anomaly.integer("amount_cents") { element("p", ["class": "sum"], texts.euro(amount)) }
            element("p", ["class": "lead"], texts.word("explain", kind))
            facts.html
            violations
            element("p", ["class": "actions"]) {
                element("a", ["href": "/desk/anomalies/\(id)/evidence", "class": "button"], texts[.deskEvidence])
                if let receipt = anomaly.text("receipt_id"), visit.allows(.receiptsRead) {
                    element("a", ["href": "/desk/receipts/\(receipt)", "class": "button"], texts[.receipt])
                }
                if let position = anomaly.text("position_id"), visit.allows(.positionsRead) {
                    element("a", ["href": "/desk/positions/\(position)", "class": "button"], texts[.deskPosition])
                }
            }
            decisions
        }
    }

    private var facts: Facts {
        var facts = Facts()
        facts.add(texts[.status], texts[anomaly.text("status") == "open" ? .deskStateOpen : .deskStateResolved])
        facts.add(texts[.deskOpened], anomaly.text("opened_at").map(texts.instant))
        facts.add(texts[.iuv], anomaly.text("iuv"))
        facts.add(texts[.deskPSPID], anomaly.text("psp_id") ?? anomaly["evidence"]?.text("sender_psp_id"))
        facts.add(texts[.creditor], anomaly.text("creditor_tax_code"))
        facts.add(texts[.details], html: english(anomaly.text("detail")) ?? .empty)
        if let candidate = anomaly["candidate"] {
            let amount = candidate.integer("amount_cents").map(texts.euro) ?? ""
            facts.add(
                texts[.deskCandidate],
                html: element("a", ["href": "/desk/positions/\(candidate.text("position_id") ?? "")"]) {
                    "\(texts[.installment, "\(candidate.integer("installment") ?? 1)"]), \(amount)"
                })
        }
        guard anomaly.text("status") == "resolved" else { return facts }
        facts.add(texts[.deskDecision], texts.word("resolution", anomaly.text("resolution")))
        facts.add(texts[.deskWhy], anomaly.text("reason"))
        facts.add(texts[.deskWho], anomaly.text("resolved_by"))
        facts.add(texts[.deskDecidedAt], anomaly.text("resolved_at").map(texts.instant))
        facts.add(texts[.deskWrittenOff], anomaly.integer("written_off_cents").map(texts.euro))
        if let refund = anomaly.text("refund_id") {
            facts.add(
                texts[.deskRefund], html: element("a", ["href": "/desk/refunds/\(refund)"], texts[.details]))
        }
        return facts
    }

    private var violations: HTML? {
        let violations = anomaly.list("violations")
        guard !violations.isEmpty else { return nil }
        return group {
            element("h2", [:], texts[.deskViolations])
            element("ul", ["lang": "en"]) {
                for violation in violations {
                    element("li") { "\(violation.text("pointer") ?? ""): \(violation.text("detail") ?? "")" }
                }
            }
        }
    }

    @HTMLBuilder private var decisions: HTML {
        let possible = DeskDecision.possible(for: anomaly)
        if !possible.isEmpty {
            element("h2", [:], texts[.deskDecide])
            if kind == "unreadable_rt", visit.allows(.operations) {
                element("p", ["class": "actions"]) {
                    element("a", ["href": "/desk/rt?anomaly=\(id)", "class": "button primary"], texts[.deskEnterRT])
                }
            }
            visit.decision(
                "/desk/anomalies/\(id)", fields(possible), submit: texts[.deskDecide], tag: tag, state: filled
            ).html
        }
    }

    /// The candidate is proposed.
    private var filled: FormState {
        var state = state
        if state.values.isEmpty, let candidate = anomaly["candidate"]?.text("position_id") {
            state.values = ["debt": candidate, "resolution": "match"]
        }
        return state
    }

    private func fields(_ possible: [DeskDecision]) -> [Field] {
        let choices = possible.map { ($0.rawValue, texts.word("decide", $0.rawValue)) }
        var fields = [Field(name: "resolution", kind: .radio(choices), label: texts[.deskDecision])]
        if possible.contains(.match) {
            fields.append(
                Field(
                    name: "debt", label: texts[.deskDebt], hint: texts[.deskDebtHint], isRequired: false, maximum: 40))
        }
        if anomaly.text("receipt_id") != nil {
            fields.append(
                Field(
                    name: "amount", label: texts[.deskRefundAmount], hint: texts[.deskRefundAmountHint],
                    isRequired: false, maximum: 20, inputMode: "decimal"))
        }
        fields.append(
            Field(name: "reason", kind: .area, label: texts[.deskWhy], hint: texts[.deskWhyHint], maximum: 500))
        return fields
    }
}
