import JSON

extension PortalApp {
    static let registrationRoutes: [Route] = [
        .get("/register") { _, visit in
            .page(RegistrationPages.register(visit, FormState(values: ["kind": "resident", "country": "IT"])))
        },
        .post("/register") { app, visit in try await app.register(&visit) },
        .get("/register/verify") { _, visit in .page(RegistrationPages.verify(visit)) },
        .post("/register/verify") { app, visit in try await app.verify(&visit) },
    ]

    private func register(_ visit: inout Visit) async throws -> PageResponse {
        let texts = visit.texts
        var state = FormState(values: visit.form)
        let fields = RegistrationPages.fields(texts)
        for field in fields where field.isRequired && visit.filled(field.key) == nil {
            state.errors[field.key] = field.isConsent ? texts[.errorConsent] : texts[.errorRequired]
        }
        guard !state.hasErrors else { return .page(RegistrationPages.register(visit, state), status: 422) }
        let link = settings.publicURL + "/register/verify"
        do {
            do {
                let body = RegistrationPages.body(visit, verificationURL: link)
                _ = try await api.post("/v1/citizens", body, as: visit.caller.asGuest)
            } catch APIError.refused(let problem) where problem.concernsOnly("/verification_url") {
                // No creditor allows this origin: the e-mail has the code without a link.
                let body = RegistrationPages.body(visit, verificationURL: nil)
                _ = try await api.post("/v1/citizens", body, as: visit.caller.asGuest)
            }
        } catch APIError.refused(let problem) {
            for violation in problem.violations {
                let field = RegistrationPages.field(of: violation.pointer)
                if fields.contains(where: { $0.key == field }) {
                    state.errors[field] = texts[RegistrationPages.message(for: field)]
                }
            }
            if state.errors.isEmpty { state.message = texts[.refusedText] }
            return .page(RegistrationPages.register(visit, state), status: 422)
        }
        return .redirect("/register/verify")
    }

    private func verify(_ visit: inout Visit) async throws -> PageResponse {
        guard let code = visit.filled("token") else {
            let state = FormState(errors: ["token": visit.texts[.errorRequired]])
            return .page(RegistrationPages.verify(visit, state), status: 422)
        }
        do {
            let email = visit.filled("email")
            let body = JSONWriter.object { json in
                json.field("token", code)
                json.field("email", email)
            }
            _ = try await api.post("/v1/citizens/verify", body, as: visit.caller.asGuest)
        } catch APIError.refused {
            let state = FormState(
                values: ["token": code, "email": visit.filled("email") ?? ""],
                errors: ["token": visit.texts[.codeWrong]])
            return .page(RegistrationPages.verify(visit, state), status: 422)
        }
        visit.session.flash = .verified
        return .redirect("/sign-in")
    }
}

extension Visit {
    /// A field of the form without blanks at its ends; nil if nothing was typed.
    func filled(_ name: String) -> String? {
        guard let value = form[name]?.trimmingBlanks, !value.isEmpty else { return nil }
        return value
    }
}

extension Field {
    fileprivate var isConsent: Bool { key.hasPrefix("consent") }
}

enum RegistrationPages {
    static func register(_ visit: Visit, _ state: FormState) -> Page {
        let texts = visit.texts
        return Page(
            title: texts[.registerTitle], trail: [(texts[.signIn], "/sign-in")], isError: state.hasErrors
        ) {
            element("p", ["class": "lead"], texts[.registerIntro])
            visit.form("/register", fields(texts), submit: texts[.register], state: state).html
        }
    }

    static func fields(_ texts: Texts) -> [Field] {
        PersonFields.names(texts) + [
            Field(name: "tax_code", label: texts[.taxCode], hint: texts[.taxCodeHint], maximum: 16),
            Field(name: "birth_date", kind: .date, label: texts[.birthDate], autocomplete: "bday", maximum: nil),
            Field(name: "birth_place", label: texts[.birthPlace], maximum: 70),
        ] + PersonFields.address(texts) + [
            Field(name: "email", kind: .email, label: texts[.email], autocomplete: "email", maximum: 254),
            Field(
                name: "password", kind: .password, label: texts[.password], hint: texts[.passwordHint],
                autocomplete: "new-password", maximum: 256),
            Field(name: "consent_privacy", kind: .check, label: texts[.consentPrivacy]),
            Field(name: "consent_terms", kind: .check, label: texts[.consentTerms]),
        ]
    }

    static func body(_ visit: Visit, verificationURL: String?) -> [UInt8] {
        JSONWriter.object { json in
            json.field("kind", visit.filled("kind"))
            json.field("tax_code", visit.filled("tax_code")?.uppercased())
            json.field("given_name", visit.filled("given_name"))
            json.field("family_name", visit.filled("family_name"))
            json.object("birth") { json in
                json.field("date", visit.filled("birth_date"))
                json.field("place", visit.filled("birth_place"))
            }
            PersonFields.writeAddress(of: visit, into: &json)
            json.field("email", visit.filled("email"))
            json.field("password", visit.form["password"])
            json.object("consents") { json in
                json.field("privacy", visit.form["consent_privacy"] == "yes")
                json.field("terms", visit.form["consent_terms"] == "yes")
            }
            json.field("verification_url", verificationURL)
        }
    }

    /// The field of a violation: `/birth/date` is `birth_date`, `/address/city` is `city`.
    static func field(of pointer: String) -> String {
        let parts = pointer.split(separator: "/").map(String.init)
        guard let first = parts.first else { return "" }
        guard let second = parts.dropFirst().first else { return first }
        switch first {
        case "birth": return "birth_\(second)"
        case "consents": return "consent_\(second)"
        default: return second
        }
    }

    static func message(for field: String) -> TextKey {
        switch field {
        case "tax_code": .errorTaxCode
        case "email": .errorEmail
        case "password", "new_password": .errorPassword
        case "birth_date": .errorBirthDate
        case "country": .errorCountry
        case "consent_privacy", "consent_terms": .errorConsent
        default: .errorInvalid
        }
    }

    static func verify(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        // A code that a person types belongs to its mailbox; the token of a link needs none.
        let fields = [
            Field(
                name: "email", kind: .email, label: texts[.email], autocomplete: "email", isRequired: false,
                maximum: 254),
            Field(name: "token", label: texts[.code], autocomplete: "one-time-code"),
        ]
        return Page(title: texts[.verifyTitle], isError: state.hasErrors) {
            element("p", ["class": "lead"], texts[.registeredText])
            element("div", ["data-from-fragment": ""]) {
                visit.form("/register/verify", fields, submit: texts[.verify], state: state).html
            }
        }
    }
}

extension String {
    /// A code that people copy in groups, with blanks of any kind.
    var withoutBlanks: String { filter { !$0.isWhitespace } }

    var trimmingBlanks: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text = text.dropFirst() }
        while let last = text.last, last.isWhitespace { text = text.dropLast() }
        return String(text)
    }
}
