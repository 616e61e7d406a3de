import Accounts
import HTTPFraming
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import Operations

/// Every route of the contract, and how connections are served.
package struct API: Sendable {
    let routes: [Route]
    /// The routes of the smart cards' port: opening sessions, and liveness.
    private let smartCardPortRoutes: [Route]
    private let pipeline: Pipeline
    private let service: ServiceState

    package init(
        _ intermediary: Intermediary, configuration: APIConfiguration, service: ServiceState, logger: Logger
    ) {
        let links = Links(
            publicURL: configuration.publicURL, smartCardURL: configuration.smartCardURL ?? configuration.publicURL)
        pipeline = Pipeline(intermediary, configuration, links, logger: logger)
        self.service = service
        routes =
            serviceRoutes(intermediary, configuration, service, links) + problemRoutes(links)
            + creditorRoutes(intermediary.creditors) + accountRoutes(intermediary.creditors)
            + callerRoutes(intermediary.callers, intermediary.secrets, links)
            + pspRelayRoutes(intermediary.psps)
            + citizenRoutes(intermediary.citizens, links)
            + positionRoutes(intermediary.positions, links)
            + pspRoutes(intermediary.psps)
            + attemptRoutes(intermediary.attempts, links)
            + receiptRoutes(intermediary.receipts, intermediary.rts, intermediary.anomalies, links)
            + refundRoutes(intermediary.refunds, links)
            + notificationRoutes(intermediary.notifications) + journalRoutes(intermediary.journal)
            + helpRoutes(intermediary.help)
            + smartCardRoutes(
                intermediary.citizens, SmartCardReader(trust: configuration.smartCards, transport: .header), links)
        smartCardPortRoutes =
            routes.filter { $0.operation == "show_liveness" }
            + smartCardRoutes(
                intermediary.citizens, SmartCardReader(trust: configuration.smartCards, transport: .handshake), links
            )
            .filter { $0.operation != "make_smart_card_ticket" }
    }

    /// Hummingbird's router over the list, with 404 and 405 for other requests.
    package var router: Router<Context> { router(over: routes) }

    package var smartCardRouter: Router<Context> { router(over: smartCardPortRoutes) }

    private func router(over routes: [Route]) -> Router<Context> {
        let router = Router(context: Context.self)
        router.addMiddleware { Unrouted(pipeline: pipeline, routes: routes) }
        for route in routes {
            for method in route.method == .get ? [.get, .head] : [route.method] {
                router.on(RouterPath(route.path), method: method) { request, context in
                    await pipeline.respond(request, context, route: route)
                }
            }
        }
        return router
    }

    /// How connections are served.
    package func server(_ rules: FramingRules) -> HTTPServerBuilder {
        HTTPServerBuilder { FramedChannel(rules, responder: $0) }
    }

    package func framingRules(connections: Connections) -> FramingRules {
        FramingRules(
            connections: connections, isDraining: { [service] in service.isDraining },
            rejection: { [pipeline, routes] error, target, address in
                let problem = Self.onPath(Problem(error), target, routes)
                return pipeline.reject(unparsed: problem, target: target, address: address).lastHTTP1Bytes
            })
    }

    /// An unregistered method is 405 with the methods of the path where the path exists, else 501.
    private static func onPath(_ problem: Problem, _ target: String, _ routes: [Route]) -> Problem {
        guard problem.kind == .notImplemented else { return problem }
        let path = target.prefix { $0 != "?" }.split(separator: "/")
        let matching = routes.filter { $0.matches(path) }
        let fewest = matching.map(\.parameterCount).min()
        let here = matching.filter { $0.parameterCount == fewest }
        return here.isEmpty ? problem : .methodNotAllowed(here)
    }
}

/// Answers requests without a route: 405 with `Allow` when the path exists, else 404. Also answers CORS preflights.
private struct Unrouted: RouterMiddleware {
    let pipeline: Pipeline
    let routes: [Route]
    /// The methods of paths without a parameter: `/v1/positions/search` is never an id of `/v1/positions/{id}`.
    private let fixed: [String: Set<HTTPRequest.Method>]

    init(pipeline: Pipeline, routes: [Route]) {
        self.pipeline = pipeline
        self.routes = routes
        fixed = Dictionary(grouping: routes.filter { !$0.path.contains("{") }, by: \.path).mapValues { routes in
            Set(routes.flatMap { $0.method == .get ? [.get, .head] : [$0.method] })
        }
    }

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        // The router would accept other spellings of a path, which a firewall in front might read differently.
        guard isPlain(request.uri.path) else { return await pipeline.reject(request, context, with: .notFound) }
        if let methods = fixed[request.uri.path], !methods.contains(request.method) {
            return await refuse(request, context)
        }
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            return await refuse(request, context)
        }
    }

    private func refuse(_ request: Request, _ context: Context) async -> Response {
        let path = request.uri.path.split(separator: "/")
        let matching = routes.filter { $0.matches(path) }
        // The fixed path `/a/b` wins over `/a/{id}`.
        let fewest = matching.map(\.parameterCount).min()
        let here = matching.filter { $0.parameterCount == fewest }
        guard !here.isEmpty else { return await pipeline.reject(request, context, with: .notFound) }
        let ofKeys = here.filter(\.access.needsKey)
        if request.method == .options, !ofKeys.isEmpty, let origin = request.headers[.origin],
            request.headers[.accessControlRequestMethod] != nil
        {
            return await pipeline.preflight(request, context, origin: origin, methods: ofKeys.methods)
        }
        return await pipeline.reject(request, context, with: .methodNotAllowed(here))
    }

    /// Whether a path is spelled as in the contract: no empty, dotted or encoded segment, no trailing slash.
    private func isPlain(_ path: String) -> Bool {
        path == "/"
            || path.hasPrefix("/")
                && path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                    !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains { $0 == 0x25 || $0 == 0x5C }
                }
    }
}

extension [Route] {
    /// With HEAD where there is GET.
    fileprivate var methods: [String] {
        let own = map(\.method.rawValue)
        return (own.contains("GET") ? own + ["HEAD"] : own).sorted()
    }
}

extension Problem {
    /// - Parameter routes: those of the path.
    fileprivate static func methodNotAllowed(_ routes: [Route]) -> Problem {
        let allow = routes.methods.joined(separator: ", ")
        return Problem(.methodNotAllowed, detail: "This path has \(allow).", allow: allow)
    }
}

/// The URLs that responses contain.
struct Links: Sendable {
    let publicURL: String
    /// The base URL at which browsers present a smart card.
    let smartCardURL: String

    var smartCardPresentation: String { "\(smartCardURL)/smart-card" }
    var problems: String { "\(publicURL)/problems" }
    func problem(_ code: String) -> String { "\(problems)/\(code)" }
    func position(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/positions/\(id)" }
    func attempt(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/payment-attempts/\(id)" }
    func receipt(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/receipts/\(id)" }
    func refund(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/refunds/\(id)" }
}
