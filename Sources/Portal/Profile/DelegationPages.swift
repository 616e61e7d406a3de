import JSON

/// Delegations: whom the citizen lets act for them, and for whom they act.
extension PortalApp {
    static let delegationRoutes: [Route] = [
        .get("/delegations", .signedIn) { app, visit in try await app.listDelegations(visit) },
        .post("/delegations", .signedIn) { app, visit in try await app.giveDelegation(&visit) },
        .post("/delegations/stop", .signedIn) { _, visit in
            visit.session.delegator = nil
            visit.session.flash = .delegationStopped
            return .redirect("/delegations")
        },
        .post("/delegations/:id/act", .signedIn) { app, visit in try await app.act(&visit) },
        .post("/delegations/:id/withdraw", .signedIn) { app, visit in try await app.withdraw(&visit) },
    ]

    private func listDelegations(_ visit: Visit, _ state: FormState = FormState(), status: Int = 200) async throws
        -> PageResponse
    {
        let me = try await api.get("/v1/me", as: visit.caller)
        let list = try await api.get(
            "/v1/delegations", query: [("limit", "50"), ("cursor", visit.query["cursor"])], as: visit.caller)
        return .page(DelegationsPage(visit: visit, me: me, list: list, state: state).page, status: status)
    }

    private func giveDelegation(_ visit: inout Visit) async throws -> PageResponse {
        let texts = visit.texts
        var state = FormState(values: visit.form)
        let delegate = visit.filled("delegate")?.uppercased()
        let lastDay = visit.filled("last_day")
        let end = lastDay.flatMap { RomeTime.instant(day: $0, time: "23:59") }
        if delegate == nil { state.errors["delegate"] = texts[.errorRequired] }
        if lastDay != nil, end == nil { state.errors["last_day"] = texts[.errorInvalid] }
        guard let delegate, !state.hasErrors else { return try await listDelegations(visit, state, status: 422) }
        let body = JSONWriter.object { json in
            json.field("delegate_tax_code", delegate)
            json.field("ends_at", end)
        }
        do {
            _ = try await api.post("/v1/delegations", body, idempotencyKey: visit.filled("key"), as: visit.caller)
        } catch APIError.refused(let problem) {
            if problem.concerns("/delegate_tax_code") { state.errors["delegate"] = texts[.errorTaxCode] }
            if problem.concerns("/ends_at") { state.errors["last_day"] = texts[.errorInvalid] }
            if state.errors.isEmpty {
                state.message = texts[problem.code == "proof-required" ? .delegationProof : .refusedText]
            }
            return try await listDelegations(visit, state, status: 422)
        }
        visit.session.flash = .delegationGiven
        return .redirect("/delegations")
    }

    private func withdraw(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        _ = try await api.reply(APIRequest(method: "DELETE", path: "/v1/delegations/\(id)"), as: visit.caller)
        if visit.session.delegator?.delegation == id { visit.session.delegator = nil }
        visit.session.flash = .delegationWithdrawn
        return .redirect("/delegations")
    }

    /// From now on the pages show what the delegator would see.
    private func act(_ visit: inout Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let me = try await api.get("/v1/me", as: visit.caller)
        let delegation = try await api.get("/v1/delegations/\(id)", as: visit.caller)
        guard delegation.flag("active"), let delegator = delegation.text("delegator_tax_code"),
            delegation.text("delegate_tax_code") == me.text("tax_code")
        else {
            visit.session.flash = .delegationEnded
            return .redirect("/delegations")
        }
        guard me.text("proved_by") != "mailbox" else {
            visit.session.flash = .delegationProof
            return .redirect("/delegations")
        }
        visit.session.delegator = Delegator(
            delegation: id, taxCode: delegator, name: delegation.text("delegator_name"))
        return .redirect("/payments")
    }

    /// Whether what was not found was looked for with a delegation that no longer holds. The session then forgets it.
    func hasDelegationEnded(_ visit: inout Visit) async -> Bool {
        guard let delegator = visit.session.delegator else { return false }
        do {
            let delegation = try await api.get("/v1/delegations/\(delegator.delegation)", as: visit.caller)
            guard !delegation.flag("active") else { return false }
        } catch APIError.notFound {
            // It ended.
        } catch { return false }
        visit.session.delegator = nil
        visit.session.flash = .delegationEnded
        return true
    }
}

struct DelegationsPage: Sendable {
    let visit: Visit
    let me: JSONValue
    let list: JSONValue
    var state = FormState()

    private var texts: Texts { visit.texts }
    private var own: String { me.text("tax_code") ?? "" }
    private var isProved: Bool { me.text("proved_by") != "mailbox" }

    var page: Page {
        let items = list.list("items")
        let received = items.filter { $0.text("delegate_tax_code") == own }
        let given = items.filter { $0.text("delegator_tax_code") == own }
        return Page(
            title: texts[.delegations], trail: [(texts[.profile], "/profile")], isError: state.hasErrors
        ) {
            element("p", ["class": "lead"], texts[.delegationsIntro])
            if !isProved { element("p", ["class": "notice"], texts[.delegationProof]) }
            element("h2", [:], texts[.delegationsReceived])
            table(received, person: "delegator", title: .delegator) { actions(of: $0, isReceived: true) }
            element("h2", [:], texts[.delegationsGiven])
            table(given, person: "delegate", title: .delegate) { actions(of: $0, isReceived: false) }
            if given.contains(where: { $0.text("delegate_name") == nil }) {
                element("p", ["class": "hint"], texts[.delegationNameLater])
            }
            NextPage(list, "/delegations", [], texts).html
            if isProved {
                element("h2", [:], texts[.giveDelegation])
                form
            }
        }
    }

    private var form: HTML {
        let fields = [
            Field(name: "delegate", label: texts[.delegateTaxCode], hint: texts[.taxCodeHint], maximum: 16),
            Field(
                name: "last_day", kind: .date, label: texts[.delegationLastDay], hint: texts[.delegationLastDayHint],
                isRequired: false, maximum: nil),
        ]
        return visit.form(
            "/delegations", fields, submit: texts[.giveDelegation], hidden: [("key", PortalSession.random())],
            state: state
        ).html
    }

    private func table(
        _ items: [JSONValue], person: String, title: TextKey, actions: (JSONValue) -> HTML
    ) -> HTML {
        guard !items.isEmpty else { return nothing(texts[.noDelegations]) }
        return Table(
            caption: texts[title],
            columns: [
                .init(title: texts[.fullName]), .init(title: texts[.taxCode]), .init(title: texts[.from]),
                .init(title: texts[.to]),
                .init(title: texts[.status]), .init(title: texts[.action]),
            ],
            rows: items.map { item in
                let end = item.text("withdrawn_at") ?? item.text("ends_at")
                return [
                    element("bdi", [:], item.text("\(person)_name") ?? "–"),
                    HTML(item.text("\(person)_tax_code") ?? ""),
                    HTML(item.text("starts_at").map(texts.instant) ?? ""),
                    HTML(end.map(texts.instant) ?? texts[.delegationNoEnd]), HTML(texts[status(of: item)]),
                    actions(item),
                ]
            }
        ).html
    }

    private func status(of item: JSONValue) -> TextKey {
        if item.text("withdrawn_at") != nil { return .delegationIsWithdrawn }
        return item.flag("active") ? .delegationActive : .delegationInactive
    }

    /// Buttons of their own kind say for whom they are, because a screen reader reads them without their row.
    private func actions(of item: JSONValue, isReceived: Bool) -> HTML {
        let id = item.text("id") ?? ""
        let side = isReceived ? "delegator" : "delegate"
        let person = item.text("\(side)_name") ?? item.text("\(side)_tax_code") ?? ""
        guard item.text("withdrawn_at") == nil, item.flag("active") || !isReceived else { return HTML("–") }
        return group {
            if isReceived, isProved, visit.session.delegator?.delegation != id {
                button("/delegations/\(id)/act", texts[.actFor], person)
            }
            button("/delegations/\(id)/withdraw", texts[.withdraw], person)
        }
    }

    private func button(_ action: String, _ label: String, _ person: String) -> HTML {
        element("form", ["method": "post", "action": action]) {
            element("input", ["type": "hidden", "name": "csrf", "value": visit.session.csrf])
            element("p", ["class": "actions"]) {
                element("button", ["type": "submit", "aria-label": texts.labelled(label, person)], label)
            }
        }
    }
}
