import Accounts
import HTTPFraming
import HTTPTypes
import Logging
import Operations

/// Every route of the contract, and how connections are served.
package struct API: Sendable {
    let routes: [Route]
    /// The routes of the smart cards' port: opening sessions, and liveness.
    private let smartCardPortRoutes: [Route]
    /// The routes of a process that runs background jobs only.
    private let backgroundJobRoutes: [Route]
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
            serviceRoutes(intermediary, configuration, service, links) + problemRoutes(links) + codeRoutes()
            + creditorRoutes(intermediary.creditors) + amountSecretRoutes(intermediary.secrets, links)
            + accountRoutes(intermediary.creditors) + logoRoutes(intermediary.creditors)
            + mailWordingRoutes(intermediary.creditors) + debtMailRoutes(intermediary.creditors)
            + callerRoutes(intermediary.callers, intermediary.secrets, configuration, links)
            + signatureCheckRoutes(intermediary.secrets, configuration, clock: intermediary.clock)
            + pspRelayRoutes(intermediary.psps) + suspensionRoutes(intermediary.suspensions, links)
            + citizenRoutes(intermediary.citizens, links)
            + delegationRoutes(intermediary.delegations, links)
            + positionRoutes(intermediary.positions, intermediary.delegations, links)
            + noticeRoutes(intermediary.positions, intermediary.delegations)
            + noticeBatchRoutes(intermediary.positions, links)
            + restRoutes(intermediary.positions, links)
            + foundNoticeRoutes(intermediary.positions)
            + positionRequestRoutes(intermediary.positions, links) + importRoutes(intermediary.imports, links)
            + pspRoutes(intermediary.psps)
            + attemptRoutes(intermediary.attempts, intermediary.sandbox, links)
            + receiptRoutes(
                intermediary.receipts, intermediary.rts, intermediary.anomalies, intermediary.delegations, links)
            + verificationRoutes(intermediary.receipts) + linkedReceiptRoutes(intermediary.receipts)
            + refundRoutes(intermediary.refunds, links) + eventRoutes(intermediary.events)
            + subscriptionRoutes(intermediary.subscriptions, links)
            + notificationRoutes(intermediary.notifications) + unsubscribeRoutes(intermediary.notifications)
            + journalRoutes(intermediary.journal)
            + summaryRoutes(intermediary.summaries) + sandboxRoutes(intermediary.sandbox, links)
            + helpRoutes(intermediary.help)
            + smartCardRoutes(
                intermediary.citizens, SmartCardReader(trust: configuration.smartCards, transport: .header), links)
        smartCardPortRoutes =
            routes.filter { $0.operation == "show_liveness" }
            + smartCardRoutes(
                intermediary.citizens, SmartCardReader(trust: configuration.smartCards, transport: .handshake), links
            )
            .filter { $0.operation != "make_smart_card_ticket" }
        let ofEachProcess: Set = ["show_status", "show_liveness", "show_readiness", "show_metrics"]
        backgroundJobRoutes = routes.filter { ofEachProcess.contains($0.operation) }
    }

    /// How connections are served.
    package func channel(_ rules: FramingRules) -> FramedChannel { channel(rules, over: routes) }

    /// How the connections of the smart cards' port are served.
    package func smartCardChannel(_ rules: FramingRules) -> FramedChannel { channel(rules, over: smartCardPortRoutes) }

    /// How the connections of a process that runs background jobs only are served.
    package func backgroundJobChannel(_ rules: FramingRules) -> FramedChannel {
        channel(rules, over: backgroundJobRoutes)
    }

    private func channel(_ rules: FramingRules, over routes: [Route]) -> FramedChannel {
        let router = Router(routes: RouteTable(routes), pipeline: pipeline)
        return FramedChannel(rules) { await router.respond(ReceivedRequest($0)) }
    }

    package func framingRules(connections: Connections) -> FramingRules {
        FramingRules(
            connections: connections, isDraining: { [service] in service.isDraining },
            rejection: { [pipeline, table = RouteTable(routes)] error, target, address in
                let problem = Self.onPath(Problem(error), table.routes(ofTarget: target))
                return pipeline.reject(unparsed: problem, target: target, address: address).lastHTTP1Bytes
            })
    }

    /// An unregistered method is 405 with the methods of the path where the path exists, else 501.
    private static func onPath(_ problem: Problem, _ routes: [Route]) -> Problem {
        problem.kind == .notImplemented && !routes.isEmpty ? .methodNotAllowed(routes) : problem
    }
}

/// Has each request answered by its route. Without a route it is 405 with `Allow` when the path exists, else 404; or a CORS preflight.
private struct Router: Sendable {
    let routes: RouteTable
    let pipeline: Pipeline

    func respond(_ request: ReceivedRequest) async -> FramedResponse {
        switch routes.match(request.path, request.method) {
        case .route(let route, let parameters): await pipeline.respond(request, route: route, parameters)
        case .otherMethods(let others): await refuse(request, others)
        case .none: await pipeline.reject(request, with: .notFound)
        }
    }

    private func refuse(_ request: ReceivedRequest, _ others: [Route]) async -> FramedResponse {
        let ofKeys = others.filter(\.access.needsKey)
        if request.method == .options, !ofKeys.isEmpty, let origin = request.headers[.origin],
            request.headers[.accessControlRequestMethod] != nil
        {
            return await pipeline.preflight(request, origin: origin, methods: ofKeys.methods)
        }
        return await pipeline.reject(request, with: .methodNotAllowed(others))
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
    func delegation(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/delegations/\(id)" }
    func suspension(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/suspensions/\(id)" }
    func webhookSubscription(_ id: some CustomStringConvertible) -> String {
        "\(publicURL)/v1/webhook-subscriptions/\(id)"
    }
    func noticeBatch(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/notices/batches/\(id)" }
    func positionImport(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/position-imports/\(id)" }
}
