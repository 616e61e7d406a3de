import JSON

/// Staff sign in with the API key that the service issued to them; the desk then calls the API with this key only.
extension PortalApp {
    static let deskSignInRoutes: [Route] = [
        .get("/desk/sign-in") { _, visit in
            visit.session.isSignedIn ? .redirect("/desk") : .page(DeskSignInPages.signIn(visit))
        },
        .post("/desk/sign-in") { app, visit in try await app.signInStaff(&visit) },
        .post("/desk/sign-out") { _, visit in
            visit.session.signOut(now: visit.now, flash: .signedOut)
            return .redirect("/desk/sign-in")
        },
    ]

    private func signInStaff(_ visit: inout Visit) async throws -> PageResponse {
        let secret = (visit.form["api_key"] ?? "").trimmingBlanks
        guard (8...300).contains(secret.utf8.count), secret.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return failed(visit, .deskKeyWrong, 422)
        }
        let caller = APICaller(staffKey: secret, language: visit.language)
        let json: JSONValue
        do { json = try await api.get("/v1/me/key", as: caller) } catch APIError.signedOut, APIError.forbidden {
            return failed(visit, .deskKeyWrong, 422)
        } catch APIError.tooManyRequests(let seconds) {
            var state = FormState()
            state.message = visit.texts[.tooManyText, String(seconds)]
            return .page(DeskSignInPages.signIn(visit, state), status: 429)
        }
        guard let key = StaffKey(secret: secret, json) else { return failed(visit, .deskKeyKind, 422) }
        metrics.countSignIn(.desk, succeeded: true)
        let next = visit.session.next ?? "/desk"
        visit.session.signIn(key, now: visit.now)
        return .redirect(next)
    }

    private func failed(_ visit: Visit, _ message: TextKey, _ status: Int) -> PageResponse {
        metrics.countSignIn(.desk, succeeded: false)
        var state = FormState()
        state.errors["api_key"] = visit.texts[message]
        return .page(DeskSignInPages.signIn(visit, state), status: status)
    }
}

enum DeskSignInPages {
    static func signIn(_ visit: Visit, _ state: FormState = FormState()) -> Page {
        let texts = visit.texts
        let field = Field(
            name: "api_key", kind: .password, label: texts[.deskKey], hint: texts[.deskKeyHint],
            autocomplete: "off", maximum: 300)
        return Page(title: texts[.deskSignIn], isError: state.hasErrors) {
            element("p", ["class": "lead"], texts[.deskSignInIntro])
            visit.form("/desk/sign-in", [field], submit: texts[.signIn], state: state).html
        }
    }
}
