import Accounts
import Addresses
import Cryptography
import HTTPFraming
import HTTPTypes
import Logging
import Operations
import PagoPA
import Requests

/// The steps between a parsed HTTP request and its handler, and back. Each step has a file and a test of its own.
struct Pipeline: Sendable {
    private let clientAddresses: ClientAddresses
    private let limits: RateLimits
    private let authentication: Authentication
    /// Throws `CredentialChanged`.
    private let confirm: @Sendable (RequestCredential) async throws -> Void
    private let webhooks: WebhookAuthentication
    private let queries: QueryParameters
    private let bodies: RequestBodyCollector
    private let origins: KnownOrigins
    private let errors: ErrorResponse
    private let log: RequestLog
    private let cursorAuthenticator: Authenticator
    private let exports = ExportLimits()

    init(_ intermediary: Intermediary, _ configuration: APIConfiguration, _ links: Links, logger: Logger) {
        let clock = intermediary.clock
        clientAddresses = ClientAddresses(trustedProxies: configuration.trustedProxies)
        limits = RateLimits(configuration, clock: clock)
        authentication = Authentication(
            limits: limits, clock: clock,
            findKey: { try await intermediary.callers.authenticate(token: $0, fromMemory: $1) },
            findCitizen: { try await intermediary.callers.authenticate(citizenToken: $0, beside: $1, fromMemory: $2) })
        confirm = { try await intermediary.callers.confirm($0) }
        webhooks = WebhookAuthentication(
            findSecrets: { try await intermediary.secrets.validEntries(of: $0) },
            record: { try await intermediary.secrets.recordUse(of: $0) }, clock: clock, logger: logger)
        queries = QueryParameters(maximumBytes: configuration.maximumQueryBytes)
        bodies = RequestBodyCollector(maximumBytes: configuration.maximumBodyBytes)
        origins = KnownOrigins(intermediary.callers)
        errors = ErrorResponse(links: links, logger: logger)
        log = RequestLog(logger: logger)
        cursorAuthenticator = CursorCodec.authenticator(configuration.secrets)
    }

    /// The response of a route.
    func respond(_ request: ReceivedRequest, route: Route, _ parameters: [String: String]) async -> FramedResponse {
        await respond(request, as: route.path) { state in
            guard route.access.needsKey else { return try await reply(request, parameters, route, &state) }
            do {
                return try await confirmedReply(request, parameters, route, &state, fromMemory: true)
            } catch is CredentialChanged {
                // Nothing was executed with the cached key or session: they are read again, and the request is handled again.
                return try await confirmedReply(request, parameters, route, &state, fromMemory: false)
            }
        }
    }

    /// The response to a request without a route.
    func reject(_ request: ReceivedRequest, with problem: Problem) async -> FramedResponse {
        await respond(request, as: "unknown") { state in
            try limits.countAddress(&state)
            throw problem
        }
    }

    /// The response to a browser that asks whether a page of this origin may send its request (a CORS preflight).
    func preflight(_ request: ReceivedRequest, origin: String, methods: [String]) async -> FramedResponse {
        await respond(request, as: "preflight") { state in
            try limits.countAddress(&state)
            guard try await origins.isNamed(origin) else {
                throw Problem(.originNotAllowed, detail: "No valid key names it among its allowed_origins.")
            }
            return Reply(.noContent, headers: .preflight(for: origin, methods: methods))
        }
    }

    /// The response to bytes that were rejected before they became a request.
    func reject(unparsed problem: Problem, target: String, address: String) -> Reply {
        var state = RequestState(
            method: "-", path: String(target.prefix { $0 != "?" }), template: "unreadable",
            correlation: CorrelationID([:]), clientIP: IPAddress(address))
        var problem = problem
        do { try limits.countAddress(&state) } catch { problem = error }
        let reply = errors.reply(to: problem, state).addingStandardHeaders(state)
        log.record(reply, state, seconds: 0)
        return reply
    }

    // MARK: Steps

    /// The common part of every response.
    /// - Parameter template: the route's path, which is logged.
    private func respond(
        _ request: ReceivedRequest, as template: String, _ work: (inout RequestState) async throws -> Reply
    ) async -> FramedResponse {
        let began = ContinuousClock.now
        var state = RequestState(
            method: request.method.rawValue, path: request.path, template: template,
            correlation: CorrelationID(request.headers),
            clientIP: clientAddresses.client(peer: request.peer.address, request.headers),
            origin: request.headers[.origin])
        let reply = await Correlation.$id.withValue(state.correlation.text) {
            await TraceContext.$current.withValue(state.correlation.trace) {
                do { return try await work(&state) } catch { return errors.reply(to: error, state) }
            }
        }.addingStandardHeaders(state)
        log.record(reply, state, seconds: (ContinuousClock.now - began).seconds)
        return logged(reply, state).framed(for: request.method)
    }

    /// A streamed body is made after the request's line has been logged, so its end is logged as well, under the same correlation id.
    private func logged(_ reply: Reply, _ state: RequestState) -> Reply {
        guard let stream = reply.stream else { return reply }
        let began = ContinuousClock.now
        let reported = stream.reporting { [log] end, sentBytes in
            log.record(end, sentBytes: sentBytes, state, seconds: (ContinuousClock.now - began).seconds)
        }
        var reply = reply
        reply.stream = StreamedBody { send in
            try await Correlation.$id.withValue(state.correlation.text) { try await reported.parts(send) }
        }
        return reply
    }

    /// Sends no response before the database has confirmed the credential, also where the request needed no transaction.
    private func confirmedReply(
        _ request: ReceivedRequest, _ parameters: [String: String], _ route: Route, _ state: inout RequestState,
        fromMemory: Bool
    ) async throws -> Reply {
        try await authentication.authenticate(request.headers, &state, fromMemory: fromMemory)
        let result: Result<Reply, any Error>
        do { result = .success(try await reply(request, parameters, route, &state, fromMemory: fromMemory)) } catch {
            result = .failure(error)
        }
        if case .failure(let error) = result, error is CredentialChanged { throw error }
        if let credential = state.credential { try await confirm(credential) }
        return try result.get()
    }

    /// The request that a route's handler receives.
    private func reply(
        _ request: ReceivedRequest, _ parameters: [String: String], _ route: Route, _ state: inout RequestState,
        fromMemory: Bool = true
    ) async throws -> Reply {
        let headers = request.headers
        var caller = AuthenticatedCaller.anonymous
        switch route.access {
        case .open: try limits.countAddress(&state)
        case .key: break
        case .psp:
            state.psp = try? PSPID(parameters["psp_id"] ?? "")
            // The caller is proved only by the signature over the body. A count for each name in the path would give every caller as many
            // counts as it invents names.
            try limits.countAddress(&state, as: "psp", times: APIConfiguration.pspRateFactor)
        }
        let accept = Accept(headers[.accept] ?? "")
        if state.isVersioned { try accept.demandAny(of: route) }
        let citizenAddress = try clientAddresses.citizen(headers, state)
        if route.isLimitedByAddress, fromMemory { try limits.countCitizen(citizenAddress, &state) }
        if let key = state.credential {
            guard key.key.allows(state.origin.flatMap { WebOrigin(header: $0) }) else {
                throw Problem(.originNotAllowed, detail: "A browser key needs the Origin of a page that it names.")
            }
            let credential = try await authentication.withCitizen(key, headers, fromMemory: fromMemory)
            state.credential = credential
            try route.authorize(credential.caller)
            try route.demandOpenToBrowsers(credential.caller)
            caller = .key(credential.caller)
        }
        try EntityTags.demandNone(in: headers, of: request.method, for: route)
        let query = try queries.validated(known: route.query, query: request.query) { request.queryParameters }
        var body: [UInt8] = []
        let stream = route.streamedBytes.map { RequestBodyStream(request, maximumBytes: $0) }
        if let earlier = state.body {
            body = earlier
        } else if stream == nil {
            body = try await bodies.collect(request.body, of: request.method, headers) {
                request.sendContinue()
            }
            state.body = body
        }
        if route.access == .psp { caller = .psp(try await webhooks.verify(headers, of: state.psp, over: body)) }
        let content = RequestContent(
            method: request.method, path: request.path, parameters: parameters, query: query, headers: headers,
            accept: accept, body: body, stream: stream, peer: request.peer, clientAddress: citizenAddress.address,
            cursorAuthenticator: cursorAuthenticator, exports: exports)
        return try await RequestCredential.$current.withValue(state.credential) {
            try await route.handle(content, caller)
        }
    }
}
