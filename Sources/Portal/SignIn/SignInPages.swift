import JSON

extension PortalApp {
    static let signInRoutes: [Route] = [
        .get("/sign-in") { app, visit in
            visit.session.isSignedIn ? .redirect("/") : .page(SignInPages.signIn(app, visit))
        },
        .post("/sign-in") { app, visit in try await app.signIn(&visit) },
        .post("/sign-out") { app, visit in await app.signOut(&visit) },
        .post("/sign-out/everywhere", .signedIn) { app, visit in try await app.signOutEverywhere(&visit) },
    ]

    private func signIn(_ visit: inout Visit) async throws -> PageResponse {
        let username = visit.form["username"] ?? ""
        let password = visit.form["password"] ?? ""
        var state = FormState(values: ["username": username])
        if username.isEmpty { state.errors["username"] = visit.texts[.errorRequired] }
        if password.isEmpty { state.errors["password"] = visit.texts[.errorRequired] }
        guard !state.hasErrors else { return .page(SignInPages.signIn(self, visit, state), status: 422) }
        let body = JSONWriter.object { json in
            json.field("username", username)
            json.field("password", password)
        }
        do {
            let json = try await api.post("/v1/sessions", body, as: visit.caller.asGuest)
            return try welcome(json, &visit)
        } catch APIError.refused {
            metrics.countSignIn(.citizens, succeeded: false)
            state.message = visit.texts[.signInFailed]
            return .page(SignInPages.signIn(self, visit, state), status: 422)
        } catch APIError.tooManyRequests(let seconds) {
            state.message = visit.texts[.tooManyText, String(seconds)]
            return .page(SignInPages.signIn(self, visit, state), status: 429)
        }
    }

    /// Opens the portal's session with the tokens of any sign-in.
    func welcome(_ tokens: JSONValue, _ visit: inout Visit) throws -> PageResponse {
        guard let tokens = SessionTokens(tokens, now: visit.now) else {
            throw APIError.unavailable(retryAfterSeconds: nil)
        }
        metrics.countSignIn(.citizens, succeeded: true)
        let next = visit.session.next ?? "/"
        visit.session.signIn(tokens, now: visit.now)
        return .redirect(next)
    }

    /// The tokens are revoked if the service answers; the cookie is cleared in any case.
    private func signOut(_ visit: inout Visit) async -> PageResponse {
        if visit.session.isSignedIn {
            let request = APIRequest(method: "DELETE", path: "/v1/sessions/current", timeoutSeconds: 5)
            _ = try? await api.reply(request, as: visit.caller)
        }
        visit.session.signOut(now: visit.now, flash: .signedOut)
        return .redirect("/")
    }

    /// Ends the sessions in other browsers too. If the service does not answer, the citizen must know that they have not ended.
    private func signOutEverywhere(_ visit: inout Visit) async throws -> PageResponse {
        _ = try await api.reply(APIRequest(method: "DELETE", path: "/v1/sessions"), as: visit.caller)
        visit.session.signOut(now: visit.now, flash: .signedOutEverywhere)
        return .redirect("/")
    }
}

enum SignInPages {
    static func signIn(_ app: PortalApp, _ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let fields = [
            Field(name: "username", label: texts[.username], autocomplete: "username", maximum: 254),
            Field(
                name: "password", kind: .password, label: texts[.password], autocomplete: "current-password",
                maximum: 256),
        ]
        return Page(title: texts[.signInTitle], isError: state.hasErrors) {
            visit.form("/sign-in", fields, submit: texts[.signIn], state: state).html
            element("p") { element("a", ["href": "/password"], texts[.forgotPassword]) }
            element("p") {
                texts[.noAccount] + " "
                element("a", ["href": "/register"], texts[.register])
            }
            if app.settings.identityProvider != nil || app.settings.offersSmartCards {
                element("h2", [:], texts[.otherWays])
                if app.settings.identityProvider != nil {
                    visit.form("/sign-in/oidc", [], submit: texts[.withOIDC]).html
                }
                if app.settings.offersSmartCards {
                    element("p", ["class": "actions"]) {
                        element("a", ["href": "/sign-in/card", "class": "button"], texts[.withCard])
                    }
                }
            }
        }
    }
}
