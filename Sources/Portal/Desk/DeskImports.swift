import JSON

/// Files of new debts: sent to the service, which processes them in the background.
extension PortalApp {
    static let importBytes = 33 << 20

    static let deskImportRoutes: [Route] = [
        .get("/desk/imports", .desk(.imports)) { app, visit in try await app.listImports(visit) },
        .upload("/desk/imports", .desk(.imports), bytes: importBytes) { app, visit in
            try await app.sendImport(&visit)
        },
        .get("/desk/imports/:id", .desk(.imports)) { app, visit in try await app.showImport(visit) },
        .get("/desk/imports/:id/poll", .desk(.imports)) { app, visit in try await app.pollImport(visit) },
    ]

    private func listImports(_ visit: Visit, _ state: FormState = FormState(), status: Int = 200) async throws
        -> PageResponse
    {
        let list = try await api.get(
            "/v1/position-imports", query: [("limit", "20"), ("cursor", visit.filter("cursor"))], as: visit.caller)
        let page = DeskImportPages.list(visit, list, creditor: try await creditorField(visit), state)
        return .page(page, status: status)
    }

    private func sendImport(_ visit: inout Visit) async throws -> PageResponse {
        guard let file = visit.files["file"], !file.bytes.isEmpty else {
            let state = FormState(values: visit.form, errors: ["file": visit.texts[.errorRequired]])
            return try await listImports(visit, state, status: 422)
        }
        let query = [
            ("creditor_tax_code", visit.field("creditor")), ("dry_run", visit.form["dry_run"] == "yes" ? "true" : nil),
        ]
        let request = APIRequest(
            method: "POST", path: "/v1/position-imports" + APIClient.query(query),
            headers: [("Content-Type", DeskImportPages.type(of: file))], body: file.bytes, timeoutSeconds: 240)
        do {
            let started = try await api.json(request, as: visit.caller)
            return .redirect("/desk/imports/\(started.text("id") ?? "")")
        } catch APIError.refused(let problem) {
            var state = await refused(problem, visit) { _ in "file" }
            if problem.status == 400 { state.message = visit.texts[.deskFileWrong] }
            return try await listImports(visit, state, status: 422)
        }
    }

    private func showImport(_ visit: Visit) async throws -> PageResponse {
        let id = try visit.parameter("id").text
        let shown = try await api.get("/v1/position-imports/\(id)", as: visit.caller)
        let outcome = DeskImportPages.outcomes.first { $0 == visit.query["outcome"] }
        let results = try await api.get(
            "/v1/position-imports/\(id)/results",
            query: [("outcome", outcome), ("limit", "50"), ("cursor", visit.filter("cursor"))], as: visit.caller)
        return .page(DeskImportPages.detail(visit, shown, results, outcome))
    }

    /// Whether the page is out of date: it changes with the state and with each tenth of the rows.
    private func pollImport(_ visit: Visit) async throws -> PageResponse {
        var hasChanged: Bool
        do {
            let shown = try await api.get("/v1/position-imports/\(try visit.parameter("id").text)", as: visit.caller)
            hasChanged = DeskImportPages.version(shown) != visit.query["version"]
        } catch APIError.signedOut {
            hasChanged = true
        }
        return .json(JSONWriter.object { $0.field("reload", hasChanged) })
    }
}

enum DeskImportPages {
    static let outcomes = ["created", "repeated", "refused"]

    /// NDJSON by its name or its first character, otherwise CSV.
    static func type(of file: UploadedFile) -> String {
        let name = file.name.lowercased()
        let isJSON = ["ndjson", "jsonl", "json"].contains { name.hasSuffix(".\($0)") }
        return isJSON || file.bytes.first == UInt8(ascii: "{") ? "application/x-ndjson" : "text/csv"
    }

    static func isFinal(_ shown: JSONValue) -> Bool { ["done", "failed"].contains(shown.text("status")) }

    /// State and tenths of the rows.
    static func version(_ shown: JSONValue) -> String { "\(shown.text("status") ?? "")-\(tenths(shown))" }

    private static func processed(_ shown: JSONValue) -> Int64 {
        outcomes.reduce(0) { $0 &+ (shown.integer($1) ?? 0) }
    }

    private static func tenths(_ shown: JSONValue) -> Int64 {
        guard let rows = shown.integer("rows"), rows > 0 else { return 0 }
        return processed(shown) &* 10 / rows
    }

    static func list(_ visit: Visit, _ list: JSONValue, creditor: Field, _ state: FormState) -> Page {
        let texts = visit.texts
        let fields = [
            creditor,
            Field(
                name: "file", kind: .file(accept: ".csv,.ndjson,.jsonl,text/csv"), label: texts[.deskFile],
                hint: texts[.deskFileHint], maximum: nil),
            Field(
                name: "dry_run", kind: .check, label: texts[.deskDryRun], hint: texts[.deskDryRunHint],
                isRequired: false),
        ]
        let imports = list.list("items")
        return Page(title: texts[.deskImports], isError: state.hasErrors) {
            element("p", ["class": "lead"], texts[.deskImportsIntro])
            visit.form("/desk/imports", fields, submit: texts[.deskSend], state: state).html
            if imports.isEmpty { nothing(texts[.deskNothing]) } else { table(imports, texts) }
            NextPage(list, "/desk/imports", [], texts).html
        }
    }

    private static func table(_ imports: [JSONValue], _ texts: Texts) -> HTML {
        Table(
            caption: texts[.deskImports],
            columns: [
                .init(title: texts[.deskSentAt]), .init(title: texts[.status]),
                .init(title: texts[.deskRows], isAmount: true), .init(title: texts[.outcomeCreated], isAmount: true),
                .init(title: texts[.outcomeRepeated], isAmount: true),
                .init(title: texts[.outcomeRefused], isAmount: true),
            ],
            rows: imports.map { item in
                [
                    element(
                        "a", ["href": "/desk/imports/\(item.text("id") ?? "")"],
                        item.text("created_at").map(texts.instant) ?? ""), HTML(state(item, texts)),
                    HTML("\(item.integer("rows") ?? 0)"), HTML("\(item.integer("created") ?? 0)"),
                    HTML("\(item.integer("repeated") ?? 0)"), HTML("\(item.integer("refused") ?? 0)"),
                ]
            }
        ).html
    }

    private static func state(_ item: JSONValue, _ texts: Texts) -> String {
        let state = texts.word("import", item.text("status"))
        return item.flag("dry_run") ? "\(state) (\(texts[.deskDryRun]))" : state
    }

    static func detail(_ visit: Visit, _ shown: JSONValue, _ results: JSONValue, _ outcome: String?) -> Page {
        let texts = visit.texts
        let path = "/desk/imports/\(shown.text("id") ?? "")"
        var facts = Facts()
        facts.add(texts[.status], state(shown, texts))
        facts.add(texts[.creditor], shown.text("creditor_tax_code"))
        facts.add(texts[.deskSentAt], shown.text("created_at").map(texts.instant))
        facts.add(texts[.deskRows], "\(shown.integer("rows") ?? 0)")
        for name in outcomes {
            facts.add(texts.word("outcome", name), "\(shown.integer(name) ?? 0)")
        }
        return Page(title: texts[.deskImport], trail: [(texts[.deskImports], "/desk/imports")]) {
            if !isFinal(shown) { progress(shown, path, texts) }
            facts.html
            if shown.flag("dry_run") { element("p", ["class": "notice"], texts[.deskDryRunHint]) }
            rows(results, path, outcome, texts)
        }
    }

    private static func progress(_ shown: JSONValue, _ path: String, _ texts: Texts) -> HTML {
        group {
            element("div", ["data-poll": "\(path)/poll?version=\(version(shown))", "role": "status"]) {
                element(
                    "progress",
                    [
                        "max": "\(max(shown.integer("rows") ?? 0, 1))", "value": "\(processed(shown))",
                        "aria-label": texts[.deskProgress],
                    ]
                ) { "\(processed(shown))" }
                element("p", [:], texts[.deskProgressText, "\(processed(shown))", "\(shown.integer("rows") ?? 0)"])
            }
            element("p", ["class": "actions"]) {
                element("a", ["href": path, "class": "button"], texts[.refresh])
            }
        }
    }

    private static func rows(_ results: JSONValue, _ path: String, _ outcome: String?, _ texts: Texts) -> HTML {
        let choices = [("", texts[.filterAll])] + outcomes.map { ($0, texts.word("outcome", $0)) }
        var field = Field(
            name: "outcome", kind: .select(choices), label: texts[.deskOutcome], isRequired: false, maximum: nil)
        field.marksOptional = false
        let items = results.list("items")
        return group {
            element("h2", [:], texts[.deskRows])
            SearchForm(
                action: path, fields: [field], submit: texts[.search], values: ["outcome": outcome ?? ""], texts: texts
            ).html
            if items.isEmpty {
                nothing(texts[.deskNothing])
            } else {
                Table(
                    caption: texts[.results],
                    columns: [
                        .init(title: texts[.deskLine]), .init(title: texts[.deskExternalID]),
                        .init(title: texts[.deskOutcome]),
                        .init(title: texts[.deskViolations]),
                    ], rows: items.map { row($0, texts) }
                ).html
            }
            NextPage(results, path, [("outcome", outcome)], texts).html
        }
    }

    private static func row(_ item: JSONValue, _ texts: Texts) -> [HTML] {
        let name = item.text("external_id") ?? "–"
        let id = item.text("position_id")
        return [
            HTML("\(item.integer("line") ?? 0)"),
            id.map { id in element("a", ["href": "/desk/positions/\(id)"]) { element("bdi", [:], name) } }
                ?? element("bdi", [:], name),
            HTML(item.text("outcome").map { texts.word("outcome", $0) } ?? "–"),
            item.list("violations").isEmpty
                ? HTML("–")
                : english(
                    item.list("violations").map { "\($0.text("pointer") ?? ""): \($0.text("detail") ?? "")" }
                        .joined(separator: "; ")) ?? .empty,
        ]
    }
}
