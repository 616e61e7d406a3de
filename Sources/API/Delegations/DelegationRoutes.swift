import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func delegationRoutes(_ delegations: DelegationOperations, _ links: Links) -> [Route] {
    let handlers = DelegationHandlers(delegations: delegations, links: links)
    return [
        Route(
            .get, "/v1/delegations", "list_delegations", scope: .citizens, or: [.operations],
            query: QueryReader.pageNames, handlers.listDelegations),
        Route(
            .post, "/v1/delegations", "give_delegation", scope: .citizens, or: [.operations],
            handlers.giveDelegation),
        Route(
            .get, "/v1/delegations/{id}", "show_delegation", scope: .citizens, or: [.operations],
            handlers.showDelegation),
        Route(
            .delete, "/v1/delegations/{id}", "withdraw_delegation", scope: .citizens, or: [.operations],
            handlers.withdrawDelegation),
    ]
}

private struct DelegationHandlers: Sendable {
    let delegations: DelegationOperations
    let links: Links

    func listDelegations(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.delegations, for: request)
        try reader.finish()
        let now = delegations.clock()
        return try await delegations.list(page: page, for: request.caller).reply(.delegations, for: request) {
            json, delegation in
            json.beginObject()
            delegation.write(into: &json, at: now)
            json.endObject()
        }
    }

    func giveDelegation(_ request: KeyRequest) async throws -> Reply {
        let wanted = try request.object(DelegationRequest.read)
        let now = delegations.clock()
        let render: Renderer<Delegation, Reply> = { delegation in
            Reply.json(.created) { delegation.write(into: &$0, at: now) }
                .with(.location, links.delegation(delegation.id))
        }
        return try await delegations.give(
            wanted, by: request.caller, repeating: request.repeating(render)
        ).reply(render)
    }

    func showDelegation(_ request: KeyRequest) async throws -> Reply {
        let now = delegations.clock()
        let delegation = try await delegations.show(request.id(), for: request.caller)
        return .json { delegation.write(into: &$0, at: now) }
    }

    func withdrawDelegation(_ request: KeyRequest) async throws -> Reply {
        try await delegations.withdraw(request.id(), by: request.caller)
        return Reply(.noContent)
    }
}

extension KeyRequest {
    /// The name of the query parameter with the id of the delegation by which a citizen acts for another person.
    static let onBehalfOf = "on_behalf_of"

    /// The request of the person for whom the citizen acts, if it names a delegation. Its use is then in the journal.
    /// - Parameter operation: the operation of the contract.
    func acting(by delegations: DelegationOperations, to operation: String) async throws -> KeyRequest {
        let texts = query.filter { $0.name == Self.onBehalfOf }.map(\.value)
        guard let text = texts.first else { return self }
        guard texts.count == 1 else {
            throw Problem.badParameters([Violation(Self.onBehalfOf, .duplicate, "is given more than once")])
        }
        guard let id = try? Identifier<Delegation>(text) else {
            throw Problem.badParameters([Violation(Self.onBehalfOf, .badFormat, "must be an id")])
        }
        return KeyRequest(content: content, caller: try await delegations.use(id, to: operation, by: caller))
    }
}

extension DelegationRequest {
    fileprivate static func read(_ reader: inout ObjectReader) -> DelegationRequest? {
        let delegator = reader.optional("delegator_tax_code") { try TaxCode($0) }
        let delegate = reader.required("delegate_tax_code") { try TaxCode($0) }
        let startsAt = reader.optional("starts_at") { try Instant(rfc3339: $0) }
        let endsAt = reader.optional("ends_at") { try Instant(rfc3339: $0) }
        guard let delegate else { return nil }
        return DelegationRequest(delegator: delegator, delegate: delegate, startsAt: startsAt, endsAt: endsAt)
    }
}

extension Delegation {
    fileprivate func write(into json: inout JSONWriter, at now: Instant) {
        json.field("id", id.description)
        json.field("delegator_tax_code", delegator.value)
        json.field("delegator_name", names.delegator)
        json.field("delegate_tax_code", delegate.value)
        json.field("delegate_name", names.delegate)
        json.field("active", isActive(at: now))
        json.field("starts_at", startsAt.rfc3339)
        json.field("ends_at", endsAt?.rfc3339)
        json.field("created_at", createdAt.rfc3339)
        json.field("first_used_at", firstUsedAt?.rfc3339)
        json.field("withdrawn_at", withdrawnAt?.rfc3339)
    }
}
