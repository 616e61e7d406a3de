import JSON

/// The PSPs of the list, how their payments of the last hour went, and which are switched off.
extension PortalApp {
    static let deskPSPRoutes: [Route] = [
        .get("/desk/psps", .desk(.psps)) { app, visit in try await app.showPSPs(visit) },
        .post("/desk/suspensions", .staff([.operations])) { app, visit in try await app.suspend(&visit) },
        .post("/desk/suspensions/:id/lift", .staff([.operations])) { app, visit in
            let path = "/v1/suspensions/\(try visit.parameter("id").text)"
            _ = try await app.api.reply(APIRequest(method: "DELETE", path: path), as: visit.caller)
            visit.session.flash = .deskDone
            return .redirect("/desk/psps")
        },
    ]

    /// Nil if there is no list, or the key may not read it.
    func pspList(_ visit: Visit) async throws -> JSONValue? {
        guard visit.allows(.positionsRead, .pspListWrite, .operations) else { return nil }
        do { return try await api.get("/v1/psp-list", as: visit.caller) } catch APIError.notFound {
            return nil
        } catch APIError.forbidden { return nil }
    }

    private func showPSPs(_ visit: Visit, _ state: FormState = FormState(), status: Int = 200) async throws
        -> PageResponse
    {
        let list = try await pspList(visit)
        let canRead = visit.allows(.anomaliesWrite, .operations)
        let summary = canRead ? try await api.get("/v1/summary", as: visit.caller) : .null
        let suspensions = try await items("/v1/suspensions", [], visit, scopes: [.operations])
        return .page(
            DeskPSPPages.page(visit, list?.list("psps") ?? [], summary.list("psps"), suspensions, state), status: status
        )
    }

    private func suspend(_ visit: inout Visit) async throws -> PageResponse {
        var state = FormState(values: visit.form)
        let endsAt = RomeTime.instant(day: visit.field("ends_at"), time: "23:59")
        let (psp, reason) = (visit.field("psp_id"), visit.field("reason"))
        if psp == nil { state.errors["psp_id"] = visit.texts[.errorRequired] }
        if reason == nil { state.errors["reason"] = visit.texts[.errorRequired] }
        if visit.field("ends_at") != nil, endsAt == nil { state.errors["ends_at"] = visit.texts[.errorInvalid] }
        guard !state.hasErrors else { return try await showPSPs(visit, state, status: 422) }
        let body = JSONWriter.object { json in
            json.field("psp_id", psp)
            json.field("reason", reason)
            json.field("ends_at", endsAt)
        }
        do { _ = try await api.json(visit.request("/v1/suspensions", body), as: visit.caller) } catch APIError.refused(
            let problem)
        {
            return try await showPSPs(visit, await refused(problem, visit), status: 422)
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/psps")
    }
}

enum DeskPSPPages {
    static func page(
        _ visit: Visit, _ psps: [JSONValue], _ health: [JSONValue], _ suspensions: [JSONValue]?, _ state: FormState
    ) -> Page {
        let texts = visit.texts
        return Page(title: texts[.deskPSPs], isError: state.hasErrors) {
            if !health.isEmpty { Self.health(health, texts) }
            if psps.isEmpty {
                nothing(texts[.deskNothing])
            } else {
                list(
                    psps, off: (suspensions ?? []).filter { $0.flag("active") }.compactMap { $0.text("psp_id") }, texts)
            }
            if let suspensions {
                Self.suspensions(suspensions, visit)
                form(visit, psps, state)
            }
        }
    }

    /// The payments of the last hour.
    static func health(_ psps: [JSONValue], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.deskHealth],
            columns: [
                .init(title: texts[.psp]), .init(title: texts[.status]),
                .init(title: texts[.deskAttempts], isAmount: true), .init(title: texts[.statusPaid], isAmount: true),
                .init(title: texts[.deskRefusedPayments], isAmount: true),
                .init(title: texts[.deskNotStarted], isAmount: true),
            ],
            rows: psps.map { psp in
                [
                    HTML(psp.text("business_name") ?? ""),
                    HTML(texts[psp.flag("is_failing") ? .deskFailing : .deskHealthy]),
                    HTML("\(psp.integer("attempts") ?? 0)"), HTML("\(psp.integer("paid") ?? 0)"),
                    HTML("\(psp.integer("refused") ?? 0)"), HTML("\(psp.integer("not_started") ?? 0)"),
                ]
            }
        ).html
    }

    private static func list(_ psps: [JSONValue], off: [String], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.deskPSPList],
            columns: [
                .init(title: texts[.psp]), .init(title: texts[.deskPSPID]), .init(title: texts[.method]),
                .init(title: texts[.status]),
            ],
            rows: psps.map { psp in
                let id = psp.text("psp_id") ?? ""
                let isOff = off.contains(id) || psp["enabled"] == .bool(false)
                let methods = Set(psp.list("channels").compactMap { $0.text("payment_method") })
                return [
                    HTML(psp.text("business_name") ?? ""), HTML(id), HTML(methods.sorted().joined(separator: ", ")),
                    HTML(texts[isOff ? .deskOff : .deskOn]),
                ]
            }
        ).html
    }

    private static func suspensions(_ suspensions: [JSONValue], _ visit: Visit) -> HTML? {
        let texts = visit.texts
        let current = suspensions.filter { $0.text("lifted_at") == nil }
        guard !current.isEmpty else { return nil }
        return Table(
            caption: texts[.deskSuspensions],
            columns: [
                .init(title: texts[.deskSubject]), .init(title: texts[.deskWhy]), .init(title: texts[.from]),
                .init(title: texts[.to]), .init(title: texts[.action]),
            ],
            rows: current.map { item in
                let names = ["creditor_tax_code", "debt_type", "psp_id", "channel_id"].compactMap { item.text($0) }
                let subject = names.joined(separator: " / ")
                let id = item.text("id") ?? ""
                return [
                    HTML(subject), element("bdi", [:], item.text("reason") ?? ""),
                    HTML(item.text("starts_at").map(texts.instant) ?? ""),
                    HTML(item.text("ends_at").map(texts.instant) ?? "–"),
                    visit.form("/desk/suspensions/\(id)/lift", [], submit: texts[.deskLift, subject]).secondary,
                ]
            }
        ).html
    }

    private static func form(_ visit: Visit, _ psps: [JSONValue], _ state: FormState) -> HTML {
        let texts = visit.texts
        let choices = psps.map { ($0.text("psp_id") ?? "", $0.text("business_name") ?? "") }
        let fields = [
            Field(name: "psp_id", kind: .select(choices), label: texts[.psp], maximum: nil),
            Field(name: "reason", label: texts[.deskWhy], hint: texts[.deskSuspendHint], maximum: 200),
            Field(
                name: "ends_at", kind: .date, label: texts[.deskUntil], hint: texts[.deskUntilHint], isRequired: false,
                maximum: nil),
        ]
        return group {
            element("h2", [:], texts[.deskSuspend])
            visit.decision("/desk/suspensions", fields, submit: texts[.deskSuspend], state: state).secondary
        }
    }
}
