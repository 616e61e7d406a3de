import Postgres

/// Properties of the database server and its roles that an operator should know about before the service runs on it.
package struct ServerFacts: Sendable, Equatable {
    /// As the server prints it, such as `15.14 (Debian 15.14-0+deb12u1)`.
    package let version: String
    /// The major version times 10 000 plus the minor version.
    package let versionNumber: Int
    /// The connection is local or uses TLS.
    package let isProtected: Bool
    /// This user ignores row level security unless it acts as another role.
    package let userBypassesRowSecurity: Bool
    /// Nil when the role of the service does not exist.
    package let roleBypassesRowSecurity: Bool?
    /// How many connections the server accepts from users that are no superusers.
    package let maximumConnections: Int
    /// The settings that allow the server to lose an acknowledged transaction, such as `fsync`.
    package let unsafeSettings: [String]
}

extension Store {
    /// - Throws: `PostgresError`.
    package func serverFacts() async throws -> ServerFacts {
        let rows = try await ownersQuery(
            """
            SELECT current_setting('server_version'), current_setting('server_version_num')::integer,
                inet_client_addr() IS NULL OR inet_client_addr() <<= '127.0.0.0/8' OR inet_client_addr() = '::1'
                    OR coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
                (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
                (SELECT CASE WHEN count(*) = \(DatabaseRole.allNames.count) THEN bool_or(rolsuper OR rolbypassrls) END
                    FROM pg_roles WHERE rolname = ANY (\(DatabaseRole.allNames)::name[])),
                current_setting('max_connections')::integer
                    - current_setting('superuser_reserved_connections')::integer,
                concat_ws(' ', CASE WHEN current_setting('fsync') = 'off' THEN 'fsync' END,
                    CASE WHEN current_setting('full_page_writes') = 'off' THEN 'full_page_writes' END,
                    CASE WHEN current_setting('synchronous_commit') = 'off' THEN 'synchronous_commit' END)
            """)
        var row = try rows.only
        return ServerFacts(
            version: try row.text(), versionNumber: try row.int(), isProtected: try row.bool(),
            userBypassesRowSecurity: try row.bool(), roleBypassesRowSecurity: try row.nextOptional(Bool.self),
            maximumConnections: try row.int(), unsafeSettings: try row.text().split(separator: " ").map(String.init))
    }

    /// The database server's clock, in microseconds since 1970.
    /// - Throws: `PostgresError`.
    package func serverClockMicroseconds() async throws -> Int64 {
        let rows = try await ownersQuery("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
        var row = try rows.only
        return try row.next()
    }
}
