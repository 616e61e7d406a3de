import Accounts
import Cryptography
import HTTPTypes
import JSON
import Operations
import PagoPA
import Requests

func callerRoutes(
    _ callers: CallerOperations, _ secrets: SecretOperations, _ configuration: APIConfiguration, _ links: Links
) -> [Route] {
    let handlers = CallerHandlers(callers: callers, secrets: secrets, configuration: configuration, links: links)
    return [
        Route(.get, "/v1/me/key", "show_own_key", scope: nil, query: [], handlers.showOwnKey),
        Route(
            .get, "/v1/api-keys", "list_api_keys", scope: .operations, query: QueryReader.pageNames,
            handlers.listAPIKeys),
        Route(.post, "/v1/api-keys", "make_api_key", scope: .operations, handlers.makeAPIKey),
        Route(.get, "/v1/api-keys/{id}", "show_api_key", scope: .operations, handlers.showAPIKey),
        Route(
            .patch, "/v1/api-keys/{id}", "change_api_key", scope: .operations, isConditional: true,
            handlers.changeAPIKey),
        Route(.delete, "/v1/api-keys/{id}", "revoke_api_key", scope: .operations, handlers.revokeAPIKey),
        Route(.post, "/v1/api-keys/{id}/rotate", "rotate_api_key", scope: .operations, handlers.rotateAPIKey),
        Route(
            .get, "/v1/psps/{psp_id}/webhook-secrets", "list_webhook_secrets", scope: .operations,
            handlers.listWebhookSecrets),
        Route(
            .post, "/v1/psps/{psp_id}/webhook-secrets", "make_webhook_secret", scope: .operations,
            handlers.makeWebhookSecret),
        Route(
            .delete, "/v1/psps/{psp_id}/webhook-secrets/{id}", "revoke_webhook_secret", scope: .operations,
            handlers.revokeWebhookSecret),
    ]
}

private struct CallerHandlers: Sendable {
    let callers: CallerOperations
    let secrets: SecretOperations
    let configuration: APIConfiguration
    let links: Links

    func showOwnKey(_ request: KeyRequest) async throws -> Reply {
        let key = request.caller.key
        return .json { json in
            json.field("id", key.id.description)
            key.write(into: &json)
            json.object("limits") { json in
                json.field("requests_per_minute", configuration.rateLimitPerMinute)
                json.field("body_bytes", configuration.maximumBodyBytes)
                json.field("page_items", PageRequest.maximumLimit)
                json.field("import_bytes", PositionImport.maximumBytes)
                json.field("import_rows", PositionImport.maximumRows)
                json.field("unfinished_imports", PositionImport.maximumUnfinished)
            }
        }
    }

    func listAPIKeys(_ request: KeyRequest) async throws -> Reply {
        var reader = QueryReader(request)
        let page = try reader.page(.apiKeys, for: request)
        try reader.finish()
        return try await callers.listAPIKeys(page: page, for: request.caller).reply(.apiKeys, for: request) {
            json, key in
            json.beginObject()
            key.writeStored(into: &json)
            json.endObject()
        }
    }

    func showAPIKey(_ request: KeyRequest) async throws -> Reply {
        try await callers.showAPIKey(request.id(), for: request.caller).reply
    }

    func changeAPIKey(_ request: KeyRequest) async throws -> Reply {
        let patch = try request.json("application/merge-patch+json")
        let id: APIKeyID = try request.id()
        return try await withSnapshot {
            try await callers.showAPIKey(id, for: request.caller)
        } write: { key in
            let wanted = Result {
                guard let key else { throw Refusal.notFound }
                return try APIKeyRequest.merging(patch, into: key)
            }
            return try await callers.changeAPIKey(
                id, to: wanted, by: request.caller,
                demanding: request.headers.condition(.optional, on: key) { $0.reply.tag })
        }.reply
    }

    func makeAPIKey(_ request: KeyRequest) async throws -> Reply {
        let keyRequest = try request.object(APIKeyRequest.read)
        return try await once(request) {
            try await callers.makeAPIKey(keyRequest, by: request.caller, repeating: $0)
        }
    }

    func rotateAPIKey(_ request: KeyRequest) async throws -> Reply {
        var overlap: Int64 = 86_400
        if !request.body.isEmpty {
            overlap = try request.object { reader in
                reader.has("overlap_seconds")
                    ? reader.required("overlap_seconds", in: 0...Int64(CallerOperations.maximumOverlapSeconds)) : 86_400
            }
        }
        let id: APIKeyID = try request.id()
        return try await once(request) {
            try await callers.rotateAPIKey(id, overlapSeconds: Int(overlap), by: request.caller, repeating: $0)
        }
    }

    /// The response stored for a repeat says that the secret was shown. The secret itself is never stored.
    private func once(_ request: KeyRequest, _ make: (Repeating<MadeAPIKey>?) async throws -> Once<MadeAPIKey>)
        async throws -> Reply
    {
        let path = request.path
        return try await make(request.repeating { _ in .secretShownOnce(path, links) }).reply { made in
            .json(.created) { json in
                json.field("id", made.key.id.description)
                json.field("key", made.secret)
                made.key.write(into: &json)
            }
        }
    }

    func revokeAPIKey(_ request: KeyRequest) async throws -> Reply {
        try await callers.revokeAPIKey(request.id(), by: request.caller)
        return Reply(.noContent)
    }

    private func psp(_ request: KeyRequest) throws -> PSPID {
        guard let psp = try? PSPID(request.parameter("psp_id")) else { throw Refusal.notFound }
        return psp
    }

    func listWebhookSecrets(_ request: KeyRequest) async throws -> Reply {
        let entries = try await secrets.list(of: psp(request), for: request.caller)
        return Reply.items(entries) { json, entry in
            json.beginObject()
            json.field("id", entry.id.description)
            json.field("psp_id", entry.psp.value)
            json.field("created_at", entry.createdAt.rfc3339)
            json.field("revoked_at", entry.revokedAt?.rfc3339)
            json.field("last_used_at", entry.lastUsedAt?.rfc3339)
            json.endObject()
        }
    }

    func makeWebhookSecret(_ request: KeyRequest) async throws -> Reply {
        try request.demandNoBody()
        let psp = try psp(request)
        let path = request.path
        return try await secrets.make(
            of: psp, by: request.caller, repeating: request.repeating { _ in .secretShownOnce(path, links) }
        ).reply { made in
            .json(.created) { json in
                json.field("id", made.id.description)
                json.field("psp_id", psp.value)
                json.field("secret", made.secret.text)
                json.field("created_at", made.createdAt.rfc3339)
            }
        }
    }

    func revokeWebhookSecret(_ request: KeyRequest) async throws -> Reply {
        try await secrets.revoke(request.id(), of: psp(request), by: request.caller)
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
                throw InvalidValue(.unknownValue, "must be frontend, creditor, test, ops or browser")
            }
            return kind
        }
        let rights = readRights(&reader)
        let expiresAt = reader.optional("expires_at") { try Instant(rfc3339: $0) }
        guard let name, let kind, let rights else { return nil }
        return APIKeyRequest(
            name: name, kind: kind, scopes: rights.scopes, creditors: rights.creditors,
            allowedOrigins: rights.origins, expiresAt: expiresAt)
    }

    private static func readRights(_ reader: inout ObjectReader) -> (
        scopes: [Scope], creditors: [OrganizationTaxCode], origins: [WebOrigin]
    )? {
        let scopes = reader.required("scopes", count: 1...Scope.allCases.count) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { (text: String) throws -> Scope in
                guard let scope = Scope(rawValue: text) else { throw InvalidValue(.unknownValue, "is not a scope") }
                return scope
            }
        }
        let creditors = reader.optional("creditors", count: 0...1_000) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { try OrganizationTaxCode(unchecked: $0) }
        }
        let origins = reader.optional("allowed_origins", count: 0...20) { value, pointer, violations in
            ObjectReader.text(value, pointer, violations) { try WebOrigin($0) }
        }
        return scopes.map { ($0, creditors ?? [], origins ?? []) }
    }

    /// Members that callers cannot set are accepted with their current values, so that GET, edit, PATCH works. Any other value is a
    /// violation.
    fileprivate static func merging(_ patch: JSONValue, into key: APIKey) throws -> APIKeyRequest {
        guard case .object(let members) = patch else {
            throw Problem.invalid([Violation("", .wrongType, "must be an object, not \(patch.kind)")])
        }
        let current = try JSONValue.parse(JSONWriter.object { key.writeStored(into: &$0) })
        var found: [Violation] = []
        let wanted = members.settable(
            ["name", "scopes", "creditors", "allowed_origins"], at: "", current: current, found: &found)
        let changeable = try JSONValue.parse(JSONWriter.object { key.writeChangeable(into: &$0) })
        return try changeable.merged(with: .object(wanted)).decodeObject(found: found) { reader in
            let name = reader.required("name") { try boundedText($0, 1...70) }
            guard let rights = readRights(&reader), let name else { return nil }
            return APIKeyRequest(
                name: name, kind: key.kind, scopes: rights.scopes, creditors: rights.creditors,
                allowedOrigins: rights.origins, expiresAt: nil)
        }
    }
}

extension APIKey {
    /// Changes with each change of the key, but not with its use.
    fileprivate var reply: Reply {
        Reply.json { writeStored(into: &$0) }.with(.eTag, "\"\(rowVersion)\"")
    }

    fileprivate func writeStored(into json: inout JSONWriter) {
        json.field("id", id.description)
        write(into: &json)
        json.field("last_used_at", lastUsedAt?.rfc3339)
        json.field("revoked_at", revokedAt?.rfc3339)
    }

    fileprivate func writeChangeable(into json: inout JSONWriter) {
        json.field("name", name)
        json.array("scopes", scopes) { $0.value($1.rawValue) }
        json.array("creditors", creditors) { $0.value($1.value) }
        json.array("allowed_origins", allowedOrigins) { $0.value($1.description) }
    }

    fileprivate func write(into json: inout JSONWriter) {
        json.field("prefix", prefix)
        json.field("kind", kind.rawValue)
        writeChangeable(into: &json)
        json.field("created_at", createdAt.rfc3339)
        json.field("expires_at", expiresAt?.rfc3339)
    }
}
