import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func suspensionRoutes(_ suspensions: SuspensionOperations, _ links: Links) -> [Route] {
    let handlers = SuspensionHandlers(suspensions: suspensions, links: links)
    return [
        Route(
            .get, "/v1/suspensions", "list_suspensions", scope: .operations, query: QueryReader.pageNames,
            handlers.listSuspensions),
        Route(.post, "/v1/suspensions", "create_suspension", scope: .operations, handlers.createSuspension),
        Route(.get, "/v1/suspensions/{id}", "show_suspension", scope: .operations, handlers.showSuspension),
        Route(.delete, "/v1/suspensions/{id}", "lift_suspension", scope: .operations, handlers.liftSuspension),
    ]
}

private struct SuspensionHandlers: Sendable {
    let suspensions: SuspensionOperations
    let links: Links

    func listSuspensions(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.suspensions, for: request)
        try reader.finish()
        let now = suspensions.clock()
        return try await suspensions.list(page: page, for: request.caller).reply(.suspensions, for: request) {
            json, suspension in
            json.beginObject()
            suspension.write(into: &json, at: now)
            json.endObject()
        }
    }

    func createSuspension(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object(SuspensionRequest.read)
        let now = suspensions.clock()
        let render: Renderer<Suspension, Reply> = { suspension in
            Reply.json(.created) { suspension.write(into: &$0, at: now) }
                .with(.location, links.suspension(suspension.id))
        }
        return try await suspensions.suspend(
            wanted, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func showSuspension(_ request: KeyRequest) async throws -> Reply {
        let now = suspensions.clock()
        let suspension = try await suspensions.show(request.id(), for: request.caller)
        return .json { suspension.write(into: &$0, at: now) }
    }

    func liftSuspension(_ request: KeyRequest) async throws -> Reply {
        try await suspensions.lift(request.id(), by: request.caller)
        return Reply(.noContent)
    }
}

extension SuspensionRequest {
    /// A body names a creditor, alone or with one of its debt types, or a PSP, alone or with one of its channels.
    fileprivate static func read(_ reader: inout ObjectReader) -> SuspensionRequest? {
        let reason = reader.required("reason") { try boundedText($0, 1...Suspension.reasonLength) }
        let startsAt = reader.optional("starts_at") { try Instant(rfc3339: $0) }
        let endsAt = reader.optional("ends_at") { try Instant(rfc3339: $0) }
        let isOfPSP = reader.has("psp_id") || reader.has("channel_id")
        let subject = isOfPSP ? pspSubject(&reader) : creditorSubject(&reader)
        guard let reason, let subject else { return nil }
        return SuspensionRequest(subject: subject, reason: reason, startsAt: startsAt, endsAt: endsAt)
    }

    private static func creditorSubject(_ reader: inout ObjectReader) -> Suspension.Subject? {
        let creditor = reader.required("creditor_tax_code") { try OrganizationTaxCode(unchecked: $0) }
        let isOfDebtType = reader.has("debt_type")
        let key = reader.optional("debt_type") { try shortName($0) }
        guard let creditor else { return nil }
        guard isOfDebtType else { return .creditor(creditor) }
        return key.map { .debtType(creditor, key: $0) }
    }

    private static func pspSubject(_ reader: inout ObjectReader) -> Suspension.Subject? {
        for name in ["creditor_tax_code", "debt_type"] where reader.has(name) {
            reader.refuse(name, .notAllowed, "must be absent beside psp_id")
            _ = reader.optional(name) { value, _, _ in value }
        }
        let psp = reader.required("psp_id") { try PSPID($0) }
        let isOfChannel = reader.has("channel_id")
        let channel = reader.optional("channel_id") { try ChannelID($0) }
        guard let psp else { return nil }
        guard isOfChannel else { return .psp(psp) }
        return channel.map { .channel(psp, channel: $0) }
    }
}

extension Suspension {
    fileprivate func write(into json: inout JSONWriter, at now: Instant) {
        json.field("id", id.description)
        switch subject {
        case .creditor(let creditor): json.field("creditor_tax_code", creditor.value)
        case .debtType(let creditor, let key):
            json.field("creditor_tax_code", creditor.value)
            json.field("debt_type", key)
        case .psp(let psp): json.field("psp_id", psp.value)
        case .channel(let psp, let channel):
            json.field("psp_id", psp.value)
            json.field("channel_id", channel.value)
        }
        json.field("reason", reason)
        json.field("active", isActive(at: now))
        json.field("starts_at", startsAt.rfc3339)
        json.field("ends_at", endsAt?.rfc3339)
        json.field("created_at", createdAt.rfc3339)
        json.field("lifted_at", liftedAt?.rfc3339)
    }
}
