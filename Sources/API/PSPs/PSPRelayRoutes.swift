import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func pspRelayRoutes(_ psps: PSPOperations) -> [Route] {
    let handlers = PSPRelayHandlers(psps: psps)
    return [
        Route(.get, "/v1/psp-relays", "list_psp_relays", scope: .operations, handlers.listRelays),
        Route(.get, "/v1/psps/{psp_id}/relay", "show_psp_relay", scope: .operations, handlers.showRelay),
        Route(
            .put, "/v1/psps/{psp_id}/relay", "register_psp_relay", scope: .operations, isConditional: true,
            handlers.registerRelay),
        Route(.delete, "/v1/psps/{psp_id}/relay", "end_psp_relay", scope: .operations, handlers.endRelay),
    ]
}

private struct PSPRelayHandlers: Sendable {
    let psps: PSPOperations

    private func psp(_ request: KeyRequest) throws -> PSPID {
        guard let psp = try? PSPID(request.parameter("psp_id")) else { throw Refusal.notFound }
        return psp
    }

    func listRelays(_ request: KeyRequest) async throws -> Reply {
        Reply.items(try await psps.listRelays(for: request.caller)) { json, relay in
            json.beginObject()
            relay.write(into: &json)
            json.endObject()
        }
    }

    func showRelay(_ request: KeyRequest) async throws -> Reply {
        let relay = try await psps.showRelay(psp(request), for: request.caller)
        return .json { relay.write(into: &$0) }
    }

    func registerRelay(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        // A relay has no ETag, so no tag can match.
        if let tags = request.headers[.ifMatch].map(EntityTags.init), !tags.isAny { throw Refusal.preconditionFailed }
        let relay = try await psps.registerRelay(psp(request), by: request.caller)
        return .json { relay.write(into: &$0) }
    }

    func endRelay(_ request: KeyRequest) async throws -> Reply {
        try await psps.endRelay(psp(request), by: request.caller)
        return Reply(.noContent)
    }
}

extension PSPRelay {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("psp_id", psp.value)
        json.field("registered_at", registeredAt.rfc3339)
    }
}
