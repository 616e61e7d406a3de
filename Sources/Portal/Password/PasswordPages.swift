import JSON

extension PortalApp {
    static let passwordRoutes: [Route] = [
        .get("/password") { _, visit in .page(PasswordPages.ask(visit)) },
        .post("/password") { app, visit in try await app.sendCode(&visit) },
        .get("/password/new") { _, visit in .page(PasswordPages.choose(visit)) },
        .post("/password/new") { app, visit in try await app.savePassword(&visit) },
    ]

    private func sendCode(_ visit: inout Visit) async throws -> PageResponse {
        guard let email = visit.filled("email") else {
            let state = FormState(errors: ["email": visit.texts[.errorRequired]])
            return .page(PasswordPages.ask(visit, state), status: 422)
        }
        do {
            do {
                let body = PasswordPages.body(email: email, link: settings.publicURL + "/password/new")
                _ = try await api.post("/v1/password-resets", body, as: visit.caller.asGuest)
            } catch APIError.refused(let problem) where problem.concernsOnly("/reset_url") {
                // No creditor allows this origin: the e-mail has the code without a link.
                let body = PasswordPages.body(email: email, link: nil)
                _ = try await api.post("/v1/password-resets", body, as: visit.caller.asGuest)
            }
        } catch APIError.refused {
            let state = FormState(values: ["email": email], errors: ["email": visit.texts[.errorEmail]])
            return .page(PasswordPages.ask(visit, state), status: 422)
        }
        visit.session.flash = .resetSent
        return .redirect("/password/new")
    }

    private func savePassword(_ visit: inout Visit) async throws -> PageResponse {
        let texts = visit.texts
        let code = visit.filled("token")
        let password = visit.form["new_password"] ?? ""
        let email = visit.filled("email")
        var state = FormState(values: ["token": code ?? "", "email": email ?? ""])
        if code == nil { state.errors["token"] = texts[.errorRequired] }
        if password.isEmpty { state.errors["new_password"] = texts[.errorRequired] }
        guard let code, !state.hasErrors else { return .page(PasswordPages.choose(visit, state), status: 422) }
        do {
            let body = JSONWriter.object { json in
                json.field("token", code)
                json.field("email", email)
                json.field("new_password", password)
            }
            _ = try await api.post("/v1/password-resets/confirm", body, as: visit.caller.asGuest)
        } catch APIError.refused(let problem) {
            let isPassword = problem.concerns("/new_password")
            state.errors = isPassword ? ["new_password": texts[.errorPassword]] : ["token": texts[.codeWrong]]
            return .page(PasswordPages.choose(visit, state), status: 422)
        }
        visit.session.flash = .passwordSaved
        return .redirect("/sign-in")
    }
}

enum PasswordPages {
    static func body(email: String, link: String?) -> [UInt8] {
        JSONWriter.object { json in
            json.field("email", email)
            json.field("reset_url", link)
        }
    }

    static func ask(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let field = Field(name: "email", kind: .email, label: texts[.email], autocomplete: "email", maximum: 254)
        return Page(
            title: texts[.resetTitle], trail: [(texts[.signIn], "/sign-in")], isError: state.hasErrors
        ) {
            element("p", ["class": "lead"], texts[.resetIntro])
            visit.form("/password", [field], submit: texts[.resetSend], state: state).html
        }
    }

    static func choose(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let fields = [
            Field(
                name: "email", kind: .email, label: texts[.email], autocomplete: "email", isRequired: false,
                maximum: 254),
            Field(name: "token", label: texts[.code], autocomplete: "one-time-code"),
            Field(
                name: "new_password", kind: .password, label: texts[.newPassword], hint: texts[.passwordHint],
                autocomplete: "new-password", maximum: 256),
        ]
        return Page(
            title: texts[.newPasswordTitle], trail: [(texts[.signIn], "/sign-in")], isError: state.hasErrors
        ) {
            element("div", ["data-from-fragment": ""]) {
                visit.form("/password/new", fields, submit: texts[.savePassword], state: state).html
            }
        }
    }
}
