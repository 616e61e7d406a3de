import Accounts
import Addresses
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Metrics
import NIOCore
import Operations
import PagoPA
import Requests
import Seals

/// What every request passes: correlation, limits, its caller, the handler, and its answer's headers, log line and metrics.
struct Front: Sendable {
    let intermediary: Intermediary
    let configuration: APIConfiguration
    let limiter: RateLimiter
    let citizenLimiter: RateLimiter
    let familiarity = Familiarity()
    let origins: KnownOrigins
    let links: Links
    let logger: Logger
    private let cursorKeys: [[UInt8]]

    init(_ intermediary: Intermediary, _ configuration: APIConfiguration, _ links: Links, logger: Logger) {
        self.intermediary = intermediary
        self.configuration = configuration
        self.limiter = RateLimiter(limitPerMinute: configuration.rateLimitPerMinute)
        self.citizenLimiter = RateLimiter(limitPerMinute: configuration.citizenRateLimitPerMinute)
        self.origins = KnownOrigins(intermediary)
        self.links = links
        self.cursorKeys = configuration.secrets.derived(for: .cursors)
        self.logger = logger
    }

    func answer(_ request: Request, _ context: Context, route: Route) async -> Response {
        await answer(request, context, as: route.path) { visit in
            try await handle(request, context, route, &visit)
        }
    }

    /// What no route takes.
    func refuse(_ request: Request, _ context: Context, with problem: Problem) async -> Response {
        await answer(request, context, as: "unknown") { visit in
            try limit(&visit)
            throw problem
        }
    }

    /// A browser asks whether a page of this origin may send at all.
    func preflight(_ request: Request, _ context: Context, origin: String, methods: [String]) async -> Response {
        await answer(request, context, as: "preflight") { visit in
            try limit(&visit)
            guard try await origins.isNamed(origin) else {
                throw Problem(.originNotAllowed, detail: "No valid key names it among its allowed_origins.")
            }
            return Reply(.noContent, headers: .preflight(for: origin, methods: methods))
        }
    }

    /// - Parameter template: the route's path, which is what is logged.
    func answer(
        _ request: Request, _ context: Context, as template: String, _ work: (inout Visit) async throws -> Reply
    ) async -> Response {
        let began = ContinuousClock.now
        let correlation = CorrelationID(request.headers)
        var visit = Visit(
            method: request.method.rawValue, path: request.uri.path, template: template,
            client: client(request, context), origin: request.headers[.origin])
        let reply = await Correlation.$id.withValue(correlation.text) {
            do { return try await work(&visit) } catch { return explain(error, visit, correlation) }
        }
        let dressed = dress(reply, visit, correlation)
        log(dressed, visit, correlation, seconds: (ContinuousClock.now - began).seconds)
        return response(dressed, to: request.method)
    }

    /// Answers what never became a request.
    func refuse(_ problem: Problem, target: String, address: String) -> Reply {
        let correlation = CorrelationID([:])
        var visit = Visit(
            method: "-", path: String(target.prefix { $0 != "?" }), template: "unreadable", client: IPAddress(address))
        var told = problem
        do { try limit(&visit) } catch { told = error }
        let reply = dress(
            told.reply(instance: visit.path, correlationID: correlation.text, links: links), visit, correlation)
        log(reply, visit, correlation, seconds: 0)
        return reply
    }

    /// What becomes known of a request on its way.
    struct Visit {
        let method: String
        let path: String
        let template: String
        let client: IPAddress?
        var origin: String?
        var key: APIKey?
        var psp: PSPID?
        var citizen: SignedInCitizen?
        var rate: RateLimiter.Verdict?

        var isVersioned: Bool { path.hasPrefix("/v1/") || path == "/v1" }
        /// What reaches the database, but for what monitors ask.
        var isCounted: Bool { isVersioned || path.hasPrefix("/return/") || path == "/smart-card" }
        var consumer: String { key.map { "key:\($0.prefix)" } ?? psp.map { "psp:\($0)" } ?? "-" }
    }

    private func client(_ request: Request, _ context: Context) -> IPAddress? {
        IPAddress(context.remoteAddress).map {
            configuration.trustedProxies.client(
                peer: $0, xForwardedFor: request.headers[.xForwardedFor], forwarded: request.headers[.forwarded])
        }
    }

    private func handle(_ request: Request, _ context: Context, _ route: Route, _ visit: inout Visit) async throws
        -> Reply
    {
        let parameters = Dictionary(
            context.parameters.map { (String($0.key), String($0.value)) }, uniquingKeysWith: { first, _ in first })
        switch route.access {
        case .open: try limit(&visit)
        case .key: try await admit(request, &visit)
        case .psp:
            visit.psp = try? PSPID(parameters["psp_id"] ?? "")
            // Who it is shows only over the body; a name that anybody may give would give anybody a new count.
            try limit(&visit, as: "psp", times: APIConfiguration.pspRateFactor)
        }
        if visit.isVersioned { try demandAcceptable(request, route) }
        let clientAddress = try clientAddress(request, visit)
        if route.isLimitedByAddress { try limitCitizen(clientAddress, &visit) }
        if let key = visit.key, let token = request.headers[.citizenToken] {
            visit.citizen = try await intermediary.authenticate(citizenToken: token, beside: key)
        }
        if route.access == .key, !route.isConditional, request.method != .get, request.method != .head,
            let tags = request.headers[.ifMatch].map(EntityTags.init), !tags.isAny
        {
            throw Refusal.preconditionFailed
        }
        let query = try knownQuery(request, route)
        let body = try await collect(request, context)
        if route.access == .psp { try await demandSignature(request, of: visit.psp, over: body) }
        let inbound = Inbound(
            method: request.method, path: request.uri.path, parameters: parameters, query: query,
            headers: request.headers, body: body, peer: context.peer, key: visit.key, psp: visit.psp,
            citizen: visit.citizen, clientAddress: clientAddress.address, cursorKeys: cursorKeys)
        return try await route.handle(inbound)
    }

    // MARK: Before the handler

    /// Whoever shows no valid key is counted by address, and costs the database nothing once that address has used up its minute.
    private func admit(_ request: Request, _ visit: inout Visit) async throws {
        let credential = request.headers[.authorization] ?? ""
        let now = intermediary.clock()
        let isStranger = !familiarity.knows(credential, at: now)
        if isStranger, !limiter.look(.address(visit.client), at: now).isAllowed { try limit(&visit) }
        do { visit.key = try await authenticated(request) } catch {
            try limit(&visit)
            throw error
        }
        guard let key = visit.key else { throw Refusal.unauthenticated }
        familiarity.keep(credential, at: now)
        try keep(limiter.count(.key(key.id), at: now), &visit)
    }

    private func authenticated(_ request: Request) async throws -> APIKey {
        guard let header = request.headers[.authorization], header.utf8.count <= 512 else {
            throw Refusal.unauthenticated
        }
        guard let token = bearerToken(header) else { throw Refusal.unauthenticated }
        return try await intermediary.authenticate(token: token)
    }

    private func demandSignature(_ request: Request, of psp: PSPID?, over body: [UInt8]) async throws {
        var secrets: [WebhookSecret] = []
        if let psp { secrets = try await intermediary.webhookSecrets(of: psp) }
        let now = intermediary.clock()
        let lines = WebhookSignature.Lines(
            id: request.headers[values: .webhookID], timestamp: request.headers[values: .webhookTimestamp],
            signature: request.headers[values: .webhookSignature])
        let verdict = WebhookSignature.verify(lines, body: body, secrets: secrets, nowUnixSeconds: now.unixSeconds)
        guard let problem = Problem(verdict, at: now) else { return }
        let isKnown = !secrets.isEmpty
        Counter(
            label: "webhook_refused_total",
            dimensions: [("psp", isKnown ? "known" : "unknown"), ("reason", problem.kind.code)]
        ).increment()
        // The caller is told the same whether the PSP exists or not; the log tells it apart. Strangers are not worth a warning.
        var metadata: Logger.Metadata = [
            "psp": "\(psp?.value ?? "-")", "psp_known": "\(isKnown)", "reason": "\(problem.kind.code)",
        ]
        metadata["correlation_id"] = Correlation.id.map { "\($0)" }
        if case .stale(let skew) = verdict { metadata["skew_seconds"] = "\(skew)" }
        metadata["headers"] =
            problem.violations.isEmpty ? nil : "\(problem.violations.map(\.pointer).joined(separator: " "))"
        logger.log(level: isKnown ? .warning : .info, "webhook call refused", metadata: metadata)
        throw problem
    }

    /// Counts a caller by address.
    private func limit(_ visit: inout Visit, as name: String = "", times factor: Int = 1) throws(Problem) {
        guard visit.isCounted else { return }
        let caller = RateLimiter.Caller.address(visit.client, name: name)
        try keep(limiter.count(caller, times: factor, at: intermediary.clock()), &visit)
    }

    private func keep(_ verdict: RateLimiter.Verdict, _ visit: inout Visit) throws(Problem) {
        visit.rate = verdict
        try demandAllowed(verdict)
    }

    private func demandAllowed(_ verdict: RateLimiter.Verdict) throws(Problem) {
        guard verdict.isAllowed else {
            throw Problem(
                .tooManyRequests, detail: "\(verdict.limit) requests a minute are allowed.",
                retryAfterSeconds: verdict.resetSeconds)
        }
    }

    /// The answer tells of this limit only when it is the one that is reached.
    private func limitCitizen(_ client: (address: ClientAddress, isStated: Bool), _ visit: inout Visit) throws {
        let verdict = citizenLimiter.count(
            .address(nil, name: client.address.text),
            times: client.isStated ? 1 : APIConfiguration.unstatedAddressFactor,
            at: intermediary.clock())
        if !verdict.isAllowed { visit.rate = verdict }
        try demandAllowed(verdict)
    }

    /// The citizen's, as a front end states it; else the connection's.
    private func clientAddress(_ request: Request, _ visit: Visit) throws -> (address: ClientAddress, isStated: Bool) {
        guard visit.key != nil, let stated = request.headers[.citizenAddress] else {
            return (visit.client.flatMap { try? ClientAddress("\($0)") } ?? .unknown, false)
        }
        do { return (try ClientAddress(stated), true) } catch {
            throw Problem.badParameters([Violation("Citizen-Address", error)])
        }
    }

    private func demandAcceptable(_ request: Request, _ route: Route) throws {
        // A PSP's RT is stored whatever its client would rather read.
        guard route.access != .psp, let header = request.headers[.accept] else { return }
        let accept = Accept(header)
        guard (route.produces + ["application/problem+json"]).contains(where: accept.accepts) else {
            throw Problem(.notAcceptable, detail: "This answers \(route.produces.joined(separator: ", ")).")
        }
    }

    private func knownQuery(_ request: Request, _ route: Route) throws -> [(name: String, value: String)] {
        guard (request.uri.query?.utf8.count ?? 0) <= configuration.maximumQueryBytes else {
            throw Problem.malformed("The query is longer than \(configuration.maximumQueryBytes) bytes.")
        }
        guard let known = route.query else { return [] }
        let query = request.uri.queryParameters.map { (name: String($0.key), value: String($0.value)) }
        var unknown = Set(query.map(\.name)).subtracting(known).sorted()
        unknown = unknown.map { String($0.prefix(100)) }
        guard unknown.isEmpty else {
            throw Problem.badParameters(unknown.map { Violation($0, .unknownMember, "is not a known parameter") })
        }
        for pair in query where pair.value.unicodeScalars.contains("\0") {
            throw Problem.badParameters([
                Violation(pair.name, .badCharacters, "must not hold the character U+0000")
            ])
        }
        return query
    }

    /// The whole body. How long it may take is the `WireGuard`'s business.
    private func collect(_ request: Request, _ context: Context) async throws -> [UInt8] {
        guard request.method != .get, request.method != .head else { return [] }
        // Nothing is unpacked, so that nothing small becomes large here.
        if let coding = request.headers[.contentEncoding], coding.lowercased() != "identity" {
            throw Problem(.unsupportedMediaType, detail: "Send the body uncompressed, without Content-Encoding.")
        }
        let limit = configuration.maximumBodyBytes
        let tooLarge = Problem(.contentTooLarge, detail: "A body has at most \(limit) bytes.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit { throw tooLarge }
        if request.headers[.expect] != nil {
            context.channel.triggerUserOutboundEvent(WireGuard.Continue(), promise: nil)
        }
        var bytes: [UInt8] = []
        do {
            for try await chunk in request.body {
                guard bytes.count + chunk.readableBytes <= limit else { throw tooLarge }
                bytes.append(contentsOf: chunk.readableBytesView)
            }
        } catch let known as Problem {
            throw known
        } catch let broken as WireGuard.Broken {
            throw broken.problem
        } catch {
            throw Problem.malformed("The body did not arrive whole.")
        }
        return bytes
    }

    // MARK: After it

    /// Refusals and problems are the caller's; anything else is ours, logged once and told without detail.
    private func explain(_ error: any Error, _ visit: Visit, _ correlation: CorrelationID) -> Reply {
        let problem: Problem
        switch error {
        case let known as Problem: problem = known
        case let refusal as Refusal: problem = Problem(refusal)
        case is DatabaseUnavailable:
            logger.error("the database is away", metadata: ["correlation_id": "\(correlation.text)"])
            problem = .unavailable
        case is CancellationError: problem = .unavailable
        default:
            logger.error(
                "a request failed", metadata: ["correlation_id": "\(correlation.text)", "error": "\(error)"])
            problem = .internalFault
        }
        return problem.reply(instance: visit.path, correlationID: correlation.text, links: links)
    }

    /// The headers that every answer has.
    private func dress(_ reply: Reply, _ visit: Visit, _ correlation: CorrelationID) -> Reply {
        var headers = reply.headers
        headers[.correlationID] = correlation.text
        if let rate = visit.rate {
            headers[.rateLimitLimit] = String(rate.limit)
            headers[.rateLimitRemaining] = String(rate.remaining)
            headers[.rateLimitReset] = String(rate.resetSeconds)
        }
        // What has a version may be kept by its caller, who asks again; nothing else is kept anywhere.
        if headers[.cacheControl] == nil {
            headers[.cacheControl] = headers[.eTag] == nil ? "no-store" : "private, no-cache"
        }
        if headers[.contentSecurityPolicy] == nil {
            headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        headers[.contentTypeOptions] = "nosniff"
        headers[.frameOptions] = "DENY"
        headers[.referrerPolicy] = "no-referrer"
        headers[.strictTransportSecurity] = "max-age=63072000; includeSubDomains"
        if let origin = visit.origin, let key = visit.key { headers.share(with: origin, of: key) }
        return Reply(reply.status, headers: headers, body: reply.body)
    }

    private func response(_ reply: Reply, to method: HTTPRequest.Method) -> Response {
        // 204 and 304 have no body at all.
        if reply.status == .noContent || reply.status == .notModified {
            return Response(status: reply.status, headers: reply.headers)
        }
        let whole = Response(
            status: reply.status, headers: reply.headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
        return method == .head ? whole.createHeadResponse() : whole
    }

    /// Fields of AgID's RAC_GEN_LOG_01; the path is the route's, so that no id or personal datum of a caller gets in.
    private func log(_ reply: Reply, _ visit: Visit, _ correlation: CorrelationID, seconds: Double) {
        Metrics.Timer(
            label: "http_server_request_duration_seconds",
            dimensions: [
                ("method", visit.method), ("route", visit.template), ("status", String(reply.status.code)),
            ]
        ).recordNanoseconds(Int64(exactly: (seconds * 1e9).rounded()) ?? 0)
        logger.info(
            "request",
            metadata: [
                "correlation_id": "\(correlation.text)", "trace_id": "\(correlation.traceID ?? "-")",
                "method": "\(visit.method)", "uri": "\(visit.template)", "status": "\(reply.status.code)",
                "client_ip": "\(visit.client.map { "\($0)" } ?? "unknown")", "consumer": "\(visit.consumer)",
                "duration_ms": "\(Int(exactly: (seconds * 1_000).rounded()) ?? 0)",
            ])
    }
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// The credential of an `Authorization` header of the scheme `Bearer`, in any case; `nil` for any other header.
func bearerToken(_ header: String) -> String? {
    let parts = header.trimmed.split(separator: " ", maxSplits: 1)
    guard parts.first?.lowercased() == "bearer", let token = parts.dropFirst().first?.trimmed, !token.isEmpty else {
        return nil
    }
    return token
}
