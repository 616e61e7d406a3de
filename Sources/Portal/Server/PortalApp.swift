import Foundation
import Logging
import Text

/// Answers requests: finds the route, opens the session, checks the form's token, and turns errors into pages.
struct PortalApp: Sendable {
    let settings: PortalSettings
    let api: APIClient
    let identityProvider: any APITransport
    let refresher: TokenRefresher
    let now: @Sendable () -> Date
    let logger: Logger
    let assets: Assets
    let metrics: PortalMetrics
    private let cookies: [Area: SealedCookie]

    init(
        settings: PortalSettings, transport: any APITransport, identityProvider: any APITransport, logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.settings = settings
        self.identityProvider = identityProvider
        self.now = now
        self.logger = logger
        metrics = PortalMetrics(startedAt: now())
        api = APIClient(
            transport: MeasuredTransport(transport: transport, metrics: metrics), apiKey: settings.apiKey)
        refresher = TokenRefresher(api: api, now: now)
        assets = Assets()
        cookies = [
            .citizens: SealedCookie(key: settings.cookieKey, previous: settings.previousCookieKey),
            .desk: SealedCookie(
                key: settings.cookieKey, previous: settings.previousCookieKey, purpose: "quietanza-portal desk 1"),
        ]
    }

    /// The session of the request's cookie; nil if there is none, or it has ended.
    func session(of request: IncomingRequest) -> PortalSession? {
        let area = Area(path: request.path)
        guard let value = request.cookies[cookieName(area)], let bytes = cookies[area]?.open(value) else { return nil }
        return PortalSession(bytes, in: area, now: now())
    }

    func respond(to request: IncomingRequest) async -> OutgoingResponse {
        let start = ContinuousClock.now
        let response = await page(for: request)
        metrics.countPage(
            method: request.method, route: routeLabel(of: request), status: response.status,
            seconds: start.secondsSince)
        return response
    }

    /// The health of this program, and its metrics: what the port for them serves.
    func report(on path: String) async -> OutgoingResponse {
        switch path {
        case "/live", "/ready": await page(for: IncomingRequest(method: "GET", path: path))
        case "/metrics":
            OutgoingResponse(
                status: 200, headers: [("Content-Type", "text/plain; version=0.0.4"), ("Cache-Control", "no-store")],
                body: Array(metrics.text.utf8))
        default: OutgoingResponse(status: 404)
        }
    }

    /// The pattern of the route, because a path contains ids.
    private func routeLabel(of request: IncomingRequest) -> String {
        if ["/live", "/ready"].contains(request.path) { return request.path }
        if assets.file(at: request.path) != nil { return "/assets" }
        let method = request.method == "HEAD" ? "GET" : request.method
        let candidates = candidates(for: request.path.split(separator: "/")).map(\.0)
        return candidates.first { $0.method == method }?.path ?? "unknown"
    }

    private func page(for request: IncomingRequest) async -> OutgoingResponse {
        let segments = request.path.split(separator: "/")
        if let file = assets.file(at: request.path) { return file }
        switch request.path {
        case "/live": return OutgoingResponse(status: 204)
        case "/ready": return OutgoingResponse(status: await isReady() ? 204 : 503)
        default: break
        }
        guard let query = FormCoding.decode(Array(request.query.utf8)) else { return plain(.badRequest, request) }
        let texts = Texts(language: language(of: request, query: query))
        let now = now()
        let opened = session(of: request)
        guard let sent = SentForm(request) else { return plain(.badRequest, request) }
        var visit = Visit(
            method: request.method, path: request.path, query: query, form: sent.fields, texts: texts, now: now,
            address: request.address, session: opened ?? PortalSession(now: now), files: sent.files)
        let response = await answer(request, segments, &visit)
        return write(response, visit, before: opened, chosen: query["language"])
    }

    private func answer(_ request: IncomingRequest, _ segments: [Substring], _ visit: inout Visit) async
        -> PageResponse
    {
        let candidates = candidates(for: segments)
        let method = request.method == "HEAD" ? "GET" : request.method
        guard let (route, parameters) = candidates.first(where: { $0.0.method == method }) else {
            let status = candidates.isEmpty ? 404 : 405
            return .page(ErrorPages.page(.notFound, visit.texts, home: visit.area.home), status: status)
        }
        visit.parameters = parameters
        if method == "POST", !isGenuine(request, visit) {
            return .page(ErrorPages.page(.formExpired, visit.texts, home: visit.area.home), status: 403)
        }
        do {
            // A poll does not write the cookie, so it must not use up the refresh token.
            if let tokens = visit.session.tokens, tokens.needsRefresh(at: visit.now), !request.path.hasSuffix("/poll") {
                visit.session.tokens = try await refresher.refresh(tokens, for: visit.caller)
            }
            switch route.access {
            case .everybody: break
            case .signedIn: if !visit.session.isSignedIn { return signInFirst(&visit, .signInNeeded) }
            case .staff(let scopes):
                guard let staff = visit.session.staff else { return signInFirst(&visit, .signInNeeded) }
                guard staff.allows(scopes) else { throw APIError.forbidden }
            }
            return try await route.handler(self, &visit)
        } catch APIError.signedOut {
            return signInFirst(&visit, .sessionEnded)
        } catch let error as APIError {
            if error == .notFound, await hasDelegationEnded(&visit) { return .redirect("/delegations") }
            log(error, request)
            let kind = ErrorPages.Kind(error)
            return .page(
                ErrorPages.page(kind, visit.texts, retry: request.path, home: visit.area.home), status: kind.status)
        } catch {
            logger.error("a page failed", metadata: ["path": "\(request.path)", "error": "\(type(of: error))"])
            return .page(
                ErrorPages.page(.unavailable, visit.texts, retry: request.path, home: visit.area.home), status: 500)
        }
    }

    /// The routes whose path fits, with the values of their placeholders.
    func candidates(for segments: [Substring]) -> [(Route, [String: Segment])] {
        if segments.first == "desk", !settings.offersDesk { return [] }
        return Self.routes.compactMap { route in route.match(segments).map { (route, $0) } }
    }

    /// The token of the session, and no sign of another site.
    private func isGenuine(_ request: IncomingRequest, _ visit: Visit) -> Bool {
        if let site = request.headers["sec-fetch-site"], site != "same-origin", site != "none" { return false }
        if let origin = request.headers["origin"], origin != settings.publicOrigin { return false }
        guard let sent = visit.form["csrf"] else { return false }
        return Self.areEqual(sent, visit.session.csrf)
    }

    /// In constant time for texts of one length.
    static func areEqual(_ left: String, _ right: String) -> Bool {
        guard left.utf8.count == right.utf8.count else { return false }
        return zip(left.utf8, right.utf8).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private func signInFirst(_ visit: inout Visit, _ message: TextKey) -> PageResponse {
        let home = visit.area.home
        let next = visit.method == "GET" ? visit.path : home
        var session = PortalSession(now: visit.now)
        session.guestPositions = visit.session.guestPositions
        session.guestAttempts = visit.session.guestAttempts
        session.flash = message
        visit.session = session
        visit.session.next = next.utf8.count <= 200 ? next : home
        return .redirect(visit.area.signInPath)
    }

    private func isReady() async -> Bool {
        let reply = try? await api.transport.send(APIRequest(path: "/ready", timeoutSeconds: 2))
        return reply.map { (200..<300).contains($0.status) } ?? false
    }

    private func log(_ error: APIError, _ request: IncomingRequest) {
        switch error {
        case .misconfigured:
            logger.error("the service refuses PORTAL_API_KEY, or the key lacks a scope")
        case .unavailable: logger.warning("the service is not available")
        case .refused(let problem):
            logger.info("refused", metadata: ["code": "\(problem.code)", "status": "\(problem.status)"])
        case .notFound, .signedOut, .forbidden, .tooManyRequests: break
        }
    }

    // MARK: Responses

    private func cookieName(_ area: Area) -> String {
        settings.isSecure ? "__Host-\(area.cookieName)" : area.cookieName
    }

    private func language(of request: IncomingRequest, query: [String: String]) -> Language {
        query["language"].flatMap(Language.init) ?? request.cookies["portal-language"].flatMap(Language.init)
            ?? Language(accepting: request.headers["accept-language"])
    }

    private func plain(_ kind: ErrorPages.Kind, _ request: IncomingRequest) -> OutgoingResponse {
        let texts = Texts(language: language(of: request, query: [:]))
        let visit = Visit(
            method: request.method, path: "/", query: [:], form: [:], texts: texts, now: now(), address: nil,
            session: PortalSession(now: now()))
        return html(ErrorPages.page(kind, texts), kind.status, visit)
    }

    private func write(_ response: PageResponse, _ visit: Visit, before: PortalSession?, chosen: String?)
        -> OutgoingResponse
    {
        var session = visit.session
        var result: OutgoingResponse
        switch response {
        case .page(let page, let status):
            result = html(page, status, visit)
            session.flash = nil
        case .redirect(let path): result = OutgoingResponse(status: 303, headers: [("Location", path)])
        case .leave(let url): result = OutgoingResponse(status: 303, headers: [("Location", url)])
        case .file(let bytes, let type, let disposition):
            result = OutgoingResponse(status: 200, headers: [("Content-Type", type)], body: bytes)
            // Browsers do not open PDF files with this policy.
            if type != "application/pdf" {
                result.headers.append(("Content-Security-Policy", "default-src 'none'; sandbox"))
            }
            if let disposition { result.headers.append(("Content-Disposition", disposition)) }
        case .json(let bytes):
            result = OutgoingResponse(status: 200, headers: [("Content-Type", "application/json")], body: bytes)
            // The cookie is written by pages only, so a poll cannot overwrite a newer session.
            return secured(result)
        }
        if visit.now.timeIntervalSince(session.seenAt) > 60 { session.seenAt = visit.now }
        if session != before, let value = cookies[visit.area]?.seal(session.bytes) {
            result.headers.append(("Set-Cookie", attributes(cookieName(visit.area), value)))
        }
        if let language = chosen.flatMap(Language.init) {
            let value = attributes("portal-language", language.rawValue)
            result.headers.append(("Set-Cookie", value + "; Max-Age=31536000"))
        }
        return secured(result)
    }

    private func attributes(_ name: String, _ value: String) -> String {
        "\(name)=\(value); Path=/; HttpOnly; SameSite=Lax" + (settings.isSecure ? "; Secure" : "")
    }

    private func html(_ page: Page, _ status: Int, _ visit: Visit) -> OutgoingResponse {
        let layout = Layout(
            name: settings.name, assets: assets, page: page, visit: visit, offersDesk: settings.offersDesk)
        let origins = page.formOrigins.map { " " + $0 }.joined()
        let policy =
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
            + "form-action 'self'\(origins); frame-ancestors 'none'; base-uri 'none'"
        return OutgoingResponse(
            status: status,
            headers: [
                ("Content-Type", "text/html; charset=utf-8"), ("Content-Language", visit.language.rawValue),
                ("Content-Security-Policy", policy), ("Vary", "Accept-Language, Cookie"),
            ], body: Array(layout.document.utf8))
    }

    private func secured(_ response: OutgoingResponse) -> OutgoingResponse {
        var result = response
        result.headers += [
            ("Cache-Control", "no-store"), ("X-Content-Type-Options", "nosniff"), ("Referrer-Policy", "same-origin"),
            ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
        ]
        if settings.isSecure {
            result.headers.append(("Strict-Transport-Security", "max-age=31536000"))
        }
        return result
    }
}
