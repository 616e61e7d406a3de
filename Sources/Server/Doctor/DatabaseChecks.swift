import Foundation
import Operations
import Postgres
import Requests
import Storage

/// Checks of the database server, the schema, the roles and the clock.
struct DatabaseChecks {
    let wiring: Wiring

    /// The oldest major version that the tests' scripts support.
    private static let oldestVersion = 14
    private static let toleratedDriftSeconds = 2.0
    /// Webhook signatures and sessions tolerate a few minutes at most.
    private static let maximumDriftSeconds = 60.0

    private var store: Store { wiring.intermediary.store }

    /// - Returns: the findings, and whether the service can read its tables.
    func run() async -> (findings: [Finding], canRead: Bool) {
        let facts: ServerFacts
        do { facts = try await store.serverFacts() } catch {
            let others = ["durability", "encryption", "connections", "migrations", "role", "secrets key"]
            return (
                [.error(.database, "connection", "\(error)")]
                    + others.map { .skipped(.database, $0, "needs a connection") }
                    + [.skipped(.clock, "drift", "needs a connection to the database")], false
            )
        }
        var findings = server(facts) + [await clock()]
        let migrations = await migrations()
        findings.append(migrations)
        guard migrations.status == .ok else {
            return (
                findings + [
                    .skipped(.database, "role", "needs every migration"),
                    .skipped(.database, "secrets key", "needs every migration"),
                ], false
            )
        }
        let role = await role(facts)
        findings += role
        guard !role.contains(where: { $0.status == .error }) else {
            return (findings + [.skipped(.database, "secrets key", "needs the roles of the service")], false)
        }
        findings.append(await secretsKey())
        if let finding = await replica() { findings.append(finding) }
        return (findings, true)
    }

    private func server(_ facts: ServerFacts) -> [Finding] {
        var findings: [Finding] = []
        findings.append(
            facts.versionNumber / 10_000 >= Self.oldestVersion
                ? .ok(.database, "connection", "PostgreSQL \(facts.version)")
                : .error(
                    .database, "connection",
                    "PostgreSQL \(facts.version) is too old; use \(Self.oldestVersion) or later")
        )
        findings.append(
            facts.unsafeSettings.isEmpty
                ? .ok(.database, "durability", "the server keeps every committed transaction after a crash")
                : .warning(
                    .database, "durability",
                    "\(facts.unsafeSettings.joined(separator: ", ")) is off: a crash may lose receipts that were acknowledged"
                ))
        findings.append(
            facts.isProtected
                ? .ok(.database, "encryption", "the connection is local or uses TLS")
                : .warning(
                    .database, "encryption", "the connection crosses a network without TLS; add sslmode=verify-full"))
        // Each instance opens its pool and one connection for each of two listeners.
        let needed = wiring.settings.databasePoolSize + 2
        findings.append(
            needed <= facts.maximumConnections
                ? .ok(
                    .database, "connections",
                    "an instance uses at most \(needed) of \(facts.maximumConnections) connections of the server")
                : .warning(
                    .database, "connections",
                    "an instance may use \(needed) connections, but the server accepts \(facts.maximumConnections); lower DATABASE_POOL_SIZE or raise max_connections"
                ))
        return findings
    }

    private func clock() async -> Finding {
        do {
            let before = Date().timeIntervalSince1970
            let server = Double(try await store.serverClockMicroseconds()) / 1e6
            let after = Date().timeIntervalSince1970
            let drift = server - (before + after) / 2
            let text = String(
                format: "the database's clock is %.3f s %@", drift.magnitude, drift < 0 ? "behind" : "ahead")
            if drift.magnitude > Self.maximumDriftSeconds {
                return .error(.clock, "drift", text + "; signatures of PSPs and deadlines will be wrong")
            }
            return drift.magnitude > Self.toleratedDriftSeconds
                ? .warning(.clock, "drift", text + "; synchronize both machines with NTP") : .ok(.clock, "drift", text)
        } catch {
            return .error(.clock, "drift", "\(error)")
        }
    }

    private func migrations() async -> Finding {
        do {
            let pending = try await wiring.migrator.pending()
            guard let first = pending.first else {
                return .ok(.database, "migrations", "every migration of this build is applied")
            }
            return .error(
                .database, "migrations",
                "\(pending.count) missing, the first is \(first.name); run 'quietanza migrate'")
        } catch {
            return .error(.database, "migrations", "\(error)")
        }
    }

    private func role(_ facts: ServerFacts) async -> [Finding] {
        guard let bypasses = facts.roleBypassesRowSecurity else {
            return [.error(.database, "role", "a role of the service does not exist; run 'quietanza migrate'")]
        }
        var findings: [Finding] = []
        if bypasses {
            findings.append(
                .error(
                    .database, "role",
                    "a role of the service (\(DatabaseRole.allNames.joined(separator: ", "))) is a superuser or has BYPASSRLS, so row level security has no effect: ALTER ROLE … NOSUPERUSER NOBYPASSRLS"
                ))
        } else {
            do {
                try await store.verifyAccess()
                findings.append(
                    .ok(
                        .database, "role",
                        "the roles of the service have their rights, and every row level security policy is in force"))
            } catch let error as DatabaseAccessError {
                findings.append(.error(.database, "role", "\(error)"))
            } catch {
                findings.append(
                    .error(
                        .database, "role",
                        "this database user cannot act as the roles of the service; run 'quietanza migrate'")
                )
            }
        }
        findings.append(
            facts.userBypassesRowSecurity
                ? .warning(
                    .database, "user",
                    "the user of DATABASE_URL is a superuser or has BYPASSRLS; use one that only owns the database")
                : .ok(
                    .database, "user", "the user of DATABASE_URL is neither a superuser nor bypasses row level security"
                ))
        return findings
    }

    /// The service works without the replica, so nothing here is an error.
    private func replica() async -> Finding? {
        do {
            switch try await store.checkReplica() {
            case nil: return nil
            case .current:
                return .ok(
                    .database, "replica", "the server of DATABASE_READ_URL has replayed what the primary committed")
            case .lagging:
                return .warning(
                    .database, "replica",
                    "the server of DATABASE_READ_URL lags or follows another timeline; the primary runs the lists")
            case .otherCluster:
                return .warning(
                    .database, "replica", "the server of DATABASE_READ_URL is not a standby of the primary")
            }
        } catch {
            return .warning(
                .database, "replica", "DATABASE_READ_URL cannot be used, so the primary runs the lists: \(error)")
        }
    }

    private func secretsKey() async -> Finding {
        do {
            try await wiring.intermediary.secrets.verifyKey()
            return .ok(.database, "secrets key", "SECRETS_KEY decrypts the secrets of this database")
        } catch {
            return .error(.database, "secrets key", "\(error)")
        }
    }
}
