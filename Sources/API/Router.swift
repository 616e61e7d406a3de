import HTTPTypes
import Hummingbird
import Logging
import Operations

/// Who calls us: every route of the contract, in one list.
package struct API: Sendable {
    package let routes: [Route]
    private let front: Front

    package init(
        _ intermediary: Intermediary, configuration: APIConfiguration, service: ServiceState, logger: Logger
    ) throws {
        let links = Links(publicURL: configuration.publicURL)
        front = Front(intermediary, configuration, logger: logger)
        routes =
            try serviceRoutes(intermediary, configuration, service) + registryRoutes(intermediary)
            + callerRoutes(intermediary) + citizenRoutes(intermediary) + positionRoutes(intermediary, links)
            + pspRoutes(intermediary)
            + attemptRoutes(intermediary, links) + receiptRoutes(intermediary, links)
            + notificationRoutes(intermediary) + journalRoutes(intermediary) + helpRoutes(intermediary)
    }

    /// Hummingbird's router over the list; what it does not find is told from what exists under another method.
    package var router: Router<Context> {
        let router = Router(context: Context.self)
        router.addMiddleware { Unrouted(front: front, routes: routes) }
        for route in routes {
            router.on(RouterPath(route.path), method: route.method) { request, context in
                await front.answer(request, context, route: route)
            }
        }
        return router
    }
}

/// Answers what no route took: 405 with `Allow` when the path exists, else 404.
private struct Unrouted: RouterMiddleware {
    let front: Front
    let routes: [Route]

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let path = request.uri.path.split(separator: "/")
            let methods = routes.filter { $0.matches(path) }.map(\.method.rawValue).sorted()
            guard !methods.isEmpty else { return await front.answer(request, context, route: nil) }
            let problem = Problem(
                "method-not-allowed", .methodNotAllowed, "The method is not one of this path's",
                allow: methods.joined(separator: ", "))
            return await front.answer(request, context, route: nil, refusing: problem)
        }
    }
}

/// Addresses that we hand out.
struct Links: Sendable {
    let publicURL: String

    func position(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/positions/\(id)" }
    func attempt(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/payment-attempts/\(id)" }
    func receipt(_ id: some CustomStringConvertible) -> String { "\(publicURL)/v1/receipts/\(id)" }
}
