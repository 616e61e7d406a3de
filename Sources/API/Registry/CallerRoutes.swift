import Accounts
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests
import Seals

func callerRoutes(_ intermediary: Intermediary, _ links: Links) -> [Route] {
    let handlers = CallerHandlers(intermediary: intermediary, links: links)
    return [
        Route(.get, "/v1/api-keys", "list_api_keys", query: QueryReader.pageNames, handlers.listAPIKeys),
        Route(.post, "/v1/api-keys", "make_api_key", handlers.makeAPIKey),
        Route(.delete, "/v1/api-keys/{id}", "revoke_api_key", handlers.revokeAPIKey),
        Route(.post, "/v1/api-keys/{id}/rotate", "rotate_api_key", handlers.rotateAPIKey),
        Route(.get, "/v1/psps/{psp_id}/webhook-secrets", "list_webhook_secrets", handlers.listWebhookSecrets),
        Route(.post, "/v1/psps/{psp_id}/webhook-secrets", "make_webhook_secret", handlers.makeWebhookSecret),
        Route(.delete, "/v1/psps/{psp_id}/webhook-secrets/{id}", "revoke_webhook_secret", handlers.revokeWebhookSecret),
    ]
}

private struct CallerHandlers: Sendable {
    let intermediary: Intermediary
    let links: Links

    func listAPIKeys(_ inbound: Inbound) async throws -> Reply {
        var reader = QueryReader(inbound)
        let page = try reader.page(.apiKeys, for: inbound)
        try reader.finish()
        return try await intermediary.listAPIKeys(page: page, for: inbound.caller()).reply(.apiKeys, for: inbound) {
            json, key in
            json.beginObject()
            json.field("id", key.id.description)
            key.write(into: &json)
            json.field("last_used_at", key.lastUsedAt?.rfc3339)
            json.field("revoked_at", key.revokedAt?.rfc3339)
            json.endObject()
        }
    }

    func makeAPIKey(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.operations)
        let request = try inbound.object(APIKeyRequest.read)
        return try await once(inbound) { try await intermediary.makeAPIKey(request, by: caller, repeating: $0) }
    }

    func rotateAPIKey(_ inbound: Inbound) async throws -> Reply {
        let caller = try inbound.caller()
        try caller.demand(.operations)
        var overlap: Int64 = 86_400
        if !inbound.body.isEmpty {
            overlap = try inbound.object { reader in
                reader.has("overlap_seconds")
                    ? reader.required("overlap_seconds", in: 0...Int64(Intermediary.maximumOverlapSeconds)) : 86_400
            }
        }
        let id: APIKeyID = try inbound.id()
        return try await once(inbound) {
            try await intermediary.rotateAPIKey(id, overlapSeconds: Int(overlap), by: caller, repeating: $0)
        }
    }

    /// What is kept for a repeat tells that the secret was shown, never the secret.
    private func once(_ inbound: Inbound, _ make: (Repeating<MadeAPIKey>?) async throws -> Once<MadeAPIKey>)
        async throws -> Reply
    {
        let path = inbound.path
        return try await make(inbound.repeating { _ in .secretShownOnce(path, links) }).reply { made in
            .json(.created) { json in
                json.field("id", made.key.id.description)
                json.field("key", made.secret)
                made.key.write(into: &json)
            }
        }
    }

    func revokeAPIKey(_ inbound: Inbound) async throws -> Reply {
        try await intermediary.revokeAPIKey(inbound.id(), by: inbound.caller())
        return Reply(.noContent)
    }

    private func psp(_ inbound: Inbound) throws -> PSPID {
        guard let psp = try? PSPID(inbound.parameter("psp_id")) else { throw Refusal.notFound }
        return psp
    }

    func listWebhookSecrets(_ inbound: Inbound) async throws -> Reply {
        let entries = try await intermediary.listWebhookSecrets(of: psp(inbound), for: inbound.caller())
        return Reply.items(entries) { json, entry in
            json.beginObject()
            json.field("id", entry.id.description)
            json.field("psp_id", entry.psp.value)
            json.field("created_at", entry.createdAt.rfc3339)
            json.field("revoked_at", entry.revokedAt?.rfc3339)
            json.endObject()
        }
    }

    func makeWebhookSecret(_ inbound: Inbound) async throws -> Reply {
        try inbound.demandNoBody()
        let psp = try psp(inbound)
        let path = inbound.path
        return try await intermediary.makeWebhookSecret(
            of: psp, by: inbound.caller(), repeating: inbound.repeating { _ in .secretShownOnce(path, links) }
        ).reply { made in
            .json(.created) { json in
                json.field("id", made.id.description)
                json.field("psp_id", psp.value)
                json.field("secret", made.secret.text)
                json.field("created_at", made.createdAt.rfc3339)
            }
        }
    }

    func revokeWebhookSecret(_ inbound: Inbound) async throws -> Reply {
        try await intermediary.revokeWebhookSecret(inbound.id(), of: psp(inbound), by: inbound.caller())
        return Reply(.noContent)
    }
}

extension Reply {
    static func secretShownOnce(_ path: String, _ links: Links) -> Reply {
        Problem(Refusal.secretShownOnce).reply(instance: path, correlationID: Correlation.id ?? "-", links: links)
    }
}

extension APIKeyRequest {
    fileprivate static func read(_ reader: inout ObjectReader) -> APIKeyRequest? {
        let name = reader.required("name") { try boundedText($0, 1...70) }
        let kind = reader.required("kind") { (text: String) throws -> CallerKind in
            guard let kind = CallerKind(rawValue: text) else {
                throw InvalidValue(.unknownValue, "must be frontend, creditor or ops")
            }
            return kind
        }
        let scopes = reader.required("scopes", count: 1...Scope.allCases.count) { value, place, violations in
            ObjectReader.text(value, place, violations) { (text: String) throws -> Scope in
                guard let scope = Scope(rawValue: text) else { throw InvalidValue(.unknownValue, "is not a scope") }
                return scope
            }
        }
        let creditors = reader.optional("creditors", count: 0...1_000) { value, place, violations in
            ObjectReader.text(value, place, violations) { try OrganizationTaxCode(unchecked: $0) }
        }
        let origins = reader.optional("allowed_origins", count: 0...20) { value, place, violations in
            ObjectReader.text(value, place, violations) { try WebOrigin($0) }
        }
        let expiresAt = reader.optional("expires_at") { try Instant(rfc3339: $0) }
        guard let name, let kind, let scopes else { return nil }
        return APIKeyRequest(
            name: name, kind: kind, scopes: scopes, creditors: creditors ?? [], allowedOrigins: origins ?? [],
            expiresAt: expiresAt)
    }
}

extension APIKey {
    fileprivate func write(into json: inout JSONWriter) {
        json.field("prefix", prefix)
        json.field("name", name)
        json.field("kind", kind.rawValue)
        json.array("scopes", scopes) { $0.value($1.rawValue) }
        json.array("creditors", creditors) { $0.value($1.value) }
        json.array("allowed_origins", allowedOrigins) { $0.value($1.description) }
        json.field("created_at", createdAt.rfc3339)
        json.field("expires_at", expiresAt?.rfc3339)
    }
}
