import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import Metrics
import NIOCore
import Operations
import PagoPA
import Seals
import Storage

/// What every request passes: correlation, limits, its caller, the handler, and its answer's headers, log line and metrics.
struct Front: Sendable {
    let intermediary: Intermediary
    let configuration: APIConfiguration
    let limiter: RateLimiter
    let citizenLimiter: RateLimiter
    let logger: Logger

    init(_ intermediary: Intermediary, _ configuration: APIConfiguration, logger: Logger) {
        self.intermediary = intermediary
        self.configuration = configuration
        self.limiter = RateLimiter(limitPerMinute: configuration.rateLimitPerMinute)
        self.citizenLimiter = RateLimiter(limitPerMinute: configuration.citizenRateLimitPerMinute)
        self.logger = logger
    }

    /// - Parameter route: nil when nothing has this method and path.
    func answer(_ request: Request, _ context: Context, route: Route?, refusing: Problem = .notFound) async -> Response
    {
        let began = ContinuousClock.now
        let correlation = CorrelationID(request.headers)
        var visit = Visit(path: request.uri.path, remoteAddress: context.remoteAddress)
        let reply = await Correlation.$id.withValue(correlation.text) {
            do {
                guard let route else {
                    if visit.path.hasPrefix("/v1") { try limit(&visit, as: "address:\(visit.remoteAddress)") }
                    throw refusing
                }
                return try await handle(request, context, route, &visit)
            } catch {
                return explain(error, request, correlation)
            }
        }
        let seconds = (ContinuousClock.now - began).seconds
        log(request, reply, route, visit, correlation, seconds: seconds)
        return response(reply, visit, correlation)
    }

    /// What becomes known of a request on its way.
    struct Visit {
        let path: String
        let remoteAddress: String
        var key: APIKey?
        var psp: PSPID?
        var citizen: SignedInCitizen?
        var rate: RateLimiter.Verdict?

        var consumer: String { key.map { "key:\($0.prefix)" } ?? psp.map { "psp:\($0)" } ?? "-" }
    }

    private func handle(_ request: Request, _ context: Context, _ route: Route, _ visit: inout Visit) async throws
        -> Reply
    {
        let isVersioned = route.path.hasPrefix("/v1/")
        if isVersioned { try demandAcceptable(request, route) }
        let parameters = Dictionary(
            uniqueKeysWithValues: context.parameters.map { (String($0.key), String($0.value)) })
        if route.access == .key {
            do { visit.key = try await authenticated(request) } catch {
                try limit(&visit, as: "address:\(visit.remoteAddress)")
                throw error
            }
        }
        if route.access == .psp { visit.psp = try? PSPID(parameters["psp_id"] ?? "") }
        if isVersioned, route.access == .key, let key = visit.key { try limit(&visit, as: "key:\(key.id)") }
        if isVersioned, route.access == .psp {
            let sender = "psp:\(visit.psp?.value ?? "")@\(visit.remoteAddress)"
            try limit(&visit, as: sender, times: APIConfiguration.pspRateFactor)
        }
        let clientAddress = try clientAddress(request, visit)
        if route.isLimitedByAddress { try limitCitizen(clientAddress, &visit) }
        if let key = visit.key, let token = request.headers[.citizenToken] {
            visit.citizen = try await intermediary.authenticate(citizenToken: token, beside: key)
        }
        let query = try knownQuery(request, route)
        let body = try await collect(request)
        if route.access == .psp { try await demandSignature(request, of: visit.psp, over: body) }
        let inbound = Inbound(
            method: request.method, path: request.uri.path, parameters: parameters, query: query,
            headers: request.headers, body: body, key: visit.key, psp: visit.psp, citizen: visit.citizen,
            clientAddress: clientAddress.address)
        return try await route.handle(inbound)
    }

    // MARK: Before the handler

    private func authenticated(_ request: Request) async throws -> APIKey {
        guard let header = request.headers[.authorization], header.utf8.count <= 512 else {
            throw Refusal.unauthenticated
        }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { throw Refusal.unauthenticated }
        return try await intermediary.authenticate(token: String(parts[1]))
    }

    private func demandSignature(_ request: Request, of psp: PSPID?, over body: [UInt8]) async throws {
        var secrets: [WebhookSecret] = []
        if let psp { secrets = try await intermediary.webhookSecrets(of: psp) }
        let verdict = WebhookSignature.verify(
            id: request.headers[.webhookID], timestamp: request.headers[.webhookTimestamp],
            signature: request.headers[.webhookSignature], body: body, secrets: secrets,
            nowUnixSeconds: intermediary.clock().unixSeconds)
        guard verdict != .valid else { return }
        Counter(
            label: "webhook_refused_total", dimensions: [("psp", psp != nil && !secrets.isEmpty ? "known" : "unknown")]
        )
        .increment()
        if case .stale(let skew) = verdict {
            logger.warning(
                "a PSP's clock differs too much from ours",
                metadata: ["psp": "\(psp?.value ?? "-")", "skew_seconds": "\(skew)"])
        }
        throw Refusal.unauthenticated
    }

    private func limit(_ visit: inout Visit, as caller: String, times factor: Int = 1) throws {
        let verdict = limiter.count(caller, times: factor, at: intermediary.clock())
        visit.rate = verdict
        try demandAllowed(verdict)
    }

    private func demandAllowed(_ verdict: RateLimiter.Verdict) throws {
        guard verdict.isAllowed else {
            throw Problem(
                "too-many-requests", .tooManyRequests, "Too many requests",
                detail: "\(verdict.limit) a minute are allowed.", retryAfterSeconds: verdict.resetSeconds)
        }
    }

    /// The answer tells of this limit only when it is the one that is reached.
    private func limitCitizen(_ client: (address: ClientAddress, isStated: Bool), _ visit: inout Visit) throws {
        let verdict = citizenLimiter.count(
            client.address.text, times: client.isStated ? 1 : APIConfiguration.unstatedAddressFactor,
            at: intermediary.clock())
        if !verdict.isAllowed { visit.rate = verdict }
        try demandAllowed(verdict)
    }

    /// The citizen's, as a front end states it; else the connection's.
    private func clientAddress(_ request: Request, _ visit: Visit) throws -> (address: ClientAddress, isStated: Bool) {
        guard visit.key != nil, let stated = request.headers[.citizenAddress] else {
            return ((try? ClientAddress(visit.remoteAddress)) ?? .unknown, false)
        }
        do { return (try ClientAddress(stated), true) } catch {
            throw Problem.badParameters([Violation("Citizen-Address", "\(error)")])
        }
    }

    private func demandAcceptable(_ request: Request, _ route: Route) throws {
        guard let accept = request.headers[.accept]?.lowercased() else { return }
        let offered =
            route.produces.map { [$0, $0.split(separator: "/")[0] + "/*"] }.flatMap(\.self) + [
                "*/*", "application/problem+json",
            ]
        let wanted = accept.split(separator: ",").map {
            $0.split(separator: ";")[0].trimmingCharacters(in: .whitespaces)
        }
        guard wanted.isEmpty || wanted.contains(where: offered.contains) else {
            throw Problem(
                "not-acceptable", .notAcceptable, "None of the accepted media types can be given",
                detail: "This answers \(route.produces.joined(separator: ", ")).")
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
            throw Problem.badParameters(unknown.map { .init($0, "is not a known parameter") })
        }
        for pair in query where pair.value.unicodeScalars.contains("\0") {
            throw Problem.badParameters([.init(pair.name, "must not hold the character U+0000")])
        }
        return query
    }

    private func collect(_ request: Request) async throws -> [UInt8] {
        let tooLarge = Problem(
            "content-too-large", .contentTooLarge, "The body is too large",
            detail: "At most \(configuration.maximumBodyBytes) bytes are taken.")
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > configuration.maximumBodyBytes {
            throw tooLarge
        }
        guard request.method != .get, request.method != .head else { return [] }
        let limit = configuration.maximumBodyBytes
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                var bytes: [UInt8] = []
                for try await chunk in request.body {
                    guard bytes.count + chunk.readableBytes <= limit else { throw tooLarge }
                    bytes.append(contentsOf: chunk.readableBytesView)
                }
                return bytes
            }
            group.addTask {
                try await Task.sleep(for: .seconds(configuration.bodyDeadlineSeconds))
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            guard let first else {
                throw Problem("request-timeout", .requestTimeout, "The body did not arrive in time")
            }
            return first
        }
    }

    // MARK: After it

    /// Refusals and problems are the caller's; anything else is ours, logged once and told without detail.
    private func explain(_ error: any Error, _ request: Request, _ correlation: CorrelationID) -> Reply {
        let problem: Problem
        switch error {
        case let known as Problem: problem = known
        case let refusal as Refusal: problem = Problem(refusal)
        case StorageError.unavailable:
            logger.error("the database is away", metadata: ["correlation_id": "\(correlation.text)"])
            problem = .unavailable
        case is CancellationError: problem = .unavailable
        default:
            logger.error(
                "a request failed", metadata: ["correlation_id": "\(correlation.text)", "error": "\(error)"])
            problem = .internalFault
        }
        return problem.reply(instance: request.uri.path, correlationID: correlation.text)
    }

    private func response(_ reply: Reply, _ visit: Visit, _ correlation: CorrelationID) -> Response {
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
        // 204 and 304 have no body at all.
        if reply.status == .noContent || reply.status == .notModified {
            return Response(status: reply.status, headers: headers)
        }
        return Response(
            status: reply.status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: reply.body)))
    }

    /// Fields of AgID's RAC_GEN_LOG_01; the path is the route's, so that no id or personal datum of a caller gets in.
    private func log(
        _ request: Request, _ reply: Reply, _ route: Route?, _ visit: Visit, _ correlation: CorrelationID,
        seconds: Double
    ) {
        let template = route?.path ?? "unknown"
        Metrics.Timer(
            label: "http_server_request_duration_seconds",
            dimensions: [
                ("method", request.method.rawValue), ("route", template), ("status", String(reply.status.code)),
            ]
        ).recordNanoseconds(Int64(seconds * 1e9))
        logger.info(
            "request",
            metadata: [
                "correlation_id": "\(correlation.text)", "trace_id": "\(correlation.traceID ?? "-")",
                "method": "\(request.method.rawValue)", "uri": "\(template)", "status": "\(reply.status.code)",
                "client_ip": "\(visit.remoteAddress)", "consumer": "\(visit.consumer)",
                "duration_ms": "\(Int(seconds * 1_000))",
            ])
    }
}

extension HTTPField.Name {
}

extension Duration {
    var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}
