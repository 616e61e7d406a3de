import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Synchronization
import Text

/// The state of the process, for its probes.
package final class ServiceState: Sendable {
    private let draining = Mutex(false)
    private let current = Mutex(false)
    /// The metrics in Prometheus' text form.
    let metrics: @Sendable () async -> String
    /// Whether every migration of this build is applied.
    let migrationsAreCurrent: @Sendable () async throws -> Bool

    package init(
        metrics: @escaping @Sendable () async -> String,
        migrationsAreCurrent: @escaping @Sendable () async throws -> Bool
    ) {
        self.metrics = metrics
        self.migrationsAreCurrent = migrationsAreCurrent
    }

    /// From now on the service is not ready, and each response is the last one of its connection.
    package func drain() { draining.withLock { $0 = true } }
    var isDraining: Bool { draining.withLock(\.self) }

    func noteCurrent() { current.withLock { $0 = true } }
    var wasCurrent: Bool { current.withLock(\.self) }
}

func serviceRoutes(
    _ intermediary: Intermediary, _ configuration: APIConfiguration, _ state: ServiceState,
    _ links: Links
) -> [Route] {
    let handlers = ServiceHandlers(intermediary: intermediary, state: state, links: links)
    let contract = Reply(
        .ok, headers: [.contentType: "application/yaml; charset=utf-8", .accessControlAllowOrigin: "*"],
        body: configuration.naming(thisServiceIn: configuration.contract))
    let summary = Reply(
        .ok,
        headers: [
            .contentType: "text/plain; charset=utf-8",
            .eTag: "\"\(Hex.encode(SHA256.digest(configuration.summaryForModels)))\"",
        ], body: configuration.summaryForModels)
    return [
        Route(.get, "/status", "show_status", access: .open) { _ in await handlers.status() },
        Route(.get, "/live", "show_liveness", access: .open) { _ in .json { $0.field("status", "live") } },
        Route(.get, "/ready", "show_readiness", access: .open) { _ in try await handlers.ready() },
        Route(.get, "/metrics", "show_metrics", access: .open, produces: ["text/plain"]) { _ in
            Reply(
                .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: Array(await state.metrics().utf8))
        },
        Route(.get, "/openapi.yaml", "show_contract", access: .open, produces: ["application/yaml"]) { _ in contract },
        Route(.get, "/llms.txt", "show_llms_text", access: .open, produces: ["text/plain"]) { request in
            guard !summary.body.isEmpty else { throw Problem.notFound }
            return request.unlessCached(summary).with(.cacheControl, "public, max-age=3600")
        },
    ] + DocumentationPages(configuration).routes()
}

private struct ServiceHandlers: Sendable {
    let intermediary: Intermediary
    let state: ServiceState
    let links: Links
    /// A probe answers within this time, even when the database does not.
    static let probeSeconds = 1.5

    /// AgID's health check: up, or a problem with Retry-After.
    func status() async -> Reply {
        let isUp = await answersInTime { try await intermediary.verifyDatabaseAccess() }
        guard isUp else { return down("/status", "The database does not answer, or not to the service's role.") }
        return Reply(
            .ok, headers: [.contentType: "application/problem+json; charset=utf-8"],
            body: JSONWriter.object { json in
                json.field("type", "about:blank")
                json.field("title", "The service is up")
                json.field("status", 200)
                if let isServing = intermediary.isReplicaServing {
                    json.field(
                        "detail",
                        isServing
                            ? "The read replica serves lists." : "The read replica does not serve; the primary does.")
                }
            })
    }

    func ready() async throws -> Reply {
        if state.isDraining { return down("/ready", "The service is stopping.") }
        let isCurrent = await answersInTime {
            // A migration that was applied stays applied. The role and its policies can be lost at any time, and every request needs them.
            if !state.wasCurrent {
                guard try await state.migrationsAreCurrent() else { throw Refusal.busy(retryAfterSeconds: 5) }
                state.noteCurrent()
            }
            try await intermediary.verifyDatabaseAccess()
        }
        guard isCurrent else {
            return down(
                "/ready", "The database does not answer, lacks a migration, or does not let the service's role work.")
        }
        return .json { $0.field("status", "ready") }
    }

    private func down(_ path: String, _ detail: String) -> Reply {
        var problem = Problem.unavailable
        problem.detail = detail
        return problem.reply(instance: path, correlationID: Correlation.id ?? "-", links: links)
    }

    private func answersInTime(_ probe: @escaping @Sendable () async throws -> Void) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { (try? await probe()) != nil }
            group.addTask {
                try? await Task.sleep(for: .seconds(Self.probeSeconds))
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }
}
