import Accounts
import PagoPA
import Postgres
import Requests

extension Transaction {
    // MARK: API keys

    /// The key with this digest, valid or not.
    package func apiKey(digest: [UInt8]) async throws -> APIKey? {
        try await apiKeys(where: "digest = \(digest)", limit: 1).first
    }

    package func apiKey(_ id: APIKeyID) async throws -> APIKey? {
        try await apiKeys(where: "id = \(id.uuid)", limit: 1).first
    }

    package func apiKeys(page: PageRequest) async throws -> Page<APIKey> {
        var condition: SQL = "TRUE"
        if let after = page.after {
            condition = "(created_at, id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)"
        }
        let items = try await apiKeys(where: condition, limit: page.limit + 1)
        var total: Int?
        if page.includeTotal, var row = try await query("SELECT count(*) FROM api_keys").first { total = try row.int() }
        let shown = Array(items.prefix(page.limit))
        let next = items.count > page.limit ? shown.last : nil
        return Page(
            items: shown, next: next.map { Cursor(order: "api_keys", key: $0.createdAt.microseconds, id: $0.id.uuid) },
            total: total)
    }

    private func apiKeys(where condition: SQL, limit: Int) async throws -> [APIKey] {
        try await query(
            """
            SELECT id, name, kind, prefix, scopes, creditors, allowed_origins, created_at, expires_at, revoked_at, last_used_at,
                coalesce(lineage, id), lineage_expires_at
            FROM api_keys WHERE \(condition) ORDER BY created_at DESC, id DESC LIMIT \(limit)
            """
        ).map { row in
            var row = row
            return APIKey(
                id: try row.identifier(), name: try row.text(), kind: try row.word(), prefix: try row.text(),
                scopes: try row.next([String].self).compactMap(Scope.init(rawValue:)),
                creditors: try row.next([String].self).map { try OrganizationTaxCode(unchecked: $0) },
                allowedOrigins: try row.next([String].self).map { try WebOrigin($0) }, createdAt: try row.instant(),
                expiresAt: try row.optionalInstant(),
                revokedAt: try row.optionalInstant(),
                lastUsedAt: try row.optionalInstant(), lineage: try row.identifier(),
                lineageExpiresAt: try row.optionalInstant())
        }
    }

    package func insert(_ key: APIKey, digest: [UInt8], rotatedFrom: APIKeyID? = nil) {
        send(
            """
            INSERT INTO api_keys (id, name, kind, prefix, digest, scopes, creditors, allowed_origins, created_at, expires_at,
                rotated_from, lineage, lineage_expires_at)
            VALUES (\(key.id.uuid), \(key.name), \(key.kind.rawValue), \(key.prefix), \(digest),
                \(key.scopes.map(\.rawValue)), \(key.creditors.map(\.value)),
                \(key.allowedOrigins.map(\.description)), \(key.createdAt.sql), \(key.expiresAt?.sql), \(rotatedFrom?.uuid),
                \(key.lineage.uuid), \(key.lineageExpiresAt?.sql))
            """)
    }

    package func isOriginOfAnyKey(_ origin: WebOrigin, at now: Instant) async throws -> Bool {
        try await query(
            """
            SELECT 1 FROM api_keys WHERE allowed_origins @> \([origin.description]) AND revoked_at IS NULL
                AND (expires_at IS NULL OR expires_at > \(now.sql)) LIMIT 1
            """
        ).first != nil
    }

    package func revoke(_ key: APIKeyID, at now: Instant) {
        send("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, \(now.sql)) WHERE id = \(key.uuid)")
    }

    /// The key ends no later than this.
    package func expire(_ key: APIKeyID, at end: Instant) {
        send(
            "UPDATE api_keys SET expires_at = LEAST(COALESCE(expires_at, \(end.sql)), \(end.sql)) WHERE id = \(key.uuid)"
        )
    }

    /// Kept to the minute, so that a busy key does not write with each request.
    package func touch(_ key: APIKeyID, at now: Instant) {
        send("UPDATE api_keys SET last_used_at = \(now.sql) WHERE id = \(key.uuid)")
    }
}
