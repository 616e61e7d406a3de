import Foundation
import JSON

/// How documents and e-mails of a creditor look: its logo, and its own words in e-mails, with a preview.
extension PortalApp {
    static let logoBytes = 160 << 10

    static let deskCreditorRoutes: [Route] = [
        .get("/desk/creditors", .desk(.creditors)) { app, visit in try await app.listDeskCreditors(visit) },
        .get("/desk/creditors/:id", .desk(.creditors)) { app, visit in try await app.showDeskCreditor(visit) },
        .get("/desk/creditors/:id/logo", .desk(.creditors)) { app, visit in try await app.sendLogo(visit) },
        .upload("/desk/creditors/:id/logo", .desk(.creditors), bytes: logoBytes) { app, visit in
            try await app.saveLogo(&visit)
        },
        .get("/desk/creditors/:id/receipt", .desk(.creditors)) { app, visit in try await app.sendSample(visit) },
        .get("/desk/creditors/:id/wording", .desk(.creditors)) { app, visit in try await app.showWording(visit) },
        .post("/desk/creditors/:id/wording", .desk(.creditors)) { app, visit in try await app.saveWording(&visit) },
    ]

    private func listDeskCreditors(_ visit: Visit) async throws -> PageResponse {
        let list =
            try await items("/v1/creditors", [], visit, scopes: [.positionsRead, .operations]) ?? []
        let texts = visit.texts
        return .page(
            Page(title: texts[.deskCreditors]) {
                element("p", ["class": "lead"], texts[.deskCreditorsIntro])
                Tiles(
                    items: list.map { creditor in
                        let code = creditor.text("tax_code") ?? ""
                        return (creditor.text("name") ?? code, code, "/desk/creditors/\(code)")
                    }
                ).html
            })
    }

    private func showDeskCreditor(_ visit: Visit, _ state: FormState? = nil, status: Int = 200) async throws
        -> PageResponse
    {
        let code = try visit.parameter("id").text
        let creditor = try await api.get("/v1/creditors/\(code)", as: visit.caller)
        var logo: JSONValue?
        if visit.allows(.positionsRead, .operations) {
            do { logo = try await api.get("/v1/creditors/\(code)/logo", as: visit.caller) } catch APIError.notFound {
                logo = nil
            }
        }
        let wordings = try await api.get("/v1/creditors/\(code)/mail-wordings", as: visit.caller)
        let page = DeskCreditorPage(visit: visit, creditor: creditor, logo: logo, wordings: wordings.list("items"))
        return .page(page.page(state), status: status)
    }

    private func sendLogo(_ visit: Visit) async throws -> PageResponse {
        let path = "/v1/creditors/\(try visit.parameter("id").text)/logo"
        let reply = try await api.reply(
            APIRequest(path: path, headers: [("Accept", "image/png")], maximumBytes: 1 << 20), as: visit.caller)
        return .file(reply.body, type: "image/png", disposition: nil)
    }

    /// A receipt of an invented payment in the reader's language.
    private func sendSample(_ visit: Visit) async throws -> PageResponse {
        let path = "/v1/creditors/\(try visit.parameter("id").text)/receipt-preview"
        let request = APIRequest(
            path: path, headers: [("Accept", "application/pdf")], timeoutSeconds: 20, maximumBytes: 8 << 20)
        let reply = try await api.reply(request, as: visit.caller)
        return .file(reply.body, type: "application/pdf", disposition: "inline; filename=\"esempio.pdf\"")
    }

    private func saveLogo(_ visit: inout Visit) async throws -> PageResponse {
        let code = try visit.parameter("id").text
        var state = FormState(values: visit.form)
        let file = visit.files["file"]
        if file?.bytes.isEmpty ?? true { state.errors["file"] = visit.texts[.errorRequired] }
        if visit.field("alternative_text") == nil { state.errors["alternative_text"] = visit.texts[.errorRequired] }
        guard let file, !state.hasErrors else { return try await showDeskCreditor(visit, state, status: 422) }
        let (text, color) = (visit.field("alternative_text"), visit.field("color"))
        let body = JSONWriter.object { json in
            json.field(Self.kind(of: file.bytes), Data(file.bytes).base64EncodedString())
            json.field("alternative_text", text)
            json.field("color", color)
        }
        do {
            _ = try await api.json(visit.request("/v1/creditors/\(code)/logo", body, method: "PUT"), as: visit.caller)
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { $0 == "/png" || $0 == "/svg" ? "file" : String($0.dropFirst()) }
            return try await showDeskCreditor(visit, state, status: 422)
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/creditors/\(code)")
    }

    /// The member of the request for this file: only a PNG begins like one, and the service decides whether another file is an SVG.
    private static func kind(of bytes: [UInt8]) -> String {
        bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) ? "png" : "svg"
    }

    // MARK: Wordings of e-mails

    private func showWording(_ visit: Visit) async throws -> PageResponse {
        let code = try visit.parameter("id").text
        let (stored, tag) = try await tagged("/v1/creditors/\(code)/mail-wordings", visit)
        let chosen = DeskWording(visit.query)
        let wording = stored.list("items").first(where: chosen.isIn)
        let values = ["subject": wording?.text("subject") ?? "", "sentence": wording?.text("sentence") ?? ""]
        let preview = try await preview(code, chosen, FormState(values: values), visit)
        return .page(chosen.page(visit, code, tag: tag, preview.mail, preview.state))
    }

    private func saveWording(_ visit: inout Visit) async throws -> PageResponse {
        let code = try visit.parameter("id").text
        let chosen = DeskWording(visit.form)
        let state = FormState(values: visit.form)
        let preview = try await preview(code, chosen, state, visit)
        guard visit.form["action"] == "save", !preview.state.hasErrors else {
            return .page(
                chosen.page(visit, code, tag: visit.form["tag"] ?? "", preview.mail, preview.state),
                status: preview.state.hasErrors ? 422 : 200)
        }
        let (stored, tag) = try await tagged("/v1/creditors/\(code)/mail-wordings", visit)
        let body = chosen.body(
            replacing: stored.list("items"), subject: visit.field("subject"), sentence: visit.field("sentence"))
        do {
            let path = "/v1/creditors/\(code)/mail-wordings"
            _ = try await api.json(visit.request(path, body, method: "PUT"), as: visit.caller)
        } catch APIError.refused(let problem) {
            let state = await refused(problem, visit) { $0.split(separator: "/").last.map(String.init) ?? "" }
            return .page(chosen.page(visit, code, tag: tag, preview.mail, state), status: 422)
        }
        visit.session.flash = .deskDone
        return .redirect("/desk/creditors/\(code)")
    }

    /// The e-mail about an invented payment with these words.
    private func preview(_ code: String, _ chosen: DeskWording, _ state: FormState, _ visit: Visit) async throws
        -> (mail: JSONValue?, state: FormState)
    {
        let subject = state.values["subject"].flatMap { $0.isEmpty ? nil : $0 }
        let sentence = state.values["sentence"].flatMap { $0.isEmpty ? nil : $0 }
        let body = JSONWriter.object { json in
            json.field("kind", chosen.kind)
            json.field("language", chosen.language)
            json.field("subject", subject)
            json.field("sentence", sentence)
        }
        do {
            return (try await api.post("/v1/creditors/\(code)/mail-preview", body, as: visit.caller), state)
        } catch APIError.refused(let problem) {
            var wrong = await refused(problem, visit)
            wrong.values = state.values
            return (nil, wrong)
        }
    }
}

struct DeskCreditorPage: Sendable {
    let visit: Visit
    let creditor: JSONValue
    let logo: JSONValue?
    let wordings: [JSONValue]
    private var texts: Texts { visit.texts }
    private var code: String { creditor.text("tax_code") ?? "" }

    func page(_ state: FormState?) -> Page {
        let values = ["alternative_text": logo?.text("alternative_text") ?? "", "color": logo?.text("color") ?? ""]
        let fields = [
            Field(
                name: "file", kind: .file(accept: "image/png,image/svg+xml"), label: texts[.deskLogoFile],
                hint: texts[.deskLogoHint], maximum: nil),
            Field(name: "alternative_text", label: texts[.deskLogoText], hint: texts[.deskLogoTextHint], maximum: 140),
            Field(name: "color", label: texts[.deskColor], hint: texts[.deskColorHint], isRequired: false, maximum: 7),
        ]
        return Page(
            title: creditor.text("name") ?? code, trail: [(texts[.deskCreditors], "/desk/creditors")],
            isError: state?.hasErrors == true
        ) {
            element("h2", [:], texts[.deskLogo])
            if let logo {
                element("p") {
                    element(
                        "img",
                        [
                            "class": "logo", "src": "/desk/creditors/\(code)/logo",
                            "alt": logo.text("alternative_text") ?? "",
                        ])
                }
            }
            visit.form(
                "/desk/creditors/\(code)/logo", fields, submit: texts[.deskSave],
                state: state ?? FormState(values: values)
            ).secondary
            element("p") {
                element("a", ["href": "/desk/creditors/\(code)/receipt", "class": "button"], texts[.deskSample])
            }
            sentence
            element("h2", [:], texts[.deskWordings])
            element("p", [:], texts[.deskWordingsText])
            choice
            if !wordings.isEmpty { stored }
        }
    }

    /// The creditor's sentence on receipts, which operations change with the creditor.
    private var sentence: HTML? {
        guard let sentences = creditor["receipt_texts"] else { return nil }
        var facts = Facts()
        for language in Language.allCases {
            facts.add(language.name, sentences.text(language.rawValue))
        }
        return group {
            element("h2", [:], texts[.deskSentence])
            facts.html
        }
    }

    private var choice: HTML {
        let fields = DeskWording.fields(texts).map { field in
            var field = field
            field.marksOptional = false
            return field
        }
        return SearchForm(
            action: "/desk/creditors/\(code)/wording", fields: fields, submit: texts[.deskWrite],
            values: ["language": visit.language.rawValue], texts: texts
        ).html
    }

    private var stored: HTML {
        Table(
            caption: texts[.deskWordings],
            columns: [
                .init(title: texts[.deskKind]), .init(title: texts[.language]), .init(title: texts[.deskMailSubject]),
                .init(title: texts[.deskMailSentence]),
            ],
            rows: wordings.map { wording in
                let language = wording.text("language").flatMap(Language.init)?.name ?? ""
                return [
                    HTML(texts.word("mail", wording.text("kind"))), HTML(language),
                    element("bdi", [:], wording.text("subject") ?? "–"),
                    element("bdi", [:], wording.text("sentence") ?? "–"),
                ]
            }
        ).html
    }
}
