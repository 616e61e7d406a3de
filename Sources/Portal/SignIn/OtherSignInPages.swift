import Crypto
import Foundation
import JSON
import Text

/// Sign-in at an identity provider (SPID, CIE), by the authorization code flow with PKCE, and by smart card.
extension PortalApp {
    static let otherSignInRoutes: [Route] = [
        .post("/sign-in/oidc") { app, visit in try app.startOIDC(&visit) },
        .get("/sign-in/oidc/return") { app, visit in try await app.finishOIDC(&visit) },
        .get("/sign-in/card") { app, visit in try await app.showCard(&visit) },
        .get("/sign-in/card/return") { app, visit in try await app.finishCard(&visit) },
    ]

    private func startOIDC(_ visit: inout Visit) throws -> PageResponse {
        guard settings.identityProvider != nil else { throw APIError.notFound }
        // The form may lead to this site only, so a page with a link leads on.
        let url = prepareOIDC(&visit)
        let texts = visit.texts
        return .page(
            Page(title: texts[.withOIDC]) {
                element("p", ["class": "actions"]) {
                    element("a", ["href": url, "class": "button primary", "data-go": ""], texts[.proceed])
                }
            })
    }

    private func prepareOIDC(_ visit: inout Visit) -> String {
        guard let provider = settings.identityProvider else { return "/" }
        let state = PortalSession.random()
        let nonce = PortalSession.random()
        let verifier = PortalSession.random()
        visit.session.state = state
        visit.session.nonce = nonce
        visit.session.verifier = verifier
        let challenge = Base64URL.encode(SHA256.hash(data: Array(verifier.utf8)))
        let query = APIClient.query([
            ("response_type", "code"), ("client_id", provider.clientID), ("redirect_uri", oidcReturn),
            ("scope", "openid profile"), ("state", state), ("nonce", nonce), ("code_challenge", challenge),
            ("code_challenge_method", "S256"), ("ui_locales", visit.language.rawValue),
        ])
        let separator = provider.authorizationURL.contains("?") ? "&" + query.dropFirst() : query
        return provider.authorizationURL + separator
    }

    private var oidcReturn: String { settings.publicURL + "/sign-in/oidc/return" }

    private func finishOIDC(_ visit: inout Visit) async throws -> PageResponse {
        guard let provider = settings.identityProvider else { throw APIError.notFound }
        let nonce = visit.session.nonce
        let verifier = visit.session.verifier
        guard isExpectedReturn(&visit), let nonce, let verifier, let code = visit.query["code"] else {
            return failed(&visit, .oidcFailed)
        }
        let form = APIClient.query([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", oidcReturn),
            ("client_id", provider.clientID), ("client_secret", provider.clientSecret), ("code_verifier", verifier),
        ]).dropFirst()
        let request = APIRequest(
            method: "POST", path: provider.tokenURL,
            headers: [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")],
            body: Array(form.utf8), timeoutSeconds: 10, maximumBytes: 64 << 10)
        guard let reply = try? await identityProvider.send(request), reply.status == 200,
            let answer = try? JSONValue.parse(reply.body), let token = answer.text("id_token")
        else { return failed(&visit, .oidcFailed) }
        let body = JSONWriter.object { json in
            json.field("id_token", token)
            json.field("nonce", nonce)
        }
        do {
            return try welcome(try await api.post("/v1/sessions/oidc", body, as: visit.caller.asGuest), &visit)
        } catch APIError.refused {
            return failed(&visit, .oidcFailed)
        }
    }

    /// A browser presents its card to the service, with a ticket, and comes back with a code.
    private func showCard(_ visit: inout Visit) async throws -> PageResponse {
        guard settings.offersSmartCards else { throw APIError.notFound }
        let state = PortalSession.random()
        visit.session.state = state
        let target = "\(settings.publicURL)/sign-in/card/return?state=\(state)"
        let body = JSONWriter.object { $0.field("return_url", target) }
        let ticket: JSONValue
        do {
            ticket = try await api.post("/v1/sessions/smart-card/tickets", body, as: visit.caller.asGuest)
        } catch APIError.refused {
            return failed(&visit, .cardFailed)
        }
        guard let url = ticket.text("presentation_url"), let code = ticket.text("ticket"),
            let origin = URL(string: url).flatMap(PortalSettings.origin)
        else { throw APIError.unavailable(retryAfterSeconds: nil) }
        let texts = visit.texts
        return .page(
            Page(
                title: texts[.cardTitle], trail: [(texts[.signIn], "/sign-in")], formOrigins: [origin]
            ) {
                element("p", ["class": "lead"], texts[.cardText])
                // The token of this site's forms does not go to another site.
                element("form", ["method": "post", "action": url]) {
                    element("input", ["type": "hidden", "name": "ticket", "value": code])
                    element("p", ["class": "actions"]) {
                        element("button", ["type": "submit", "class": "primary"], texts[.proceed])
                    }
                }
            })
    }

    private func finishCard(_ visit: inout Visit) async throws -> PageResponse {
        guard settings.offersSmartCards else { throw APIError.notFound }
        guard isExpectedReturn(&visit), let code = visit.query["code"] else { return failed(&visit, .cardFailed) }
        let body = JSONWriter.object { $0.field("code", code) }
        do {
            return try welcome(try await api.post("/v1/sessions/smart-card", body, as: visit.caller.asGuest), &visit)
        } catch APIError.refused {
            return failed(&visit, .cardFailed)
        }
    }

    /// Whether this browser was sent away with this state; each state is good once.
    private func isExpectedReturn(_ visit: inout Visit) -> Bool {
        let expected = visit.session.state
        visit.session.state = nil
        visit.session.nonce = nil
        visit.session.verifier = nil
        guard let expected, let sent = visit.query["state"] else { return false }
        return Self.areEqual(expected, sent)
    }

    private func failed(_ visit: inout Visit, _ message: TextKey) -> PageResponse {
        metrics.countSignIn(.citizens, succeeded: false)
        visit.session.flash = message
        return .redirect("/sign-in")
    }
}
