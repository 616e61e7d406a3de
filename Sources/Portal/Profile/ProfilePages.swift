import JSON

/// The account of the signed-in citizen: what the service lets its owner see and change.
extension PortalApp {
    static let profileRoutes: [Route] = [
        .get("/profile", .signedIn) { app, visit in try await app.showProfile(visit) },
        .get("/profile/data", .signedIn) { app, visit in try await app.editData(visit) },
        .post("/profile/data", .signedIn) { app, visit in try await app.saveData(&visit) },
        .get("/profile/email", .signedIn) { _, visit in .page(ProfilePages.email(visit)) },
        .post("/profile/email", .signedIn) { app, visit in try await app.changeEmail(&visit) },
        .get("/profile/email/confirm", .signedIn) { _, visit in .page(ProfilePages.confirmEmail(visit)) },
        .post("/profile/email/confirm", .signedIn) { app, visit in try await app.confirmEmail(&visit) },
        .get("/profile/password", .signedIn) { app, visit in try await app.editPassword(visit) },
        .post("/profile/password", .signedIn) { app, visit in try await app.changePassword(&visit) },
        .get("/profile/erase", .signedIn) { _, visit in .page(ProfilePages.erase(visit)) },
        .post("/profile/erase", .signedIn) { app, visit in try await app.eraseAccount(&visit) },
    ]

    private func me(_ visit: Visit) async throws -> JSONValue { try await api.get("/v1/me", as: visit.caller) }

    /// - Throws: `APIError`; `.refused` with the violated rules.
    private func change(_ visit: Visit, _ body: [UInt8], tag: String? = nil) async throws {
        var request = APIRequest(
            method: "PATCH", path: "/v1/me", headers: [("Content-Type", "application/merge-patch+json")], body: body)
        if let tag { request.headers.append(("If-Match", tag)) }
        _ = try await api.json(request, as: visit.caller)
    }

    private func showProfile(_ visit: Visit) async throws -> PageResponse {
        .page(ProfilePages.overview(visit, try await me(visit)))
    }

    // MARK: Names and address

    private func editData(_ visit: Visit) async throws -> PageResponse {
        let (me, tag) = try await tagged("/v1/me", visit)
        return .page(ProfilePages.data(visit, tag: tag, FormState(values: ProfileData.values(of: me))))
    }

    private func saveData(_ visit: inout Visit) async throws -> PageResponse {
        let texts = visit.texts
        var state = FormState(values: visit.form)
        let tag = visit.filled("tag") ?? ""
        for field in ProfileData.fields(texts) where field.isRequired && visit.filled(field.key) == nil {
            state.errors[field.key] = texts[.errorRequired]
        }
        guard !state.hasErrors else { return .page(ProfilePages.data(visit, tag: tag, state), status: 422) }
        do {
            try await change(visit, ProfileData.body(visit), tag: tag.isEmpty ? nil : tag)
        } catch APIError.refused(let problem) where problem.status == 412 {
            // Somebody changed it meanwhile: the page shows what is stored now.
            let (me, tag) = try await tagged("/v1/me", visit)
            let state = FormState(values: ProfileData.values(of: me), message: texts[.profileChangedMeanwhile])
            return .page(ProfilePages.data(visit, tag: tag, state), status: 409)
        } catch APIError.refused(let problem) {
            let fields = ProfileData.fields(texts).map(\.key)
            for violation in problem.violations {
                let field = RegistrationPages.field(of: violation.pointer)
                if fields.contains(field) { state.errors[field] = texts[RegistrationPages.message(for: field)] }
            }
            if state.errors.isEmpty { state.message = texts[.refusedText] }
            return .page(ProfilePages.data(visit, tag: tag, state), status: 422)
        }
        visit.session.flash = .profileSaved
        return .redirect("/profile")
    }

    // MARK: E-mail

    private func changeEmail(_ visit: inout Visit) async throws -> PageResponse {
        guard let email = visit.filled("email") else {
            let state = FormState(errors: ["email": visit.texts[.errorRequired]])
            return .page(ProfilePages.email(visit, state), status: 422)
        }
        func body(link: String?) -> [UInt8] {
            JSONWriter.object { json in
                json.field("email", email)
                json.field("verification_url", link)
            }
        }
        do {
            do {
                try await change(visit, body(link: settings.publicURL + "/profile/email/confirm"))
            } catch APIError.refused(let problem) where problem.concernsOnly("/verification_url") {
                // No creditor allows this origin: the e-mail has the code without a link.
                try await change(visit, body(link: nil))
            }
        } catch APIError.refused {
            let state = FormState(values: ["email": email], errors: ["email": visit.texts[.errorEmail]])
            return .page(ProfilePages.email(visit, state), status: 422)
        }
        visit.session.flash = .emailCodeSent
        return .redirect("/profile/email/confirm")
    }

    private func confirmEmail(_ visit: inout Visit) async throws -> PageResponse {
        guard let code = visit.filled("token") else {
            let state = FormState(errors: ["token": visit.texts[.errorRequired]])
            return .page(ProfilePages.confirmEmail(visit, state), status: 422)
        }
        do {
            let body = JSONWriter.object { $0.field("token", code) }
            _ = try await api.post("/v1/me/email/confirm", body, as: visit.caller)
        } catch APIError.refused {
            let state = FormState(values: ["token": code], errors: ["token": visit.texts[.codeWrong]])
            return .page(ProfilePages.confirmEmail(visit, state), status: 422)
        }
        visit.session.flash = .emailChanged
        return .redirect("/profile")
    }

    // MARK: Password

    private func editPassword(_ visit: Visit) async throws -> PageResponse {
        .page(ProfilePages.password(visit, hasPassword: try await me(visit).flag("has_password")))
    }

    private func changePassword(_ visit: inout Visit) async throws -> PageResponse {
        let texts = visit.texts
        let hasPassword = try await me(visit).flag("has_password")
        let password = visit.form["password"] ?? ""
        let current = visit.form["current_password"] ?? ""
        var state = FormState()
        if hasPassword, current.isEmpty { state.errors["current_password"] = texts[.errorRequired] }
        if password.isEmpty { state.errors["password"] = texts[.errorRequired] }
        if !state.hasErrors {
            do {
                try await change(
                    visit,
                    JSONWriter.object { json in
                        json.field("password", password)
                        if hasPassword { json.field("current_password", current) }
                    })
            } catch APIError.refused(let problem) {
                if problem.concerns("/current_password") {
                    state.errors["current_password"] = texts[.currentPasswordWrong]
                }
                if problem.concerns("/password") { state.errors["password"] = texts[.errorPassword] }
                if state.errors.isEmpty { state.message = texts[.refusedText] }
            } catch APIError.tooManyRequests(let seconds) {
                state.message = texts[.tooManyText, String(seconds)]
                return .page(ProfilePages.password(visit, hasPassword: hasPassword, state), status: 429)
            }
        }
        guard !state.hasErrors else {
            return .page(ProfilePages.password(visit, hasPassword: hasPassword, state), status: 422)
        }
        visit.session.flash = .passwordChanged
        return .redirect("/profile")
    }

    // MARK: Erasure

    private func eraseAccount(_ visit: inout Visit) async throws -> PageResponse {
        guard visit.form["confirm"] == "yes" else {
            let state = FormState(errors: ["confirm": visit.texts[.errorConsent]])
            return .page(ProfilePages.erase(visit, state), status: 422)
        }
        _ = try await api.reply(APIRequest(method: "DELETE", path: "/v1/me"), as: visit.caller)
        visit.session.signOut(now: visit.now, flash: .accountErased)
        return .redirect("/")
    }
}

/// Names and address, as the form of the profile has them.
enum ProfileData {
    static func fields(_ texts: Texts) -> [Field] {
        PersonFields.names(texts) + PersonFields.address(texts) + [
            Field(
                name: "language", kind: .select(Language.allCases.map { ($0.rawValue, $0.name) }),
                label: texts[.mailLanguage], maximum: nil)
        ]
    }

    static func values(of me: JSONValue) -> [String: String] {
        var values: [String: String] = [:]
        for name in ["kind", "given_name", "family_name", "language"] { values[name] = me.text(name) }
        for name in PersonFields.addressNames { values[name] = me["address"]?.text(name) }
        if values["country"] == nil { values["country"] = "IT" }
        return values
    }

    /// What is optional and empty is removed from the account.
    static func body(_ visit: Visit) -> [UInt8] {
        JSONWriter.object { json in
            for name in ["kind", "given_name", "family_name", "language"] { json.field(name, visit.filled(name)) }
            PersonFields.writeAddress(of: visit, into: &json, removingEmpty: true)
        }
    }
}

enum ProfilePages {
    static func overview(_ visit: Visit, _ me: JSONValue) -> Page {
        let texts = visit.texts
        var facts = Facts()
        let name = [me.text("given_name"), me.text("family_name")].compactMap { $0 }.joined(separator: " ")
        if !name.isEmpty { facts.add(texts[.fullName], html: element("bdi", [:], name)) }
        facts.add(texts[.taxCode], me.text("tax_code"))
        facts.add(texts[.kind], me.text("kind").map { texts.word("kind", $0) })
        facts.add(texts[.email], me.text("email"))
        if let address = me["address"] { facts.add(texts[.address], html: element("bdi", [:], line(address))) }
        facts.add(
            texts[.mailLanguage], me.text("language").flatMap(Language.init)?.name)
        facts.add(texts[.provedBy], me.text("proved_by").map { texts.word("proved", $0) })
        let items: [(TextKey, TextKey, String)] = [
            (.profileData, .profileDataText, "/profile/data"), (.changeEmail, .changeEmailText, "/profile/email"),
            (me.flag("has_password") ? .changePassword : .setPassword, .changePasswordText, "/profile/password"),
            (.delegations, .delegationsText, "/delegations"), (.eraseAccount, .eraseAccountText, "/profile/erase"),
        ]
        return Page(title: texts[.profile]) {
            facts.html
            Tiles(items: items.map { (texts[$0.0], texts[$0.1], $0.2) }).html
            element("h2", [:], texts[.signOutEverywhere])
            element("p", [:], texts[.signOutEverywhereText])
            visit.form("/sign-out/everywhere", [], submit: texts[.signOutEverywhere]).secondary
        }
    }

    private static func line(_ address: JSONValue) -> String {
        let street = [address.text("street"), address.text("civic_number")].compactMap { $0 }.joined(separator: " ")
        let city = [address.text("postal_code"), address.text("city"), address.text("province")].compactMap { $0 }
        return [street, city.joined(separator: " "), address.text("country") ?? ""].filter { !$0.isEmpty }
            .joined(separator: ", ")
    }

    private static func page(
        _ title: TextKey, _ visit: Visit, _ state: FormState, @HTMLBuilder content: () -> HTML
    ) -> Page {
        Page(
            title: visit.texts[title], trail: [(visit.texts[.profile], "/profile")], isError: state.hasErrors,
            content: content)
    }

    static func data(_ visit: Visit, tag: String, _ state: FormState) -> Page {
        page(.profileData, visit, state) {
            visit.form(
                "/profile/data", ProfileData.fields(visit.texts), submit: visit.texts[.save], hidden: [("tag", tag)],
                state: state
            ).html
        }
    }

    static func email(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let field = Field(name: "email", kind: .email, label: texts[.newEmail], autocomplete: "email", maximum: 254)
        return page(.changeEmail, visit, state) {
            element("p", ["class": "lead"], texts[.changeEmailIntro])
            visit.form("/profile/email", [field], submit: texts[.resetSend], state: state).html
        }
    }

    static func confirmEmail(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let field = Field(name: "token", label: texts[.code], autocomplete: "one-time-code")
        return page(.changeEmail, visit, state) {
            element("div", ["data-from-fragment": ""]) {
                visit.form("/profile/email/confirm", [field], submit: texts[.verify], state: state).html
            }
        }
    }

    static func password(_ visit: Visit, hasPassword: Bool, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let current = Field(
            name: "current_password", kind: .password, label: texts[.currentPassword],
            autocomplete: "current-password", maximum: 1_024)
        let new = Field(
            name: "password", kind: .password, label: texts[.newPassword], hint: texts[.passwordHint],
            autocomplete: "new-password", maximum: 256)
        return page(hasPassword ? .changePassword : .setPassword, visit, state) {
            element("p", ["class": "lead"], texts[.changePasswordIntro])
            visit.form(
                "/profile/password", (hasPassword ? [current] : []) + [new], submit: texts[.savePassword], state: state
            ).html
        }
    }

    static func erase(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let field = Field(name: "confirm", kind: .check, label: texts[.eraseConfirm], maximum: nil)
        return page(.eraseAccount, visit, state) {
            element("p", ["class": "lead"], texts[.eraseIntro])
            visit.form("/profile/erase", [field], submit: texts[.eraseAccount], state: state).secondary
        }
    }
}
