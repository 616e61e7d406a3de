import Accounts
import PagoPA
import Postgres
import Requests

extension Transaction {
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

    /// Queues a change of the name and the rights. A trigger increments the version, so that no instance uses the former rights.
    package func update(
        _ key: APIKeyID, name: String, scopes: [Scope], creditors: [OrganizationTaxCode], allowedOrigins: [WebOrigin]
    ) {
        send(
            """
            UPDATE api_keys SET name = \(name), scopes = \(scopes.map(\.rawValue)),
                creditors = \(creditors.map(\.value)), allowed_origins = \(allowedOrigins.map(\.description))
            WHERE id = \(key.uuid)
            """)
    }

    package func revoke(_ key: APIKeyID, at now: Instant) {
        send("UPDATE api_keys SET revoked_at = COALESCE(revoked_at, \(now.sql)) WHERE id = \(key.uuid)")
    }

    /// Sets the time at which the key expires, unless it expires earlier.
    package func expire(_ key: APIKeyID, at end: Instant) {
        send(
            "UPDATE api_keys SET expires_at = LEAST(COALESCE(expires_at, \(end.sql)), \(end.sql)) WHERE id = \(key.uuid)"
        )
    }

    /// Stores the time of the last use. The caller limits how often it is stored, so that a busy key does not write with each request.
    package func touch(_ key: APIKeyID, at now: Instant) {
        send("UPDATE api_keys SET last_used_at = \(now.sql) WHERE id = \(key.uuid)")
    }
}
