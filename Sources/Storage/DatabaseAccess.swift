import Accounts
import PagoPA
import Postgres

/// The reason why the service cannot use its database role.
package enum DatabaseAccessError: Error, Equatable, CustomStringConvertible {
    /// The role is missing, or this user lacks the membership, and cannot change that. An administrator must run these statements.
    case needsAdministrator([String])
    /// These tables have row level security but no policy, and no record exists from which to recreate the policies.
    case notRecorded(tables: [String])
    /// Recorded policies or grants are missing; `quietanza migrate` recreates them.
    case incomplete(missing: Int)

    package var description: String {
        switch self {
        case .needsAdministrator(let statements):
            "This database user may not create or use the roles of the service. An administrator must run:\n"
                + statements.map { "    " + $0 }.joined(separator: "\n")
        case .notRecorded(let tables):
            "Row level security is on, but without a policy, for: \(tables.joined(separator: ", ")). "
                + "Create the roles of the service before the restore (docs/backup.md) and restore again."
        case .incomplete(let missing):
            "\(missing) policies or grants of the roles of the service are missing; run `quietanza migrate`."
        }
    }
}

/// The rights of the group `quietanza_app` and the policies of its members: those in the catalog now, and those that `migrate` recorded in
/// `schema_access`.
private enum DatabaseAccess {
    /// One row for each right: kind, name, and the statement that grants it. Rights are compared by name and not by statement, because
    /// another major version of PostgreSQL may print the same policy differently.
    static let current: SQL = """
        SELECT 'schema' AS kind, 'USAGE' AS name,
            format('GRANT USAGE ON SCHEMA %I TO quietanza_app', n.nspname) AS statement
        FROM pg_namespace n CROSS JOIN LATERAL aclexplode(n.nspacl) a
        WHERE n.nspname = current_schema() AND a.grantee = to_regrole('quietanza_app') AND a.privilege_type = 'USAGE'
        UNION ALL
        SELECT 'table', c.relname || ' ' || a.privilege_type,
            format('GRANT %s ON %s %I TO quietanza_app', a.privilege_type,
                CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.relname)
        FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
        WHERE c.relnamespace = current_schema()::regnamespace AND a.grantee = to_regrole('quietanza_app')
        UNION ALL
        SELECT 'column', c.relname || '.' || t.attname || ' ' || a.privilege_type,
            format('GRANT %s (%I) ON TABLE %I TO quietanza_app', a.privilege_type, t.attname, c.relname)
        FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN LATERAL aclexplode(t.attacl) a
        WHERE c.relnamespace = current_schema()::regnamespace AND a.grantee = to_regrole('quietanza_app')
        UNION ALL
        SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
            format('GRANT EXECUTE ON FUNCTION %I(%s) TO quietanza_app', p.proname,
                pg_get_function_identity_arguments(p.oid))
        FROM pg_proc p CROSS JOIN LATERAL aclexplode(p.proacl) a
        WHERE p.pronamespace = current_schema()::regnamespace AND a.grantee = to_regrole('quietanza_app')
        UNION ALL
        SELECT 'row security', c.relname, format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', c.relname)
        FROM pg_class c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
        UNION ALL
        SELECT 'policy', p.tablename || '.' || p.policyname,
            format('CREATE POLICY %I ON %I AS %s FOR %s TO %s', p.policyname, p.tablename, p.permissive, p.cmd,
                    (SELECT string_agg(quote_ident(r.name), ', ' ORDER BY r.name) FROM unnest(p.roles) AS r(name)))
                || coalesce(' USING (' || p.qual || ')', '') || coalesce(' WITH CHECK (' || p.with_check || ')', '')
        FROM pg_policies p
        WHERE p.schemaname = current_schema() AND EXISTS (SELECT FROM unnest(p.roles) AS r(name) WHERE r.name LIKE 'quietanza\\_%')
        """

    static let missing: SQL = """
        SELECT s.kind, s.name, s.statement FROM schema_access s
        WHERE NOT EXISTS (SELECT FROM (\(current)) AS c WHERE c.kind = s.kind AND c.name = s.name)
        """

    /// Whether the role gets default privileges on tables that this user creates later. Later migrations rely on that, and a dump
    /// contains the default privileges of the old owner only.
    static let hasDefaults: SQL = """
        SELECT EXISTS (SELECT FROM pg_default_acl d CROSS JOIN LATERAL aclexplode(d.defaclacl) a
            WHERE d.defaclnamespace = current_schema()::regnamespace AND d.defaclobjtype = 'r'
                AND d.defaclrole = current_user::regrole AND a.grantee = to_regrole('quietanza_app'))
        """

    /// The same statements as in 0011_row_level_security.sql.
    static let setDefaults: SQL = """
        DO $defaults$
        BEGIN
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO quietanza_app',
                current_schema());
            EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO quietanza_app',
                current_schema());
        END
        $defaults$
        """

    /// The advisory lock that allows one instance at a time. The number must not be used for another lock in the database.
    static let lockKey: Int64 = 7_164_520_117_002
    static let lock: SQL = "SELECT pg_advisory_xact_lock(\(lockKey))"

    static let isRecorded: SQL = "SELECT to_regclass(quote_ident(current_schema()) || '.schema_access') IS NOT NULL"

    /// What this user lacks to act as the roles of the service, in the order in which it must be granted: a role that does not exist, or a
    /// role and the role or user that needs it. PostgreSQL 16 distinguishes the membership that allows SET ROLE from others.
    static var missingRoles: Query<[MissingRight]> {
        Query(
            """
            WITH wanted AS (
                SELECT w.name, w.number, r.oid AS role, to_regrole('quietanza_app') AS app
                FROM unnest(\(DatabaseRole.allNames)::name[]) WITH ORDINALITY AS w(name, number)
                    LEFT JOIN pg_roles r ON r.rolname = w.name)
            SELECT name::text, NULL, NULL FROM wanted WHERE role IS NULL
            UNION ALL
            SELECT 'quietanza_app', name::text, quote_ident(name) FROM wanted
            WHERE number > 1 AND pg_has_role(role, app, 'USAGE') IS NOT TRUE
            UNION ALL
            SELECT name::text, current_user::text, quote_ident(current_user) FROM wanted
            WHERE number > 1 AND pg_has_role(current_user, role,
                CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END) IS NOT TRUE
            """,
            rows: { row in
                let role = try row.text()
                guard let member = try row.optionalText() else {
                    return MissingRight(
                        statement: "CREATE ROLE \(SQL.identifier(role)) NOLOGIN", text: "CREATE ROLE \(role) NOLOGIN;")
                }
                return MissingRight(
                    statement: "GRANT \(SQL.identifier(role)) TO \(SQL.identifier(member))",
                    text: "GRANT \(role) TO \(try row.text());")
            })
    }

    struct MissingRight: Sendable {
        let statement: SQL
        /// For the administrator.
        let text: String
    }
}

extension Store {
    /// Creates the roles of the service and allows this user to act as them, as far as that is missing.
    /// - Throws: `DatabaseAccessError.needsAdministrator` with the exact statements when this user lacks the rights.
    package func prepareRoles() async throws {
        let missing = try await ownersAsk(DatabaseAccess.missingRoles)
        for right in missing {
            do { _ = try await ownersQuery(right.statement) } catch let error as PostgresError {
                switch error.sqlState {
                // Another instance did it at the same moment.
                case "42710", "23505": break
                case "42501": throw DatabaseAccessError.needsAdministrator(missing.map(\.text))
                default: throw error
                }
            }
        }
    }

    /// Recreates recorded policies and grants that are missing, for example after a restore into another cluster.
    /// - Returns: the names of the created rights, such as `policy positions.positions_tenancy`.
    package func repairAccess() async throws -> [String] {
        guard try await isAccessRecorded() else { return [] }
        return try await ownersTransaction { tx in
            let answers = try await tx.queryAll([
                DatabaseAccess.lock, DatabaseAccess.missing, DatabaseAccess.hasDefaults,
            ])
            let missing = answers[1]
            var defaults = answers[2][0]
            var repaired: [String] = []
            if try !defaults.bool() {
                tx.send(DatabaseAccess.setDefaults)
                repaired.append("default privileges")
            }
            guard !missing.isEmpty else { return repaired }
            // Enable row level security first, so that no table is readable before its policy exists.
            tx.send(
                """
                DO $repair$
                DECLARE
                    wanted text;
                BEGIN
                    FOR wanted IN SELECT statement FROM (\(DatabaseAccess.missing)) AS m
                        ORDER BY kind = 'row security' DESC, kind = 'policy' DESC, name
                    LOOP
                        EXECUTE wanted;
                    END LOOP;
                END
                $repair$
                """)
            for var row in missing { repaired.append("\(try row.text()) \(try row.text())") }
            return repaired
        }
    }

    /// Records the current policies and grants. `migrate` calls it after it has applied migrations.
    /// - Throws: `DatabaseAccessError.notRecorded` when the database has lost its policies and no record of them exists.
    package func recordAccess() async throws {
        guard try await isAccessRecorded() else { return }
        try await ownersTransaction { tx in
            tx.send(DatabaseAccess.lock)
            let bare = try await tx.ask(
                Query(
                    """
                    SELECT c.relname::text FROM pg_class c
                    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relrowsecurity
                        AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
                    ORDER BY 1
                    """,
                    rows: { try $0.text() }))
            guard bare.isEmpty else { throw DatabaseAccessError.notRecorded(tables: bare) }
            tx.send("DELETE FROM schema_access")
            tx.send("INSERT INTO schema_access (kind, name, statement) \(DatabaseAccess.current)")
        }
    }

    /// Checks that this user can act as the service's roles, and that the catalog contains every recorded policy and grant.
    /// - Throws: `StorageError` when this user cannot act as them; `DatabaseAccessError.incomplete`.
    package func verifyAccess() async throws {
        let missing = try await transaction(within: .everyCreditor) { tx in
            var row = try await tx.query(
                """
                SELECT (SELECT count(*) FROM (\(DatabaseAccess.missing)) AS m)
                    + (SELECT (count(*) = 0)::integer FROM schema_access)
                """
            ).only
            return try row.int()
        }
        guard missing == 0 else { throw DatabaseAccessError.incomplete(missing: missing) }
    }

    private func isAccessRecorded() async throws -> Bool {
        var row = try await ownersQuery(DatabaseAccess.isRecorded).only
        return try row.bool()
    }
}
