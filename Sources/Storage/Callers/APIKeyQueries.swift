import Accounts
import PagoPA
import Postgres
import Requests

/// Queries about API keys.
package enum APIKeys {
    /// The key with this digest, even when it is no longer valid.
    package static func by(digest: [UInt8]) -> Query<APIKey?> {
        several(where: "digest = \(digest)", limit: 1).map(\.first)
    }

    package static func show(_ id: APIKeyID, locking: Bool = false) -> Query<APIKey?> {
        several(where: "id = \(id.uuid)", limit: 1, locking: locking).map(\.first)
    }

    /// The newest valid key of these rotations.
    package static func valid(of lineage: APIKeyID, at now: Instant) -> Query<APIKey?> {
        several(
            where: """
                lineage = \(lineage.uuid) AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > \(now.sql))
                """, limit: 1
        ).map(\.first)
    }

    /// Whether a valid key allows pages of this origin to read responses.
    package static func isOriginOfAny(_ origin: WebOrigin, at now: Instant) -> Query<Bool> {
        Query([
            """
            SELECT 1 FROM api_keys WHERE allowed_origins @> \([origin.description]) AND revoked_at IS NULL
                AND (expires_at IS NULL OR expires_at > \(now.sql)) LIMIT 1
            """
        ]) { !$0[0].isEmpty }
    }

    /// One page of keys, newest first.
    package static func list(page: PageRequest) -> Query<Page<APIKey>> {
        var condition: SQL = "TRUE"
        if let after = page.after {
            condition = "(created_at, id) < (\(Microseconds(after.key))::timestamptz, \(after.id)::uuid)"
        }
        return .page(
            page, of: several(where: condition, limit: page.limit + 1), total: "SELECT count(*) FROM api_keys",
            cursor: { Cursor(order: "api_keys", key: $0.createdAt.microseconds, id: $0.id.uuid) })
    }

    private static func several(where condition: SQL, limit: Int, locking: Bool = false) -> Query<[APIKey]> {
        Query(
            """
            SELECT id, name, kind, prefix, scopes, creditors, allowed_origins, created_at, expires_at, revoked_at, last_used_at,
                coalesce(lineage, id), lineage_expires_at, row_version
            FROM api_keys WHERE \(condition) ORDER BY created_at DESC, id DESC LIMIT \(limit)
            \(locking ? "FOR UPDATE" as SQL : "")
            """,
            rows: { row in
                APIKey(
                    id: try row.identifier(), name: try row.text(), kind: try row.word(), prefix: try row.text(),
                    scopes: try row.next([String].self).compactMap(Scope.init(rawValue:)),
                    creditors: try row.next([String].self).map { try OrganizationTaxCode(unchecked: $0) },
                    allowedOrigins: try row.next([String].self).map { try WebOrigin($0) },
                    createdAt: try row.instant(), expiresAt: try row.optionalInstant(),
                    revokedAt: try row.optionalInstant(), lastUsedAt: try row.optionalInstant(),
                    lineage: try row.identifier(), lineageExpiresAt: try row.optionalInstant(),
                    rowVersion: try row.int())
            })
    }
}
